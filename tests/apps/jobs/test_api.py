"""The endpoints: works, refused, a stranger changes nothing, repeated, too late."""

import uuid
from typing import Any

import pytest
from django.test import Client

from apps.billing import services as billing
from apps.billing.models import Entry
from apps.billing.plans import WELCOME_CREDITS
from apps.jobs import services
from apps.jobs.models import Attempt, Job
from apps.library import services as library
from apps.library.models import FileState
from apps.voices import services as voices
from apps.voices.models import Voice, VoiceState
from gpu_worker.contract.errors import Code
from gpu_worker.contract.stage import Stage
from tests.factories import make_file

from .conftest import Studio

TRAINING = {"total_steps": 4, "batch_size": 1, "previews": 1}


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, body or {}, content_type="application/json", headers=headers)


def train_body(studio: Studio) -> dict[str, Any]:
    return {
        "voice": str(studio.voice.id),
        "dataset": str(studio.dataset.id),
        "params": TRAINING,
    }


def convert_body(studio: Studio, *files: uuid.UUID) -> dict[str, Any]:
    chosen = [str(file) for file in files or [studio.song.id]]
    return {"voice": str(studio.voice.id), "files": chosen, "params": {"pitch_shift": 3}}


def code_of(response: Any) -> str:
    return str(response.json()["error"]["code"])


# -- trainings ---------------------------------------------------------------------------------


def test_training_starts(studio: Studio, owner_client: Client) -> None:
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert response.status_code == 201
    job = response.json()
    assert (job["kind"], job["state"], job["queue_position"]) == ("train", "queued", 1)
    assert job["voice"] == {"id": str(studio.voice.id), "name": "아리아", "picture": None}
    assert job["source"]["id"] == str(studio.dataset.id)
    assert job["attempt"]["fence"] == 1
    assert job["params"]["total_steps"] == 4
    assert job["total_steps"] == 4
    assert studio.credits == (WELCOME_CREDITS - job["quote"], job["quote"])
    studio.voice.refresh_from_db()
    assert studio.voice.state == VoiceState.TRAINING


def nothing_started(studio: Studio) -> None:
    assert not Job.objects.exists()
    assert not Attempt.objects.exists()
    assert studio.credits == (WELCOME_CREDITS, 0)
    state = Voice.objects.get(id=studio.voice.id).state
    assert state != VoiceState.TRAINING


def test_training_without_consent_is_refused(studio: Studio, owner_client: Client) -> None:
    voices.revoke_consent(studio.voice.id, studio.user)
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert (response.status_code, code_of(response)) == (403, "consent-missing")
    nothing_started(studio)


def test_training_of_a_voice_that_never_had_consent_is_refused(
    studio: Studio, owner_client: Client
) -> None:
    bare = voices.create(studio.workspace.id, "새 목소리")
    body = train_body(studio) | {"voice": str(bare.id)}
    response = post(owner_client, "/api/v1/trainings", body)
    assert (response.status_code, code_of(response)) == (403, "consent-missing")
    nothing_started(studio)


@pytest.mark.parametrize("who", ["stranger", "anonymous"])
def test_a_stranger_starts_no_training(
    studio: Studio, who: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(f"{who}_client")
    response = post(client, "/api/v1/trainings", train_body(studio))
    assert response.status_code == (404 if who == "stranger" else 401)
    nothing_started(studio)


def test_a_mate_may_train(studio: Studio, mate_client: Client) -> None:
    workspace = str(studio.workspace.id)
    response = post(
        mate_client, "/api/v1/trainings", train_body(studio), **{"X-Workspace": workspace}
    )
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"total_steps": 0}, "params.total_steps"),
        ({"learning_rate": 1e999}, "params.learning_rate"),
        ({"batch_size": "many"}, "params.batch_size"),
        ({"pitch": 1}, "params.pitch"),
    ],
)
def test_knobs_outside_the_contract_are_refused(
    studio: Studio, owner_client: Client, params: dict[str, Any], field: str
) -> None:
    text = str(train_body(studio) | {"params": params}).replace("'", '"').replace("inf", "1e999")
    response = owner_client.post("/api/v1/trainings", text, content_type="application/json")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["fields"] == {} or field in error["fields"]
    nothing_started(studio)


def test_too_little_material_is_refused(studio: Studio, owner_client: Client) -> None:
    studio.dataset.files.update(duration_s=4.9)
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert (response.status_code, code_of(response)) == (400, Code.TOO_LITTLE_SPEECH)
    nothing_started(studio)


def test_a_file_deleted_before_the_start_is_left_out(studio: Studio, owner_client: Client) -> None:
    gone = studio.dataset.files.all()[0]
    library.delete_file(gone)
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert response.status_code == 201
    frozen = [file["id"] for file in Job.objects.get().inputs["files"]]
    assert len(frozen) == 1
    assert str(gone.id) not in frozen


def test_a_file_that_is_not_ready_refuses_the_start(studio: Studio, owner_client: Client) -> None:
    studio.dataset.files.update(state=FileState.PROBING)
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert (response.status_code, code_of(response)) == (409, "file-not-ready")
    nothing_started(studio)


def test_a_second_training_of_the_voice_is_refused(studio: Studio, owner_client: Client) -> None:
    assert post(owner_client, "/api/v1/trainings", train_body(studio)).status_code == 201
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert (response.status_code, code_of(response)) == (409, "voice-busy")
    assert Job.objects.count() == 1


def test_without_credits_nothing_starts(studio: Studio, owner_client: Client) -> None:
    billing.reserve(studio.workspace.id, WELCOME_CREDITS - 1, job_id=uuid.uuid4(), key="spent")
    response = post(owner_client, "/api/v1/trainings", train_body(studio))
    assert (response.status_code, code_of(response)) == (402, "credits-short")
    assert not Job.objects.exists()
    assert studio.credits == (1, WELCOME_CREDITS - 1)
    assert Voice.objects.get(id=studio.voice.id).state == VoiceState.DRAFT


def test_the_same_idempotency_key_starts_one_training(studio: Studio, owner_client: Client) -> None:
    header = {"Idempotency-Key": "click-1"}
    first = post(owner_client, "/api/v1/trainings", train_body(studio), **header).json()
    again = post(owner_client, "/api/v1/trainings", train_body(studio), **header).json()
    assert first["id"] == again["id"]
    assert Entry.objects.filter(kind="reserve").count() == 1
    other = train_body(studio) | {"params": {"total_steps": 9}}
    response = post(owner_client, "/api/v1/trainings", other, **header)
    assert (response.status_code, code_of(response)) == (409, "idempotency-mismatch")


# -- conversions -------------------------------------------------------------------------------


def test_conversions_start_one_job_a_file(studio: Studio, owner_client: Client) -> None:
    studio.trained()
    second = make_file(studio.workspace, name="둘째.wav")
    body = convert_body(studio, studio.song.id, second.id)
    header = {"Idempotency-Key": "click-2"}
    response = post(owner_client, "/api/v1/conversions", body, **header)
    assert response.status_code == 201
    jobs = response.json()["jobs"]
    assert [job["title"] for job in jobs] == ["노래.wav", "둘째.wav"]
    again = post(owner_client, "/api/v1/conversions", body, **header).json()["jobs"]
    assert [job["id"] for job in again] == [job["id"] for job in jobs]
    listed = owner_client.get("/api/v1/conversions").json()["results"]
    assert {job["id"] for job in listed} == {job["id"] for job in jobs}


def test_one_bad_file_starts_no_conversion(studio: Studio, owner_client: Client) -> None:
    trained = studio.trained()
    bad = make_file(studio.workspace, state=FileState.FAILED)
    response = post(
        owner_client, "/api/v1/conversions", convert_body(studio, studio.song.id, bad.id)
    )
    assert (response.status_code, code_of(response)) == (409, "file-not-ready")
    assert list(Job.objects.all()) == [trained]
    assert studio.credits[1] == 0


def test_conversion_with_a_revoked_voice_is_refused(studio: Studio, owner_client: Client) -> None:
    studio.trained()
    voices.revoke_consent(studio.voice.id, studio.user)
    response = post(owner_client, "/api/v1/conversions", convert_body(studio))
    assert (response.status_code, code_of(response)) == (403, "consent-revoked")
    assert studio.credits[1] == 0


def test_conversion_with_an_untrained_voice_is_refused(
    studio: Studio, owner_client: Client
) -> None:
    response = post(owner_client, "/api/v1/conversions", convert_body(studio))
    assert (response.status_code, code_of(response)) == (409, "voice-not-ready")
    nothing_started(studio)


def test_conversion_of_anothers_file_or_voice_is_not_found(
    studio: Studio, owner_client: Client, stranger_client: Client
) -> None:
    studio.trained()
    foreign = convert_body(studio) | {"voice": str(uuid.uuid4())}
    assert post(owner_client, "/api/v1/conversions", foreign).status_code == 404
    response = post(stranger_client, "/api/v1/conversions", convert_body(studio))
    assert response.status_code == 404
    assert Job.objects.count() == 1


# -- one job -----------------------------------------------------------------------------------


def test_a_job_is_seen_by_its_workspace_only(
    studio: Studio, owner_client: Client, stranger_client: Client, anonymous_client: Client
) -> None:
    job = studio.train()
    for tail in ("", "/events", "/previews"):
        path = f"/api/v1/jobs/{job.id}{tail}"
        assert owner_client.get(path).status_code == 200
        assert stranger_client.get(path).status_code == 404
        assert anonymous_client.get(path).status_code == 401
    assert stranger_client.get("/api/v1/jobs").json()["results"] == []


def test_a_stranger_cancels_and_retries_nothing(studio: Studio, stranger_client: Client) -> None:
    job = studio.train()
    before = Job.objects.values().get()
    for verb in ("cancel", "retry"):
        assert post(stranger_client, f"/api/v1/jobs/{job.id}/{verb}").status_code == 404
    assert Job.objects.values().get() == before


def test_cancel_retry_and_cancel(studio: Studio, owner_client: Client) -> None:
    job = studio.train()
    for _ in range(2):
        response = post(owner_client, f"/api/v1/jobs/{job.id}/cancel")
        assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert studio.credits == (WELCOME_CREDITS, 0)
    for _ in range(2):
        response = post(owner_client, f"/api/v1/jobs/{job.id}/retry")
        assert (response.status_code, response.json()["state"]) == (200, "queued")
    assert studio.credits == (WELCOME_CREDITS - job.quote, job.quote)
    assert post(owner_client, f"/api/v1/jobs/{job.id}/cancel").json()["attempt"]["fence"] == 2
    assert studio.credits == (WELCOME_CREDITS, 0)


def test_cancel_of_a_finished_job_comes_too_late(studio: Studio, owner_client: Client) -> None:
    job = studio.trained()
    response = post(owner_client, f"/api/v1/jobs/{job.id}/cancel")
    assert (response.status_code, code_of(response)) == (409, "job-ended")


def test_jobs_are_filtered_and_paged(studio: Studio, owner_client: Client) -> None:
    studio.trained()
    for _ in range(3):
        studio.convert()
    page = owner_client.get("/api/v1/jobs?kind=convert&state=queued&page_size=2").json()
    assert len(page["results"]) == 2
    assert [job["queue_position"] for job in page["results"]] == [3, 2]
    rest = owner_client.get(page["next"]).json()
    assert len(rest["results"]) == 1
    assert rest["next"] is None
    assert owner_client.get("/api/v1/jobs?state=nonsense").status_code == 400


def test_a_page_of_jobs_costs_the_same_however_long(
    studio: Studio, owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    studio.trained()
    for _ in range(8):
        job = studio.convert()
        services.cancel(job.id)
    owner_client.get("/api/v1/me")  # the browser is noted
    with django_assert_max_num_queries(10):
        assert len(owner_client.get("/api/v1/jobs").json()["results"]) == 9


def test_the_log_reads_in_both_languages_and_holds_the_curve(
    studio: Studio, owner_client: Client
) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(
        worker,
        worker.started(),
        worker.progress(0.1, stage=Stage.FETCH),
        worker.progress(0.2, 1),
        worker.progress(0.3, 2),
        worker.log("한 줄"),
        worker.preview(0, 2),
        worker.failed(Code.TOO_LITTLE_SPEECH),
    )
    path = f"/api/v1/jobs/{job.id}/events"
    lines = owner_client.get(path).json()["results"]
    said = [line["ko"] for line in lines if line["ko"]]
    assert said[0] == "작업을 대기열에 넣었습니다."
    assert "목소리를 학습하는 중" in said
    assert said.count("목소리를 학습하는 중") == 1
    assert all(line["en"] for line in lines if line["ko"])
    assert [line["step"] for line in lines if line["losses"]] == [1, 2]
    assert [line["level"] for line in lines][-1] == "error"
    later = owner_client.get(f"{path}?after={lines[-2]['id']}").json()["results"]
    assert [line["id"] for line in later] == [lines[-1]["id"]]
    shown = owner_client.get(f"/api/v1/jobs/{job.id}").json()
    assert shown["error"]["code"] == Code.TOO_LITTLE_SPEECH
    assert shown["error"]["message"]["ko"]


def test_previews_are_links_of_the_newest_attempt(studio: Studio, owner_client: Client) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.preview(0, 0), worker.preview(1, 4))
    previews = owner_client.get(f"/api/v1/jobs/{job.id}/previews").json()
    assert [each["step"] for each in previews] == [0, 4]
    assert worker.spec.attempt_id in previews[0]["url"]
    voices.revoke_consent(studio.voice.id, studio.user)
    assert owner_client.get(f"/api/v1/jobs/{job.id}/previews").json() == []


def test_version_grows_with_every_change(studio: Studio, owner_client: Client) -> None:
    job = studio.train()
    versions = [job.version]
    worker = studio.dispatch()
    for events in ([worker.started()], [worker.progress(0.2, 1)], [worker.progress(0.3, 2)]):
        studio.hear(worker, *events)
        shown = owner_client.get(f"/api/v1/jobs/{job.id}").json()
        versions.append(shown["version"])
    assert versions == sorted(set(versions))
