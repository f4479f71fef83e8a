"""How long a dataset's report card takes, in shares of the audio's length.

    python -m benchmarks.analysis [--minutes 10] [--threads 2]

The demo's two speakers and its song, repeated to the asked length in files of two minutes.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.measure import write
from gpu_worker.contract.params import AudioFormat, F0Method
from gpu_worker.engine.analysis.card import Recorded, examine
from gpu_worker.engine.learning.evaluation import SpeakerEncoder
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode, encode
from gpu_worker.pretrained import Pretrained

MATERIAL = Path(__file__).parents[1] / "demo" / "material"
RATE = 44_100
FILE_S = 120


def some_recordings(folder: Path, minutes: float) -> list[Recorded]:
    """FLAC files of two minutes, no two alike."""
    names = sorted([*MATERIAL.glob("speaker-*.opus"), MATERIAL / "arirang-vocal.flac"])
    whole = np.concatenate([decode(path, RATE)[0] for path in names])
    files = []
    for number in range(max(1, round(minutes * 60 / FILE_S))):
        path = folder / f"{number}.flac"
        wave = np.resize(np.roll(whole, -number * 17 * RATE), FILE_S * RATE)
        encode(path, wave, RATE, AudioFormat.FLAC)
        files.append(Recorded(str(number), path.name, path))
    return files


def run(minutes: float, threads: int) -> dict[str, object]:
    torch.set_num_threads(threads)
    weights = Pretrained()
    f0 = load_f0(F0Method.SWIFT_F0, weights)
    ear = SpeakerEncoder.load(weights.find("resemblyzer").path)
    with tempfile.TemporaryDirectory() as folder:
        files = some_recordings(Path(folder), minutes)
        examine(files[:1], f0, ear, lambda _: None)
        wall, processor = time.perf_counter(), time.process_time()
        card = examine(files, f0, ear, lambda _: None)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {
        "configuration": {"audio_s": round(card.duration_s), "files": len(files)},
        "wall_s": round(wall, 2),
        "cpu_s": round(processor, 2),
        "ratio": round(wall / card.duration_s, 4),
        "cpu_ratio": round(processor / card.duration_s, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    figures = run(arguments.minutes, arguments.threads)
    for name, value in figures.items():
        print(f"{name:>12}  {value}")
    print(write("analysis", figures))


if __name__ == "__main__":
    main()
