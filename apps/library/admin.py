"""Files and datasets in the operator's rooms: to look at, never to listen to."""

from typing import ClassVar

from django.contrib import admin

from apps.common.looking import ReadOnlyAdmin, ReadOnlyInline

from .models import AudioFile, Dataset, DatasetItem, ReportCard


@admin.register(AudioFile)
class AudioFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "state", "origin", "size", "duration_s", "created_at")
    list_filter = ("state", "origin", "stem", "ai_generated", "error_code")
    search_fields = ("id", "name", "workspace__id", "job_id")
    list_select_related = ("workspace",)
    ordering = ("-created_at",)
    exclude = ("peaks",)


class DatasetItemInline(ReadOnlyInline):
    model = DatasetItem


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "created_at")
    search_fields = ("id", "name", "workspace__id")
    list_select_related = ("workspace",)
    inlines: ClassVar = [DatasetItemInline]


@admin.register(ReportCard)
class ReportCardAdmin(ReadOnlyAdmin):
    list_display = ("dataset", "workspace", "job_id", "created_at")
    search_fields = ("id", "job_id", "workspace__id")
    list_select_related = ("workspace", "dataset")
