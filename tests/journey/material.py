"""The demo material that the journeys use."""

from pathlib import Path

MATERIAL = Path(__file__).resolve().parents[2] / "demo" / "material"
SONG = MATERIAL / "arirang-vocal.flac"


def recordings(speaker: str) -> list[Path]:
    """The recordings of demo speaker ``a`` (female) or ``b`` (male), about 30 s each."""
    return sorted(MATERIAL.glob(f"speaker-{speaker}-*.opus"))
