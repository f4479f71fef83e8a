"""Real jobs, many of them, on a whole studio whose parts keep failing.

Workers, Celery and the web process are killed with -9, the database crashes and recovers, storage
and database stop answering for seconds. The next fault waits until every part answers again: on a
busy machine faults would else come faster than a process can start. Only first attempts are killed,
as a job that loses three fails, rightly. Every job is done, each once, every output is the same to
the bit as one made in peace, and the credits are right. ``JOBS`` says how many, ``SEED`` which.
"""

import hashlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.live import LiveStack, start_live
from tests.trials.customer import ENDED, Customer, singing, wait_for
from voicestudio.embedded.supervisor import Supervisor

pytestmark = pytest.mark.trial

HEALTH_IS_KEPT_S = 11.0  # what answered is asked again only after 10 s
KINDS = ("conversions", "preprocess", "separations")
_GRANT = """
from apps.accounts.models import Membership
from apps.billing.services import grant
grant(Membership.objects.get(user__email={email!r}).workspace_id, 100_000, key="trial")
"""


@pytest.fixture(scope="module")
def stack(services: Supervisor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    var = tmp_path_factory.mktemp("faults") / "var"
    slots = {"LOCAL_BACKEND_SLOTS": "2", "OMP_NUM_THREADS": "1"}
    stack = start_live(services, var, demo=False, number=3, extra=slots)
    yield stack
    stack.stop()


class Chaos:
    """Breaks one thing after the other, in a thread, until it is told to end.

    ``healed`` are the seconds that it took after each fault until every part answered.
    """

    def __init__(self, services: Supervisor, stack: LiveStack, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self.healed: list[float] = []
        self._services = services
        self._stack = stack
        self._random = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Chaos":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        faults: dict[str, Callable[[], None]] = {
            "job killed": self._kill_job,
            "celery killed": lambda: self._stack.kill("worker"),
            "web killed": lambda: self._stack.kill("web"),
            "database crashed": self._crash_database,
            "database mute": lambda: self._mute("postgres"),
            "storage mute": lambda: self._mute("storage"),
        }
        while not self._over.wait(self._random.uniform(5, 12)):
            name = self._random.choice(list(faults))
            # What is to be broken may be broken still.
            with suppress(ProcessLookupError, psycopg.Error, FileNotFoundError, TypeError):
                faults[name]()
                self.done[name] += 1
            self._wait_until_healed()

    def _wait_until_healed(self) -> None:
        """Until web, database, queue, Celery and storage all answer, or the trial is over."""
        began = time.monotonic()
        self._over.wait(HEALTH_IS_KEPT_S)
        while not self._over.is_set() and not self._answers():
            time.sleep(0.5)
        self.healed.append(time.monotonic() - began)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._stack.url}/api/v1/health", timeout=30).status_code == 200
        except httpx.HTTPError:
            return False

    def _kill_job(self) -> None:
        jobs = [pid for pid, fence in self._stack.attempts_at_work().items() if fence == 1]
        if not jobs:
            raise ProcessLookupError
        os.killpg(self._random.choice(jobs), signal.SIGKILL)

    def _crash_database(self) -> None:
        """A backend that dies by -9 makes PostgreSQL drop all connections and recover."""
        with psycopg.connect(self._stack.environment["DATABASE_URL"]) as connection:
            (pid,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
            os.kill(pid, signal.SIGKILL)

    def _mute(self, service: str) -> None:
        pid = self._services.child(service).pid
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(self._random.uniform(3, 10))
        finally:
            os.kill(pid, signal.SIGCONT)


def test_every_job_is_done_once_and_to_the_bit(
    services: Supervisor, stack: LiveStack, tmp_path: Path
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    count = int(os.environ.get("JOBS", "200"))
    print(f"SEED={seed} JOBS={count}")
    customer = Customer.arrive(stack)
    grant(stack, customer)
    song = customer.upload("노래.wav", singing(6.0))
    voice = trained(customer)
    peace = {
        kind: outputs(customer, start(customer, kind, song, voice), tmp_path) for kind in KINDS
    }
    before = customer.credits()[0]
    kinds = [KINDS[number % len(KINDS)] for number in range(count)]
    jobs = [(kind, start(customer, kind, song, voice)) for kind in kinds]
    with Chaos(services, stack, seed) as chaos:
        for _, job in jobs:
            wait_for(lambda job=job: has_ended(customer, job), 3600, customer.email)  # type: ignore[misc]
    stack.wait_answering(180)
    wait_for(lambda: customer.credits()[1] == 0, 120, "credits are still held")
    shown = [customer.job(job) for _, job in jobs]
    assert [each["state"] for each in shown] == ["succeeded"] * count
    for kind, job in jobs:
        assert outputs(customer, job, tmp_path) == peace[kind], customer.story(job)
    assert customer.credits() == (before - sum(each["cost"] for each in shown), 0)
    fences = Counter(each["attempt"]["fence"] for each in shown)
    print(f"faults {dict(chaos.done)}; attempts of a job {dict(sorted(fences.items()))}")
    print(
        f"healed in at most {max(chaos.healed, default=0):.0f} s, {sum(chaos.healed):.0f} s in all"
    )
    assert sum(chaos.done.values()) >= count // 20


def grant(stack: LiveStack, customer: Customer) -> None:
    stack.shell(_GRANT.format(email=customer.email))


def trained(customer: Customer) -> str:
    voice = customer.voice("아리아")
    recording = customer.upload("녹음.wav", singing(15.0))
    params = {"total_steps": 20, "batch_size": 1, "sample_rate": 32_000, "previews": 1}
    customer.wait_for_success(customer.train(voice, [recording], f0_method="swift-f0", **params))
    return voice


def start(customer: Customer, kind: str, song: str, voice: str) -> str:
    body = {"voice": voice, "params": {"f0_method": "swift-f0"}} if kind == "conversions" else {}
    [job] = customer.make(kind, [song], **body)
    return job


def has_ended(customer: Customer, job: str) -> bool:
    try:
        return customer.job(job)["state"] in ENDED
    except (httpx.HTTPError, ValueError):
        return False  # a part that it takes is away just now


def outputs(customer: Customer, job: str, folder: Path) -> dict[str, str]:
    """The sha256 of each result by stem, as it is downloaded."""
    done = customer.wait_for_success(job)
    found = {}
    for file in done["results"]:
        path = customer.download(file, folder)
        found[str(file["stem"])] = hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(found) == len(done["results"]) > 0
    return found
