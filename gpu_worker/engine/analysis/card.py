"""The report card of a dataset: every file measured alone, then against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import JobError
from gpu_worker.contract.report_card import DatasetCard, FileCard, PitchBin

from ..learning.evaluation import SpeakerEncoder
from ..melody.f0 import F0Estimator
from ..progress import Listener
from ..stop import StopCheck, check, never
from .duplicates import find_copies
from .findings import file_findings
from .measure import Figures, Tools, measure
from .pitch_range import note_seconds, pitch_range
from .reverb import reverb_of
from .singers import Foreign, find_foreign
from .unreadable import card_of_unreadable
from .verdict import dataset_findings, dataset_verdict, sentences, verdict_of

Floats = NDArray[np.float32]
"""Told the share of the work done, 0..1."""

# A copy that shares so much of the shorter file, or so long a stretch, is worth a word.
_COPIED_SHARE, _COPIED_S = 0.5, 8.0
# Short files that are heard for their room: some minutes of sound.
_MOST_CLIPS = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """A file of the dataset: the customer's id and name of it, and where it lies."""

    id: str
    name: str
    path: Path


def examine(
    files: Sequence[Recorded],
    f0: F0Estimator,
    ear: SpeakerEncoder,
    progress: Listener,
    stop: StopCheck = never,
) -> DatasetCard:
    """Listen to every file and say what is wrong with it and what to do.

    A file that can't be read gets a card that says so. Raises ``Stopped``, and ``JobError`` only
    for what is not a file's fault. Temporary files are as large as the longest recording.
    """
    tools = Tools(f0, ear)
    measured: dict[int, Figures] = {}
    failed: dict[int, FileCard] = {}
    for number, file in enumerate(files):
        check(stop)
        try:
            measured[number] = measure(file.path, tools, stop)
        except JobError as error:
            failed[number] = card_of_unreadable(file.id, file.name, error)
        progress((number + 1) / (len(files) + 1))
    measured = _in_one_room(measured)
    foreign, originals = _compare(measured)
    cards = [
        failed[number]
        if number in failed
        else _file_card(
            file,
            measured[number],
            foreign[number],
            _reference(files, originals.get(number)),
        )
        for number, file in enumerate(files)
    ]
    progress(1.0)
    return _dataset_card(cards, list(measured.values()))


def _in_one_room(measured: Mapping[int, Figures]) -> dict[int, Figures]:
    """Files too short to tell their room are judged together: clips are mostly of one take."""
    short = [figures.decays for figures in measured.values() if figures.decays]
    room = reverb_of(list(islice(chain.from_iterable(short), _MOST_CLIPS)))
    return {
        number: replace(figures, reverb=room) if figures.decays else figures
        for number, figures in measured.items()
    }


def _compare(
    measured: Mapping[int, Figures],
) -> tuple[dict[int, Foreign | None], dict[int, int]]:
    """By number of the file: how foreign its voice is, and the file that it is a copy of."""
    numbers = list(measured)
    foreign = find_foreign([measured[number].voices for number in numbers])
    originals: dict[int, int] = {}
    for copy in find_copies([measured[number].print for number in numbers]):
        pair = (numbers[copy.first], numbers[copy.second])
        # The better one stays: more of it, then more highs, then the first.
        copied, original = sorted(pair, key=lambda n: (*_worth(measured[n]), -n))
        shorter = min(measured[number].activity.usable_s for number in pair)
        if copy.seconds >= min(_COPIED_S, _COPIED_SHARE * shorter):
            originals.setdefault(copied, original)
    return dict(zip(numbers, foreign, strict=True)), originals


def _worth(figures: Figures) -> tuple[int, float]:
    return round(figures.activity.usable_s), figures.bandwidth_hz or 0.0


def _reference(files: Sequence[Recorded], original: int | None) -> tuple[str, str] | None:
    return None if original is None else (files[original].id, files[original].name)


def _file_card(
    file: Recorded, figures: Figures, foreign: Foreign | None, copy_of: tuple[str, str] | None
) -> FileCard:
    findings = file_findings(figures, foreign, copy_of)
    f0 = pitch_range(figures.f0)
    bleed, reverb = figures.bleed, figures.reverb
    return FileCard(
        id=file.id,
        name=file.name,
        duration_s=round(figures.duration_s, 3),
        usable_s=round(figures.activity.usable_s, 2),
        sample_rate=figures.source.rate,
        channels=figures.source.channels,
        clipping=figures.clipping,
        snr_db=_rounded(figures.snr_db, 1),
        reverb_s=None if reverb is None or bleed.found else round(reverb.rt60_s, 2),
        bandwidth_hz=_rounded(figures.bandwidth_hz, 0),
        bleed_db=round(bleed.level_db, 1) if bleed.found else None,
        second_singer=None if foreign is None else round(foreign.share * foreign.found, 3),
        f0_low_hz=f0 and round(f0.low_hz, 1),
        f0_median_hz=f0 and round(f0.median_hz, 1),
        f0_high_hz=f0 and round(f0.high_hz, 1),
        verdict=verdict_of(findings),
        findings=findings,
    )


def _dataset_card(cards: Sequence[FileCard], measured: Sequence[Figures]) -> DatasetCard:
    f0: Floats = np.concatenate([np.zeros(0, np.float32), *(each.f0 for each in measured)])
    seconds = note_seconds(f0)
    usable_s = sum(card.usable_s for card in cards)
    findings = dataset_findings(usable_s, seconds)
    verdict = dataset_verdict(cards, findings)
    ko, en = sentences(verdict, usable_s, cards, findings)
    whole = pitch_range(f0)
    return DatasetCard(
        files=tuple(cards),
        duration_s=round(sum(card.duration_s for card in cards), 3),
        usable_s=round(usable_s, 2),
        f0_low_hz=whole and round(whole.low_hz, 1),
        f0_median_hz=whole and round(whole.median_hz, 1),
        f0_high_hz=whole and round(whole.high_hz, 1),
        histogram=_histogram(seconds),
        findings=findings,
        verdict=verdict,
        ko=ko,
        en=en,
    )


def _histogram(seconds: NDArray[np.float64]) -> tuple[PitchBin, ...]:
    """Without empty ends."""
    sung = np.flatnonzero(seconds)
    if len(sung) == 0:
        return ()
    notes = range(int(sung[0]), int(sung[-1]) + 1)
    return tuple(PitchBin(midi=note, seconds=round(float(seconds[note]), 2)) for note in notes)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
