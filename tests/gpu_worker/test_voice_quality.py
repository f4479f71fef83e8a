"""The short form of tests/trials/test_voice_quality.py: some 200 steps a voice, from nothing."""

from pathlib import Path

from gpu_worker.contract.params import ContentEncoderName, F0Method, TrainParams
from tests.gpu_worker.voice_quality import SPEAKERS, SPOKEN, Jury

PARAMS = TrainParams(
    content_encoder=ContentEncoderName.WHISPER_BASE,
    total_steps=220,
    checkpoint_every=1000,
    previews=0,
    f0_method=F0Method.SWIFT_F0,
)


def test_two_short_trainings_already_sound_like_their_speakers(tmp_path: Path) -> None:
    jury = Jury(PARAMS, tmp_path)
    after_ten_steps = jury.train(SPEAKERS[0], steps=10)
    voices = {speaker: jury.train(speaker) for speaker in SPEAKERS}
    trained = {name: jury.judge(name, voice, SPOKEN) for name, voice in voices.items()}
    verdict = "; ".join(f"{name}: {judgement}" for name, judgement in trained.items())
    print(verdict)
    assert all(judgement.passes for judgement in trained.values()), verdict

    qualities = [voices[name].scores.quality for name in SPEAKERS]
    print(f"quality {qualities}, after ten steps {after_ten_steps.scores.quality}")
    assert after_ten_steps.scores.quality < 20
    # A third of the default's steps; half of what the slower voice has by then in a bad seed.
    assert min(qualities) > after_ten_steps.scores.quality + 10
    for name in SPEAKERS:
        scores = jury.heard[name].scores
        assert scores[0].quality < 20
        assert scores[PARAMS.total_steps].quality > scores[0].quality + 10

    untrained = [jury.judge(name, jury.untrained(voice), SPOKEN) for name, voice in voices.items()]
    assert not any(judgement.passes for judgement in untrained), untrained
    # Key and index alone bring random weights a little nearer: training has to add to that.
    for before, after in zip(untrained, trained.values(), strict=True):
        assert after.margin > before.margin + 0.01, f"untrained: {before}; trained: {after}"
