"""/api/v1/files and /api/v1/uploads."""

import uuid

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView

from . import listing, services, trimming, uploads
from .limits import PART_BYTES, Method
from .models import AudioFile, FileState
from .pitch import keep_heard, known_range
from .serializers import (
    FileQuerySerializer,
    FileSerializer,
    HeardRangeSerializer,
    LinkQuerySerializer,
    LinkSerializer,
    PitchRangeSerializer,
    RenameSerializer,
    SignedSerializer,
    SignSerializer,
    StartUploadSerializer,
    TrimSerializer,
    UploadSerializer,
    WaveformSerializer,
)


class FileView(WorkspaceView):
    """A view about one file of the workspace."""

    def file(self, file_id: uuid.UUID) -> AudioFile:
        """The file; Http404 where it is another's or deleted."""
        files = AudioFile.objects.for_workspace(self.workspace)
        found = files.exclude(state=FileState.DELETED).filter(pk=file_id).first()
        if found is None:
            raise Http404
        return found


class FileListView(WorkspaceView, ListAPIView[AudioFile]):
    """The workspace's sounds, the newest first or as ``sort`` says."""

    serializer_class = FileSerializer
    pagination_class = listing.FilePages
    queryset = AudioFile.objects.none()

    def get_queryset(self) -> QuerySet[AudioFile]:
        query = FileQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return listing.listed(self.workspace, query.validated_data)

    @extend_schema(operation_id="files_list", parameters=[FileQuerySerializer])
    def get(self, request: Request) -> Response:
        return self.list(request)


class FileDetailView(FileView):
    """One sound."""

    @extend_schema(operation_id="files_get", responses=FileSerializer)
    def get(self, request: Request, file_id: uuid.UUID) -> Response:
        return Response(FileSerializer(self.file(file_id)).data)

    @extend_schema(operation_id="files_rename", request=RenameSerializer, responses=FileSerializer)
    def patch(self, request: Request, file_id: uuid.UUID) -> Response:
        file = self.file(file_id)
        wanted = RenameSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(FileSerializer(services.rename(file, wanted.validated_data["name"])).data)

    @extend_schema(operation_id="files_delete", responses={204: None})
    def delete(self, request: Request, file_id: uuid.UUID) -> Response:
        services.delete_file(self.file(file_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WaveformView(FileView):
    """The picture that a player draws."""

    @extend_schema(operation_id="files_waveform", responses=WaveformSerializer)
    def get(self, request: Request, file_id: uuid.UUID) -> Response:
        file = self.file(file_id)
        body = {"peaks": file.peaks, "duration_s": file.duration_s or 0.0}
        return Response(WaveformSerializer(body).data)


class TrimView(FileView):
    """A stretch of a sound as a sound of its own."""

    @extend_schema(
        operation_id="files_trim", request=TrimSerializer, responses={202: FileSerializer}
    )
    def post(self, request: Request, file_id: uuid.UUID) -> Response:
        """Cut a stretch out, exact to the sample; the file itself stays as it is."""
        file = self.file(file_id)
        wanted = TrimSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = trimming.trim(file, **wanted.validated_data)
        return Response(FileSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class PitchView(FileView):
    """How high and low it is sung."""

    @extend_schema(operation_id="files_pitch", responses=PitchRangeSerializer)
    def get(self, request: Request, file_id: uuid.UUID) -> Response:
        """The range that the last report card found, or else a browser; nulls where none did."""
        return Response(PitchRangeSerializer(known_range(self.file(file_id))).data)

    @extend_schema(
        operation_id="files_keep_pitch",
        request=HeardRangeSerializer,
        responses=PitchRangeSerializer,
    )
    def put(self, request: Request, file_id: uuid.UUID) -> Response:
        """Keep the range that was heard, so that nobody has to listen again."""
        file = self.file(file_id)
        heard = HeardRangeSerializer(data=request.data)
        heard.is_valid(raise_exception=True)
        return Response(PitchRangeSerializer(keep_heard(file, **heard.validated_data)).data)


class DownloadView(FileView):
    """A link to the sound that expires."""

    @extend_schema(
        operation_id="files_download", parameters=[LinkQuerySerializer], responses=LinkSerializer
    )
    def get(self, request: Request, file_id: uuid.UUID) -> Response:
        file = self.file(file_id)
        query = LinkQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        link = services.download_link(file, inline=query.validated_data["inline"])
        return Response(LinkSerializer(link._asdict()).data)


class UploadListView(WorkspaceView):
    """Where an upload begins."""

    @extend_schema(
        operation_id="uploads_start",
        request=StartUploadSerializer,
        responses={201: UploadSerializer},
    )
    def post(self, request: Request) -> Response:
        wanted = StartUploadSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        file = uploads.start_upload(self.workspace, **wanted.validated_data)
        body = {"id": file.pk, "key": file.key, "part_size": PART_BYTES}
        return Response(UploadSerializer(body).data, status=status.HTTP_201_CREATED)


class UploadDetailView(FileView):
    """An upload that is not wanted any more."""

    @extend_schema(operation_id="uploads_cancel", responses={204: None})
    def delete(self, request: Request, file_id: uuid.UUID) -> Response:
        uploads.cancel_upload(self.file(file_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignView(FileView):
    """Signs one request of an upload."""

    @extend_schema(
        operation_id="uploads_sign", request=SignSerializer, responses={200: SignedSerializer}
    )
    def post(self, request: Request, file_id: uuid.UUID) -> Response:
        file = self.file(file_id)
        wanted = SignSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        url = uploads.sign(file, Method(asked["method"]), asked["upload_id"], asked["part_number"])
        return Response(SignedSerializer({"url": url, "key": file.key}).data)


class FinishView(FileView):
    """Says that all bytes are in storage; repeated calls answer the same."""

    @extend_schema(operation_id="uploads_finish", request=None, responses={202: FileSerializer})
    def post(self, request: Request, file_id: uuid.UUID) -> Response:
        file = uploads.finish_upload(self.file(file_id))
        return Response(FileSerializer(file).data, status=status.HTTP_202_ACCEPTED)
