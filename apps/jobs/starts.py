"""How jobs begin: a request is checked, its credits are reserved, its jobs are queued."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Sum

from apps.accounts.models import User
from apps.billing import limits
from apps.common.idempotency import MISMATCH
from apps.common.locks import in_turn

from . import kinds, rounds
from .kinds import train
from .kinds.base import Order, fingerprint, sound_s
from .models import Attempt, Job, VoiceUse
from .requests import Start, TrainingQuote, jobs_of
from .states import JOB_ACTIVE, JobState


@transaction.atomic
def start(
    workspace_id: uuid.UUID, wanted: Start, key: str = "", *, by: User | None = None
) -> list[Job]:
    """Check, reserve and queue what is wanted: a job a file or cell, all or none; ``by`` asks.

    The same key again gives the same jobs. Raises ApiError, and then nothing has changed.
    """
    mark = fingerprint(wanted)
    count = jobs_of(wanted)
    keys = [key] if count is None or not key else [f"{key}/{n}" for n in range(count)]
    if repeated := _repeated(workspace_id, keys, mark):
        return repeated
    orders = kinds.orders(workspace_id, wanted)
    check_quotas(workspace_id, sum(map(_sound_s, orders)))
    batch = uuid.uuid4() if count is not None else None
    keys = keys if key else [""] * len(orders)
    return [
        _start(workspace_id, order, batch, key, mark, by)
        for order, key in zip(orders, keys, strict=True)
    ]


def quotes(workspace_id: uuid.UUID, wanted: Start | TrainingQuote) -> list[int]:
    """Credits of each job that ``start`` would begin; nothing is changed. Raises ApiError."""
    if isinstance(wanted, TrainingQuote):
        return [train.quote(workspace_id, wanted)]
    with transaction.atomic():
        orders = kinds.orders(workspace_id, wanted)
        transaction.set_rollback(True)
    return [order.quote for order in orders]


def _repeated(workspace_id: uuid.UUID, keys: Sequence[str], mark: str) -> list[Job]:
    """The jobs that these idempotency keys already started, in order; [] where none has.

    The advisory lock makes a second request with the same key wait for the first to commit.
    """
    if not keys or not keys[0]:
        return []
    in_turn(f"{workspace_id}/{keys[0]}")
    jobs = Job.objects.for_workspace(workspace_id)
    first = jobs.filter(idempotency_key=keys[0]).first()
    if first is None:
        return []
    if first.fingerprint != mark:
        raise MISMATCH
    by_key = {job.idempotency_key: job for job in jobs.filter(idempotency_key__in=keys)}
    return [by_key[key] for key in keys]


def _sound_s(order: Order) -> float:
    return sound_s(order.inputs)


def check_quotas(workspace_id: uuid.UUID, more_s: float) -> None:
    """Raises ApiError where storage is full, or so much more sound is beyond the plan's month;
    whoever else starts waits until the commit."""
    limits.line_up(workspace_id)
    limits.check_room(workspace_id)
    limits.check_minutes(workspace_id, sound_used(workspace_id), more_s)


def sound_used(workspace_id: uuid.UUID) -> float:
    """Seconds of sound given to jobs that were started this month, or started again by hand,
    without those that came to nothing."""
    rounds_begun = Attempt.objects.filter(
        fence=F("job__held_fence"),
        created_at__gte=limits.this_month(),
        job__workspace_id=workspace_id,
        job__state__in=(*JOB_ACTIVE, JobState.SUCCEEDED),
    )
    return float(rounds_begun.aggregate(total=Sum("job__sound_s"))["total"] or 0.0)


def _start(
    workspace_id: uuid.UUID,
    order: Order,
    batch: uuid.UUID | None,
    key: str,
    mark: str,
    by: User | None,
) -> Job:
    job = Job.objects.create(
        workspace_id=workspace_id,
        kind=order.kind,
        title=order.title,
        params=order.params,
        inputs=order.inputs,
        batch=batch,
        quote=order.quote,
        sound_s=_sound_s(order),
        total_steps=order.total_steps,
        idempotency_key=key,
        fingerprint=mark,
        asked_by=by,
    )
    VoiceUse.objects.bulk_create(
        VoiceUse(job=job, voice=use.voice, position=number, weight=use.weight, consent=use.consent)
        for number, use in enumerate(order.voices)
    )
    rounds.begin(job, "queued")
    return job
