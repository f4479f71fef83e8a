"""Files and datasets in the operator's rooms: to look at, never to listen to."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from .models import AudioFile, Dataset, DatasetItem, ReportCard


class ReadOnly:
    """Rows follow their verbs; the admin only shows them."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AudioFile)
class AudioFileAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "workspace", "state", "origin", "size", "duration_s", "created_at")
    list_filter = ("state", "origin", "stem", "ai_generated", "error_code")
    search_fields = ("id", "name", "workspace__id", "job_id")
    list_select_related = ("workspace",)
    ordering = ("-created_at",)
    exclude = ("peaks",)
    show_full_result_count = False


class DatasetItemInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = DatasetItem
    extra = 0


@admin.register(Dataset)
class DatasetAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "workspace", "created_at")
    search_fields = ("id", "name", "workspace__id")
    list_select_related = ("workspace",)
    inlines: ClassVar = [DatasetItemInline]


@admin.register(ReportCard)
class ReportCardAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("dataset", "workspace", "job_id", "created_at")
    search_fields = ("id", "job_id", "workspace__id")
    list_select_related = ("workspace", "dataset")
