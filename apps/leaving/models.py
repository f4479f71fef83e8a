"""What customers take with them, and what is erased for good: orders that become receipts."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.common.models import Owned


class Subject(models.TextChoices):
    FILE = "file", "파일"
    VOICE = "voice", "목소리"
    WORKSPACE = "workspace", "워크스페이스"
    ACCOUNT = "account", "계정"


class By(models.TextChoices):
    CUSTOMER = "customer", "고객"
    OPERATOR = "operator", "운영자"
    RESTORE = "restore", "복원"


class RemovalState(models.TextChoices):
    """pending -> running -> done; ``failed`` is tried again, ``undone`` was taken back in time."""

    PENDING = "pending", "예약됨"
    RUNNING = "running", "지우는 중"
    FAILED = "failed", "다시 시도"
    DONE = "done", "완료"
    UNDONE = "undone", "취소됨"


OPEN = (RemovalState.PENDING, RemovalState.RUNNING, RemovalState.FAILED)


class Phase(models.TextChoices):
    """The steps in their order; each may be repeated."""

    JOBS = "jobs", "작업 멈추기"
    PLACES = "places", "찾기"
    OBJECTS = "objects", "저장소"
    PROVIDER = "provider", "결제사"
    ROWS = "rows", "데이터베이스"
    LAST = "last", "마무리"


class Removal(models.Model):
    """An order to erase something everywhere, and the receipt of it.

    It outlives what it is about, so it holds ids and counts alone. ``places`` is what storage still
    has to be asked for, emptied once no link can store anything there any more (``links_end_at``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField("대상", max_length=10, choices=Subject.choices)
    subject_id = models.UUIDField("대상 ID")
    workspace_id = models.UUIDField("워크스페이스 ID", null=True, db_index=True)
    parent = models.ForeignKey(
        "self",
        verbose_name="상위",
        on_delete=models.PROTECT,
        null=True,
        related_name="parts",
        editable=False,
    )
    by = models.CharField("누가", max_length=10, choices=By.choices)
    by_id = models.UUIDField("누구의 ID", null=True)
    state = models.CharField(
        "상태", max_length=8, choices=RemovalState.choices, default=RemovalState.PENDING
    )
    phase = models.CharField("단계", max_length=10, choices=Phase.choices, default=Phase.JOBS)
    due_at = models.DateTimeField("시작 시각")
    not_before = models.DateTimeField("다음 시도", db_index=True)
    tries = models.PositiveIntegerField("시도", default=0)
    problem = models.CharField("문제", max_length=100, blank=True)
    places = models.JSONField("장소", default=dict)
    rows = models.JSONField("지운 행", default=dict)
    objects_gone = models.PositiveIntegerField("지운 객체", default=0)
    bytes_gone = models.PositiveBigIntegerField("지운 바이트", default=0)
    kept = models.JSONField("남긴 행", default=dict)
    provider_ref = models.CharField("결제사 고객", max_length=100, blank=True)
    suspended = models.JSONField("정지한 곳", default=list)
    created_at = models.DateTimeField("접수", auto_now_add=True)
    started_at = models.DateTimeField("시작", null=True)
    done_at = models.DateTimeField("완료", null=True)
    links_end_at = models.DateTimeField("링크 만료", null=True)
    records_gone_at = models.DateTimeField("보관 기록 삭제", null=True)
    swept_at = models.DateTimeField("다시 확인", null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "지우기 영수증"
        verbose_name_plural = "지우기 영수증"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "subject_id"],
                condition=Q(state__in=OPEN),
                name="removal_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} ({self.state})"


class ExportState(models.TextChoices):
    PACKING = "packing", "만드는 중"
    READY = "ready", "준비됨"
    FAILED = "failed", "실패"
    EXPIRED = "expired", "만료됨"


class Export(Owned):
    """A zip of everything that a workspace has, for the person who asked for it.

    ``packed`` is how far the packing has come (``packing.Progress``); ``expires_at`` is when the
    object is deleted.
    """

    user_id = models.UUIDField("요청한 사람의 ID")
    state = models.CharField(
        "상태", max_length=8, choices=ExportState.choices, default=ExportState.PACKING
    )
    key = models.CharField("객체 키", max_length=300, unique=True)
    upload_id = models.CharField("업로드 ID", max_length=1024, blank=True)
    files_total = models.PositiveIntegerField("전체 파일", default=0)
    files_done = models.PositiveIntegerField("담은 파일", default=0)
    bytes_total = models.PositiveBigIntegerField("전체 바이트", default=0)
    bytes_done = models.PositiveBigIntegerField("담은 바이트", default=0)
    packed = models.JSONField("진행", default=dict)
    size = models.PositiveBigIntegerField("크기", default=0)
    tries = models.PositiveIntegerField("시도", default=0)
    not_before = models.DateTimeField("다음 시도", null=True)
    ready_at = models.DateTimeField("준비", null=True)
    expires_at = models.DateTimeField("만료", null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "내보내기"
        verbose_name_plural = "내보내기"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(state="packing"), name="export_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%F} ({self.state})"
