"""Quotas of a plan where uploads and jobs start; usage and quotes."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.billing import limits, quotes
from apps.billing import services as billing
from apps.billing.models import Standing, Subscription
from apps.billing.plans import GB, PLANS, WELCOME_CREDITS, PlanName
from apps.common.errors import ApiError
from apps.jobs import services, starts
from apps.jobs.models import Attempt, Job
from apps.jobs.requests import SeparationStart
from apps.jobs.states import ATTEMPT_REMOTE, JobState
from apps.library import uploads
from gpu_worker.contract.params import TrainParams
from tests.factories import make_file

from .conftest import Studio

JSON = "application/json"
TRIAL = PLANS[PlanName.TRIAL].quotas


@pytest.fixture
def quotas(settings: Any) -> None:
    """Enough of a configuration that quotas hold; nobody is asked anything."""
    settings.STRIPE_SECRET_KEY = "sk_test_x"


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{path}", body, JSON)


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def on(plan: PlanName, workspace: Workspace) -> None:
    Subscription.objects.update_or_create(workspace=workspace, defaults={"plan": plan})


# -- storage -------------------------------------------------------------------------------------


def upload(size: int) -> dict[str, Any]:
    return {"name": "a.wav", "size": size, "content_type": "audio/wav"}


def test_an_upload_that_does_not_fit_the_plan_is_refused(
    quotas: None, workspace: Workspace, owner_client: Client
) -> None:
    make_file(workspace, size=2 * GB - 1000)
    make_file(workspace, size=5 * GB, state="deleted")
    assert post(owner_client, "uploads", upload(1000)).status_code == 201
    refused = post(owner_client, "uploads", upload(1))
    assert code_of(refused) == (402, "quota-storage")
    message = refused.json()["error"]["message"]
    assert "2 GB 중 2 GB" in message["ko"]
    assert "2 of your plan's 2 GB" in message["en"]
    on(PlanName.STARTER, workspace)
    assert post(owner_client, "uploads", upload(1)).status_code == 201


def test_without_a_shop_there_are_no_quotas(workspace: Workspace, owner_client: Client) -> None:
    make_file(workspace, size=5 * GB)
    assert post(owner_client, "uploads", upload(1000)).status_code == 201
    assert owner_client.get("/api/v1/usage").json()["storage"] == {
        "used": 5 * GB + 1000,
        "limit": None,
    }


@pytest.mark.django_db(transaction=True)
def test_uploads_at_once_do_not_overstep_the_quota(quotas: None, workspace: Workspace) -> None:
    start = threading.Barrier(8)

    def begin(_: int) -> bool:
        start.wait()
        try:
            uploads.start_upload(workspace, name="a", size=GB // 2, content_type="audio/wav")
        except ApiError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(8))) == 4


# -- minutes -------------------------------------------------------------------------------------


def test_minutes_are_counted_by_month_and_what_came_to_nothing_is_not(
    quotas: None, studio: Studio, owner_client: Client
) -> None:
    songs = [make_file(studio.workspace, duration_s=1200.0) for _ in range(4)]
    jobs = studio.start(SeparationStart(files=tuple(song.id for song in songs[:3])))
    body = {"files": [str(songs[3].id)]}
    refused = post(owner_client, "separations", body)
    assert code_of(refused) == (402, "quota-minutes")
    assert "60분 중 60분을 썼고 이 작업에는 20분이" in refused.json()["error"]["message"]["ko"]
    assert Job.objects.count() == 3
    services.cancel(jobs[0].id)
    assert post(owner_client, "separations", body).status_code == 201
    assert starts.sound_used(studio.workspace.id) == 3600.0
    Attempt.objects.update(created_at=limits.this_month() - timedelta(seconds=1))
    assert starts.sound_used(studio.workspace.id) == 0.0


def test_a_retry_is_counted_like_a_start(
    quotas: None, studio: Studio, owner_client: Client
) -> None:
    songs = [make_file(studio.workspace, duration_s=1200.0) for _ in range(4)]
    jobs = studio.start(SeparationStart(files=tuple(song.id for song in songs[:3])))
    services.cancel(jobs[0].id)
    [last] = studio.start(SeparationStart(files=(songs[3].id,)))
    before = studio.credits
    refused = post(owner_client, f"jobs/{jobs[0].id}/retry", {})
    assert code_of(refused) == (402, "quota-minutes")
    jobs[0].refresh_from_db()
    assert (jobs[0].state, studio.credits) == ("cancelled", before)
    services.cancel(last.id)
    assert post(owner_client, f"jobs/{jobs[0].id}/retry", {}).status_code == 200
    assert starts.sound_used(studio.workspace.id) == 3600.0


def test_a_job_counts_in_the_month_of_its_last_start(quotas: None, studio: Studio) -> None:
    song = make_file(studio.workspace, duration_s=1200.0)
    [job] = studio.start(SeparationStart(files=(song.id,)))
    services.cancel(job.id)
    earlier = limits.this_month() - timedelta(days=2)
    Job.objects.update(created_at=earlier)
    Attempt.objects.update(created_at=earlier)
    services.retry(job.id)
    assert starts.sound_used(studio.workspace.id) == 1200.0


def test_a_month_begins_at_midnight_in_seoul() -> None:
    begun = limits.this_month()
    assert (begun.day, begun.hour, begun.utcoffset()) == (1, 0, timedelta(hours=9))
    assert begun <= timezone.now() < begun + timedelta(days=31)


# -- jobs at once --------------------------------------------------------------------------------


def test_more_jobs_than_the_plan_runs_at_once_wait_in_line(quotas: None, studio: Studio) -> None:
    songs = [make_file(studio.workspace) for _ in range(4)]
    studio.start(SeparationStart(files=tuple(song.id for song in songs)))
    worker = studio.dispatch()

    def running() -> int:
        return Attempt.objects.filter(state__in=ATTEMPT_REMOTE).count()

    assert running() == TRIAL.parallel == 1
    worker.store_result()
    studio.finish(worker)
    on(PlanName.STARTER, studio.workspace)
    studio.dispatch()
    assert running() == 2
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1


def test_another_workspace_is_not_held_by_a_full_one(quotas: None, studio: Studio) -> None:
    assert limits.parallel_of([studio.workspace.id]) == {studio.workspace.id: 1}
    on(PlanName.LABEL, studio.workspace)
    assert limits.parallel_of([studio.workspace.id]) == {studio.workspace.id: 10}


# -- a payment that is overdue -------------------------------------------------------------------


def test_after_the_grace_nothing_new_starts_and_what_is_there_stays(
    quotas: None, studio: Studio, owner_client: Client
) -> None:
    job = studio.train()
    services.cancel(job.id)
    late = timezone.now() - timedelta(seconds=1)
    Subscription.objects.update_or_create(
        workspace=studio.workspace,
        defaults={"standing": Standing.OVERDUE, "plan": PlanName.STUDIO, "grace_until": late},
    )
    body = {"files": [str(studio.song.id)]}
    assert code_of(post(owner_client, "separations", body)) == (402, "payment-overdue")
    assert code_of(post(owner_client, f"jobs/{job.id}/retry", {})) == (402, "payment-overdue")
    assert studio.credits == (WELCOME_CREDITS, 0)
    assert owner_client.get(f"/api/v1/files/{studio.song.id}").status_code == 200
    assert post(owner_client, "uploads", upload(1)).status_code == 201
    shown = owner_client.get("/api/v1/usage").json()
    assert (shown["standing"], datetime.fromisoformat(shown["grace_until"])) == ("overdue", late)


# -- usage and quotes ----------------------------------------------------------------------------


def test_usage_adds_up_by_day_and_kind(studio: Studio, owner_client: Client) -> None:
    trained = studio.trained()
    shown = owner_client.get("/api/v1/usage").json()
    assert (shown["selling"], shown["plan"], shown["standing"]) == (False, "trial", "none")
    assert shown["available"] == WELCOME_CREDITS - trained.quote
    assert shown["minutes"] == {"used": 1, "limit": None}
    days = shown["days"]
    assert len(days) == 30
    assert days[-1]["day"] == timezone.now().astimezone(limits.ZONE).date().isoformat()
    assert days[-1]["kinds"] == [{"kind": "train", "credits": trained.quote, "jobs": 1}]
    assert sum(day["credits"] for day in days) == trained.quote
    Job.objects.update(finished_at=timezone.now() - timedelta(days=40))
    assert sum(day["credits"] for day in owner_client.get("/api/v1/usage").json()["days"]) == 0


def test_entries_are_paged_and_filtered(studio: Studio, owner_client: Client) -> None:
    job = studio.trained()
    page = owner_client.get("/api/v1/credits/entries", {"page_size": 2}).json()
    assert [entry["kind"] for entry in page["results"]] == ["settle", "reserve"]
    rest = owner_client.get(page["next"]).json()["results"]
    assert [entry["memo"] for entry in rest] == ["welcome"]
    of_job = owner_client.get("/api/v1/credits/entries", {"job_id": str(job.id)}).json()
    assert len(of_job["results"]) == 2
    given = owner_client.get("/api/v1/credits/entries", {"kind": "grant"}).json()["results"]
    assert [entry["amount"] for entry in given] == [WELCOME_CREDITS]


def test_a_quote_is_what_the_start_reserves(studio: Studio, owner_client: Client) -> None:
    dataset = str(studio.dataset.id)
    params = TrainParams.model_validate({"total_steps": 300}).model_dump(mode="json")
    asked = {"start": "train", "request": {"dataset": dataset, "params": params}}
    quoted = post(owner_client, "quotes", asked).json()
    assert quoted == {
        "credits": quotes.training_quote(TrainParams(total_steps=300), 60.0),
        "jobs": [quoted["credits"]],
        "available": WELCOME_CREDITS,
        "expected_s": None,
    }
    assert not Job.objects.exists()
    body = {"voice": str(studio.voice.id), "dataset": dataset, "params": params}
    assert post(owner_client, "trainings", body).json()["quote"] == quoted["credits"]


def test_a_quote_of_several_files_starts_nothing(studio: Studio, owner_client: Client) -> None:
    studio.trained()
    before = (Job.objects.count(), studio.credits)
    files = [str(studio.song.id), str(make_file(studio.workspace, duration_s=600.0).id)]
    request = {"voice": str(studio.voice.id), "files": files}
    quoted = post(owner_client, "quotes", {"start": "cover", "request": request}).json()
    assert quoted["jobs"] == [quotes.cover_quote(30.0), quotes.cover_quote(600.0)]
    assert (Job.objects.count(), studio.credits) == before
    more = {"voice": str(studio.voice.id), "total_steps": 1}
    assert code_of(post(owner_client, "quotes", {"start": "continue", "request": more}))[0] == 409
    studio.voice.refresh_from_db()
    assert studio.voice.state == "ready"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"start": "train"},
        {"start": "dance", "request": {}},
        {"start": "train", "request": []},
        {"start": "train", "request": {"dataset": "x"}},
        {"start": "separate", "request": {"files": []}},
    ],
)
def test_a_quote_of_nothing_is_refused(owner_client: Client, body: dict[str, Any]) -> None:
    assert code_of(post(owner_client, "quotes", body)) == (400, "invalid")


def test_anothers_dataset_is_not_quoted(studio: Studio, stranger_client: Client) -> None:
    asked = {"start": "train", "request": {"dataset": str(studio.dataset.id)}}
    assert code_of(post(stranger_client, "quotes", asked)) == (404, "not-found")
    request = {"voice": str(studio.voice.id), "files": [str(studio.song.id)]}
    asked = {"start": "convert", "request": request}
    assert code_of(post(stranger_client, "quotes", asked)) == (404, "not-found")


# -- many at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_hundred_starts_at_once_never_overspend(studio: Studio) -> None:
    price = quotes.separation_quote(30.0)
    billing.adjust(
        studio.workspace.id, 10 * price + 3 - WELCOME_CREDITS, key="a", memo="ten and a bit"
    )
    start = threading.Barrier(16)

    def begin(number: int) -> str:
        if number < 16:
            start.wait()
        try:
            starts.start(studio.workspace.id, SeparationStart(files=(studio.song.id,)))
        except ApiError as error:
            return error.code
        finally:
            connection.close()
        return "started"

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(begin, range(100))) == {"started": 10, "credits-short": 90}
    assert studio.credits == (3, 10 * price)
    assert billing.unbalanced() == []
    assert Job.objects.count() == 10
