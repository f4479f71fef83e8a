"""The panel's pages of a workspace, a person, a job, money and webhooks: what they show and do."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import factors, keys
from apps.accounts.admin import PersonForm
from apps.accounts.models import Acceptance, User, Workspace
from apps.accounts.services import open_personal_workspace
from apps.billing import limits
from apps.billing import services as billing
from apps.billing.models import (
    Entry,
    ProviderEvent,
    Purchase,
    PurchaseState,
    Subscription,
)
from apps.billing.plans import PLANS, PlanName, usd_per_credit
from apps.common.errors import ApiError
from apps.common.models import Change, OutboxEvent
from apps.hooks import services as hooks
from apps.hooks.models import Delivery, DeliveryState, Endpoint
from apps.jobs.models import Attempt, Job
from apps.jobs.states import AttemptState, JobState
from apps.library.models import AudioFile, FileState, Origin
from tests.apps.conftest import browser
from tests.factories import PASSWORD
from tests.operators import operator_browser, with_second_factor

VERBS = (
    ("accounts", "workspace", "suspend"),
    ("accounts", "user", "take_factor"),
    ("accounts", "user", "sign_out"),
    ("accounts", "apikey", "revoke"),
    ("billing", "balance", "adjust"),
    ("billing", "purchase", "refund"),
    ("billing", "subscription", "change_plan"),
    ("billing", "subscription", "record_payment"),
    ("billing", "providerevent", "follow"),
    ("jobs", "job", "give_back"),
    ("hooks", "endpoint", "switch_off"),
    ("hooks", "delivery", "replay"),
)


@pytest.fixture
def operator(db: None) -> User:
    return with_second_factor(User.objects.create_superuser("operator@example.com", PASSWORD))


@pytest.fixture
def panel(operator: User) -> Client:
    return operator_browser(operator)


@pytest.fixture
def rows(workspace: Workspace, owner: User) -> dict[str, Any]:
    """One row of each page that has verbs, by model."""
    now = timezone.now()
    with_second_factor(owner)
    browser(owner).get("/api/v1/me")  # opens a session
    endpoint, _ = hooks.create(workspace, url="https://hooks.example/x", events=["*"])
    event = OutboxEvent.objects.create(workspace=workspace, kind="job.succeeded", data={})
    return {
        "workspace": workspace,
        "user": owner,
        "apikey": keys.create(workspace, owner, name="program", scopes=["read"])[0],
        "balance": billing.balance_of(workspace.pk),
        "subscription": limits.subscription_of(workspace.pk),
        "purchase": Purchase.objects.create(
            workspace=workspace,
            item="small",
            is_pack=True,
            credits=5000,
            amount=11_000,
            currency="krw",
            state=PurchaseState.PAID,
            payment_ref="pi_1",
            paid_at=now,
        ),
        "providerevent": ProviderEvent.objects.create(
            id="evt_1",
            type="invoice.paid",
            about="invoice",
            object_ref="in_1",
            created_at=now,
            not_before=now + timedelta(hours=3),
            tries=9,
            error="ProviderAway: x",
        ),
        "job": finished_job(workspace),
        "endpoint": endpoint,
        "delivery": Delivery.objects.create(
            workspace=workspace,
            endpoint=endpoint,
            event=event,
            state=DeliveryState.FAILED,
            since=now,
            next_at=now,
        ),
    }


def finished_job(workspace: Workspace, cost: int = 100) -> Job:
    """A job that spent 100 credits and 50 seconds of a machine at $0.0004."""
    now = timezone.now()
    job = Job.objects.create(
        workspace=workspace,
        kind="convert",
        title="노래",
        params={},
        inputs={"files": []},
        quote=cost,
        cost=cost,
        state=JobState.SUCCEEDED,
        started_at=now - timedelta(seconds=60),
        finished_at=now,
    )
    Attempt.objects.create(
        job=job,
        fence=1,
        state=AttemptState.SUCCEEDED,
        not_before=now,
        ended_at=now,
        machine_s=50.0,
        price_per_s=Decimal("0.0004"),
    )
    billing.reserve(workspace.pk, cost, job_id=job.pk, key=f"r:{job.pk}")
    billing.settle(workspace.pk, cost, job_id=job.pk, key=f"s:{job.pk}")
    return job


def page(row: Any, verb: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{verb}", args=[row.pk])


def words(answer: Any) -> str:
    """The text of a page."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


# -- who may, and what is logged -----------------------------------------------------------------


@pytest.mark.parametrize(("app", "model", "verb"), VERBS)
def test_verbs_are_closed_to_others(
    rows: dict[str, Any], stranger: User, app: str, model: str, verb: str
) -> None:
    address = page(rows[model], verb)
    bare = User.objects.create_superuser("bare@example.com", PASSWORD)
    helper = User.objects.create_user("helper@example.com", PASSWORD, is_staff=True)
    form = {"reason": "x", "credits": 1, "plan": "label", "factor": ""}
    for client in (Client(), browser(stranger), operator_browser(bare), browser(bare)):
        assert client.post(address, form).status_code == 302
        assert client.get(page(rows[model])).status_code == 302
    helping = operator_browser(with_second_factor(helper))
    assert helping.post(address, form).status_code == 403, "staff without the right to change it"
    assert helping.get(page(rows[model])).status_code in (302, 403)
    assert not Change.objects.exists()


@pytest.mark.parametrize(("app", "model", "verb"), VERBS)
def test_verbs_ask_why_and_are_logged(
    selling: Any, panel: Client, rows: dict[str, Any], app: str, model: str, verb: str
) -> None:
    address = page(rows[model], verb)
    form = {"credits": 1, "plan": "label", "factor": "", "currency": "krw", "amount": "100"}
    assert address in panel.get(page(rows[model])).content.decode()
    assert panel.post(address, form | {"reason": ""}).status_code == 200
    assert not Change.objects.exists()
    panel.post(address, form | {"reason": "고객 요청"})
    [row] = Change.objects.all()
    assert (row.who, row.verb, row.what, row.row, row.reason) == (
        "operator@example.com",
        verb,
        f"{app}.{model}",
        str(rows[model].pk),
        "고객 요청",
    )


# -- a workspace ---------------------------------------------------------------------------------


def test_a_workspace_shows_what_it_uses(
    selling: Any, panel: Client, workspace: Workspace, owner: User
) -> None:
    job = finished_job(workspace)
    billing.reserve(workspace.pk, 30, job_id=job.pk, key="more")
    Subscription.objects.update_or_create(
        workspace=workspace, defaults={"plan": "starter", "standing": "overdue"}
    )
    AudioFile.objects.create(
        workspace=workspace,
        name="노래.wav",
        state=FileState.READY,
        origin=Origin.UPLOAD,
        key="uploads/x",
        size=5_000_000_000,
    )
    shown = words(panel.get(page(workspace)))
    for part in (
        "1,370",  # of 1,500: 100 spent, 30 held
        "예약됨 (reserved) 30",
        "5.00 GB",
        "50 GB",
        "10 %",
        "스타터",
        owner.email,
        "노래",
        f"{timezone.localtime(timezone=limits.ZONE):%Y-%m} 100",
        f"{timezone.localtime(timezone=limits.ZONE):%Y-%m} 1 50 $0.0200",
    ):
        assert part in shown, part
    other = open_personal_workspace(User.objects.create_user("other@example.com", PASSWORD))
    assert "아직 쓴 크레딧이 없습니다." in words(panel.get(page(other)))


def test_links_of_a_workspace_lead_to_its_own_rows(
    panel: Client, workspace: Workspace, rows: dict[str, Any]
) -> None:
    other = open_personal_workspace(User.objects.create_user("other@example.com", PASSWORD))
    theirs = finished_job_of_other(other)
    shown = panel.get(page(workspace)).content.decode()
    links = set(re.findall(r'href="([^"]*workspace__id__exact[^"]*)"', shown))
    assert len(links) == 4, links
    for link in links:
        answer = panel.get(link)
        assert answer.status_code == 200, link
        assert str(theirs.pk) not in answer.content.decode()


def finished_job_of_other(workspace: Workspace) -> Job:
    billing.grant(workspace.pk, 500, key=f"g:{workspace.pk}")
    return finished_job(workspace)


def test_a_plan_is_changed_by_hand_unless_it_is_paid_for(
    panel: Client, rows: dict[str, Any], workspace: Workspace
) -> None:
    address = page(rows["subscription"], "change_plan")
    panel.post(address, {"plan": "label", "reason": "계약"})
    [row] = Change.objects.all()
    assert (row.before["plan"], row.after["plan"]) == ("trial", "label")
    Subscription.objects.filter(workspace=workspace).update(subscription_ref="sub_1")
    refused = panel.post(address, {"plan": "starter", "reason": "x"})
    assert "먼저 해지해" in refused.content.decode()
    assert Subscription.objects.get(workspace=workspace).plan == PlanName.LABEL


# -- a person ------------------------------------------------------------------------------------


def test_a_person_shows_factors_sessions_and_acceptances(panel: Client, owner: User) -> None:
    with_second_factor(owner)
    browser(owner).get("/api/v1/me", headers={"User-Agent": "Browser/9"})
    Acceptance.objects.create(user=owner, document="terms", version="2026-01")
    shown = words(panel.get(page(owner)))
    for part in ("인증 앱", "10개 남음", "Browser/9", "127.0.0.1", "2026-01", "소유자"):
        assert part in shown, part
    secret = Authenticator.objects.get(user=owner, type="totp").data["secret"]
    assert secret not in panel.get(page(owner)).content.decode()


def test_a_lost_factor_is_taken_away(
    panel: Client, owner: User, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with_second_factor(owner)
    address = page(owner, "take_factor")
    with django_capture_on_commit_callbacks(execute=True):
        answer = panel.post(address, {"factor": "totp", "reason": "기기 분실, 통화로 확인"})
    assert answer.status_code == 302
    assert not Authenticator.objects.filter(user=owner).exists(), "codes alone are no factor"
    [row] = Change.objects.all()
    assert row.after == {"factors": []}
    assert row.before == {
        "factors": ["인증 앱 (authenticator app)", "복구 코드 (recovery codes) 10개 남음"]
    }
    [mail] = mailoutbox
    assert mail.to == [owner.email]
    assert "2단계 인증을 해제" in mail.subject
    assert "인증 앱" in mail.body
    again = panel.post(address, {"factor": "totp", "reason": "또"})
    assert "그런 인증 수단이 없습니다" in again.content.decode()


def test_other_factors_stay(panel: Client, owner: User) -> None:
    with_second_factor(owner)
    panel.post(page(owner, "take_factor"), {"factor": "recovery_codes", "reason": "유출"})
    assert list(Authenticator.objects.filter(user=owner).values_list("type")) == [("totp",)]


def test_the_last_operator_keeps_a_factor(panel: Client, operator: User, mailoutbox: Any) -> None:
    address = page(operator, "take_factor")
    for factor in ("", "totp"):
        refused = panel.post(address, {"factor": factor, "reason": "x"})
        assert "한 명뿐인 운영자" in refused.content.decode()
    assert Authenticator.objects.filter(user=operator).count() == 2
    assert not Change.objects.exists()
    assert mailoutbox == []
    with pytest.raises(ApiError, match="last factor"):
        factors.take_away(operator)
    with_second_factor(User.objects.create_superuser("second@example.com", PASSWORD))
    panel.post(address, {"factor": "", "reason": "새 기기"})
    assert not Authenticator.objects.filter(user=operator).exists()


def person_form(user: User, **rights: str) -> dict[str, str]:
    """Boxes that are not sent are off."""
    return {"email": user.email, "language": user.language, **rights}


@pytest.mark.parametrize("lost", ["is_active", "is_staff", "is_superuser"])
def test_the_last_operator_stays_one(panel: Client, operator: User, lost: str) -> None:
    all_on = dict.fromkeys(("is_active", "is_staff", "is_superuser"), "on")
    left = {name: value for name, value in all_on.items() if name != lost}
    bare = User.objects.create_superuser("bare@example.com", PASSWORD)  # without a factor
    refused = panel.post(page(operator, "change"), person_form(operator, **left))
    assert "한 명뿐인 운영자라" in refused.content.decode()
    assert "This is the last operator" in refused.content.decode()
    kept = User.objects.values_list("is_active", "is_staff", "is_superuser").get(pk=operator.pk)
    assert kept == (True, True, True)
    assert not Change.objects.exists()
    assert panel.post(page(bare, "change"), person_form(bare, **left)).status_code == 302
    assert getattr(User.objects.get(pk=bare.pk), lost) is False
    assert panel.post(page(operator, "delete"), {"post": "yes"}).status_code == 403
    with_second_factor(User.objects.create_superuser("second@example.com", PASSWORD))
    assert panel.post(page(operator, "change"), person_form(operator, **left)).status_code == 302
    assert getattr(User.objects.get(pk=operator.pk), lost) is False


def test_whoever_is_demoted_second_is_the_last(operator: User) -> None:
    """Also where the page was opened while there were two."""
    second = with_second_factor(User.objects.create_superuser("second@example.com", PASSWORD))
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    form = PersonForm({**person_form(second)}, instance=second)
    assert not form.is_valid()
    assert form.has_error("__all__", "last-operator")


def test_a_person_is_signed_out_everywhere(panel: Client, owner: User) -> None:
    client = browser(owner)
    assert client.get("/api/v1/me").status_code == 200
    panel.post(page(owner, "sign_out"), {"reason": "도난"})
    assert client.get("/api/v1/me").status_code in (401, 403)
    assert panel.get("/admin/").status_code == 200


# -- a job ---------------------------------------------------------------------------------------


def test_a_jobs_margin(panel: Client, workspace: Workspace) -> None:
    shown = words(panel.get(page(finished_job(workspace))))
    value = 100 * usd_per_credit()
    assert f"${value:.4f}" in shown
    assert f"+${value - 0.02:.4f}" in shown
    assert "1분 0초" in shown


def test_the_cheapest_credit_is_what_counts() -> None:
    label = PLANS[PlanName.LABEL]
    assert label.price is not None
    assert usd_per_credit() == pytest.approx(149.0 / 140_000)


def test_credits_of_a_job_come_back_once(panel: Client, workspace: Workspace) -> None:
    job = finished_job(workspace)
    before = billing.balance_of(workspace.pk).available
    address = page(job, "give_back")
    panel.post(address, {"reason": "잡음"})
    assert billing.balance_of(workspace.pk).available == before + 100
    again = panel.post(address, {"reason": "또"})
    assert "돌려줄 크레딧이 없습니다" in again.content.decode()
    assert billing.balance_of(workspace.pk).available == before + 100
    assert address not in panel.get(page(job)).content.decode()
    entry = Entry.objects.get(kind="adjust")
    assert (entry.amount, entry.job_id, entry.memo) == (100, job.pk, "잡음 (operator@example.com)")
    [row] = Change.objects.all()
    assert (row.before, row.after) == ({"credits_given_back": False}, {"credits_given_back": True})
    assert billing.unbalanced() == []
    assert billing.held_by(job.pk) == 0


def test_a_failed_job_has_no_credits_to_give_back(panel: Client, workspace: Workspace) -> None:
    job = finished_job(workspace)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED)
    refused = panel.post(page(job, "give_back"), {"reason": "x"})
    assert "돌려줄 크레딧이 없습니다" in refused.content.decode()
    assert not Entry.objects.filter(kind="adjust").exists()


# -- money and webhooks --------------------------------------------------------------------------


def test_an_event_is_followed_again(panel: Client, rows: dict[str, Any]) -> None:
    panel.post(page(rows["providerevent"], "follow"), {"reason": "키를 바꿈"})
    event = ProviderEvent.objects.get()
    assert event.tries == 0
    assert event.not_before <= timezone.now()


def test_webhooks_are_switched_and_told_again(panel: Client, rows: dict[str, Any]) -> None:
    panel.post(page(rows["delivery"], "replay"), {"reason": "고침"})
    assert Delivery.objects.get().state == DeliveryState.PENDING
    panel.post(page(rows["endpoint"], "switch_off"), {"reason": "남용"})
    assert Endpoint.objects.get().is_enabled is False
    assert Delivery.objects.get().state == DeliveryState.FAILED, "it can be sent again"
    panel.post(page(rows["endpoint"], "switch_on"), {"reason": "해결"})
    assert Endpoint.objects.get().is_enabled is True
    shown = panel.get(page(rows["endpoint"])).content.decode()
    assert Endpoint.objects.get().sealed_secret not in shown
