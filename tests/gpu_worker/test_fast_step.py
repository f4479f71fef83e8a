"""The fast step is the exact one in fewer kernels: same losses, same gradients, same training."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch

from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.contract.scores import Scores
from gpu_worker.engine.config import discriminator_config, spectrogram_config, synthesizer_config
from gpu_worker.engine.learning.batches import make_batch
from gpu_worker.engine.learning.candidates import Kept
from gpu_worker.engine.learning.fast_step import FastStep, StepPath, Tricks
from gpu_worker.engine.learning.resident import ResidentClips, resident_bytes
from gpu_worker.engine.learning.train_state import take_optimiser
from gpu_worker.engine.learning.train_step import (
    StepLosses,
    TrainBatch,
    TrainNets,
    judge_alike,
    make_nets,
    train_step,
)
from gpu_worker.engine.memory import fitting, index_of
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.noise import Drawn, gaussian_like
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.voice.published import VoiceMetadata, write_published
from tests.gpu_worker.training_parts import RATE, noise_dataset

SPECTROGRAM = spectrogram_config(RATE)
CPU = torch.device("cpu")
STARTS = torch.tensor([0, 9])

BFLOAT16 = 2.0**-8
"""Its unit roundoff: a sum of many rounded terms errs by about this, a chain of layers by a few."""


def fresh() -> TrainNets:
    # Narrower than a draft: the bounds on single layers below were found with these sizes.
    config = replace(
        synthesizer_config(Preset.DRAFT, RATE, content_dim=8),
        inter_channels=96,
        hidden_channels=96,
        filter_channels=384,
        upsample_initial=96,
        segment_frames=8,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make_nets(
            Synthesizer(config),
            MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT)),
            SPECTROGRAM,
            1e-4,
        )


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """A value next to 0 may fall on the other side of a ReLU by the order in which threads add."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def batch() -> TrainBatch:
    clips = noise_dataset().train[:2]
    return make_batch(clips, 40, SPECTROGRAM, torch.Generator().manual_seed(0), CPU)


def noise() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def gradients(nets: TrainNets) -> dict[str, torch.Tensor]:
    """Of both networks, each layer's as one vector."""
    layers: dict[str, list[torch.Tensor]] = {}
    for net in (nets.generator, nets.discriminator):
        for name, parameter in net.named_parameters():
            assert parameter.grad is not None, name
            layers.setdefault(name.rpartition(".")[0], []).append(parameter.grad.flatten())
    return {name: torch.cat(parts) for name, parts in layers.items()}


def errors(ours: TrainNets, exact: TrainNets) -> dict[str, float]:
    """Relative to each layer's own gradient; the flow, which starts as the identity, has none."""
    found = {}
    theirs = gradients(exact)
    for name, grad in gradients(ours).items():
        size = float(theirs[name].norm())
        found[name] = float((grad - theirs[name]).norm()) / size if size else float(grad.norm())
    return found


@pytest.fixture(scope="module")
def exact(batch: TrainBatch) -> tuple[TrainNets, StepLosses]:
    nets = fresh()
    return nets, train_step(nets, batch, STARTS, noise())


@pytest.mark.parametrize(
    "tricks",
    [
        Tricks(),
        Tricks(fused=False),
        Tricks(fused=False, together=False, innermost=False),
        Tricks(together=False, grouped_innermost=True),
        Tricks(innermost=False),
    ],
    ids=["fused", "unfused", "plain", "apart", "layout"],
)
def test_in_single_precision_every_gradient_is_the_exact_one(
    batch: TrainBatch, exact: tuple[TrainNets, StepLosses], tricks: Tricks
) -> None:
    nets = fresh()
    step = FastStep(nets, replace(tricks, half=False, compiled=False))
    losses = step(nets, batch, STARTS, noise())
    for field in fields(losses):
        ours, theirs = float(getattr(losses, field.name)), float(getattr(exact[1], field.name))
        assert ours == pytest.approx(theirs, rel=1e-5), field.name
    *all_but_one, most = sorted(errors(nets, exact[0]).values())
    assert all_but_one[-1] < 1e-4
    assert most < 1e-3  # one value fell on the other side of its ReLU


@pytest.mark.parametrize("fused", [True, False])
def test_in_bfloat16_every_layers_gradient_errs_by_its_rounding(
    batch: TrainBatch, exact: tuple[TrainNets, StepLosses], fused: bool
) -> None:
    nets = fresh()
    losses = FastStep(nets, Tricks(compiled=False, fused=fused))(nets, batch, STARTS, noise())
    assert float(losses.loss_total) == pytest.approx(float(exact[1].loss_total), rel=2 * BFLOAT16)
    wrong = errors(nets, exact[0])
    # A softmax that is nearly even sees differences of logits: their rounding nearly cancels them.
    sharp = {name: error for name, error in wrong.items() if ".attn_layers." in name}
    plain = sorted(error for name, error in wrong.items() if name not in sharp)
    assert plain[len(plain) // 2] < 8 * BFLOAT16
    assert plain[-1] < 48 * BFLOAT16
    assert max(sharp.values()) < 0.5


def test_a_frozen_discriminator_gives_the_generator_the_same_gradients(batch: TrainBatch) -> None:
    nets = fresh()
    real = batch.wave[:, None, : 8 * SPECTROGRAM.hop]
    found = []
    for frozen in (False, True):
        fake = (real.flip(2) * 0.5).requires_grad_()
        nets.discriminator.requires_grad_(not frozen)
        loss, features = judge_alike(nets.discriminator, real, fake)
        (loss + features).backward()  # type: ignore[no-untyped-call]
        assert fake.grad is not None
        found.append(fake.grad)
    assert torch.equal(*found)
    assert found[0].abs().max() > 0


def test_weights_and_moments_lie_in_memory_as_they_are_read(batch: TrainBatch) -> None:
    nets = fresh()
    train_step(nets, batch, STARTS, noise())  # moments of before, as from a checkpoint
    weight = nets.generator.get_parameter("dec.resblocks.0.convs1.0.weight_v")
    before = weight.detach().clone()
    moment = nets.optimiser_g.state[weight]["exp_avg"].clone()
    FastStep(nets, Tricks(compiled=False))
    _, into, kernel = weight.shape
    assert weight.stride() == (into * kernel, 1, into)
    assert nets.optimiser_g.state[weight]["exp_avg"].stride() == weight.stride()
    assert torch.equal(weight, before)
    assert torch.equal(nets.optimiser_g.state[weight]["exp_avg"], moment)


def test_a_voice_is_published_whatever_its_layout(tmp_path: Path) -> None:
    nets = fresh()
    FastStep(nets, Tricks(compiled=False))
    about = VoiceMetadata("fast", ContentEncoderName.CONTENTVEC, "0" * 64, step=0)
    write_published(tmp_path / "voice.pth", nets.generator, about)
    written = torch.load(tmp_path / "voice.pth", weights_only=True)["weight"]
    kept = Kept.of(nets.generator, 0, 0, Scores(mel_distance=0, quality=0)).weights
    for weights in (written, kept):
        for name, value in weights.items():
            assert value.is_contiguous(), name
            assert torch.equal(value, nets.generator.state_dict()[name].half()), name


def test_several_steps_train_alike(batch: TrainBatch) -> None:
    """Weights after three steps, whose noise and optimisers run on from step to step."""
    ours, theirs = fresh(), fresh()
    fast = FastStep(ours, Tricks(half=False, compiled=False))
    draws = noise(), noise()
    for _ in range(3):
        fast(ours, batch, STARTS, draws[0])
        train_step(theirs, batch, STARTS, draws[1])
    before, after = fresh().generator.state_dict(), theirs.generator.state_dict()
    moved = sum(float((after[name] - before[name]).square().sum()) for name in after)
    apart = sum(
        float((after[name] - tensor).square().sum())
        for name, tensor in ours.generator.state_dict().items()
    )
    # Adam's first updates keep little of a gradient but its sign, also where it is nearly zero.
    assert apart < 0.01 * moved
    assert torch.equal(draws[0].get_state(), draws[1].get_state())


def test_other_shapes_and_networks_are_refused(batch: TrainBatch) -> None:
    nets = fresh()
    fast = FastStep(nets, Tricks(compiled=False))
    fast(nets, batch, STARTS, noise())
    longer = make_batch(noise_dataset().train[:2], 48, SPECTROGRAM, noise(), CPU)
    with pytest.raises(ValueError, match="one shape"):
        fast(nets, longer, STARTS, noise())
    with pytest.raises(ValueError, match="networks"):
        fast(fresh(), batch, STARTS, noise())


def test_losses_stay_what_they_were(batch: TrainBatch) -> None:
    nets = fresh()
    fast = FastStep(nets, Tricks(half=False, compiled=False))
    first = fast(nets, batch, STARTS, noise())
    value = float(first.loss_total)
    fast(nets, batch, STARTS, noise())
    assert float(first.loss_total) == value


def test_a_fast_checkpoint_resumes_on_the_exact_path(batch: TrainBatch) -> None:
    """Flags and tensors of a captured optimiser do not come along."""
    nets, other = fresh(), fresh()
    train_step(nets, batch, STARTS, noise())
    state = nets.optimiser_g.state_dict()
    for group in state["param_groups"]:
        group.update(capturable=True, fused=True, lr=torch.tensor(3.0))
    take_optimiser(other.optimiser_g, state)
    (group,) = other.optimiser_g.param_groups
    assert (group["lr"], group["capturable"], group["fused"]) == (1e-4, False, None)
    assert len(other.optimiser_g.state) == len(state["state"])


def test_noise_is_handed_out_in_order_and_in_shape() -> None:
    first, second = torch.ones(2, 3), torch.zeros(2, 5)
    drawn = Drawn(first, second)
    assert gaussian_like(torch.empty(2, 3), drawn) is first
    with pytest.raises(ValueError, match="is needed"):
        gaussian_like(torch.empty(2, 4), drawn)


def test_resident_clips_make_the_same_batches() -> None:
    clips = (*noise_dataset().train[:3], *noise_dataset(frames=30, clips=36).train[:1])
    there = ResidentClips(clips, CPU)
    numbers, draws = [3, 0, 2], (noise(), noise())
    ours = there.batch(numbers, 40, SPECTROGRAM, draws[0])
    theirs = make_batch([clips[n] for n in numbers], 40, SPECTROGRAM, draws[1], CPU)
    for field in fields(theirs):
        assert torch.equal(getattr(ours, field.name), getattr(theirs, field.name)), field.name
    assert torch.equal(draws[0].get_state(), draws[1].get_state())
    assert resident_bytes(clips) == 4 * (3 * 240 + 30) * (RATE // 100 + 8 + 1)


@pytest.mark.parametrize(
    ("free_gb", "size"),
    [(None, 16), (80, 16), (24, 16), (13, 16), (12, 14), (6, 2), (3, 1), (0, 1)],
)
def test_a_batch_never_exceeds_free_memory(free_gb: int | None, size: int) -> None:
    """1 GiB stays free; 4 GiB are fixed; a row takes half a GiB."""
    free = None if free_gb is None else free_gb << 30
    assert fitting(16, 1 << 29, 4 << 30, free) == size


def test_a_device_without_a_number_is_the_current_one() -> None:
    assert index_of(torch.device("cuda"), lambda: 3) == 3
    assert index_of(torch.device("cuda:1"), lambda: 3) == 1


def test_auto_is_fast_on_a_gpu_only() -> None:
    cuda = torch.device("cuda")
    assert [StepPath.AUTO.on(cuda), StepPath.AUTO.on(CPU)] == [StepPath.FAST, StepPath.EXACT]
    assert StepPath.EXACT.on(cuda) is StepPath.EXACT
    assert StepPath.FAST.on(CPU) is StepPath.FAST
