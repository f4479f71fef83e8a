"""A voice, its checkpoints to choose from, and the consent that it stands on."""

import math

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
    """A named voice; the published files and figures are those of its last good training.

    ``best_step``, ``quality`` and ``scores`` are those of the checkpoint that it uses now.
    ``checkpoint_key`` is the state that its last training can go on from, until
    ``checkpoint_until``; ``trained_steps`` how far that training came.
    ``rating`` is the customer's own, 1..5. ``picture_key`` and ``demo_key`` are objects that belong
    to the voice alone; a new one comes under a new key.
    """

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
    f0_median_hz = models.FloatField(null=True, blank=True)
    f0_high_hz = models.FloatField(null=True, blank=True)
    mel_distance_start = models.FloatField(null=True, blank=True)
    mel_distance_end = models.FloatField(null=True, blank=True)
    base = models.CharField(max_length=16, blank=True)
    best_step = models.PositiveIntegerField(null=True, blank=True)
    quality = models.FloatField(null=True, blank=True)
    scores = models.JSONField(null=True, blank=True)
    ending_ko = models.TextField(blank=True)
    ending_en = models.TextField(blank=True)
    trained_job = models.UUIDField(null=True, blank=True)
    trained_steps = models.PositiveIntegerField(null=True, blank=True)
    checkpoint_key = models.CharField(max_length=300, blank=True)
    checkpoint_until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="made_voices",
    )
    tags = models.JSONField(default=list, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    picture_key = models.CharField(max_length=300, blank=True)
    demo_key = models.CharField(max_length=300, blank=True)
    demo_name = models.CharField(max_length=255, blank=True)
    demo_size = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5)), name="voice_rating_in_stars"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def resting_state(self) -> VoiceState:
        """The state of this voice while nothing is being done with it."""
        return VoiceState.READY if self.model_key else VoiceState.DRAFT

    @property
    def typical_f0_hz(self) -> float | None:
        """What an automatic key aims at: the median, of older voices the middle of the range."""
        if self.f0_median_hz is None and self.f0_low_hz and self.f0_high_hz:
            return math.sqrt(self.f0_low_hz * self.f0_high_hz)
        return self.f0_median_hz


class VoiceCheckpoint(Owned):
    """A kept checkpoint of a voice's last training, as a published model; ``best`` by its scores.

    The voice uses the one whose file is its own.
    """

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="checkpoints")
    step = models.PositiveIntegerField()
    quality = models.FloatField()
    scores = models.JSONField()
    best = models.BooleanField(default=False)
    model_key = models.CharField(max_length=300)
    model_size = models.PositiveBigIntegerField()
    model_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("-quality", "-step")
        constraints = (
            models.UniqueConstraint(fields=["voice", "step"], name="checkpoint_step_once"),
        )

    def __str__(self) -> str:
        return f"{self.voice} @ {self.step}"


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
