"""A voice, and the consent that it stands on."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.common.models import Owned


class VoiceState(models.TextChoices):
    DRAFT = "draft"
    TRAINING = "training"
    READY = "ready"
    DISABLED = "disabled"
    FAILED = "failed"
    DELETED = "deleted"


class Voice(Owned):
    """A named voice; the published files and figures are those of its last good training."""

    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=8, choices=VoiceState.choices, default=VoiceState.DRAFT, db_index=True
    )
    preset = models.CharField(max_length=16, blank=True)
    sample_rate = models.PositiveIntegerField(null=True, blank=True)
    encoder_id = models.CharField(max_length=32, blank=True)
    encoder_sha256 = models.CharField(max_length=64, blank=True)
    model_key = models.CharField(max_length=300, blank=True)
    model_size = models.PositiveBigIntegerField(default=0)
    model_sha256 = models.CharField(max_length=64, blank=True)
    index_key = models.CharField(max_length=300, blank=True)
    index_size = models.PositiveBigIntegerField(default=0)
    index_sha256 = models.CharField(max_length=64, blank=True)
    f0_low_hz = models.FloatField(null=True, blank=True)
    f0_high_hz = models.FloatField(null=True, blank=True)
    mel_distance_start = models.FloatField(null=True, blank=True)
    mel_distance_end = models.FloatField(null=True, blank=True)
    trained_job = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.name

    @property
    def resting_state(self) -> VoiceState:
        """The state of this voice while nothing is being done with it."""
        return VoiceState.READY if self.model_key else VoiceState.DRAFT


class ConsentScope(models.TextChoices):
    OWN = "own"
    LICENSED = "licensed"


class Consent(Owned):
    """Who agreed to what, when, for whose voice. Kept after revocation and deletion."""

    voice = models.ForeignKey(Voice, on_delete=models.PROTECT, related_name="consents")
    statement_version = models.CharField(max_length=32)
    statement_text = models.TextField()
    singer_name = models.CharField(max_length=120)
    scope = models.CharField(max_length=8, choices=ConsentScope.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="given_consents"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="revoked_consents",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["voice"], condition=Q(revoked_at=None), name="consent_one_valid_per_voice"
            ),
        )

    def __str__(self) -> str:
        return f"{self.singer_name} ({self.statement_version})"
