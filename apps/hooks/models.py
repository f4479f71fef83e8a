"""Where a workspace wants to be told, and what was told to whom."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.common.models import OutboxEvent, Owned


class Endpoint(Owned):
    """An address of the customer's, with the events that it wants (``*`` is all).

    Secrets are sealed; the previous one signs too until ``previous_until``. ``failing_since`` is
    the first failure after the last success. ``disabled_code`` says why it was switched off.
    """

    url = models.CharField("주소", max_length=500)
    description = models.CharField("설명", max_length=200, blank=True)
    events = models.JSONField("이벤트")
    sealed_secret = models.TextField("봉인한 비밀", editable=False)
    sealed_previous = models.TextField("봉인한 이전 비밀", blank=True, editable=False)
    previous_until = models.DateTimeField("이전 비밀 기한", null=True, blank=True)
    is_enabled = models.BooleanField("사용", default=True)
    disabled_code = models.CharField("끈 이유", max_length=16, blank=True)
    failing_since = models.DateTimeField("실패 시작", null=True, blank=True)

    class Meta:
        verbose_name = "웹훅"
        verbose_name_plural = "웹훅"

    def __str__(self) -> str:
        return self.url


class DeliveryState(models.TextChoices):
    PENDING = "pending", "대기"
    DELIVERED = "delivered", "전달됨"
    FAILED = "failed", "실패"


class Delivery(Owned):
    """One event for one endpoint.

    ``log`` holds each try: when, HTTP status, milliseconds, code, the beginning of the answer.
    Pending ones are tried again from ``next_at``; ``claimed_until`` keeps two workers apart.
    """

    endpoint = models.ForeignKey(
        Endpoint, verbose_name="엔드포인트", on_delete=models.CASCADE, related_name="deliveries"
    )
    event = models.ForeignKey(
        OutboxEvent, verbose_name="이벤트", on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(
        "상태", max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    tries = models.PositiveSmallIntegerField("시도 횟수", default=0)
    since = models.DateTimeField("시작 시각")
    next_at = models.DateTimeField("다음 시각")
    claimed_until = models.DateTimeField("맡은 기한", null=True, blank=True)
    delivered_at = models.DateTimeField("전달된 시각", null=True, blank=True)
    log = models.JSONField("기록", default=list)

    class Meta:
        verbose_name = "웹훅 전달"
        verbose_name_plural = "웹훅 전달"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state="pending"), name="delivery_pending")
        ]

    def __str__(self) -> str:
        return f"{self.event} -> {self.endpoint} ({self.state})"


class Mail(Owned):
    """A mail to one person about one event of the outbox, which may be gone: at most one each.

    ``sent_at`` is set before it is handed to the mail server: whoever comes second finds it taken.
    One that no server took is tried again at ``next_at``, until that is null.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="받는 사람",
        on_delete=models.CASCADE,
        related_name="studio_mails",
    )
    event = models.UUIDField("이벤트 ID")
    kind = models.CharField("이벤트", max_length=32)
    data = models.JSONField("내용")
    tries = models.PositiveSmallIntegerField("시도", default=0)
    next_at = models.DateTimeField("다음 시도", null=True)
    sent_at = models.DateTimeField("보낸 시각", null=True)

    class Meta:
        verbose_name = "알림 메일"
        verbose_name_plural = "알림 메일"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "event"], name="mail_once_per_event")
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(sent_at=None), name="mail_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"
