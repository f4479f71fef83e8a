"""Every part of a stack as a program with its readiness."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voicestudio.embedded import ports
from voicestudio.embedded.process import Child, Program
from voicestudio.embedded.stack import DATABASE, Service, Stack


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """``prepare`` runs before each start, ``complete`` once it answers; ``port`` must be free."""

    program: Program
    is_ready: Callable[[Child], bool]
    where: str
    prepare: Callable[[], None] = _nothing
    complete: Callable[[], None] = _nothing
    port: int | None = None
    patience_s: float = 120.0


def service_parts(stack: Stack) -> list[Part]:
    """The embedded services of a stack, in the order of their start."""
    makers = {
        Service.POSTGRES: _postgres,
        Service.VALKEY: _valkey,
        Service.STORAGE: _storage,
        Service.MAIL: _mail,
    }
    return [makers[service](stack) for service in stack.services]


def _postgres(stack: Stack) -> Part:
    server = stack.postgres
    return Part(
        program=server.program(),
        is_ready=lambda child: server.is_ready(),
        where=f"127.0.0.1:{server.port}",
        prepare=server.prepare,
        complete=lambda: server.ensure_database(DATABASE),
        port=server.port,
    )


def _valkey(stack: Stack) -> Part:
    server = stack.valkey
    return Part(
        program=server.program(),
        is_ready=lambda child: server.is_ready(),
        where=f"127.0.0.1:{server.port}",
        prepare=server.prepare,
        port=server.port,
    )


def _storage(stack: Stack) -> Part:
    server = stack.storage
    return Part(
        program=server.program(),
        is_ready=lambda child: server.is_ready(),
        where=server.url,
        prepare=server.prepare,
        port=server.ports["s3"],
    )


def _mail(stack: Stack) -> Part:
    port = stack.ports["mail"]
    program = Program(
        name="mail",
        argv=(sys.executable, "-m", "voicestudio.embedded.mail", str(port), str(stack.places.mail)),
        to_terminal=not stack.throwaway,
    )
    return Part(program, lambda child: ports.answers(port), str(stack.places.mail), port=port)


def application_parts(stack: Stack) -> list[Part]:
    """Web, worker and beat: our own processes, the same with real services beside them."""
    return [_web(stack), _worker(), _beat(stack.places.beat)]


def _web(stack: Stack) -> Part:
    command = (
        sys.executable, "-m", "uvicorn", "voicestudio.asgi:application",
        "--host", "127.0.0.1", "--port", str(stack.web_port), "--no-access-log",
        "--lifespan", "off", "--timeout-graceful-shutdown", "3",
    )  # fmt: skip
    return Part(
        program=Program(name="web", argv=command),
        is_ready=lambda child: ports.answers(stack.web_port),
        where=stack.public_url,
        port=stack.web_port,
    )


def _worker() -> Part:
    command = (
        sys.executable, "-m", "celery", "-A", "voicestudio.celery", "worker",
        "-c", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    )  # fmt: skip
    return Part(
        # As SIGQUIT a stop hands running tasks back to the queue instead of waiting for them.
        program=Program(name="worker", argv=command, env={"REMAP_SIGTERM": "SIGQUIT"}, grace_s=10),
        is_ready=lambda child: " ready." in child.log_since_start(),
        where="2 processes",
    )


def _beat(folder: Path) -> Part:
    command = (
        sys.executable, "-m", "celery", "-A", "voicestudio.celery", "beat",
        "--pidfile=", "-s", str(folder / "schedule"), "--loglevel", "INFO",
    )  # fmt: skip
    return Part(
        program=Program(name="beat", argv=command),
        is_ready=lambda child: "beat: Starting" in child.log_since_start(),
        where="schedule",
    )
