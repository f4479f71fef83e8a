"""The web image's own command and health check, in the tree that the image would have."""

import io
import os
import signal
import sys
from pathlib import Path

from django.core.management import call_command

from docker.healthcheck import main as healthy
from tests import live
from tests.containers.files import WEB, stages
from tests.containers.running import Container, on_port, wait_for
from voicestudio.embedded import ports
from voicestudio.embedded.postgres import binaries
from voicestudio.embedded.supervisor import Supervisor


def test_the_web_image_serves_and_says_that_it_is_well(
    services: Supervisor, tmp_path: Path
) -> None:
    call_command("ensure_bucket", stdout=io.StringIO())
    port = live.free_port()
    environment = {**os.environ, **services.stack.settings()}
    container = Container(tmp_path, Path(sys.executable).parent, environment)
    before = container.written()
    web = container.start(on_port(stages(WEB)["web"].command(), port), "web.log")
    try:
        wait_for(lambda: ports.answers(port), lambda: container.log("web.log"))
        # No Celery runs: only what is the web's own counts.
        address = f"http://127.0.0.1:{port}/api/v1/health"
        wait_for(lambda: healthy(address) == 0, lambda: container.log("web.log"), 20)
        assert container.written() == before
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(30)
    assert healthy(address) == 1


def test_the_web_image_dumps_the_database(services: Supervisor, tmp_path: Path) -> None:
    """With the programs that PG_BIN names: the embedded services are not in the image."""
    environment = {**os.environ, **services.stack.settings(), "PG_BIN": str(binaries())}
    container = Container(tmp_path, Path(sys.executable).parent, environment)
    program = (
        "import sys, django; django.setup(); from pathlib import Path; "
        "from voicestudio.backup import database; database.dump(Path(sys.argv[1])); "
        "assert 'voicestudio.embedded' not in sys.modules"
    )
    dump = tmp_path / "studio.dump"
    code = container.run(["python", "-c", program, str(dump)], "dump.log")
    assert code == 0, container.log("dump.log")
    assert dump.read_bytes()[:5] == b"PGDMP"
    assert container.run(["python", "manage.py", "backup", "--help"], "help.log") == 0
