"""A running studio's own shell that stays open: Django starts once for all that is asked of it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from voicestudio.embedded.places import REPOSITORY

SETTINGS: Final = "voicestudio.settings"


class Console:
    """Runs code within a studio's settings, as ``manage.py shell -c`` would."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.console"],
            cwd=REPOSITORY,
            env={**environment, "DJANGO_SETTINGS_MODULE": SETTINGS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str) -> None:
        """Returns once the code has run; raises RuntimeError with its traceback."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the console ended with {self._process.wait()}")
        if trouble := json.loads(answer):
            raise RuntimeError(trouble)

    def close(self) -> None:
        self._process.communicate()


def serve() -> None:
    """One line of JSON in, code; one line out, the traceback or nothing."""
    import contextlib
    import traceback

    import django
    from django.db import connections

    django.setup()
    for line in sys.stdin:
        trouble = ""
        try:
            with contextlib.redirect_stdout(sys.stderr):
                exec(json.loads(line), {"__name__": "__console__"})
        except Exception:
            trouble = traceback.format_exc()
        connections.close_all()  # nobody finds the database in use
        print(json.dumps(trouble), flush=True)


if __name__ == "__main__":
    serve()
