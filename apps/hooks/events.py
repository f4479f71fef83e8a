"""What can be subscribed to. ``data`` of an event is the JSON of its noun, as GET shows it then."""

from typing import Final

EVENTS: Final = (
    "job.succeeded",
    "job.failed",
    "job.cancelled",
    "batch.finished",
    "voice.ready",
    "file.ready",
    "file.failed",
)
ALL: Final = "*"
TEST: Final = "webhook.test"
