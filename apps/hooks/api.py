"""/api/v1/webhooks."""

import uuid

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView

from . import services
from .models import Delivery, Endpoint
from .serializers import (
    CreateEndpointSerializer,
    DeliveryQuerySerializer,
    DeliverySerializer,
    EndpointQuerySerializer,
    EndpointSerializer,
    NewEndpointSerializer,
    UpdateEndpointSerializer,
    WholeDeliverySerializer,
)


class _OneEndpoint(WorkspaceView):
    """A view about one webhook of the workspace, or one of its deliveries."""

    def endpoint(self, endpoint_id: uuid.UUID) -> Endpoint:
        found = Endpoint.objects.for_workspace(self.workspace).filter(pk=endpoint_id).first()
        if found is None:
            raise Http404
        return found

    def deliveries(self, endpoint_id: uuid.UUID) -> QuerySet[Delivery]:
        found = Delivery.objects.for_workspace(self.workspace).select_related("event")
        return found.filter(endpoint=self.endpoint(endpoint_id))

    def delivery(self, endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
        found = self.deliveries(endpoint_id).filter(pk=delivery_id).first()
        if found is None:
            raise Http404
        return found


class EndpointListView(WorkspaceView, ListAPIView[Endpoint]):
    serializer_class = EndpointSerializer
    queryset = Endpoint.objects.none()

    def get_queryset(self) -> QuerySet[Endpoint]:
        query = EndpointQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        enabled = query.validated_data["enabled"]
        found = Endpoint.objects.for_workspace(self.workspace)
        return found if enabled is None else found.filter(is_enabled=enabled)

    @extend_schema(operation_id="webhooks_list", parameters=[EndpointQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's webhooks, the newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="webhooks_create",
        request=CreateEndpointSerializer,
        responses={201: NewEndpointSerializer},
    )
    def post(self, request: Request) -> Response:
        """Subscribe an address to events. The answer alone holds the secret that signs them."""
        wanted = CreateEndpointSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        endpoint, secret = services.create(self.workspace, **wanted.validated_data)
        body = {**EndpointSerializer(endpoint).data, "secret": secret}
        return Response(body, status=status.HTTP_201_CREATED)


class EndpointView(_OneEndpoint):
    @extend_schema(operation_id="webhooks_retrieve", responses=EndpointSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One webhook."""
        return Response(EndpointSerializer(self.endpoint(id)).data)

    @extend_schema(
        operation_id="webhooks_update",
        request=UpdateEndpointSerializer,
        responses=EndpointSerializer,
    )
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change a webhook, or switch it off and on."""
        endpoint = self.endpoint(id)
        wanted = UpdateEndpointSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.update(endpoint, wanted.validated_data)
        return Response(EndpointSerializer(endpoint).data)

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete a webhook with its log."""
        self.endpoint(id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class RotateView(_OneEndpoint):
    @extend_schema(
        operation_id="webhooks_rotate_create", request=None, responses=NewEndpointSerializer
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """A new secret. The one before signs beside it for 24 hours."""
        endpoint = self.endpoint(id)
        secret = services.rotate(endpoint)
        endpoint.refresh_from_db()
        return Response({**EndpointSerializer(endpoint).data, "secret": secret})


class TestView(_OneEndpoint):
    @extend_schema(
        operation_id="webhooks_test_create", request=None, responses={202: DeliverySerializer}
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Send a `webhook.test` event to this webhook."""
        delivery = services.test(self.endpoint(id))
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class DeliveryListView(_OneEndpoint, ListAPIView[Delivery]):
    serializer_class = DeliverySerializer
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        query = DeliveryQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return self.deliveries(self.kwargs["id"]).filter(**query.validated_data)

    @extend_schema(operation_id="webhooks_deliveries_list", parameters=[DeliveryQuerySerializer])
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """What was sent to a webhook in the last 30 days, the newest first."""
        return self.list(request)


class DeliveryView(_OneEndpoint):
    @extend_schema(operation_id="webhooks_deliveries_retrieve", responses=WholeDeliverySerializer)
    def get(self, request: Request, id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """One delivery, with every try and what was sent."""
        return Response(WholeDeliverySerializer(self.delivery(id, delivery_id)).data)


class ReplayView(_OneEndpoint):
    @extend_schema(
        operation_id="webhooks_deliveries_replay_create",
        request=None,
        responses={202: DeliverySerializer},
    )
    def post(self, request: Request, id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """Send an event once more. One that is still being tried stays as it is."""
        delivery = services.replay(self.delivery(id, delivery_id))
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)
