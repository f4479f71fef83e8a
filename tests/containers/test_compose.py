"""The compose files: valid, complete, and safe by the studio's own rules."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.containers.files import (
    COMPOSE,
    PRODUCTION,
    ROOT,
    compose,
    environment_of,
    filled_in,
    required,
)

BASE, OVER = compose(COMPOSE), compose(PRODUCTION)
SERVICES: dict[str, Any] = BASE["services"]
OURS = ("migrate", "web", "celery", "beat", "celery-gpu")
SECRETS = (
    "SECRET_KEY",
    "POSTGRES_PASSWORD",
    "VALKEY_PASSWORD",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "STORAGE_SIGNING_KEY",
)
VALUES = dict.fromkeys(SECRETS, "f" * 48) | {
    "RUNPOD_API_KEY": "key",
    "RUNPOD_ENDPOINT_ID": "endpoint",
    "PUBLIC_URL": "https://studio.example.com",
    "S3_PUBLIC_ENDPOINT_URL": "https://storage.example.com",
    "ACME_EMAIL": "operator@example.com",
    "EMAIL_URL": "smtps://user:password@mail.example.com:465",
    "FROM_EMAIL": "Studio <studio@example.com>",
}


def test_they_follow_the_compose_specification(tmp_path: Path) -> None:
    tool = shutil.which("check-jsonschema", path=sysconfig.get_path("scripts"))
    assert tool, "run `make install`"
    files = [tmp_path / "base.yml", tmp_path / "production.yml"]
    for file, content in zip(files, (BASE, OVER), strict=True):
        file.write_text(yaml.safe_dump(content))
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_service_is_watched_bounded_and_pinned() -> None:
    for name, service in (SERVICES | {"proxy": OVER["services"]["proxy"]}).items():
        limits = service["deploy"]["resources"]["limits"]
        assert set(limits) == {"cpus", "memory"}, name
        assert service["restart"] in ("unless-stopped", "no"), name
        if name not in OURS:
            assert re.search(r":v?\d+\.\d+(\.\d+)?(-[\w.]+)?$", service["image"]), name
        # The web's own check lies in its image.
        assert name == "web" or "healthcheck" in service, name


def test_ours_may_write_nothing_but_their_temporary_folder() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["tmpfs"] == ["/tmp:size=1g,mode=1777"]
        assert service.get("volumes", []) == (["jobs:/work"] if name == "celery-gpu" else [])


def test_nobody_starts_before_the_migration() -> None:
    for name in ("web", "celery", "beat", "celery-gpu"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        for other, wait in waits.items():
            healthy = wait["condition"] == "service_healthy"
            assert not healthy or "healthcheck" in SERVICES[other]
    assert SERVICES["migrate"]["restart"] == "no"


def test_only_the_proxy_is_published_in_production() -> None:
    for name, service in SERVICES.items():
        ports = OVER["services"].get(name, {}).get("ports", service.get("ports", []))
        assert ports == [], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert [p.split(":")[0] for p in OVER["services"]["proxy"]["ports"]] == ["80", "443", "443"]
    assert OVER["services"]["mail"]["profiles"] == ["mail"]


def test_a_volume_for_all_that_lasts() -> None:
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert used == set(BASE["volumes"]) == {"database", "queue", "objects", "jobs"}


def test_the_example_names_all_that_is_asked_for_and_holds_no_secret() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = dict(
        line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_0-9]+=", line)
    )
    assert required(COMPOSE, PRODUCTION) <= set(named)
    assert {named[name] for name in SECRETS} == {""}


def test_compose_refuses_to_start_without_secrets() -> None:
    text = COMPOSE.read_text()
    for name in SECRETS:
        with pytest.raises(KeyError, match=name):
            filled_in(text, {k: v for k, v in VALUES.items() if k != name})


def checked(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--tag", "security"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_as_composed_passes_its_own_checks() -> None:
    base = environment_of(SERVICES["web"], VALUES)
    over = environment_of(OVER["services"]["web"], VALUES)
    done = checked(base | over)
    assert done.returncode == 0, done.stderr


def test_a_studio_of_ones_own_passes_its_checks() -> None:
    own = {name: VALUES[name] for name in SECRETS} | {"COMPUTE_BACKEND": "local"}
    done = checked(environment_of(SERVICES["web"], own))
    assert done.returncode == 0, done.stderr


def test_the_proxy_serves_what_the_studio_says_of_itself() -> None:
    sites = re.findall(r"(?m)^\{\$(\w+)\} \{", (ROOT / "docker" / "Caddyfile").read_text())
    given = OVER["services"]["proxy"]["environment"]
    assert sites == ["PUBLIC_URL", "S3_PUBLIC_ENDPOINT_URL"]
    assert set(sites) <= set(given)
    assert json.dumps(given).count(":?") == 3
