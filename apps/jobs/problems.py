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
    JOB_TOO_LARGE = "user:job-too-large"
    BACKEND_REFUSED = "operator:backend-refused"
    RUNPOD_UNSET = "operator:runpod-unset"
    RUNPOD_KEY = "operator:runpod-key"
    RUNPOD_ENDPOINT = "operator:runpod-endpoint"
    RUNPOD_QUOTA = "operator:runpod-quota"
    RUNPOD_ASLEEP = "operator:runpod-asleep"
    RUNPOD_AWAY = "operator:runpod-away"
    RUNPOD_IMAGE = "operator:runpod-image"
    DOWNLOAD_LOST = "operator:download-lost"


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
    WebCode.JOB_TOO_LARGE: worker.Text(
        "한 작업에 담을 수 있는 크기를 넘었습니다. 녹음 수를 줄여 다시 시작해 주세요.",
        "The job is larger than the compute service takes. Start again with fewer recordings.",
    ),
    WebCode.RUNPOD_UNSET: worker.Text(
        "RunPod 연결이 설정되지 않았습니다. 운영자가 API 키와 엔드포인트를 등록해야 합니다.",
        "RunPod is not set up. The operator has to enter an API key and an endpoint.",
    ),
    WebCode.RUNPOD_KEY: worker.Text(
        "RunPod이 API 키를 거절했습니다. 운영자가 새 키를 등록하면 대기 중인 작업이 이어집니다.",
        "RunPod refused the API key. Jobs that wait go on once the operator enters a valid one.",
    ),
    WebCode.RUNPOD_ENDPOINT: worker.Text(
        "RunPod에 그 엔드포인트가 없습니다. 운영자가 엔드포인트 ID를 확인하면 작업이 이어집니다.",
        "RunPod does not know the endpoint. Jobs go on once the operator has corrected its id.",
    ),
    WebCode.RUNPOD_QUOTA: worker.Text(
        "RunPod 잔액이나 한도가 부족합니다. 운영자가 잔액을 채우거나 한도를 올리면 이어집니다.",
        "RunPod's balance or quota is used up. Jobs go on once the operator has raised it.",
    ),
    WebCode.RUNPOD_ASLEEP: worker.Text(
        "RunPod 엔드포인트에 워커가 없습니다. 운영자가 콘솔에서 최대 워커 수를 올려야 합니다.",
        "The RunPod endpoint has no workers. The operator has to raise its maximum in the console.",
    ),
    WebCode.RUNPOD_IMAGE: worker.Text(
        "엔드포인트의 워커가 시험 작업에 답하지 못했습니다. 운영자가 이미지를 확인해야 합니다.",
        "The endpoint's worker did not answer the test job. The operator has to check its image.",
    ),
    WebCode.RUNPOD_AWAY: worker.Text(
        "RunPod이 응답하지 않습니다. 자동으로 다시 시도하며, 계속되면 RunPod 상태를 확인해 주세요.",
        "RunPod does not answer. It is asked again; if this lasts, look at RunPod's status page.",
    ),
    WebCode.DOWNLOAD_LOST: worker.Text(
        "내려받기가 중간에 끊겼습니다. 다시 받으면 받은 데서 이어집니다.",
        "The download was interrupted. Download again: it goes on where it ended.",
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
