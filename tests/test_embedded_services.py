"""The embedded services as processes: data kept, nothing left behind, crashes mended."""

import http.client
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import boto3
import psycopg
import pytest
import redis
from botocore.config import Config

from voicestudio.embedded import ports
from voicestudio.embedded.local_jobs import end_all
from voicestudio.embedded.places import REPOSITORY, Places, StackError, read_json, write_json
from voicestudio.embedded.process import started_ticks
from voicestudio.embedded.stack import VARIABLES, Service, embedded_services

SERVICES = {"postgres", "valkey", "storage", "mail"}
OVERRIDES = {name for names in VARIABLES.values() for name in names}


class Services:
    """``python -m voicestudio.embedded services`` on a folder, as a process."""

    def __init__(self, var: Path, *arguments: str, **env: str) -> None:
        var.mkdir(exist_ok=True)
        self.places = Places(var)
        self.terminal = var / "terminal.log"
        inherited = {name: value for name, value in os.environ.items() if name not in OVERRIDES}
        with self.terminal.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "voicestudio.embedded", *(arguments or ("services",))],
                cwd=REPOSITORY,
                env={**inherited, "VAR_DIR": str(var), **env},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self.terminal.read_text()

    @property
    def settings(self) -> dict[str, str]:
        return read_json(self.places.stack_file)

    def pid(self, name: str) -> int:
        return int(read_json(self.places.run / f"{name}.json")["pid"])

    def wait_ready(self) -> "Services":
        wait_for(lambda: all(f"{name:<10} ready" in self.output for name in SERVICES), self.output)
        return self

    def stop(self, which: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(which)
        return self.process.wait(40)


def wait_for(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Services]]:
    """Start services on ``tmp_path / name``; all are ended with the test."""
    with ExitStack() as closing:

        def begin(name: str, *arguments: str, **env: str) -> Services:
            services = Services(tmp_path / name, *arguments, **env)
            closing.callback(services.stop)
            return services

        yield begin


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One stack for the tests that leave it as they found it."""
    services = Services(tmp_path_factory.mktemp("embedded") / "var").wait_ready()
    write_everywhere(services.settings)
    yield services
    services.stop()


def s3(settings: dict[str, str]):  # type: ignore[no-untyped-def]  # boto3's clients are made at run time
    return boto3.client(
        "s3",
        endpoint_url=settings["S3_ENDPOINT_URL"],
        aws_access_key_id=settings["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["S3_SECRET_ACCESS_KEY"],
        region_name=settings["S3_REGION"],
        config=Config(signature_version="s3v4", retries={"max_attempts": 8, "mode": "standard"}),
    )


def write_everywhere(settings: dict[str, str]) -> None:
    with psycopg.connect(settings["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis.from_url(settings["REDIS_URL"]) as client:
        client.set("kept", "42")
    client = s3(settings)
    client.create_bucket(Bucket=settings["S3_BUCKET"])
    client.put_object(Bucket=settings["S3_BUCKET"], Key="kept", Body=b"42")


def read_everywhere(settings: dict[str, str]) -> tuple[object, ...]:
    with psycopg.connect(settings["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    with redis.Redis.from_url(settings["REDIS_URL"]) as client:
        value = client.get("kept")
    body = s3(settings).get_object(Bucket=settings["S3_BUCKET"], Key="kept")["Body"].read()
    return (row, value, body)


def children_of(services: Services) -> dict[str, int]:
    return {name: services.pid(name) for name in SERVICES}


def has_ended(pid: int) -> bool:
    return started_ticks(pid) is None


def test_data_ports_and_secrets_outlive_a_restart(start: Callable[..., Services]) -> None:
    first = start("one").wait_ready()
    settings = first.settings
    write_everywhere(settings)
    assert first.places.stack_file.stat().st_mode & 0o777 == 0o600
    assert first.stop() == 0
    began = time.monotonic()
    second = start("one").wait_ready()
    assert time.monotonic() - began < 40
    assert second.settings == settings
    assert read_everywhere(settings) == ((42,), b"42", b"42")


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_every_child(start: Callable[..., Services], which: signal.Signals) -> None:
    services = start("one").wait_ready()
    children = children_of(services)
    assert services.stop(which) == 0
    assert all(has_ended(pid) for pid in children.values())
    assert list(services.places.run.glob("*.json")) == []
    taken = read_json(services.places.ports_file).values()
    assert not any(ports.answers(port) for port in taken)
    assert not [path for port in taken for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")]


def test_a_killed_supervisor_leaves_no_orphan_and_starts_again(
    start: Callable[..., Services],
) -> None:
    services = start("one").wait_ready()
    write_everywhere(services.settings)
    children = children_of(services)
    services.process.kill()
    services.process.wait()
    again = start("one").wait_ready()  # at once: the next start sees the leftovers off
    assert all(has_ended(pid) for pid in children.values())
    assert read_everywhere(again.settings) == ((42,), b"42", b"42")


def test_children_end_though_nobody_starts_again(start: Callable[..., Services]) -> None:
    services = start("one").wait_ready()
    children = children_of(services)
    services.process.kill()
    services.process.wait()
    wait_for(lambda: all(has_ended(pid) for pid in children.values()), "orphans", seconds=15)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_crashed_child_is_named_and_restarted(running: Services, name: str) -> None:
    before = running.pid(name)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: f"{name:<10} restarted" in running.output, running.output)
    assert re.search(rf"{name} +crashed \(by SIGKILL\), restart in 1 s", running.output)
    assert running.pid(name) != before
    wait_for(lambda: ports.answers(ports_of(running)[name]), f"{name} to answer")
    wait_for(lambda: succeeds(lambda: read_everywhere(running.settings)), "its data")


def ports_of(services: Services) -> dict[str, int]:
    known = read_json(services.places.ports_file)
    return {**known, "storage": known["s3"]}


def succeeds(action: Callable[[], object]) -> bool:
    try:
        action()
    except Exception:
        return False
    return True


def test_two_stacks_stand_side_by_side_but_not_on_one_folder(
    start: Callable[..., Services],
) -> None:
    first, second = start("one"), start("two")
    first.wait_ready()
    second.wait_ready()
    write_everywhere(first.settings)
    write_everywhere(second.settings)
    intruder = Services(first.places.var, "exec", "--", "true")
    assert intruder.process.wait(30) == 0  # a command joins the stack that runs there
    third = Services(first.places.var)
    assert third.process.wait(30) == 1
    assert f"already runs on {first.places.var}" in third.output
    assert read_everywhere(first.settings) == ((42,), b"42", b"42")


def test_only_the_s3_gateway_reads_objects(running: Services) -> None:
    bucket = running.settings["S3_BUCKET"]
    filer = ports_of(running)["filer"]
    for path in (f"/buckets/{bucket}/kept", "/buckets/", "/"):
        assert http_status(filer, "GET", path) == 401, path
    assert http_status(filer, "PUT", f"/buckets/{bucket}/planted") == 401
    assert http_status(ports_of(running)["s3"], "GET", f"/{bucket}/kept") == 403


def http_status(port: int, method: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body=b"x" if method == "PUT" else None)
    status = connection.getresponse().status
    connection.close()
    return status


def test_mails_become_files_and_their_link_is_shown(running: Services) -> None:
    with smtplib.SMTP("127.0.0.1", ports_of(running)["mail"]) as client:
        client.sendmail(
            "studio@example.com",
            ["singer@example.com"],
            "Subject: Hello\r\n\r\nOpen http://localhost:8000/verify-email/abc please.\r\n",
        )
    wait_for(lambda: "/verify-email/abc" in running.output, running.output)
    assert "singer@example.com: Hello" in running.output
    assert len(list(running.places.mail.glob("*.eml"))) == 1


def test_a_command_sees_the_services(start: Callable[..., Services]) -> None:
    program = (
        "import os, json, psycopg; v = json.load(open(os.environ['VAR_DIR'] + '/stack.json'));"
        "psycopg.connect(v['DATABASE_URL']).close(); raise SystemExit(7)"
    )
    assert start("one", "exec", "--", sys.executable, "-c", program).process.wait(60) == 7


def test_a_taken_web_port_is_said_before_anything_starts(start: Callable[..., Services]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        services = start("one", "run", PORT=str(port))
        assert services.process.wait(60) == 1
    assert f"Port {port}, which web needs, is taken by another program. Set PORT" in services.output
    assert list(services.places.run.iterdir()) == []


def test_a_service_port_that_was_taken_meanwhile_moves(start: Callable[..., Services]) -> None:
    first = start("one").wait_ready()
    port = ports_of(first)["valkey"]
    assert first.stop() == 0
    with socket.create_server(("127.0.0.1", port)):
        second = start("one").wait_ready()
        assert "valkey     moved" in second.output
        assert ports_of(second)["valkey"] != port


def test_short_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"Only .* GB of disk are free at .* VAR_DIR"):
        Places(tmp_path).require_disk(minimum=1 << 60)


@pytest.mark.parametrize(
    ("variable", "gone"),
    [
        ("DATABASE_URL", Service.POSTGRES),
        ("REDIS_URL", Service.VALKEY),
        ("S3_ENDPOINT_URL", Service.STORAGE),
        ("S3_BUCKET", Service.STORAGE),
        ("EMAIL_URL", Service.MAIL),
    ],
)
def test_a_variable_replaces_its_service(variable: str, gone: Service) -> None:
    assert set(embedded_services({variable: "elsewhere"})) == set(Service) - {gone}
    assert set(embedded_services({variable: ""})) == set(Service)


OBEYS = "import time; print(flush=True); time.sleep(60)"
STAYS = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + OBEYS


def begin_local_job(folder: Path, program: str) -> int:
    process = subprocess.Popen(
        [sys.executable, "-c", program], start_new_session=True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    folder.mkdir()
    record = {"pid": process.pid, "started_ticks": started_ticks(process.pid)}
    write_json(folder / "process.json", record)
    return process.pid


def test_local_jobs_end_with_the_stack(tmp_path: Path) -> None:
    pids = [begin_local_job(tmp_path / "a", OBEYS), begin_local_job(tmp_path / "b", STAYS)]
    (tmp_path / "gone").mkdir()
    write_json(tmp_path / "gone" / "process.json", {"pid": os.getpid(), "started_ticks": 1})
    assert end_all(tmp_path) == ["a", "b"]
    wait_for(lambda: all(has_ended(pid) for pid in pids), "the jobs' end", seconds=5)
