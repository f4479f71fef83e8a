"""/api/v1/datasets."""

import uuid

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.accounts.models import Workspace

from . import datasets
from .models import Dataset, DatasetItem
from .serializers import CreateDatasetSerializer, DatasetSerializer, UpdateDatasetSerializer


def _of(workspace: Workspace) -> QuerySet[Dataset]:
    items = DatasetItem.objects.select_related("file").defer("file__peaks").order_by("position")
    return Dataset.objects.for_workspace(workspace).prefetch_related(Prefetch("items", items))


class DatasetListView(WorkspaceView, ListAPIView[Dataset]):
    """The workspace's datasets, the newest first."""

    serializer_class = DatasetSerializer
    queryset = Dataset.objects.none()

    def get_queryset(self) -> QuerySet[Dataset]:
        return _of(self.workspace)

    @extend_schema(operation_id="datasets_list")
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


class DatasetDetailView(WorkspaceView):
    """One dataset."""

    def dataset(self, dataset_id: uuid.UUID) -> Dataset:
        found = _of(self.workspace).filter(pk=dataset_id).first()
        if found is None:
            raise Http404
        return found

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
