"""How jobs begin: a request is checked, its credits are reserved, its jobs are queued."""

import uuid

from django.db import transaction
from django.db.models import F, Sum

from apps.accounts.models import User
from apps.billing import limits

from . import kinds, rounds
from .kinds import train
from .kinds.base import Order, sound_s
from .models import Attempt, Job, VoiceUse
from .requests import Start, TrainingQuote, is_batch
from .states import JOB_ACTIVE, JobState


@transaction.atomic
def start(workspace_id: uuid.UUID, wanted: Start, *, by: User | None = None) -> list[Job]:
    """Check, reserve and queue what is wanted: a job a file or cell, all or none; ``by`` asks.

    Raises ApiError, and then nothing has changed.
    """
    orders = kinds.orders(workspace_id, wanted)
    check_quotas(workspace_id, sum(map(_sound_s, orders)))
    batch = uuid.uuid4() if is_batch(wanted) else None
    return [_start(workspace_id, order, batch, by) for order in orders]


def quotes(workspace_id: uuid.UUID, wanted: Start | TrainingQuote) -> list[int]:
    """Credits of each job that ``start`` would begin; nothing is changed. Raises ApiError."""
    if isinstance(wanted, TrainingQuote):
        return [train.quote(workspace_id, wanted)]
    with transaction.atomic():
        orders = kinds.orders(workspace_id, wanted)
        transaction.set_rollback(True)
    return [order.quote for order in orders]


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
        asked_by=by,
    )
    VoiceUse.objects.bulk_create(
        VoiceUse(job=job, voice=use.voice, position=number, weight=use.weight, consent=use.consent)
        for number, use in enumerate(order.voices)
    )
    rounds.begin(job, "queued")
    return job
