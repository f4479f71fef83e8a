"""What import-linter can't say: the web process runs on a machine without torch."""

import json
import os
import subprocess
import sys

from voicestudio.embedded.places import REPOSITORY

WORKER_ONLY = ("torch", "faiss", "onnxruntime", "gpu_worker.engine", "gpu_worker.tasks")


def modules_after(statement: str) -> set[str]:
    program = f"{statement}; import sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "voicestudio.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_web_process_imports_no_engine() -> None:
    loaded = modules_after("import voicestudio.asgi, voicestudio.celery, voicestudio.urls")
    assert "apps.jobs.models" in loaded
    assert not loaded.intersection(WORKER_ONLY)


def test_what_speaks_to_runpod_imports_no_engine() -> None:
    """It has to take jobs and hear cancels at once; the engine lives in a process of its own."""
    loaded = modules_after("import gpu_worker.handler")
    assert "runpod" in loaded
    assert not loaded.intersection((*WORKER_ONLY, "numpy", "django"))


def test_the_worker_imports_no_web() -> None:
    loaded = modules_after("import gpu_worker.runner, gpu_worker.tasks")
    assert "torch" in loaded
    assert not {name for name in loaded if name.split(".")[0] in {"django", "apps", "voicestudio"}}


def test_the_supervisor_imports_no_django() -> None:
    loaded = modules_after("import voicestudio.embedded.__main__")
    assert not {name for name in loaded if name.split(".")[0] in {"django", "celery", "torch"}}
