"""Credits as the API and the websocket show them."""

from typing import Any

from rest_framework import serializers

from .models import Balance, Entry


class EntrySerializer(serializers.ModelSerializer[Entry]):
    """``amount`` changes the available credits, ``held`` the reserved ones."""

    class Meta:
        model = Entry
        fields = ("id", "kind", "amount", "held", "job_id", "memo", "created_at")
        read_only_fields = fields


class BalanceSerializer(serializers.ModelSerializer[Balance]):
    class Meta:
        model = Balance
        fields = ("available", "reserved")
        read_only_fields = fields


class CreditsSerializer(serializers.Serializer[Any]):
    """The balance and the newest entries of the ledger."""

    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    entries = EntrySerializer(many=True)
