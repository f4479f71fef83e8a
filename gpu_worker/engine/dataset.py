"""Recordings as training material in memory: slices with content features and F0."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..contract.errors import Code, JobError
from .audio import decode, resample
from .config import CONTENT_RATE, FRAME_RATE, SpectrogramConfig
from .content import ContentEncoder
from .f0 import F0Estimator
from .files import write_whole
from .slicer import slice_audio
from .stop import StopCheck, check

MIN_USABLE_SECONDS: Final = 10.0
MIN_SLICE_SECONDS: Final = 0.6
_CACHE_VERSION: Final = 1
_ARRAYS: Final = ("wave", "content", "f0")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Slice:
    """One clip of about 3 s; all its arrays cover the same L frames of 10 ms.

    ``wave`` (L * hop,) in [-1, 1], ``content`` (L, C), ``f0`` (L,) Hz with 0 where unvoiced.
    """

    wave: Tensor
    content: Tensor
    f0: Tensor

    @property
    def frames(self) -> int:
        return self.f0.shape[0]

    def cut(self, first: int, last: int) -> "Slice":
        """Frames ``first`` to ``last`` (exclusive) as a slice that shares memory."""
        hop = self.wave.shape[0] // self.frames
        wave = self.wave[first * hop : last * hop]
        return Slice(wave, self.content[first:last], self.f0[first:last])


@dataclass(frozen=True)
class Dataset:
    """What one voice is trained on, and one clip that it never sees."""

    train: tuple[Slice, ...]
    held_out: Slice
    usable_seconds: float

    def f0_range(self) -> tuple[float, float] | None:
        """5th and 95th percentile in Hz of all voiced frames, ``None`` where nothing is voiced."""
        f0 = torch.cat([item.f0 for item in (*self.train, self.held_out)])
        voiced = f0[f0 > 0].numpy()
        if not voiced.size:
            return None
        low, high = np.percentile(voiced, [5, 95])
        return float(low), float(high)


@dataclass(frozen=True)
class FeatureExtractor:
    """Turns recordings into slices; what a file gave is kept in ``folder`` for the next attempt."""

    config: SpectrogramConfig
    encoder: ContentEncoder
    f0: F0Estimator
    folder: Path

    def extract(
        self, files: Sequence[Path], progress: Callable[[float], None], stop: StopCheck
    ) -> list[Slice]:
        """Slices of all files in order; ``progress`` hears the fraction done.

        Raises ``JobError`` that names the file at fault by its number.
        """
        slices: list[Slice] = []
        for number, path in enumerate(files):
            check(stop)
            cache = self.folder / f"{self._key(path)}.npz"
            found = self._read(cache)
            if found is None:
                found = []
                try:
                    for done, item in self._slices(path, stop):
                        found.append(item)
                        progress((number + done) / len(files))
                except JobError as error:
                    raise JobError(error.code, error.detail, file=number) from error
                self._write(cache, found)
            slices += found
            progress((number + 1) / len(files))
        return slices

    def _slices(self, path: Path, stop: StopCheck) -> Iterator[tuple[float, Slice]]:
        """Each usable slice of one file with the fraction of the file that is done."""
        rate = self.config.sample_rate
        wave, _ = decode(path, rate, stop)
        clips = slice_audio(wave, rate)
        for number, clip in enumerate(clips, start=1):
            check(stop)
            if len(clip) >= MIN_SLICE_SECONDS * rate:
                yield number / len(clips), self._slice(clip)

    def _slice(self, clip: Floats) -> Slice:
        wave16k = resample(clip, self.config.sample_rate, CONTENT_RATE)
        f0 = torch.from_numpy(self.f0.estimate(wave16k).astype(np.float32))
        # The encoder works at 50 Hz, the synthesizer at 100: each frame stands twice.
        content = self.encoder.encode(torch.from_numpy(wave16k)).repeat_interleave(2, dim=0)
        frames = min(len(content), len(f0), len(clip) // self.config.hop)
        wave = torch.from_numpy(np.ascontiguousarray(clip[: frames * self.config.hop]))
        return Slice(wave.float(), content[:frames].float().cpu().clone(), f0[:frames].clone())

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

    def _read(self, cache: Path) -> list[Slice] | None:
        if not cache.is_file():
            return None
        with np.load(cache, allow_pickle=False) as arrays:
            return [
                Slice(*(torch.from_numpy(arrays[f"{name}{n}"]) for name in _ARRAYS))
                for n in range(int(arrays["count"]))
            ]

    def _write(self, cache: Path, slices: Sequence[Slice]) -> None:
        arrays: dict[str, NDArray[np.generic]] = {"count": np.array(len(slices))}
        for n, item in enumerate(slices):
            for name in _ARRAYS:
                arrays[f"{name}{n}"] = getattr(item, name).numpy()

        def save(path: Path) -> None:
            with path.open("wb") as stream:
                np.savez(stream, allow_pickle=False, **arrays)

        write_whole(cache, save)


def build_dataset(slices: Sequence[Slice]) -> Dataset:
    """Set one clip aside as held out and keep the rest for training.

    Neighbouring slices overlap by 0.3 s, so the held-out clip loses that much at either end.
    Raises ``TOO_LITTLE_SPEECH`` below 10 usable seconds.
    """
    seconds = sum(item.frames for item in slices) / FRAME_RATE
    if seconds < MIN_USABLE_SECONDS or len(slices) < 2:
        raise JobError(Code.TOO_LITTLE_SPEECH, f"{seconds:.1f} s in {len(slices)} slices")
    chosen = _held_out_index(slices)
    train = tuple(item for n, item in enumerate(slices) if n != chosen)
    return Dataset(train, _without_overlap(slices[chosen]), seconds)


def _held_out_index(slices: Sequence[Slice]) -> int:
    """The slice with most voiced frames among the middle half: neither a start nor an end."""
    quarter = len(slices) // 4
    middle = range(quarter, max(quarter + 1, len(slices) - quarter))
    return max(middle, key=lambda n: int((slices[n].f0 > 0).sum()))


def _without_overlap(item: Slice, overlap: int = 30) -> Slice:
    if item.frames <= 4 * overlap:
        return item
    return item.cut(overlap, item.frames - overlap)
