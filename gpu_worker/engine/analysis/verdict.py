"""What the dataset as a whole lacks, and one plain verdict with the next step."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.report_card import (
    Advice,
    Defect,
    FileCard,
    Finding,
    Severity,
    Verdict,
)

from .pitch_range import range_gaps

USABLE_S = (600.0, 300.0, 30.0)
"""Below: hint, warning, serious."""
# Usable time in files that are poor, or not good, from which on the dataset is.
_POOR_SHARE, _FAIR_SHARE = 0.35, 0.2

_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_ORDER = (Severity.SERIOUS, Severity.WARNING, Severity.HINT)
_ACTIONS = {
    Advice.REMOVE: ("표시된 파일을 빼 주세요.", "Remove the marked files."),
    Advice.SEPARATE: ("보컬 분리를 먼저 거쳐 주세요.", "Separate the vocals first."),
    Advice.DENOISE: ("잡음 제거를 먼저 거쳐 주세요.", "Let the recordings be denoised first."),
    Advice.RECORD_AGAIN: (
        "표시된 파일을 다시 녹음하거나 원본으로 바꿔 주세요.",
        "Record the marked files again, or replace them with their originals.",
    ),
    Advice.ADD_MORE: ("깨끗한 녹음을 더 추가해 주세요.", "Add more clean recordings."),
}


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Poor with anything serious, fair with a warning, else good."""
    worst = {finding.severity for finding in findings}
    if Severity.SERIOUS in worst:
        return Verdict.POOR
    return Verdict.FAIR if Severity.WARNING in worst else Verdict.GOOD


def dataset_findings(usable_s: float, note_seconds: NDArray[np.float64]) -> tuple[Finding, ...]:
    """Too few minutes, and notes that are missing (seconds by MIDI note, (128,))."""
    found = [_too_short(usable_s), _range_gap(note_seconds)]
    return tuple(finding for finding in found if finding is not None)


def dataset_verdict(files: Sequence[FileCard], findings: Sequence[Finding]) -> Verdict:
    """The worse of what is said of the whole and of the files, weighed by their usable time."""
    own = verdict_of(findings)
    total = sum(file.usable_s for file in files)
    if own is Verdict.POOR or total == 0:
        return Verdict.POOR
    poor = sum(file.usable_s for file in files if file.verdict is Verdict.POOR) / total
    good = sum(file.usable_s for file in files if file.verdict is Verdict.GOOD) / total
    if poor > _POOR_SHARE:
        return Verdict.POOR
    if own is Verdict.FAIR or 1 - good > _FAIR_SHARE:
        return Verdict.FAIR
    return Verdict.GOOD


def sentences(
    verdict: Verdict, usable_s: float, files: Sequence[FileCard], findings: Sequence[Finding]
) -> tuple[str, str]:
    """Korean and English: how much there is, whether it will do, and what to do first."""
    ko_time, en_time = _duration(usable_s)
    ko_parts = [f"쓸 수 있는 목소리는 {ko_time}입니다.", *_judged(verdict, "ko")]
    en_parts = [f"There are {en_time} of usable voice.", *_judged(verdict, "en")]
    for advice in _first_steps(files, findings):
        ko, en = _ACTIONS[advice]
        ko_parts.append(ko)
        en_parts.append(en)
    return " ".join(ko_parts), " ".join(en_parts)


def _judged(verdict: Verdict, language: str) -> list[str]:
    said = {
        Verdict.GOOD: ("학습하기에 좋은 데이터셋입니다.", "This is a good dataset to train on."),
        Verdict.FAIR: (
            "학습할 수 있지만, 아래를 고치면 더 좋아집니다.",
            "You can train on it; it gets better with a little work.",
        ),
        Verdict.POOR: (
            "이대로 학습하면 결과가 좋지 않을 수 있습니다.",
            "Trained on as it is, the voice may disappoint.",
        ),
    }[verdict]
    return [said[language == "en"]]


def _first_steps(files: Sequence[FileCard], findings: Sequence[Finding]) -> list[Advice]:
    """At most three, those of the most serious findings first."""
    every = [*findings, *(finding for file in files for finding in file.findings)]
    steps: list[Advice] = []
    for severity in _ORDER[:2]:
        for finding in every:
            known = finding.advice in _ACTIONS and finding.advice not in steps
            if finding.severity is severity and known:
                steps.append(finding.advice)
    return steps[:3]


def _too_short(usable_s: float) -> Finding | None:
    reached = [s for s, limit in zip(reversed(_ORDER), USABLE_S, strict=True) if usable_s < limit]
    if not reached:
        return None
    ko_time, en_time = _duration(usable_s)
    return Finding(
        defect=Defect.TOO_SHORT,
        severity=reached[-1],
        advice=Advice.ADD_MORE,
        value=round(usable_s, 1),
        ko=f"쓸 수 있는 목소리가 {ko_time}뿐입니다. 10분 이상이면 훨씬 좋으니, 깨끗한 녹음을 더 "
        "추가해 주세요.",
        en=f"There are only {en_time} of usable voice. 10 minutes or more work much better: add "
        "more clean recordings.",
    )


def _range_gap(note_seconds: NDArray[np.float64]) -> Finding | None:
    gaps = range_gaps(note_seconds)
    if not gaps:
        return None
    widest = max(gaps, key=lambda gap: gap.last - gap.first)
    notes = f"{_note(widest.first)}-{_note(widest.last)}"
    return Finding(
        defect=Defect.RANGE_GAP,
        severity=Severity.HINT,
        advice=Advice.ADD_MORE,
        value=float(widest.last - widest.first + 1),
        ko=f"{notes} 음은 거의 부르지 않았습니다. 이 음역의 노래를 조금 더 추가하면 고르게 "
        "배웁니다.",
        en=f"The notes {notes} are hardly sung. Add some singing there, so that the voice learns "
        "them too.",
    )


def _note(midi: int) -> str:
    return f"{_NAMES[midi % 12]}{midi // 12 - 1}"


def _duration(seconds: float) -> tuple[str, str]:
    if seconds < 120:
        return f"{seconds:.0f}초", f"{seconds:.0f} seconds"
    minutes = seconds / 60
    return f"{minutes:.0f}분", f"{minutes:.0f} minutes"
