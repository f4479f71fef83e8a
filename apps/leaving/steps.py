"""Erasing, a bounded step at a time: killed anywhere, the next step goes on from there.

Nothing is asked twice of what is gone already, so every step may be repeated.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from enum import Enum
from typing import Any, Final

import structlog
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.models import ApiKey, Invitation, Membership, User, Workspace
from apps.accounts.services import open_personal_workspace
from apps.billing import farewell
from apps.billing.provider import ProviderAway, ProviderRefused
from apps.common import audit, storage
from apps.common.locks import alone
from apps.common.models import Erasure, KeptAnswer
from apps.jobs import services as jobs
from apps.jobs.models import Attempt, SoundPreset
from apps.jobs.states import JOB_ACTIVE
from apps.voices.models import Consent

from . import erasure, graph, subjects
from .models import OPEN, By, Phase, Removal, RemovalState, Subject

log = structlog.get_logger(__name__)

ROWS_AT_ONCE: Final = 2000
OBJECTS_AT_ONCE: Final = 500
PLACES_AT_ONCE: Final = 200
JOBS_AT_ONCE: Final = 50
PATIENCE: Final = timedelta(minutes=10)
"""For workers to leave; what one stores after that goes when its links have ended."""
_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(hours=1)
NAMELESS: Final = "(erased)"


class Went(Enum):
    """A step: there is more of it, the next may come, or nothing can be done for a moment."""

    AGAIN = 1
    NEXT = 2
    WAIT = 3


def go_on(removal_id: uuid.UUID) -> bool:
    """One step of an order that is due; whether another can follow at once."""
    with alone(f"removal/{removal_id}") as mine:
        if not mine:
            return False
        removal = erasure.due(timezone.now()).filter(pk=removal_id).first()
        if removal is None:
            return False
        if removal.started_at is None:
            removal.started_at = timezone.now()
        removal.state = RemovalState.RUNNING
        removal.save(update_fields=["started_at", "state"])
        try:
            went = STEPS[Phase(removal.phase)](removal)
        except (*storage.STORAGE_ERRORS, ProviderAway, ProviderRefused) as error:
            _failed(removal, error)
            return False
        except Exception as error:  # shown to the operator, and tried again
            _failed(removal, error)
            raise
        return _move(removal, went)


def _move(removal: Removal, went: Went) -> bool:
    """Write down how far it is."""
    if went is Went.WAIT:
        _rows(removal).update(not_before=timezone.now() + _PAUSE)
    elif went is Went.NEXT:
        order = list(Phase)
        place = order.index(Phase(removal.phase)) + 1
        if place == len(order):
            _rows(removal).update(state=RemovalState.DONE, done_at=timezone.now(), problem="")
            return False
        _rows(removal).update(phase=order[place], tries=0, problem="")
    return went is not Went.WAIT


def _failed(removal: Removal, error: Exception) -> None:
    pause = min(_LONGEST_PAUSE, _PAUSE * 2 ** min(removal.tries, 10))
    _rows(removal).update(
        state=RemovalState.FAILED,
        problem=type(error).__name__,
        tries=F("tries") + 1,
        not_before=timezone.now() + pause,
    )
    log.warning("an erasure has to wait", removal=str(removal.pk), error=type(error).__name__)


def _rows(removal: Removal) -> Any:
    return Removal.objects.filter(pk=removal.pk, state__in=OPEN)


# -- the steps -----------------------------------------------------------------------------------


def _stop_jobs(removal: Removal) -> Went:
    """Cancel what is at work and wait for its workers; an account waits for its workspaces."""
    if removal.subject == Subject.ACCOUNT:
        return _erase_workspaces(removal)
    found = subjects.jobs_of(removal)
    active = list(found.filter(state__in=JOB_ACTIVE).values_list("pk", flat=True)[:JOBS_AT_ONCE])
    for job_id in active:
        jobs.cancel_if_active(job_id)
    if active:
        return Went.AGAIN
    begun = removal.started_at or timezone.now()
    at_work = Attempt.objects.filter(job__in=found, gone_at=None)
    if at_work.exists() and timezone.now() - begun < PATIENCE:
        return Went.WAIT
    return Went.NEXT


def _erase_workspaces(removal: Removal) -> Went:
    """The person's own workspaces, each by an order of its own."""
    if not removal.parts.exists():
        if removal.by != By.RESTORE:
            erasure.check_account(removal.subject_id)
        with transaction.atomic():
            for workspace in subjects.alone_in(removal.subject_id):
                part = erasure.order(
                    Subject.WORKSPACE, workspace.pk, by=By(removal.by), by_id=removal.by_id
                )
                now = timezone.now()
                Removal.objects.filter(pk=part.pk).update(
                    parent=removal, due_at=now, not_before=now
                )
    waiting = removal.parts.filter(state__in=OPEN)
    for part in waiting:
        erasure.hurry(part.pk)
    return Went.WAIT if waiting else Went.NEXT


def _find_places(removal: Removal) -> Went:
    """Write down where storage has to be asked, before the rows go that say it."""
    _rows(removal).update(
        places=asdict(subjects.places_of(removal)), links_end_at=subjects.links_end(removal)
    )
    return Went.NEXT


def _erase_objects(removal: Removal) -> Went:
    """Empty storage; a backup under way holds this up, as it holds up every deletion."""
    with alone("erase") as mine:
        if not mine:
            return Went.WAIT
        is_over = _empty(removal)
    return Went.NEXT if is_over else Went.AGAIN


def _empty(removal: Removal) -> bool:
    """Delete what lies in the next of the order's places; whether it has been through them all."""
    places: dict[str, Any] = removal.places
    names = [*places["folders"], *places["keys"]]
    begun = places.get("done", 0)
    if begun == 0:
        _abort_uploads(places)
    gone = size = 0
    ahead = names[begun : begun + PLACES_AT_ONCE]
    done = begun
    for name in ahead:
        for found in storage.at(name):
            storage.delete(found.key)
            gone, size = gone + 1, size + found.size
            if gone >= OBJECTS_AT_ONCE:
                break
        else:
            done += 1
            continue
        break
    is_over: bool = done >= len(names)
    Removal.objects.filter(pk=removal.pk).update(
        places=places | {"done": 0 if is_over else done},
        objects_gone=F("objects_gone") + gone,
        bytes_gone=F("bytes_gone") + size,
    )
    return is_over


def _abort_uploads(places: dict[str, Any]) -> None:
    """Free unfinished uploads, and take over what the queue of erasures had to do there."""
    for key, upload_id in places["uploads"]:
        storage.abort_parts(key, upload_id)
    for folder in places["folders"]:
        queued = Erasure.objects.filter(key__startswith=folder)
        for row in queued.exclude(upload_id=""):
            storage.abort_parts(row.key, row.upload_id)
        queued.delete()


def _ask_provider(removal: Removal) -> Went:
    """Before the rows that know the customer's name there."""
    if removal.subject == Subject.WORKSPACE:
        ref = farewell.part(removal.subject_id)
        if ref:
            _rows(removal).update(provider_ref=ref)
    elif removal.subject == Subject.ACCOUNT:
        farewell.hand_over(removal.subject_id)
    return Went.NEXT


def _erase_rows(removal: Removal) -> Went:
    match removal.subject:
        case Subject.WORKSPACE:
            return _erase_workspace_rows(removal)
        case Subject.VOICE:
            return _once(removal, subjects.erase_voice)
        case Subject.FILE:
            return _once(removal, subjects.erase_file)
    return Went.NEXT


def _once(removal: Removal, erase: Callable[[Removal], dict[str, int]]) -> Went:
    with transaction.atomic():
        _count(removal, erase(removal))
    return Went.NEXT


def _erase_workspace_rows(removal: Removal) -> Went:
    """A batch of the first table that still has rows; tables that point at others come first."""
    for table, path in graph.owned().items():
        rows = table._base_manager.filter(**{path: removal.subject_id})
        ids = list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if not ids:
            continue
        with transaction.atomic():
            audit.forget_rows(table, ids)
            people = list(User.objects.filter(memberships__in=ids)) if table is Membership else []
            batch: Any = table._base_manager.filter(pk__in=ids)
            count = batch._raw_delete(batch.db)  # nothing points at them any more
            _count(removal, {table._meta.label_lower: count})
            _house(people, removal)
        return Went.AGAIN
    return Went.NEXT


def _house(people: Iterable[User], removal: Removal) -> None:
    """Whoever had no other workspace gets one of their own, unless they are leaving themselves."""
    leaving = removal.parent.subject_id if removal.parent else None
    for person in people:
        if person.pk != leaving:
            open_personal_workspace(person)


def _finish(removal: Removal) -> Went:
    with transaction.atomic():
        if removal.subject == Subject.WORKSPACE:
            kept = farewell.forget_words(removal.subject_id)
            audit.forget_rows(Workspace, [removal.subject_id])
            now = timezone.now()
            Workspace.objects.filter(pk=removal.subject_id).update(
                name=NAMELESS, erased_at=now, suspended_at=now
            )
            _rows(removal).update(kept=kept)
        elif removal.subject == Subject.ACCOUNT:
            _erase_person(removal)
    return Went.NEXT


def _erase_person(removal: Removal) -> None:
    """Sign the person out everywhere and delete all that knows them."""
    user = User.objects.filter(pk=removal.subject_id).first()
    if user is None:
        return
    counts: Counter[str] = Counter({"sessions.session": _end_sessions(user)})
    actors = [f"user:{user.pk}"]
    actors += [f"key:{pk}" for pk in ApiKey.objects.filter(user=user).values_list("pk", flat=True)]
    counts["common.keptanswer"] = KeptAnswer.objects.filter(actor__in=actors).delete()[0]
    Consent.objects.filter(user=user).update(user=None)
    Consent.objects.filter(revoked_by=user).update(revoked_by=None)
    LogEntry.objects.filter(user=user).delete()
    private = SoundPreset.objects.filter(maker=user, shared=False)  # nobody else sees them
    counts["jobs.soundpreset"] = private.delete()[0]
    for membership in user.memberships.all():
        audit.forget_rows(type(membership), [membership.pk])
    audit.forget_rows(User, [user.pk])
    proven = EmailAddress.objects.filter(user=user, verified=True)
    addresses = {user.email, *proven.values_list("email", flat=True)}
    counts["accounts.invitation"] = _forget_invitations(user, addresses)
    for address in addresses:
        audit.forget_person(address)
    for label, count in user.delete()[1].items():
        counts[label.lower()] += count
    _count(removal, {label: count for label, count in counts.items() if count})


def _forget_invitations(user: User, addresses: Iterable[str]) -> int:
    """Those to the person, in whatever workspace; open ones of others to them end as well."""
    named = Q(accepted_by=user)
    for address in addresses:
        named |= Q(email__iexact=address)
    rows = Invitation.objects.filter(named)
    audit.forget_rows(Invitation, list(rows.values_list("pk", flat=True)))
    return rows.delete()[0]


def _end_sessions(user: User) -> int:
    """Also those that no list of the person's shows."""
    mine = [
        session.session_key
        for session in Session.objects.iterator()
        if SessionStore().decode(session.session_data).get("_auth_user_id") == str(user.pk)
    ]
    return Session.objects.filter(session_key__in=mine).delete()[0]


def _count(removal: Removal, counts: dict[str, int]) -> None:
    """Add to the receipt, in the transaction in which it happened."""
    locked = Removal.objects.select_for_update(no_key=True).get(pk=removal.pk)
    total = Counter(locked.rows)
    total.update(counts)
    _rows(removal).update(rows=dict(sorted(total.items())))


STEPS: Final[dict[Phase, Callable[[Removal], Went]]] = {
    Phase.JOBS: _stop_jobs,
    Phase.PLACES: _find_places,
    Phase.OBJECTS: _erase_objects,
    Phase.PROVIDER: _ask_provider,
    Phase.ROWS: _erase_rows,
    Phase.LAST: _finish,
}


def sweep_again() -> int:
    """Where the last links have ended: look through storage once more. How many were looked at."""
    ended = Removal.objects.filter(
        state=RemovalState.DONE, swept_at=None, links_end_at__lte=timezone.now()
    )
    looked = 0
    for removal in ended[:20]:
        with alone("erase") as mine:
            if not mine:
                return looked
            is_over = _empty(removal)
        if is_over:
            Removal.objects.filter(pk=removal.pk).update(swept_at=timezone.now(), places={})
        looked += 1
    return looked
