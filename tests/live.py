"""The whole studio as real processes (web, worker, beat) for tests that need them all."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.console import Console
from voicestudio.embedded import ports
from voicestudio.embedded.places import REPOSITORY, Places, read_json
from voicestudio.embedded.stack import Service
from voicestudio.embedded.supervisor import Supervisor

START_PATIENCE_S = 300.0
STOP_PATIENCE_S = 60.0
LIVE_DATABASE = "live"
MIGRATED_DATABASE = "migrated"
LIVE_VALKEY_DATABASE = 1
LIVE_BUCKET = "live"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


@dataclass(slots=True)
class LiveStack:
    """A running studio. ``url`` has no slash at its end; ``var`` holds its stack.json, log, mail.

    ``environment`` runs further processes of ours against it (``manage.py`` and the like).
    """

    url: str
    var: Path
    mail: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    _console: Console | None = field(default=None, init=False)

    def shell(self, code: str) -> None:
        """Run code within the studio's settings; raises RuntimeError."""
        if self._console is None:
            self._console = Console(self.environment)
        self._console.run(code)

    def pid(self, part: str) -> int:
        """The process id of web, worker or beat."""
        return int(read_json(Places(self.var).run / f"{part}.json")["pid"])

    def kill(self, part: str) -> None:
        """Kill a part with -9, with its children; the supervisor starts it again."""
        os.killpg(self.pid(part), signal.SIGKILL)

    def wait_restarted(self, part: str, old_pid: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while read_json(Places(self.var).run / f"{part}.json").get("pid") in (None, old_pid):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{part} was not restarted; the log:\n{self.output()}")
            time.sleep(0.1)

    def jobs_at_work(self) -> list[int]:
        """Pids of the workers of jobs that live, each the leader of its process group."""
        said = (read_json(path) for path in self.var.glob("local/*/process.json"))
        return [int(process["pid"]) for process in said if process and is_alive(process["pid"])]

    def attempts_at_work(self) -> dict[int, int]:
        """The same, with the number (fence) of the attempt that each works at."""
        found = {}
        for path in self.var.glob("local/*/process.json"):
            process, spec = read_json(path), read_json(path.with_name("spec.json"))
            if process and spec and is_alive(process["pid"]):
                found[int(process["pid"])] = int(spec["fence"])
        return found

    def output(self) -> str:
        return (self.var / "terminal.log").read_text(errors="replace")

    def wait_answering(self, seconds: float = 60) -> None:
        """Until web accepts connections (again)."""
        port = int(self.url.rpartition(":")[2])
        deadline = time.monotonic() + seconds
        while not ports.answers(port):
            if time.monotonic() > deadline:
                raise TimeoutError(f"web does not answer; the log:\n{self.output()}")
            time.sleep(0.1)

    def stop(self) -> int:
        """An orderly end; the supervisor's exit code."""
        if self._console is not None:
            self._console.close()
            self._console = None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def copy_database(services: Supervisor, source: str, name: str) -> None:
    """``name`` as a copy of ``source``, which nobody may be using; no more than one of each."""
    with psycopg.connect(services.stack.postgres.url("postgres"), autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        if (source,) in rows and (name,) not in rows:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(source)))


def live_environment(
    services: Supervisor, var: Path, port: int, number: int, extra: Mapping[str, str]
) -> dict[str, str]:
    """Settings of a studio of its own on the run's services: own database, queue and bucket.

    Studios that shared a queue would take each other's jobs: each has a ``number``. ``extra`` are
    further settings.
    """
    settings = services.stack.settings()
    stack = services.stack
    if "DATABASE_URL" in settings:
        settings["DATABASE_URL"] = stack.postgres.url(f"{LIVE_DATABASE}{number}")
    if "REDIS_URL" in settings:
        settings["REDIS_URL"] = stack.valkey.url(LIVE_VALKEY_DATABASE + number)
    if "S3_BUCKET" in settings:
        settings["S3_BUCKET"] = f"{LIVE_BUCKET}{number}"
    settings |= {
        "ENVIRONMENT": "embedded",
        "VAR_DIR": str(var),
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "WORKER_CALLBACK_URL": f"http://127.0.0.1:{port}",
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",  # where tests listen
    }
    return {**os.environ, **settings, **extra}


def start_live(
    services: Supervisor,
    var: Path,
    *,
    demo: bool,
    number: int = 0,
    extra: Mapping[str, str] | None = None,
) -> LiveStack:
    """Start web, worker and beat under a supervisor of their own; raises RuntimeError."""
    port = free_port()
    var.mkdir(parents=True, exist_ok=True)
    if Service.POSTGRES in services.stack.services:
        copy_database(services, MIGRATED_DATABASE, f"{LIVE_DATABASE}{number}")
        services.stack.postgres.ensure_database(f"{LIVE_DATABASE}{number}")
    environment = live_environment(services, var, port, number, extra or {})
    command = [
        sys.executable,
        "-m",
        "voicestudio.embedded",
        "run",
        *([] if demo else ["--no-demo"]),
    ]
    with (var / "terminal.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    stack = LiveStack(
        f"http://localhost:{port}", var, services.stack.places.mail, environment, process
    )
    deadline = time.monotonic() + START_PATIENCE_S
    while "AI Voice Studio" not in stack.output():
        if process.poll() is not None or time.monotonic() > deadline:
            stack.stop()
            raise RuntimeError(f"the live stack did not start:\n{stack.output()}")
        time.sleep(0.1)
    return stack
