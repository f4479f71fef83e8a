"""The steps that a job's life is made of. Every caller holds the job's row lock.

Locks are taken in one order, so that no two transactions wait for each other: job, attempt, voice,
files by id, balance.

A round is what one reservation of credits pays for: a start or a retry by hand, with its attempts.
"""

import uuid
from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from apps.billing import limits, quotes
from apps.billing import services as billing
from apps.common import outbox, request_ids
from apps.common.errors import ApiError
from gpu_worker.contract.errors import Code

from . import batches, compute, kinds, log_ids
from .live import publish_job
from .models import Attempt, EventType, Job, JobEvent
from .notices import note
from .problems import is_retryable
from .queue import later
from .serializers import BatchSerializer, job_json
from .states import AttemptState, JobState
from .timing import MAX_TRIES, MOST_TRIES, SLOT_PAUSE, backoff

log = structlog.get_logger(__name__)


def lock_job(job_id: uuid.UUID) -> Job:
    """The job's row, held until the transaction ends; always taken before its attempts'."""
    return Job.objects.select_for_update(no_key=True).get(id=job_id)


def lock(attempt_id: uuid.UUID) -> tuple[Job, Attempt]:
    """An attempt with its job, both held until the transaction ends."""
    job_id = Attempt.objects.values_list("job_id", flat=True).get(id=attempt_id)
    job = lock_job(job_id)
    return job, Attempt.objects.select_for_update(no_key=True).get(id=attempt_id)


def tell(job: Job, attempt: Attempt) -> None:
    """One line in the log wherever a job's state changes."""
    with log_ids.about(job, attempt):
        log.info("job", kind=job.kind, state=job.state, fence=attempt.fence, code=job.error_code)


def touch(job: Job) -> None:
    """Save a changed job, raise its version and tell the browsers."""
    job.version += 1
    job.save()
    publish_job(job)


def begin(job: Job, notice: str) -> None:
    """Reserve credits and queue the first attempt of a round.

    Raises ApiError where the credits do not suffice, or a payment is overdue.
    """
    limits.check_payments(job.workspace_id)
    job.request_id = request_ids.current() or ""
    job.held_fence = job.fence + 1
    try:
        billing.reserve(
            job.workspace_id, job.quote, job_id=job.id, key=f"reserve:{job.id}:{job.held_fence}"
        )
    except billing.NotEnoughCredits as error:
        raise ApiError(
            "credits-short",
            f"크레딧이 부족합니다. 이 작업에는 {error.needed} 크레딧이 필요합니다. "
            "사용량 페이지에서 채워 주세요.",
            f"Not enough credits: this job needs {error.needed}. Add some on the usage page.",
            status=402,
        ) from error
    attempt = _queue_attempt(job)
    note(attempt, notice)
    touch(job)
    tell(job, attempt)


def _queue_attempt(job: Job, pause: timedelta = timedelta()) -> Attempt:
    job.fence += 1
    attempt = Attempt.objects.create(
        job=job,
        fence=job.fence,
        not_before=timezone.now() + pause,
        deadline_s=kinds.deadline(job.quote),
    )
    later("dispatch", after=pause)
    return attempt


def close(attempt: Attempt, state: AttemptState, code: str = "", detail: str = "") -> None:
    """Listen to an attempt no longer, and have its worker stopped where there may be one."""
    attempt.move(state)
    attempt.ended_at = timezone.now()
    attempt.error_code = code
    attempt.error_detail = detail
    if not attempt.backend:
        attempt.gone_at = attempt.ended_at
    elif state != AttemptState.SUCCEEDED:
        later("stop", attempt.id)
    attempt.save()


def end_attempt(
    job: Job, attempt: Attempt, state: AttemptState, code: str, detail: str = ""
) -> None:
    """An attempt came to nothing: queue the next one where that can help, else fail the job."""
    close(attempt, state, code, detail)
    tries = attempt.fence - job.held_fence + 1
    goes_elsewhere = code == Code.CONTRACT_VERSION and compute.refused_contract(attempt, detail)
    fruitless = max(1, tries - _lost_with_a_checkpoint(job) - _met_another_contract(job))
    if not (goes_elsewhere or is_retryable(code)) or fruitless >= MAX_TRIES or tries >= MOST_TRIES:
        note(attempt, "failed", code)
        end_job(job, JobState.FAILED, code, detail)
        tell(job, attempt)
        return
    if job.state != JobState.QUEUED:
        job.move(JobState.QUEUED)
    reset_progress(job)
    note(_queue_attempt(job, backoff(fruitless)), "retrying", code)
    touch(job)
    tell(job, attempt)


def _lost_with_a_checkpoint(job: Job) -> int:
    """Attempts of this round whose machine went away after they had got somewhere."""
    return (
        JobEvent.objects.filter(
            job=job,
            type=EventType.CHECKPOINT,
            attempt__fence__gte=job.held_fence,
            attempt__state=AttemptState.LOST,
        )
        .values("attempt")
        .distinct()
        .count()
    )


def _met_another_contract(job: Job) -> int:
    """Attempts of this round that an image of another version turned away: no fault of the job."""
    attempts = job.attempts.filter(fence__gte=job.held_fence)
    return attempts.filter(error_code=Code.CONTRACT_VERSION).count()


def reset_progress(job: Job) -> None:
    """A new attempt says by itself how far it is."""
    job.stage = ""
    job.fraction = 0.0
    job.eta_s = None
    job.step = None
    job.losses = {}
    job.scores = None


def end_job(job: Job, state: JobState, code: str = "", detail: str = "") -> None:
    """End a job without a result and release what it holds, once."""
    job.move(state)
    job.error_code = code
    job.error_detail = detail
    job.eta_s = None
    job.finished_at = timezone.now()
    kinds.of(job).abandon(job, failed=state == JobState.FAILED)
    billing.release(job.workspace_id, job_id=job.id, key=f"release:{job.id}:{job.held_fence}")
    touch(job)
    _tell(job)
    later("dispatch", after=SLOT_PAUSE)


def succeed(job: Job, attempt: Attempt, seconds: float) -> None:
    """End a job with its result: spend what it cost, at most the quote, and release any rest.

    Its kind may have said already what it cost; else that are the worker's ``seconds``.
    """
    job.move(JobState.SUCCEEDED)
    job.fraction = 1.0
    job.eta_s = None
    job.cost = _used(job, attempt, seconds) if job.cost is None else job.cost
    job.finished_at = timezone.now()
    suffix = f"{job.id}:{job.held_fence}"
    billing.settle(job.workspace_id, job.cost, job_id=job.id, key=f"settle:{suffix}")
    billing.release(job.workspace_id, job_id=job.id, key=f"release:{suffix}")
    note(attempt, "succeeded")
    touch(job)
    tell(job, attempt)
    _tell(job)
    later("dispatch", after=SLOT_PAUSE)


def _used(job: Job, attempt: Attempt, seconds: float) -> int:
    """Another card's seconds count by what they cost us."""
    if attempt.price_per_s and settings.GPU_USD_PER_S:
        seconds *= float(attempt.price_per_s) / settings.GPU_USD_PER_S
    return quotes.used(job.quote, seconds)


def _tell(job: Job) -> None:
    """Whoever subscribed hears that a job ended, and that its batch did.

    The caller holds the balance: of two jobs that end at once the second sees the first's end.
    """
    outbox.emit(job.workspace_id, f"job.{job.state}", job_json(job))
    if job.batch is not None:
        batch = batches.of_workspace(job.workspace_id, job.batch)
        if batch["is_over"]:
            outbox.emit(job.workspace_id, "batch.finished", BatchSerializer(batch).data)
