"""Downloads of weights: rows and real processes, a host with bad days; and the operator's page."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import ApiError
from apps.common.models import Change
from apps.jobs import admin_weights, backends, tasks, weights
from apps.jobs.backends.fetches import Fetches
from apps.jobs.backends.processes import noted
from apps.jobs.compute_models import ModelWeights
from apps.jobs.problems import TEXTS, WebCode
from apps.jobs.states import FetchState
from gpu_worker.contract.errors import Code
from gpu_worker.contract.weights import read_manifest
from tests.apps.conftest import browser
from tests.factories import make_user
from tests.model_host import CONTENT, ModelHost, serve_models
from tests.operators import operator_browser, with_second_factor

pytestmark = pytest.mark.django_db
NAME = "published"
PAGE = "/admin/jobs/modelweights/"


@pytest.fixture
def host() -> Iterator[ModelHost]:
    with serve_models() as running:
        yield running


@pytest.fixture
def fetches(host: ModelHost, tmp_path: Path) -> Iterator[Fetches]:
    made = Fetches(tmp_path / "fetches", tmp_path / "weights", host.manifest(tmp_path))
    yield made
    process = noted(tmp_path / "fetches" / NAME)
    if process is not None and process.is_alive:
        os.killpg(process.pid, signal.SIGKILL)


def row() -> ModelWeights:
    return ModelWeights.objects.get(name=NAME)


def go_on(fetches: Fetches, until: Callable[[], bool] | None = None) -> ModelWeights:
    """Rounds until the download is over, or as far as is said."""
    deadline = time.monotonic() + 40
    over = until or (lambda: not weights.is_anything_live())
    while not over():
        assert time.monotonic() < deadline, f"{row().state} after too long"
        weights.go_round(fetches)
        time.sleep(0.05)
    return row()


def has_begun(fetches: Fetches) -> Callable[[], bool]:
    part = fetches.weights / "deep" / "model.pt.part"
    return lambda: part.exists() and part.stat().st_size > 0


def test_a_download_is_wanted_once_and_becomes_a_file(fetches: Fetches, host: ModelHost) -> None:
    asked = [weights.ask(NAME, fetches) for _ in range(3)]
    assert asked == [True, False, False]
    assert row().state == FetchState.WANTED
    done = go_on(fetches)
    assert (done.state, done.code, done.starts) == (FetchState.DONE, "", 1)
    assert (done.presence, done.size, done.done_bytes) == ("present", len(CONTENT), len(CONTENT))
    assert (fetches.weights / "deep" / "model.pt").read_bytes() == CONTENT
    assert host.asked == [""]
    environment = {"DATABASE_URL", "SECRET_KEY"} & set(fetches._environment())
    assert not environment, "no secret of the web goes with it"


def test_progress_is_a_row(fetches: Fetches, host: ModelHost) -> None:
    host.pause_s = 0.05
    weights.ask(NAME, fetches)
    running = go_on(fetches, lambda: row().done_bytes > 0)
    assert running.state == FetchState.RUNNING
    assert (running.total_bytes, running.done_bytes < len(CONTENT)) == (len(CONTENT), True)
    assert not weights.ask(NAME, fetches), "it is under way"


def test_what_no_host_has_is_not_wanted(fetches: Fetches, tmp_path: Path) -> None:
    for name, own in (("no-such-thing", fetches), ("fcpe", Fetches(tmp_path, tmp_path))):
        with pytest.raises(ApiError):
            weights.ask(name, own)
    assert not ModelWeights.objects.exists()


def test_a_killed_process_is_begun_again_and_goes_on(fetches: Fetches, host: ModelHost) -> None:
    host.pause_s = 0.05
    weights.ask(NAME, fetches)
    go_on(fetches, has_begun(fetches))
    process = noted(fetches.folder / NAME)
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    host.pause_s = 0.0
    done = go_on(fetches)
    assert (done.state, done.starts) == (FetchState.DONE, 2)
    assert [asked[:6] for asked in host.asked] == ["", "bytes="]


def test_one_that_is_killed_again_and_again_fails_and_keeps_what_came(
    fetches: Fetches, host: ModelHost
) -> None:
    host.pause_s = 0.05
    weights.ask(NAME, fetches)
    go_on(fetches, has_begun(fetches))
    ModelWeights.objects.update(starts=weights.MOST_STARTS)
    process = noted(fetches.folder / NAME)
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    lost = go_on(fetches)
    assert (lost.state, lost.code) == (FetchState.FAILED, WebCode.DOWNLOAD_LOST)
    host.pause_s = 0.0
    assert weights.ask(NAME, fetches)
    assert go_on(fetches).state == FetchState.DONE
    assert host.asked[1].startswith("bytes=")


def test_cancelled_it_ends_and_goes_on_when_asked_again(fetches: Fetches, host: ModelHost) -> None:
    assert not weights.cancel(NAME)
    weights.ask(NAME, fetches)
    assert weights.cancel(NAME)
    assert row().state == FetchState.CANCELLED, "nothing had begun"
    host.pause_s = 0.05
    weights.ask(NAME, fetches)
    go_on(fetches, has_begun(fetches))
    assert weights.cancel(NAME)
    assert not weights.cancel(NAME)
    assert not weights.ask(NAME, fetches), "first it has to be gone"
    cancelled = go_on(fetches)
    assert (cancelled.state, cancelled.code, fetches.is_alive(NAME)) == ("cancelled", "", False)
    host.pause_s = 0.0
    assert weights.ask(NAME, fetches)
    assert go_on(fetches).state == FetchState.DONE
    assert host.asked[-1].startswith("bytes=")


def test_wrong_bytes_fail_by_code_and_leave_nothing(fetches: Fetches, host: ModelHost) -> None:
    host.content = CONTENT[::-1]
    weights.ask(NAME, fetches)
    failed = go_on(fetches)
    assert (failed.state, failed.code) == (FetchState.FAILED, Code.WEIGHTS_DIFFER)
    assert failed.presence == ""
    assert not list(fetches.weights.rglob("model.pt*"))
    host.content = CONTENT
    assert weights.ask(NAME, fetches)
    assert go_on(fetches).state == FetchState.DONE


def test_the_last_word_of_an_earlier_download_is_not_taken_for_this_ones(
    fetches: Fetches, host: ModelHost
) -> None:
    host.status = 403
    weights.ask(NAME, fetches)
    assert go_on(fetches).code == Code.DOWNLOAD_REFUSED
    host.status = 0
    weights.ask(NAME, fetches)
    # the row has moved, and whoever moved it died before the process was there
    fetches.forget(NAME)
    ModelWeights.objects.update(state=FetchState.RUNNING, starts=1)
    done = go_on(fetches)
    assert (done.state, done.starts) == (FetchState.DONE, 2)


def test_a_look_notes_what_is_there(fetches: Fetches, tmp_path: Path) -> None:
    assert weights.is_due()
    weights.look(fetches)
    assert (row().presence, row().size, weights.is_due()) == ("missing", 0, False)
    (fetches.weights / "deep").mkdir(parents=True)
    (fetches.weights / "deep" / "model.pt").write_bytes(b"damaged")
    weights.look(fetches)
    assert (row().presence, row().size) == ("differs", 7)
    weights.look(Fetches(tmp_path, tmp_path, tmp_path / "weights.toml"))
    assert row().presence == "missing"


def test_where_nobody_can_look_nothing_is_claimed(
    fetches: Fetches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.jobs.backends.fetches._MODULE", "gpu_worker.no_such_module")
    weights.look(fetches)
    assert (row().presence, weights.is_due()) == ("", False)


# -- the page -------------------------------------------------------------------------------------


@pytest.fixture
def boss() -> Client:
    boss = User.objects.create_superuser("boss@example.com", "x")
    return operator_browser(with_second_factor(boss))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that the page asked for."""
    cache.clear()
    names: list[str] = []
    for name in ("follow_fetches", "look_at_weights"):
        monkeypatch.setattr(getattr(tasks, name), "delay", lambda name=name: names.append(name))
    return names


def text_of_page(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


def test_every_entry_stands_on_the_page(boss: Client, asked: list[str]) -> None:
    assert "/download/" not in text_of_page(boss), "nobody knows yet what is there"
    ModelWeights.objects.bulk_create(
        ModelWeights(name=name, looked_at=timezone.now(), presence="missing")
        for name in read_manifest()
    )
    shown = text_of_page(boss)
    for entry in read_manifest().values():
        assert f'id="model-{entry.name}"' in shown
        assert entry.need_ko in shown
    assert "받을지는 운영자가 정합니다" in shown, "RMVPE's licence"
    assert shown.count("/download/") == sum(1 for e in read_manifest().values() if e.url)
    assert asked == ["look_at_weights"], "once, however often the page is loaded"


def press(client: Client, what: str, status: int = 302) -> None:
    assert client.post(f"{PAGE}{what}").status_code == status


def test_a_press_wants_a_download_and_a_second_changes_nothing(
    boss: Client, asked: list[str]
) -> None:
    press(boss, "contentvec/download/")
    press(boss, "contentvec/download/")
    assert ModelWeights.objects.get().state == FetchState.WANTED
    assert asked == ["follow_fetches"] * 2
    shown = text_of_page(boss)
    assert "이미 받는 중입니다" in shown
    assert "/contentvec/cancel/" in shown
    assert "/contentvec/download/" not in shown
    press(boss, "contentvec/cancel/")
    assert ModelWeights.objects.get().state == FetchState.CANCELLED
    assert "다시 받으면 이어집니다" in text_of_page(boss)
    press(boss, "fcpe/download/", 404)
    press(boss, "nothing/download/", 404)
    assert boss.get(f"{PAGE}contentvec/download/").status_code == 405
    wanted, cancelled = Change.objects.order_by("at")
    assert (wanted.verb, wanted.row, wanted.before) == ("download", "contentvec", {})
    assert (wanted.what, wanted.after["state"]) == ("jobs.modelweights", "wanted")
    assert (cancelled.verb, cancelled.before, cancelled.after) == (
        "cancel", {"state": "wanted"}, {"state": "cancelled"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        Code.DOWNLOAD_UNREACHABLE,
        Code.DOWNLOAD_REFUSED,
        Code.WEIGHTS_DIFFER,
        Code.DISK_FULL,
        Code.WEIGHTS_UNWRITABLE,
        WebCode.DOWNLOAD_LOST,
    ],
)
def test_every_failure_says_what_to_do(boss: Client, asked: list[str], code: str) -> None:
    ModelWeights.objects.create(name="rmvpe", state=FetchState.FAILED, code=code)
    shown = text_of_page(boss)
    assert TEXTS[code].ko in shown
    assert TEXTS[code].en.split(":")[0].split("'")[0] in shown
    assert "/rmvpe/download/" in shown, "and it can be asked for again"


def test_progress_and_presence_are_shown(boss: Client, asked: list[str]) -> None:
    ModelWeights.objects.create(
        name="htdemucs", state=FetchState.RUNNING, done_bytes=25_000_000, total_bytes=84_000_000
    )
    ModelWeights.objects.create(name="contentvec", presence="present", size=189_507_909)
    ModelWeights.objects.create(name="rmvpe", presence="differs", size=5)
    shown = text_of_page(boss)
    assert 'value="29" max="100"' in shown
    assert "25.0 / 84.0 MB · 29 %" in shown
    assert "189.5 MB" in shown
    assert "체크섬이 다름 (wrong checksum)" in shown
    assert "/contentvec/download/" not in shown
    assert "data-live" in shown


def test_on_runpod_nothing_is_offered(boss: Client, asked: list[str], settings: Any) -> None:
    settings.COMPUTE_BACKEND = "runpod"
    assert backends.downloads() is None
    shown = text_of_page(boss)
    assert "Dockerfile.gpu" in shown
    assert "/download/" not in shown
    press(boss, "contentvec/download/", 404)
    assert (asked, ModelWeights.objects.exists()) == ([], False)


def test_strangers_and_lookers_press_nothing(asked: list[str]) -> None:
    nobody, customer = Client(), browser(make_user("customer@example.com"))
    staff = make_user("staff@example.com")
    User.objects.filter(id=staff.id).update(is_staff=True)
    looker = operator_browser(with_second_factor(staff))
    for client, status in ((nobody, 302), (customer, 302), (looker, 403)):
        press(client, "contentvec/download/", status)
        assert client.get(PAGE).status_code == status
    assert (asked, ModelWeights.objects.exists()) == ([], False)
    assert not LogEntry.objects.exists()


def test_tasks_do_nothing_where_jobs_run_elsewhere(settings: Any) -> None:
    settings.COMPUTE_BACKEND = "runpod"
    ModelWeights.objects.create(name="contentvec", state=FetchState.WANTED)
    tasks.follow_fetches()
    tasks.look_at_weights()
    assert ModelWeights.objects.get().state == FetchState.WANTED


def test_one_chain_of_tasks_follows_until_nothing_is_live(
    fetches: Fetches, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    later: list[tuple[Any, ...]] = []
    monkeypatch.setattr(backends, "downloads", lambda: fetches)
    monkeypatch.setattr(
        tasks.follow_fetches, "apply_async", lambda args, countdown: later.append(args)
    )
    weights.ask(NAME, fetches)
    for _ in range(3):
        tasks.follow_fetches()
    assert later == [(True,)]
    deadline = time.monotonic() + 40
    while later:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        tasks.follow_fetches(*later.pop())
    assert row().state == FetchState.DONE
    weights.ask(NAME, fetches)
    tasks.follow_fetches()
    assert later == [(True,)], "the next one gets a chain at once"


def test_the_page_knows_every_state() -> None:
    told = set(admin_weights._STATES) | {FetchState.IDLE, FetchState.DONE, FetchState.FAILED}
    assert told == set(FetchState)
