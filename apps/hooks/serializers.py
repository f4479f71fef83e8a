"""The JSON of webhooks and their deliveries."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.sentences import Sentence
from apps.common.serializers import ProblemSerializer

from .addresses import NotAllowed, check_url
from .events import ALL, EVENTS, TEST
from .models import Delivery, DeliveryState, Endpoint
from .notices import REASONS

CHOICES = (ALL, *EVENTS)


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """Where events go; `problem` is why it was switched off."""

    url = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    events = serializers.ListField(child=serializers.ChoiceField(choices=CHOICES), read_only=True)
    problem = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields: tuple[str, ...] = (
            "id",
            "url",
            "description",
            "events",
            "is_enabled",
            "problem",
            "failing_since",
            "previous_until",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(ProblemSerializer(allow_null=True))
    def get_problem(self, endpoint: Endpoint) -> dict[str, Any] | None:
        code = endpoint.disabled_code
        reason = REASONS.get(code, Sentence("", ""))
        return {"code": code, "message": reason.as_dict()} if code else None


class NewEndpointSerializer(EndpointSerializer):
    """The only answers that hold the secret: of creating and of rotating."""

    secret = serializers.CharField(
        read_only=True, help_text="Shown this once: `whsec_` and 32 bytes in base64."
    )

    class Meta(EndpointSerializer.Meta):
        fields: tuple[str, ...] = (*EndpointSerializer.Meta.fields, "secret")
        read_only_fields = fields


class UpdateEndpointSerializer(serializers.Serializer[dict[str, Any]]):
    url = serializers.CharField(
        max_length=500,
        required=False,
        help_text="A public https address. Redirects are not followed.",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES),
        min_length=1,
        max_length=len(CHOICES),
        required=False,
        help_text="`*` is every event, also those to come.",
    )
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_enabled = serializers.BooleanField(required=False)

    def validate_url(self, value: str) -> str:
        try:
            check_url(value)
        except NotAllowed:
            raise serializers.ValidationError("Not allowed.", code="address_not_allowed") from None
        return value


class CreateEndpointSerializer(UpdateEndpointSerializer):
    url = serializers.CharField(
        max_length=500, help_text="A public https address. Redirects are not followed."
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES),
        min_length=1,
        max_length=len(CHOICES),
        help_text="`*` is every event, also those to come.",
    )
    is_enabled = None  # type: ignore[assignment]  # a new one is


class TrySerializer(serializers.Serializer[Any]):
    """One try at a delivery; `code` is empty for a success."""

    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True, help_text="Of HTTP; null without answer.")
    ms = serializers.IntegerField()
    code = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True, help_text="Its first 500 characters.")


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One event for one webhook. `message_id` is what its `webhook-id` header says."""

    message_id = serializers.SerializerMethodField()
    event = serializers.ChoiceField(choices=(*EVENTS, TEST), source="event.kind", read_only=True)
    state = serializers.ChoiceField(choices=DeliveryState.choices, read_only=True)
    log = TrySerializer(many=True, read_only=True)
    next_at = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            "id",
            "message_id",
            "event",
            "state",
            "tries",
            "next_at",
            "delivered_at",
            "log",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_message_id(self, delivery: Delivery) -> str:
        return f"msg_{delivery.event_id.hex}"

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_at(self, delivery: Delivery) -> Any:
        return delivery.next_at if delivery.state == DeliveryState.PENDING else None


class WholeDeliverySerializer(DeliverySerializer):
    """With the `data` of the event."""

    data = serializers.DictField(  # type: ignore[assignment]  # a field so named
        source="event.data", read_only=True
    )

    class Meta(DeliverySerializer.Meta):
        fields: tuple[str, ...] = (*DeliverySerializer.Meta.fields, "data")
        read_only_fields = fields


class DeliveryQuerySerializer(serializers.Serializer[dict[str, str]]):
    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
    event = serializers.ChoiceField(choices=(*EVENTS, TEST), required=False, source="event__kind")


class EndpointQuerySerializer(serializers.Serializer[dict[str, Any]]):
    enabled = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Only those that are, or are not."
    )
