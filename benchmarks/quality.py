"""How well a voice converts: melody, identity, words and cleanness of every source.

    python -m benchmarks.quality --voice MODEL --sources DIR --target DIR [--index FILE]
        [--out NAME] [--keep DIR]

MODEL is any voice as published; DIR hold recordings, those of ``--target`` of the voice's singer.
Errors of words are counted against a text file beside a source (NAME.txt), else against what
Whisper hears in the source itself. Writes a table and results/quality.json.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import best_device, write
from benchmarks.proof.base import Listener
from benchmarks.transcription import Transcriber, character_errors, language_of, text_beside
from gpu_worker.contract.params import AutoKey, ConvertParams, F0Method
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.learning.evaluation import cosine, f0_correlation
from gpu_worker.engine.learning.scoring import Ears, is_speech, load_ears
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.stop import never
from gpu_worker.pretrained import Pretrained
from gpu_worker.tasks import Tools, VoiceFiles, convert

SOUNDS: Final = frozenset((".wav", ".flac", ".opus", ".ogg", ".mp3", ".m4a"))
LISTENED_S: Final = 60.0

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Quality:
    """One conversion. Errors of words are shares of letters, ``dnsmos`` of speech only."""

    source: str
    seconds: float
    f0_correlation: float
    to_target: float
    to_source: float
    errors: float | None
    errors_of_source: float | None
    dnsmos: float | None
    dnsmos_of_source: float | None


class Jury:
    """Everybody who judges a conversion to one target."""

    def __init__(self, ears: Ears, transcriber: Transcriber, target: Sequence[Path]) -> None:
        self._ears = ears
        self._transcriber = transcriber
        heard = np.concatenate([decode(path, CONTENT_RATE)[0] for path in target])
        assert ears.speaker is not None
        self._speaker = ears.speaker
        self._target = self._speaker.embed(heard[: int(LISTENED_S * CONTENT_RATE)])

    def judge(self, source: Path, result: Path, shift: float) -> Quality:
        """The conversion ``result`` of ``source``, moved by ``shift`` semitones."""
        before, after = decode(source, CONTENT_RATE)[0], decode(result, CONTENT_RATE)[0]
        f0 = self._ears.f0.estimate(before)
        voice = self._speaker.embed(after)
        errors, errors_of_source = self._errors(source, before, after)
        speech = self._ears.dnsmos is not None and is_speech(f0)
        return Quality(
            source=source.name,
            seconds=round(len(before) / CONTENT_RATE, 1),
            f0_correlation=_rounded(
                f0_correlation(f0 * np.float32(2 ** (shift / 12)), self._ears.f0.estimate(after))
            ),
            to_target=_rounded(cosine(voice, self._target)),
            to_source=_rounded(cosine(voice, self._speaker.embed(before))),
            errors=errors,
            errors_of_source=errors_of_source,
            dnsmos=self._dnsmos(after) if speech else None,
            dnsmos_of_source=self._dnsmos(before) if speech else None,
        )

    def _errors(
        self, path: Path, before: Floats, after: Floats
    ) -> tuple[float | None, float | None]:
        """Of the result and of the source; none where no word is understood or told."""
        written = text_beside(path)
        own = self._transcriber.hear(before, language_of(written or ""))
        meant = written or own.text
        if not any(letter.isalnum() for letter in meant):
            return None, None
        result = self._transcriber.hear(after, own.language)
        return (
            _rounded(character_errors(meant, result.text)),
            _rounded(character_errors(meant, own.text)),
        )

    def _dnsmos(self, wave: Floats) -> float:
        assert self._ears.dnsmos is not None
        return round(self._ears.dnsmos.overall(wave), 2)


def _rounded(value: float) -> float:
    return round(value, 3)


def recordings(folder: Path) -> list[Path]:
    """All sounds of a folder by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SOUNDS)


def judge_all(
    voice: VoiceFiles, sources: Sequence[Path], jury: Jury, tools: Tools, folder: Path
) -> list[Quality]:
    """Every source by the default conversion, the key moved by whole octaves."""
    found = []
    for source in sources:
        place = folder / source.stem
        place.mkdir(parents=True, exist_ok=True)
        params = ConvertParams(auto_key=AutoKey.OCTAVES)
        made = convert(source, [voice], params, place, tools, Listener(), never)
        (result,) = made.files.values()
        found.append(jury.judge(source, result, made.result.key_shift))
    return found


def conversion(folder: Path, source: Path) -> Path:
    """Where ``judge_all`` left what it made of ``source``."""
    (result,) = (folder / source.stem).glob(f"*.{ConvertParams().output_format}")
    return result


def table(found: Sequence[Quality]) -> str:
    """One line a source."""
    names = ["source", "s", "F0 corr.", "to target", "to source", "CER", "CER source"]
    names += ["DNSMOS", "DNSMOS source"]
    lines = [f"| {' | '.join(names)} |", "| --- " * len(names) + "|"]
    for one in found:
        cells = ["-" if value is None else str(value) for value in asdict(one).values()]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice", type=Path, required=True)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--median-hz", type=float, help="the singer's own, for the automatic key")
    parser.add_argument("--keep", type=Path, help="where the conversions are left")
    parser.add_argument("--out", default="quality", help="name of the results")
    arguments = parser.parse_args()
    weights = Pretrained()
    ears = load_ears(weights, load_f0(F0Method.SWIFT_F0, weights))
    targets = recordings(arguments.target)
    jury = Jury(ears, Transcriber(weights), targets)
    median = arguments.median_hz or median_hz(targets, ears)
    voice = VoiceFiles(arguments.voice, arguments.index, f0_median_hz=median)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        tools = Tools(weights, best_device())
        found = judge_all(voice, recordings(arguments.sources), jury, tools, folder)
    print(table(found))
    figures = {"voice": arguments.voice.name, "conversions": [asdict(one) for one in found]}
    print(write(arguments.out, figures))


def median_hz(paths: Sequence[Path], ears: Ears) -> float | None:
    """Of all voiced frames of the first recordings."""
    f0 = np.concatenate([ears.f0.estimate(decode(path, CONTENT_RATE)[0]) for path in paths[:3]])
    voiced = f0[f0 > 0]
    return float(np.median(voiced)) if len(voiced) else None


if __name__ == "__main__":
    main()
