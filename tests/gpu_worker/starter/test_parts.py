"""The recipe's parts on cases whose answer is known."""

from typing import cast

import numpy as np
import pytest
import torch

from gpu_worker.engine.speech.starter import Block, StarterConfig, StarterEncoder
from starter import quick
from starter.augment import Augment, paced
from starter.lines import LINES, PROBE_LINES, ROUND, planned
from starter.phones import LEAD_S, PHONES, UNCLEAR, heard_sounds, labels, sounds
from starter.probes import accuracy, fitted
from starter.texts import LANGUAGES, Lexicon, line
from starter.voices import KEPT_OUT, VoicePacks, speakers, unseen_speakers


def test_stress_belongs_to_what_follows_and_length_to_what_stands_before() -> None:
    found = sounds("kˈaː s,", (2, 3, 1, 4, 2, 1, 2, 5, 3))
    assert found == [(".", 2), ("k", 3), ("a", 7), (" ", 1), ("s", 2), (".", 5), (".", 3)]


def test_labels_cover_every_frame_and_leave_gaps_between_words_open() -> None:
    planned = np.arange(10) * 0.025 + 0.0125
    told = labels("a s.", (1, 2, 1, 3, 2, 1), planned - LEAD_S)
    a, s, pause = PHONES.index("a"), PHONES.index("s"), PHONES.index(".")
    assert told.tolist() == [pause, a, a, UNCLEAR, s, s, s, pause, pause, pause]
    assert labels("a s.", (1, 2, 1, 3, 2, 1), np.array([-1.0, 0.0, 9.0])).tolist() == [
        pause,
        a,
        pause,
    ]


def test_what_is_heard_comes_earlier_and_lasts_as_long() -> None:
    found = heard_sounds("a s.", (4, 2, 1, 3, 2, 1))
    assert [phone for phone, _ in found] == [".", "a", " ", "s", ".", "."]
    lengths = [seconds for _, seconds in found]
    assert lengths == pytest.approx([0.1 - LEAD_S, 0.05, 0.025, 0.075, 0.05, 0.025 + LEAD_S])


def test_phones_are_told_apart() -> None:
    assert len(set(PHONES)) == len(PHONES)


class Words:
    """A lexicon of one word."""

    def word(self, random: np.random.Generator) -> str:
        return "wˈɜɹd"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES)))
def test_lines_are_the_same_from_the_same_seed_and_can_be_said(language: str) -> None:
    first, again, other = (
        line(language, Words(), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert first[-1] in ".?"
    assert 56 <= len(first) < 90
    known = {*PHONES, *" ,.?ˈˌːʲʰʔ"}
    assert set(first) <= known, set(first) - known


NAMES = tuple(f"voice{number}" for number in range(6)) + KEPT_OUT


def test_nobody_learns_from_whom_the_probes_hear() -> None:
    learned = speakers(NAMES, seed=1)
    used = {name for speaker in learned for name in speaker.blend}
    assert used.isdisjoint(KEPT_OUT)
    assert {speaker.name for speaker in unseen_speakers()} <= set(KEPT_OUT)
    assert all(sum(speaker.blend.values()) == pytest.approx(1) for speaker in learned)
    assert [s.blend for s in learned] == [s.blend for s in speakers(NAMES, seed=1)]


def test_augmenting_is_drawn_from_its_generator_and_keeps_the_time() -> None:
    waves = torch.zeros(4, 16_000)
    waves[:, 8000] = 0.5
    runs = [Augment(torch.Generator().manual_seed(seed))(waves) for seed in (0, 0, 1)]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    assert runs[0].isfinite().all()
    assert runs[0].shape == waves.shape
    assert (runs[0].abs().argmax(1) - 8000).abs().max() < 200


def test_pace_moves_pitch_and_time_together() -> None:
    ramp = torch.arange(100.0).expand(2, -1)
    moved = paced(ramp, torch.tensor([1.0, 1.5]), 50)
    assert torch.equal(moved[0], torch.arange(50.0))
    assert torch.equal(moved[1], 1.5 * torch.arange(50.0))


def test_a_probe_finds_what_is_linear_and_nothing_else() -> None:
    generator = torch.Generator().manual_seed(0)
    classes = torch.randint(4, (2000,), generator=generator)
    noise = torch.randn(2000, 8, generator=generator)
    planted = noise + 6 * torch.nn.functional.one_hot(classes, 8)
    found, chance = (
        accuracy(fitted(rows[:1000], classes[:1000], 4, seed=0), rows[1000:], classes[1000:])
        for rows in (planted, noise)
    )
    assert found > 0.99
    assert 0.15 < chance < 0.35


def test_the_quick_encoder_gives_the_same_numbers_and_gradients() -> None:
    torch.manual_seed(0)
    encoder = StarterEncoder(StarterConfig(dropout=0.0)).train()
    mel = torch.randn(2, 80, 40)
    weight = cast(Block, encoder.blocks[1]).conv.weight
    expected, given = encoder.encode(mel), quick.encode(encoder, mel)
    assert torch.allclose(given, expected, atol=1e-5)
    gradients = [
        torch.autograd.grad(each.square().mul(mel[:, :1, ::2].mT).sum(), weight)[0]
        for each in (expected, given)
    ]
    assert float(gradients[0].abs().max()) > 1e-3
    assert torch.allclose(gradients[0], gradients[1], rtol=1e-3, atol=1e-4)


class Packs:
    """Names alone."""

    names = tuple(f"voice_{number}" for number in range(12))


def test_a_second_round_says_other_lines_and_the_probes_again() -> None:
    packs = cast(VoicePacks, Packs())
    first, second = (
        [plan.number for plan in planned(packs, cast(Lexicon, Words()), 1.0, 5, lines)]
        for lines in (range(ROUND), range(ROUND, LINES))
    )
    everything = [plan.number for plan in planned(packs, cast(Lexicon, Words()), 1.0, 5)]
    probes = range(10_000, 10_000 + PROBE_LINES)
    assert sorted(first) == [*range(ROUND), *probes]
    assert sorted(second) == [*range(ROUND, LINES), *probes]
    assert sorted(everything) == [*range(LINES), *probes]
    # The probes come early, so that a run that is cut off has them.
    assert second[ROUND // 3] == 10_000


def test_a_line_is_the_same_whichever_round_is_made() -> None:
    packs, words = cast(VoicePacks, Packs()), cast(Lexicon, Words())
    few = range(ROUND - 3, ROUND + 9)
    alone = {plan.number: plan for plan in planned(packs, words, 1.0, 5, few)}
    everything = {plan.number: plan for plan in planned(packs, words, 1.0, 5)}
    assert all(everything[number] == plan for number, plan in alone.items())
    voices = {number: len(plan.speakers) for number, plan in alone.items() if number < LINES}
    assert voices == {n: 2 if n >= ROUND else 1 for n in few}


@pytest.mark.parametrize("seed", range(4))
def test_a_line_sent_over_a_telephone_stays_what_it_was(seed: int) -> None:
    t = torch.arange(16_000) / 16_000
    waves = 0.3 * torch.sin(2 * torch.pi * torch.tensor([[220.0], [700.0]]) * t)
    heard = Augment(torch.Generator().manual_seed(seed))._transmitted(waves)
    assert heard.shape == waves.shape
    for one, other in zip(heard, waves, strict=True):
        assert float(torch.corrcoef(torch.stack([one, other]))[0, 1]) > 0.9
    assert float(heard.abs().max()) <= 0.3 + 1e-6
