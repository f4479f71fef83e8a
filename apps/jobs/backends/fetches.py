"""Downloads of weights beside local workers, each a short-lived process of its own.

The folder of a download holds ``process.json``, ``status.json`` (``FetchStatus``, written by the
process alone) and ``fetch.log``; the bytes lie in the folder of weights, ``.part`` until whole.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

import gpu_worker
from gpu_worker.contract.weights import MANIFEST, Entry, FetchStatus, Found, read_manifest

from .processes import clean, noted, spawn, stop

LOOK_TAKES_S: Final = 120.0
_MODULE: Final = "gpu_worker.weights_process"
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_PASSED_ON: Final = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE"),
    *_PROXIES,
    *(name.lower() for name in _PROXIES),
)
_FOUND: Final = TypeAdapter(dict[str, Found])


@dataclass(frozen=True)
class Fetches:
    """Works in ``folder``; ``weights`` is where local workers read theirs."""

    folder: Path
    weights: Path
    manifest: Path = MANIFEST

    def entries(self) -> Mapping[str, Entry]:
        return read_manifest(self.manifest)

    def start(self, name: str) -> None:
        """Begin, or go on with, the download of an entry. Raises OSError."""
        folder = self._folder(name)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.forget(name)
        arguments = ["fetch", name, "--status", str(folder / "status.json")]
        with (folder / "fetch.log").open("wb") as log:
            spawn([*self._command(), *arguments], folder, folder, self._environment(), log)

    def forget(self, name: str) -> None:
        """What an earlier process said of itself, and that it was asked to stop."""
        clean(self._folder(name), ("status.json", "stop-asked"))

    def is_alive(self, name: str) -> bool:
        process = noted(self._folder(name))
        return process is not None and process.is_alive

    def status(self, name: str) -> FetchStatus:
        """The last that the process said of itself; nothing done where it said nothing yet."""
        try:
            said = (self._folder(name) / "status.json").read_text("utf-8")
        except FileNotFoundError:
            return FetchStatus()
        return FetchStatus.model_validate_json(said)

    def stop(self, name: str) -> bool:
        """Ask the process to end, harder each time; whether it is gone."""
        return stop(self._folder(name))

    def look(self) -> Mapping[str, Found]:
        """What lies on this machine, all of it hashed. Raises OSError, SubprocessError."""
        done = subprocess.run(
            [*self._command(), "look"],
            env=self._environment(),
            capture_output=True,
            timeout=LOOK_TAKES_S,
            check=True,
        )
        return _FOUND.validate_python(json.loads(done.stdout))

    def _folder(self, name: str) -> Path:
        return self.folder / name

    def _command(self) -> list[str]:
        return [sys.executable, "-m", _MODULE, "--manifest", str(self.manifest)]

    def _environment(self) -> dict[str, str]:
        """No secret of the web is among it."""
        passed = {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
        return {
            **passed,
            "PYTHONPATH": str(Path(gpu_worker.__file__).parent.parent),
            "WEIGHTS_DIR": str(self.weights),
        }
