"""One of everything that a workspace can have, for tests that walk over all routes."""

import uuid

from apps.accounts import invitations, keys
from apps.accounts.models import Role, User, Workspace
from apps.billing import services as billing
from apps.hooks import services as hooks
from apps.jobs import tokens
from apps.jobs.models import Attempt, Job, SoundPreset, VoiceUse
from apps.jobs.states import AttemptState, JobState
from apps.leaving.models import Export, Removal
from apps.library.models import ReportCard
from apps.voices.models import Consent, Voice, VoiceCheckpoint, VoiceState
from gpu_worker.contract.params import TrainParams
from tests.factories import make_dataset, make_file, make_user

_CARD = {
    "files": [],
    "duration_s": 1.0,
    "usable_s": 1.0,
    "f0_low_hz": None,
    "f0_median_hz": None,
    "f0_high_hz": None,
    "histogram": [],
    "verdict": "good",
    "ko": "좋습니다.",
    "en": "Good.",
}


def one_of_each(workspace: Workspace, owner: User) -> dict[str, str]:
    """The ids of one of everything, by the part of a route that stands before them."""
    billing.balance_of(workspace.pk)
    file = make_file(workspace, data=b"mine")
    dataset = make_dataset(workspace)
    voice = Voice.objects.create(
        workspace=workspace,
        name="목소리",
        state=VoiceState.READY,
        model_key="jobs/x/1/model.pth",
        index_key="jobs/x/1/model.index",
    )
    Consent.objects.create(
        workspace=workspace,
        voice=voice,
        statement_version="1",
        statement_text="…",
        singer_name="주인",
        scope="own",
        user=owner,
    )
    job = Job.objects.create(
        workspace=workspace,
        kind="train",
        state=JobState.QUEUED,
        title="학습",
        params=TrainParams().model_dump(mode="json"),
        inputs={"source": {"id": str(dataset.pk), "name": "목소리"}, "files": []},
        quote=10,
        fence=1,
        batch=uuid.uuid4(),
    )
    VoiceUse.objects.create(job=job, voice=voice)
    checkpoint = VoiceCheckpoint.objects.create(
        workspace=workspace,
        voice=voice,
        step=1,
        quality=50.0,
        scores={
            "quality": 50.0,
            "mel_distance": 1.0,
            "f0_correlation": None,
            "speaker_similarity": None,
            "dnsmos": None,
        },
        model_key="jobs/x/1/candidate-0.pth",
        model_size=1,
        model_sha256="a" * 64,
    )
    ReportCard.objects.create(
        workspace=workspace,
        dataset=dataset,
        job_id=job.pk,
        verdict="good",
        usable_s=1.0,
        card=_CARD,
    )
    attempt = Attempt.objects.create(
        job=job, fence=1, state=AttemptState.QUEUED, not_before=job.created_at
    )
    invitation = invitations.invite(
        workspace, owner, email=f"invited-{workspace.pk.hex}@example.com", role=Role.MEMBER
    )
    preset = SoundPreset.objects.create(
        workspace=workspace,
        maker=owner,
        name="프리셋",
        kind="convert",
        settings={"protect": 0.4},
        shared=True,
    )
    webhook, _ = hooks.create(workspace, url="https://example.com/", events=["*"])
    export = Export.objects.create(
        workspace=workspace, user_id=owner.pk, key=f"exports/{uuid.uuid4()}"
    )
    removal = Removal.objects.create(
        subject="file", subject_id=uuid.uuid4(), workspace_id=workspace.pk, by="customer",
        state="done", due_at=job.created_at, not_before=job.created_at,
    )  # fmt: skip
    return {
        "exports": str(export.pk),
        "erasures": str(removal.pk),
        "webhooks": str(webhook.pk),
        "deliveries": str(hooks.test(webhook).pk),
        "files": str(file.pk),
        "uploads": str(make_file(workspace, state="uploading").pk),
        "datasets": str(dataset.pk),
        "voices": str(voice.pk),
        "jobs": str(job.pk),
        "batches": str(job.batch),
        "checkpoints": str(checkpoint.pk),
        "presets": str(preset.pk),
        "keys": str(keys.create(workspace, owner, name="열쇠", scopes=["read"])[0].pk),
        "workspaces": str(workspace.pk),
        "members": str(
            make_user(f"colleague-{workspace.pk.hex}@example.com", workspace=workspace).pk
        ),
        "invitations": str(invitation.pk),
        "runpod": tokens.sign(attempt.pk, 100),  # a token, but not one for this address
    }
