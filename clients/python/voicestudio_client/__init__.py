"""A small client of AI Voice Studio's API.

>>> with Studio("https://studio.example.com", "avs_...") as studio:
...     song = studio.upload("song.wav")
...     [job] = studio.convert(voice_id, [song["id"]])
...     studio.download(studio.wait(job["id"])["results"][0], "out.wav")
"""

from .errors import JobFailed, StudioError
from .studio import Studio
from .types import Batch, Dataset, File, Job, Message, Voice
from .webhooks import WrongSignature, read_webhook

__all__ = [
    "Batch",
    "Dataset",
    "File",
    "Job",
    "JobFailed",
    "Message",
    "Studio",
    "StudioError",
    "Voice",
    "WrongSignature",
    "read_webhook",
]
