"""Every way a job can fail, named by who must act.

``user:`` the customer can mend it, ``worker:`` this attempt died and another may succeed,
``operator:`` the installation lacks something. Each code carries one Korean and one English
sentence that says what to do.
"""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    AUDIO_UNREADABLE = "user:audio-unreadable"
    AUDIO_TOO_SHORT = "user:audio-too-short"
    AUDIO_TOO_LONG = "user:audio-too-long"
    AUDIO_SILENT = "user:audio-silent"
    AUDIO_NOT_FINITE = "user:audio-not-finite"
    TOO_LITTLE_SPEECH = "user:too-little-training-data"
    MODEL_UNREADABLE = "user:model-unreadable"
    MODEL_UNSUPPORTED = "user:model-unsupported"
    MODEL_TOO_LARGE = "user:model-too-large"
    ENCODER_MISMATCH = "user:encoder-mismatch"
    SPEAKER_UNKNOWN = "user:speaker-unknown"
    VOICES_DO_NOT_BLEND = "user:voices-do-not-blend"
    CHECKPOINT_MISMATCH = "user:checkpoint-mismatch"
    BASE_MISMATCH = "user:base-mismatch"
    RESULT_TOO_LARGE = "user:result-too-large"
    OUT_OF_MEMORY = "worker:out-of-memory"
    INPUT_FETCH_FAILED = "worker:input-fetch-failed"
    INPUT_CORRUPT = "worker:input-checksum-mismatch"
    OUTPUT_STORE_FAILED = "worker:output-store-failed"
    CHECKPOINT_UNREADABLE = "worker:checkpoint-unreadable"
    DEADLINE = "worker:deadline-exceeded"
    LOST = "worker:lost"
    UNEXPECTED = "worker:unexpected"
    WEIGHTS_MISSING = "operator:weights-missing"
    CONTRACT_VERSION = "operator:contract-version"
    DOWNLOAD_UNREACHABLE = "operator:download-unreachable"
    DOWNLOAD_REFUSED = "operator:download-refused"
    WEIGHTS_DIFFER = "operator:weights-differ"
    WEIGHTS_UNWRITABLE = "operator:weights-unwritable"
    DISK_FULL = "operator:disk-full"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence a language, saying what happened and what to do."""

    ko: str
    en: str


TEXTS: dict[Code, Text] = {
    Code.AUDIO_UNREADABLE: Text(
        "오디오를 읽을 수 없습니다. 다른 프로그램에서 WAV나 FLAC으로 다시 저장해 올려 주세요.",
        "The audio can't be read. Save it again as WAV or FLAC and upload it.",
    ),
    Code.AUDIO_TOO_SHORT: Text(
        "오디오가 너무 짧습니다. 0.5초보다 긴 파일을 사용해 주세요.",
        "The audio is too short. Use a file longer than 0.5 seconds.",
    ),
    Code.AUDIO_TOO_LONG: Text(
        "오디오가 너무 깁니다. 3시간 이하로 나누어 주세요.",
        "The audio is too long. Split it into parts of at most 3 hours.",
    ),
    Code.AUDIO_SILENT: Text(
        "오디오에 소리가 없습니다. 목소리가 들리는 녹음을 사용해 주세요.",
        "The audio is silent. Use a recording in which the voice can be heard.",
    ),
    Code.AUDIO_NOT_FINITE: Text(
        "오디오에 잘못된 샘플 값이 있습니다. 파일을 다시 내보내 올려 주세요.",
        "The audio holds invalid sample values. Export the file again and upload it.",
    ),
    Code.TOO_LITTLE_SPEECH: Text(
        "학습에 쓸 목소리가 부족합니다. 무음을 뺀 녹음을 10초 이상 추가해 주세요.",
        "There is too little voice to train on. Add at least 10 seconds of non-silent recordings.",
    ),
    Code.MODEL_UNREADABLE: Text(
        "모델 파일을 읽을 수 없습니다. RVC에서 내보낸 .pth 파일인지 확인해 주세요.",
        "The model file can't be read. Check that it is a .pth file exported by RVC.",
    ),
    Code.MODEL_UNSUPPORTED: Text(
        "지원하지 않는 모델입니다(피치 없음, 다른 보코더). 피치 있는 RVC v1·v2를 사용해 주세요.",
        "This model is not supported (no pitch, or another vocoder). Use RVC v1 or v2 with pitch.",
    ),
    Code.MODEL_TOO_LARGE: Text(
        "모델 파일이 너무 큽니다. 내보낸 추론용 모델을 사용해 주세요.",
        "The model file is too large. Use the exported inference model.",
    ),
    Code.ENCODER_MISMATCH: Text(
        "이 목소리는 다른 발음 인코더로 학습되었습니다. 같은 인코더로 다시 학습해 주세요.",
        "This voice was trained with another content encoder. Train it again with this one.",
    ),
    Code.CHECKPOINT_MISMATCH: Text(
        "이어서 학습하려는 목소리와 녹음이나 설정이 다릅니다. "
        "같은 녹음으로 이어 하거나 처음부터 학습해 주세요.",
        "The recordings or settings differ from those of the training that should go on. "
        "Use the same ones, or start a new training.",
    ),
    Code.BASE_MISMATCH: Text(
        "공개된 시작 가중치는 full 모델과 ContentVec 인코더에만, 스타터 가중치는 "
        "40 kHz draft 모델과 스타터 인코더에만 쓸 수 있습니다. "
        "설정을 바꾸거나 처음부터 학습해 주세요.",
        "Published starting weights fit only the full model with the ContentVec encoder, the "
        "starter's only the draft model at 40 kHz with the starter's encoder. "
        "Change these settings, or start from scratch.",
    ),
    Code.SPEAKER_UNKNOWN: Text(
        "이 목소리에는 그 번호의 화자가 없습니다. 화자 번호를 0으로 바꾸어 다시 시도해 주세요.",
        "This voice has no speaker of that number. Set the speaker number to 0 and try again.",
    ),
    Code.VOICES_DO_NOT_BLEND: Text(
        "섞을 수 없는 목소리들입니다. 크기·샘플레이트·발음 인코더가 같은 목소리를 골라 주세요.",
        "These voices can't be blended. Choose voices of one size, sample rate and encoder.",
    ),
    Code.RESULT_TOO_LARGE: Text(
        "결과 파일이 5GiB를 넘습니다. FLAC이나 더 낮은 샘플레이트를 고르거나 노래를 나누어 주세요.",
        "The result exceeds 5 GiB. Choose FLAC or a lower sample rate, or split the song.",
    ),
    Code.OUT_OF_MEMORY: Text(
        "연산 메모리가 부족했습니다. 더 작은 배치 크기로 다시 시도해 주세요.",
        "The worker ran out of memory. Try again with a smaller batch size.",
    ),
    Code.INPUT_FETCH_FAILED: Text(
        "입력 파일을 가져오지 못했습니다. 잠시 후 자동으로 다시 시도합니다.",
        "An input file could not be fetched. It will be tried again shortly.",
    ),
    Code.INPUT_CORRUPT: Text(
        "입력 파일이 손상되어 도착했습니다. 잠시 후 자동으로 다시 시도합니다.",
        "An input file arrived damaged. It will be tried again shortly.",
    ),
    Code.OUTPUT_STORE_FAILED: Text(
        "결과를 저장하지 못했습니다. 잠시 후 자동으로 다시 시도합니다.",
        "The result could not be stored. It will be tried again shortly.",
    ),
    Code.CHECKPOINT_UNREADABLE: Text(
        "체크포인트를 읽을 수 없습니다. 처음부터 다시 학습을 시작해 주세요.",
        "The checkpoint can't be read. Start the training again from the beginning.",
    ),
    Code.DEADLINE: Text(
        "작업이 제한 시간을 넘었습니다. 스텝 수를 줄이거나 파일을 나누어 다시 시도해 주세요.",
        "The job exceeded its time limit. Use fewer steps or split the file and try again.",
    ),
    Code.LOST: Text(
        "작업 서버와 연결이 끊겼습니다. 자동으로 다시 시도합니다.",
        "The worker was lost. It will be tried again.",
    ),
    Code.UNEXPECTED: Text(
        "예상하지 못한 오류가 났습니다. 다시 시도하고, 계속되면 고객센터에 알려 주세요.",
        "Something unexpected failed. Try again; if it persists, tell support.",
    ),
    Code.WEIGHTS_MISSING: Text(
        "이 기능에 필요한 모델 파일이 서버에 없습니다. 운영자가 설치해야 합니다.",
        "A model file that this needs is not installed. The operator has to install it.",
    ),
    Code.CONTRACT_VERSION: Text(
        "작업 서버의 버전이 맞지 않습니다. 운영자가 업데이트해야 합니다.",
        "The worker's version does not match. The operator has to update it.",
    ),
    Code.DOWNLOAD_UNREACHABLE: Text(
        "모델 파일이 있는 서버에 연결할 수 없습니다. 네트워크를 확인하고 다시 받으면 이어집니다.",
        "The server that has the model file can't be reached. Check the network and download "
        "again: it goes on where it ended.",
    ),
    Code.DOWNLOAD_REFUSED: Text(
        "서버가 모델 파일을 내주지 않습니다. 주소가 바뀌었을 수 있으니 업데이트를 확인해 주세요.",
        "The server does not hand out the model file. Its address may have changed: look for an "
        "update.",
    ),
    Code.WEIGHTS_DIFFER: Text(
        "받은 파일의 체크섬이 정해진 값과 달라 지웠습니다. 다시 받고, 또 다르면 쓰지 마세요.",
        "The file that came has another checksum than the pinned one and was deleted. Download it "
        "again; if it differs once more, do not use it.",
    ),
    Code.WEIGHTS_UNWRITABLE: Text(
        "모델 폴더에 쓸 수 없습니다. WEIGHTS_DIR의 권한을 확인해 주세요.",
        "The folder of models can't be written. Check the permissions of WEIGHTS_DIR.",
    ),
    Code.DISK_FULL: Text(
        "디스크에 자리가 없습니다. 자리를 비우고 다시 받으면 이어집니다.",
        "The disk is full. Make room and download again: it goes on where it ended.",
    ),
}


class JobError(Exception):
    """A failure with a stable code; ``detail`` is for the log and never shown to strangers.

    ``retryable`` follows from the code: only ``worker:`` failures are worth another attempt.
    ``file`` is the number of the input at fault, where several came in.
    """

    def __init__(self, code: Code, detail: str = "", file: int | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.file = file

    @property
    def retryable(self) -> bool:
        return is_retryable(self.code)

    @property
    def text(self) -> Text:
        return TEXTS[self.code]


_FINAL = frozenset({Code.OUT_OF_MEMORY, Code.CHECKPOINT_UNREADABLE, Code.DEADLINE})


def is_retryable(code: Code) -> bool:
    """Whether another attempt with the same inputs can succeed."""
    return code.startswith("worker:") and code not in _FINAL
