"""/api/v1/trainings, /api/v1/conversions and /api/v1/jobs."""

import re
import uuid
from typing import Final

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.common.errors import ApiError
from gpu_worker.contract.params import JobKind

from . import history, requests, services
from .models import Job
from .serializers import (
    JobBatchSerializer,
    JobEventPageSerializer,
    JobQuerySerializer,
    JobSerializer,
    PreviewSerializer,
    job_json,
    with_relations,
)

EVENTS_A_PAGE: Final = 1000
_KEY: Final = "Idempotency-Key"
_KEY_HEADER: Final = OpenApiParameter(
    _KEY,
    str,
    OpenApiParameter.HEADER,
    description="The same key again starts nothing and answers with the same jobs.",
)


def _key(request: Request) -> str:
    key = request.headers.get(_KEY, "")
    if key and not re.fullmatch(r"[\x21-\x7e]{1,120}", key):
        raise ApiError(
            "invalid",
            "멱등 키는 120자 이하의 ASCII 문자여야 합니다.",
            "An idempotency key has at most 120 printable ASCII characters.",
            status=400,
            field=_KEY,
        )
    return key


def _shown(job: Job, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(job_json(job), status=status_code)


class _JobList(WorkspaceView, generics.ListAPIView[Job]):
    """A page of jobs with what they are shown with."""

    serializer_class = JobSerializer

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.for_workspace(self.workspace).select_related("voice")

    def page(self) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        assert page is not None
        return self.get_paginated_response(JobSerializer(with_relations(page), many=True).data)


class TrainingsView(WorkspaceView):
    @extend_schema(
        operation_id="trainings_create",
        parameters=[_KEY_HEADER],
        request=requests.TrainingStart,
        responses={201: JobSerializer},
    )
    def post(self, request: Request) -> Response:
        """Train a voice. Refused without a valid consent record."""
        wanted = requests.read(requests.TrainingStart, request.data)
        job = services.start_training(
            self.workspace.id, wanted.voice, wanted.dataset, wanted.params, _key(request)
        )
        return _shown(job, status.HTTP_201_CREATED)


class ConversionsView(_JobList):
    def get_queryset(self) -> QuerySet[Job]:
        return super().get_queryset().filter(kind=JobKind.CONVERT)

    @extend_schema(operation_id="conversions_list")
    def get(self, request: Request) -> Response:
        """The workspace's conversions, the newest first."""
        return self.page()

    @extend_schema(
        operation_id="conversions_create",
        parameters=[_KEY_HEADER],
        request=requests.ConversionStart,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Convert files to a voice: one job a file, all or none."""
        wanted = requests.read(requests.ConversionStart, request.data)
        jobs = services.start_conversions(
            self.workspace.id, wanted.voice, wanted.files, wanted.params, _key(request)
        )
        return Response(
            {"jobs": JobSerializer(with_relations(jobs), many=True).data},
            status=status.HTTP_201_CREATED,
        )


class JobsView(_JobList):
    def get_queryset(self) -> QuerySet[Job]:
        wanted = JobQuerySerializer(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return super().get_queryset().filter(**wanted.validated_data)

    @extend_schema(operation_id="jobs_list", parameters=[JobQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's jobs, the newest first."""
        return self.page()


class JobView(WorkspaceView):
    @extend_schema(operation_id="jobs_retrieve", responses=JobSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        return _shown(services.of_workspace(self.workspace.id, id))


class CancelView(WorkspaceView):
    @extend_schema(
        operation_id="jobs_cancel_create",
        request=None,
        responses=JobSerializer,
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """End a job now and give its credits back. Harmless when repeated."""
        return _shown(services.cancel(services.of_workspace(self.workspace.id, id).id))


class RetryView(WorkspaceView):
    @extend_schema(
        operation_id="jobs_retry_create",
        request=None,
        responses=JobSerializer,
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Try a failed or cancelled job again, from its last checkpoint."""
        return _shown(services.retry(services.of_workspace(self.workspace.id, id).id))


class EventsView(WorkspaceView):
    @extend_schema(
        operation_id="jobs_events_retrieve",
        parameters=[
            OpenApiParameter("after", int, description="The last id that is known already."),
        ],
        responses=JobEventPageSerializer,
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The job's log and loss curve, oldest first, at most 1000 at once."""
        job = services.of_workspace(self.workspace.id, id)
        after = request.query_params.get("after", "0")
        number = int(after) if after.isdecimal() and len(after) < 19 else 0
        lines = history.lines(job, number, EVENTS_A_PAGE)
        return Response(JobEventPageSerializer({"results": lines}).data)


class PreviewsView(WorkspaceView):
    @extend_schema(
        operation_id="jobs_previews_list",
        responses=PreviewSerializer(many=True),
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The rendered reference phrases of a training, by links that expire after an hour."""
        job = services.of_workspace(self.workspace.id, id)
        return Response(PreviewSerializer(history.preview_links(job), many=True).data)
