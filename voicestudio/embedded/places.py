"""Where a stack keeps its files: everything lies under one folder."""

import fcntl
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
MINIMUM_FREE_BYTES = 1 << 30


class StackError(Exception):
    """The stack can't start or go on; the message says what to do."""


def default_var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or REPOSITORY / "var").resolve()


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files below ``var``."""

    var: Path

    @property
    def stack_file(self) -> Path:
        return self.var / "stack.json"

    @property
    def secrets_file(self) -> Path:
        return self.var / "secrets.json"

    @property
    def ports_file(self) -> Path:
        return self.var / "ports.json"

    @property
    def lock_file(self) -> Path:
        return self.var / "lock"

    @property
    def run(self) -> Path:
        """One JSON file a running child, so that the next start knows what a crash left."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @property
    def storage(self) -> Path:
        return self.var / "storage"

    @property
    def beat(self) -> Path:
        return self.var / "beat"

    @property
    def local_jobs(self) -> Path:
        """One folder an attempt of the local compute backend, each with a process.json."""
        return self.var / "local"

    @property
    def fetches(self) -> Path:
        """One folder a download of weights, each with a process.json."""
        return self.var / "fetches"

    def make(self) -> None:
        """Create the folders; those with customers' data are closed to other users."""
        self.var.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.log, self.beat, self.postgres):
            folder.mkdir(exist_ok=True)
        for private in (self.mail, self.valkey, self.storage, self.local_jobs, self.fetches):
            private.mkdir(exist_ok=True)
            private.chmod(0o700)

    def require_disk(self, minimum: int = MINIMUM_FREE_BYTES) -> None:
        """Raises StackError where less than ``minimum`` bytes are free."""
        free = shutil.disk_usage(self.var).free
        if free < minimum:
            raise StackError(
                f"Only {free / 1e9:.1f} GB of disk are free at {self.var}; at least "
                f"{minimum / 1e9:.1f} GB are needed. Free some, or set VAR_DIR to another disk."
            )


class FolderLock:
    """One supervisor a folder. The kernel frees the lock however its owner dies."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises StackError where another supervisor holds the folder."""
        path = self._places.lock_file
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = path.read_text().strip() or "unknown"
            os.close(descriptor)
            raise StackError(
                f"A stack already runs on {self._places.var} (process {owner}). "
                "Stop it with Ctrl-C there, or set VAR_DIR to another folder."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def is_held_elsewhere(self) -> bool:
        if not self._places.lock_file.exists():
            return False
        try:
            self.acquire()
        except StackError:
            return True
        self.release()
        return False

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write aside with mode 0600, then rename: a reader never meets half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, indent=2)
    Path(name).replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in ``path``; empty where there is none or it is broken."""
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
