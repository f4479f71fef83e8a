"""Which parts are embedded, and what the others need to know about them.

A part gives way to a real one as soon as its variable is set in the environment.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voicestudio.embedded import ports as port_choice
from voicestudio.embedded.places import Places, read_json, write_json
from voicestudio.embedded.postgres import Postgres
from voicestudio.embedded.storage import PORT_NAMES, Storage, StorageKeys
from voicestudio.embedded.valkey import Valkey

DATABASE = "voicestudio"
BUCKET = "voicestudio"
REGION = "us-east-1"


class Service(StrEnum):
    POSTGRES = "postgres"
    VALKEY = "valkey"
    STORAGE = "storage"
    MAIL = "mail"


# A service is somebody else's as soon as one of these is set.
VARIABLES: dict[Service, tuple[str, ...]] = {
    Service.POSTGRES: ("DATABASE_URL",),
    Service.VALKEY: ("REDIS_URL",),
    Service.STORAGE: ("S3_ENDPOINT_URL", "S3_BUCKET", "S3_ACCESS_KEY_ID"),
    Service.MAIL: ("EMAIL_URL",),
}
_PORTS: dict[Service, tuple[str, ...]] = {
    Service.POSTGRES: ("postgres",),
    Service.VALKEY: ("valkey",),
    Service.STORAGE: PORT_NAMES,
    Service.MAIL: ("mail",),
}


def embedded_services(environment: Mapping[str, str]) -> tuple[Service, ...]:
    return tuple(
        service
        for service, names in VARIABLES.items()
        if not any(environment.get(name) for name in names)
    )


@dataclass(frozen=True, slots=True)
class Stack:
    """One folder's services with their ports and secrets, and the web port."""

    places: Places
    services: tuple[Service, ...]
    ports: Mapping[str, int]
    moved: tuple[str, ...]
    secrets: Mapping[str, str]
    web_port: int
    throwaway: bool

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.web_port}"

    @property
    def postgres(self) -> Postgres:
        port = self.ports["postgres"]
        return Postgres(self.places, port, self.secrets["postgres"], self.throwaway)

    @property
    def valkey(self) -> Valkey:
        return Valkey(self.places, self.ports["valkey"], self.secrets["valkey"])

    @property
    def storage(self) -> Storage:
        keys = StorageKeys(
            access=self.secrets["s3_access"],
            secret=self.secrets["s3_secret"],
            volume_key=self.secrets["seaweed_volume"],
            filer_write_key=self.secrets["seaweed_filer_write"],
            filer_read_key=self.secrets["seaweed_filer_read"],
        )
        origins = (self.public_url, f"http://127.0.0.1:{self.web_port}")
        return Storage(self.places, {n: self.ports[n] for n in PORT_NAMES}, keys, origins)

    def settings(self) -> dict[str, str]:
        """The values of settings variables, by their names in the environment."""
        values = {
            "ENVIRONMENT": "embedded",
            "SECRET_KEY": self.secrets["django"],
            "PUBLIC_URL": self.public_url,
            "WORKER_CALLBACK_URL": f"http://127.0.0.1:{self.web_port}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "COMPUTE_BACKEND": "local",
        }
        if Service.POSTGRES in self.services:
            values["DATABASE_URL"] = self.postgres.url(DATABASE)
        if Service.VALKEY in self.services:
            values["REDIS_URL"] = self.valkey.url()
        if Service.STORAGE in self.services:
            values |= {
                "S3_ENDPOINT_URL": self.storage.url,
                "S3_BUCKET": BUCKET,
                "S3_REGION": REGION,
                "S3_ACCESS_KEY_ID": self.secrets["s3_access"],
                "S3_SECRET_ACCESS_KEY": self.secrets["s3_secret"],
            }
        if Service.MAIL in self.services:
            values["EMAIL_URL"] = f"smtp://127.0.0.1:{self.ports['mail']}"
        return values

    def write(self) -> None:
        write_json(self.places.stack_file, self.settings())


_SECRETS = (
    "django",
    "postgres",
    "valkey",
    "s3_access",
    "s3_secret",
    "seaweed_volume",
    "seaweed_filer_write",
    "seaweed_filer_read",
)


def _secrets(places: Places) -> dict[str, str]:
    """Made once a folder: sessions and presigned URLs survive a restart."""
    known = read_json(places.secrets_file)
    complete = {name: str(known.get(name) or secrets.token_hex(24)) for name in _SECRETS}
    if complete != known:
        write_json(places.secrets_file, complete)
    return complete


def plan(
    places: Places, environment: Mapping[str, str], web_port: int, *, throwaway: bool = False
) -> Stack:
    """Choose ports and secrets for the services that the environment does not name.

    ``throwaway``: data that nobody will miss; PostgreSQL then skips its syncs.
    """
    services = embedded_services(environment)
    names = [name for service in services for name in _PORTS[service]]
    ports, moved = port_choice.assign(places, names)
    return Stack(
        places=places,
        services=services,
        ports=ports,
        moved=tuple(moved),
        secrets=_secrets(places),
        web_port=web_port,
        throwaway=throwaway,
    )
