"""Customers' webhooks in the operator's rooms: what was told to whom, and telling it again."""

from django.contrib import admin
from django.urls import reverse

from apps.accounts.admin import WorkspaceAdmin
from apps.accounts.models import Workspace
from apps.common.looking import ReadOnlyAdmin, Verb
from apps.common.sections import Link, Section

from . import services
from .models import Delivery, DeliveryState, Endpoint, Mail


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = ("url", "workspace", "is_enabled", "disabled_code", "failing_since")
    list_filter = ("is_enabled", "disabled_code")
    search_fields = ("url", "workspace__name")
    list_select_related = ("workspace",)
    verbs = (
        Verb(
            "switch_off",
            "끄기 (switch off)",
            "이 웹훅으로 더 보내지 않습니다. 기다리던 것은 실패로 남고 다시 보낼 수 있습니다. "
            "(Nothing more is sent; what waits has failed and can be sent again.)",
            lambda row, _: services.update(row, {"is_enabled": False}),
            lambda row: row.is_enabled,
        ),
        Verb(
            "switch_on",
            "다시 켜기 (switch on)",
            "이 웹훅으로 다시 보냅니다. (Events are sent to it again.)",
            lambda row, _: services.update(row, {"is_enabled": True}),
            lambda row: not row.is_enabled,
        ),
    )


@EndpointAdmin.shows
def _deliveries(endpoint: Endpoint) -> Section:
    found = endpoint.deliveries.select_related("event").order_by("-created_at")[:20]
    rows = [
        (
            Link(f"{each.created_at:%F %T}", _page(each)),
            each.event.kind,
            each.get_state_display(),
            str(each.tries),
        )
        for each in found
    ]
    columns = ("시각", "이벤트", "상태", "시도")
    return Section("최근 전달 (deliveries)", (), columns, rows, empty="보낸 것이 없습니다.")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "event", "endpoint", "state", "tries", "next_at")
    list_filter = ("state", "event__kind")
    search_fields = ("endpoint__url", "workspace__name")
    list_select_related = ("event", "endpoint")
    verbs = (
        Verb(
            "replay",
            "다시 보내기 (send again)",
            "같은 ID로 한 번 더 보냅니다. (Sends it once more, with the same id.)",
            lambda row, _: services.replay(row),
            lambda row: row.state != DeliveryState.PENDING,
        ),
    )


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "kind", "sent_at", "tries")
    list_filter = ("kind",)
    search_fields = ("user__email", "workspace__name")
    list_select_related = ("user",)


@WorkspaceAdmin.shows
def _webhooks(workspace: Workspace) -> Section:
    rows = [
        (
            Link(each.url, _page(each)),
            "켜짐" if each.is_enabled else "꺼짐",
            f"{each.failing_since:%F %T}" if each.failing_since else "–",
        )
        for each in Endpoint.objects.for_workspace(workspace)
    ]
    columns = ("주소", "상태", "실패 시작")
    return Section("웹훅 (webhooks)", (), columns, rows, empty="웹훅이 없습니다.")


def _page(row: Endpoint | Delivery) -> str:
    return reverse(f"admin:hooks_{row._meta.model_name}_change", args=[row.pk])
