"""A customer who has one of everything, named in Latin letters, and as much more as is asked for.

Runs inside the studio's own settings, as ``shelf`` does. What the interface says in English can be
told from what a customer wrote: no name holds a Korean letter.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.accounts.invitations import digest_of
from apps.accounts.models import Invitation, Membership, Workspace
from apps.jobs.models import Job
from apps.jobs.states import JobState
from apps.library.datasets import create_dataset
from apps.library.models import AudioFile, FileState
from apps.voices.models import Voice
from gpu_worker.contract.params import ConvertParams
from tests.factories import make_file, make_user
from tests.journey import shelf

TITLE: Final = "Spring rain"
VOICES: Final = ("Haru", "Narae")
WORKSPACE: Final = "Rain studio"
_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has everything: the session's cookie, and ids by their names in the router's paths."""

    cookie: dict[str, str]
    ids: dict[str, str]


def arrive(email: str, *, files: int = 0, jobs: int = 0, voices: int = 0) -> Owner:
    """A new customer, signed in, with one of everything and so many more rows."""
    user = make_user(email)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": str(client.cookies[name].value)}
    return Owner(cookie, _fill(email, files, jobs, voices))


def _fill(email: str, files: int, jobs: int, voices: int) -> dict[str, str]:
    member = Membership.objects.get(user__email=email)
    workspace = member.workspace
    Workspace.objects.filter(pk=workspace.pk).update(name=WORKSPACE)
    more_files(workspace, files)
    more_jobs(workspace, jobs)
    Voice.objects.bulk_create(
        Voice(workspace=workspace, name=f"Singer {n:03}", state="draft") for n in range(voices)
    )
    shelf.fill(email, TITLE, VOICES)
    make_file(workspace, name="Broken.wav", state=FileState.FAILED, error_code="user:audio-broken")
    takes = [make_file(workspace, name=f"Reading {n}.wav", duration_s=40.0) for n in (1, 2)]
    dataset = create_dataset(workspace, name="Readings", file_ids=[one.pk for one in takes])
    batch = uuid.uuid4()
    Job.objects.filter(workspace=workspace, kind="convert", voices__name__in=VOICES).update(
        batch=batch
    )
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    Invitation.objects.create(
        workspace=workspace,
        email="friend@example.com",
        digest=digest_of(token),
        invited_by=member.user,
        sent_at=now,
        expires_at=now + timedelta(days=7),
    )
    return {
        "voiceId": str(Voice.objects.get(workspace=workspace, name=VOICES[0]).pk),
        "jobId": str(Job.objects.get(workspace=workspace, kind="cover").pk),
        "failed": str(Job.objects.filter(workspace=workspace, error_code__gt="")[0].pk),
        "batchId": str(batch),
        "datasetId": str(dataset.pk),
        "token": token,
        "key": "MQ:one-that-was-used",
    }


def more_files(workspace: Workspace, count: int) -> None:
    """Ready takes without objects, a minute apart; the first is the newest."""
    newest = timezone.now()
    files = [
        AudioFile(
            workspace=workspace,
            name=f"Take {n:05d}.wav",
            state=FileState.READY,
            origin="upload",
            key=f"uploads/{workspace.pk}/{n}/source",
            size=1_000 + n,
            content_type="audio/wav",
            duration_s=1.0 + n % 300,
            sample_rate=48_000,
            channels=1,
            peaks=[[-50, 50], [-90, 70]] * 50,
        )
        for n in range(count)
    ]
    AudioFile.objects.bulk_create(files, batch_size=_AT_ONCE)
    for n, file in enumerate(files):
        file.created_at = newest - timedelta(minutes=n + 1)
    AudioFile.objects.bulk_update(files, ["created_at"], batch_size=_AT_ONCE)


def more_jobs(workspace: Workspace, count: int) -> None:
    """Conversions that have ended, one in ten of them badly."""
    params = ConvertParams.model_validate({}).model_dump(mode="json")
    Job.objects.bulk_create(
        (
            Job(
                workspace=workspace,
                kind="convert",
                title=f"Song {n:04}",
                state=JobState.SUCCEEDED if n % 10 else JobState.FAILED,
                error_code="" if n % 10 else "worker:out-of-memory",
                params=params,
                inputs={"source": {"id": str(uuid.uuid4()), "name": f"Song {n:04}"}},
                quote=9,
                cost=7 if n % 10 else None,
                finished_at=timezone.now(),
                tidied_at=timezone.now(),
            )
            for n in range(count)
        ),
        batch_size=_AT_ONCE,
    )
