"""A job, its attempts and what they reported; where they run is in ``compute_models``."""

import math
import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from apps.accounts.models import User, Workspace
from apps.common.models import Owned
from apps.voices.models import Consent, Voice
from gpu_worker.contract.params import JobKind

from . import compute_models  # noqa: F401  # Django looks for models in this module alone
from .states import (
    ATTEMPT_ACTIVE,
    ATTEMPT_MOVES,
    ATTEMPT_REMOTE,
    JOB_ACTIVE,
    JOB_MOVES,
    KIND_NAMES,
    AttemptState,
    IllegalMove,
    JobState,
)

SUNG_KINDS = (JobKind.CONVERT, JobKind.COVER)
"""The kinds whose results are sung by a voice."""


class Job(Owned):
    """One training, conversion, cover and so on.

    ``inputs`` is the frozen list of files at the start, ``fence`` the number of the current
    attempt, ``held_fence`` the attempt that began the current reservation, ``version`` grows with
    each change that a browser can see. ``batch`` is what was asked for together, ``scores`` the
    newest evaluation of a training, ``finish_asked_at`` when the customer had heard enough of it.
    ``sound_s`` is the seconds of sound that it was started with. ``request_id`` names the request
    that began the current round.
    ``tidied_at`` is when what its attempts had left in storage was deleted. ``asked_by`` is the
    member who started it. ``labels`` are the customer's own words for it.
    """

    kind = models.CharField(
        "종류", max_length=16, choices=[(k.value, KIND_NAMES[k]) for k in JobKind]
    )
    state = models.CharField(
        "상태", max_length=16, choices=JobState.choices, default=JobState.QUEUED
    )
    title = models.CharField("제목", max_length=255)
    params = models.JSONField("설정")
    inputs = models.JSONField("입력")
    voices = models.ManyToManyField(
        Voice, verbose_name="목소리", through="VoiceUse", related_name="jobs"
    )
    batch = models.UUIDField("묶음", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="시작한 사람",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="asked_jobs",
    )
    stage = models.CharField("단계", max_length=16, blank=True)
    fraction = models.FloatField("진행률", default=0.0)
    eta_s = models.FloatField("남은 시간(초)", null=True, blank=True)
    step = models.PositiveIntegerField("스텝", null=True, blank=True)
    total_steps = models.PositiveIntegerField("전체 스텝", null=True, blank=True)
    losses = models.JSONField("손실", default=dict)
    scores = models.JSONField("점수", null=True, blank=True)
    finish_asked_at = models.DateTimeField("일찍 끝내 달라고 한 시각", null=True, blank=True)
    quote = models.PositiveIntegerField("견적")
    sound_s = models.FloatField("소리 길이(초)", default=0.0)
    cost = models.PositiveIntegerField("쓴 크레딧", null=True, blank=True)
    error_code = models.CharField("오류 코드", max_length=64, blank=True)
    error_detail = models.TextField("오류 내용", blank=True)
    fence = models.PositiveIntegerField("시도 번호", default=0)
    held_fence = models.PositiveIntegerField("예약한 시도", default=0)
    version = models.PositiveBigIntegerField("버전", default=1)
    request_id = models.CharField("요청 ID", max_length=64, blank=True)
    started_at = models.DateTimeField("시작한 시각", null=True, blank=True)
    finished_at = models.DateTimeField("끝난 시각", null=True, blank=True)
    tidied_at = models.DateTimeField("정리한 시각", null=True, blank=True)
    labels = ArrayField(
        models.CharField(max_length=40), verbose_name="라벨", default=list, blank=True
    )

    class Meta:
        verbose_name = "작업"
        verbose_name_plural = "작업"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["workspace", "kind", "-created_at"], name="job_by_workspace"),
            models.Index(
                fields=["created_at"], condition=Q(state__in=JOB_ACTIVE), name="job_active"
            ),
            models.Index(
                fields=["finished_at"], condition=Q(tidied_at=None), name="job_not_tidied"
            ),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="job_by_batch"),
            GinIndex(fields=["labels"], name="job_by_label"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.title} ({self.state})"

    @property
    def is_active(self) -> bool:
        return self.state in JOB_ACTIVE

    @property
    def voice(self) -> Voice | None:
        """The first voice: the one that is trained, or that a song is sung in."""
        return next((use.voice for use in self.uses.all()), None)

    def move(self, to: JobState) -> None:
        """Change the state in memory; raises IllegalMove. The caller holds the row and saves."""
        if to not in JOB_MOVES[JobState(self.state)]:
            raise IllegalMove(f"job {self.id}: {self.state} -> {to}")
        self.state = to


class SoundPreset(Owned):
    """Settings of a conversion or a cover under a name: those that were set, for any song.

    Private to its ``maker`` unless ``shared`` with the workspace.
    """

    name = models.CharField("이름", max_length=80)
    kind = models.CharField(
        "종류", max_length=16, choices=[(k.value, KIND_NAMES[k]) for k in SUNG_KINDS]
    )
    settings = models.JSONField("설정")
    shared = models.BooleanField("공유", default=False)
    maker = models.ForeignKey(
        User, verbose_name="만든 사람", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "프리셋"
        verbose_name_plural = "프리셋"
        indexes = (models.Index(fields=["workspace", "-created_at"], name="preset_newest"),)

    def __str__(self) -> str:
        return self.name


class VoiceUse(models.Model):
    """A voice in a job: its share of a blend, and the consent that the job stands on.

    A later consent revives nothing.
    """

    job = models.ForeignKey(Job, verbose_name="작업", on_delete=models.CASCADE, related_name="uses")
    voice = models.ForeignKey(
        Voice, verbose_name="목소리", on_delete=models.PROTECT, related_name="uses"
    )
    position = models.PositiveSmallIntegerField("순서", default=0)
    weight = models.FloatField("비중", default=1.0)
    consent = models.ForeignKey(
        Consent,
        verbose_name="동의서",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "쓴 목소리"
        verbose_name_plural = "쓴 목소리"
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["job", "voice"], name="voice_once_per_job"),)

    def __str__(self) -> str:
        return f"{self.voice} x {self.weight:g}"


class Attempt(models.Model):
    """One try at a job on one backend. Only the attempt with the job's fence is listened to.

    ``last_seq`` is the highest progress event applied. ``ended_at`` is when we gave up on it or it
    ended; ``gone_at`` when the backend confirmed that nothing of it runs any more; ``asked_at``
    when the sweep last asked the backend. ``run`` names the worker that claimed it, should it have
    been delivered to several. ``machine_s`` seconds of a machine cost ``price_per_s``
    USD each.
    """

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(
        Job, verbose_name="작업", on_delete=models.CASCADE, related_name="attempts"
    )
    fence = models.PositiveIntegerField("시도 번호")
    state = models.CharField(
        "상태", max_length=16, choices=AttemptState.choices, default=AttemptState.QUEUED
    )
    backend = models.CharField("연산 백엔드", max_length=16, blank=True)
    endpoint = models.CharField("엔드포인트", max_length=200, blank=True)
    remote_id = models.CharField("원격 ID", max_length=200, blank=True)
    not_before = models.DateTimeField("보낼 시각")
    deadline_s = models.PositiveIntegerField("기한(초)", default=0)
    claimed_at = models.DateTimeField("맡은 시각", null=True, blank=True)
    started_at = models.DateTimeField("시작한 시각", null=True, blank=True)
    last_seen_at = models.DateTimeField("마지막 소식", null=True, blank=True)
    run = models.CharField("실행 이름", max_length=64, blank=True)
    last_seq = models.PositiveIntegerField("마지막 보고 번호", default=0)
    ended_at = models.DateTimeField("끝난 시각", null=True, blank=True)
    gone_at = models.DateTimeField("사라진 시각", null=True, blank=True)
    asked_at = models.DateTimeField("물어본 시각", null=True, blank=True)
    machine_s = models.FloatField("연산 시간(초)", null=True, blank=True)
    price_per_s = models.DecimalField(
        "1초 가격(USD)", max_digits=12, decimal_places=8, null=True, blank=True
    )
    error_code = models.CharField("오류 코드", max_length=64, blank=True)
    error_detail = models.TextField("오류 내용", blank=True)
    created_at = models.DateTimeField("만든 시각", auto_now_add=True)

    class Meta:
        verbose_name = "시도"
        verbose_name_plural = "시도"
        ordering = ("fence",)
        constraints = (
            models.UniqueConstraint(fields=["job", "fence"], name="attempt_fence"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(state__in=ATTEMPT_ACTIVE), name="attempt_one_active"
            ),
        )
        indexes = (
            models.Index(fields=["not_before"], condition=Q(gone_at=None), name="attempt_not_gone"),
            # what a dispatch and a sweep look through, however many attempts there ever were
            models.Index(
                fields=["not_before"],
                condition=Q(state=AttemptState.QUEUED),
                name="attempt_waiting",
            ),
            models.Index(
                fields=["asked_at"], condition=Q(state__in=ATTEMPT_REMOTE), name="attempt_remote"
            ),
        )

    def __str__(self) -> str:
        return f"{self.job_id}#{self.fence} ({self.state})"

    @property
    def is_active(self) -> bool:
        return self.state in ATTEMPT_ACTIVE

    @property
    def cost_usd(self) -> Decimal | None:
        """What its machine cost: whole seconds, as RunPod bills; ours where it told no time."""
        if self.price_per_s is None:
            return None
        seconds = self.machine_s
        if seconds is None and self.started_at and self.ended_at:
            seconds = (self.ended_at - self.started_at).total_seconds()
        return None if seconds is None else math.ceil(seconds) * self.price_per_s

    def move(self, to: AttemptState) -> None:
        """Change the state in memory; raises IllegalMove. The caller holds the row and saves."""
        if to not in ATTEMPT_MOVES[AttemptState(self.state)]:
            raise IllegalMove(f"attempt {self}: -> {to}")
        self.state = to


class EventType(models.TextChoices):
    """``notice`` is a line of our own; the others are the worker's (see the contract)."""

    NOTICE = "notice", "알림"
    STARTED = "started", "시작"
    PROGRESS = "progress", "진행"
    LOG = "log", "기록"
    CHECKPOINT = "checkpoint", "체크포인트"
    PREVIEW = "preview", "미리듣기"
    EVALUATED = "evaluated", "평가"
    FINISHED = "finished", "끝"
    FAILED = "failed", "실패"
    CANCELLED = "cancelled", "취소"


class JobEvent(models.Model):
    """One line of a job's history: a worker's event (``seq``) or our notice (``notice``)."""

    id = models.BigAutoField("ID", primary_key=True)
    job = models.ForeignKey(
        Job, verbose_name="작업", on_delete=models.CASCADE, related_name="events"
    )
    attempt = models.ForeignKey(
        Attempt, verbose_name="시도", on_delete=models.CASCADE, related_name="events"
    )
    seq = models.PositiveIntegerField("번호", null=True, blank=True)
    notice = models.CharField("알림", max_length=32, blank=True)
    type = models.CharField("종류", max_length=16, choices=EventType.choices)
    at = models.DateTimeField("시각")
    payload = models.JSONField("내용", default=dict)

    class Meta:
        verbose_name = "작업 기록"
        verbose_name_plural = "작업 기록"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["attempt", "seq"], condition=Q(seq__isnull=False), name="event_seq"
            ),
            models.UniqueConstraint(
                fields=["attempt", "notice"], condition=~Q(notice=""), name="event_notice"
            ),
        )
        indexes = (models.Index(fields=["job", "id"], name="event_by_job"),)

    def __str__(self) -> str:
        return f"{self.type} {self.seq or self.notice}"


class Turn(models.Model):
    """When a workspace was last served: the one that waited longest comes next."""

    workspace = models.OneToOneField(
        Workspace,
        verbose_name="워크스페이스",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="turn",
    )
    served_at = models.DateTimeField("차례를 받은 시각")

    class Meta:
        verbose_name = "차례"
        verbose_name_plural = "차례"

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.served_at:%F %T}"
