"""A job as the API and the websocket show it."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.serializers import ProblemSerializer
from apps.library.models import GONE, AudioFile
from apps.library.serializers import FileSerializer
from apps.voices.serializers import ScoresSerializer
from gpu_worker.contract.params import JobKind

from .limits import MAX_LABELS
from .models import Attempt, EventType, Job, VoiceUse
from .problems import text_of
from .states import AttemptState, JobState
from .waiting import Waiting, reasons

JOB_KINDS: Final = [kind.value for kind in JobKind]
SOUND_KINDS: Final = [JobKind.CONVERT, JobKind.COVER, JobKind.SEPARATE, JobKind.PREPROCESS]


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class JobVoiceSerializer(NamedSerializer):
    """The first voice of a job, as it is shown beside the job."""

    picture = serializers.CharField(
        source="picture_name",
        read_only=True,
        allow_null=True,
        help_text="Null where it has none of its own.",
    )


class VoiceUseSerializer(serializers.Serializer[VoiceUse]):
    """A voice of a job and its share of the blend."""

    id = serializers.UUIDField(source="voice_id")
    name = serializers.CharField(source="voice.name")
    weight = serializers.FloatField()


class JobScoresSerializer(ScoresSerializer):
    """A training's newest evaluation; ``best`` where none before was better."""

    step = serializers.IntegerField()
    best = serializers.BooleanField()


class JobAttemptSerializer(serializers.ModelSerializer[Attempt]):
    state = serializers.ChoiceField(choices=AttemptState.choices, read_only=True)

    class Meta:
        model = Attempt
        fields = ("fence", "state", "started_at")
        read_only_fields = fields


class JobSerializer(serializers.ModelSerializer[Job]):
    """Needs the jobs of ``with_relations``."""

    kind = serializers.ChoiceField(choices=JOB_KINDS, read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    losses = serializers.DictField(child=serializers.FloatField(), read_only=True)
    params = serializers.DictField(read_only=True)
    scores = JobScoresSerializer(read_only=True, allow_null=True)
    finishing = serializers.SerializerMethodField()
    voice = JobVoiceSerializer(read_only=True, allow_null=True)
    voices = VoiceUseSerializer(source="uses", many=True, read_only=True)
    backing = serializers.SerializerMethodField()
    continues = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field so named
    results = FileSerializer(many=True, read_only=True)
    error = serializers.SerializerMethodField()
    attempt = JobAttemptSerializer(read_only=True, allow_null=True)
    queue_position = serializers.IntegerField(read_only=True, allow_null=True)
    waiting = serializers.ChoiceField(choices=Waiting.choices, read_only=True, allow_null=True)
    labels = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "state",
            "title",
            "stage",
            "fraction",
            "eta_s",
            "step",
            "total_steps",
            "losses",
            "scores",
            "finishing",
            "cost",
            "quote",
            "batch",
            "voice",
            "voices",
            "source",
            "backing",
            "continues",
            "results",
            "error",
            "attempt",
            "params",
            "queue_position",
            "waiting",
            "labels",
            "version",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field(NamedSerializer(allow_null=True))
    def get_source(self, job: Job) -> dict[str, str]:
        source = job.inputs["source"]
        return {"id": source["id"], "name": source["name"]}

    @extend_schema_field(NamedSerializer(allow_null=True))
    def get_backing(self, job: Job) -> dict[str, str] | None:
        """The stem of backing vocals that a cover was given."""
        backing = job.inputs.get("backing")
        return {"id": backing["id"], "name": backing["name"]} if backing else None

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_continues(self, job: Job) -> str | None:
        """The job whose training this one goes on with."""
        resume = job.inputs.get("resume")
        return str(resume["job"]) if resume else None

    @extend_schema_field(serializers.BooleanField())
    def get_finishing(self, job: Job) -> bool:
        """Whether the customer has heard enough of this training."""
        return job.is_active and job.finish_asked_at is not None

    @extend_schema_field(ProblemSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, Any] | None:
        if not job.error_code:
            return None
        text = text_of(job.error_code)
        return {"code": job.error_code, "message": {"ko": text.ko, "en": text.en}}


class JobEventSerializer(serializers.Serializer[Any]):
    """A line of the log where ``ko`` and ``en`` are set, a point of the curve where losses are."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=EventType.choices)
    at = serializers.DateTimeField()
    attempt = serializers.IntegerField()
    level = serializers.ChoiceField(choices=["info", "warning", "error"])
    ko = serializers.CharField(allow_null=True)
    en = serializers.CharField(allow_null=True)
    stage = serializers.CharField(allow_null=True)
    fraction = serializers.FloatField(allow_null=True)
    step = serializers.IntegerField(allow_null=True)
    total_steps = serializers.IntegerField(allow_null=True)
    losses = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    mel_distance = serializers.FloatField(allow_null=True)
    scores = ScoresSerializer(allow_null=True)
    best = serializers.BooleanField(allow_null=True)


class JobEventPageSerializer(serializers.Serializer[Any]):
    """Ask again with ``after`` = the last id for what came later."""

    results = JobEventSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    mel_distance = serializers.FloatField()
    url = serializers.CharField()


class JobBatchSerializer(serializers.Serializer[Any]):
    """Jobs that were started together; ``batch`` lists them again."""

    batch = serializers.UUIDField()
    jobs = JobSerializer(many=True)


class TallySerializer(serializers.Serializer[Any]):
    active = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class BatchSerializer(serializers.Serializer[Any]):
    """Jobs that were started together; `GET /jobs?batch=` lists them."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=JOB_KINDS)
    jobs_total = serializers.IntegerField()
    jobs = TallySerializer()
    is_over = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When the last one ended.")


class KindQuerySerializer(serializers.Serializer[Any]):
    """What the jobs of one kind may be narrowed by."""

    state = serializers.ChoiceField(choices=JobState.choices, required=False)
    batch = serializers.UUIDField(required=False, help_text="Jobs that were started together.")
    voice = serializers.UUIDField(
        required=False, source="voices", help_text="Jobs that use this voice."
    )
    created_after = serializers.DateTimeField(required=False, source="created_at__gte")
    created_before = serializers.DateTimeField(required=False, source="created_at__lt")
    search = serializers.CharField(
        required=False, source="title__icontains", help_text="Part of the title."
    )
    over = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whether it has succeeded, failed or been cancelled.",
    )


class JobQuerySerializer(KindQuerySerializer):
    kind = serializers.ChoiceField(choices=JOB_KINDS, required=False)
    song = serializers.UUIDField(
        required=False, source="inputs__source__id", help_text="Jobs of this file."
    )
    label = serializers.CharField(  # type: ignore[assignment]  # a field so named
        required=False, max_length=40, source="labels__contains", help_text="With this label."
    )
    search = serializers.CharField(
        required=False, max_length=255, source="title__icontains", help_text="Part of the title."
    )
    sounds = serializers.BooleanField(
        required=False, help_text="Only kinds whose results are sounds."
    )

    def validate_song(self, song: uuid.UUID) -> str:
        return str(song)

    def validate_label(self, label: str) -> list[str]:
        return [label]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.pop("sounds", False):
            attrs["kind__in"] = SOUND_KINDS
        return attrs


class LabelsSerializer(serializers.Serializer[Any]):
    """All labels of a job, in order."""

    labels = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MAX_LABELS, allow_empty=True
    )


class ChangeLabelsSerializer(serializers.Serializer[Any]):
    """Labels to put on these jobs, and others to take off."""

    jobs = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=200)
    add = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MAX_LABELS, default=list
    )
    remove = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MAX_LABELS, default=list
    )


class LabelsInUseSerializer(serializers.Serializer[Any]):
    """Every label that a job of the workspace has, by name."""

    labels = serializers.ListField(child=serializers.CharField())


def with_relations(jobs: Iterable[Job]) -> list[Job]:
    """Attach what a job is shown with, in a fixed number of queries."""
    jobs = list(jobs)
    ids = [job.id for job in jobs]
    prefetch_related_objects(jobs, Prefetch("uses", VoiceUse.objects.select_related("voice")))
    attempts = {
        (attempt.job_id, attempt.fence): attempt for attempt in Attempt.objects.filter(job__in=ids)
    }
    results: dict[uuid.UUID, list[AudioFile]] = {}
    files = AudioFile.objects.filter(job_id__in=ids).exclude(state__in=GONE)
    for file in files.defer("peaks").order_by("created_at", "id"):
        if file.job_id is not None:
            results.setdefault(file.job_id, []).append(file)
    places = _queue_places([job.id for job in jobs if job.state == JobState.QUEUED])
    waiting = reasons(jobs, attempts)
    for job in jobs:
        extra = {
            "attempt": attempts.get((job.id, job.fence)),
            "results": results.get(job.id, []),
            "queue_position": places.get(job.id),
            "waiting": waiting.get(job.id),
        }
        for name, value in extra.items():
            setattr(job, name, value)
    return jobs


_PLACES: Final = """
SELECT id, place FROM (
    SELECT id, rank() OVER (ORDER BY turn, created_at) AS place FROM (
        SELECT id, created_at,
            row_number() OVER (PARTITION BY workspace_id ORDER BY created_at, id) AS turn
        FROM jobs_job WHERE state = 'queued'
    ) AS turns
) AS line WHERE id = ANY(%s)
"""


def _queue_places(ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Places in line of those that wait, 1 for the next: each workspace has its turn (``line``)."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [ids])
        return dict(cursor.fetchall())


def batch_json(jobs: Sequence[Job]) -> dict[str, Any]:
    """The JSON of jobs that were started together."""
    shown = JobSerializer(with_relations(jobs), many=True).data
    return {"batch": str(jobs[0].batch), "jobs": shown}


def job_json(job: Job) -> dict[str, Any]:
    """The JSON of one job."""
    return dict(JobSerializer(with_relations([job])[0]).data)
