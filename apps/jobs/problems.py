"""How a job can fail: the worker's codes of the contract and those that only the web knows."""

from enum import StrEnum
from typing import Final

from gpu_worker.contract import errors as worker


class WebCode(StrEnum):
    FILE_DELETED = "user:file-deleted"
    VOICE_DELETED = "user:voice-deleted"
    CONSENT_REVOKED = "user:consent-revoked"
    DATASET_DELETED = "user:dataset-deleted"
    CHECKPOINT_GONE = "user:checkpoint-gone"
    RESULT_BROKEN = "worker:result-broken"
    BACKEND_REFUSED = "operator:backend-refused"


TEXTS: Final[dict[str, worker.Text]] = {
    WebCode.FILE_DELETED: worker.Text(
        "작업에 쓰던 파일이 삭제되었습니다. 다른 파일로 다시 시작해 주세요.",
        "A file of this job was deleted. Start again with other files.",
    ),
    WebCode.VOICE_DELETED: worker.Text(
        "작업에 쓰던 목소리가 삭제되었습니다. 다른 목소리로 다시 시작해 주세요.",
        "The voice of this job was deleted. Start again with another voice.",
    ),
    WebCode.CONSENT_REVOKED: worker.Text(
        "이 목소리의 동의가 철회되어 작업을 끝냈습니다. 다시 쓰려면 새로 동의를 받아 주세요.",
        "The consent for this voice was revoked, so the job was ended. Record a new consent first.",
    ),
    WebCode.DATASET_DELETED: worker.Text(
        "진단하던 데이터셋이 삭제되었습니다. 다른 데이터셋으로 다시 시작해 주세요.",
        "The dataset that was examined was deleted. Start again with another one.",
    ),
    WebCode.CHECKPOINT_GONE: worker.Text(
        "이어서 학습할 체크포인트가 더는 없습니다. 처음부터 다시 학습해 주세요.",
        "The checkpoint to continue from is no longer kept. Train the voice anew.",
    ),
    WebCode.RESULT_BROKEN: worker.Text(
        "결과 파일이 온전하지 않습니다. 자동으로 다시 시도합니다.",
        "The result is not whole. It will be tried again.",
    ),
    WebCode.BACKEND_REFUSED: worker.Text(
        "연산 서버가 작업을 받지 않았습니다. 운영자가 연결 설정을 확인해야 합니다.",
        "The compute service refused the job. The operator has to check its settings.",
    ),
    **{code.value: text for code, text in worker.TEXTS.items()},
}


class JobProblem(Exception):
    """This job can't go on; ``detail`` is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def text_of(code: str) -> worker.Text:
    """The sentence of a stored code; one that a later version wrote reads as unexpected."""
    return TEXTS.get(code, worker.TEXTS[worker.Code.UNEXPECTED])


def is_retryable(code: str) -> bool:
    """Whether another attempt with the same inputs can succeed."""
    if code == WebCode.RESULT_BROKEN:
        return True
    known = {known.value for known in worker.Code}
    return code in known and worker.is_retryable(worker.Code(code))
