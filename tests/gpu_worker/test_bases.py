"""Trainings that start from weights as they are published, written here from our own networks."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName, Preset, TrainBase, TrainParams
from gpu_worker.engine.config import (
    SynthesizerConfig,
    discriminator_config,
    spectrogram_config,
    synthesizer_config,
)
from gpu_worker.engine.learning.bases import Base, find_base
from gpu_worker.engine.learning.batches import make_batch
from gpu_worker.engine.learning.train_state import Sampler, TrainState
from gpu_worker.engine.learning.train_step import StepLosses, make_nets, train_step
from gpu_worker.engine.learning.training import begin
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.weights import WeightFiles
from tests.gpu_worker.golden.formula_weights import load_into
from tests.gpu_worker.training_parts import RATE, Heard, noise_dataset

FULL = TrainParams(preset=Preset.FULL, content_encoder=ContentEncoderName.CONTENTVEC)
SMALL = replace(
    synthesizer_config(Preset.DRAFT, RATE, content_dim=8), speakers=109, segment_frames=8
)
SPECTROGRAM = spectrogram_config(RATE)


@dataclass(frozen=True)
class Folder:
    """A source of weights: what was put there."""

    files: dict[str, Path]

    def find(self, name: str) -> WeightFiles:
        if name not in self.files:
            raise JobError(Code.WEIGHTS_MISSING, name)
        return WeightFiles((self.files[name],), "0" * 64)


def small_nets(config: SynthesizerConfig = SMALL) -> tuple[Synthesizer, MultiPeriodDiscriminator]:
    return Synthesizer(config), MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT))


def publish(net: nn.Module, path: Path) -> Path:
    """The published layout, with what else such files carry."""
    content = {"model": net.state_dict(), "iteration": 3, "optimizer": {}, "learning_rate": 1e-4}
    torch.save(content, path)
    return path


@pytest.fixture
def base(tmp_path: Path) -> Base:
    generator, discriminator = small_nets()
    load_into(generator, "base")
    load_into(discriminator, "base")
    return Base(publish(generator, tmp_path / "G.pth"), publish(discriminator, tmp_path / "D.pth"))


def first_losses(generator: Synthesizer, discriminator: MultiPeriodDiscriminator) -> StepLosses:
    batch = make_batch(
        noise_dataset().train[:2], 40, SPECTROGRAM, torch.Generator().manual_seed(0),
        torch.device("cpu"),
    )  # fmt: skip
    nets = make_nets(generator, discriminator, SPECTROGRAM, 1e-4)
    return train_step(nets, batch, torch.tensor([0, 9]), torch.Generator().manual_seed(1))


def test_training_begins_where_the_base_ended(base: Base) -> None:
    """The first step's losses are those of the networks that the files were written from."""
    origin = small_nets()
    load_into(origin[0], "base")
    load_into(origin[1], "base")
    started = small_nets()
    base.load_into(*started)
    theirs, ours = first_losses(*origin), first_losses(*started)
    for name in StepLosses.__annotations__:
        assert torch.equal(getattr(theirs, name), getattr(ours, name)), name
    assert theirs.loss_kl > 0


def test_newer_names_of_weight_norm_are_read(base: Base) -> None:
    content = torch.load(base.generator, weights_only=True)
    model = {
        name.replace(".weight_g", ".parametrizations.weight.original0").replace(
            ".weight_v", ".parametrizations.weight.original1"
        ): tensor
        for name, tensor in content["model"].items()
    }
    assert model.keys() != content["model"].keys()
    torch.save({"model": model}, base.generator)
    generator, discriminator = small_nets()
    base.load_into(generator, discriminator)
    name = "dec.conv_pre.weight"
    assert torch.equal(generator.state_dict()[name], content["model"][name])


def refused(base: Base) -> str:
    """The detail of the refusal."""
    with pytest.raises(JobError) as raised:
        base.load_into(*small_nets())
    assert raised.value.code is Code.WEIGHTS_MISSING
    return raised.value.detail


def test_a_base_of_another_size_is_refused(base: Base) -> None:
    other, _ = small_nets(replace(SMALL, hidden_channels=64))
    publish(other, base.generator)
    assert "do not fit" in refused(base)


def test_a_base_of_one_speaker_is_refused(base: Base) -> None:
    other, _ = small_nets(replace(SMALL, speakers=1))
    publish(other, base.generator)
    assert "emb_g.weight" in refused(base)


def test_a_base_that_is_not_finite_is_refused(base: Base) -> None:
    content = torch.load(base.generator, weights_only=True)
    content["model"]["emb_g.weight"][0, 0] = float("nan")
    torch.save(content, base.generator)
    assert "finite" in refused(base)


@pytest.mark.parametrize("content", [{"weight": {}}, {"model": [1]}, {"model": {"a": 1}}, [1]])
def test_something_else_is_refused(base: Base, content: object) -> None:
    torch.save(content, base.generator)
    assert "G.pth" in refused(base)


def test_code_in_a_base_never_runs(base: Base, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.mkdir, (tmp_path / "ran",)

    torch.save({"model": Bomb()}, base.generator)
    refused(base)
    assert not (tmp_path / "ran").exists()


def small_state(clips: int = 4) -> TrainState:
    nets = make_nets(*small_nets(), SPECTROGRAM, 1e-4)
    sampler = Sampler(clips, torch.Generator().manual_seed(0))
    return TrainState(nets, sampler, torch.Generator().manual_seed(0), {"of": "test"}, 100)


def test_a_fresh_training_starts_from_it_and_a_resumed_one_does_not(
    base: Base, tmp_path: Path
) -> None:
    names = ("rvc-generator-40k", "rvc-discriminator-40k")
    weights = Folder(dict(zip(names, (base.generator, base.discriminator), strict=True)))
    published = torch.load(base.generator, weights_only=True)["model"]["emb_g.weight"]
    state = small_state()
    begin(state, noise_dataset(), FULL, weights, None, Heard())
    assert state.base is TrainBase.PUBLISHED
    assert torch.equal(state.nets.generator.emb_g.weight, published)

    with torch.no_grad():
        state.nets.generator.emb_g.weight += 1
    state.step = 7
    state.save(tmp_path / "checkpoint.pt")
    other = small_state()
    begin(other, noise_dataset(), FULL, Folder({}), tmp_path / "checkpoint.pt", Heard())
    assert (other.base, other.step) == (TrainBase.PUBLISHED, 7)
    assert torch.equal(other.nets.generator.emb_g.weight, published + 1)


def installed(tmp_path: Path) -> Folder:
    names = ("rvc-generator-40k", "rvc-discriminator-40k")
    return Folder({name: tmp_path / name for name in names})


def with_base(base: TrainBase, **changes: object) -> TrainParams:
    return FULL.model_copy(update={"base": base, **changes})


def test_auto_takes_the_base_where_it_fits_and_is_installed(tmp_path: Path) -> None:
    weights = installed(tmp_path)
    auto = with_base(TrainBase.AUTO)
    assert find_base(auto, weights) == Base(
        tmp_path / "rvc-generator-40k", tmp_path / "rvc-discriminator-40k"
    )
    assert find_base(auto, Folder({})) is None
    assert find_base(auto, None) is None
    assert find_base(with_base(TrainBase.AUTO, preset=Preset.DRAFT), weights) is None
    assert find_base(with_base(TrainBase.AUTO, sample_rate=48000), weights) is None
    assert find_base(with_base(TrainBase.SCRATCH), weights) is None


STARTER = TrainParams(content_encoder=ContentEncoderName.STARTER)


def test_the_starters_base_is_for_drafts_with_its_encoder(tmp_path: Path) -> None:
    names = ("starter-generator-40k", "starter-discriminator-40k")
    weights = Folder({name: tmp_path / name for name in names})
    found = Base(tmp_path / names[0], tmp_path / names[1], TrainBase.STARTER)
    for base in (TrainBase.AUTO, TrainBase.STARTER):
        asked = STARTER.model_copy(update={"base": base})
        assert find_base(asked, weights) == found
    assert find_base(STARTER, Folder({})) is None
    assert find_base(STARTER.model_copy(update={"sample_rate": 32000}), weights) is None
    assert find_base(STARTER.model_copy(update={"base": TrainBase.SCRATCH}), weights) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"preset": Preset.FULL},
        {"sample_rate": 48000},
        {"content_encoder": ContentEncoderName.WHISPER_BASE},
    ],
)
def test_the_starters_base_is_refused_where_it_does_not_fit(changes: dict[str, object]) -> None:
    asked = STARTER.model_copy(update={"base": TrainBase.STARTER, **changes})
    with pytest.raises(JobError) as raised:
        find_base(asked, Folder({}))
    assert raised.value.code is Code.BASE_MISMATCH


def test_a_base_in_half_precision_safetensors(base: Base, tmp_path: Path) -> None:
    generator, discriminator = small_nets()
    load_into(generator, "base")
    load_into(discriminator, "base")
    paths = [tmp_path / "g.safetensors", tmp_path / "d.safetensors"]
    for net, path in zip((generator, discriminator), paths, strict=True):
        save_file({name: each.half().contiguous() for name, each in net.state_dict().items()}, path)
    started = small_nets()
    Base(paths[0], paths[1], TrainBase.STARTER).load_into(*started)
    for name, tensor in started[0].state_dict().items():
        assert torch.equal(tensor, generator.state_dict()[name].half().float())


def test_a_base_that_was_asked_for_has_to_be_there(tmp_path: Path) -> None:
    asked = with_base(TrainBase.PUBLISHED)
    assert find_base(asked, installed(tmp_path)) is not None
    with pytest.raises(JobError) as raised:
        find_base(asked, Folder({}))
    assert raised.value.code is Code.WEIGHTS_MISSING


@pytest.mark.parametrize(
    "changes",
    [{"preset": Preset.DRAFT}, {"content_encoder": ContentEncoderName.WHISPER_BASE}],
)
def test_a_base_that_was_asked_for_has_to_fit(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(JobError) as raised:
        find_base(with_base(TrainBase.PUBLISHED, **changes), installed(tmp_path))
    assert raised.value.code is Code.BASE_MISMATCH


@pytest.mark.parametrize("rate", [32000, 40000, 48000])
def test_published_files_have_these_names_and_shapes(rate: int) -> None:
    """What the full preset would load into is what state_dict.json says is published."""
    with torch.device("meta"):
        net = Synthesizer(synthesizer_config(Preset.FULL, rate))
    assert net.state_dict()["emb_g.weight"].shape == (109, 256)
    assert any(name.startswith("enc_q.") for name in net.state_dict())
