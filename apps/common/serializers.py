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
    docs = serializers.URLField(help_text="What this code means, and what to do.")
    request_id = serializers.CharField(
        allow_null=True, help_text="Also the X-Request-ID header. Name it when you ask for help."
    )


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """Every error of the API."""

    error = ErrorDetailSerializer()
