"""Sizes of the networks and of the spectrograms, for each preset and sample rate.

``full`` is RVC v2 as published (VITS after Kim et al. 2021 with a neural source filter), so that
checkpoints can be exchanged; ``draft`` has the same shape, small enough to train on a CPU.
"""

from dataclasses import dataclass, replace

from gpu_worker.contract.params import Preset

CONTENT_RATE = 16_000
"""Sample rate in Hz of the audio that content encoders and pitch estimators hear."""

CONTENT_HOP = 320
"""Samples at 16 kHz between content frames (50 Hz)."""

FRAME_RATE = 100
"""Frames a second of everything else: F0, spectrogram, latent."""

PITCH_HOP = CONTENT_RATE // FRAME_RATE
"""Samples at 16 kHz between F0 values."""


@dataclass(frozen=True, slots=True)
class SpectrogramConfig:
    """A linear spectrogram of 10 ms frames and the mel bands of the loss. Lengths in samples."""

    sample_rate: int
    filter_length: int
    hop: int
    mels: int

    @property
    def channels(self) -> int:
        """Bins of the linear spectrogram."""
        return self.filter_length // 2 + 1


@dataclass(frozen=True, slots=True)
class SynthesizerConfig:
    """Everything that decides the shapes of the synthesizer's parameters.

    ``inter_channels`` is the width of the latent, ``hidden_channels`` that of the encoders and the
    flow, ``filter_channels`` that of the feed-forward layers. ``flow_layers`` counts the WaveNet
    layers of each coupling, ``posterior_layers`` those of the posterior encoder.
    """

    sample_rate: int
    spec_channels: int
    segment_frames: int
    upsample_rates: tuple[int, ...]
    upsample_kernels: tuple[int, ...]
    content_dim: int = 768
    inter_channels: int = 192
    hidden_channels: int = 192
    filter_channels: int = 768
    heads: int = 2
    layers: int = 6
    kernel: int = 3
    upsample_initial: int = 512
    resblock_kernels: tuple[int, ...] = (3, 7, 11)
    resblock_dilations: tuple[tuple[int, ...], ...] = ((1, 3, 5), (1, 3, 5), (1, 3, 5))
    speakers: int = 109
    speaker_channels: int = 256
    posterior_layers: int = 16
    flow_layers: int = 3
    flows: int = 4

    @property
    def hop(self) -> int:
        """Samples that the generator makes of one frame."""
        return self.sample_rate // FRAME_RATE

    @property
    def segment_samples(self) -> int:
        """Samples that the generator makes in one training step."""
        return self.segment_frames * self.hop


@dataclass(frozen=True, slots=True)
class DiscriminatorConfig:
    """One scale discriminator and one period discriminator for each of ``periods``."""

    periods: tuple[int, ...] = (2, 3, 5, 7, 11, 17, 23, 37)
    scale_channels: tuple[int, ...] = (16, 64, 256, 1024, 1024, 1024)
    scale_groups: tuple[int, ...] = (1, 4, 16, 64, 256, 1)
    period_channels: tuple[int, ...] = (32, 128, 512, 1024, 1024)


@dataclass(frozen=True, slots=True)
class TrainRecipe:
    """How a preset spends its steps.

    ``clip_frames`` of each clip go through the encoders in a step. ``direct`` trains conversion's
    own path instead of the published objective, with discriminators from the share
    ``adversarial_from`` of all steps on. The learning rate asked for is multiplied by
    ``learning_rate_factor``, rises over the first ``warm_up`` steps, falls by ``epoch_decay`` each
    epoch, and over the second half of the steps in a line to the share ``final_rate``.
    ``source_gain`` is the excitation's first weight (``None``: random), ``content_gain`` scales the
    first weights of the latent's mean. The decoder's first ``interpolating`` upsampling layers may
    only interpolate. A share ``transposed`` of the clips moves by up to
    ``transposed_semitones``. ``frozen_content``: what the text encoder makes of content and pitch
    stays as it is. A clip's content is as often as its own each of ``disguises`` others.
    """

    clip_frames: int = 300
    direct: bool = False
    adversarial_from: float = 0.0
    learning_rate_factor: float = 1.0
    warm_up: int = 0
    epoch_decay: float = 0.999875
    final_rate: float = 1.0
    source_gain: float | None = None
    content_gain: float = 1.0
    interpolating: int = 0
    transposed: float = 0.0
    transposed_semitones: float = 12.0
    frozen_content: bool = False
    disguises: int = 0


_SPECTROGRAMS = (
    SpectrogramConfig(sample_rate=32_000, filter_length=1024, hop=320, mels=80),
    SpectrogramConfig(sample_rate=40_000, filter_length=2048, hop=400, mels=125),
    SpectrogramConfig(sample_rate=48_000, filter_length=2048, hop=480, mels=128),
)

_FULL = (
    SynthesizerConfig(32_000, 513, 40, (10, 8, 2, 2), (20, 16, 4, 4)),
    SynthesizerConfig(40_000, 1025, 32, (10, 10, 2, 2), (16, 16, 4, 4)),
    SynthesizerConfig(48_000, 1025, 36, (12, 10, 2, 2), (24, 20, 4, 4)),
)


def spectrogram_config(sample_rate: int) -> SpectrogramConfig:
    """The spectrogram of a published sample rate. Raises ValueError for any other."""
    for config in _SPECTROGRAMS:
        if config.sample_rate == sample_rate:
            return config
    raise ValueError(f"no spectrogram for {sample_rate} Hz")


def synthesizer_config(
    preset: Preset, sample_rate: int, content_dim: int = 768
) -> SynthesizerConfig:
    """The synthesizer of a preset. Raises ValueError for a rate that was never published."""
    for config in _FULL:
        if config.sample_rate == sample_rate:
            full = replace(config, content_dim=content_dim)
            return full if preset is Preset.FULL else _draft(full)
    raise ValueError(f"no synthesizer for {sample_rate} Hz")


def discriminator_config(preset: Preset) -> DiscriminatorConfig:
    """The discriminators that train a preset."""
    if preset is Preset.FULL:
        return DiscriminatorConfig()
    return DiscriminatorConfig(
        periods=(2, 5, 11),
        scale_channels=(8, 16, 32, 64, 64, 64),
        scale_groups=(1, 4, 8, 16, 16, 1),
        period_channels=(8, 16, 32, 64, 64),
    )


def train_recipe(preset: Preset, *, has_base: bool = False) -> TrainRecipe:
    """How a preset is trained: ``full`` as published, ``draft`` to be heard within minutes.

    A draft voice starts from random weights. A strong excitation gives it pitch from the first
    step on, where a random one is often too weak to be found in so few steps. The content must be
    as loud: beside such an excitation a faint one is never listened to. Upsampling that only
    interpolates leaves no other source of pitch. Recordings hold few notes, and a small network is
    sure of no others: transposed copies hold the rest.

    With a base (``has_base``) it knows all that: a draft's own rate would unlearn it. It learns at
    a lower one, against discriminators from the start, and what it knows of words is kept.
    """
    if preset is Preset.FULL:
        return TrainRecipe()
    draft = TrainRecipe(
        clip_frames=64,
        direct=True,
        adversarial_from=0.3,
        learning_rate_factor=10.0,
        warm_up=50,
        final_rate=0.1,
        source_gain=15.0,
        content_gain=2.0,
        interpolating=1,
        transposed=0.1,
    )
    if not has_base:
        return draft
    return replace(
        draft,
        learning_rate_factor=3.0,
        adversarial_from=0.0,
        transposed=0.0,
        frozen_content=True,
        disguises=4,
    )


def _draft(full: SynthesizerConfig) -> SynthesizerConfig:
    return replace(
        full,
        inter_channels=128,
        hidden_channels=128,
        filter_channels=512,
        layers=3,
        upsample_initial=192,
        resblock_kernels=(3,),
        resblock_dilations=((1, 3),),
        speakers=2,  # the singer, and what is transposed
        speaker_channels=64,
        posterior_layers=3,
    )
