"""SeaweedFS as the S3 server, its filer closed to everybody but the S3 gateway."""

import http.client
import json
import os
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from voicestudio.embedded.places import Places, StackError
from voicestudio.embedded.process import Program

PORT_NAMES = ("s3", "master", "volume", "filer", "admin")


@dataclass(frozen=True, slots=True)
class StorageKeys:
    """``access``/``secret`` are the S3 pair, the others sign SeaweedFS's own traffic."""

    access: str
    secret: str
    volume_key: str
    filer_write_key: str
    filer_read_key: str


@dataclass(frozen=True, slots=True)
class Storage:
    places: Places
    ports: dict[str, int]
    keys: StorageKeys
    origins: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3']}"

    @property
    def _identities(self) -> Path:
        return self.places.storage / "identities.json"

    def prepare(self) -> None:
        """Write the two files that hold its secrets.

        Without the jwt keys the filer's own port hands every object to anybody, with CORS ``*``.
        SeaweedFS finds security.toml in its working folder.
        """
        (self.places.storage / "data").mkdir(exist_ok=True)
        security = (
            f'[jwt.signing]\nkey = "{self.keys.volume_key}"\n'
            f'[jwt.filer_signing]\nkey = "{self.keys.filer_write_key}"\n'
            f'[jwt.filer_signing.read]\nkey = "{self.keys.filer_read_key}"\n'
            "[filer.expose_directory_metadata]\nenabled = false\n"
        )
        _write_private(self.places.storage / "security.toml", security)
        identity = {
            "name": "studio",
            "credentials": [{"accessKey": self.keys.access, "secretKey": self.keys.secret}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        _write_private(self._identities, json.dumps({"identities": [identity]}))

    def program(self) -> Program:
        weed = Path(sysconfig.get_path("scripts")) / "weed"
        if not weed.exists():
            raise StackError("SeaweedFS's wheel is missing: run `make install`.")
        origins = ",".join(self.origins)
        command = (
            str(weed), "mini", f"-dir={self.places.storage / 'data'}",
            "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false",
            *(f"-{name}.port={self.ports[name]}" for name in PORT_NAMES),
            "-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-master.electionTimeout=1s", "-volume.preStopSeconds=0",
            f"-s3.config={self._identities}",
            f"-s3.allowedOrigins={origins}", f"-filer.allowedOrigins={origins}",
        )  # fmt: skip
        # With less (200 MiB, say) the collector runs all the time: 7 % of a core while idle.
        limit = {"GOMEMLIMIT": "512MiB"}
        return Program(
            name="storage",
            argv=command,
            cwd=self.places.storage,
            env=limit | {"HOME": str(self.places.storage)},
            grace_s=10,
        )

    def is_ready(self) -> bool:
        """The gateway answers, and the volumes have told the master where they are.

        Until then every object that lies there reads as an internal error.
        """
        return self._ask("s3", "/healthz") is not None and self._has_volumes()

    def _has_volumes(self) -> bool:
        status = json.loads(self._ask("master", "/dir/status") or b"{}")
        centers = status.get("Topology", {}).get("DataCenters") or []
        racks = [rack for center in centers for rack in center.get("Racks") or []]
        return any(rack.get("DataNodes") for rack in racks)

    def _ask(self, port: str, path: str) -> bytes | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=2)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read() if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
