"""A customer's shelf of finished work, as rows and objects: pages about results need no engine.

Runs inside the studio's own settings (``python manage.py shell``): ``fill`` names what it made.
"""

import uuid
from typing import Any, Final

from apps.accounts.models import Membership, Workspace
from apps.jobs.models import Job, VoiceUse
from apps.jobs.states import JobState
from apps.library.models import AudioFile, Origin, Stem
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import ConsentScope, Voice
from gpu_worker.contract.params import ConvertParams, CoverParams
from tests.apps.voices.made import make_ready
from tests.factories import make_file
from tests.journey.material import MATERIAL, MIX, SONG, beginning

SECONDS: Final = 6.0
VOICES: Final = ("하루", "나래")


def fill(email: str, title: str = "봄비", names: tuple[str, str] = VOICES) -> None:
    """Two voices, a song, three conversions of it (one failed) and a cover with its stems."""
    member = Membership.objects.get(user__email=email)
    workspace = member.workspace
    first, second = (_voice(workspace, member, name) for name in names)
    song = _file(workspace, f"{title}.wav", SONG, duration_s=SECONDS)
    speech = sorted(MATERIAL.glob("speaker-a-*.opus"))[0]
    takes: tuple[tuple[Voice, dict[str, Any], Any, float], ...] = (
        (first, {"pitch_shift": 2.0}, SONG, -18.0),
        (second, {"index_rate": 0.95, "protect": 0.2}, speech, -21.5),
    )
    for number, (voice, settings, sound, loudness) in enumerate(takes, 1):
        params = ConvertParams.model_validate(settings).model_dump(mode="json")
        job = _job(workspace, "convert", song, voice, params)
        _file(workspace, f"{title} {number}.wav", sound, job=job, loudness_lufs=loudness)
    params = ConvertParams.model_validate({}).model_dump(mode="json")
    _job(workspace, "convert", song, first, params, JobState.FAILED)
    cover = _job(
        workspace, "cover", song, first, CoverParams.model_validate({}).model_dump(mode="json")
    )
    for stem, sound in (
        (Stem.MIX, MIX),
        (Stem.ACAPELLA, SONG),
        (Stem.LEAD, SONG),
        (Stem.VOCALS, SONG),
        (Stem.INSTRUMENTAL, MIX),
    ):
        _file(workspace, f"{title} - {stem}.wav", sound, job=cover, stem=stem)


def _voice(workspace: Workspace, member: Membership, name: str) -> Voice:
    voice = voices.create(workspace.id, name)
    voices.give_consent(
        voice.id,
        member.user,
        version=statement.VERSION,
        singer_name=name,
        scope=ConsentScope.OWN,
    )
    make_ready(voice)
    return voice


def _file(
    workspace: Workspace, name: str, sound: Any, job: Job | None = None, **fields: Any
) -> AudioFile:
    data = beginning(sound, SECONDS)
    made = {"job_id": job.id, "origin": Origin.JOB, "ai_generated": True} if job else {}
    peaks = [[-60, 60], [-90, 80], [-20, 30], [-70, 75]] * 50
    values = {"duration_s": SECONDS, "size": len(data), "peaks": peaks} | made | fields
    return make_file(workspace, data=data, name=name, **values)


def _job(
    workspace: Workspace,
    kind: str,
    song: AudioFile,
    voice: Voice,
    params: dict[str, Any],
    state: JobState = JobState.SUCCEEDED,
) -> Job:
    source = {"id": str(song.pk), "name": song.name, "key": song.key, "size": song.size}
    job = Job.objects.create(
        id=uuid.uuid4(),
        workspace=workspace,
        kind=kind,
        state=state,
        title=song.name,
        params=params,
        inputs={"source": source, "files": [source]},
        quote=5,
        cost=5 if state == JobState.SUCCEEDED else None,
        error_code="worker:out-of-memory" if state == JobState.FAILED else "",
        finished_at=song.created_at,
        tidied_at=song.created_at,
    )
    VoiceUse.objects.create(job=job, voice=voice, weight=1.0)
    return job
