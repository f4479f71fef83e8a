"""Which encoder ``auto`` is: by the weights that are there, and for good once a voice has begun."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gpu_worker import tasks
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import EncoderRef
from gpu_worker.contract.params import (
    AudioFormat,
    ContentEncoderName,
    ConvertParams,
    F0Method,
    Preset,
    SampleRate,
    TrainBase,
    TrainParams,
)
from gpu_worker.engine.learning.choosing import chosen
from gpu_worker.engine.sound.audio import encode
from gpu_worker.engine.speech.starter import WIDTH, StarterEncoder
from gpu_worker.engine.stop import never
from gpu_worker.engine.voice.published import VoiceMetadata, write_published
from gpu_worker.engine.weights import WeightFiles, WeightsDiffer
from gpu_worker.pretrained import Pretrained
from gpu_worker.tasks import Tools, VoiceFiles
from tests.gpu_worker import small_voice
from tests.gpu_worker.sounds import sung, vibrato
from tests.gpu_worker.training_parts import Heard

AUTO, STARTER = ContentEncoderName.AUTO, ContentEncoderName.STARTER
WHISPER, CONTENTVEC = ContentEncoderName.WHISPER_BASE, ContentEncoderName.CONTENTVEC
OURS = ("starter", "starter-generator-40k", "starter-discriminator-40k", "whisper-base")
PUBLISHED = ("contentvec", "rvc-generator-40k", "rvc-discriminator-40k")
SUMS = {STARTER: "5" * 64, WHISPER: "e" * 64, CONTENTVEC: "c" * 64}


@dataclass(frozen=True)
class Here:
    """A source of weights by name; those of ``damaged`` are not what is pinned."""

    names: tuple[str, ...] = OURS
    damaged: tuple[str, ...] = ()
    sums: dict[str, str] = field(default_factory=lambda: {str(k): v for k, v in SUMS.items()})

    def find(self, name: str) -> WeightFiles:
        if name in self.damaged:
            raise WeightsDiffer(name)
        if name not in self.names:
            raise JobError(Code.WEIGHTS_MISSING, name)
        return WeightFiles((Path(name),), self.sums.get(name, "0" * 64))


def encoder(weights: Here, **asked: object) -> ContentEncoderName:
    return chosen(TrainParams.model_validate(asked), weights).content_encoder


@pytest.mark.parametrize("names", [OURS, (*OURS, *PUBLISHED)])
def test_a_draft_is_made_with_the_starter(names: tuple[str, ...]) -> None:
    assert TrainParams().content_encoder is AUTO
    assert encoder(Here(names)) is STARTER
    assert encoder(Here(names), base="scratch") is STARTER
    assert encoder(Here(names), base="starter") is STARTER
    assert encoder(Here(names), sample_rate=48_000) is WHISPER, "no base has that rate"


def test_a_full_voice_is_made_with_the_published_weights_where_all_are_there() -> None:
    assert encoder(Here(), preset="full") is WHISPER
    assert encoder(Here((*OURS, *PUBLISHED)), preset="full") is CONTENTVEC
    assert encoder(Here((*OURS, *PUBLISHED)), preset="full", sample_rate=48_000) is WHISPER
    assert encoder(Here((*OURS, "contentvec")), preset="full") is WHISPER
    assert encoder(Here((*OURS, "contentvec")), preset="full", base="scratch") is CONTENTVEC
    assert encoder(Here(), preset="full", base="published") is CONTENTVEC, "told as missing later"


@pytest.mark.parametrize("name", OURS[:3])
def test_without_a_whole_starter_a_draft_is_made_as_before(name: str) -> None:
    assert encoder(Here(tuple(each for each in OURS if each != name))) is WHISPER
    assert encoder(Here(damaged=(name,))) is WHISPER


def test_what_was_asked_for_by_name_stays() -> None:
    asked = TrainParams(content_encoder=WHISPER)
    assert chosen(asked, Here()) is asked


def checkpoint(folder: Path, sha256: str) -> Path:
    path = folder / "checkpoint.pt"
    torch.save({"format": 2, "identity": {"encoder": sha256}}, path)
    return path


def test_a_training_goes_on_with_the_encoder_that_it_began_with(tmp_path: Path) -> None:
    weights = Here((*OURS, *PUBLISHED))
    full = TrainParams(preset=Preset.FULL)
    assert chosen(full, weights).content_encoder is CONTENTVEC
    begun = checkpoint(tmp_path, SUMS[WHISPER])
    assert chosen(full, weights, begun).content_encoder is WHISPER
    assert chosen(TrainParams(), weights, begun).content_encoder is WHISPER


def test_a_training_whose_encoder_is_gone_does_not_go_on_with_another(tmp_path: Path) -> None:
    with pytest.raises(JobError) as raised:
        chosen(TrainParams(), Here(), checkpoint(tmp_path, "9" * 64))
    assert raised.value.code is Code.CHECKPOINT_MISMATCH
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no checkpoint")
    with pytest.raises(JobError) as raised:
        chosen(TrainParams(), Here(), broken)
    assert raised.value.code is Code.CHECKPOINT_UNREADABLE


def test_features_and_trainings_choose_alike() -> None:
    rate = SampleRate.HZ_40000
    for base in TrainBase:
        params = TrainParams(sample_rate=rate, base=base)
        once = chosen(params, Here())
        assert chosen(once, Here()) is once


# -- a voice is never converted with another encoder ---------------------------------------------


@dataclass(frozen=True)
class OwnStarter:
    """Everything of the packages, and a starter encoder of this checksum."""

    path: Path
    sha256: str
    others: Pretrained = field(default_factory=Pretrained)

    def find(self, name: str) -> WeightFiles:
        if name == STARTER:
            return WeightFiles((self.path,), self.sha256)
        return self.others.find(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder, a voice that learned from it, and a song."""
    made = tmp_path_factory.mktemp("starter")
    with torch.random.fork_rng():
        torch.manual_seed(4)
        save_file(StarterEncoder().state_dict(), made / "encoder.safetensors")
    net = small_voice.voice(rate=40_000, dim=WIDTH).build()
    write_published(made / "model.pth", net, VoiceMetadata("v", STARTER, SUMS[STARTER], step=1))
    encode(made / "song.flac", sung(vibrato(1.0, 220, 16_000), 16_000), 16_000, AudioFormat.FLAC)
    return made


def convert(folder: Path, out: Path, installed: str, named: EncoderRef | None) -> Path:
    tools = Tools(OwnStarter(folder / "encoder.safetensors", installed), torch.device("cpu"))
    voice = VoiceFiles(folder / "model.pth", None, named)
    params = ConvertParams(f0_method=F0Method.SWIFT_F0)
    made = tasks.convert(folder / "song.flac", [voice], params, out, tools, Heard(), never)
    (path,) = made.files.values()
    return path


def test_a_voice_of_the_starter_sings_with_the_very_encoder_alone(
    folder: Path, tmp_path: Path
) -> None:
    own = EncoderRef(id=STARTER, sha256=SUMS[STARTER])
    assert convert(folder, tmp_path, SUMS[STARTER], own).stat().st_size > 1000
    for installed, named in (
        ("6" * 64, own),
        ("6" * 64, None),
        (SUMS[STARTER], EncoderRef(id=STARTER, sha256="6" * 64)),
        (SUMS[STARTER], EncoderRef(id=WHISPER, sha256=SUMS[STARTER])),
    ):
        with pytest.raises(JobError) as raised:
            convert(folder, tmp_path, installed, named)
        assert raised.value.code is Code.ENCODER_MISMATCH


def test_no_voice_names_auto() -> None:
    with pytest.raises(ValueError, match="trained with"):
        EncoderRef(id=AUTO, sha256=SUMS[STARTER])
