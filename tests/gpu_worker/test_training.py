"""A training from recordings to published files, with draft networks and a few steps."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import Preset, TrainBase
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import train_recipe
from gpu_worker.engine.learning.schedule import learning_rate, preview_steps
from gpu_worker.engine.learning.training import TrainOutcome
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.stop import Stopped
from gpu_worker.engine.voice.published import read_published
from gpu_worker.engine.voice.retrieval import read_index
from tests.gpu_worker.training_parts import (
    PARAMS,
    RATE,
    CheapEncoder,
    Heard,
    recording,
    train_cheaply,
)

LONG = PARAMS.model_copy(update={"total_steps": 20, "previews": 0})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def outcome(file: Path, heard: Heard, tmp_path_factory: pytest.TempPathFactory) -> TrainOutcome:
    """Four steps straight."""
    return train_cheaply([file], tmp_path_factory.mktemp("straight"), heard=heard)


def test_the_voice_is_exported_with_its_index(outcome: TrainOutcome) -> None:
    voice = read_published(outcome.model)
    assert voice.config.sample_rate == RATE
    assert (voice.encoder_id, voice.encoder_sha256) == (CheapEncoder.id, CheapEncoder.sha256)
    assert len(read_index(outcome.index, CheapEncoder.dim).vectors) > 200
    assert outcome.steps == 4
    assert 12.0 < outcome.usable_seconds < 16.0
    assert outcome.f0_low_hz == pytest.approx(220.0)


def test_progress_never_falls_and_ends_with_losses(outcome: TrainOutcome, heard: Heard) -> None:
    assert all(a <= b for a, b in pairwise(heard.fractions))
    assert {Stage.FEATURES, Stage.TRAIN, Stage.INDEX} == set(heard.stages)
    assert {"mel", "total"} <= set(heard.losses[-1])
    assert outcome.losses == heard.losses[-1]


def test_a_drafts_first_upsampling_stays_an_interpolation(outcome: TrainOutcome) -> None:
    checkpoint = torch.load(outcome.model.parent / "checkpoint.pt", weights_only=True)
    kernels = [checkpoint["generator"][f"dec.ups.{n}.weight_v"].flatten(0, 1) for n in (0, 1)]
    one_shape = [int(torch.linalg.matrix_rank(taps, rtol=1e-4)) == 1 for taps in kernels]
    assert one_shape == [True, False]


def test_previews_begin_before_the_first_step_and_end_with_what_is_exported(
    outcome: TrainOutcome, heard: Heard
) -> None:
    steps = [(number, step) for number, step, _, _ in heard.previews]
    assert steps == [(0, 0), (1, 2), (2, outcome.best_step)]
    assert heard.previews[0][2] == outcome.mel_distance_start
    assert heard.previews[-1][2] == outcome.mel_distance_end
    wave, rate = decode(heard.previews[0][3])
    assert rate == RATE
    assert 1.0 < len(wave) / rate < 3.5


def test_a_resumed_training_equals_one_that_never_ended(
    outcome: TrainOutcome, heard: Heard, file: Path, tmp_path: Path
) -> None:
    middle = tmp_path / "middle.pt"
    middle.write_bytes(heard.checkpoints[2])
    again = Heard()
    resumed = train_cheaply([file], tmp_path / "resumed", heard=again, resume=middle)

    straight = torch.load(outcome.model.parent / "checkpoint.pt", weights_only=True)
    other = torch.load(resumed.model.parent / "checkpoint.pt", weights_only=True)
    for net in ("generator", "discriminator"):
        for name, tensor in straight[net].items():
            assert torch.equal(tensor, other[net][name]), name
    assert [number for number, _, _, _ in again.previews] == [2]
    assert resumed.scores == outcome.scores
    assert resumed.best_step == outcome.best_step
    assert resumed.mel_distance_start == outcome.mel_distance_start
    assert resumed.mel_distance_end == outcome.mel_distance_end


def test_a_finished_checkpoint_only_exports(
    outcome: TrainOutcome, heard: Heard, file: Path, tmp_path: Path
) -> None:
    last = tmp_path / "last.pt"
    last.write_bytes(heard.checkpoints[4])
    again = Heard()
    resumed = train_cheaply([file], tmp_path / "done", heard=again, resume=last)
    assert resumed.mel_distance_end == outcome.mel_distance_end
    assert Stage.TRAIN not in again.stages
    assert resumed.model.is_file()


def test_the_best_checkpoint_is_exported_and_told(outcome: TrainOutcome, heard: Heard) -> None:
    assert set(heard.scores) == {0, 2, 4}
    assert heard.best[-1] == outcome.best_step
    best = max((2, 4), key=lambda step: (heard.scores[step].quality, step))
    assert outcome.best_step == best
    assert outcome.scores == heard.scores[best]
    assert read_published(outcome.model).metadata["step"] == best
    assert outcome.base is TrainBase.SCRATCH
    assert outcome.ending.en.startswith("All 4 steps are done; ")
    assert outcome.f0_median_hz == pytest.approx(220.0)


def test_the_best_checkpoints_are_kept_to_choose_from(outcome: TrainOutcome, heard: Heard) -> None:
    assert [(k.slot, k.step, k.path) for k in outcome.candidates] == heard.candidates
    [kept] = outcome.candidates  # the best is the exported model, written once
    assert {kept.step, outcome.best_step} == {2, 4}
    assert kept.scores == heard.scores[kept.step]
    assert kept.scores.quality <= outcome.scores.quality
    assert kept.slot == 1
    assert kept.path == outcome.model.with_name("candidate-1.pth")
    assert read_published(kept.path).metadata["step"] == kept.step
    assert {path.name for path in outcome.model.parent.glob("*.pth")} == {
        "model.pth", "candidate-1.pth"
    }  # fmt: skip


def test_a_best_checkpoint_survives_its_worker(
    outcome: TrainOutcome, heard: Heard, file: Path, tmp_path: Path
) -> None:
    """The next worker has only the last checkpoint, in an empty folder: nothing of step 2."""
    last = tmp_path / "last.pt"
    last.write_bytes(heard.checkpoints[4])
    again = Heard()
    resumed = train_cheaply([file], tmp_path / "again", heard=again, resume=last)
    assert [kept.step for kept in resumed.candidates] == [k.step for k in outcome.candidates]
    ours = [resumed.model, *(kept.path for kept in resumed.candidates)]
    theirs = [outcome.model, *(kept.path for kept in outcome.candidates)]
    assert len(ours) == 2
    for mine, other in zip(ours, theirs, strict=True):
        weights, former = read_published(mine).weights, read_published(other).weights
        assert all(torch.equal(tensor, former[name]) for name, tensor in weights.items())
    assert resumed.ending == outcome.ending
    assert resumed.losses == outcome.losses
    assert not again.scores


def test_a_finished_training_goes_on(
    outcome: TrainOutcome, heard: Heard, file: Path, tmp_path: Path
) -> None:
    last = tmp_path / "last.pt"
    last.write_bytes(heard.checkpoints[4])
    again = Heard()
    longer = PARAMS.model_copy(update={"total_steps": 6, "previews": 0, "patience": 2})
    resumed = train_cheaply([file], tmp_path / "more", params=longer, heard=again, resume=last)
    assert resumed.steps == 6
    assert set(again.scores) == {6}
    assert resumed.mel_distance_start == outcome.mel_distance_start
    assert {resumed.best_step, *(kept.step for kept in resumed.candidates)} == {2, 4, 6}
    assert len(resumed.candidates) == 2
    # discriminators had joined at 30 % of 4 steps and do not leave
    assert "gen" in again.losses[-1]


def test_a_customer_who_has_heard_enough_gets_the_best(file: Path, tmp_path: Path) -> None:
    heard = Heard()
    voice = train_cheaply(
        [file], tmp_path, heard=heard, finish=lambda: bool(heard.checkpoints), params=LONG
    )
    assert voice.steps == 3
    assert voice.ending.en.startswith("Training ended at step 3 as you asked; ")
    assert set(heard.scores) == {0, 2, 3}
    assert read_published(voice.model).metadata["step"] == voice.best_step
    # the next worker, should this one be lost before it stored the voice, only exports
    last = tmp_path / "last.pt"
    last.write_bytes(heard.checkpoints[3])
    again = Heard()
    resumed = train_cheaply([file], tmp_path / "again", params=LONG, heard=again, resume=last)
    assert (resumed.steps, resumed.ending) == (3, voice.ending)
    assert not again.scores


def test_training_ends_when_no_checkpoint_gets_better(file: Path, tmp_path: Path) -> None:
    """A learning rate that changes nothing: every checkpoint scores the same."""
    heard = Heard()
    params = LONG.model_copy(
        update={"learning_rate": 1e-12, "patience": 1, "checkpoint_every": 1, "total_steps": 10}
    )
    voice = train_cheaply([file], tmp_path, params=params, heard=heard)
    # counted from step 6 on (65 % of ten): the first to beat is 6, the first that fails 7
    assert voice.steps == 7
    assert voice.ending.en.startswith("The score no longer rose for 1 checkpoints")
    assert "7스텝" in voice.ending.ko


def test_other_recordings_do_not_go_on_from_a_checkpoint(
    heard: Heard, file: Path, tmp_path: Path
) -> None:
    middle = tmp_path / "middle.pt"
    middle.write_bytes(heard.checkpoints[2])
    other = recording(tmp_path, seconds=15.0)
    with pytest.raises(JobError) as raised:
        train_cheaply([file, other], tmp_path / "out", resume=middle)
    assert raised.value.code is Code.CHECKPOINT_MISMATCH
    assert not (tmp_path / "out" / "model.pth").exists()


def test_another_name_or_order_of_the_files_is_the_same_voice(
    outcome: TrainOutcome, heard: Heard, file: Path, tmp_path: Path
) -> None:
    renamed = tmp_path / "renamed.flac"
    renamed.write_bytes(file.read_bytes())
    last = tmp_path / "last.pt"
    last.write_bytes(heard.checkpoints[4])
    resumed = train_cheaply([renamed], tmp_path / "out", resume=last)
    assert resumed.mel_distance_end == outcome.mel_distance_end


def test_a_base_that_is_not_there_is_asked_for_in_vain(file: Path, tmp_path: Path) -> None:
    params = PARAMS.model_copy(update={"base": TrainBase.PUBLISHED})
    with pytest.raises(JobError) as raised:
        train_cheaply([file], tmp_path, params=params)
    assert raised.value.code is Code.BASE_MISMATCH


def test_the_same_seed_gives_the_same_voice_and_leaves_the_global_one(
    outcome: TrainOutcome, file: Path, tmp_path: Path
) -> None:
    before = torch.random.get_rng_state()
    short = PARAMS.model_copy(update={"total_steps": 1})
    first = train_cheaply([file], tmp_path / "a", params=short)
    second = train_cheaply([file], tmp_path / "b", params=short)
    assert first.mel_distance_end == second.mel_distance_end
    assert torch.equal(before, torch.random.get_rng_state())


def test_features_are_computed_once(file: Path, tmp_path: Path) -> None:
    encoder = CheapEncoder()
    short = PARAMS.model_copy(update={"total_steps": 1})
    train_cheaply([file], tmp_path, params=short, encoder=encoder)
    asked = encoder.calls
    train_cheaply([file], tmp_path, params=short, encoder=encoder)
    assert encoder.calls == asked > 0


@pytest.mark.parametrize("polls", [0, 2, 5, 9])
def test_a_stop_ends_it_wherever_it_is(file: Path, tmp_path: Path, polls: int) -> None:
    """Each poll is a slice, a step or a stage; a stop at any of them is obeyed there."""
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > polls

    with pytest.raises(Stopped):
        train_cheaply([file], tmp_path, stop=stop)
    assert asked == polls + 1
    assert not (tmp_path / "model.pth").exists()


def test_too_little_voice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError) as raised:
        train_cheaply([recording(tmp_path, seconds=6.0)], tmp_path / "out")
    assert raised.value.code is Code.TOO_LITTLE_SPEECH


def test_a_file_that_is_no_audio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_bytes(b"not a sound" * 100)
    with pytest.raises(JobError) as raised:
        train_cheaply([path], tmp_path / "out")
    assert raised.value.code is Code.AUDIO_UNREADABLE


def test_preview_steps() -> None:
    assert preview_steps(600, 4) == (0, 150, 300, 450, 600)
    assert preview_steps(2, 4) == (0, 0, 1, 2, 2)
    assert preview_steps(600, 0) == ()


def test_learning_rates_of_the_presets() -> None:
    """The published rate decays by the epoch only; a draft's rises, and falls to a tenth."""
    full = train_recipe(Preset.FULL)
    assert learning_rate(full, PARAMS, step=3, epoch=2) == pytest.approx(1e-4 * 0.999875**2)
    draft = train_recipe(Preset.DRAFT)
    long = PARAMS.model_copy(update={"total_steps": 1000})
    rates = [learning_rate(draft, long, step, epoch=0) for step in (0, 24, 49, 500, 1000)]
    assert rates == pytest.approx([2e-5, 5e-4, 1e-3, 1e-3, 1e-4])
    tuned = train_recipe(Preset.DRAFT, has_base=True)
    assert learning_rate(tuned, long, 500, epoch=0) == pytest.approx(3e-4)
