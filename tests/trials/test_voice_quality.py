"""Voices trained from nothing for minutes sing one song; each must sound like its own speaker."""

from pathlib import Path

import pytest

from gpu_worker.contract.params import ContentEncoderName, TrainParams
from tests.gpu_worker.voice_quality import SPEAKERS, SPOKEN, SUNG, Jury

PARAMS = TrainParams(
    content_encoder=ContentEncoderName.WHISPER_BASE,
    total_steps=3000,
    checkpoint_every=500,
    previews=2,
)


@pytest.mark.trial
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_voice_sounds_like_its_own_speaker(speaker: str, tmp_path: Path) -> None:
    jury = Jury(PARAMS, tmp_path)
    voice = jury.train(speaker)
    right_by_chance = []
    for vocal in (SPOKEN, SUNG):
        trained = jury.judge(speaker, voice, vocal)
        untrained = jury.judge(speaker, jury.untrained(voice), vocal)
        print(f"{speaker} by {vocal.stem}: {trained}; untrained: {untrained}")
        assert trained.passes, trained
        assert trained.f0_correlation > 0.9, trained
        assert not untrained.passes, untrained
        assert trained.margin > untrained.margin, f"{trained}; untrained: {untrained}"
        right_by_chance.append(untrained.sounds_right)
    assert not all(right_by_chance), "the embedding alone passes an untrained network"
