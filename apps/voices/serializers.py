"""A voice as the API and the websocket show it."""

from typing import Any, Final

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.serializers import MessageSerializer

from .models import Consent, ConsentScope, Voice, VoiceCheckpoint, VoiceState

MAX_TAGS: Final = 10
MAX_TAG_LENGTH: Final = 30
SHOWN_STATES = [state.value for state in VoiceState if state != VoiceState.DELETED]


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    """The last consent; ``revoked_at`` set where it no longer holds."""

    user = serializers.EmailField(
        source="user.email",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Null where the account was erased.",
    )

    class Meta:
        model = Consent
        fields = (
            "statement_version",
            "singer_name",
            "scope",
            "user",
            "created_at",
            "revoked_at",
        )
        read_only_fields = fields


class ScoresSerializer(serializers.Serializer[Any]):
    """A checkpoint on recordings that it never trained on; ``quality`` 0..100 sums them up.

    Null is what could not be measured.
    """

    quality = serializers.FloatField()
    mel_distance = serializers.FloatField()
    f0_correlation = serializers.FloatField(allow_null=True)
    speaker_similarity = serializers.FloatField(allow_null=True)
    dnsmos = serializers.FloatField(allow_null=True)


class CheckpointSerializer(serializers.ModelSerializer[VoiceCheckpoint]):
    """A checkpoint to choose; ``best`` by its scores, ``chosen`` is what the voice uses."""

    scores = ScoresSerializer(read_only=True)
    chosen = serializers.SerializerMethodField()
    size = serializers.IntegerField(source="model_size", read_only=True)

    class Meta:
        model = VoiceCheckpoint
        fields = ("id", "step", "scores", "best", "chosen", "size", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.BooleanField())
    def get_chosen(self, checkpoint: VoiceCheckpoint) -> bool:
        return checkpoint.model_key == checkpoint.voice.model_key


class VoiceSerializer(serializers.ModelSerializer[Voice]):
    state = serializers.ChoiceField(choices=SHOWN_STATES, read_only=True)
    encoder = serializers.CharField(source="encoder_id", read_only=True)
    job_id = serializers.UUIDField(source="trained_job", read_only=True, allow_null=True)
    scores = ScoresSerializer(read_only=True, allow_null=True)
    ending = serializers.SerializerMethodField()
    checkpoints = serializers.SerializerMethodField()
    continue_until = serializers.DateTimeField(
        source="checkpoint_until", read_only=True, allow_null=True
    )
    consent = serializers.SerializerMethodField()
    has_index = serializers.BooleanField(source="index_key", read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    picture = serializers.CharField(
        source="picture_name",
        read_only=True,
        allow_null=True,
        help_text="Which picture it has, another word for each new one; null where it has none.",
    )
    demo = serializers.SerializerMethodField()
    made_by = serializers.SerializerMethodField()

    class Meta:
        model = Voice
        fields = (
            "id",
            "name",
            "state",
            "preset",
            "sample_rate",
            "encoder",
            "f0_low_hz",
            "f0_median_hz",
            "f0_high_hz",
            "mel_distance_start",
            "mel_distance_end",
            "base",
            "quality",
            "scores",
            "best_step",
            "trained_steps",
            "ending",
            "checkpoints",
            "continue_until",
            "consent",
            "job_id",
            "has_index",
            "tags",
            "rating",
            "picture",
            "demo",
            "made_by",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_demo(self, voice: Voice) -> str | None:
        """What its demo clip is called; null where it has none."""
        return (voice.demo_name or voice.name) if voice.demo_key else None

    @extend_schema_field(serializers.EmailField(allow_null=True))
    def get_made_by(self, voice: Voice) -> str | None:
        """The member who made it; null where that person has left the studio."""
        return voice.made_by.email if voice.made_by else None

    @extend_schema_field(MessageSerializer(allow_null=True))
    def get_ending(self, voice: Voice) -> dict[str, str] | None:
        """Why training ended, and why this checkpoint was taken."""
        return {"ko": voice.ending_ko, "en": voice.ending_en} if voice.ending_ko else None

    @extend_schema_field(serializers.IntegerField())
    def get_checkpoints(self, voice: Voice) -> int:
        """How many there are to choose from."""
        return len(voice.checkpoints.all())

    @extend_schema_field(ConsentSerializer(allow_null=True))
    def get_consent(self, voice: Voice) -> dict[str, Any] | None:
        # sorted here and not in SQL, so that a prefetched list costs no query a voice
        consents = sorted(voice.consents.all(), key=lambda consent: consent.created_at)
        return dict(ConsentSerializer(consents[-1]).data) if consents else None


class VoiceNameSerializer(serializers.Serializer[Voice]):
    name = serializers.CharField(max_length=120)


class VoiceChangesSerializer(serializers.Serializer[Voice]):
    """What may be changed of a voice; what is left out stays."""

    name = serializers.CharField(required=False, max_length=120)
    tags = serializers.ListField(
        required=False,
        max_length=MAX_TAGS,
        child=serializers.CharField(max_length=MAX_TAG_LENGTH),
    )
    rating = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=5, help_text="One's own stars."
    )

    def validate_tags(self, tags: list[str]) -> list[str]:
        """Each once, whatever its case, in the order given."""
        return list({tag.casefold(): tag for tag in reversed(tags)}.values())[::-1]


class VoiceSort(models.TextChoices):
    """The order of a list; of equals the newest first."""

    NEWEST = "newest"
    QUALITY = "quality"
    RATING = "rating"
    NAME = "name"


class VoiceQuerySerializer(serializers.Serializer[Any]):
    """What a list of voices may be narrowed by, and its order."""

    search = serializers.CharField(
        required=False, max_length=120, help_text="Part of the name or of a tag."
    )
    state = serializers.ChoiceField(required=False, choices=SHOWN_STATES)
    tag = serializers.CharField(required=False, max_length=MAX_TAG_LENGTH)
    sort = serializers.ChoiceField(required=False, choices=VoiceSort.choices)


class PictureSerializer(serializers.Serializer[Any]):
    """PNG, JPEG or WebP of at most 2 MB; its middle becomes a square of 512 x 512."""

    picture = serializers.FileField(max_length=255)


class DemoSerializer(serializers.Serializer[Any]):
    """A link to the demo clip that expires after an hour."""

    name = serializers.CharField()
    url = serializers.CharField()


class VoiceTagSerializer(serializers.Serializer[Any]):
    """A tag and how many voices carry it."""

    tag = serializers.CharField()
    count = serializers.IntegerField()


class GiveConsentSerializer(serializers.Serializer[Consent]):
    """Agreeing is explicit: anything but ``agreed: true`` is refused."""

    statement_version = serializers.CharField(max_length=32)
    singer_name = serializers.CharField(max_length=120)
    scope = serializers.ChoiceField(choices=ConsentScope.choices)
    agreed = serializers.BooleanField()

    def validate_agreed(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError(
                "Agree to the statement first.", code="must_be_agreed"
            )
        return value


class StatementSerializer(serializers.Serializer[dict[str, str]]):
    version = serializers.CharField()
    ko = serializers.CharField()
    en = serializers.CharField()


class ExportLinkSerializer(serializers.Serializer[Any]):
    url = serializers.URLField()
    filename = serializers.CharField()
    size = serializers.IntegerField()


class ExportSerializer(serializers.Serializer[Any]):
    """Links that expire after ten minutes; an imported voice may have no index."""

    model = ExportLinkSerializer()
    index = ExportLinkSerializer(allow_null=True)
