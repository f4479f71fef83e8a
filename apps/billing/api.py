"""GET /api/v1/credits."""

from typing import Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView

from . import services
from .models import Entry
from .serializers import CreditsSerializer

SHOWN: Final = 50


class CreditsView(WorkspaceView):
    @extend_schema(operation_id="credits_retrieve", responses=CreditsSerializer)
    def get(self, request: Request) -> Response:
        """The workspace's credits and the last 50 entries of its ledger."""
        balance = services.balance_of(self.workspace.id)
        entries = Entry.objects.filter(workspace=self.workspace)[:SHOWN]
        return Response(
            CreditsSerializer(
                {
                    "available": balance.available,
                    "reserved": balance.reserved,
                    "entries": entries,
                }
            ).data
        )
