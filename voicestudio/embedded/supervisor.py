"""Starts the parts in order, restarts what crashes, ends everything in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voicestudio.embedded import local_jobs, ports
from voicestudio.embedded.parts import Part
from voicestudio.embedded.places import REPOSITORY, FolderLock, Places, StackError
from voicestudio.embedded.privileges import before_exec
from voicestudio.embedded.process import Child, end_leftovers, kill_group
from voicestudio.embedded.stack import Stack

TICK_S = 0.1
LONGEST_BACKOFF_S = 30.0
STEADY_AFTER_S = 10.0
"""A part that served for this long did not crash for its own start's sake."""

Say = Callable[[str], None]


class Stopped(Exception):
    """Somebody asked for the end while something was being waited for."""


class StopFlag:
    """Set by SIGINT, SIGTERM and SIGHUP once ``listen`` was called."""

    def __init__(self) -> None:
        self.is_set = False

    def listen(self) -> None:
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(which, lambda number, frame: self.set())

    def set(self) -> None:
        self.is_set = True

    def sleep(self, seconds: float = TICK_S) -> None:
        """Raises Stopped."""
        if self.is_set:
            raise Stopped
        time.sleep(seconds)


@dataclass(slots=True)
class Running:
    """A part that was started; ``restart_at`` while it waits after a crash.

    ``ready_at`` is when it was first seen to answer since its last start, ``crashes`` how often it
    ended in a row without having served for long.
    """

    part: Part
    child: Child
    crashes: int = 0
    restart_at: float | None = None
    ready_at: float | None = None

    def look_at_readiness(self, now: float) -> None:
        """Note when a restarted part answers again."""
        if self.ready_at is None and self.part.is_ready(self.child):
            self.ready_at = now

    def pause_s(self, now: float) -> float:
        """How long to wait after a crash: longer each time, as long as it crashes on its way up.

        One that is killed from outside now and then is needed back at once, however often.
        """
        served_s = 0.0 if self.ready_at is None else now - self.ready_at
        self.crashes = 1 if served_s > STEADY_AFTER_S else self.crashes + 1
        return min(2.0 ** (self.crashes - 1), LONGEST_BACKOFF_S)


def environment_of(places: Places) -> dict[str, str]:
    """What each child and each command sees: ours, plus the folder to read the rest from."""
    return {
        **os.environ,
        "VAR_DIR": str(places.var),
        "DJANGO_SETTINGS_MODULE": "voicestudio.settings",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUNBUFFERED": "1",
    }


class Supervisor:
    """Use from the main thread only: children follow the thread that starts them."""

    def __init__(self, stack: Stack, say: Say, stop: StopFlag) -> None:
        self.stack = stack
        self._say = say
        self._stop = stop
        self._running: list[Running] = []
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.stack.places)

    def child(self, name: str) -> Child:
        return next(one.child for one in self._running if one.part.program.name == name)

    def start(self, parts: Sequence[Part]) -> None:
        """Start all at once, then wait for each. Raises StackError, Stopped."""
        if self._keeper is None:
            self._keeper = self._start_keeper()
        fresh = [
            Running(part, Child(part.program, self.stack.places, self.environment))
            for part in parts
        ]
        for running in fresh:
            running.part.prepare()
            if running.part.port is not None and not ports.wait_until_free(running.part.port, 5):
                raise StackError(port_taken(running.part.program.name, running.part.port))
            self._running.append(running)
            running.child.start()
        for running in fresh:
            self._wait_until_ready(running)

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        keeper = (sys.executable, "-m", "voicestudio.embedded.keeper")
        return subprocess.Popen(
            (*keeper, str(self.stack.places.var), str(os.getpid())),
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _wait_until_ready(self, running: Running) -> None:
        name, child = running.part.program.name, running.child
        while not running.part.is_ready(child):
            if child.exit_code() is not None:
                raise StackError(
                    f"{name} ended while starting ({_how(child)}); its log {child.log_path}:\n"
                    f"{child.last_lines()}"
                )
            if time.monotonic() - child.started_at > running.part.patience_s:
                raise StackError(f"{name} does not answer; see {child.log_path}")
            self._stop.sleep()
        running.ready_at = time.monotonic()
        running.part.complete()
        seconds = time.monotonic() - child.started_at
        self._say(f"  {name:<10} ready   {seconds:4.1f} s   {running.part.where}")

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; its standard output. Raises StackError, Stopped."""
        log = self.stack.places.log / "manage.log"
        began = time.monotonic()
        with log.open("ab") as errors:
            process = subprocess.Popen(
                (sys.executable, "manage.py", *arguments),
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=before_exec(None, signal.SIGKILL),
                text=True,
            )
            try:
                while True:
                    try:
                        output, _ = process.communicate(timeout=TICK_S)
                        break
                    except subprocess.TimeoutExpired:
                        self._stop.sleep(0)
            finally:
                kill_group(process.pid)
                process.wait()
        if process.returncode != 0:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            raise StackError(f"`manage.py {arguments[0]}` failed; see {log}:\n{tail}")
        self._say(f"  {arguments[0]:<10} done    {time.monotonic() - began:4.1f} s")
        return output

    def watch(self) -> None:
        """Restart whatever crashes, until the stop flag is set."""
        while not self._stop.is_set:
            for running in self._running:
                self._look_after(running)
            time.sleep(TICK_S)

    def _look_after(self, running: Running) -> None:
        now = time.monotonic()
        child, name = running.child, running.part.program.name
        if running.restart_at is not None:
            if now >= running.restart_at:
                self._restart(running)
        elif child.exit_code() is not None:
            child.clear()
            delay = running.pause_s(now)
            running.restart_at = now + delay
            self._say(
                f"  {name:<10} crashed ({_how(child)}), restart in {delay:.0f} s; "
                f"see {child.log_path}\n{child.last_lines()}"
            )
        else:
            running.look_at_readiness(now)

    def _restart(self, running: Running) -> None:
        port = running.part.port
        if port is not None and not ports.is_free(port):
            running.restart_at = time.monotonic() + 1
            return
        running.part.prepare()
        running.child.start()
        running.restart_at = running.ready_at = None
        self._say(f"  {running.part.program.name:<10} restarted")

    def stop(self) -> None:
        """Ours first, so that they can still speak to the services; then local jobs; then those."""
        services = {service.value for service in self.stack.services}
        ours = [one for one in self._running if one.part.program.name not in services]
        theirs = [one for one in self._running if one.part.program.name in services]
        self._end(ours)
        for job in local_jobs.end_all(self.stack.places.local_jobs):
            self._say(f"  local job  ended   {job}")
        for name in local_jobs.end_all(self.stack.places.fetches):
            self._say(f"  download   ended   {name}")
        self._end(theirs)
        self._running.clear()
        if self._keeper is not None:
            self._keeper.communicate()  # closes its standard input
        ports.remove_seaweed_sockets(self.stack.ports.values())

    def _end(self, group: Sequence[Running]) -> None:
        for running in group:
            running.child.ask_to_stop()
        for running in group:
            began = time.monotonic()
            running.child.finish()
            name, seconds = running.part.program.name, time.monotonic() - began
            self._say(f"  {name:<10} stopped {seconds:4.1f} s")


def port_taken(name: str, port: int) -> str:
    hint = "Set PORT to another one, as in `make run PORT=8001`." if name == "web" else "Try again."
    return f"Port {port}, which {name} needs, is taken by another program. {hint}"


def _how(child: Child) -> str:
    code = child.exit_code()
    if code is not None and code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"


def prepare_folder(places: Places, lock: FolderLock, say: Say) -> None:
    """Take the folder, and see off what a killed supervisor left. Raises StackError."""
    places.make()
    lock.acquire()
    places.require_disk()
    for name in end_leftovers(places):
        say(f"  {name:<10} of a killed run has ended")
