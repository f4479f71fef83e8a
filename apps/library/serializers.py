"""The JSON of files and datasets."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.serializers import ProblemSerializer
from gpu_worker.contract.report_card import Verdict

from .cards import CardSummary, summary
from .datasets import usable_seconds
from .limits import (
    MAX_BYTES,
    MAX_DATASET_FILES,
    MAX_FILES_AT_ONCE,
    MAX_TAGS,
    TAG_LENGTH,
    Method,
)
from .listing import FileKind, Sort
from .models import AudioFile, Dataset, FileState, Origin, Stem
from .names import clean_tag
from .pitch import PitchRange


class FileSerializer(serializers.ModelSerializer[AudioFile]):
    """A sound: an upload or a job's result."""

    name = serializers.CharField(read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    cut_of = serializers.UUIDField(
        source="cut_of_id", read_only=True, allow_null=True, help_text="What this was cut out of."
    )
    trashed_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Erased for good a week later."
    )
    stem = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = AudioFile
        fields = (
            "id",
            "name",
            "state",
            "origin",
            "size",
            "content_type",
            "duration_s",
            "sample_rate",
            "channels",
            "loudness_lufs",
            "true_peak_db",
            "error",
            "job_id",
            "stem",
            "ai_generated",
            "recorded",
            "tags",
            "cut_of",
            "trashed_at",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Stem.choices, allow_null=True))
    def get_stem(self, file: AudioFile) -> str | None:
        return file.stem or None

    @extend_schema_field(ProblemSerializer(allow_null=True))
    def get_error(self, file: AudioFile) -> dict[str, Any] | None:
        if not file.error_code:
            return None
        return {"code": file.error_code, "message": {"ko": file.error_ko, "en": file.error_en}}


class RenameSerializer(serializers.Serializer[dict[str, str]]):
    name = serializers.CharField(max_length=1000, help_text="Only the last part of a path is kept.")


class FileQuerySerializer(serializers.Serializer[dict[str, str]]):
    """What a list of files may be narrowed by."""

    search = serializers.CharField(required=False, max_length=255, help_text="Part of the name.")
    origin = serializers.ChoiceField(required=False, choices=Origin.choices)
    state = serializers.ChoiceField(
        required=False, choices=[c for c in FileState.choices if c[0] != FileState.DELETED]
    )
    stem = serializers.ChoiceField(required=False, choices=Stem.choices)
    job = serializers.UUIDField(required=False, help_text="Results of this job.")
    kind = serializers.ChoiceField(
        required=False,
        choices=[kind.value for kind in FileKind],
        help_text="`recording`: by microphone in the studio. `stem`: one track of a song.",
    )
    tag = serializers.ListField(
        required=False,
        child=serializers.CharField(max_length=TAG_LENGTH),
        max_length=MAX_TAGS,
        help_text="Files that have all of these tags.",
    )
    ai_generated = serializers.ChoiceField(required=False, choices=["true", "false"])
    min_s = serializers.FloatField(required=False, min_value=0, help_text="At least so long.")
    max_s = serializers.FloatField(required=False, min_value=0, help_text="Shorter than this.")
    sort = serializers.ChoiceField(
        required=False, choices=[sort.value for sort in Sort], help_text="`newest` where absent."
    )


class ChosenFilesSerializer(serializers.Serializer[dict[str, Any]]):
    files = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MAX_FILES_AT_ONCE
    )


class _TagsField(serializers.ListField):
    """Tags as they are kept; those that come to nothing are left out."""

    def to_internal_value(self, data: Any) -> list[str]:
        cleaned = (clean_tag(tag) for tag in super().to_internal_value(data))
        return list(dict.fromkeys(tag for tag in cleaned if tag))


class ChangeTagsSerializer(ChosenFilesSerializer):
    add = _TagsField(
        child=serializers.CharField(max_length=TAG_LENGTH),
        max_length=MAX_TAGS,
        required=False,
        default=list,
    )
    remove = _TagsField(
        child=serializers.CharField(max_length=TAG_LENGTH),
        max_length=MAX_TAGS,
        required=False,
        default=list,
    )


class ChangedSerializer(serializers.Serializer[dict[str, int]]):
    changed = serializers.IntegerField(help_text="Files that are otherwise than before.")


class TrimSerializer(serializers.Serializer[dict[str, Any]]):
    """A stretch of a file, in seconds; exact to the sample."""

    start_s = serializers.FloatField(min_value=0)
    end_s = serializers.FloatField(min_value=0, max_value=4 * 3600)
    name = serializers.CharField(
        max_length=1000, required=False, default="", help_text="Made of the file's where absent."
    )


class TagSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField()
    files = serializers.IntegerField()


class FileSummarySerializer(serializers.Serializer[dict[str, Any]]):
    """What the library holds; bytes in the trash count as stored until they are erased."""

    files = serializers.IntegerField()
    size = serializers.IntegerField()
    trashed = serializers.IntegerField()
    trashed_size = serializers.IntegerField()
    tags = TagSerializer(many=True)


class WaveformSerializer(serializers.Serializer[dict[str, Any]]):
    peaks = serializers.ListField(
        child=serializers.ListField(
            child=serializers.IntegerField(min_value=-127, max_value=127),
            min_length=2,
            max_length=2,
        ),
        help_text="About 1000 [lowest, highest] pairs over the whole length; 127 is full scale.",
    )
    duration_s = serializers.FloatField()


class PitchRangeSerializer(serializers.Serializer[PitchRange]):
    """5th, 50th and 95th percentile of the voiced moments; null where nobody looked."""

    low_hz = serializers.FloatField(allow_null=True)
    median_hz = serializers.FloatField(allow_null=True)
    high_hz = serializers.FloatField(allow_null=True)


class HeardRangeSerializer(serializers.Serializer[PitchRange]):
    """5th, 50th and 95th percentile of what is sung, as a browser heard it."""

    low_hz = serializers.FloatField(min_value=20, max_value=5000)
    median_hz = serializers.FloatField(min_value=20, max_value=5000)
    high_hz = serializers.FloatField(min_value=20, max_value=5000)


class LinkQuerySerializer(serializers.Serializer[dict[str, bool]]):
    inline = serializers.BooleanField(
        required=False, default=False, help_text="To play in the page instead of saving."
    )


class LinkSerializer(serializers.Serializer[dict[str, Any]]):
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()
    filename = serializers.CharField()


class StartUploadSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=1000)
    size = serializers.IntegerField(min_value=1, max_value=MAX_BYTES)
    content_type = serializers.CharField(
        max_length=100, required=False, allow_blank=True, default=""
    )
    recorded = serializers.BooleanField(
        required=False, default=False, help_text="With a microphone, in the studio."
    )


class UploadSerializer(serializers.Serializer[dict[str, Any]]):
    id = serializers.UUIDField(help_text="Also the file's id.")
    key = serializers.CharField()
    part_size = serializers.IntegerField(
        help_text="Bytes of every part of a multipart upload but the last; others are refused."
    )


class SignSerializer(serializers.Serializer[dict[str, Any]]):
    """One request of an upload, named as Uppy's ``signRequest`` names it."""

    method = serializers.ChoiceField(choices=[method.value for method in Method])
    upload_id = serializers.RegexField(
        r"^[\w.~+/=-]{1,1024}$", required=False, allow_null=True, default=None
    )
    part_number = serializers.IntegerField(
        min_value=1, max_value=10_000, required=False, allow_null=True, default=None
    )


class SignedSerializer(serializers.Serializer[dict[str, str]]):
    url = serializers.CharField()
    key = serializers.CharField()


class CardSummarySerializer(serializers.Serializer[dict[str, Any]]):
    """What a dataset's report card comes to; ``outdated`` where its files have changed since."""

    job = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    outdated = serializers.BooleanField()
    verdict = serializers.ChoiceField(choices=[verdict.value for verdict in Verdict])
    usable_s = serializers.FloatField()


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A named set of files in their order."""

    files = serializers.SerializerMethodField()
    usable_seconds = serializers.SerializerMethodField()
    card = serializers.SerializerMethodField()

    class Meta:
        model = Dataset
        fields = ("id", "name", "files", "usable_seconds", "card", "created_at")

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, dataset: Dataset) -> list[dict[str, Any]]:
        return list(FileSerializer(_files(dataset), many=True).data)

    @extend_schema_field(serializers.FloatField())
    def get_usable_seconds(self, dataset: Dataset) -> float:
        return round(usable_seconds(_files(dataset)), 3)

    @extend_schema_field(CardSummarySerializer(allow_null=True))
    def get_card(self, dataset: Dataset) -> CardSummary | None:
        return summary(dataset)


def _files(dataset: Dataset) -> list[AudioFile]:
    return [item.file for item in dataset.items.all()]


class DatasetQuerySerializer(serializers.Serializer[dict[str, str]]):
    """What a list of datasets may be narrowed by."""

    search = serializers.CharField(
        required=False, max_length=100, source="name__icontains", help_text="Part of the name."
    )
    file = serializers.UUIDField(
        required=False, source="files", help_text="Datasets that hold this file."
    )


class CreateDatasetSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=100)
    file_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=MAX_DATASET_FILES, required=False, default=list
    )


class UpdateDatasetSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=100, required=False)
    file_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=MAX_DATASET_FILES, required=False
    )
