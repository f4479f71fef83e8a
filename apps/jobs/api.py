"""/api/v1/jobs, and what starts them: trainings, conversions, covers and so on."""

import uuid
from typing import Final, cast

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.accounts.models import User
from apps.library.serializers import ChangedSerializer
from apps.voices import services as voices
from gpu_worker.contract.params import JobKind

from . import history, labels, requests, services, starts
from .models import Job
from .serializers import (
    ChangeLabelsSerializer,
    JobBatchSerializer,
    JobEventPageSerializer,
    JobQuerySerializer,
    JobSerializer,
    KindQuerySerializer,
    LabelsInUseSerializer,
    LabelsSerializer,
    PreviewSerializer,
    batch_json,
    job_json,
    with_relations,
)
from .states import JOB_ACTIVE

EVENTS_A_PAGE: Final = 1000


def _asker(request: Request) -> User:
    return cast(User, request.user)


def _shown(job: Job, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(job_json(job), status=status_code)


class _JobList(WorkspaceView, generics.ListAPIView[Job]):
    """A page of jobs with what they are shown with."""

    serializer_class = JobSerializer
    query: type[KindQuerySerializer] = KindQuerySerializer

    def get_queryset(self) -> QuerySet[Job]:
        wanted = self.query(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        exact = wanted.validated_data
        over = exact.pop("over")
        jobs = Job.objects.for_workspace(self.workspace).filter(**exact)
        active = Q(state__in=JOB_ACTIVE)
        return jobs if over is None else jobs.filter(~active if over else active)

    def page(self) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        assert page is not None
        return self.get_paginated_response(JobSerializer(with_relations(page), many=True).data)


class TrainingsView(WorkspaceView):
    @extend_schema(
        operation_id="trainings_create",
        request=requests.TrainingStart,
        responses={201: JobSerializer},
    )
    def post(self, request: Request) -> Response:
        """Train a voice. Refused without a valid consent record."""
        wanted = requests.read(requests.TrainingStart, request.data)
        [job] = starts.start(self.workspace.id, wanted, by=_asker(request))
        return _shown(job, status.HTTP_201_CREATED)


class ContinueView(WorkspaceView):
    @extend_schema(
        operation_id="voices_continue_create",
        request=requests.ContinueStart,
        responses={201: JobSerializer},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Train a voice on from where its last training ended: same recordings, more steps."""
        voice = voices.of_workspace(self.workspace.id, id)
        asked = requests.read(requests.ContinueStart, request.data)
        wanted = requests.Continuation(voice=voice.id, **asked.model_dump())
        [job] = starts.start(self.workspace.id, wanted, by=_asker(request))
        return _shown(job, status.HTTP_201_CREATED)


class _StartView(WorkspaceView):
    """Starts jobs together."""

    def start(self, request: Request, body: type[requests.FilesStart]) -> Response:
        """Start a job a file, all or none."""
        wanted = requests.read(body, request.data)
        jobs = starts.start(self.workspace.id, wanted, by=_asker(request))
        return Response(batch_json(jobs), status=status.HTTP_201_CREATED)


class _KindView(_JobList, _StartView):
    """The jobs of one kind."""

    kind: JobKind

    def get_queryset(self) -> QuerySet[Job]:
        return super().get_queryset().filter(kind=self.kind)


class ConversionsView(_KindView):
    kind = JobKind.CONVERT

    @extend_schema(operation_id="conversions_list", parameters=[KindQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's conversions, the newest first."""
        return self.page()

    @extend_schema(
        operation_id="conversions_create",
        request=requests.ConversionStart,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Convert files to a voice or a blend of voices: one job a file, all or none."""
        return self.start(request, requests.ConversionStart)


class CoversView(_KindView):
    kind = JobKind.COVER

    @extend_schema(operation_id="covers_list", parameters=[KindQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's covers, the newest first."""
        return self.page()

    @extend_schema(
        operation_id="covers_create",
        request=requests.CoverStart,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make covers of songs in a voice or a blend: one job a file, all or none."""
        return self.start(request, requests.CoverStart)


class ConversionGridView(_StartView):
    @extend_schema(
        operation_id="conversions_grid_create",
        request=requests.ConversionGrid,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Convert each file to each voice with each of the settings: one batch, all or none."""
        return self.start(request, requests.ConversionGrid)


class CoverGridView(_StartView):
    @extend_schema(
        operation_id="covers_grid_create",
        request=requests.CoverGrid,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a cover of each file in each voice with each of the settings: one batch."""
        return self.start(request, requests.CoverGrid)


class SeparationsView(_KindView):
    kind = JobKind.SEPARATE

    @extend_schema(operation_id="separations_list", parameters=[KindQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's separations, the newest first."""
        return self.page()

    @extend_schema(
        operation_id="separations_create",
        request=requests.SeparationStart,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take vocals and accompaniment apart: one job a file, all or none."""
        return self.start(request, requests.SeparationStart)


class PreprocessView(_KindView):
    kind = JobKind.PREPROCESS

    @extend_schema(operation_id="preprocess_list", parameters=[KindQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's cleanings of recordings, the newest first."""
        return self.page()

    @extend_schema(
        operation_id="preprocess_create",
        request=requests.PreprocessStart,
        responses={201: JobBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        """Clean recordings for training: one job a file, all or none."""
        return self.start(request, requests.PreprocessStart)


class AnalysesView(_KindView):
    kind = JobKind.ANALYSE

    @extend_schema(operation_id="analyses_list", parameters=[KindQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's examinations of datasets, the newest first."""
        return self.page()

    @extend_schema(
        operation_id="analyses_create",
        request=requests.AnalysisStart,
        responses={201: JobSerializer},
    )
    def post(self, request: Request) -> Response:
        """Examine a dataset before training; its report card says what was found."""
        wanted = requests.read(requests.AnalysisStart, request.data)
        [job] = starts.start(self.workspace.id, wanted, by=_asker(request))
        return _shown(job, status.HTTP_201_CREATED)


class JobsView(_JobList):
    query = JobQuerySerializer

    @extend_schema(operation_id="jobs_list", parameters=[JobQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's jobs, the newest first."""
        return self.page()


class JobView(WorkspaceView):
    @extend_schema(operation_id="jobs_retrieve", responses=JobSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        return _shown(services.of_workspace(self.workspace.id, id))

    @extend_schema(operation_id="jobs_label", request=LabelsSerializer, responses=JobSerializer)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change a job's labels."""
        job = services.of_workspace(self.workspace.id, id)
        wanted = LabelsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return _shown(labels.label(job, wanted.validated_data["labels"]))


class LabelsView(WorkspaceView):
    @extend_schema(operation_id="jobs_labels_retrieve", responses=LabelsInUseSerializer)
    def get(self, request: Request) -> Response:
        """Every label that is in use."""
        return Response({"labels": labels.in_use(self.workspace.id)})

    @extend_schema(
        operation_id="jobs_change_labels",
        request=ChangeLabelsSerializer,
        responses={200: ChangedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Put labels on many jobs and take others off."""
        wanted = ChangeLabelsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        changed = labels.change(
            self.workspace.id, asked["jobs"], add=asked["add"], remove=asked["remove"]
        )
        return Response({"changed": changed})


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


class FinishView(WorkspaceView):
    @extend_schema(
        operation_id="jobs_finish_create",
        request=None,
        responses=JobSerializer,
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Enough heard: end a running training with its best checkpoint. Harmless when repeated."""
        return _shown(services.finish_early(services.of_workspace(self.workspace.id, id).id))


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
