"""/api/v1/files/...: what is about many files at once."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView

from . import listing, selection, trash
from .serializers import (
    ChangedSerializer,
    ChangeTagsSerializer,
    ChosenFilesSerializer,
    FileSummarySerializer,
)


class SummaryView(WorkspaceView):
    """What the library holds."""

    @extend_schema(operation_id="files_summary", responses=FileSummarySerializer)
    def get(self, request: Request) -> Response:
        return Response(FileSummarySerializer(listing.summary(self.workspace)).data)


class TagsView(WorkspaceView):
    """Tags of many files."""

    @extend_schema(
        operation_id="files_tag", request=ChangeTagsSerializer, responses={200: ChangedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Put tags on files and take others off."""
        wanted = ChangeTagsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        changed = selection.change_tags(
            self.workspace, asked["files"], add=asked["add"], remove=asked["remove"]
        )
        return Response({"changed": changed})


class TrashView(WorkspaceView):
    """Deleting that can be undone for a week."""

    @extend_schema(
        operation_id="files_trash",
        request=ChosenFilesSerializer,
        responses={200: ChangedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Put ready files into the trash."""
        wanted = ChosenFilesSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response({"changed": trash.put_in(self.workspace, wanted.validated_data["files"])})

    @extend_schema(operation_id="files_empty_trash", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Erase all that lies in the trash, now and for good."""
        trash.empty(self.workspace)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RestoreView(WorkspaceView):
    """The way out of the trash."""

    @extend_schema(
        operation_id="files_restore",
        request=ChosenFilesSerializer,
        responses={200: ChangedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take files out of the trash; their places in datasets come back with them."""
        wanted = ChosenFilesSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response({"changed": trash.take_out(self.workspace, wanted.validated_data["files"])})
