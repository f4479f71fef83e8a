"""A job's life once it was sent (``starts``, ``dispatching``): hear, finish, fail, cancel, retry.

Every change happens under the job's row lock. Whatever is sent anywhere is sent after the commit.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.errors import NOT_FOUND, ApiError
from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import (
    Batch,
    Cancelled,
    Evaluated,
    Event,
    Failed,
    Finished,
    Reply,
)
from gpu_worker.contract.job import Manifest
from gpu_worker.contract.params import JobKind

from . import claims, history, kinds, log_ids, rounds, starts
from .kinds.base import check_inputs
from .live import publish_job
from .models import Attempt, Job
from .notices import note
from .problems import JobProblem, WebCode
from .queue import later
from .results import BrokenResult, read_manifest
from .states import JOB_ACTIVE, AttemptState, JobState

# -- hear ----------------------------------------------------------------------------------------


@transaction.atomic
def hear(attempt_id: uuid.UUID, batch: Batch) -> Reply:
    """Apply what a worker reports; repeats, late ones and any order lead to the same end."""
    job, attempt = rounds.lock(attempt_id)
    log_ids.bind(job, attempt)
    if batch.fence != attempt.fence:
        return Reply(stop=True)
    if not claims.belongs_to(attempt, batch):
        if claims.is_deserted(attempt):
            later("lose", attempt.id)
        return Reply(stop=True)
    if claims.name(attempt, batch.remote_id) and not attempt.is_active:
        attempt.gone_at = None  # whoever was told to stop could not be named
        later("stop", attempt.id)
    is_news = history.keep(attempt, batch.events)
    if attempt.is_active:
        is_news |= _alive(job, attempt)
    if attempt.fence == job.fence:
        _apply_progress(job, attempt, batch.events)
        _apply_scores(job, batch.events)
    attempt.save()
    _apply_outcome(job, attempt, batch.events)
    if is_news:
        rounds.touch(job)
    stop = not attempt.is_active  # also a success: what it stored is somebody's by now
    return Reply(stop=stop, finish=not stop and job.finish_asked_at is not None)


def _alive(job: Job, attempt: Attempt) -> bool:
    """Whoever speaks is at work; True where that is new."""
    now = timezone.now()
    attempt.last_seen_at = now
    if attempt.state == AttemptState.RUNNING:
        return False
    attempt.move(AttemptState.RUNNING)
    attempt.started_at = now
    job.move(JobState.RUNNING)
    job.started_at = job.started_at or now
    rounds.tell(job, attempt)
    return True


def _apply_progress(job: Job, attempt: Attempt, events: Sequence[Event]) -> None:
    """The newest progress counts, also where the end was heard first: the order is not ours."""
    newest = history.newest_progress(events, above=attempt.last_seq)
    if newest is None:
        return
    attempt.last_seq = newest.seq
    job.stage = newest.stage
    if job.is_active:
        job.eta_s = newest.eta_s
    if job.state != JobState.SUCCEEDED:  # its result has said that all was done
        job.fraction = newest.fraction
        job.step = newest.step
        job.total_steps = newest.total_steps or job.total_steps
    if newest.losses:
        job.losses = newest.losses


def _apply_scores(job: Job, events: Sequence[Event]) -> None:
    """The newest evaluation counts, in whatever order they come."""
    known = job.scores["seq"] if job.scores else 0
    newest = max(
        (event for event in events if isinstance(event, Evaluated) and event.seq > known),
        key=lambda event: event.seq,
        default=None,
    )
    if newest is not None:
        facts = {"seq": newest.seq, "step": newest.step, "best": newest.best}
        job.scores = facts | newest.scores.model_dump(mode="json")


def _apply_outcome(job: Job, attempt: Attempt, events: Sequence[Event]) -> None:
    for event in events:
        if not attempt.is_active:
            return
        if isinstance(event, Finished):
            later("finish", attempt.id)
        elif isinstance(event, Failed):
            rounds.end_attempt(
                job, attempt, AttemptState.FAILED, event.failure.code, event.failure.detail
            )
        elif isinstance(event, Cancelled):
            # we had not asked for it: its machine is going away
            rounds.end_attempt(job, attempt, AttemptState.LOST, Code.LOST, "stopped from outside")


# -- finish --------------------------------------------------------------------------------------


def finish(attempt_id: uuid.UUID) -> bool:
    """Take the result if the manifest proves one; True where the attempt has succeeded.

    Reached by the worker's event and by the sweep, as often as they like. Raises
    ``STORAGE_ERRORS`` where the store can't be asked now.
    """
    attempt = Attempt.objects.select_related("job").get(id=attempt_id)
    if not attempt.is_active:
        return attempt.state == AttemptState.SUCCEEDED
    with log_ids.about(attempt.job, attempt):
        return _finish(attempt)


def _finish(attempt: Attempt) -> bool:
    try:
        manifest = read_manifest(attempt.job, attempt)
    except BrokenResult as error:
        fail(attempt.id, WebCode.RESULT_BROKEN, str(error))
        return False
    return manifest is not None and _take(attempt.id, manifest)


@transaction.atomic
def _take(attempt_id: uuid.UUID, manifest: Manifest) -> bool:
    job, attempt = rounds.lock(attempt_id)
    if not attempt.is_active:
        return attempt.state == AttemptState.SUCCEEDED
    try:
        check_inputs(job)
        with transaction.atomic():
            kinds.of(job).apply(job, attempt, manifest)
    except JobProblem as problem:
        rounds.end_attempt(job, attempt, AttemptState.FAILED, problem.code, problem.detail)
        return False
    rounds.close(attempt, AttemptState.SUCCEEDED)
    rounds.succeed(job, attempt, manifest.result.seconds)
    return True


# -- fail, cancel, retry -------------------------------------------------------------------------


@transaction.atomic
def fail(
    attempt_id: uuid.UUID,
    code: str,
    detail: str = "",
    state: AttemptState = AttemptState.FAILED,
) -> None:
    """End an attempt; another follows where that can help. An ended one stays as it is."""
    job, attempt = rounds.lock(attempt_id)
    if attempt.is_active:
        rounds.end_attempt(job, attempt, state, code, detail)


def lose_deserted(attempt_id: uuid.UUID) -> None:
    """Another worker was handed an attempt whose own has fallen silent: that machine is gone.

    Raises ``STORAGE_ERRORS``. Safe to repeat.
    """
    attempt = Attempt.objects.get(id=attempt_id)
    if claims.is_deserted(attempt):
        lose(attempt_id, attempt.last_seen_at, "handed to another worker")


def lose(attempt_id: uuid.UUID, heard_at: datetime | None, detail: str) -> None:
    """Take the result of an attempt that fell silent, else give it up as lost.

    Nothing happens where it was heard after ``heard_at``. Raises ``STORAGE_ERRORS``.
    """
    if finish(attempt_id):
        return
    with transaction.atomic():
        job, attempt = rounds.lock(attempt_id)
        if attempt.is_active and attempt.last_seen_at == heard_at:
            rounds.end_attempt(job, attempt, AttemptState.LOST, Code.LOST, detail)


@transaction.atomic
def cancel(job_id: uuid.UUID) -> Job:
    """End a job at once and release its credits; its worker is stopped after the commit.

    A second call changes nothing. ApiError where the job has ended otherwise.
    """
    job = rounds.lock_job(job_id)
    if job.state == JobState.CANCELLED:
        return job
    if not job.is_active:
        raise ApiError(
            "job-ended",
            "이미 끝난 작업이라 취소할 수 없습니다.",
            "The job has already ended, so it can't be cancelled.",
        )
    _end_cancelled(job)
    return job


def cancel_batch(workspace_id: uuid.UUID, batch: uuid.UUID) -> list[Job]:
    """Cancel every job of a batch that is not over; all of its jobs, the oldest first.

    A transaction a job: a cancelled one holds the balance, and behind that no other job may be
    locked. The newest goes first, so that none starts in the place of an older one. A second call
    changes nothing.
    """
    jobs = Job.objects.for_workspace(workspace_id).filter(batch=batch).order_by("created_at", "id")
    ids = list(jobs.values_list("id", flat=True))
    if not ids:
        raise NOT_FOUND
    for job_id in reversed(ids):
        cancel_if_active(job_id)
    return list(jobs)


@transaction.atomic
def cancel_if_active(job_id: uuid.UUID) -> None:
    """Cancel a job that is not over; one that is stays as it is."""
    job = rounds.lock_job(job_id)
    if job.is_active:
        _end_cancelled(job)


def _end_cancelled(job: Job) -> None:
    attempt = job.attempts.select_for_update(no_key=True).get(fence=job.fence)
    rounds.close(attempt, AttemptState.CANCELLED)
    note(attempt, "cancelled")
    rounds.end_job(job, JobState.CANCELLED)
    rounds.tell(job, attempt)


@transaction.atomic
def finish_early(job_id: uuid.UUID) -> Job:
    """The customer has heard enough of a training: its worker ends it with the best so far.

    The worker hears of it in the answer to its events. A second call changes nothing. ApiError
    where the job is no training, has not begun yet or has ended.
    """
    now = timezone.now()
    asked = Job.objects.filter(
        id=job_id,
        kind=JobKind.TRAIN,
        state__in=JOB_ACTIVE,
        started_at__isnull=False,
        finish_asked_at=None,
    ).update(finish_asked_at=now, updated_at=now, version=F("version") + 1)
    job = Job.objects.get(id=job_id)
    if asked:
        publish_job(job)
    elif job.kind != JobKind.TRAIN:
        raise ApiError(
            "job-not-training",
            "학습 작업만 미리 끝낼 수 있습니다.",
            "Only a training can be finished early.",
        )
    elif job.finish_asked_at is None:
        raise _ended() if not job.is_active else _not_started()
    return job


def _ended() -> ApiError:
    return ApiError(
        "job-ended",
        "이미 끝난 작업입니다.",
        "The job has already ended.",
    )


def _not_started() -> ApiError:
    return ApiError(
        "job-not-started",
        "아직 시작하지 않은 학습입니다. 시작한 뒤 끝내거나 작업을 취소해 주세요.",
        "This training has not begun. Finish it once it has, or cancel the job.",
    )


@transaction.atomic
def retry(job_id: uuid.UUID) -> Job:
    """Try a failed or cancelled job again, from its last checkpoint where it has one.

    A second call finds the job queued and changes nothing. ApiError where it can't be tried.
    """
    job = rounds.lock_job(job_id)
    if job.is_active:
        return job
    if job.state == JobState.SUCCEEDED:
        raise ApiError(
            "job-ended",
            "이미 성공한 작업입니다.",
            "The job has already succeeded.",
        )
    kinds.of(job).reopen(job)
    starts.check_quotas(job.workspace_id, job.sound_s)
    job.move(JobState.QUEUED)
    job.error_code = job.error_detail = ""
    job.finished_at = job.tidied_at = job.finish_asked_at = None
    rounds.reset_progress(job)
    rounds.begin(job, "reopened")
    return job


def of_workspace(workspace_id: uuid.UUID, job_id: uuid.UUID) -> Job:
    """A workspace's job; a stranger's does not exist for it."""
    job = Job.objects.for_workspace(workspace_id).filter(id=job_id).first()
    if job is None:
        raise NOT_FOUND
    return job
