"""/api/v1/batches and /api/v1/stats."""

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView

from . import batches, services, stats
from .models import Job
from .serializers import JOB_KINDS, BatchSerializer, JobBatchSerializer, batch_json


class BatchQuerySerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=JOB_KINDS, required=False)


class BatchListView(WorkspaceView, generics.ListAPIView[Job]):
    serializer_class = BatchSerializer
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        query = BatchQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return batches.firsts(self.workspace.id).filter(**query.validated_data)

    @extend_schema(operation_id="batches_list", parameters=[BatchQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's batches, the newest first."""
        page = self.paginate_queryset(self.get_queryset())
        assert page is not None
        shown = BatchSerializer(batches.describe(self.workspace.id, page), many=True)
        return self.get_paginated_response(shown.data)


class BatchView(WorkspaceView):
    @extend_schema(operation_id="batches_retrieve", responses=BatchSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One batch."""
        return Response(BatchSerializer(batches.of_workspace(self.workspace.id, id)).data)


class CancelBatchView(WorkspaceView):
    one_transaction = False  # each job has its own: see ``services.cancel_batch``

    @extend_schema(
        operation_id="batches_cancel_create",
        request=None,
        responses=JobBatchSerializer,
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """End every job of a batch that is not over. Harmless when repeated."""
        return Response(batch_json(services.cancel_batch(self.workspace.id, id)))


class StatsSerializer(serializers.Serializer[Any]):
    """What a workspace holds now. States without anything are not named."""

    files = serializers.DictField(child=serializers.IntegerField(), help_text="By state.")
    stored_bytes = serializers.IntegerField(help_text="Of files and of voices' models.")
    audio_seconds = serializers.FloatField(help_text="Of files that are ready.")
    datasets = serializers.IntegerField()
    voices = serializers.DictField(child=serializers.IntegerField(), help_text="By state.")
    jobs = serializers.DictField(child=serializers.IntegerField(), help_text="By state.")
    jobs_by_kind = serializers.DictField(child=serializers.IntegerField())
    credits_spent_30d = serializers.IntegerField(help_text="By jobs of the last 30 days.")
    work_seconds_30d = serializers.FloatField(
        help_text="From the start to the end of jobs that ended in the last 30 days."
    )


class StatsView(WorkspaceView):
    @extend_schema(operation_id="stats_retrieve", responses=StatsSerializer)
    def get(self, request: Request) -> Response:
        """Counts of what the workspace holds and has done."""
        return Response(StatsSerializer(stats.of_workspace(self.workspace.id)).data)
