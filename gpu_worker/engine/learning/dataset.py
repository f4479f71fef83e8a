"""Recordings as training material in memory: slices with content features and F0."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ...contract.errors import Code, JobError
from ..config import FRAME_RATE, SpectrogramConfig
from ..files import write_whole
from ..melody.f0 import F0Estimator
from ..progress import Warn, unheard
from ..sound.recordings import read_recording, warnings
from ..speech.content import ContentEncoder
from ..stop import StopCheck, check
from .features import slices_of
from .held_out import choose_held_out, digest, without_overlap
from .slicer import cut_audio, levelled
from .slices import Slice

MIN_USABLE_SECONDS: Final = 10.0
MIN_SLICE_SECONDS: Final = 0.6
_CACHE_VERSION: Final = 2
_PART: Final = 200
"""Slices a file of features: about 9 minutes of recording."""
_ARRAYS: Final = ("wave", "content", "f0")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Dataset:
    """What one voice is trained on, and clips that it never sees, the reference phrase first.

    ``fingerprint`` tells the content of both, whatever the order of the files.
    """

    train: tuple[Slice, ...]
    held_out: tuple[Slice, ...]
    usable_seconds: float
    fingerprint: str

    def all_f0(self) -> Floats:
        """F0 of all clips (L,) in Hz, 0 where unvoiced."""
        return torch.cat([item.f0 for item in (*self.train, *self.held_out)]).numpy()

    def f0_range(self) -> tuple[float, float, float] | None:
        """5th, 50th and 95th percentile in Hz of all voiced frames, ``None`` without any."""
        f0 = self.all_f0()
        if not (f0 > 0).any():
            return None
        low, middle, high = np.percentile(f0[f0 > 0], [5, 50, 95])
        return float(low), float(middle), float(high)


@dataclass(frozen=True)
class FeatureExtractor:
    """Turns recordings into slices; what a file gave is kept in ``folder`` for the next attempt.

    Slices are mapped from there: memory holds the sound of one recording and what is in use.
    ``batch`` clips are computed in one go.
    """

    config: SpectrogramConfig
    encoder: ContentEncoder
    f0: F0Estimator
    folder: Path
    warn: Warn = unheard
    batch: int = 1

    def extract(
        self, files: Sequence[Path], progress: Callable[[float], None], stop: StopCheck
    ) -> list[Slice]:
        """Slices of all files in order; ``progress`` hears the fraction done.

        Raises ``JobError`` that names the file at fault by its number.
        """
        slices: list[Slice] = []
        for number, path in enumerate(files):
            check(stop)
            cache = self.folder / f"{self._key(path)}.pt"
            if not cache.is_file():
                self._compute(path, number, cache, _share(progress, number, len(files)), stop)
            slices += self._read(cache, number)
            progress((number + 1) / len(files))
        return slices

    def _compute(
        self,
        path: Path,
        number: int,
        cache: Path,
        progress: Callable[[float], None],
        stop: StopCheck,
    ) -> None:
        """Write the features of one file, in parts, and what says that all are there last."""
        rate = self.config.sample_rate
        parts = 0
        part: list[Slice] = []
        together: list[Floats] = []
        try:
            recording = read_recording(path, rate, stop)
            clips = cut_audio(recording.wave, rate)
            for done, clip in enumerate(clips, start=1):
                check(stop)
                level = levelled(clip) if len(clip) >= MIN_SLICE_SECONDS * rate else None
                if level is not None:
                    together.append(level)
                last = done == len(clips)
                if together and (last or len(together) == self.batch):
                    part += slices_of(together, self.encoder, self.f0, self.config)
                    together = []
                if len(part) >= _PART or (part and last):
                    _write(_part_of(cache, parts), part)
                    parts, part = parts + 1, []
                progress(done / len(clips))
        except JobError as error:
            raise JobError(error.code, error.detail, file=number) from error
        facts = {
            "parts": parts,
            "source_rate": recording.source_rate,
            "cancelled": recording.cancelled,
        }
        write_whole(cache, lambda aside: torch.save(facts, aside))

    def _key(self, path: Path) -> str:
        """All that the features depend on: the file's bytes, the rates and both networks."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        parts = (
            _CACHE_VERSION,
            self.config,
            self.encoder.id,
            self.encoder.sha256,
            self.f0.name,
        )
        digest.update(repr(parts).encode())
        return digest.hexdigest()

    def _read(self, cache: Path, number: int) -> list[Slice]:
        """The slices of the ``number``-th file, mapped, with its warnings said."""
        facts = torch.load(cache, weights_only=True)
        rate = self.config.sample_rate
        warnings(number + 1, facts["source_rate"], rate, facts["cancelled"], self.warn)
        slices: list[Slice] = []
        for part in range(facts["parts"]):
            stored = torch.load(
                _part_of(cache, part), map_location="cpu", weights_only=True, mmap=True
            )
            slices += [Slice(**arrays, source=number) for arrays in stored]
        return slices


def _part_of(cache: Path, number: int) -> Path:
    return cache.with_suffix(f".{number:03d}.pt")


def _write(path: Path, slices: Sequence[Slice]) -> None:
    content = [{name: getattr(item, name) for name in _ARRAYS} for item in slices]
    write_whole(path, lambda aside: torch.save(content, aside))


def _share(progress: Callable[[float], None], number: int, files: int) -> Callable[[float], None]:
    """A listener to the fraction of one file, telling the fraction of all."""
    return lambda done: progress((number + done) / files)


def build_dataset(slices: Sequence[Slice]) -> Dataset:
    """Set some clips aside as held out and keep the rest for training.

    A held-out clip loses what its neighbours hold too, and no copy of it is trained on. Raises
    ``TOO_LITTLE_SPEECH`` below 10 usable seconds.
    """
    seconds = sum(item.frames for item in slices) / FRAME_RATE
    if seconds < MIN_USABLE_SECONDS or len(slices) < 2:
        raise JobError(Code.TOO_LITTLE_SPEECH, f"{seconds:.1f} s in {len(slices)} slices")
    digests = [digest(item) for item in slices]
    chosen = choose_held_out(slices, digests)
    held = {digests[n] for n in chosen}
    train = [n for n in _by_content(slices, digests) if digests[n] not in held]
    if not train:
        raise JobError(Code.TOO_LITTLE_SPEECH, f"one clip {len(slices)} times")
    return Dataset(
        train=tuple(slices[n] for n in train),
        held_out=tuple(without_overlap(slices[n]) for n in chosen),
        usable_seconds=seconds,
        fingerprint=hashlib.sha256("".join(sorted(digests)).encode()).hexdigest(),
    )


def _by_content(slices: Sequence[Slice], digests: Sequence[str]) -> list[int]:
    """Numbers of the slices, recording by recording, in an order that file names do not change."""
    first: dict[int, str] = {}
    for item, name in zip(slices, digests, strict=True):
        first.setdefault(item.source, name)
    return sorted(range(len(slices)), key=lambda n: (first[slices[n].source], n))
