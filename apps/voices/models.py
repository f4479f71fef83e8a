"""A voice, its checkpoints to choose from, and the consent that it stands on."""

import math

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.common.models import Owned


class VoiceState(models.TextChoices):
    DRAFT = "draft", "준비 중"
    TRAINING = "training", "학습 중"
    READY = "ready", "준비됨"
    DISABLED = "disabled", "사용 중지"
    FAILED = "failed", "실패"
    DELETED = "deleted", "삭제됨"


class Voice(Owned):
    """A named voice; the published files and figures are those of its last good training.

    ``best_step``, ``quality`` and ``scores`` are those of the checkpoint that it uses now.
    ``checkpoint_key`` is the state that its last training can go on from, until
    ``checkpoint_until``; ``trained_steps`` how far that training came.
    ``rating`` is the customer's own, 1..5. ``picture_key`` and ``demo_key`` are objects that belong
    to the voice alone; a new one comes under a new key.
    """

    name = models.CharField("이름", max_length=120)
    state = models.CharField(
        "상태", max_length=8, choices=VoiceState.choices, default=VoiceState.DRAFT, db_index=True
    )
    preset = models.CharField("프리셋", max_length=16, blank=True)
    sample_rate = models.PositiveIntegerField("샘플레이트", null=True, blank=True)
    encoder_id = models.CharField("인코더", max_length=32, blank=True)
    encoder_sha256 = models.CharField("인코더 SHA-256", max_length=64, blank=True)
    model_key = models.CharField("모델 키", max_length=300, blank=True)
    model_size = models.PositiveBigIntegerField("모델 크기", default=0)
    model_sha256 = models.CharField("모델 SHA-256", max_length=64, blank=True)
    index_key = models.CharField("색인 키", max_length=300, blank=True)
    index_size = models.PositiveBigIntegerField("색인 크기", default=0)
    index_sha256 = models.CharField("색인 SHA-256", max_length=64, blank=True)
    f0_low_hz = models.FloatField("낮은 음(Hz)", null=True, blank=True)
    f0_median_hz = models.FloatField("가운데 음(Hz)", null=True, blank=True)
    f0_high_hz = models.FloatField("높은 음(Hz)", null=True, blank=True)
    mel_distance_start = models.FloatField("멜 거리(처음)", null=True, blank=True)
    mel_distance_end = models.FloatField("멜 거리(끝)", null=True, blank=True)
    base = models.CharField("시작 가중치", max_length=16, blank=True)
    best_step = models.PositiveIntegerField("최고 스텝", null=True, blank=True)
    quality = models.FloatField("품질", null=True, blank=True)
    scores = models.JSONField("점수", null=True, blank=True)
    ending_ko = models.TextField("끝난 이유", blank=True)
    ending_en = models.TextField("끝난 이유(영어)", blank=True)
    trained_job = models.UUIDField("학습 작업", null=True, blank=True)
    trained_steps = models.PositiveIntegerField("학습한 스텝", null=True, blank=True)
    checkpoint_key = models.CharField("체크포인트 키", max_length=300, blank=True)
    checkpoint_until = models.DateTimeField("체크포인트 기한", null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="만든 사람",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="made_voices",
    )
    tags = models.JSONField("태그", default=list, blank=True)
    rating = models.PositiveSmallIntegerField("별점", null=True, blank=True)
    picture_key = models.CharField("사진 키", max_length=300, blank=True)
    demo_key = models.CharField("데모 키", max_length=300, blank=True)
    demo_name = models.CharField("데모 이름", max_length=255, blank=True)
    demo_size = models.PositiveBigIntegerField("데모 크기", default=0)

    class Meta:
        verbose_name = "목소리"
        verbose_name_plural = "목소리"
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5)), name="voice_rating_in_stars"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def picture_name(self) -> str | None:
        """Which picture it has, another word for each new one; None where it has none."""
        return self.picture_key.rpartition("/")[2] or None

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

    voice = models.ForeignKey(
        Voice, verbose_name="목소리", on_delete=models.CASCADE, related_name="checkpoints"
    )
    step = models.PositiveIntegerField("스텝")
    quality = models.FloatField("품질")
    scores = models.JSONField("점수")
    best = models.BooleanField("최고", default=False)
    model_key = models.CharField("모델 키", max_length=300)
    model_size = models.PositiveBigIntegerField("모델 크기")
    model_sha256 = models.CharField("모델 SHA-256", max_length=64)

    class Meta:
        verbose_name = "체크포인트"
        verbose_name_plural = "체크포인트"
        ordering = ("-quality", "-step")
        constraints = (
            models.UniqueConstraint(fields=["voice", "step"], name="checkpoint_step_once"),
        )

    def __str__(self) -> str:
        return f"{self.voice} @ {self.step}"


class ConsentScope(models.TextChoices):
    OWN = "own", "본인"
    LICENSED = "licensed", "허락받음"


class Consent(Owned):
    """Who agreed to what, when, for whose voice. Kept after revocation and deletion.

    ``user`` is null where that person's account was erased.
    """

    voice = models.ForeignKey(
        Voice, verbose_name="목소리", on_delete=models.PROTECT, related_name="consents"
    )
    statement_version = models.CharField("동의서 판", max_length=32)
    statement_text = models.TextField("동의 문장")
    singer_name = models.CharField("가수 이름", max_length=120)
    scope = models.CharField("범위", max_length=8, choices=ConsentScope.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="사람",
        on_delete=models.PROTECT,
        null=True,
        related_name="given_consents",
    )
    revoked_at = models.DateTimeField("철회한 시각", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="철회한 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="revoked_consents",
    )

    class Meta:
        verbose_name = "동의서"
        verbose_name_plural = "동의서"
        constraints = (
            models.UniqueConstraint(
                fields=["voice"], condition=Q(revoked_at=None), name="consent_one_valid_per_voice"
            ),
        )

    def __str__(self) -> str:
        return f"{self.singer_name} ({self.statement_version})"
