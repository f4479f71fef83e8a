"""Credits, plans and prices as the API and the websocket show them."""

from typing import Any

from rest_framework import serializers

from apps.common.serializers import MessageSerializer

from .models import Balance, Entry, EntryKind
from .plans import Currency


class EntrySerializer(serializers.ModelSerializer[Entry]):
    """``amount`` changes the available credits, ``held`` the reserved ones, ``owed`` the debt."""

    class Meta:
        model = Entry
        fields = ("id", "kind", "amount", "held", "owed", "job_id", "memo", "created_at")
        read_only_fields = fields


class EntryQuerySerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=EntryKind.choices, required=False)
    job_id = serializers.UUIDField(required=False, help_text="Entries of this job.")


class BalanceSerializer(serializers.ModelSerializer[Balance]):
    class Meta:
        model = Balance
        fields = ("available", "reserved", "owed")
        read_only_fields = fields


class CreditsSerializer(serializers.Serializer[Any]):
    """The balance and the newest entries of the ledger."""

    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="Refunded after it was spent; paid off first.")
    entries = EntrySerializer(many=True)


class PriceSerializer(serializers.Serializer[Any]):
    krw = serializers.IntegerField(help_text="Whole won.")
    usd = serializers.IntegerField(help_text="US cents.")


class QuotasSerializer(serializers.Serializer[Any]):
    """None: no limit."""

    storage = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    minutes = serializers.IntegerField(allow_null=True, help_text="Of sound given to jobs a month.")
    parallel = serializers.IntegerField(allow_null=True, help_text="Jobs at once.")
    seats = serializers.IntegerField(allow_null=True, help_text="Members, invited ones too.")
    requests = serializers.IntegerField(
        allow_null=True, help_text="Of each API key a minute; the usual number where null."
    )


class PlanSerializer(serializers.Serializer[Any]):
    """``price`` is for a month; None where the plan is not bought."""

    name = serializers.CharField()
    title = MessageSerializer()
    price = PriceSerializer(allow_null=True)
    credits = serializers.IntegerField()
    quotas = QuotasSerializer()


class PackSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    price = PriceSerializer()
    credits = serializers.IntegerField()


class PlansSerializer(serializers.Serializer[Any]):
    selling = serializers.BooleanField()
    plans = PlanSerializer(many=True)
    packs = PackSerializer(many=True)


class CheckoutSerializer(serializers.Serializer[Any]):
    item = serializers.CharField(max_length=20, help_text="A plan's or a pack's name.")
    currency = serializers.ChoiceField(choices=[(c.value, c.value) for c in Currency])


class PageSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Send the browser there.")
