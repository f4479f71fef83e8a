"""The starter engine on unseen voices: a minute each to learn from, then everybody's phrases.

    python -m benchmarks.starter --material DIR [--steps 400] [--only NAME ...] [--write]

Targets and sources come from installed packages (``benchmarks.material``) and the demo's own
speakers, none of which the starter's weights learned from. Each target is trained on 60 s with the
starter's encoder and base; 20 s of every other source are converted to it and measured as in
``benchmarks.quality``. Writes results/starter.json and, with ``--write``, the table of
docs/starter.md and the pictures of its synthetic speakers.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from benchmarks.material import PAUSE_S, SPOKEN_BY_MAN, Material, gather, write_wave
from benchmarks.measure import between, write
from benchmarks.proof.base import Listener
from benchmarks.quality import Jury, Quality, conversion, judge_all
from benchmarks.spectrograms import draw
from benchmarks.transcription import Transcriber
from gpu_worker.contract.job import INDEX, MODEL
from gpu_worker.contract.params import ContentEncoderName, F0Method, TrainBase, TrainParams
from gpu_worker.engine.learning.scoring import Ears, load_ears
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.stop import never
from gpu_worker.pretrained import Pretrained
from gpu_worker.tasks import Tools, VoiceFiles, train

ROOT: Final = Path(__file__).parents[1]
DEMO: Final = ROOT / "demo" / "material"
PAGE: Final = ROOT / "docs" / "starter.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
TEXT: Final = ROOT / "demo" / "texts" / "speech.txt"
ARIRANG: Final = "아리랑 아리랑 아라리요 아리랑 고개로 넘어간다"
"""The demo song's words."""
LEARNED_S: Final = 60.0
PHRASE_S: Final = 20.0
SYNTHETIC: Final = ("demo-a", "demo-b")
TARGETS: Final = ("woman", *SYNTHETIC)
SOURCES: Final = (*TARGETS, "man", "demo song", "real singing")
IMAGES: Final = ROOT / "docs" / "images"

# What the starter promises of each conversion.
MOST_SECONDS: Final = 600.0
LEAST_COSINE: Final = 0.75
LEAST_F0: Final = 0.95
MOST_ERRORS: Final = 0.15
LEAST_DNSMOS: Final = 2.5


@dataclass(frozen=True)
class Trained:
    """A voice, how long it took, and what it was learned from."""

    files: VoiceFiles
    seconds: float
    base: TrainBase
    recording: Path


def cut(sources: Sequence[Path], target: Path, seconds: float) -> Path:
    """The first ``seconds`` of the recordings one after the other, at the first one's rate."""
    rate = decode(sources[0])[1]
    wave = np.concatenate([decode(path, rate)[0] for path in sources])
    write_wave(target, wave[: round(seconds * rate)], rate)
    return target


def voices(material: Material) -> dict[str, tuple[Path, ...]]:
    """Recordings to learn from, by target."""
    found = {name: tuple(sorted(DEMO.glob(f"speaker-{name[-1]}-*.opus"))) for name in SYNTHETIC}
    return {"woman": material.voice, **found} if material.voice else found


@dataclass(frozen=True)
class Phrase:
    """A recording's first ``seconds``, and what is said in them where that is written down."""

    path: Path
    said: str | None = None
    seconds: float = PHRASE_S


def phrases(material: Material) -> dict[str, Phrase]:
    """What is converted, by who is heard; the demo's speakers are cut after their third line."""
    lines = "\n".join(TEXT.read_text("utf-8").split("\n\n")[2].splitlines()[:3])
    found = {
        "demo-a": Phrase(DEMO / "speaker-a-3.opus", lines, 18.2),
        "demo-b": Phrase(DEMO / "speaker-b-3.opus", lines, 19.7),
        "demo song": Phrase(material.ours, ARIRANG),
    }
    if material.unseen:
        found["woman"] = Phrase(material.unseen)
    if material.man:
        found["man"] = Phrase(material.man, SPOKEN_BY_MAN)
    if material.sung:
        found["real singing"] = _sung(material.sung, material.clips)
    return {name: found[name] for name in SOURCES if name in found}


def _sung(joined: Path, clips: Sequence[Path]) -> Phrase:
    """As many clips as fit: each is named after what it sings."""
    end, said = PAUSE_S, ""
    for clip in clips:
        wave, rate = decode(clip)
        longer = end + len(wave) / rate + PAUSE_S
        if longer > PHRASE_S:
            break
        end, said = longer, f"{said} {clip.stem}"
    return Phrase(joined, said, end)


def learned(recording: Path, steps: int, folder: Path, tools: Tools) -> Trained:
    """A draft voice from the starter's base."""
    folder.mkdir(parents=True, exist_ok=True)
    params = TrainParams(
        content_encoder=ContentEncoderName.STARTER,
        base=TrainBase.STARTER,
        total_steps=steps,
        checkpoint_every=max(1, steps // 2),
        previews=0,
    )
    started = time.monotonic()
    made = train([recording], params, folder, tools, Listener(), never)
    taken = time.monotonic() - started
    median = made.result.f0_median_hz
    files = VoiceFiles(folder / MODEL, folder / INDEX, f0_median_hz=median)
    return Trained(files, taken, made.result.base, recording)


def pairs(
    material: Material, names: Sequence[str], steps: int, tools: Tools, ears: Ears, folder: Path
) -> Iterator[tuple[str, str, float, Quality]]:
    """(target, source, seconds of training, figures) of every pair of different voices."""
    transcriber = Transcriber(tools.weights)
    spoken = {name: keep(one, folder, name) for name, one in phrases(material).items()}
    for target, recordings in voices(material).items():
        if target not in names:
            continue
        recording = cut(recordings, folder / f"{target}.wav", LEARNED_S)
        voice = learned(recording, steps, folder / target, tools)
        jury = Jury(ears, transcriber, [recording])
        others = {name: path for name, path in spoken.items() if name != target}
        found = judge_all(voice.files, list(others.values()), jury, tools, folder / target)
        for name, quality in zip(others, found, strict=True):
            yield target, name, voice.seconds, quality


def keep(one: Phrase, folder: Path, name: str) -> Path:
    """The phrase as a file, what is said beside it."""
    path = place_of(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if one.said is not None:
        path.with_suffix(".txt").write_text(one.said, "utf-8")
    return cut([one.path], path, one.seconds)


def place_of(folder: Path, name: str) -> Path:
    """Where the phrase of a source is kept."""
    return folder / "phrases" / f"{name.replace(' ', '-')}.wav"


def draw_synthetic(folder: Path, names: Sequence[str]) -> None:
    """Pictures of conversions between the demo's own speakers: nobody's recording is shown."""
    for target in set(names) & set(SYNTHETIC):
        for source in set(SYNTHETIC) - {target}:
            said = place_of(folder, source)
            sounds = {
                f"{source}, the source": said,
                f"{source} by the voice {target}": conversion(folder / target, said),
                f"{target}, what was learned from": folder / f"{target}.wav",
            }
            draw(sounds, IMAGES / f"starter-{source}-as-{target}.png")


def missed(seconds: float, one: Quality) -> list[str]:
    """What a conversion lacks of what the starter promises."""
    lacking = {
        "training time": seconds > MOST_SECONDS,
        "cosine": one.to_target < LEAST_COSINE,
        "nearer to the source": one.to_target <= one.to_source,
        "F0": one.f0_correlation < LEAST_F0,
        "words": one.errors is not None
        and one.errors - (one.errors_of_source or 0.0) > MOST_ERRORS,
        "DNSMOS": one.dnsmos is not None and one.dnsmos < LEAST_DNSMOS,
    }
    return [name for name, lacks in lacking.items() if lacks]


def row(target: str, source: str, seconds: float, one: Quality) -> str:
    words = "-"
    if one.errors is not None and one.errors_of_source is not None:
        words = f"{100 * one.errors:.0f} ({100 * one.errors_of_source:.0f})"
    dnsmos = "-" if one.dnsmos is None else f"{one.dnsmos:.2f}"
    cells = (
        target, source, f"{seconds:.0f}", f"{one.to_target:.2f}", f"{one.to_source:.2f}",
        f"{one.f0_correlation:.3f}", words, dnsmos, ", ".join(missed(seconds, one)) or "nothing",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


HEAD: Final = (
    "| target | source | training, s | to target | to source | F0 | CER, % (source) | DNSMOS "
    "| missed |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def put_into(page: str, table: str) -> str:
    """The page with another table between its marks. Raises ``ValueError`` without them."""
    return between(page, BEGIN, table, END)


def figures(target: str, source: str, seconds: float, one: Quality) -> Mapping[str, object]:
    named = {"target": target, "from": source, "training_s": round(seconds, 1)}
    return {**named, **asdict(one), "missed": missed(seconds, one)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--material", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--only", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--write", action="store_true", help="put the table into docs/starter.md")
    arguments = parser.parse_args()
    weights = Pretrained()
    tools = Tools(weights, torch.device("cpu"))
    ears = load_ears(weights, load_f0(F0Method.SWIFT_F0, weights))
    material = gather(arguments.material)
    folder = arguments.material / "starter"
    rows, kept = [], []
    for pair in pairs(material, arguments.only, arguments.steps, tools, ears, folder):
        rows.append(row(*pair))
        kept.append(figures(*pair))
        print(rows[-1], flush=True)
    table = "\n".join([HEAD, *rows])
    print(write("starter", {"steps": arguments.steps, "pairs": kept}))
    if arguments.write:
        PAGE.write_text(put_into(PAGE.read_text("utf-8"), table), "utf-8")
        draw_synthetic(folder, arguments.only)


if __name__ == "__main__":
    main()
