"""A training that is finished early, chosen from, and gone on with."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.billing.plans import WELCOME_CREDITS
from apps.billing.quotes import training_quote
from apps.common import erasure, storage
from apps.jobs import dispatching, services
from apps.jobs.models import Job
from apps.jobs.problems import WebCode
from apps.jobs.requests import Continuation
from apps.library import services as library
from apps.voices import checkpoints
from apps.voices import services as voices
from apps.voices.models import Voice, VoiceState
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import CHECKPOINT, ConvertJob, TrainJob
from tests.apps.voices.made import make_ready

from .conftest import TRAIN, Studio
from .fakes import FakeWorker

JSON = "application/json"


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body or {}, JSON, headers=headers)


def answer_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


# -- scores --------------------------------------------------------------------------------------


def test_the_newest_evaluation_shows_whatever_the_order(
    studio: Studio, owner_client: Client
) -> None:
    job = studio.train()
    worker = studio.dispatch()
    first, second = worker.evaluated(1, 40.0), worker.evaluated(2, 30.0, best=False)
    studio.hear(worker, second)
    studio.hear(worker, first, first)
    shown = owner_client.get(f"/api/v1/jobs/{job.id}").json()["scores"]
    assert shown == {
        "step": 2,
        "best": False,
        "quality": 30.0,
        "mel_distance": 1.0,
        "f0_correlation": 0.9,
        "speaker_similarity": 0.8,
        "dnsmos": None,
    }
    lines = owner_client.get(f"/api/v1/jobs/{job.id}/events").json()["results"]
    told = {line["step"]: line for line in lines if line["type"] == "evaluated"}
    assert told[1]["ko"] == "1스텝의 목소리 품질: 40/100 (지금까지 최고)"
    assert (told[1]["best"], told[2]["best"]) == (True, False)
    assert told[2]["scores"]["quality"] == 30.0


# -- finish --------------------------------------------------------------------------------------


def test_heard_enough_reaches_the_worker_once_it_runs(studio: Studio, owner_client: Client) -> None:
    job = studio.train()
    path = f"jobs/{job.id}/finish"
    assert answer_of(post(owner_client, path)) == (409, "job-not-started")
    worker = studio.dispatch()
    assert not studio.hear(worker, worker.started(), worker.progress(0.5, 2)).finish
    for _ in range(2):
        response = post(owner_client, path)
        assert (response.status_code, response.json()["finishing"]) == (200, True)
    version = Job.objects.get(id=job.id).version
    reply = studio.hear(worker)
    assert (reply.stop, reply.finish) == (False, True)
    assert Job.objects.get(id=job.id).version == version, "asking twice is no news"


def test_a_training_finished_early_costs_what_it_ran(studio: Studio, owner_client: Client) -> None:
    params = TRAIN.model_copy(update={"total_steps": 400, "batch_size": 4})
    body = {
        "voice": str(studio.voice.id),
        "dataset": str(studio.dataset.id),
        "params": params.model_dump(mode="json"),
    }
    job = Job.objects.get(id=post(owner_client, "trainings", body).json()["id"])
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    post(owner_client, f"jobs/{job.id}/finish")
    assert isinstance(worker.spec, TrainJob)
    ran = params.model_copy(update={"total_steps": 100})
    worker.spec = worker.spec.model_copy(update={"params": ran})
    worker.store_result()
    studio.finish(worker)
    job.refresh_from_db()
    assert (job.step, job.cost) == (100, training_quote(ran, 60.0))
    assert training_quote(ran, 60.0) < job.quote
    assert studio.credits == (WELCOME_CREDITS - training_quote(ran, 60.0), 0)
    assert answer_of(post(owner_client, f"jobs/{job.id}/cancel")) == (409, "job-ended")
    assert post(owner_client, f"jobs/{job.id}/finish").json()["finishing"] is False


def test_only_a_running_training_can_be_finished(studio: Studio, owner_client: Client) -> None:
    studio.trained()
    song = studio.convert()
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    assert answer_of(post(owner_client, f"jobs/{song.id}/finish")) == (409, "job-not-training")
    done = Job.objects.get(kind="train")
    assert answer_of(post(owner_client, f"jobs/{done.id}/finish")) == (409, "job-ended")


def test_a_retry_is_not_finished_at_once(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    services.finish_early(job.id)
    assert studio.hear(worker, worker.failed(Code.OUT_OF_MEMORY)).finish is False
    services.retry(job.id)
    again = studio.dispatch()
    assert studio.hear(again, again.started()).finish is False


# -- checkpoints ---------------------------------------------------------------------------------


def checkpoints_of(client: Client, voice: Voice) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = client.get(f"/api/v1/voices/{voice.id}/checkpoints").json()
    return shown


def test_the_best_is_used_and_another_can_be_chosen(studio: Studio, owner_client: Client) -> None:
    studio.trained()
    voice = owner_client.get(f"/api/v1/voices/{studio.voice.id}").json()
    assert (voice["quality"], voice["best_step"], voice["trained_steps"]) == (80.0, 4, 4)
    assert (voice["checkpoints"], voice["f0_median_hz"]) == (3, 180.0)
    assert voice["ending"] == {"ko": "모두 마쳤습니다.", "en": "All steps are done."}
    kept = checkpoints_of(owner_client, studio.voice)
    assert [(each["step"], each["best"], each["chosen"]) for each in kept] == [
        (4, True, True),
        (2, False, False),
        (1, False, False),
    ]
    path = f"voices/{studio.voice.id}/checkpoints/{kept[1]['id']}/choose"
    for _ in range(2):
        chosen = post(owner_client, path).json()
        assert (chosen["best_step"], chosen["quality"]) == (2, 51.0)
    studio.convert()
    spec = studio.dispatch().spec
    assert isinstance(spec, ConvertJob)
    assert "candidate-1.pth" in spec.voices[0].model.url
    export = owner_client.get(f"/api/v1/voices/{studio.voice.id}/export").json()
    assert "candidate-1.pth" in export["model"]["url"]
    post(owner_client, path.replace(kept[1]["id"], kept[0]["id"]))
    studio.voice.refresh_from_db()
    assert storage.exists(studio.voice.model_key), "what was chosen before is still there"
    assert studio.voice.best_step == 4


def test_choosing_is_refused_while_training_and_after_revocation(
    studio: Studio, owner_client: Client, stranger_client: Client
) -> None:
    studio.trained()
    kept = checkpoints_of(owner_client, studio.voice)
    path = f"voices/{studio.voice.id}/checkpoints/{kept[1]['id']}/choose"
    job = studio.train()
    assert answer_of(post(owner_client, path)) == (409, "voice-busy")
    services.cancel(job.id)
    voices.revoke_consent(studio.voice.id, studio.user)
    assert answer_of(post(owner_client, path)) == (403, "consent-revoked")
    assert answer_of(post(stranger_client, path)) == (404, "not-found")
    unknown = path.replace(kept[1]["id"], str(uuid.uuid4()))
    assert answer_of(post(owner_client, unknown)) == (404, "not-found")
    assert Voice.objects.get(id=studio.voice.id).best_step == 4


def test_a_deleted_voice_takes_its_checkpoints_along(studio: Studio) -> None:
    studio.trained()
    keys = voices.objects_of(studio.voice)
    assert len(keys) == 5
    voices.delete(studio.voice.id)
    erasure.erase_due()
    assert not any(storage.exists(key) for key in keys)
    assert not studio.voice.checkpoints.exists()


# -- going on ------------------------------------------------------------------------------------


def trained_with_checkpoint(studio: Studio) -> tuple[Job, FakeWorker]:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started(), worker.checkpoint(4))
    worker.store_result()
    studio.finish(worker)
    return job, worker


def test_a_training_goes_on_from_where_it_ended(studio: Studio, owner_client: Client) -> None:
    first, worker = trained_with_checkpoint(studio)
    path = f"voices/{studio.voice.id}/continue"
    header = {"Idempotency-Key": "more"}
    response = post(owner_client, path, {"total_steps": 10, "patience": 0}, **header)
    assert response.status_code == 201
    shown = response.json()
    again = post(owner_client, path, {"total_steps": 10, "patience": 0}, **header).json()
    assert again["id"] == shown["id"]
    assert (shown["kind"], shown["continues"], shown["total_steps"]) == ("train", str(first.id), 10)
    assert shown["quote"] == training_quote(TRAIN.model_copy(update={"total_steps": 6}), 60.0)
    assert shown["params"] == first.params | {"total_steps": 10, "patience": 0}
    second = studio.dispatch()
    assert isinstance(second.spec, TrainJob)
    assert isinstance(worker.spec, TrainJob)
    assert second.spec.resume is not None
    assert worker.spec.attempt_id in second.spec.resume.url
    assert [file.id for file in second.spec.dataset] == [file.id for file in worker.spec.dataset]
    old = voices.objects_of(studio.voice)
    second.put(CHECKPOINT, b"state 10")
    second.store_result()
    studio.finish(second)
    erasure.erase_due()
    studio.voice.refresh_from_db()
    assert studio.voice.trained_steps == 10
    assert studio.voice.trained_job == uuid.UUID(shown["id"])
    left = [key for key in old if storage.exists(key)]
    assert not left, "files of the training before are gone"
    assert storage.exists(studio.voice.checkpoint_key)


def test_a_training_that_ended_early_goes_on_past_its_old_end(
    studio: Studio, owner_client: Client
) -> None:
    """The same total would mean a retry to the worker, which stores again what is there."""
    first, _ = trained_with_checkpoint(studio)
    Voice.objects.filter(id=studio.voice.id).update(trained_steps=2)
    old_end = first.params["total_steps"]
    path = f"voices/{studio.voice.id}/continue"
    shown = post(owner_client, path, {"total_steps": old_end}).json()
    assert shown["total_steps"] == old_end + 1


def test_a_lost_attempt_resumes_from_its_own_checkpoint(studio: Studio) -> None:
    trained_with_checkpoint(studio)
    [job] = studio.start(Continuation(voice=studio.voice.id, total_steps=10))
    worker = studio.dispatch()
    studio.hear(worker, worker.started(), worker.checkpoint(7))
    services.fail(uuid.UUID(worker.spec.attempt_id), Code.LOST)
    job.attempts.update(not_before=timezone.now())
    spec = studio.dispatch().spec
    assert isinstance(spec, TrainJob)
    assert spec.resume is not None
    assert spec.resume.id == worker.spec.attempt_id


def test_going_on_is_refused_where_it_would_be_another_training(
    studio: Studio, owner_client: Client, stranger_client: Client
) -> None:
    path = f"voices/{studio.voice.id}/continue"
    assert answer_of(post(owner_client, path, {"total_steps": 10})) == (409, "checkpoint-gone")
    trained_with_checkpoint(studio)
    assert answer_of(post(stranger_client, path, {"total_steps": 10})) == (404, "not-found")
    few = post(owner_client, path, {"total_steps": 4})
    assert answer_of(few) == (400, "invalid")
    assert few.json()["error"]["fields"]["total_steps"]["code"] == "steps-too-few"
    assert post(owner_client, path, {"total_steps": "many"}).status_code == 400
    library.delete_file(studio.dataset.files.all()[0])
    assert answer_of(post(owner_client, path, {"total_steps": 10})) == (409, "file-deleted")
    voices.revoke_consent(studio.voice.id, studio.user)
    assert answer_of(post(owner_client, path, {"total_steps": 10})) == (403, "consent-missing")
    assert Job.objects.count() == 1
    assert studio.credits[1] == 0
    assert Voice.objects.get(id=studio.voice.id).state == VoiceState.DISABLED


def test_a_checkpoint_is_kept_for_thirty_days(studio: Studio, owner_client: Client) -> None:
    trained_with_checkpoint(studio)
    studio.voice.refresh_from_db()
    key = studio.voice.checkpoint_key
    assert checkpoints.expire() == 0
    Voice.objects.update(checkpoint_until=timezone.now() - timedelta(seconds=1))
    Voice.objects.update(state=VoiceState.TRAINING)
    assert checkpoints.expire() == 0, "a training may be going on from it"
    Voice.objects.update(state=VoiceState.READY)
    assert (checkpoints.expire(), checkpoints.expire()) == (1, 0)
    erasure.erase_due()
    assert not storage.exists(key)
    shown = owner_client.get(f"/api/v1/voices/{studio.voice.id}").json()
    assert shown["continue_until"] is None
    path = f"voices/{studio.voice.id}/continue"
    assert answer_of(post(owner_client, path, {"total_steps": 10})) == (409, "checkpoint-gone")


def test_a_checkpoint_lost_after_the_start_fails_instead_of_starting_anew(studio: Studio) -> None:
    trained_with_checkpoint(studio)
    studio.voice.refresh_from_db()
    [job] = studio.start(Continuation(voice=studio.voice.id, total_steps=10))
    storage.delete(studio.voice.checkpoint_key)
    dispatching.dispatch_waiting(studio.backend)
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", WebCode.CHECKPOINT_GONE)
    studio.voice.refresh_from_db()
    assert studio.voice.state == VoiceState.READY


def test_older_voices_aim_at_the_middle_of_their_range(studio: Studio) -> None:
    make_ready(studio.voice)
    Voice.objects.update(f0_median_hz=None, f0_low_hz=100.0, f0_high_hz=400.0)
    studio.convert()
    spec = studio.dispatch().spec
    assert isinstance(spec, ConvertJob)
    assert spec.voices[0].f0_median_hz == pytest.approx(200.0)
