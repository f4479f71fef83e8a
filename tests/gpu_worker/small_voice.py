"""A very small real voice with its helpers, so that whole conversions take a moment."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_worker.contract.params import ContentEncoderName, ConvertParams, F0Method, Preset
from gpu_worker.engine.config import CONTENT_RATE, synthesizer_config
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.rendering.conversion import Converter, Rendering
from gpu_worker.engine.voice.published import PublishedVoice
from gpu_worker.engine.voice.retrieval import Retrieval, RetrievalIndex

RATE = 32_000
DIM = 768
SHA256 = "00" * 32
QUIET = Rendering(noise=False)

Floats = NDArray[np.float32]


def voice(seed: int = 0, rate: int = RATE, dim: int = DIM, speakers: int = 2) -> PublishedVoice:
    """Random weights of the published structure, in half precision as files have them."""
    config = replace(
        synthesizer_config(Preset.DRAFT, rate, dim),
        inter_channels=16,
        hidden_channels=16,
        filter_channels=32,
        layers=1,
        upsample_initial=32,
        resblock_dilations=((1,),),
        flow_layers=1,
        posterior_layers=1,
        speakers=speakers,
        speaker_channels=8,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = Synthesizer(config, with_posterior=False)
    # Untrained, it would be hardly more than a hum at 0 Hz.
    for name, parameter in net.dec.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.zeros_(parameter)
    torch.nn.init.constant_(net.dec.m_source.l_linear.weight, 10.0)
    torch.nn.init.normal_(net.enc_p.proj.weight, std=0.3, generator=_seeded(seed))
    weights = {name: each.detach().half() for name, each in net.state_dict().items()}
    return PublishedVoice(config, weights, ContentEncoderName.CONTENTVEC, None, {})


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Encoder:
    """Content that tells loudness and brightness only; like HuBERT it ends up to 20 ms early."""

    id = ContentEncoderName.CONTENTVEC
    sha256 = SHA256
    dim = DIM

    def encode(self, wave16k: Tensor) -> Tensor:
        frames = wave16k.unfold(0, 400, 320)
        loud = frames.square().mean(dim=1, keepdim=True).sqrt()
        bright = frames.diff(dim=1).square().mean(dim=1, keepdim=True).sqrt()
        pattern = torch.linspace(-1, 1, DIM)
        return loud * pattern + bright * pattern.flip(0).square()


class Sung:
    """F0 that is known: ``hz`` wherever the sound is louder than ``above`` and no noise."""

    name = F0Method.FCPE

    def __init__(self, hz: float = 220.0, above: float = 0.02) -> None:
        self._hz = hz
        self._above = above

    def estimate(self, wave16k: Floats) -> Floats:
        frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave16k, 160), 320)[::160]
        power = np.square(frames).mean(axis=1)
        # A tone below 1 kHz moves little from sample to sample; noise moves as far as it is loud.
        moves = np.square(np.diff(frames, axis=1)).mean(axis=1)
        tonal = moves < 0.5 * power
        return np.where(tonal & (np.sqrt(power) > self._above), self._hz, 0).astype(np.float32)


def index(seed: int = 0) -> RetrievalIndex:
    """Stored features unlike anything that the encoder gives."""
    return RetrievalIndex.of(torch.randn(50, DIM, generator=_seeded(seed)))


def converter(
    of: PublishedVoice | None = None,
    hz: float = 220.0,
    retrieval: Retrieval | None = None,
    rendering: Rendering = QUIET,
    batch: int | None = None,
    f0_median_hz: float | None = None,
) -> Converter:
    return Converter(
        of or voice(),
        Encoder(),
        Sung(hz),
        retrieval,
        rendering=rendering,
        batch=batch,
        f0_median_hz=f0_median_hz,
    )


def bare(**knobs: object) -> ConvertParams:
    """Nothing but the voice itself, and the given knobs."""
    plain = {"loudness_mix": 1.0, "clean_gaps": False, "index_rate": 1.0, "protect": 0.5}
    return ConvertParams.model_validate(plain | knobs)


def tone(seconds: float, hz: float = 220.0, gain: float = 0.4) -> Floats:
    t = np.arange(round(seconds * CONTENT_RATE)) / CONTENT_RATE
    return (gain * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def hiss(seconds: float, gain: float = 0.1, seed: int = 0) -> Floats:
    """White noise."""
    rng = np.random.default_rng(seed)
    return (gain * rng.standard_normal(round(seconds * CONTENT_RATE))).astype(np.float32)


def silence(seconds: float) -> Floats:
    return np.zeros(round(seconds * CONTENT_RATE), np.float32)


def rms_db(wave: Floats) -> float:
    """Level in dBFS; -200 for digital silence."""
    return 10 * float(np.log10(max(1e-20, np.square(wave, dtype=np.float64).mean())))
