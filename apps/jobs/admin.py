"""Jobs in the operator's rooms: their attempts, their log, what they cost and brought in."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.common.looking import ReadOnlyAdmin, ReadOnlyInline, Verb

from . import history, services
from .admin_runpod import RunPodAccountAdmin, RunPodEndpointAdmin
from .admin_weights import ModelWeightsAdmin
from .models import Attempt, Job, SoundPreset, VoiceUse
from .problems import text_of
from .states import JobState

__all__ = [
    "JobAdmin",
    "ModelWeightsAdmin",
    "RunPodAccountAdmin",
    "RunPodEndpointAdmin",
    "SoundPresetAdmin",
]

LINES = 500
"""Of a job's log, the first ones."""


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = (
        "fence",
        "state",
        "backend",
        "endpoint",
        "remote_id",
        "started_at",
        "last_seen_at",
        "ended_at",
        "machine_s",
        "cost_usd",
        "error_code",
        "error_detail",
    )
    readonly_fields = fields


class VoiceUseInline(ReadOnlyInline):
    model = VoiceUse
    fields = ("voice", "weight", "consent")
    readonly_fields = fields


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs are changed only by their verbs."""

    list_display = (
        "created_at",
        "workspace",
        "kind",
        "title",
        "state",
        "error_code",
        "price",
        "machine_cost",
    )
    list_filter = ("state", "kind", "error_code", "created_at")
    search_fields = ("id", "batch", "title", "workspace__name", "attempts__remote_id")
    list_select_related = ("workspace",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    "workspace",
                    "kind",
                    "state",
                    "why",
                    "price",
                    "machine_cost",
                    "id",
                    "batch",
                )
            },
        ),
        ("시간순 기록 (timeline)", {"fields": ("created_at", "started_at", "finished_at", "log")}),
        ("설정 (parameters)", {"classes": ("collapse",), "fields": ("params", "inputs")}),
    )
    readonly_fields = ("why", "price", "machine_cost", "log")
    inlines = (AttemptInline, VoiceUseInline)
    verbs = (
        Verb(
            "cancel",
            "작업 취소 (cancel)",
            "작업을 바로 끝내고 예약한 크레딧을 돌려줍니다. "
            "(Ends the job at once and releases its credits.)",
            lambda row, _: services.cancel(row.pk),
            lambda row: row.is_active,
        ),
        Verb(
            "retry",
            "다시 시도 (retry)",
            "크레딧을 다시 예약하고 마지막 체크포인트에서 이어 갑니다. "
            "(Reserves the credits again and goes on from the last checkpoint.)",
            lambda row, _: services.retry(row.pk),
            lambda row: row.state in (JobState.FAILED, JobState.CANCELLED),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        found: QuerySet[Job] = super().get_queryset(request)
        return found.prefetch_related("attempts")

    @admin.display(description="가격 (credits: cost / quote)")
    def price(self, job: Job) -> str:
        return f"{'–' if job.cost is None else job.cost} / {job.quote}"

    @admin.display(description="원가 (USD)")
    def machine_cost(self, job: Job) -> str:
        known = [cost for each in job.attempts.all() if (cost := each.cost_usd) is not None]
        return f"${sum(known, Decimal()):.4f}" if known else "–"

    @admin.display(description="실패 이유 (why it failed)")
    def why(self, job: Job) -> str:
        if not job.error_code:
            return "–"
        text = text_of(job.error_code)
        return f"{job.error_code}: {text.ko} / {text.en} {job.error_detail}".strip()

    @admin.display(description="로그 (log)")
    def log(self, job: Job) -> SafeString:
        return format_html("<ol class='operator-log'>{}</ol>", _lines(job))


def _lines(job: Job) -> SafeString:
    told: list[Any] = [line for line in history.lines(job, 0, LINES) if line["ko"]]
    return format_html_join(
        "",
        "<li class='{}'><time>{}</time> <b>#{}</b> {}</li>",
        ((line["level"], f"{line['at']:%F %T}", line["attempt"], line["ko"]) for line in told),
    )


@admin.register(SoundPreset)
class SoundPresetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "kind", "shared", "maker", "created_at")
    list_filter = ("kind", "shared")
    search_fields = ("id", "name", "workspace__id")
    list_select_related = ("workspace", "maker")
