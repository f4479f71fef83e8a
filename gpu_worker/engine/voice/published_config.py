"""The list of 18 values by which a published voice describes its network."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from torch import Tensor

from gpu_worker.contract.errors import Code, JobError

from ..config import SynthesizerConfig, spectrogram_config

VALUES = 18
RESBLOCK = "1"
_MAX_WIDTH = 8192
_MAX_LAYERS = 64
_MAX_STAGES = 8
_HZ = {"32k": 32_000, "40k": 40_000, "48k": 48_000}
_FLOW_LAYER = re.compile(r"^flow\.flows\.0\.enc\.in_layers\.(\d+)\.bias$")


def _unreadable(detail: str) -> JobError:
    return JobError(Code.MODEL_UNREADABLE, f"config: {detail}")


def sample_rate_of(content: Mapping[Any, Any]) -> int:
    """``sr`` in Hz, which old files write as "40k". Raises JobError(MODEL_UNREADABLE)."""
    stored = content.get("sr")
    rate = _HZ.get(stored, stored) if isinstance(stored, str) else stored
    if rate not in _HZ.values() or isinstance(rate, bool):
        raise _unreadable(f"sample rate {stored!r:.40}")
    return int(cast(int, rate))


def config_values(config: SynthesizerConfig) -> list[Any]:
    """The 18 values, in the published order."""
    return [
        config.spec_channels,
        config.segment_frames,
        config.inter_channels,
        config.hidden_channels,
        config.filter_channels,
        config.heads,
        config.layers,
        config.kernel,
        0,
        RESBLOCK,
        list(config.resblock_kernels),
        [list(dilations) for dilations in config.resblock_dilations],
        list(config.upsample_rates),
        config.upsample_initial,
        list(config.upsample_kernels),
        config.speakers,
        config.speaker_channels,
        config.sample_rate,
    ]


def config_of(values: Any, weights: Mapping[str, Tensor], sample_rate: int) -> SynthesizerConfig:
    """The configuration from the 18 values and, where those are silent or wrong, the weights.

    Every size is bounded, so that a strange file can't ask for a giant network. Raises
    ``JobError(MODEL_UNREADABLE)``.
    """
    if not isinstance(values, list) or len(values) != VALUES or str(values[9]) != RESBLOCK:
        raise _unreadable("not the 18 values of RVC")
    speakers, content_dim = _rows_and_columns(weights)
    config = SynthesizerConfig(
        sample_rate=sample_rate,
        spec_channels=_size(values[0]),
        segment_frames=_size(values[1]),
        inter_channels=_size(values[2]),
        hidden_channels=_size(values[3]),
        filter_channels=_size(values[4]),
        heads=_size(values[5], _MAX_LAYERS),
        layers=_size(values[6], _MAX_LAYERS),
        kernel=_size(values[7], _MAX_LAYERS),
        resblock_kernels=_sizes(values[10]),
        resblock_dilations=tuple(_sizes(each) for each in _list(values[11])),
        upsample_rates=_sizes(values[12]),
        upsample_initial=_size(values[13]),
        upsample_kernels=_sizes(values[14]),
        speakers=speakers,
        speaker_channels=_size(values[16]),
        content_dim=content_dim,
        flow_layers=_size(sum(bool(_FLOW_LAYER.match(name)) for name in weights), _MAX_LAYERS),
    )
    _check(config, values[17])
    return config


def _check(config: SynthesizerConfig, stored_rate: Any) -> None:
    stages = len(config.upsample_rates)
    hop = 1
    for rate in config.upsample_rates:
        hop *= rate
    fits = (
        stored_rate == config.sample_rate
        and hop == config.hop
        and config.spec_channels == spectrogram_config(config.sample_rate).channels
        and len(config.upsample_kernels) == stages
        and len(config.resblock_kernels) == len(config.resblock_dilations)
        and config.upsample_initial % (1 << stages) == 0
        and config.hidden_channels % config.heads == 0
        and config.inter_channels % 2 == 0
        and config.kernel % 2 == 1
        and all(kernel % 2 == 1 for kernel in config.resblock_kernels)
        and all(
            kernel >= rate
            for kernel, rate in zip(config.upsample_kernels, config.upsample_rates, strict=True)
        )
    )
    if not fits:
        raise _unreadable("the values do not fit each other")


def _rows_and_columns(weights: Mapping[str, Tensor]) -> tuple[int, int]:
    """Speakers and content features, which the weights know better than the values."""
    speakers, content = weights.get("emb_g.weight"), weights.get("enc_p.emb_phone.weight")
    if speakers is None or content is None or speakers.dim() != 2 or content.dim() != 2:
        raise _unreadable("no speakers or no content projection")
    return _size(speakers.shape[0]), _size(content.shape[1])


def _size(value: Any, limit: int = _MAX_WIDTH) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= limit:
        raise _unreadable(f"size {value!r:.40}")
    return value


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= _MAX_STAGES:
        raise _unreadable(f"list {value!r:.40}")
    return value


def _sizes(value: Any) -> tuple[int, ...]:
    return tuple(_size(each, _MAX_LAYERS) for each in _list(value))
