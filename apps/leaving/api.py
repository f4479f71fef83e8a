"""/api/v1/exports and /erasures, of things and of everything."""

import uuid
from typing import Final, cast

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import proof
from apps.accounts.access import WorkspaceView
from apps.accounts.models import ApiKey, User
from apps.common.errors import ApiError
from apps.library.models import AudioFile
from apps.voices.models import Voice

from . import erasure, exports, letters
from .models import By, Export, Removal, Subject
from .serializers import (
    DataExportLinkSerializer,
    DataExportSerializer,
    EraseSerializer,
    ErasureSerializer,
    PlannedErasureSerializer,
)

CONFIRM_FIRST: Final = ApiError(
    "confirm-first",
    "계속하려면 비밀번호나 2단계 인증을 한 번 더 확인해 주세요.",
    "Confirm your password or second factor once more first.",
    403,
)


def require_confirmed(request: Request) -> None:
    """Raises ApiError unless the person proved who they are within the last minutes; keys can't."""
    if isinstance(request.auth, ApiKey) or not proof.is_fresh(request._request):
        raise CONFIRM_FIRST


class _OwnersView(WorkspaceView):
    """Open while the workspace is suspended too; the table of roles says for whom."""

    works_suspended = True


# -- exports -------------------------------------------------------------------------------------


class ExportListView(_OwnersView, ListAPIView[Export]):
    serializer_class = DataExportSerializer
    queryset = Export.objects.none()

    def get_queryset(self) -> QuerySet[Export]:
        return Export.objects.for_workspace(self.workspace)

    @extend_schema(operation_id="exports_list")
    def get(self, request: Request) -> Response:
        """The workspace's exports, the newest first. Only its owner may."""
        return self.list(request)

    @extend_schema(
        operation_id="exports_create", request=None, responses={202: DataExportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a zip of everything that the workspace has; a mail tells when it is ready."""
        export = exports.start(self.workspace, cast(User, request.user))
        return Response(DataExportSerializer(export).data, status=status.HTTP_202_ACCEPTED)


class ExportView(_OwnersView):
    def export(self, export_id: uuid.UUID) -> Export:
        found = Export.objects.for_workspace(self.workspace).filter(pk=export_id).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(operation_id="exports_retrieve", responses=DataExportSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """How far an export is."""
        return Response(DataExportSerializer(self.export(id)).data)


class ExportDownloadView(ExportView):
    @extend_schema(operation_id="exports_download_retrieve", responses=DataExportLinkSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """A link to the zip."""
        export = self.export(id)
        body = {"url": exports.link(export), "filename": exports.filename(export)}
        return Response(DataExportLinkSerializer(body).data)


# -- a voice, a file -----------------------------------------------------------------------------


class ErasureListView(_OwnersView, ListAPIView[Removal]):
    serializer_class = ErasureSerializer
    queryset = Removal.objects.none()
    works_suspended = False

    def get_queryset(self) -> QuerySet[Removal]:
        return Removal.objects.filter(workspace_id=self.workspace.pk)

    @extend_schema(operation_id="erasures_list")
    def get(self, request: Request) -> Response:
        """What was erased in the workspace, the newest first. Only its owner may."""
        return self.list(request)

    @extend_schema(
        operation_id="erasures_create",
        request=EraseSerializer,
        responses={202: ErasureSerializer},
    )
    def post(self, request: Request) -> Response:
        """Erase a voice or a file for good, with its history.

        A voice goes with its trainings and the record of its consent; songs that it sang stay,
        each is a file of its own. Jobs that use it are cancelled. Nothing can bring it back.
        """
        wanted = EraseSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        subject, pk = Subject(wanted.validated_data["subject"]), wanted.validated_data["id"]
        table = Voice if subject == Subject.VOICE else AudioFile
        if not table.objects.for_workspace(self.workspace).filter(pk=pk).exists():
            raise Http404
        removal = erasure.order(subject, pk, by=By.CUSTOMER, by_id=cast(User, request.user).pk)
        return Response(ErasureSerializer(removal).data, status=status.HTTP_202_ACCEPTED)


class ErasureView(_OwnersView):
    @extend_schema(operation_id="erasures_retrieve", responses=ErasureSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One erasure: how far it is, then its receipt."""
        found = Removal.objects.filter(workspace_id=self.workspace.pk, pk=id).first()
        if found is None:
            raise Http404
        return Response(ErasureSerializer(found).data)


# -- everything ----------------------------------------------------------------------------------


class AccountErasureView(WorkspaceView):
    """The person's own account, with the workspaces that have no other member."""

    works_suspended = True

    def planned(self, request: Request) -> Removal | None:
        return erasure.current(Subject.ACCOUNT, cast(User, request.user).pk)

    @extend_schema(operation_id="account_erasure_retrieve", responses=PlannedErasureSerializer)
    def get(self, request: Request) -> Response:
        """Whether the account is going to be erased, and when."""
        return _shown(self.planned(request))

    @extend_schema(
        operation_id="account_erasure_create", request=None, responses=PlannedErasureSerializer
    )
    def post(self, request: Request) -> Response:
        """Erase the account in 7 days. Wants a password or second factor given just now."""
        require_confirmed(request)
        user = cast(User, request.user)
        return _shown(_order(Subject.ACCOUNT, user.pk, user))

    @extend_schema(operation_id="account_erasure_undo", responses={200: PlannedErasureSerializer})
    def delete(self, request: Request) -> Response:
        """Keep the account after all."""
        return _undone(self.planned(request))


class WorkspaceErasureView(_OwnersView):
    """The current workspace; its owner decides."""

    def planned(self) -> Removal | None:
        return erasure.current(Subject.WORKSPACE, self.workspace.pk)

    @extend_schema(operation_id="workspace_erasure_retrieve", responses=PlannedErasureSerializer)
    def get(self, request: Request) -> Response:
        """Whether the workspace is going to be erased, and when."""
        return _shown(self.planned())

    @extend_schema(
        operation_id="workspace_erasure_create", request=None, responses=PlannedErasureSerializer
    )
    def post(self, request: Request) -> Response:
        """Erase the workspace in 7 days. Wants a password or second factor given just now."""
        require_confirmed(request)
        return _shown(_order(Subject.WORKSPACE, self.workspace.pk, cast(User, request.user)))

    @extend_schema(operation_id="workspace_erasure_undo", responses={200: PlannedErasureSerializer})
    def delete(self, request: Request) -> Response:
        """Keep the workspace after all."""
        return _undone(self.planned())


@transaction.atomic
def _order(subject: Subject, subject_id: uuid.UUID, user: User) -> Removal:
    known = erasure.current(subject, subject_id)
    if known is not None:
        return known
    removal = erasure.order(subject, subject_id, by=By.CUSTOMER, by_id=user.pk, grace=erasure.GRACE)
    letters.later("erasure_ordered", user.pk, removal.pk)
    return removal


def _shown(removal: Removal | None) -> Response:
    body = {"planned": removal, "grace_days": erasure.GRACE.days}
    return Response(PlannedErasureSerializer(body).data)


def _undone(removal: Removal | None) -> Response:
    """Nothing planned is nothing to undo: harmless."""
    if removal is not None:
        erasure.undo(removal)
    return _shown(None)
