"""Who speaks: Kokoro's own voices and blends of them, and who is kept unseen.

The packs are those inside the package ``kokoro-js`` (Apache-2.0), read from its archive.
"""

import hashlib
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ARCHIVE: Final = "kokoro-js-1.2.1.tgz"
ARCHIVE_SHA256: Final = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
_STYLE: Final = (-1, 256)

UNSEEN: Final = (
    "af_bella", "am_michael", "bf_emma", "bm_george", "hf_beta", "hm_psi", "zf_xiaoyi", "zm_yunxi",
)  # fmt: skip
"""They read the probes' lines and nothing else; no weights learn from them."""
KEPT_OUT: Final = (*UNSEEN, "jf_alpha", "jm_kumo", "jf_tebukuro", "af_nicole")
"""Nobody learns from the demo's speakers either; ``af_nicole`` only whispers."""
BLENDS: Final = 120

Styles = NDArray[np.float32]


@dataclass(frozen=True)
class Speaker:
    """A voice as a weighted blend of the model's own."""

    name: str
    blend: dict[str, float] = field(hash=False)


class VoicePacks:
    """The voices of the archive. Raises ``ValueError`` where it is another file."""

    def __init__(self, archive: Path) -> None:
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != ARCHIVE_SHA256:
            raise ValueError(f"{archive.name} is not {ARCHIVE}: sha256 {found}")
        self._packs: dict[str, Styles] = {}
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name.startswith("package/voices/") and (file_ := tar.extractfile(member)):
                    pack = np.frombuffer(file_.read(), "<f4").reshape(_STYLE)
                    self._packs[Path(member.name).stem] = pack

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._packs))

    def style(self, speaker: Speaker, tokens: int) -> Styles:
        """What the model takes for a line of so many tokens: (1, 256)."""
        row = sum(weight * self._packs[name][tokens - 1] for name, weight in speaker.blend.items())
        return np.asarray(row, np.float32)[None]


def speakers(names: tuple[str, ...], seed: int) -> list[Speaker]:
    """All voices that may be learned from: each alone, then blends of two, some beyond both."""
    random = np.random.default_rng([seed, 1])
    alone = [name for name in names if name not in KEPT_OUT]
    found = [Speaker(name, {name: 1.0}) for name in alone]
    for number in range(BLENDS):
        first, second = (alone[n] for n in random.choice(len(alone), 2, replace=False))
        share = float(random.choice([0.5, 0.65, 1.3]))
        found.append(Speaker(f"blend_{number:02d}", {first: share, second: 1 - share}))
    return found


def unseen_speakers() -> list[Speaker]:
    """The probes' own."""
    return [Speaker(name, {name: 1.0}) for name in UNSEEN]
