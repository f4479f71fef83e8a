"""Voices in the file format of the RVC community, in both directions.

Such files come from strangers. Reading runs no code of theirs (``weights_only``), and sizes are
checked against what the file really holds before anything is built.
"""

import pickle
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName

from ..config import SynthesizerConfig
from ..files import write_whole
from ..nets.synthesizer import Synthesizer
from ..speech.content import DIMS
from .published_config import config_of, config_values, sample_rate_of

MAX_BYTES = 512 * 1024**2
MAX_RECORDS = 10_000

_DIMS = {"v1": 256, "v2": 768}
"""Numbers a frame of the content features that each published version takes."""
VOCODER = "HiFi-GAN"
SOFTWARE = "AI Voice Studio"
# Old files do not name their encoder: there was only one.
_NAMES_OF_CONTENTVEC = (None, "", "contentvec", "hubert_base", "hubert_base.pt")
_BAD_PICKLE = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    UnicodeDecodeError,
    OverflowError,
    NotImplementedError,
)

Metadata = str | int | float | bool


@dataclass(frozen=True, slots=True)
class PublishedVoice:
    """A voice as read: checked to fit ``config`` name by name and shape by shape.

    ``weights`` are as stored, mostly half precision. ``encoder_sha256`` is ``None`` in files that
    others wrote.
    """

    config: SynthesizerConfig
    weights: Mapping[str, Tensor]
    encoder_id: ContentEncoderName
    encoder_sha256: str | None
    metadata: Mapping[str, Metadata]

    def build(self) -> Synthesizer:
        """The synthesizer in single precision, for inference, on the CPU."""
        synthesizer = _skeleton(self.config)
        weights = {name: tensor.float() for name, tensor in self.weights.items()}
        synthesizer.load_state_dict(weights, strict=True, assign=True)
        return synthesizer.eval().requires_grad_(False)

    def require_encoder(
        self, name: ContentEncoderName, sha256: str, dim: int | None = None
    ) -> None:
        """Raise ``JobError(ENCODER_MISMATCH)`` unless the voice learned from this very encoder.

        ``dim`` is how many numbers a frame it gives: ContentVec has 768, and 256 for RVC v1.
        """
        if name is not self.encoder_id or self.encoder_sha256 not in (None, sha256):
            detail = f"trained with {self.encoder_id} {self.encoder_sha256}, got {name} {sha256}"
            raise JobError(Code.ENCODER_MISMATCH, detail)
        if dim not in (None, self.config.content_dim):
            detail = f"trained with {self.config.content_dim} features a frame, got {dim}"
            raise JobError(Code.ENCODER_MISMATCH, detail)


@dataclass(frozen=True, slots=True)
class VoiceMetadata:
    """What a written file says of its voice."""

    name: str
    encoder: ContentEncoderName
    encoder_sha256: str
    step: int
    epoch: int = 0
    extra: Mapping[str, Metadata] = field(default_factory=dict)


def read_published(path: Path) -> PublishedVoice:
    """Read and check a ``.pth`` file.

    RVC v1 and v2. Raises ``JobError`` with MODEL_TOO_LARGE; with MODEL_UNSUPPORTED for a model
    without pitch, another vocoder, version or encoder; with ENCODER_MISMATCH for an encoder that
    can't give what the network takes; with MODEL_UNREADABLE for everything else.
    """
    content = _load(path)
    _refuse_unsupported(content)
    weights = _weights(content)
    config = config_of(content.get("config"), weights, sample_rate_of(content))
    _check_fit(config, weights)
    sha256 = content.get("encoder_sha256")
    return PublishedVoice(
        config=config,
        weights=weights,
        encoder_id=_encoder(content, config.content_dim),
        encoder_sha256=sha256 if isinstance(sha256, str) else None,
        metadata={
            key: value
            for key, value in content.items()
            if isinstance(key, str) and isinstance(value, str | int | float | bool)
        },
    )


def write_published(path: Path, synthesizer: Synthesizer, voice: VoiceMetadata) -> None:
    """Write a ``.pth`` file whole: half precision, without the posterior encoder."""
    weights = {
        name: tensor.detach().to("cpu", torch.float16, memory_format=torch.contiguous_format)
        for name, tensor in synthesizer.state_dict().items()
        if not name.startswith("enc_q.")
    }
    content: dict[str, Any] = {
        "weight": weights,
        "config": config_values(synthesizer.config),
        "sr": synthesizer.config.sample_rate,
        "f0": 1,
        "version": "v1" if synthesizer.config.content_dim == _DIMS["v1"] else "v2",
        "vocoder": VOCODER,
        "model_name": voice.name,
        "author": SOFTWARE,
        "epoch": voice.epoch,
        "step": voice.step,
        "creation_date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "embedder_model": voice.encoder.value,
        "encoder_sha256": voice.encoder_sha256,
        "ai_generated": True,
        **voice.extra,
    }
    write_whole(path, lambda aside: torch.save(content, aside))


def _unreadable(detail: str) -> JobError:
    return JobError(Code.MODEL_UNREADABLE, detail)


def _load(path: Path) -> dict[Any, Any]:
    """The file's dictionary, read without running anything of it."""
    _check_archive(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except _BAD_PICKLE as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error
    if not isinstance(content, dict):
        raise _unreadable(f"holds a {type(content).__name__}")
    return content


def _check_archive(path: Path) -> None:
    """Refuse what is too large, also once unpacked, and what ``torch.save`` never wrote."""
    if path.stat().st_size > MAX_BYTES:
        raise JobError(Code.MODEL_TOO_LARGE, f"{path.stat().st_size} bytes")
    try:
        with zipfile.ZipFile(path) as archive:
            records = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise _unreadable(str(error)) from error
    unpacked = sum(record.file_size for record in records)
    if unpacked > MAX_BYTES or len(records) > MAX_RECORDS:
        raise JobError(Code.MODEL_TOO_LARGE, f"{unpacked} bytes in {len(records)} records")


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else []


def _refuse_unsupported(content: Mapping[Any, Any]) -> None:
    if "weight" not in content or "config" not in content:
        raise _unreadable("no weight or no config: not an exported voice")
    if any(isinstance(value, Tensor) for value in (*content.values(), *_listed(content["config"]))):
        raise _unreadable("a tensor where a plain value belongs")
    if content.get("version") not in (None, *_DIMS):
        raise JobError(Code.MODEL_UNSUPPORTED, f"version {content['version']!r:.40}")
    if content.get("f0", 1) not in (1, "1", True):
        raise JobError(Code.MODEL_UNSUPPORTED, "the model has no pitch")
    if content.get("vocoder", VOCODER) != VOCODER:
        raise JobError(Code.MODEL_UNSUPPORTED, f"vocoder {content['vocoder']!r:.40}")


def _weights(content: Mapping[Any, Any]) -> dict[str, Tensor]:
    """The tensors by their published names, less the posterior encoder's."""
    stored = content["weight"]
    if not isinstance(stored, dict):
        raise _unreadable("weight is no dictionary")
    weights = {}
    for name, tensor in stored.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise _unreadable("weight holds something that is no tensor")
        if not name.startswith("enc_q."):
            name = name.replace(".parametrizations.weight.original0", ".weight_g")
            name = name.replace(".parametrizations.weight.original1", ".weight_v")
            weights[name] = tensor
    return weights


def _check_fit(config: SynthesizerConfig, weights: Mapping[str, Tensor]) -> None:
    """Every name, every shape, and values that are finite. Nothing is allocated before that."""
    expected = {name: tensor.shape for name, tensor in _skeleton(config).state_dict().items()}
    given = {name: tensor.shape for name, tensor in weights.items()}
    if expected != given:
        differing = sorted(
            name for name in expected | given if expected.get(name) != given.get(name)
        )
        raise _unreadable(f"{len(differing)} parameters do not fit, first {differing[:3]}"[:400])
    for name, tensor in weights.items():
        # A file can claim a shape that it does not hold, by strides of zero.
        if not tensor.is_floating_point() or not tensor.is_contiguous():
            raise _unreadable(f"{name} is stored strangely")
        if not torch.isfinite(tensor).all():
            raise _unreadable(f"{name} is not finite")


def _skeleton(config: SynthesizerConfig) -> Synthesizer:
    """The network's names and shapes without memory."""
    with torch.device("meta"):
        return Synthesizer(config, with_posterior=False)


def _encoder(content: Mapping[Any, Any], dim: int) -> ContentEncoderName:
    """The encoder by name; the weights say how wide its features are."""
    stored = content.get("embedder_model")
    name = ContentEncoderName.CONTENTVEC if stored in _NAMES_OF_CONTENTVEC else stored
    if name not in tuple(DIMS):
        raise JobError(Code.MODEL_UNSUPPORTED, f"content encoder {stored!r:.60}")
    encoder = ContentEncoderName(name)
    if dim not in DIMS[encoder]:
        detail = f"{dim} features a frame do not come from {encoder}"
        raise JobError(Code.ENCODER_MISMATCH, detail)
    # Old files of v1 name no version.
    version = content.get("version")
    if encoder is ContentEncoderName.CONTENTVEC and _DIMS.get(str(version), dim) != dim:
        raise _unreadable(f"{version} with {dim} features a frame")
    return encoder
