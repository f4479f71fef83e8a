"""PostgreSQL from the binaries of a wheel, called directly."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from voicestudio.embedded.places import Places, StackError
from voicestudio.embedded.privileges import account_for_postgres, before_exec
from voicestudio.embedded.process import Program
from voicestudio.pg_programs import embedded_folder

_LASTING = ("-c", "synchronous_commit=on")
_THROWAWAY = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def binaries() -> Path:
    folder = embedded_folder()
    if folder is None:
        raise StackError("PostgreSQL's wheel is missing: run `make install`.")
    return folder


@dataclass(frozen=True, slots=True)
class Postgres:
    """The server on one port of the loopback; no unix socket, so no path is too long for one."""

    places: Places
    port: int
    password: str
    throwaway: bool = False

    @property
    def _data(self) -> Path:
        return self.places.postgres / "data"

    def url(self, database: str) -> str:
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster at the first start; clear the pid file that a crash left."""
        if not self._data.exists():
            self._initialise()
        pid_file = self._data / "postmaster.pid"
        if pid_file.exists() and not _is_postgres(pid_file):
            pid_file.unlink()

    def _initialise(self) -> None:
        account = account_for_postgres(self.places.postgres, binaries())
        new = self.places.postgres / "new"
        shutil.rmtree(new, ignore_errors=True)
        password_file = self.places.postgres / "password"
        password_file.touch(0o600)
        password_file.write_text(self.password)
        if account is not None:
            for path in (self.places.postgres, password_file):
                os.chown(path, account.uid, account.gid)
        command = [
            str(binaries() / "initdb"), "-D", str(new), "-U", "postgres",
            "-A", "scram-sha-256", "--pwfile", str(password_file),
            "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=before_exec(account, signal.SIGKILL),
        )
        password_file.unlink()
        if done.returncode != 0:
            raise StackError(f"PostgreSQL's data folder can't be made:\n{done.stderr.strip()}")
        new.rename(self._data)

    def program(self) -> Program:
        command = (
            str(binaries() / "postgres"), "-D", str(self._data), "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "shared_buffers=64MB", "-c", "max_connections=100",
            *(_THROWAWAY if self.throwaway else _LASTING),
        )  # fmt: skip
        return Program(
            name="postgres",
            argv=command,
            cwd=Path("/"),
            env=_environment(),
            stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client
            grace_s=10,
            account=account_for_postgres(self.places.postgres, binaries()),
        )

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (name,)
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _is_postgres(pid_file: Path) -> bool:
    """Whether the process that the pid file names is a PostgreSQL of this folder."""
    lines = pid_file.read_text().splitlines()
    try:
        command = Path(f"/proc/{int(lines[0])}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return False
    return str(pid_file.parent).encode() in command.split(b"\0")
