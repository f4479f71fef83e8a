from django.contrib import admin

from .models import Consent, Voice, VoiceCheckpoint


class ConsentInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Consent
    extra = 0
    can_delete = False
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

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


class CheckpointInline(admin.TabularInline):  # type: ignore[type-arg]
    model = VoiceCheckpoint
    extra = 0
    can_delete = False
    fields = ("step", "quality", "best", "model_key", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Voice)
class VoiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "workspace", "state", "preset", "quality", "created_at")
    list_filter = ("state", "preset")
    search_fields = ("name", "id")
    list_select_related = ("workspace",)
    readonly_fields = tuple(field.name for field in Voice._meta.fields if field.name != "name")
    inlines = (ConsentInline, CheckpointInline)
