"""Puts trained weights where the worker finds them, and pins them in its manifest.

    python -m starter.install --encoder FILE --base DIR

The three files are copied into ``gpu_worker/starter/`` and their checksums written into
``gpu_worker/weights.toml``. Refuses what does not load, and more than 40 MB in all.
"""

import argparse
import hashlib
import re
from pathlib import Path
from typing import Final

import torch

from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import discriminator_config, synthesizer_config
from gpu_worker.engine.files import write_whole
from gpu_worker.engine.learning.bases import Base
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.speech.starter import WIDTH, load_starter_encoder
from starter.base import RATE

WORKER: Final = Path(__file__).parents[1] / "gpu_worker"
MOST_BYTES: Final = 40_000_000
NAMES: Final = {
    "starter": "encoder.safetensors",
    "starter-generator-40k": "generator-40k.safetensors",
    "starter-discriminator-40k": "discriminator-40k.safetensors",
}
"""Entry of the manifest -> file in the worker's folder ``starter``."""


def check_weights(encoder: Path, base: Base) -> None:
    """Raises ``JobError`` or ``ValueError`` where one does not fit or is too large."""
    load_starter_encoder(encoder)(torch.zeros(1, 16_000))
    base.load_into(
        Synthesizer(synthesizer_config(Preset.DRAFT, RATE, WIDTH)),
        MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT)),
    )
    size = sum(path.stat().st_size for path in (encoder, base.generator, base.discriminator))
    if size > MOST_BYTES:
        raise ValueError(f"{size} bytes of weights, at most {MOST_BYTES}")


def install(encoder: Path, base: Base, worker: Path) -> dict[str, str]:
    """Copy the files below ``worker``, pin them there; returns checksums by entry."""
    check_weights(encoder, base)
    sums = {}
    manifest = (worker / "weights.toml").read_text("utf-8")
    sources = (encoder, base.generator, base.discriminator)
    for (entry, name), source in zip(NAMES.items(), sources, strict=True):
        content = source.read_bytes()
        sums[entry] = hashlib.sha256(content).hexdigest()
        manifest = pinned(manifest, entry, sums[entry])
        target = worker / "starter" / name
        write_whole(target, lambda aside, content=content: _write(aside, content))  # type: ignore[misc]
        target.chmod(0o644)
    (worker / "weights.toml").write_text(manifest, "utf-8")
    return sums


def pinned(manifest: str, entry: str, sha256: str) -> str:
    """The manifest with another checksum of ``entry``. Raises ``ValueError`` without one."""
    table = re.compile(rf'(^\[{entry}\]\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]*"', re.MULTILINE)
    changed, count = table.subn(rf'\g<1>{sha256}"', manifest)
    if count != 1:
        raise ValueError(f"the manifest has no checksum of {entry}")
    return changed


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base's two files")
    arguments = parser.parse_args()
    folder = arguments.base
    base = Base(folder / "generator.safetensors", folder / "discriminator.safetensors")
    for entry, sha256 in install(arguments.encoder, base, WORKER).items():
        print(entry, sha256)


if __name__ == "__main__":
    main()
