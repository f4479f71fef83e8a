"""A crash between any two statements wherever credits move: they add up, and move once."""

import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Workspace
from apps.billing import follow, refunds, services
from apps.billing.models import Entry, EntryKind, Purchase, Refund
from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, PlanName
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.jobs.states import JobState
from tests.apps.conftest import browser
from tests.factories import make_user, workspace_of
from tests.stripe.fake import FakeStripe
from tests.stripe.shop import Shop
from tests.trials.crashes import at_each_statement, dies

from .conftest import Studio

pytestmark = pytest.mark.django_db(transaction=True)
Move = Callable[[Workspace, uuid.UUID], object]


def key(workspace: Workspace, verb: str) -> str:
    return f"{verb}:{workspace.id}"


MOVES: dict[str, tuple[list[Move], tuple[int, int, int]]] = {
    "grant": (
        [lambda w, _: services.grant(w.id, 50, key=key(w, "g"))],
        (WELCOME_CREDITS + 50, 0, 0),
    ),
    "reserve": (
        [lambda w, job: services.reserve(w.id, 40, job_id=job, key=key(w, "r"))],
        (WELCOME_CREDITS - 40, 40, 0),
    ),
    "settle": (
        [
            lambda w, job: services.reserve(w.id, 40, job_id=job, key=key(w, "r")),
            lambda w, job: services.settle(w.id, 30, job_id=job, key=key(w, "s")),
        ],
        (WELCOME_CREDITS - 40, 10, 0),
    ),
    "release": (
        [
            lambda w, job: services.reserve(w.id, 40, job_id=job, key=key(w, "r")),
            lambda w, job: services.release(w.id, job_id=job, key=key(w, "x")),
        ],
        (WELCOME_CREDITS, 0, 0),
    ),
    "adjust": (
        [lambda w, _: services.adjust(w.id, -5, key=key(w, "a"), memo="x")],
        (WELCOME_CREDITS - 5, 0, 0),
    ),
    "take back": (
        [
            lambda w, _: services.take_back(
                w.id, WELCOME_CREDITS + 7, key=key(w, "t"), memo="x", as_debt=True
            )
        ],
        (0, 0, 7),
    ),
}


def credits(workspace: Workspace) -> tuple[int, int, int]:
    found = services.balance_of(workspace.id)
    return found.available, found.reserved, found.owed


def balanced() -> None:
    assert services.unbalanced() == []


@pytest.mark.parametrize("verb", MOVES)
def test_a_verb_of_the_ledger(verb: str) -> None:
    moves, expected = MOVES[verb]
    made: list[Workspace] = []

    def begin() -> Callable[[], object]:
        workspace, job = workspace_of(make_user()), uuid.uuid4()
        made.append(workspace)
        for move in moves[:-1]:
            move(workspace, job)
        return lambda: moves[-1](workspace, job)

    assert at_each_statement(begin, balanced) >= 3
    assert [credits(workspace) for workspace in made] == [expected] * len(made)


def all_deaths(work: Callable[[], object], unchanged: Callable[[], object]) -> int:
    """Die at each statement of one transaction's work, until it is committed all the same.

    Before that nothing has changed. What comes after the commit only tells of it.
    """
    before = unchanged()
    for number in itertools.count(1):
        dies(number, work)
        balanced()
        if unchanged() != before:
            return number - 1
    raise AssertionError


def test_a_job_that_starts_and_succeeds(studio: Studio) -> None:
    def state() -> object:
        rows = Job.objects.values_list("state", "cost")
        return studio.credits, list(rows), Entry.objects.count()

    assert all_deaths(studio.train, state) > 10
    job = Job.objects.get()
    assert studio.credits == (WELCOME_CREDITS - job.quote, job.quote)
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    worker.store_result()
    assert all_deaths(lambda: jobs.finish(uuid.UUID(worker.spec.attempt_id)), state) > 10
    job.refresh_from_db()
    assert (job.state, job.cost) == (JobState.SUCCEEDED, job.quote)
    assert studio.credits == (WELCOME_CREDITS - job.quote, 0)
    assert Entry.objects.filter(job_id=job.id, kind=EntryKind.SETTLE).count() == 1
    balanced()


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_a_job_that_comes_to_nothing_and_is_tried_again(studio: Studio, end: str) -> None:
    def state() -> object:
        return studio.credits, list(Job.objects.values_list("state", "fence"))

    job = studio.train()
    worker = studio.dispatch()
    if end == "cancel":
        deaths = all_deaths(lambda: jobs.cancel(job.id), state)
    else:
        deaths = all_deaths(
            lambda: jobs.fail(uuid.UUID(worker.spec.attempt_id), "user:no-voiced-frames"), state
        )
    assert deaths > 5
    assert studio.credits == (WELCOME_CREDITS, 0)
    assert all_deaths(lambda: jobs.retry(job.id), state) > 5
    assert studio.credits == (WELCOME_CREDITS - job.quote, job.quote)
    balanced()


# -- what Stripe tells ---------------------------------------------------------------------------


def new_shop(fake: FakeStripe) -> Shop:
    user = make_user()
    client: Client = browser(user)
    return Shop(fake, workspace_of(user), client)


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.trial)])
def test_a_pack_and_a_month(selling: FakeStripe, every: int) -> None:
    shops: list[Shop] = []

    def begin() -> Callable[[], object]:
        shop = new_shop(selling)
        shops.append(shop)
        known = len(selling.events)
        selling.pay(shop.open("starter"))
        selling.pay(shop.open("small"))
        for event in selling.events[known:]:
            body, signature = selling.signed(event)
            headers: Any = {"Stripe-Signature": signature}
            shop.client.post("/provider/v1/stripe", body, "application/json", headers=headers)
        ids = [event["id"] for event in selling.events[known:]]

        def work() -> None:
            for each in ids:
                follow.follow(each)

        return work

    assert at_each_statement(begin, balanced, every) > 30
    bought = WELCOME_CREDITS + PACKS["small"].credits + PLANS[PlanName.STARTER].credits
    assert {credits(shop.workspace) for shop in shops} == {(bought, 0, 0)}
    assert Purchase.objects.filter(state="paid").count() == 2 * len(shops)


def test_a_refund(selling: FakeStripe) -> None:
    made: list[Shop] = []

    def begin() -> Callable[[], object]:
        shop = new_shop(selling)
        selling.pay(shop.open("small"))
        shop.send(selling.events[-1])
        made.append(shop)

        def work() -> None:
            pending = Refund.objects.filter(workspace=shop.workspace).first()
            if pending is None:
                refunds.refund(shop.purchase.id, 500, reason="x", operator="op")
            else:
                refunds.carry_on(pending.id)

        return work

    assert at_each_statement(begin, balanced) > 8
    expected = (WELCOME_CREDITS + PACKS["small"].credits - 500, 0, 0)
    assert {credits(shop.workspace) for shop in made} == {expected}
    assert set(Refund.objects.values_list("state", "amount")) == {("done", 1_100)}
    at_stripe = [each for each in selling.objects.values() if each["object"] == "refund"]
    assert [each["amount"] for each in at_stripe] == [1_100] * len(made)
