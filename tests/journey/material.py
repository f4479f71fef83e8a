"""The demo material that the journeys use."""

from pathlib import Path

from gpu_worker.engine.sound.audio import decode_stereo
from tests.factories import wav_bytes

MATERIAL = Path(__file__).resolve().parents[2] / "demo" / "material"
SONG = MATERIAL / "arirang-vocal.flac"
MIX = MATERIAL / "arirang-mix.opus"


def recordings(speaker: str) -> list[Path]:
    """The recordings of demo speaker ``a`` (female) or ``b`` (male), about 30 s each."""
    return sorted(MATERIAL.glob(f"speaker-{speaker}-*.opus"))


def cut(path: Path, seconds: float, folder: Path) -> Path:
    """The beginning of a sound as a file in ``folder``: what is made of it takes less time."""
    short = folder / f"{path.stem}.wav"
    short.write_bytes(beginning(path, seconds))
    return short


def beginning(path: Path, seconds: float) -> bytes:
    """The first ``seconds`` of a sound as a WAV file, with all its channels."""
    wave, rate = decode_stereo(path)
    return wav_bytes(wave[: round(seconds * rate)].T, rate)
