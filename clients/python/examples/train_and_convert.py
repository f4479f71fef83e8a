"""Train a voice on recordings and sing a song with it.

    STUDIO_URL=https://studio.example.com STUDIO_KEY=avs_... \\
        python train_and_convert.py song.wav out.wav recording-1.wav recording-2.wav
"""

import os
import sys

from voicestudio_client import Studio

song, out, *recordings = sys.argv[1:]
steps = int(os.environ.get("STEPS", "3000"))

with Studio(os.environ["STUDIO_URL"], os.environ["STUDIO_KEY"]) as studio:
    files = [studio.upload(path)["id"] for path in recordings]
    dataset = studio.dataset("recordings", files)
    voice = studio.voice("My voice", singer="Me")
    training = studio.train(voice["id"], dataset["id"], total_steps=steps)
    studio.wait(training["id"])
    uploaded = studio.upload(song)
    [job] = studio.convert(voice["id"], [uploaded["id"]])
    done = studio.wait(job["id"])
    print(studio.download(done["results"][0], out))
