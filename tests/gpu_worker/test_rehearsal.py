"""What a rehearsal prepares is what training then needs."""

import threading

import pytest
import torch

from gpu_worker.contract.params import Preset, TrainParams
from gpu_worker.engine.config import discriminator_config, spectrogram_config, synthesizer_config
from gpu_worker.engine.learning import fast_step, rehearsal
from gpu_worker.engine.learning.fast_step import FastStep, StepPath, Tricks
from gpu_worker.engine.learning.rehearsal import rehearse, while_rehearsing
from gpu_worker.engine.learning.resident import ResidentClips
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.train_step import make_nets
from gpu_worker.engine.nets.compiling import Compiler
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer

CPU = torch.device("cpu")
DIM, RATE, FRAMES = 8, 32_000, 64
PARAMS = TrainParams(preset=Preset.DRAFT, sample_rate=RATE, batch_size=2)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    """One that only listens, for fast steps on a CPU."""
    compiler = Compiler()
    monkeypatch.setattr(fast_step, "_compiler", lambda: compiler)
    monkeypatch.setattr(fast_step, "WITHOUT_COMPILER", Tricks())
    return compiler


def a_training_step() -> None:
    nets = make_nets(
        Synthesizer(synthesizer_config(Preset.DRAFT, RATE, DIM)),
        MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT)),
        spectrogram_config(RATE),
        1e-4,
    )
    hop = RATE // 100
    clip = Slice(torch.randn(90 * hop) * 0.1, torch.randn(90, DIM), torch.full((90,), 200.0))
    draws = torch.Generator().manual_seed(0)
    batch = ResidentClips([clip] * 2, CPU).batch([0, 1], FRAMES, spectrogram_config(RATE), draws)
    FastStep(nets)(nets, batch, torch.tensor([0, 9]), draws)


def test_training_calls_nothing_that_was_not_rehearsed(compiler: Compiler) -> None:
    before = torch.get_rng_state()
    rehearse(PARAMS, DIM, CPU)
    assert torch.equal(torch.get_rng_state(), before)
    rehearsed = compiler.waiting
    assert rehearsed > 40
    a_training_step()
    assert compiler.waiting == rehearsed


def test_work_goes_on_in_another_thread_while_a_step_is_rehearsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[tuple[str, str]] = []

    def work() -> int:
        ran.append(("work", threading.current_thread().name.partition("_")[0]))
        return 7

    def rehearsing(*_: object) -> None:
        ran.append(("rehearsal", threading.current_thread().name))
        raise torch.OutOfMemoryError("a small card: training finds its own batch size")

    main = threading.current_thread().name
    full = TrainParams(preset=Preset.FULL)
    assert while_rehearsing(work, full, DIM, CPU) == 7
    assert ran == [("work", main)]
    ran.clear()
    monkeypatch.setattr(rehearsal, "rehearse", rehearsing)
    monkeypatch.setattr(StepPath, "on", lambda *_: StepPath.FAST)
    assert while_rehearsing(work, full, DIM, CPU) == 7
    assert sorted(ran) == [("rehearsal", main), ("work", "features")]
    ran.clear()
    assert while_rehearsing(work, PARAMS, DIM, CPU) == 7  # drafts have no fast step
    assert ran == [("work", main)]
