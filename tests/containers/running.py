"""Commands of images and compose files, run outside Docker in the tree that an image would have."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.containers.files import WEB, lay_out, stages

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "voicestudio.settings",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "REMAP_SIGTERM": "SIGQUIT",
}


class Container:
    """A folder as the web image's WORKDIR, and processes in it that see nothing else of ours."""

    def __init__(self, folder: Path, binaries: Path, environment: Mapping[str, str]) -> None:
        self.root = folder / "app"
        self.tmp = folder / "tmp"
        self.tmp.mkdir(parents=True)
        lay_out(stages(WEB)["web"], self.root)
        self._binaries = binaries
        path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
        places = {"PATH": path, "VAR_DIR": str(self.tmp / "var"), "TMPDIR": str(self.tmp)}
        self.environment = {**environment, **ENVIRONMENT, **places}

    def start(self, command: Sequence[str], log: str) -> "subprocess.Popen[bytes]":
        program = self._binaries / command[0]
        with (self.tmp / log).open("wb") as file:
            return subprocess.Popen(
                [str(program), *command[1:]],
                cwd=self.root,
                env=self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def run(self, command: Sequence[str], log: str = "run.log") -> int:
        return self.start(command, log).wait(300)

    def log(self, name: str) -> str:
        return (self.tmp / name).read_text(errors="replace")

    def written(self) -> set[Path]:
        """What has come into the tree, which is read-only in a container."""
        return {path.relative_to(self.root) for path in self.root.rglob("*")}


def wait_for(true: Callable[[], bool], what: Callable[[], str], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what()
        time.sleep(0.1)


def on_port(command: Sequence[str], port: int) -> list[str]:
    """A server's command on another port than its own."""
    return [str(port) if word == "8000" else word for word in command]
