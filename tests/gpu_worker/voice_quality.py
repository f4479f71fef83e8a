"""It is the voice that counts: whose does a converted song sound like?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_worker.contract.params import AutoKey, ConvertParams, F0Method, TrainParams
from gpu_worker.engine.config import CONTENT_RATE, synthesizer_config
from gpu_worker.engine.learning.evaluation import SpeakerEncoder, cosine, f0_correlation
from gpu_worker.engine.learning.training import TrainOutcome, prepare_weights, train
from gpu_worker.engine.melody.f0 import F0Estimator, load_f0
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.rendering.conversion import Converter
from gpu_worker.engine.sound.audio import decode, resample
from gpu_worker.engine.speech.content import ContentEncoder, load_content_encoder
from gpu_worker.engine.stop import never
from gpu_worker.engine.voice.published import VoiceMetadata, read_published, write_published
from gpu_worker.engine.voice.retrieval import read_index
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.training_parts import Heard

MATERIAL = Path(__file__).parents[2] / "demo" / "material"
SPEAKERS = ("speaker-a", "speaker-b")
SUNG = MATERIAL / "arirang-vocal.flac"
SPOKEN = Path(__file__).parent / "material" / "third-speaker.opus"
"""A sentence by a third synthetic speaker: the voice jf_nezumi of the demo's speech model."""

Floats = NDArray[np.float32]


def recordings(speaker: str) -> list[Path]:
    """All recordings of a demo speaker."""
    return sorted(MATERIAL.glob(f"{speaker}-*.opus"))


@dataclass(frozen=True)
class Judgement:
    """Cosines of a conversion's speaker embedding, and the fall of the mel distance in training."""

    own: float
    other: float
    source: float
    mel_fall: float
    f0_correlation: float

    @property
    def margin(self) -> float:
        """By how much it is nearer to its own speaker than to the other and to the source."""
        return self.own - max(self.other, self.source)

    @property
    def sounds_right(self) -> bool:
        """Nearer to its own speaker than to the other and than to the source."""
        return self.margin > 0

    @property
    def passes(self) -> bool:
        return self.sounds_right and self.mel_fall >= 0.3

    def __str__(self) -> str:
        return (
            f"own {self.own:.3f}, other {self.other:.3f}, source {self.source:.3f}, "
            f"mel distance -{self.mel_fall:.0%}, F0 correlation {self.f0_correlation:.3f}"
        )


class Jury:
    """Trains voices of the demo speakers, gives them one vocal and listens."""

    def __init__(self, params: TrainParams, folder: Path) -> None:
        weights = self.weights = Pretrained()
        self.heard: dict[str, Heard] = {}
        self.params = params
        self.folder = folder
        self.encoder: ContentEncoder = load_content_encoder(params.content_encoder, weights)
        self.f0: F0Estimator = load_f0(params.f0_method, weights)
        # another estimator than the one that leads the voice, where there is one
        self.second_opinion: F0Estimator = load_f0(F0Method.SWIFT_F0, weights)
        self.ear = SpeakerEncoder.load(weights.find("resemblyzer").path)
        self.speakers = {name: self.ear.embed(_joined(recordings(name))) for name in SPEAKERS}

    def train(self, speaker: str, steps: int | None = None) -> TrainOutcome:
        """A voice in ``folder``, of as many steps as ``params`` say unless told otherwise."""
        folder = self.folder / speaker
        folder.mkdir(exist_ok=True)
        params = self.params.model_copy(update={"total_steps": steps}) if steps else self.params
        heard = self.heard[speaker] = Heard()
        return train(
            recordings(speaker),
            params,
            folder,
            self.encoder,
            self.f0,
            heard,
            never,
            weights=self.weights,
        )

    def untrained(self, like: TrainOutcome) -> TrainOutcome:
        """The same voice before its first step."""
        path = like.model.with_name("untrained.pth")
        config = synthesizer_config(self.params.preset, self.params.sample_rate, self.encoder.dim)
        with torch.random.fork_rng():
            torch.manual_seed(self.params.seed)
            net = Synthesizer(config)
        prepare_weights(net, self.params.preset)
        metadata = VoiceMetadata("untrained", self.encoder.id, self.encoder.sha256, step=0)
        write_published(path, net, metadata)
        return replace(like, model=path, mel_distance_end=like.mel_distance_start)

    def judge(self, speaker: str, voice: TrainOutcome, vocal: Path) -> Judgement:
        """Convert a vocal, in the key that the product finds for the voice."""
        wave, _ = decode(vocal, CONTENT_RATE)
        index = read_index(voice.index, self.encoder.dim)
        converter = Converter(
            read_published(voice.model),
            self.encoder,
            self.f0,
            index,
            f0_median_hz=voice.f0_median_hz,
        )
        params = ConvertParams(auto_key=AutoKey.SEMITONES, f0_method=self.params.f0_method)
        audio, rate = converter.convert(wave, CONTENT_RATE, params)
        heard = resample(audio, rate, CONTENT_RATE)
        embedding = self.ear.embed(heard)
        (other,) = (name for name in SPEAKERS if name != speaker)
        return Judgement(
            own=cosine(embedding, self.speakers[speaker]),
            other=cosine(embedding, self.speakers[other]),
            source=cosine(embedding, self.ear.embed(wave)),
            mel_fall=1 - voice.mel_distance_end / voice.mel_distance_start,
            f0_correlation=f0_correlation(
                self.second_opinion.estimate(wave), self.second_opinion.estimate(heard)
            ),
        )


def _joined(paths: Sequence[Path]) -> Floats:
    return np.concatenate([decode(path, CONTENT_RATE)[0] for path in paths])
