"""The operator's panel: who gets in, the change log, verbs, dashboard, probes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership, Role, User, Workspace
from apps.billing import services as billing
from apps.common.audit import HIDDEN
from apps.common.models import Change
from apps.jobs.models import Attempt, Job
from apps.jobs.states import AttemptState, JobState
from tests.apps.conftest import browser
from tests.factories import PASSWORD, make_user
from tests.operators import members_form, operator_browser, with_second_factor
from voicestudio.panel import charts, dashboard, health, probes


@pytest.fixture
def operator(db: None) -> User:
    return with_second_factor(User.objects.create_superuser("operator@example.com", PASSWORD))


@pytest.fixture
def panel(operator: User) -> Client:
    return operator_browser(operator)


def make_job(workspace: Workspace, state: JobState, **fields: Any) -> Job:
    values = {"kind": "convert", "title": "노래", "params": {}, "inputs": {}, "quote": 7}
    values["inputs"] = {"source": {"id": "gone", "name": "노래"}, "files": []}
    return Job.objects.create(workspace=workspace, state=state, **(values | fields))


def address(row: Workspace | Job, page: str = "change") -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{page}/"


# -- who gets in ---------------------------------------------------------------------------------


def test_a_password_is_not_enough(operator: User) -> None:
    answer = browser(operator).get("/admin/jobs/job/", follow=True)
    assert answer.redirect_chain[-1][0] == "/second-step?next=%2Fadmin%2Fjobs%2Fjob%2F"


def test_an_operator_without_a_factor_is_told_how_to_enrol(db: None) -> None:
    bare = User.objects.create_superuser("bare@example.com", PASSWORD)
    answer = browser(bare).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "/account#second-step" in answer.content.decode()
    assert operator_browser(bare).get("/admin/", follow=True).status_code == 403, "none is left"


def test_a_customer_and_a_stranger_stay_outside(owner: User, anonymous_client: Client) -> None:
    customer = operator_browser(with_second_factor(owner))
    for path in ("/admin/", "/admin/health/", "/admin/common/change/"):
        answer = customer.get(path, follow=True)
        assert answer.status_code == 403, path
        assert "운영자만" in answer.content.decode()
    answer = anonymous_client.get("/admin/")
    assert anonymous_client.get(answer["Location"])["Location"] == "/signin?next=%2Fadmin%2F"


def test_the_door_takes_no_password_and_leads_nowhere_else(panel: Client, db: None) -> None:
    guess = {"username": "operator@example.com", "password": PASSWORD}
    assert Client().post("/admin/login/", guess)["Location"] == "/signin?next=%2Fadmin%2F"
    assert panel.get("/admin/login/?next=https://evil.example/")["Location"] == "/admin/"


def test_secrets_of_factors_lie_sealed(operator: User) -> None:
    for factor in Authenticator.objects.filter(user=operator):
        kept = factor.data.get("secret") or factor.data["seed"]
        assert kept.startswith("gAAAA"), "Fernet"
    codes = Authenticator.objects.get(user=operator, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    assert codes.validate_code(code) is True
    assert codes.validate_code(code) is False, "each once"


# -- changes and verbs ---------------------------------------------------------------------------


def test_a_change_is_kept_with_before_and_after(
    panel: Client, operator: User, workspace: Workspace, owner: User
) -> None:
    make_user("mate@example.com", workspace=workspace)
    Membership.objects.filter(workspace=workspace).update(role=Role.OWNER)
    form = members_form(workspace, name="새 이름", **{"memberships-0-role": "member"})
    old = workspace.name
    assert panel.post(address(workspace), form).status_code == 302
    member, row = Change.objects.all()[1], Change.objects.all()[0]
    if member.what != "accounts.membership":
        member, row = row, member
    assert (row.who, row.verb, row.what, row.row) == (
        "operator@example.com",
        "change",
        "accounts.workspace",
        str(workspace.pk),
    )
    assert (row.before, row.after) == ({"name": old}, {"name": "새 이름"})
    assert (member.before, member.after) == ({"role": "owner"}, {"role": "member"})


def test_secrets_stay_out_of_the_log(panel: Client, owner: User) -> None:
    new = {"password1": "another correct horse", "password2": "another correct horse"}
    panel.post(f"/admin/accounts/user/{owner.pk}/password/", new | {"usable_password": "true"})
    owner.refresh_from_db()
    assert owner.check_password("another correct horse")
    [row] = Change.objects.all()
    assert (row.verb, row.before, row.after) == (
        "change",
        {"password": HIDDEN},
        {"password": HIDDEN},
    )


def test_the_log_is_final(panel: Client, workspace: Workspace) -> None:
    panel.post(address(workspace, "suspend"), {"reason": "미납"})
    for change in (
        lambda: Change.objects.update(reason="x"),
        lambda: Change.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            change()


def test_suspending_asks_why_and_stops_changes_alone(
    panel: Client, workspace: Workspace, owner_client: Client, stranger_client: Client
) -> None:
    page = address(workspace, "suspend")
    assert panel.post(page, {"reason": ""}).status_code == 200, "a reason is needed"
    workspace.refresh_from_db()
    assert workspace.suspended_at is None
    assert panel.post(page, {"reason": "약관 위반"}).status_code == 302
    again = panel.post(page, {"reason": "다시"}).content.decode()
    assert "이미 정지되어 있습니다" in again
    [row] = Change.objects.all()
    assert (row.verb, row.reason, row.before) == ("suspend", "약관 위반", {"suspended_at": None})

    refused = owner_client.post("/api/v1/datasets", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "workspace-suspended")
    assert owner_client.get("/api/v1/files").status_code == 200
    other = stranger_client.post("/api/v1/datasets", {}, content_type="application/json")
    assert other.status_code == 400, "nobody else is suspended"

    panel.post(address(workspace, "resume"), {"reason": "해결"})
    refused = owner_client.post("/api/v1/datasets", {}, content_type="application/json")
    assert refused.status_code == 400


def test_verbs_are_for_operators_alone(workspace: Workspace, owner: User) -> None:
    customer = operator_browser(with_second_factor(owner))
    job = make_job(workspace, JobState.FAILED)
    for row, verb in ((workspace, "suspend"), (job, "retry"), (job, "cancel")):
        assert customer.post(address(row, verb), {"reason": "x"}).status_code == 302
    job.refresh_from_db()
    workspace.refresh_from_db()
    assert (job.state, workspace.suspended_at, Change.objects.count()) == ("failed", None, 0)


def test_a_job_is_cancelled_with_a_reason(panel: Client, workspace: Workspace) -> None:
    job = make_job(workspace, JobState.QUEUED, fence=1, held_fence=1)
    Attempt.objects.create(job=job, fence=1, not_before=timezone.now())
    billing.reserve(workspace.pk, 7, job_id=job.pk, key="reserve")
    shown = panel.get(address(job)).content.decode()
    assert address(job, "cancel") in shown
    assert address(job, "retry") not in shown
    assert panel.post(address(job, "cancel"), {"reason": "고객 요청"}).status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert billing.held_by(job.pk) == 0
    [row] = Change.objects.all()
    assert (row.before["state"], row.after["state"], row.reason) == (
        "queued",
        "cancelled",
        "고객 요청",
    )
    late = panel.post(address(job, "cancel"), {"reason": "또"})
    assert late.status_code == 302, "a second cancel changes nothing"


def test_a_job_shows_its_cost_against_its_price(panel: Client, workspace: Workspace) -> None:
    job = make_job(workspace, JobState.SUCCEEDED, cost=5)
    Attempt.objects.create(
        job=job,
        fence=1,
        state=AttemptState.SUCCEEDED,
        not_before=timezone.now(),
        remote_id="remote-77",
        machine_s=99.2,
        price_per_s=Decimal("0.001"),
    )
    shown = panel.get(address(job)).content.decode()
    assert "5 / 7" in shown
    assert "$0.1000" in shown, "whole seconds"
    assert "remote-77" in shown
    found = panel.get("/admin/jobs/job/?q=remote-77").content.decode()
    assert str(job.pk) in found


# -- dashboard, health, probes -------------------------------------------------------------------


def test_the_dashboard_counts(panel: Client, workspace: Workspace) -> None:
    now = timezone.now()
    waiting = make_job(workspace, JobState.QUEUED)
    Attempt.objects.create(job=waiting, fence=1, not_before=now - timedelta(minutes=5))
    late = make_job(workspace, JobState.QUEUED)
    Attempt.objects.create(job=late, fence=1, not_before=now + timedelta(minutes=5))
    for number in range(3):
        job = make_job(
            workspace, JobState.FAILED, error_code="worker:lost", finished_at=now, title=str(number)
        )
        Attempt.objects.create(
            job=job,
            fence=1,
            state=AttemptState.LOST,
            not_before=now,
            started_at=now - timedelta(seconds=30),
            ended_at=now,
            machine_s=10.5 if number else None,
            price_per_s=Decimal("0.01"),
        )
    figures = dashboard.figures()
    assert dict(figures["cards"])["대기 (queued)"] == "2"
    assert dict(figures["cards"])["가장 오래 기다린 작업 (queue age)"] == "5분"
    states, ended, _, seconds, usd, credits, *_ = figures["charts"]
    assert [bar.kind for bar in states.bars] == ["warn"], "two that wait"
    assert [(bar.kind, bar.height) for bar in ended.bars] == [("bad", charts.HEIGHT)]
    assert (seconds.total, usd.total, credits.total) == ("51", "$0.52", "0")
    assert [(row["code"], row["count"]) for row in figures["failures"]] == [("worker:lost", 3)]
    shown = panel.get("/admin/")
    assert shown.status_code == 200
    assert "<svg" in shown.content.decode()
    assert shown.headers["Content-Security-Policy"].endswith("script-src 'self' 'unsafe-eval'")


def test_a_chart_stacks_from_below() -> None:
    chart = charts.stacked(
        "x", "3", ["1", "2"], [("a", "A", [1.0, 0.0]), ("b", "B", [1.0, 1.0])], "{:.0f}"
    )
    found = [(bar.kind, bar.y, bar.height, bar.text) for bar in chart.bars]
    assert found == [("a", 80, 80, "1 A: 1"), ("b", 0, 80, "1 B: 1"), ("b", 80, 80, "2 B: 1")]
    assert chart.top == "2"


def test_the_health_page_names_what_is_wrong(
    panel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicestudio.panel.health.storage.answers", lambda: False)
    parts = {part.name: part for part in health.report()}
    assert {name for name, part in parts.items() if not part.is_well} == {"storage", "queue"}
    assert "S3_ENDPOINT_URL" in parts["storage"].hint
    assert parts["database"].detail.startswith("PostgreSQL ")
    shown = panel.get("/admin/health/").content.decode()
    assert shown.count("문제 (problem)") == 2


def test_the_studios_health_page_is_the_operators(
    panel: Client, owner_client: Client, client: Client
) -> None:
    assert panel.get("/health", follow=True).redirect_chain == [("/admin/health/", 302)]
    assert owner_client.get("/health", follow=True).status_code == 403
    assert client.get("/health", follow=True).redirect_chain[-1][0].startswith("/signin?next=")


def test_livez_asks_nobody(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_readyz(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/readyz")
    parts = dict.fromkeys(("database", "migrations", "cache", "storage"), True)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": parts})
    monkeypatch.setattr("voicestudio.panel.health.storage.answers", lambda: False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["storage"]) == (503, False)


def test_metrics_need_their_token(workspace: Workspace, client: Client, settings: Any) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics").status_code == 404
    make_job(workspace, JobState.FAILED, error_code="worker:lost", finished_at=timezone.now())
    answer = client.get("/metrics", headers={"Authorization": "Bearer a-token"})
    text = answer.content.decode()
    line = 'studio_jobs_ended_total{code="worker:lost",kind="convert",state="failed"} 1.0'
    assert line in text.splitlines()
    assert 'studio_jobs_active{state="queued"} 0.0' in text.splitlines()
    assert 'studio_part_up{part="database"} 1.0' in text.splitlines()
    assert len(probes.READY) == text.count("studio_part_up{")
