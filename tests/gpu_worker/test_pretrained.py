"""The manifest of weights, and the operator's fetch."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName, F0Method, SeparatorName
from gpu_worker.contract.weights import Entry, read_manifest
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.pretrained import Pretrained

CONTENT = bytes(range(256)) * 8000
PACKAGED = (
    "starter",
    "starter-generator-40k",
    "starter-discriminator-40k",
    "whisper-base",
    "fcpe",
    "swift-f0",
    "crepe-full",
    "crepe-tiny",
    "spleeter-2stems",
    "deepfilternet3",
    "resemblyzer",
)


ABOUT: dict[str, str] = {"name": "x", "title": "x", "licence": "MIT", "source": "x"}


def pin(found: Entry) -> str:
    return found.sha256 or f"prefix {found.sha256_prefix}"


def test_every_entry_is_named_pinned_and_licensed() -> None:
    for found in read_manifest().values():
        assert re.fullmatch("[0-9a-f]{64}|prefix [0-9a-f]{8}", pin(found))
        assert found.title
        assert found.licence
        assert found.source
        assert found.need_ko
        assert found.need_en
        assert len(found.packages) == len(found.files)
        ways = (bool(found.files), bool(found.own), bool(found.file and found.url))
        assert sum(ways) == 1


def test_every_name_of_the_contract_is_in_the_manifest() -> None:
    names = read_manifest()
    separators = set(SeparatorName) - {SeparatorName.AUTO}
    encoders = set(ContentEncoderName) - {ContentEncoderName.AUTO}
    for wanted in (*encoders, *(set(F0Method) - {F0Method.HYBRID}), *separators):
        assert wanted.value in names


README = Path(__file__).parents[2] / "README.md"
# The table names a family once.
STARTER = "Starter: content encoder and draft base"
FAMILIES = {
    "starter": STARTER,
    "starter-generator-40k": STARTER,
    "starter-discriminator-40k": STARTER,
    "whisper-base": "Whisper base",
    "fcpe": "FCPE",
    "swift-f0": "SwiftF0",
    "crepe-full": "CREPE, full and tiny",
    "crepe-tiny": "CREPE, full and tiny",
    "spleeter-2stems": "Spleeter, two stems",
    "deepfilternet3": "DeepFilterNet 3",
    "resemblyzer": "Resemblyzer",
    "dnsmos": "DNSMOS P.835",
    "contentvec": "ContentVec",
    "rmvpe": "RMVPE",
    "htdemucs": "HT-Demucs",
    **{
        f"rvc-{net}-{rate}k": "RVC v2 pretrained generator and discriminator"
        for net in ("generator", "discriminator")
        for rate in (32, 40, 48)
    },
}


def licence_table() -> dict[str, str]:
    """The README's: weights, without who made them -> licence."""
    section = README.read_text("utf-8").partition("## Licences of models")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    assert rows[0] == ["weights", "for", "licence", "how they come"]
    return {title.partition(" (")[0]: licence for title, _, licence, _ in rows[2:]}


def test_the_readme_names_all_weights_with_their_licences() -> None:
    pairs = {
        (FAMILIES[name], entry.licence.partition(" (")[0])
        for name, entry in read_manifest().items()
    }
    assert set(licence_table().items()) == pairs


@pytest.mark.parametrize("name", PACKAGED)
def test_packaged_weights_are_whole(name: str) -> None:
    found = Pretrained().find(name)
    assert all(path.is_file() for path in found.paths)
    assert found.sha256 == read_manifest()[name].sha256


@pytest.mark.parametrize("name", ["rmvpe", "nothing-of-the-kind"])
def test_missing_weights_are_the_operators_matter(tmp_path: Path, name: str) -> None:
    for source in (Pretrained(), Pretrained(tmp_path)):
        with pytest.raises(JobError) as caught:
            source.find(name)
        assert caught.value.code is Code.WEIGHTS_MISSING
        assert not caught.value.retryable


def test_a_file_that_is_not_what_is_pinned_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rmvpe.pt").write_bytes(b"something else")
    with pytest.raises(JobError, match="checksum"):
        Pretrained(tmp_path).find("rmvpe")


def test_a_file_known_by_its_first_digits_is_held_to_them(tmp_path: Path) -> None:
    (tmp_path / "x.th").write_bytes(CONTENT)
    sha256 = hashlib.sha256(CONTENT).hexdigest()

    def find(prefix: str | None) -> str:
        known = Entry(**ABOUT, file="x.th", url="http://x", sha256_prefix=prefix)
        return Pretrained(tmp_path, {"x": known}).find("x").sha256

    assert find(sha256[:8]) == sha256
    for wrong in ("00000000", "", None):
        with pytest.raises(JobError, match="checksum"):
            find(wrong)


def test_a_package_that_is_absent_is_refused() -> None:
    packaged = {"packages": ("no-such-thing",), "files": ("x.pt",), "sha256": "0" * 64}
    absent = Entry.model_validate({**ABOUT, **packaged})
    with pytest.raises(JobError, match="not installed"):
        Pretrained(manifest={"x": absent}).find("x")


def test_importing_the_worker_fetches_nothing() -> None:
    guard = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('network at import')\n"
        "socket.socket.connect = refuse\n"
        "import gpu_worker.runner, gpu_worker.tasks, gpu_worker.pretrained\n"
        "import sys\n"
        "unwanted = {'torchaudio', 'transformers', 'django', 'torchfcpe', 'swift_f0'}\n"
        "assert not unwanted & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", guard], check=True, timeout=300)


def test_a_process_of_many_jobs_loads_networks_once() -> None:
    cpu = torch.device("cpu")
    for keep in (True, False):
        weights = Pretrained(keep=keep)
        encoders = [load_content_encoder(ContentEncoderName.WHISPER_BASE, weights, cpu)]
        encoders.append(load_content_encoder(ContentEncoderName.WHISPER_BASE, weights, "cpu"))
        assert (encoders[0] is encoders[1]) is keep
        files = weights.find(F0Method.FCPE)
        first = files.loaded(("fcpe", "cpu"), object)
        assert (files.loaded(("fcpe", "cpu"), object) is first) is keep
        assert files.loaded(("fcpe", "cuda"), object) is not first
