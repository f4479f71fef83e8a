"""Exports, erasures and receipts as the API shows them."""

from typing import Any, Final

from rest_framework import serializers

from .models import By, Export, ExportState, Removal, RemovalState, Subject

_ERASABLE: Final = ((Subject.FILE.value, "file"), (Subject.VOICE.value, "voice"))


class DataExportSerializer(serializers.ModelSerializer[Export]):
    """A zip of everything that the workspace has."""

    state = serializers.ChoiceField(choices=ExportState.choices)
    size = serializers.IntegerField(help_text="Bytes of the zip, 0 until it is ready.")

    class Meta:
        model = Export
        fields = (
            "id",
            "state",
            "files_done",
            "files_total",
            "bytes_done",
            "bytes_total",
            "size",
            "created_at",
            "ready_at",
            "expires_at",
        )
        read_only_fields = fields


class DataExportLinkSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Good for an hour.")
    filename = serializers.CharField()


class EraseSerializer(serializers.Serializer[Any]):
    """What to erase: a voice or a file of this workspace."""

    subject = serializers.ChoiceField(choices=_ERASABLE)
    id = serializers.UUIDField()


class ErasureSerializer(serializers.ModelSerializer[Removal]):
    """An order to erase something; once it is done, its receipt. It names nobody."""

    subject = serializers.ChoiceField(choices=Subject.choices)
    by = serializers.ChoiceField(choices=By.choices)
    state = serializers.ChoiceField(choices=RemovalState.choices)
    rows = serializers.DictField(
        child=serializers.IntegerField(), help_text="Rows erased, by table."
    )
    kept = serializers.DictField(
        child=serializers.IntegerField(), help_text="Records of money that the law wants kept."
    )

    class Meta:
        model = Removal
        fields = (
            "id",
            "subject",
            "subject_id",
            "by",
            "state",
            "due_at",
            "created_at",
            "started_at",
            "done_at",
            "rows",
            "objects_gone",
            "bytes_gone",
            "kept",
        )
        read_only_fields = fields


class PlannedErasureSerializer(serializers.Serializer[Any]):
    """The erasure that is planned, if one is."""

    planned = ErasureSerializer(allow_null=True)
    grace_days = serializers.IntegerField()
