# ruff: noqa: F811  # fixtures of another file
"""The dashboard, and what is sold: revenue, also past the provider; margin, jobs, waits."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.billing import limits
from apps.billing import services as billing
from apps.billing.models import Purchase, PurchaseState, Refund, RefundState, Subscription
from apps.billing.plans import usd_per_credit
from apps.common.models import Change
from apps.jobs.models import Attempt, Job
from tests.apps.test_panel_pages import (  # noqa: F401
    finished_job,
    operator,
    page,
    panel,
    rows,
    words,
)
from voicestudio.panel import dashboard


def test_the_dashboard_shows_revenue_and_margin(
    panel: Client,
    rows: dict[str, Any],
    workspace: Workspace,
) -> None:
    now = timezone.now()
    Purchase.objects.create(
        workspace=workspace,
        item="small",
        is_pack=True,
        credits=5000,
        amount=850,
        currency="usd",
        state=PurchaseState.PAID,
        paid_at=now,
    )
    Purchase.objects.create(
        workspace=workspace, item="x", is_pack=True, credits=1, amount=9, currency="krw"
    )
    for state in (RefundState.DONE, RefundState.PENDING):
        Refund.objects.create(
            workspace=workspace,
            purchase=rows["purchase"],
            credits=500,
            amount=1_100,
            state=state,
            reason="x",
            operator="y",
        )
    charts = {chart.name: chart for chart in dashboard.figures()["charts"]}
    assert charts["매출, 원 (revenue, KRW)"].total == "₩9,900"
    assert charts["매출, 달러 (revenue, USD)"].total == "$8.50"
    margin = charts["마진, USD (margin)"]
    value = 100 * usd_per_credit()
    assert margin.total == f"${value - 0.02:.2f} ({(value - 0.02) / value:.0%})"
    assert [bar.kind for bar in margin.bars] == ["warn", "good"]
    shown = words(panel.get("/admin/"))
    assert "₩9,900" in shown
    assert "손실" in shown


def test_the_plans_page(panel: Client, workspace: Workspace) -> None:
    limits.subscription_of(workspace.pk)
    shown = words(panel.get("/admin/plans/"))
    assert "스타터 ₩19,900 $15.00 10,000 79% 50 GB 600 2 0" in shown
    assert "소형 ₩11,000 $8.50 5,000" in shown
    assert panel.get("/admin/billing/subscription/?plan=trial").status_code == 200


def test_a_plan_that_is_paid_elsewhere_is_revenue(
    panel: Client,
    rows: dict[str, Any],
    workspace: Workspace,
) -> None:
    address = page(rows["subscription"], "record_payment")
    before = billing.balance_of(workspace.pk).available
    for currency, amount in (("krw", "19900.50"), ("krw", "0"), ("usd", "1.234"), ("eur", "5")):
        body = {"currency": currency, "amount": amount, "reason": "x"}
        assert panel.post(address, body).status_code == 200, body
    assert not Purchase.objects.filter(elsewhere=True).exists()

    Subscription.objects.filter(workspace=workspace).update(plan="label")
    answer = panel.post(address, {"currency": "krw", "amount": "199000", "reason": "계좌 이체"})
    assert answer["Location"].endswith(f"?workspace__id__exact={workspace.pk}&elsewhere__exact=1")
    assert "레이블" in words(panel.get(answer["Location"]))
    panel.post(address, {"currency": "usd", "amount": "149.50", "reason": "송금"})
    won, dollars = Purchase.objects.filter(elsewhere=True).order_by("created_at")
    assert (won.amount, won.currency, won.item, won.credits) == (199_000, "krw", "label", 0)
    assert (dollars.amount, dollars.currency) == (14_950, "usd")
    charts = {chart.name: chart for chart in dashboard.figures()["charts"]}
    assert charts["매출, 원 (revenue, KRW)"].total == "₩210,000"  # with the fixture's pack
    assert [bar.kind for bar in charts["매출, 원 (revenue, KRW)"].bars] == ["good", "main"]
    assert charts["매출, 달러 (revenue, USD)"].total == "$149.50"
    assert len(Change.objects.filter(verb="record_payment")) == 2
    assert billing.balance_of(workspace.pk).available == before

    refused = panel.post(page(won, "refund"), {"credits": 1, "reason": "x"}).content.decode()
    assert "환불할 수 없습니다" in refused
    mine = page(won, "withdraw")
    assert mine in panel.get(page(won)).content.decode()
    panel.post(mine, {"reason": "잘못 적음"})
    assert "이미 취소했습니다" in panel.post(mine, {"reason": "또"}).content.decode()
    charts = {chart.name: chart for chart in dashboard.figures()["charts"]}
    assert charts["매출, 원 (revenue, KRW)"].total == "₩11,000"
    bought = panel.post(page(rows["purchase"], "withdraw"), {"reason": "x"}).content.decode()
    assert "손으로 적은 결제가 아니거나" in bought
    assert Purchase.objects.get(pk=rows["purchase"].pk).state == PurchaseState.PAID


def test_a_subscriber_at_the_provider_pays_nowhere_else(
    panel: Client,
    rows: dict[str, Any],
    workspace: Workspace,
) -> None:
    Subscription.objects.filter(workspace=workspace).update(subscription_ref="sub_1")
    assert "record_payment" not in panel.get(page(rows["subscription"])).content.decode()


def test_the_dashboard_shows_jobs_by_state_and_the_longest_wait(
    panel: Client,
    workspace: Workspace,
) -> None:
    now = timezone.now()
    for state, count in (("queued", 3), ("dispatched", 1), ("running", 2)):
        for _ in range(count):
            Job.objects.filter(pk=finished_job(workspace, 0).pk).update(state=state)
    for minutes in (2, 30):
        job = finished_job(workspace, 0)
        Attempt.objects.filter(job=job).update(
            not_before=now - timedelta(minutes=minutes), started_at=now
        )
    charts = {chart.name: chart for chart in dashboard.figures()["charts"]}
    states = charts["지금 작업 (jobs by state)"]
    assert (states.total, states.top) == ("6", "3")
    assert [bar.text for bar in states.bars] == [
        "대기 대기: 3", "보냄 보냄: 1", "실행 중 실행 중: 2",
    ]  # fmt: skip
    waits = charts["가장 긴 대기, 분 (longest wait in the queue)"]
    assert waits.total == "30분"
    assert [bar.text.split(": ")[1] for bar in waits.bars] == ["30.0"]
    shown = words(panel.get("/admin/"))
    assert "지금 작업 (jobs by state)" in shown
    assert "가장 긴 대기, 분" in shown
