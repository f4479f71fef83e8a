"""Starts real PostgreSQL, Valkey, S3 and mail for a test run, before Django's settings load.

Loaded early (``-p tests.stack`` in pyproject.toml). A run that names nothing but the worker's
tests needs neither services nor Django, and gets neither.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import live
from voicestudio.embedded.parts import service_parts
from voicestudio.embedded.places import FolderLock, Places
from voicestudio.embedded.stack import plan
from voicestudio.embedded.supervisor import StopFlag, Supervisor, prepare_folder

APART = ("tests/gpu_worker", "tests/test_layers", "tests/test_embedded")
_services = pytest.StashKey[Supervisor]()


def _quiet(line: str) -> None:
    return None


def start_services(closing: ExitStack) -> Supervisor:
    """Embedded services in a folder of their own until ``closing`` ends: free ports, data that
    nobody keeps.

    Variables such as DATABASE_URL name real services instead, as in every other run.
    """
    folder = closing.enter_context(
        tempfile.TemporaryDirectory(prefix="voicestudio-tests-", ignore_cleanup_errors=True)
    )
    os.environ["VAR_DIR"] = folder
    places = Places(Path(folder))
    lock = FolderLock(places)
    prepare_folder(places, lock, _quiet)
    stack = plan(places, os.environ, web_port=live.free_port(), throwaway=True)
    stack.write()
    supervisor = Supervisor(stack, _quiet, StopFlag())
    closing.callback(lock.release)
    closing.callback(supervisor.stop)
    supervisor.start(service_parts(stack))
    return supervisor


def is_apart(config: pytest.Config) -> bool:
    """Whether the run names only tests that know neither Django nor services."""
    root = config.rootpath
    named = [
        Path(os.path.relpath(config.invocation_params.dir / name.partition("::")[0], root))
        for name in config.known_args_namespace.file_or_dir
    ]
    return bool(named) and all(path.as_posix().startswith(APART) for path in named)


def runs_tests(config: pytest.Config) -> bool:
    options = config.known_args_namespace
    return not (options.help or options.version or options.collectonly)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Around pytest-django's hook of the same name, which loads the settings."""
    if not is_apart(early_config):
        os.environ["DJANGO_SETTINGS_MODULE"] = "voicestudio.settings"
        os.environ["ENVIRONMENT"] = "test"
        if runs_tests(early_config):
            closing = ExitStack()
            early_config.add_cleanup(closing.close)
            early_config.stash[_services] = start_services(closing)
    return (yield)


@pytest.fixture(scope="session")
def services(pytestconfig: pytest.Config) -> Supervisor:
    """The supervisor of this run's embedded services: ``services.child("storage").pid`` and so on.

    Send SIGSTOP and SIGCONT to a child to make a service hang; ``services.stack.settings()`` are
    the values that Django's settings read.
    """
    return pytestconfig.stash[_services]
