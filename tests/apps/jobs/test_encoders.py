"""A voice keeps the encoder that it was made with: no job is sent with another."""

import pytest
from django.test import Client

from apps.jobs.models import Job
from apps.voices.models import Voice
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import ConvertJob, EncoderRef
from gpu_worker.contract.params import ContentEncoderName

from . import fakes
from .conftest import Studio
from .test_kinds import another_voice, code_of, post


def test_a_voice_keeps_its_encoder_and_is_sent_with_it_alone(
    studio: Studio, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = EncoderRef(id=ContentEncoderName.STARTER, sha256="5" * 64)
    monkeypatch.setattr(fakes, "ENCODER", own)
    job = studio.trained()
    assert job.params["content_encoder"] == "auto", "the worker chose"
    shown = owner_client.get(f"/api/v1/voices/{studio.voice.id}").json()
    assert shown["encoder"] == "starter"
    assert (studio.voice.encoder_id, studio.voice.encoder_sha256) == ("starter", "5" * 64)
    monkeypatch.setattr(
        fakes, "ENCODER", EncoderRef(id=ContentEncoderName.STARTER, sha256="6" * 64)
    )
    studio.convert()
    spec = studio.succeed().spec
    assert isinstance(spec, ConvertJob)
    assert [voice.encoder for voice in spec.voices] == [own]


def test_voices_of_two_starters_do_not_blend(ready: Studio, owner_client: Client) -> None:
    other = another_voice(ready)
    for voice, sha256 in ((ready.voice, "5" * 64), (other, "6" * 64)):
        changes = {"encoder_id": "starter", "encoder_sha256": sha256}
        Voice.objects.filter(id=voice.id).update(**changes)
    body = {
        "voice": str(ready.voice.id),
        "blend": [{"voice": str(other.id), "weight": 0.5}],
        "files": [str(ready.song.id)],
    }
    response = post(owner_client, "conversions", body)
    assert (response.status_code, code_of(response)) == (409, Code.VOICES_DO_NOT_BLEND)
    assert not Job.objects.exists()
