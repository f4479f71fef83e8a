"""The Dockerfiles, as far as they can be held to something without building them."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

import pytest

from docker.fetch_weights import main as fetch_weights
from docker.fetch_weights import refusal
from gpu_worker.contract.weights import read_manifest
from tests.containers.files import COMPOSE, GPU, ROOT, WEB, Stage, compose, copied, lay_out, stages
from tests.gpu_worker.studio_server import serve

BOTH = pytest.mark.parametrize("path", [GPU, WEB], ids=lambda path: path.name)
FINAL = pytest.mark.parametrize(
    ("path", "name"), [(GPU, "worker"), (GPU, "studio"), (WEB, "web")], ids=lambda v: str(v)[-10:]
)
COMPILERS = re.compile(r"\b(build-essential|gcc|g\+\+|clang|nasm|[\w-]+-dev)\b")


def lineage(path: Path, name: str) -> list[Stage]:
    """A stage and those that it stands on, the first of them last."""
    known = stages(path)
    found = [known[name]]
    while found[-1].base in known:
        found.append(known[found[-1].base])
    return found


@BOTH
def test_hadolint_finds_nothing(path: Path) -> None:
    tool = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    assert tool, "run `make install`"
    done = subprocess.run([tool, str(path)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


@BOTH
def test_every_base_is_an_exact_release(path: Path) -> None:
    known = stages(path)
    bases = {stage.base for stage in known.values()} - set(known)
    assert bases
    for base in bases:
        numbers = 2 if base.startswith("postgres:") else 3
        assert re.fullmatch(rf"[\w./-]+:\d+(\.\d+){{{numbers - 1}}}-[\w-]+", base), base


@BOTH
def test_what_comes_from_elsewhere_is_checked(path: Path) -> None:
    for stage in stages(path).values():
        for rest in stage.all("ADD"):
            assert re.match(r"--checksum=sha256:[0-9a-f]{64} https://", rest)
        assert not any(re.search(r"\b(curl|wget|git)\b", rest) for rest in stage.all("RUN"))


@FINAL
def test_an_image_runs_as_nobody_with_a_health_check_and_no_compiler(path: Path, name: str) -> None:
    stage, *below = lineage(path, name)
    words = [word for each in reversed([stage, *below]) for word, _ in each.lines]
    users = [rest for each in reversed([stage, *below]) for rest in each.all("USER")]
    assert users[-1] == "10001"
    assert "RUN" not in words[len(words) - words[::-1].index("USER") :]
    assert stage.all("HEALTHCHECK")
    assert stage.command()
    for each in (stage, *below):
        assert not any(COMPILERS.search(rest) for rest in each.all("RUN"))


def test_the_web_image_has_the_servers_own_pg_dump() -> None:
    """Another major release would refuse to dump, and its Debian has to be that of the image."""
    known = stages(WEB)
    server = compose(COMPOSE)["services"]["postgres"]["image"]
    assert known["postgres"].base.rpartition("-")[0] == server.rpartition("-")[0]
    assert known["postgres"].base.rpartition("-")[2] == known["web"].base.rpartition("-")[2]
    taken = [rest for rest in known["web"].all("COPY") if rest.startswith("--from=postgres")]
    major = server.partition(":")[2].partition(".")[0]
    programs = [f"/usr/lib/postgresql/{major}/bin/{name}" for name in ("pg_dump", "pg_restore")]
    assert taken[0].split()[1:] == [*programs, "/usr/local/bin/"]
    assert any("PG_BIN=/usr/local/bin" in rest for rest in known["web"].all("ENV"))


def test_a_plain_build_of_each_file_makes_what_it_is_named_for() -> None:
    assert list(stages(GPU))[-1] == "worker"
    assert list(stages(WEB))[-1] == "web"


@BOTH
def test_no_gpl_library_reaches_an_image(path: Path) -> None:
    """PyPI's wheel of PyAV carries libx264 and libx265: ours has to be there before pip looks."""
    packages = " ".join(stages(path)["packages"].all("RUN"))
    ours = packages.index("--no-index /wheels/av-*.whl")
    names = ("web.txt", "serverless.txt")
    assert all(ours < packages.index(name) for name in names if name in packages)
    script = (ROOT / "docker" / "media.sh").read_text()
    code = "\n".join(line for line in script.splitlines() if not line.startswith("#"))
    assert not re.search(r"--enable-(gpl|version3|nonfree|libx26[45])", code)
    version = re.search(r"^av==(\S+)", (ROOT / "docker" / "av-source.txt").read_text(), re.M)
    for name in ("web", "gpu"):
        pinned = re.search(r"^av==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M)
        assert pinned
        assert version
        assert pinned[1] == version[1]


def test_torch_lies_in_a_layer_of_its_own_and_nothing_of_it_in_the_next(tmp_path: Path) -> None:
    known = stages(GPU)
    venv = [rest for rest in known["runtime"].all("COPY") if "/opt/venv" in rest]
    assert venv == ["--from=torch /opt/venv /opt/venv", "--from=rest /opt/venv /opt/venv"]
    assert known["packages"].base == "torch"
    torch, whole, rest = (tmp_path / name for name in ("torch", "whole", "venv"))
    for folder in (torch, whole, rest):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)
        (folder / "libtorch.so").write_bytes(b"large")
        (folder / "a name with spaces").write_bytes(b"is" if folder == torch else b"changed")
    for folder in (whole, rest):
        (folder / "bin" / "runpod").write_bytes(b"new")
    (command,) = known["rest"].all("RUN")
    command = command.replace("/opt/venv", str(rest))
    subprocess.run(["/bin/sh", "-c", command], cwd=torch, check=True)
    left = {str(path.relative_to(rest)) for path in rest.rglob("*") if not path.is_dir()}
    assert left == {"bin/runpod", "a name with spaces"}
    shutil.copytree(rest, torch, dirs_exist_ok=True)
    for path in whole.rglob("*"):
        if path.is_file():
            assert (torch / path.relative_to(whole)).read_bytes() == path.read_bytes()


@BOTH
def test_the_build_context_holds_what_is_copied_and_no_secret(path: Path) -> None:
    patterns = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] != "#"
    ]
    allowed = {line[1:] for line in patterns if line.startswith("!")}
    assert patterns[0] == "*"
    for stage in stages(path).values():
        for sources, _ in copied(stage):
            for source in sources:
                assert any(f"{source}/".startswith(f"{each}/") for each in allowed), source
                assert (ROOT / source).exists(), source
    for secret in (".env", "var", "tests", ".git", "docs"):
        assert secret not in allowed
    assert any(fnmatch("apps/.env.local", pattern.replace("**/", "*/")) for pattern in patterns)


def baked() -> list[str]:
    (line,) = stages(GPU)["weights"].all("RUN")[-1:]
    return line.split("/opt/weights ")[1].split()


def test_only_weights_of_clear_licence_and_whole_checksum_are_baked_in() -> None:
    manifest = read_manifest()
    assert {name: refusal(manifest[name]) for name in baked()} == dict.fromkeys(baked())
    fetched = {name for name, entry in manifest.items() if entry.url}
    assert fetched - set(baked()) == {"rmvpe", "htdemucs"}
    assert refusal(manifest["rmvpe"])
    assert refusal(manifest["htdemucs"])


def test_the_weights_stage_needs_no_torch_and_checks_what_comes(tmp_path: Path) -> None:
    lay_out(stages(GPU)["weights"], tmp_path)
    blocked = "import sys; sys.modules.update(torch=None, numpy=None, faiss=None)"
    program = (
        f"{blocked}; sys.argv = ['x', 'w', 'rmvpe']; exec(open('docker/fetch_weights.py').read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, f"rmvpe: licence {UNCLEAR}\n")


UNCLEAR = read_manifest()["rmvpe"].licence


def test_weights_lie_where_the_worker_looks(tmp_path: Path) -> None:
    entry = read_manifest()["contentvec"]
    text = '[contentvec]\ntitle = "t"\nlicence = "MIT"\nsource = "s"\nfile = "hubert_base.pt"\n'
    with serve() as studio:
        studio.objects["w"] = b"weights"
        manifest = tmp_path / "weights.toml"
        manifest.write_text(f'{text}url = "{studio.object_url("w")}"\nsha256 = "{SHA256}"\n')
        assert fetch_weights(tmp_path / "weights", ["contentvec"], manifest) == 0
    assert (tmp_path / "weights" / (entry.file or "")).read_bytes() == b"weights"


SHA256 = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"


def test_the_web_image_starts_without_the_engine(tmp_path: Path) -> None:
    stage = stages(WEB)["web"]
    lay_out(stage, tmp_path)
    assert sorted(path.name for path in (tmp_path / "gpu_worker").iterdir()) == [
        "__init__.py",
        "contract",
        "weights.toml",
    ]
    assert not (tmp_path / "voicestudio" / "embedded").exists()
    blocked = "import sys; sys.modules.update(torch=None, faiss=None, onnxruntime=None)"
    program = f"{blocked}; import voicestudio.asgi, voicestudio.celery, voicestudio.urls"
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": "", "DJANGO_SETTINGS_MODULE": "voicestudio.settings"},
        check=True,
    )
