"""Which workspace a request is about. Strangers' workspaces do not exist for them.

An API key knows one workspace, whatever else its maker is a member of.
"""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common import idempotency
from apps.common.errors import ApiError
from apps.common.schema import WORKSPACE_HEADER

from .models import ApiKey, Membership, Role, User, Workspace

HEADER = WORKSPACE_HEADER.name
SUSPENDED = ApiError(
    "workspace-suspended",
    "정지된 워크스페이스입니다. 보고 내려받을 수만 있습니다. 고객 지원에 문의해 주세요.",
    "This workspace is suspended: you can look and download only. Please contact support.",
    403,
)


def memberships_of(request: Request) -> QuerySet[Membership]:
    """The person's memberships, oldest first, with their workspaces; a key's is its own alone."""
    found = Membership.objects.filter(user=cast(User, request.user))
    if isinstance(request.auth, ApiKey):
        found = found.filter(workspace_id=request.auth.workspace_id)
    return found.select_related("workspace").order_by("created_at", "id")


def current_membership(request: Request) -> Membership:
    """The membership named by the X-Workspace header, else the person's first.

    Raises Http404 for a workspace that the person is not a member of.
    """
    memberships = memberships_of(request)
    if wanted := request.headers.get(HEADER):
        try:
            memberships = memberships.filter(workspace_id=uuid.UUID(wanted))
        except ValueError:
            raise Http404 from None
    membership = memberships.first()
    if membership is None:
        raise Http404
    return membership


def current_workspace(request: Request) -> Workspace:
    """The workspace of ``current_membership``."""
    return current_membership(request).workspace


def is_member(user: User, workspace_id: uuid.UUID) -> bool:
    """Whether the person may see the workspace (websockets ask this)."""
    return Membership.objects.filter(user_id=user.pk, workspace_id=workspace_id).exists()


def require_owner(request: Request) -> None:
    """Raises PermissionDenied for members of the request's workspace who do not own it."""
    if current_membership(request).role != Role.OWNER:
        raise PermissionDenied


class WorkspaceView(APIView):
    """A view whose ``self.workspace`` is the request's, resolved after authentication."""

    uses_workspace = True  # for the schema
    one_transaction = True
    """Of a POST with an idempotency key; without, it is harmless when repeated."""
    works_suspended = False
    """Whether it may change things while the workspace is suspended."""
    workspace: Workspace

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        self.workspace = current_workspace(request)
        is_open = self.works_suspended or request.method in SAFE_METHODS
        if self.workspace.suspended_at and not is_open:
            raise SUSPENDED
        structlog.contextvars.bind_contextvars(workspace=str(self.workspace.pk))
        if request.method == "POST" and idempotency.key_of(request):
            # DRF looks the handler up after this: the view's own is found behind it
            vars(self)["post"] = partial(self._once, cast(Any, self).post)

    def _once(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        """``handler``'s answer, or the one that this key was given before."""

        def run() -> Response:
            try:
                if not self.one_transaction:
                    return handler(request, *args, **kwargs)
                with transaction.atomic():
                    return handler(request, *args, **kwargs)
            except Exception as error:
                return self.handle_exception(error)

        key = request.auth
        actor = f"key:{key.pk}" if isinstance(key, ApiKey) else f"user:{request.user.pk}"
        return idempotency.once(
            self.workspace.pk, actor, request, run, one_transaction=self.one_transaction
        )
