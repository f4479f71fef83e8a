from django.contrib import admin

from apps.common.looking import OperatorAdmin, ReadOnlyInline

from .models import Consent, Voice, VoiceCheckpoint


class ConsentInline(ReadOnlyInline):
    model = Consent
    readonly_fields = (
        "statement_version",
        "singer_name",
        "scope",
        "user",
        "created_at",
        "revoked_at",
        "revoked_by",
    )
    exclude = ("statement_text",)


class CheckpointInline(ReadOnlyInline):
    model = VoiceCheckpoint
    fields = ("step", "quality", "best", "model_key", "created_at")
    readonly_fields = fields


@admin.register(Voice)
class VoiceAdmin(OperatorAdmin):
    list_display = ("name", "workspace", "state", "preset", "quality", "created_at")
    list_filter = ("state", "preset")
    search_fields = ("name", "id", "workspace__name", "workspace__id")
    list_select_related = ("workspace",)
    readonly_fields = tuple(field.name for field in Voice._meta.fields if field.name != "name")
    inlines = (ConsentInline, CheckpointInline)
