"""The operator's page for RunPod: key, endpoints, prices, a light and a test button.

The key goes in and never comes out again: the page shows its last letters.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from apps.common import audit
from apps.common.looking import OperatorAdmin
from gpu_worker.contract.errors import Text

from . import backends, canary, compute, operator
from .compute_models import RunPodAccount, RunPodEndpoint
from .problems import text_of
from .queue import later


def both(text: Text) -> str:
    """The sentence in both languages."""
    return f"{text.ko} / {text.en}"


PRINTABLE_ASCII = RegexValidator(  # it becomes part of a header
    r"^[!-~]+\Z",
    "키에 쓸 수 없는 문자가 있습니다. 자판을 영문으로 바꾸거나 RunPod에서 복사해 붙여 넣어 "
    "주세요. / "
    "The key holds a character that no key has. Switch the keyboard to English, or copy the key "
    "from RunPod and paste it.",
)


class RunPodAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    new_key = forms.CharField(
        label="새 API 키 (new API key)",
        required=False,
        min_length=8,
        max_length=200,
        validators=[PRINTABLE_ASCII],
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="비워 두면 지금 키를 그대로 씁니다. (Left empty, the present key stays.)",
    )
    forget_key = forms.BooleanField(
        label="저장된 키 지우기 (delete the stored key)",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    class Meta:
        model = RunPodAccount
        fields = ("gpu", "price_per_s", "most_at_once", "per_workspace", "uses_webhook")

    def save(self, commit: bool = True) -> RunPodAccount:
        row: RunPodAccount = super().save(commit=False)
        if self.cleaned_data["forget_key"]:
            row.sealed_key = row.key_end = ""
        if key := self.cleaned_data["new_key"].strip():
            compute.set_key(row, key)
        if commit:
            row.save()
        return row


@admin.register(RunPodAccount)
class RunPodAccountAdmin(OperatorAdmin):
    form = RunPodAccountForm
    readonly_fields = ("key", "connection", "held")
    fieldsets = (
        ("연결 (connection)", {"fields": ("connection", "held", "key", "new_key", "forget_key")}),
        ("GPU", {"fields": ("gpu", "price_per_s")}),
        ("작업 (jobs)", {"fields": ("most_at_once", "per_workspace", "uses_webhook")}),
    )

    def get_urls(self) -> list[URLPattern]:
        test = self.admin_site.admin_view(require_POST(self.test))
        return [path("test/", test, name="jobs_runpodaccount_test"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row: its page is the list."""
        row, _ = RunPodAccount.objects.get_or_create(id=1)
        shown: HttpResponse = self.changeform_view(
            request, str(row.pk), extra_context=extra_context
        )
        return shown

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        operator.forget()
        later("canary")  # what the old settings were refused for may be over

    @admin.display(description="API 키 (API key)")
    def key(self, row: RunPodAccount) -> str:
        if not row.sealed_key:
            known = compute.key_of(row)
            return "환경 변수 RUNPOD_API_KEY (environment)" if known else "없음 (none)"
        if not compute.key_of(row):
            return "SECRET_KEY가 바뀌어 읽을 수 없습니다. 다시 입력해 주세요. (enter it again)"
        return f"••••{row.key_end}"

    @admin.display(description="보류 (held back)")
    def held(self, row: RunPodAccount) -> str:
        if not row.problem_code:
            return "없음 (none)"
        return f"{row.problem_at:%F %T} UTC: {both(text_of(row.problem_code))}"

    @admin.display(description="상태 (state)")
    def connection(self, row: RunPodAccount) -> SafeString:
        known = operator.report()
        head = both(known.text) if known.text else "연결됨 (connected)"
        money = "?" if known.account is None else f"${known.account.balance:.2f}"
        lines = [(_light(not each.code), _line(each)) for each in known.endpoints]
        return format_html(
            "<div><p>{} {}</p><p>잔액 (balance): {}</p>{}</div>",
            _light(not known.code),
            head,
            money,
            format_html_join("", "<p>{} {}</p>", lines),
        )

    def test(self, request: HttpRequest) -> HttpResponseRedirect:
        """The button: ask RunPod now and say what to do; send each endpoint a test job."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        row, _ = RunPodAccount.objects.get_or_create(id=1)
        said = "연결을 시험했습니다. (The connection was tested.)"
        audit.record(request, "test", row, {}, {}, reason=said)
        known = operator.report(fresh=True)
        if known.text is not None:
            self.message_user(request, both(known.text), messages.ERROR)
        for each in known.endpoints:
            level = messages.ERROR if each.code else messages.SUCCESS
            self.message_user(request, _line(each), level)
        backend = backends.runpod()
        for endpoint in compute.endpoints():
            if not endpoint.canary_id:
                canary.send(backend, endpoint)
        return HttpResponseRedirect(reverse("admin:jobs_runpodaccount_change", args=[1]))


_FROM_ENVIRONMENT = "환경 변수 RUNPOD_ENDPOINT_ID로 씁니다. (In use: the environment names it.)"


def _is_implied(row: RunPodEndpoint) -> bool:
    """Whether jobs go to it though no operator has enabled it."""
    return not row.is_enabled and row in compute.endpoints()


def _light(is_well: bool) -> SafeString:
    kind, word = ("well", "정상 (ok)") if is_well else ("bad", "문제 (problem)")
    return format_html('<strong class="operator-light {}">● {}</strong>', kind, word)


def _line(each: operator.EndpointReport) -> str:
    """One endpoint: the problem and what to do, or its counts."""
    if each.text is not None:
        return f"{each.endpoint}: {both(each.text)} {each.detail}".strip()
    jobs, workers = each.jobs, each.workers
    return (
        f"{each.endpoint}: 대기 (queued) {jobs.get('inQueue', '?')}, "
        f"실행 (running) {jobs.get('inProgress', '?')}; 워커 (workers): "
        f"{workers.get('running', '?')} 실행, {workers.get('idle', '?')} 유휴, "
        f"{workers.get('initializing', '?')} 준비, {workers.get('throttled', '?')} 제한, "
        f"{workers.get('unhealthy', '?')} 이상"
    )


@admin.register(RunPodEndpoint)
class RunPodEndpointAdmin(OperatorAdmin):
    list_display = ("endpoint_id", "state", "purpose", "position", "is_enabled", "price_per_s")
    list_editable: ClassVar = ("position", "is_enabled")
    readonly_fields = ("state", "proven_at", "contract")

    @admin.display(description="상태 (state)")
    def state(self, row: RunPodEndpoint) -> str:
        more = _FROM_ENVIRONMENT if _is_implied(row) else ""
        if row.problem:
            problem = f"{both(text_of(row.problem))} {row.problem_detail}"
            return format_html("{} {} {}", _light(False), problem, more)
        known = _light(True) if row.proven_at else "아직 시험하지 않음 (not tested yet)"
        return format_html("{} {}", known, more)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        operator.forget()
