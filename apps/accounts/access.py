"""Which workspace a request is about. Strangers' workspaces do not exist for them.

An API key knows one workspace, whatever else its maker is a member of.
"""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import structlog
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

from . import roles
from .models import ApiKey, Membership, User, Workspace

HEADER = WORKSPACE_HEADER.name
SUSPENDED = ApiError(
    "workspace-suspended",
    "정지된 워크스페이스입니다. 보고 내려받거나, 내보내거나, 나갈 수만 있습니다. 고객 지원에 "
    "문의해 주세요.",
    "This workspace is suspended: you can look, download, export or leave only. Please contact "
    "support.",
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


def is_member(user: User, workspace_id: uuid.UUID) -> bool:
    """Whether the person may see the workspace (websockets ask this)."""
    return Membership.objects.filter(user_id=user.pk, workspace_id=workspace_id).exists()


def membership_in(request: Request, workspace_id: uuid.UUID) -> Membership:
    """The person's membership in this workspace. Raises Http404 for a stranger's."""
    membership = memberships_of(request).filter(workspace_id=workspace_id).first()
    if membership is None:
        raise Http404
    return membership


class WorkspaceView(APIView):
    """A view whose ``self.workspace`` is the request's, resolved after authentication.

    The role of ``self.membership`` in it has been held to ``roles.TABLE``.
    """

    uses_workspace = True  # for the schema
    one_transaction = True
    """Of a POST with an idempotency key; without, it is harmless when repeated."""
    works_suspended = False
    """Whether it may change things while the workspace is suspended: what takes people and their
    data out of it, and what is not about it (tests/apps/test_suspended.py names them all)."""
    workspace: Workspace
    membership: Membership

    def find_membership(self, request: Request) -> Membership:
        """Where the request acts; views below a workspace's own address look there."""
        return current_membership(request)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        self.membership = self.find_membership(request)
        self.workspace = self.membership.workspace
        is_handled = hasattr(self, (request.method or "").lower())
        roles.require(request, self.membership, is_handled=is_handled)
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
