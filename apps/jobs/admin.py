"""Jobs in the operator's rooms: their attempts, their log, what they cost and brought in."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.accounts.admin import WorkspaceAdmin
from apps.accounts.models import Workspace
from apps.billing.plans import usd_per_credit
from apps.common import audit
from apps.common.looking import ReadOnlyAdmin, ReadOnlyInline, Verb
from apps.common.sections import Link, Section

from . import giving_back, history, machine_time, services
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
        "machine_cost",
        "error_code",
        "error_detail",
    )
    readonly_fields = fields

    @admin.display(description="원가 (USD)")
    def machine_cost(self, attempt: Attempt) -> str:
        return "–" if attempt.cost_usd is None else f"${attempt.cost_usd:.4f}"


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
        ("로그 (log)", {"fields": ("log",)}),
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
        Verb(
            "give_back",
            "크레딧 돌려주기 (give credits back)",
            "작업이 쓴 크레딧을 모두 돌려줍니다. 결과물은 고객에게 남습니다. "
            "(Gives back all credits that the job spent; its result stays with the customer.)",
            lambda row, asked: giving_back.give_back(row, reason=asked.reason, operator=asked.who),
            giving_back.may,
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
        cost = machine_time.cost_of(job.attempts.all())
        return "–" if cost is None else f"${cost:.4f}"

    def picture(self, row: Job) -> audit.Snapshot:
        """With the credits that came back, which no field of a job tells."""
        return super().picture(row) | {"credits_given_back": giving_back.is_given_back(row.pk)}

    @admin.display(description="실패 이유 (why it failed)")
    def why(self, job: Job) -> str:
        if not job.error_code:
            return "–"
        text = text_of(job.error_code)
        return f"{job.error_code}: {text.ko} / {text.en} {job.error_detail}".strip()

    @admin.display(description="기록 (lines)")
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


@JobAdmin.shows
def _times(job: Job) -> Section:
    """From the wish to its end, and how long each part took."""
    moments: list[tuple[str, datetime | None]] = [
        ("요청 (created)", job.created_at),
        ("시작 (started)", job.started_at),
        ("끝 (finished)", job.finished_at),
    ]
    facts = [(name, f"{at:%F %T}" if at else "–") for name, at in moments]
    facts += [
        ("대기 (waited)", _span(job.created_at, job.started_at)),
        ("실행 (ran)", _span(job.started_at, job.finished_at)),
    ]
    return Section("시간 (times)", facts)


@JobAdmin.shows
def _margin(job: Job) -> Section:
    """What the job cost against what its credits bring in, where they are sold cheapest."""
    cost = machine_time.cost_of(job.attempts.all())
    value = (job.cost or 0) * usd_per_credit()
    back = giving_back.is_given_back(job.pk)
    earned = 0.0 if back else value
    facts = [
        ("쓴 크레딧 (credits)", f"{job.cost or 0:,}"),
        ("그 값, 최저가 (value)", f"${value:.4f}"),
        ("연산 원가 (machine cost)", "–" if cost is None else f"${cost:.4f}"),
        ("마진 (margin)", "–" if cost is None else _signed(earned - float(cost))),
        ("돌려줌 (given back)", "예 (yes)" if back else "아니요 (no)"),
    ]
    ledger = f"{reverse('admin:billing_entry_changelist')}?q={job.pk}"
    return Section("가격과 원가 (price and cost)", facts, links=[Link("원장 (ledger)", ledger)])


def _signed(usd: float) -> str:
    return f"{'-' if usd < 0 else '+'}${abs(usd):.4f}"


def _span(since: datetime | None, until: datetime | None) -> str:
    if since is None or until is None:
        return "–"
    minutes, seconds = divmod(round((until - since).total_seconds()), 60)
    return f"{minutes:,}분 {seconds}초" if minutes else f"{seconds}초"


@WorkspaceAdmin.shows
def _machines(workspace: Workspace) -> Section:
    columns = ("달 (month)", "시도 (attempts)", "연산, 초 (seconds)", "원가 (USD)")
    rows = [
        (month, f"{count:,}", f"{seconds:,.0f}", f"${usd:,.4f}")
        for month, count, seconds, usd in machine_time.by_month(workspace.pk)
    ]
    empty = "아직 연산을 쓰지 않았습니다."
    return Section("GPU 사용 (machine time)", (), columns, rows, empty=empty)


@WorkspaceAdmin.shows
def _newest(workspace: Workspace) -> Section:
    jobs = Job.objects.for_workspace(workspace)[:10]
    rows = [
        (
            f"{job.created_at:%F %T}",
            Link(job.title or job.kind, reverse("admin:jobs_job_change", args=[job.pk])),
            job.get_kind_display(),
            job.get_state_display(),
            "–" if job.cost is None else f"{job.cost:,}",
        )
        for job in jobs
    ]
    address = f"{reverse('admin:jobs_job_changelist')}?workspace__id__exact={workspace.pk}"
    columns = ("시각", "작업", "종류", "상태", "크레딧")
    links = [Link("모든 작업 (all jobs)", address)]
    empty = "작업이 없습니다."
    return Section("최근 작업 (recent jobs)", (), columns, rows, links, empty)
