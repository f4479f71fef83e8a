"""Planted defects in every voice we have: at least 9 of 10 found, at most 1 of 10 falsely."""

import os
from collections import Counter
from pathlib import Path

import pytest

from gpu_worker.contract.report_card import Defect
from tests.gpu_worker.planted_cases import (
    SUNG,
    THIRD,
    Listener,
    Sound,
    alarms,
    defective,
    full_band,
    joined,
    louder,
    played_at,
    read,
    speaker,
    squeezed,
    swelling,
)

SEED = int(os.environ.get("SEED", "1896")) % 10_000


def voices() -> dict[str, Sound]:
    """Clean recordings of 8 to 25 s: three speakers, a singer, and people larger and smaller."""
    sung = read(SUNG)
    return {
        "a": speaker("a", 1).cut(0, 25),
        "b": speaker("b", 2).cut(5, 30),
        "third": read(THIRD),
        "sung": sung,
        "a, larger": played_at(full_band(speaker("a", 3).cut(0, 20)), 0.85),
        "b, smaller": played_at(full_band(speaker("b", 1).cut(8, 28)), 1.2),
        "sung, higher": played_at(sung, 1.5),
    }


@pytest.mark.trial
def test_planted_defects_are_found(tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    planted, found = Counter[Defect](), Counter[Defect]()
    for number, (name, voice) in enumerate(voices().items()):
        for case in defective(voice, SEED + number):
            heard = alarms(listener.alone(case.sound))
            planted[case.defect] += 1
            found[case.defect] += case.defect in heard
            if heard != {case.defect}:
                print(f"{name}: {case.defect} {case.name} heard as {sorted(heard)}")
    for second, third, expected in _between(voices()):
        card = listener.dataset(second, third)
        planted[expected] += 1
        found[expected] += any(expected in alarms(file) for file in card.files)
    print({str(defect): f"{found[defect]} of {planted[defect]}" for defect in planted})
    assert found.total() >= 0.9 * planted.total()
    assert all(found[defect] >= 0.75 * planted[defect] for defect in planted)


@pytest.mark.trial
def test_clean_recordings_stay_clean(tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    clean, false = 0, 0
    for name, voice in voices().items():
        variations = {
            "as it is": voice,
            "softer": louder(voice, -14),
            "MP3": squeezed(voice, "mp3", 160_000),
            "swelling": swelling(voice, 14, 7.3),
        }
        for variation, sound in variations.items():
            heard = alarms(listener.alone(sound))
            clean += 1
            false += bool(heard)
            if heard:
                print(f"{name}, {variation}: falsely {sorted(heard)}")
    for same in (speaker("a", 1), speaker("a", 2)), (speaker("b", 1), speaker("b", 3)):
        cards = listener.dataset(*same, joined(same[0].cut(0, 3), same[1].cut(3, 9))).files
        clean += 2
        false += sum(bool(alarms(card) - {Defect.DUPLICATE}) for card in cards[:2])
    print(f"false alarms: {false} of {clean}")
    assert false <= 0.1 * clean


def _between(voices: dict[str, Sound]) -> list[tuple[Sound, Sound, Defect]]:
    """Pairs of files: with a second singer in one, or the same recording twice."""
    a, b, sung = voices["a"], voices["b"], voices["sung"]
    return [
        (a, joined(a.cut(0, 8), b.cut(0, 8)), Defect.SECOND_SINGER),
        (b, joined(b.cut(0, 12), a.cut(0, 8)), Defect.SECOND_SINGER),
        (a, b.cut(0, 15), Defect.SECOND_SINGER),
        (b, sung.cut(0, 12), Defect.SECOND_SINGER),
        (sung, a.cut(0, 9), Defect.SECOND_SINGER),
        (a, louder(a.cut(2.137, 20), -6), Defect.DUPLICATE),
        (b, squeezed(b.cut(4.011, 25), "mp3", 64_000), Defect.DUPLICATE),
        (sung, squeezed(louder(sung.cut(1.7, 16), -9), "ogg", 32_000), Defect.DUPLICATE),
        (sung, squeezed(sung.cut(6.333, 18), "mp4", 96_000), Defect.DUPLICATE),
        (a, joined(voices["third"], a.cut(6, 20)), Defect.DUPLICATE),
    ]
