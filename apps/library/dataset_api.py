"""/api/v1/datasets."""

import uuid
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.accounts.models import Workspace
from gpu_worker.contract.base import Frozen
from gpu_worker.contract.report_card import DatasetCard

from . import cards, datasets, samples
from .models import Dataset, DatasetItem, ReportCard
from .serializers import (
    CreateDatasetSerializer,
    DatasetQuerySerializer,
    DatasetSerializer,
    UpdateDatasetSerializer,
)


def _of(workspace: Workspace) -> QuerySet[Dataset]:
    present = DatasetItem.objects.present()
    items = present.select_related("file").defer("file__peaks").order_by("position")
    found = ReportCard.objects.defer("card")
    return Dataset.objects.for_workspace(workspace).prefetch_related(
        Prefetch("items", items), Prefetch("cards", found)
    )


class ShownCard(Frozen):
    """A dataset's report card; ``outdated`` where its files have changed since."""

    dataset: uuid.UUID
    job: uuid.UUID
    created_at: datetime
    outdated: bool
    card: DatasetCard


class DatasetListView(WorkspaceView, ListAPIView[Dataset]):
    """The workspace's datasets, the newest first."""

    serializer_class = DatasetSerializer
    queryset = Dataset.objects.none()

    def get_queryset(self) -> QuerySet[Dataset]:
        query = DatasetQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return _of(self.workspace).filter(**query.validated_data)

    @extend_schema(operation_id="datasets_list", parameters=[DatasetQuerySerializer])
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="datasets_create",
        request=CreateDatasetSerializer,
        responses={201: DatasetSerializer},
    )
    def post(self, request: Request) -> Response:
        wanted = CreateDatasetSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        dataset = datasets.create_dataset(self.workspace, **wanted.validated_data)
        body = DatasetSerializer(_of(self.workspace).get(pk=dataset.pk)).data
        return Response(body, status=status.HTTP_201_CREATED)


class SamplesView(WorkspaceView):
    @extend_schema(operation_id="samples_create", request=None, responses={201: DatasetSerializer})
    def post(self, request: Request) -> Response:
        """Put recordings and songs of our own making into the library, to begin with.

        Answers with the dataset of the recordings. Harmless when repeated.
        """
        dataset = samples.begin(self.workspace)
        body = DatasetSerializer(_of(self.workspace).get(pk=dataset.pk)).data
        return Response(body, status=status.HTTP_201_CREATED)


class _OneDataset(WorkspaceView):
    """A view about one dataset of the workspace."""

    def dataset(self, dataset_id: uuid.UUID) -> Dataset:
        found = _of(self.workspace).filter(pk=dataset_id).first()
        if found is None:
            raise Http404
        return found


class DatasetDetailView(_OneDataset):
    """One dataset."""

    @extend_schema(operation_id="datasets_get", responses=DatasetSerializer)
    def get(self, request: Request, dataset_id: uuid.UUID) -> Response:
        return Response(DatasetSerializer(self.dataset(dataset_id)).data)

    @extend_schema(
        operation_id="datasets_update",
        request=UpdateDatasetSerializer,
        responses=DatasetSerializer,
    )
    def patch(self, request: Request, dataset_id: uuid.UUID) -> Response:
        dataset = self.dataset(dataset_id)
        wanted = UpdateDatasetSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        datasets.update_dataset(dataset, **wanted.validated_data)
        return Response(DatasetSerializer(self.dataset(dataset_id)).data)

    @extend_schema(operation_id="datasets_delete", responses={204: None})
    def delete(self, request: Request, dataset_id: uuid.UUID) -> Response:
        self.dataset(dataset_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class CardView(_OneDataset):
    """What the last examination found."""

    @extend_schema(operation_id="datasets_card", responses=ShownCard)
    def get(self, request: Request, dataset_id: uuid.UUID) -> Response:
        """The report card of the dataset; 404 where it was never examined."""
        dataset = self.dataset(dataset_id)
        found = cards.newest(dataset)
        if found is None:
            raise Http404
        shown = ShownCard(
            dataset=dataset.pk,
            job=found.job_id,
            created_at=found.updated_at,
            outdated=cards.is_outdated(found, dataset),
            card=DatasetCard.model_validate(found.card),
        )
        return Response(shown.model_dump(mode="json"))
