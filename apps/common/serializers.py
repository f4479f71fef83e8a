"""JSON shapes that several apps share."""

from typing import Any

from rest_framework import serializers


class MessageSerializer(serializers.Serializer[dict[str, str]]):
    """One sentence a language."""

    ko = serializers.CharField()
    en = serializers.CharField()


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """Why something failed: a stable code, and what to do."""

    code = serializers.CharField()
    message = MessageSerializer()


class ErrorDetailSerializer(ProblemSerializer):
    field = serializers.CharField(allow_null=True)
    fields = serializers.DictField(child=ProblemSerializer())  # type: ignore[assignment]


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """Every error of the API."""

    error = ErrorDetailSerializer()
