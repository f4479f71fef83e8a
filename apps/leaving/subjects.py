"""What each kind of subject consists of: its jobs, its places in storage, its rows."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from apps.accounts.models import Membership, Role, Workspace
from apps.common import audit, storage
from apps.common.models import Erasure, KeptAnswer, OutboxEvent
from apps.common.sealed import unseal
from apps.hooks.models import Mail
from apps.jobs.models import Attempt, Job, VoiceUse
from apps.jobs.timing import LINK_MARGIN, QUEUE_TTL
from apps.library.models import AudioFile, DatasetItem, ReportCard
from apps.library.services import LINK_LIFE
from apps.voices.models import Consent, Voice, VoiceCheckpoint
from apps.voices.services import objects_of
from gpu_worker.contract.params import JobKind

from .models import Export, Removal, Subject

GONE = "—"
"""What stands where a name was."""


@dataclass
class Places:
    """Where storage has to be asked: whole folders, single objects, unfinished uploads."""

    folders: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    uploads: list[tuple[str, str]] = field(default_factory=list)


def jobs_of(removal: Removal) -> QuerySet[Job]:
    """Jobs that have to end first."""
    jobs = Job.objects.for_workspace(removal.workspace_id)
    match removal.subject:
        case Subject.WORKSPACE:
            return jobs
        case Subject.FILE:
            return jobs.filter(_names_file(removal.subject_id))
        case Subject.VOICE:
            return jobs.filter(uses__voice=removal.subject_id)
    return Job.objects.none()


def _names_file(file_id: uuid.UUID) -> Q:
    named = [{"id": str(file_id)}]
    return Q(inputs__files__contains=named) | Q(inputs__source__id=str(file_id))


def _own_jobs(removal: Removal) -> QuerySet[Job]:
    """Jobs that go with the subject: all of a workspace's, what a voice was made by."""
    match removal.subject:
        case Subject.WORKSPACE:
            return jobs_of(removal)
        case Subject.VOICE:
            return jobs_of(removal).filter(kind__in=(JobKind.TRAIN, JobKind.IMPORT))
    return Job.objects.none()


def places_of(removal: Removal) -> Places:
    """Everything that lies, or may yet be put, in storage."""
    found = Places(
        folders=[f"jobs/{pk}/" for pk in _own_jobs(removal).values_list("pk", flat=True)]
    )
    files = AudioFile.objects.for_workspace(removal.workspace_id)
    voices = Voice.objects.for_workspace(removal.workspace_id)
    match removal.subject:
        case Subject.WORKSPACE:
            found.folders.append(f"{storage.UPLOADS}{removal.workspace_id}/")
        case Subject.FILE:
            files, voices = files.filter(pk=removal.subject_id), voices.none()
        case Subject.VOICE:
            files, voices = files.none(), voices.filter(pk=removal.subject_id)
            sent = f"{storage.UPLOADS}{removal.workspace_id}/import/{removal.subject_id}/"
            found.folders.append(sent)
        case _:
            files, voices = files.none(), voices.none()
    if removal.workspace_id:
        found.folders.append(
            f"{storage.EXPORTS}{removal.workspace_id}/"
        )  # it may be in any of them
        _add_exports(found, removal)
    for key, upload_id in files.values_list("key", "upload_id").iterator():
        found.keys.append(key)
        if upload_id:
            found.uploads.append((key, upload_id))
    for voice in voices.iterator():
        found.keys += sorted(objects_of(voice))
    return found


def _add_exports(found: Places, removal: Removal) -> None:
    rows = Export.objects.for_workspace(removal.workspace_id).exclude(upload_id="")
    found.uploads += [(key, upload) for key, upload in rows.values_list("key", "upload_id")]


def links_end(removal: Removal) -> datetime:
    """When the last link that was given out has expired."""
    now = timezone.now()
    end = now + LINK_LIFE
    at_work = Attempt.objects.filter(job__in=jobs_of(removal), gone_at=None)
    for made, deadline_s in at_work.values_list("created_at", "deadline_s"):
        life = timedelta(seconds=deadline_s) + 2 * (QUEUE_TTL + LINK_MARGIN)
        end = max(end, max(made, now) + life)
    return end


# -- a voice, a file -----------------------------------------------------------------------------


def erase_voice(removal: Removal) -> dict[str, int]:
    """The rows of a voice, within the caller's transaction; how many of each table."""
    pk = removal.subject_id
    made_by = list(_own_jobs(removal).values_list("pk", flat=True))
    _forget_mentions(removal, [pk, *made_by])
    mails = Mail.objects.for_workspace(removal.workspace_id)
    return _deleted(
        mails.filter(data__job__in=[str(job) for job in made_by]),
        Job.objects.filter(pk__in=made_by),
        Export.objects.for_workspace(removal.workspace_id),
        VoiceUse.objects.filter(voice=pk),
        Consent.objects.filter(voice=pk),
        VoiceCheckpoint.objects.filter(voice=pk),
        Voice.objects.filter(pk=pk, workspace=removal.workspace_id),
    )


def erase_file(removal: Removal) -> dict[str, int]:
    """The rows of a file; jobs that were started with it stay, and no longer say its name."""
    pk = removal.subject_id
    file = AudioFile.objects.for_workspace(removal.workspace_id).filter(pk=pk).first()
    if file is None:
        return {}
    jobs = list(jobs_of(removal).values_list("pk", flat=True))
    made_by = [file.job_id] if file.job_id else []
    _forget_mentions(removal, [pk, *jobs, *made_by])
    for job in Job.objects.filter(pk__in=jobs):
        _forget_file(job, str(pk))
    Erasure.objects.filter(key=file.key).delete()
    datasets = list(DatasetItem.objects.filter(file=pk).values_list("dataset_id", flat=True))
    by_name = ReportCard.objects.for_workspace(removal.workspace_id).annotate(
        text=Cast("card", TextField())
    )
    cards = by_name.filter(Q(dataset__in=datasets) | Q(text__contains=str(pk)))
    return _deleted(
        ReportCard.objects.filter(pk__in=list(cards.values_list("pk", flat=True))),
        Export.objects.for_workspace(removal.workspace_id),
        DatasetItem.objects.filter(file=pk),
        AudioFile.objects.filter(pk=pk),
    )


def _forget_file(job: Job, file_id: str) -> None:
    inputs = job.inputs
    for each in inputs.get("files", []):
        if each.get("id") == file_id:
            each |= {"id": "", "name": GONE, "key": ""}
    source = inputs.get("source") or {}
    if source.get("id") == file_id:
        source |= {"id": "", "name": GONE}
        if "key" in source:
            source["key"] = ""
        job.title = GONE
    Job.objects.filter(pk=job.pk).update(inputs=inputs, title=job.title)


def _forget_mentions(removal: Removal, ids: Iterable[uuid.UUID]) -> None:
    """Events that were told and answers that are kept, where they name one of the ids."""
    texts = [str(each) for each in ids]
    named = Q(pk__in=[])
    for text in texts:
        named |= Q(text__contains=text)
    events = OutboxEvent.objects.for_workspace(removal.workspace_id)
    with_text = events.annotate(text=Cast("data", TextField())).filter(named)
    OutboxEvent.objects.filter(pk__in=list(with_text.values_list("pk", flat=True))).delete()
    for answer in KeptAnswer.objects.for_workspace(removal.workspace_id):
        body = unseal(answer.sealed_body) or ""
        if any(text in body for text in texts):
            answer.delete()


def _deleted(*found: "QuerySet[Model]") -> dict[str, int]:
    """Delete in this order, with what the logs say of it."""
    counts: dict[str, int] = {}
    for rows in found:
        audit.forget_rows(rows.model, list(rows.values_list("pk", flat=True)))
        for label, count in rows.delete()[1].items():
            counts[label.lower()] = counts.get(label.lower(), 0) + count
    return {label: count for label, count in counts.items() if count}


def alone_in(user_id: uuid.UUID) -> list[Workspace]:
    """The workspaces that have no member but this person."""
    mine = Workspace.objects.filter(memberships__user=user_id, erased_at=None)
    others = Membership.objects.exclude(user=user_id)
    return list(mine.exclude(memberships__in=others).order_by("created_at"))


def left_behind(user_id: uuid.UUID) -> list[Workspace]:
    """Those with other members, but without another owner."""
    mine = Membership.objects.filter(user=user_id, role=Role.OWNER, workspace__erased_at=None)
    others = Membership.objects.exclude(user=user_id)
    shared = Workspace.objects.filter(memberships__in=mine).filter(memberships__in=others)
    return list(shared.exclude(memberships__in=others.filter(role=Role.OWNER)).distinct())
