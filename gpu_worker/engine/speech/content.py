"""Content features: what is said, at 50 Hz, by one of several encoders behind one interface."""

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName

from ..weights import WeightSource
from .hubert import PROJECTED, WIDTH, HubertModel, load_hubert
from .starter import CONTEXT, StarterEncoder, load_starter_encoder
from .starter import WIDTH as STARTER_WIDTH
from .whisper import SAMPLE_RATE, WhisperEncoder, load_whisper_encoder

FRAME = 320
"""Samples at 16 kHz between content frames."""
_MIN_SAMPLES = 400
# Whisper takes at most 30 s: longer audio goes through in windows that share context.
_CORE = 24 * SAMPLE_RATE
_CONTEXT = 2 * SAMPLE_RATE
_WHISPER_WIDTH = 512

DIMS = {
    ContentEncoderName.CONTENTVEC: (WIDTH, PROJECTED),
    ContentEncoderName.WHISPER_BASE: (_WHISPER_WIDTH,),
    ContentEncoderName.STARTER: (STARTER_WIDTH,),
}
"""Numbers a frame that an encoder can give, the usual first."""


class ContentEncoder(Protocol):
    """Turns mono audio at 16 kHz into content features.

    ``sha256`` is that of the weights: a voice only works with the very encoder it learned from.
    """

    @property
    def id(self) -> ContentEncoderName: ...

    @property
    def sha256(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode(self, wave16k: Tensor) -> Tensor:
        """(T,) float32 at 16 kHz -> (frames at 50 Hz, dim) on the encoder's device.

        Raises ``ValueError`` below 25 ms.
        """
        ...


@runtime_checkable
class BatchEncoder(Protocol):
    """An encoder that also takes several waves of one length in one go."""

    def encode_batch(self, waves16k: Tensor) -> Tensor:
        """(B, T) at 16 kHz -> (B, frames, dim): each row as ``encode`` gives it alone."""
        ...


def load_content_encoder(
    name: ContentEncoderName,
    weights: WeightSource,
    device: torch.device | str = "cpu",
    dim: int | None = None,
) -> ContentEncoder:
    """The encoder by name; ``dim`` is what the voice takes: ContentVec has 768, and 256 for RVC v1.

    Raises ``JobError``: WEIGHTS_MISSING; ENCODER_MISMATCH where the encoder has no such features.
    """
    if dim not in (None, *DIMS[name]):
        raise JobError(Code.ENCODER_MISMATCH, f"{name} has no features of {dim} numbers")
    files = weights.find(name.value)

    def load() -> ContentEncoder:
        if name is ContentEncoderName.WHISPER_BASE:
            network = load_whisper_encoder(files.paths).to(device)
            return WhisperContent(network, files.sha256)
        if name is ContentEncoderName.STARTER:
            return StarterContent(load_starter_encoder(files.path).to(device), files.sha256)
        if dim == PROJECTED:
            return ContentVecV1(load_hubert(files.path, projecting=True).to(device), files.sha256)
        return ContentVec(load_hubert(files.path).to(device), files.sha256)

    return files.loaded((str(device), dim == PROJECTED), load)


class _Windowed:
    """An encoder that takes long audio in windows of 24 s, each with ``_context`` samples more on
    either side."""

    _context: int

    def __init__(self, network: WhisperEncoder | StarterEncoder, sha256: str) -> None:
        self.sha256 = sha256
        self._network = network

    @torch.no_grad()
    def encode_batch(self, waves16k: Tensor) -> Tensor:
        if waves16k.shape[1] > _CORE + 2 * _CONTEXT:
            return torch.stack([self.encode(wave) for wave in waves16k])
        frames: Tensor = self._network(waves16k.to(next(self._network.parameters()).device))
        return frames

    @torch.no_grad()
    def encode(self, wave16k: Tensor) -> Tensor:
        wave = _checked(wave16k)
        if len(wave) <= _CORE + 2 * _CONTEXT:
            return self.encode_batch(wave[None])[0]
        return torch.cat([self._core(wave, start) for start in range(0, len(wave), _CORE)])

    def _core(self, wave: Tensor, start: int) -> Tensor:
        """Frames of the 24 s from ``start``, seen with the context on either side."""
        left = min(start, self._context)
        window = wave[start - left : start + _CORE + self._context]
        frames = self.encode_batch(window[None])[0]
        return frames[left // FRAME : (left + _CORE) // FRAME]


class WhisperContent(_Windowed):
    """Whisper base's encoder, unpadded: 512 numbers a frame, ceil(T // 160 / 2) frames."""

    id = ContentEncoderName.WHISPER_BASE
    dim = _WHISPER_WIDTH
    _context = _CONTEXT


class StarterContent(_Windowed):
    """The starter's own encoder: 768 numbers a frame, as many frames as ContentVec gives.

    Windows give what the whole would: only memory stays small.
    """

    id = ContentEncoderName.STARTER
    dim = STARTER_WIDTH
    _context = CONTEXT * FRAME


class ContentVec:
    """HuBERT base with ContentVec's weights: 768 numbers a frame."""

    id = ContentEncoderName.CONTENTVEC
    dim = WIDTH

    def __init__(self, network: HubertModel, sha256: str) -> None:
        self.sha256 = sha256
        self._network = network

    @torch.no_grad()
    def encode(self, wave16k: Tensor) -> Tensor:
        return self.encode_batch(_checked(wave16k)[None])[0]

    @torch.no_grad()
    def encode_batch(self, waves16k: Tensor) -> Tensor:
        return self._frames(waves16k.to(next(self._network.parameters()).device))

    def _frames(self, wave: Tensor) -> Tensor:
        """(B, T) -> (B, frames, dim)."""
        frames: Tensor = self._network(wave)
        return frames


class ContentVecV1(ContentVec):
    """The same network as RVC v1 hears it: layer 9 projected to 256 numbers a frame."""

    dim = PROJECTED

    def _frames(self, wave: Tensor) -> Tensor:
        return self._network.projected(wave)


def _checked(wave: Tensor) -> Tensor:
    if wave.ndim != 1 or len(wave) < _MIN_SAMPLES:
        raise ValueError(f"needs (T,) with T >= {_MIN_SAMPLES}, got {tuple(wave.shape)}")
    return wave.to(torch.float32)
