"""The states of jobs and attempts, and every move that is allowed between them."""

from typing import Final

from django.db import models

from gpu_worker.contract.params import JobKind


class JobState(models.TextChoices):
    QUEUED = "queued", "대기"
    DISPATCHED = "dispatched", "보냄"
    RUNNING = "running", "실행 중"
    SUCCEEDED = "succeeded", "성공"
    FAILED = "failed", "실패"
    CANCELLED = "cancelled", "취소"


KIND_NAMES: Final = {
    JobKind.TRAIN: "학습",
    JobKind.CONVERT: "변환",
    JobKind.COVER: "커버",
    JobKind.SEPARATE: "분리",
    JobKind.PREPROCESS: "다듬기",
    JobKind.ANALYSE: "진단",
    JobKind.IMPORT: "가져오기",
}


class AttemptState(models.TextChoices):
    """``unknown``: it may or may not have been submitted; it is never submitted again."""

    QUEUED = "queued", "대기"
    SUBMITTING = "submitting", "보내는 중"
    DISPATCHED = "dispatched", "보냄"
    UNKNOWN = "unknown", "알 수 없음"
    RUNNING = "running", "실행 중"
    SUCCEEDED = "succeeded", "성공"
    FAILED = "failed", "실패"
    LOST = "lost", "잃어버림"
    CANCELLED = "cancelled", "취소"


class FetchState(models.TextChoices):
    """A download of weights, as the operator wants it."""

    IDLE = "idle", "없음"
    WANTED = "wanted", "대기"
    RUNNING = "running", "받는 중"
    CANCELLING = "cancelling", "취소 중"
    DONE = "done", "완료"
    FAILED = "failed", "실패"
    CANCELLED = "cancelled", "취소"


FETCH_LIVE: Final = frozenset({FetchState.WANTED, FetchState.RUNNING, FetchState.CANCELLING})


class Purpose(models.TextChoices):
    """What an endpoint's GPU is meant for."""

    ANY = "any", "모든 작업 (any)"
    TRAINING = "training", "학습 (training)"
    CONVERSION = "conversion", "변환 (conversion)"


J, A = JobState, AttemptState

_JOB_ENDS: Final = {J.FAILED, J.CANCELLED}
JOB_MOVES: Final[dict[JobState, frozenset[JobState]]] = {
    # straight to running or succeeded: a worker can be faster than our own book-keeping
    J.QUEUED: frozenset({J.DISPATCHED, J.RUNNING, J.SUCCEEDED, *_JOB_ENDS}),
    J.DISPATCHED: frozenset({J.QUEUED, J.RUNNING, J.SUCCEEDED, *_JOB_ENDS}),
    J.RUNNING: frozenset({J.QUEUED, J.SUCCEEDED, *_JOB_ENDS}),
    J.SUCCEEDED: frozenset(),
    # the customer's retry
    J.FAILED: frozenset({J.QUEUED}),
    J.CANCELLED: frozenset({J.QUEUED}),
}

_ATTEMPT_ENDS: Final = {A.SUCCEEDED, A.FAILED, A.LOST, A.CANCELLED}
ATTEMPT_MOVES: Final[dict[AttemptState, frozenset[AttemptState]]] = {
    A.QUEUED: frozenset({A.SUBMITTING, A.FAILED, A.CANCELLED}),
    # back to queued only where it is certain that nothing was submitted
    A.SUBMITTING: frozenset({A.QUEUED, A.DISPATCHED, A.UNKNOWN, A.RUNNING, *_ATTEMPT_ENDS}),
    A.DISPATCHED: frozenset({A.RUNNING, *_ATTEMPT_ENDS}),
    A.UNKNOWN: frozenset({A.DISPATCHED, A.RUNNING, *_ATTEMPT_ENDS}),
    A.RUNNING: frozenset(_ATTEMPT_ENDS),
    **{end: frozenset() for end in _ATTEMPT_ENDS},
}

JOB_ACTIVE: Final = (J.QUEUED, J.DISPATCHED, J.RUNNING)
ATTEMPT_ACTIVE: Final = (A.QUEUED, A.SUBMITTING, A.DISPATCHED, A.UNKNOWN, A.RUNNING)
ATTEMPT_REMOTE: Final = (A.SUBMITTING, A.DISPATCHED, A.UNKNOWN, A.RUNNING)
"""States in which a worker may be at work."""


class IllegalMove(Exception):
    """A move that the tables do not allow: a mistake of ours, never the customer's."""
