"""The operator's page: the key goes in and never comes out; problems say what to do."""

import html
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.accounts.models import User
from apps.common.sealed import seal, unseal
from apps.jobs import backends, compute, operator, queue, sweep
from apps.jobs.backends.base import Limits
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.compute_models import RunPodAccount, RunPodEndpoint
from apps.jobs.problems import WebCode, text_of
from apps.jobs.states import Purpose
from gpu_worker.contract.errors import Code
from gpu_worker.contract.version import VERSION
from tests.cloud.cloud import Cloud, Faults
from tests.cloud.server import FakeRunPod
from tests.operators import operator_browser, with_second_factor

from ..conftest import Studio, current
from .conftest import CONVERSION, TRAINING

PAGE = "/admin/jobs/runpodaccount/1/change/"
PROBLEM = "● 문제 (problem)"
KEY = "rpa_KEYTHATNOTEXTMAYHOLD1234"


@pytest.fixture
def boss(db: None) -> Client:
    boss = User.objects.create_superuser("boss@example.com", "x")
    return operator_browser(with_second_factor(boss))


def form(**changes: Any) -> dict[str, Any]:
    return {
        "new_key": "",
        "gpu": "RTX 4090",
        "price_per_s": "0.00031",
        "most_at_once": "50",
        "per_workspace": "4",
        "uses_webhook": "on",
        **changes,
    }


def page(boss: Client) -> str:
    assert boss.get("/admin/jobs/runpodaccount/", follow=True).status_code == 200
    return boss.get(PAGE).content.decode()


def test_the_key_is_sealed_used_and_never_shown(
    boss: Client, configured: FakeRunPod, cloud: Cloud
) -> None:
    cloud.key = KEY
    assert PROBLEM in page(boss), "the environment's key is another"
    assert boss.post(PAGE, form(new_key=KEY)).status_code == 302
    row = RunPodAccount.objects.get()
    assert KEY not in str(vars(row))
    assert unseal(row.sealed_key) == KEY
    shown = page(boss)
    assert PROBLEM not in shown
    assert "● 정상 (ok)" in shown
    assert "••••1234" in shown
    assert "연결 시험" in shown
    assert "$12.50" in shown
    assert KEY not in shown
    assert row.sealed_key not in shown
    assert KEY not in str(list(LogEntry.objects.values()))
    client = backends.runpod().client
    assert client.api_key == KEY
    assert KEY not in repr(client) + repr(compute.now())


def test_left_empty_the_key_stays_and_deleted_the_environments_returns(
    boss: Client, configured: FakeRunPod, settings: Any
) -> None:
    page(boss)
    boss.post(PAGE, form(new_key=KEY))
    boss.post(PAGE, form(per_workspace="7"))
    assert backends.runpod().client.api_key == KEY
    assert backends.runpod().limits == Limits(50, 7)
    boss.post(PAGE, form(forget_key="on"))
    assert backends.runpod().client.api_key == settings.RUNPOD_API_KEY


def test_another_secret_key_makes_the_stored_one_unreadable_not_wrong(
    boss: Client, configured: FakeRunPod, settings: Any
) -> None:
    page(boss)
    boss.post(PAGE, form(new_key=KEY))
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret-key-of-fifty-letters-and-more-so-it-is"
    assert compute.now().api_key == ""
    settings.SECRET_KEY_FALLBACKS = [old]
    assert compute.now().api_key == KEY


def test_seals_differ_and_garbage_opens_nothing() -> None:
    assert seal("x") != seal("x")
    assert unseal(seal("비밀")) == "비밀"
    assert unseal("garbage") is None


def test_endpoints_by_kind_with_their_prices(configured: FakeRunPod, db: None) -> None:
    assert [each.endpoint for each in compute.now().routes] == [TRAINING.endpoint]
    RunPodEndpoint.objects.create(
        endpoint_id="b", purpose=Purpose.CONVERSION, position=2, price_per_s=Decimal("0.0002")
    )
    RunPodEndpoint.objects.create(endpoint_id="a", purpose=Purpose.TRAINING, position=1)
    RunPodEndpoint.objects.create(endpoint_id="off", is_enabled=False)
    first, second = compute.now().routes
    assert (first.endpoint, first.purpose, first.price_per_s) == (
        "a",
        "training",
        Decimal("0.00031"),
    )
    assert (second.endpoint, second.purpose, second.price_per_s) == (
        "b",
        "conversion",
        Decimal("0.0002"),
    )


def test_without_rows_the_environment_holds(configured: FakeRunPod, db: None) -> None:
    chosen = backends.named("runpod")
    assert isinstance(chosen, RunPodBackend)
    assert [each.endpoint for each in chosen.routes] == [TRAINING.endpoint]
    assert chosen.client.api_key == configured.cloud.key
    assert chosen.webhook is not None


def test_the_button_tests_and_sends_a_canary(
    boss: Client, configured: FakeRunPod, cloud: Cloud
) -> None:
    page(boss)
    RunPodEndpoint.objects.create(endpoint_id=TRAINING.endpoint)
    RunPodEndpoint.objects.create(endpoint_id="unknown-one")
    shown = boss.post("/admin/jobs/runpodaccount/test/", follow=True).content.decode()
    assert f"{TRAINING.endpoint}: 대기" in shown
    assert text_of(WebCode.RUNPOD_ENDPOINT).ko in shown
    assert text_of(WebCode.RUNPOD_ENDPOINT).en in shown
    [job] = cloud.jobs.values()
    assert job.input["canary"] is True
    assert boss.get("/admin/jobs/runpodaccount/test/").status_code == 405


@pytest.mark.parametrize(
    ("faults", "key", "code"),
    [
        (Faults(), "wrong-key-wrong-key", WebCode.RUNPOD_KEY),
        (Faults(broken=1.0), "", WebCode.RUNPOD_AWAY),
        (Faults(busy=1.0), "", WebCode.RUNPOD_AWAY),
    ],
)
def test_every_failure_is_named_in_both_languages(
    boss: Client, configured: FakeRunPod, cloud: Cloud, faults: Faults, key: str, code: str
) -> None:
    cloud.faults = faults
    page(boss)
    if key:
        boss.post(PAGE, form(new_key=key))
    assert operator.report(fresh=True).code == code
    answer = boss.post("/admin/jobs/runpodaccount/test/", follow=True)
    shown = html.unescape(answer.content.decode())
    assert text_of(code).ko in shown
    assert text_of(code).en in shown


def test_settings_that_would_stop_everything_are_refused(boss: Client, db: None) -> None:
    page(boss)
    for bad in ({"most_at_once": "0"}, {"per_workspace": "0"}, {"price_per_s": "-1"}):
        assert boss.post(PAGE, form(**bad)).status_code == 200, "the form again"
    row = {"endpoint_id": "../v1/pods", "purpose": "any", "position": "0"}
    assert boss.post("/admin/jobs/runpodendpoint/add/", row).status_code == 200
    assert not RunPodEndpoint.objects.exists()
    assert compute.account().most_at_once == 50


@pytest.mark.parametrize("key", ["ㅁㅔㅑ_123456789", "rpa_12345 6789", "rpa_1234\n56789"])
def test_a_key_that_no_header_can_carry_is_refused_and_says_why(
    boss: Client, db: None, key: str
) -> None:
    page(boss)
    answer = boss.post(PAGE, form(new_key=key))
    assert answer.status_code == 200, "the form again"
    shown = html.unescape(answer.content.decode())
    assert "자판을 영문으로 바꾸거나" in shown
    assert "Switch the keyboard to English" in shown
    assert RunPodAccount.objects.get().sealed_key == ""


def test_such_a_key_from_elsewhere_breaks_neither_page_nor_dispatch(
    boss: Client, configured: FakeRunPod, settings: Any, studio: Studio
) -> None:
    settings.RUNPOD_API_KEY = "한글키"
    assert text_of(WebCode.RUNPOD_KEY).ko in html.unescape(page(boss))
    job = studio.train()
    sweep.sweep(backends.named("runpod"), backends.named)
    assert (current(job).state, compute.account().problem_code) == ("queued", WebCode.RUNPOD_KEY)


def test_a_new_key_has_the_endpoints_tested_again(
    boss: Client,
    configured: FakeRunPod,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    page(boss)
    sent: list[str] = []

    class App:
        def send_task(self, name: str, **_: Any) -> None:
            sent.append(name)

    monkeypatch.setattr(queue, "current_app", App())
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(PAGE, form(new_key=KEY))
    assert sent == ["apps.jobs.tasks.canary"]


def test_an_image_older_than_our_update_is_shown_as_such(
    boss: Client, configured: FakeRunPod
) -> None:
    RunPodEndpoint.objects.create(endpoint_id=TRAINING.endpoint, contract=VERSION - 1)
    said = text_of(Code.CONTRACT_VERSION).ko
    assert said in page(boss)
    assert said in boss.get("/admin/jobs/runpodendpoint/").content.decode()


def test_unset_is_said(boss: Client, settings: Any) -> None:
    settings.RUNPOD_API_KEY = settings.RUNPOD_ENDPOINT_ID = ""
    assert text_of(WebCode.RUNPOD_UNSET).ko in page(boss)


def test_the_counts_are_asked_at_most_every_15_s(
    configured: FakeRunPod, cloud: Cloud, db: None
) -> None:
    operator.report()
    calls = len(cloud.calls)
    operator.report()
    assert len(cloud.calls) == calls
    operator.report(fresh=True)
    assert len(cloud.calls) == 2 * calls


def test_customers_see_nothing_of_it(owner_client: Client) -> None:
    for path in ("/admin/jobs/runpodaccount/", PAGE, "/admin/jobs/runpodendpoint/"):
        assert owner_client.get(path).status_code == 302
    assert owner_client.post("/admin/jobs/runpodaccount/test/").status_code == 302


def test_the_list_of_endpoints_shows_problems(boss: Client) -> None:
    RunPodEndpoint.objects.create(
        endpoint_id=CONVERSION.endpoint, problem_code=WebCode.RUNPOD_ASLEEP
    )
    shown = boss.get("/admin/jobs/runpodendpoint/").content.decode()
    assert text_of(WebCode.RUNPOD_ASLEEP).ko in shown
