"""Our own lines in a job's log, beside what its worker reports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from gpu_worker.contract.errors import Text
from gpu_worker.contract.stage import Stage

from .models import Attempt, EventType, JobEvent
from .problems import text_of

NOTICES: Final = {
    "queued": Text("작업을 대기열에 넣었습니다.", "The job was queued."),
    "retrying": Text(
        "{fence}번째 시도를 준비합니다. 이유: {reason_ko}",
        "Attempt {fence} is being prepared. Reason: {reason_en}",
    ),
    "reopened": Text("다시 시도합니다({fence}번째).", "Trying again (attempt {fence})."),
    "submitted": Text("연산 서버로 보냈습니다.", "Sent to the compute service."),
    "resuming": Text(
        "이전 시도의 체크포인트에서 이어 갑니다.",
        "Resuming from the checkpoint of an earlier attempt.",
    ),
    "held": Text(
        "연산 서버를 쓸 수 없어 기다립니다. {reason_ko}",
        "Waiting, as the compute service can't be used. {reason_en}",
    ),
    "unknown": Text(
        "연산 서버의 응답이 없어 작업이 시작되었는지 확인하고 있습니다.",
        "The compute service did not answer; checking whether the job has started.",
    ),
    "succeeded": Text("작업이 끝났습니다.", "The job has finished."),
    "failed": Text("작업이 실패했습니다. {reason_ko}", "The job failed. {reason_en}"),
    "cancelled": Text("작업을 취소했습니다.", "The job was cancelled."),
}

STAGES: Final = {
    Stage.FETCH: Text("파일을 가져오는 중", "Fetching files"),
    Stage.PREPARE: Text("오디오를 준비하는 중", "Preparing audio"),
    Stage.SEPARATE: Text("보컬과 반주를 나누는 중", "Taking vocals and accompaniment apart"),
    Stage.CLEAN: Text("녹음을 정리하는 중", "Cleaning the recording"),
    Stage.ANALYSE: Text("녹음을 살펴보는 중", "Examining the recordings"),
    Stage.FEATURES: Text("목소리 특징을 뽑는 중", "Extracting features"),
    Stage.TRAIN: Text("목소리를 학습하는 중", "Training the voice"),
    Stage.INDEX: Text("음색 색인을 만드는 중", "Building the index"),
    Stage.CONVERT: Text("노래를 변환하는 중", "Converting the song"),
    Stage.EFFECTS: Text("보컬에 효과를 넣는 중", "Putting effects on the vocals"),
    Stage.MIX: Text("믹스를 만드는 중", "Mixing"),
    Stage.STORE: Text("결과를 저장하는 중", "Storing the result"),
}


def note(attempt: Attempt, name: str, code: str = "") -> None:
    """Write one of NOTICES into the attempt's log, once."""
    payload = {"code": code} if code else {}
    JobEvent.objects.bulk_create(
        [
            JobEvent(
                job_id=attempt.job_id,
                attempt=attempt,
                notice=name,
                type=EventType.NOTICE,
                at=timezone.now(),
                payload=payload,
            )
        ],
        ignore_conflicts=True,
    )


def noted_at(attempt: Attempt, name: str) -> datetime | None:
    """When a notice was written into the attempt's log; None where it was not."""
    rows = JobEvent.objects.filter(attempt=attempt, notice=name)
    return rows.values_list("at", flat=True).first()


def read_notice(name: str, fence: int, payload: Mapping[str, Any]) -> Text:
    """The sentence of a stored notice."""
    reason = text_of(payload.get("code", ""))
    values = {"fence": fence, "reason_ko": reason.ko, "reason_en": reason.en}
    text = NOTICES[name]
    return Text(text.ko.format(**values), text.en.format(**values))
