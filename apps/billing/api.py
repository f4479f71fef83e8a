"""/api/v1/credits, /plans and /billing: what there is, what it costs, and how to buy it."""

from typing import Final, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.accounts.models import Language, User

from . import limits, sales, services
from .models import Entry
from .plans import PACKS, PLANS, Currency
from .serializers import (
    CheckoutSerializer,
    CreditsSerializer,
    EntryQuerySerializer,
    EntrySerializer,
    PageSerializer,
    PlansSerializer,
)

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
                    "owed": balance.owed,
                    "entries": entries,
                }
            ).data
        )


class EntriesView(WorkspaceView, generics.ListAPIView[Entry]):
    serializer_class = EntrySerializer

    def get_queryset(self) -> QuerySet[Entry]:
        wanted = EntryQuerySerializer(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return Entry.objects.filter(workspace=self.workspace, **wanted.validated_data)

    @extend_schema(operation_id="credits_entries_list", parameters=[EntryQuerySerializer])
    def get(self, request: Request) -> Response:
        """The ledger, the newest entry first."""
        return self.list(request)


class PlansView(WorkspaceView):
    @extend_schema(operation_id="plans_list", responses=PlansSerializer)
    def get(self, request: Request) -> Response:
        """Plans and packs; ``selling`` is false where the operator grants credits instead."""
        return Response(
            PlansSerializer(
                {
                    "selling": limits.is_selling(),
                    "plans": PLANS.values(),
                    "packs": PACKS.values(),
                }
            ).data
        )


class _Paying(WorkspaceView):
    """The person's way to the payment provider."""

    def buyer(self, request: Request) -> sales.Buyer:
        user = cast(User, request.user)
        english = getattr(request, "LANGUAGE_CODE", user.language) == Language.EN
        return sales.Buyer(self.workspace.id, user.email, "en" if english else "ko")


class CheckoutView(_Paying):
    @extend_schema(
        operation_id="billing_checkout_create",
        request=CheckoutSerializer,
        responses={201: PageSerializer},
    )
    def post(self, request: Request) -> Response:
        """Open a page to pay for a plan or a pack at. Credits come when the payment is through."""
        buyer = self.buyer(request)
        wanted = CheckoutSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        item, currency = wanted.validated_data["item"], wanted.validated_data["currency"]
        return Response({"url": sales.buy(buyer, item, Currency(currency))}, status=201)


class PortalView(_Paying):
    @extend_schema(
        operation_id="billing_portal_create", request=None, responses={201: PageSerializer}
    )
    def post(self, request: Request) -> Response:
        """Open the page where cards are changed, bills are read and a plan is cancelled."""
        return Response({"url": sales.portal(self.buyer(request))}, status=201)
