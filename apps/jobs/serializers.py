"""A job as the API and the websocket show it."""

import uuid
from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.serializers import ProblemSerializer
from apps.library.models import AudioFile, FileState
from apps.library.serializers import FileSerializer
from gpu_worker.contract.params import JobKind

from .models import Attempt, EventType, Job
from .problems import text_of
from .states import AttemptState, JobState


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class JobAttemptSerializer(serializers.ModelSerializer[Attempt]):
    state = serializers.ChoiceField(choices=AttemptState.choices, read_only=True)

    class Meta:
        model = Attempt
        fields = ("fence", "state", "started_at")
        read_only_fields = fields


class JobSerializer(serializers.ModelSerializer[Job]):
    """Needs the jobs of ``with_relations``."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in JobKind], read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    losses = serializers.DictField(child=serializers.FloatField(), read_only=True)
    params = serializers.DictField(read_only=True)
    voice = NamedSerializer(read_only=True)
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field so named
    results = FileSerializer(many=True, read_only=True)
    error = serializers.SerializerMethodField()
    attempt = JobAttemptSerializer(read_only=True, allow_null=True)
    queue_position = serializers.IntegerField(read_only=True, allow_null=True)

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
            "cost",
            "quote",
            "voice",
            "source",
            "results",
            "error",
            "attempt",
            "params",
            "queue_position",
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


class JobEventPageSerializer(serializers.Serializer[Any]):
    """Ask again with ``after`` = the last id for what came later."""

    results = JobEventSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    mel_distance = serializers.FloatField()
    url = serializers.CharField()


class JobBatchSerializer(serializers.Serializer[Any]):
    jobs = JobSerializer(many=True)


class JobQuerySerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[kind.value for kind in JobKind], required=False)
    state = serializers.ChoiceField(choices=JobState.choices, required=False)


def with_relations(jobs: Iterable[Job]) -> list[Job]:
    """Attach what a job is shown with, in a fixed number of queries."""
    jobs = list(jobs)
    ids = [job.id for job in jobs]
    attempts = {
        (attempt.job_id, attempt.fence): attempt for attempt in Attempt.objects.filter(job__in=ids)
    }
    results: dict[uuid.UUID, list[AudioFile]] = {}
    for file in AudioFile.objects.filter(job_id__in=ids).exclude(state=FileState.DELETED):
        if file.job_id is not None:
            results.setdefault(file.job_id, []).append(file)
    for job in jobs:
        extra = {
            "attempt": attempts.get((job.id, job.fence)),
            "results": results.get(job.id, []),
            "queue_position": _queue_position(job),
        }
        for name, value in extra.items():
            setattr(job, name, value)
    return jobs


def _queue_position(job: Job) -> int | None:
    """Place in line, 1 for the next; null for a job that does not wait."""
    if job.state != JobState.QUEUED:
        return None
    return 1 + Job.objects.filter(state=JobState.QUEUED, created_at__lt=job.created_at).count()


def job_json(job: Job) -> dict[str, Any]:
    """The JSON of one job."""
    return dict(JobSerializer(with_relations([job])[0]).data)
