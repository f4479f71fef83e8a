"""Speech of many voices, made by ourselves: each line by several of them at one pace.

    python -m starter.speech --voices kokoro-js-1.2.1.tgz --out DIR [--scale 1.0] [--minutes M]
        [--part K N] [--lines FIRST END]

Made again from the same seed it is the same; a run that was cut off goes on with the next item.
"""

import argparse
import json
import time
from itertools import islice
from pathlib import Path

from starter.kokoro import Kokoro
from starter.lines import LINES, SEED, planned, speak
from starter.texts import Lexicon
from starter.voices import VoicePacks, speakers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, help="stop after so long; the next run goes on")
    parser.add_argument(
        "--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"),
        help="every N-th line from the K-th on: N runs beside each other make all",
    )  # fmt: skip
    parser.add_argument(
        "--lines", type=int, nargs=2, default=(0, LINES), metavar=("FIRST", "END"),
        help="only those from FIRST on, before END: a round",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    packs, model = VoicePacks(arguments.voices), Kokoro(arguments.threads)
    started = time.monotonic()
    seconds = 0.0
    part, parts = arguments.part
    lines = range(*arguments.lines)
    plans = planned(packs, Lexicon(), arguments.scale, arguments.seed, lines)
    for plan in islice(plans, part, None, parts):
        if arguments.minutes and time.monotonic() - started > 60 * arguments.minutes:
            break
        seconds += speak(plan, model, packs, arguments.out)
        print(json.dumps({"line": plan.number, "seconds": round(seconds)}), flush=True)
    about = {speaker.name: dict(speaker.blend) for speaker in speakers(packs.names, SEED)}
    (arguments.out / "speakers.json").write_text(json.dumps(about, indent=1), "utf-8")


if __name__ == "__main__":
    main()
