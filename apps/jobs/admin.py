from django.contrib import admin

from apps.common.looking import ReadOnlyAdmin

from .admin_runpod import RunPodAccountAdmin, RunPodEndpointAdmin
from .admin_weights import ModelWeightsAdmin
from .models import Attempt, Job, VoiceUse

__all__ = ["JobAdmin", "ModelWeightsAdmin", "RunPodAccountAdmin", "RunPodEndpointAdmin"]


class AttemptInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Attempt
    extra = 0
    can_delete = False
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

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


class VoiceUseInline(admin.TabularInline):  # type: ignore[type-arg]
    model = VoiceUse
    extra = 0
    can_delete = False
    fields = ("voice", "weight", "consent")
    readonly_fields = fields

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """To look at; jobs are changed only by their verbs."""

    list_display = ("created_at", "workspace", "kind", "title", "state", "error_code", "quote")
    list_filter = ("kind", "state", "error_code")
    search_fields = ("id", "batch", "title", "workspace__name")
    list_select_related = ("workspace",)
    inlines = (VoiceUseInline, AttemptInline)
