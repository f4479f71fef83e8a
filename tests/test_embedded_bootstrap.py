"""The bootstrap on machines that lack something, with the standard library alone."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from voicestudio.embedded import bootstrap
from voicestudio.embedded.bootstrap import Refused


class Version(NamedTuple):
    major: int
    minor: int
    micro: int


def test_it_runs_without_any_package() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", bootstrap.__file__, "--nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "unknown option --nonsense" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 13, 0)])
def test_another_python_is_refused_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", Version(*version))
    with pytest.raises(Refused, match=r"3\.11 or 3\.12 is needed: `apt install"):
        bootstrap.require_python()


def test_a_missing_venv_module_is_refused_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(Refused, match="apt install python3-venv"):
        bootstrap.require_python()


def test_a_missing_tool_is_refused_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="`git` is missing: `apt install git`"):
        bootstrap.require_tools()


def test_short_disk_is_refused_before_anything_is_downloaded() -> None:
    with pytest.raises(Refused, match=r"Only .* GB of disk are free"):
        bootstrap.require_disk(minimum=1 << 60)


def test_a_missing_browser_is_said_as_one_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match=r"As root: `apt-get install -y .*chromium fonts-"):
        bootstrap.install_browser()


def test_a_failed_step_shows_the_end_of_its_output() -> None:
    program = "print('the cause'); raise SystemExit(3)"
    with pytest.raises(Refused, match="the cause"):
        bootstrap.run("a step", [sys.executable, "-c", program])


def test_a_stamp_follows_names_and_contents(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "REPOSITORY", tmp_path)
    one = tmp_path / "one.txt"
    one.write_text("a==1")
    before = bootstrap.digest([one])
    one.write_text("a==2")
    changed = bootstrap.digest([one])
    shutil.move(one, tmp_path / "two.txt")
    renamed = bootstrap.digest([tmp_path / "two.txt"])
    assert len({before, changed, renamed}) == 3


def test_every_requirement_is_pinned_and_locked() -> None:
    lock = names_in("lock.txt")
    for path in bootstrap.REQUIREMENTS.glob("*.txt"):
        if path.name != "lock.txt":
            missing = {name: pin for name, pin in names_in(path.name).items() if lock[name] != pin}
            assert not missing, f"{path.name} and lock.txt differ: run `make lock`"


def names_in(file: str) -> dict[str, str]:
    """Names and versions of a requirements file; every line must pin one."""
    pins = {}
    for line in (bootstrap.REQUIREMENTS / file).read_text().splitlines():
        text = line.partition("#")[0].strip().rstrip("\\").strip()
        if text and not text.startswith(("-r", "--hash")):
            name, version = text.split("==")
            pins[name.lower().replace("_", "-")] = version
    return pins
