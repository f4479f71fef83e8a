"""The card of a file that cannot be examined: it ends nothing but itself."""

from typing import Final

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.report_card import (
    Advice,
    Defect,
    FileCard,
    Finding,
    Severity,
    Verdict,
)

_DEFECTS: Final = {
    Code.AUDIO_UNREADABLE: Defect.UNREADABLE,
    Code.AUDIO_NOT_FINITE: Defect.UNREADABLE,
    Code.AUDIO_TOO_LONG: Defect.UNREADABLE,
    Code.AUDIO_SILENT: Defect.SILENCE,
    Code.AUDIO_TOO_SHORT: Defect.TOO_SHORT,
}


def card_of_unreadable(id: str, name: str, error: JobError) -> FileCard:
    """Says what ``error`` says. Raises it again unless it is about the audio."""
    if error.code not in _DEFECTS:
        raise error
    finding = Finding(
        defect=_DEFECTS[error.code],
        severity=Severity.SERIOUS,
        advice=Advice.REMOVE,
        ko=error.text.ko,
        en=error.text.en,
    )
    return FileCard(
        id=id, name=name, duration_s=0.0, usable_s=0.0, verdict=Verdict.POOR, findings=(finding,)
    )
