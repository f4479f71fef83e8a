"""Files and datasets in the operator's rooms: to look at, never to listen to."""

from typing import ClassVar

from django.contrib import admin
from django.urls import reverse

from apps.accounts.admin import WorkspaceAdmin
from apps.accounts.models import Workspace
from apps.billing import limits
from apps.billing.plans import GB
from apps.billing.stored import stored_bytes
from apps.common.looking import ReadOnlyAdmin, ReadOnlyInline
from apps.common.sections import Link, Section

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


@WorkspaceAdmin.shows
def _storage(workspace: Workspace) -> Section:
    used, most = stored_bytes(workspace.pk), limits.quotas_of(workspace.pk).storage
    facts = [
        ("사용 (used)", f"{used / GB:.2f} GB"),
        ("한도 (quota)", f"{most / GB:,.0f} GB" if most is not None else "없음 (none)"),
        ("비율 (share)", f"{100 * used / most:.0f} %" if most else "–"),
        ("파일 (files)", f"{AudioFile.objects.for_workspace(workspace).count():,}"),
    ]
    files = reverse("admin:library_audiofile_changelist")
    links = [Link("파일 (files)", f"{files}?workspace__id__exact={workspace.pk}")]
    return Section("저장 공간 (storage)", facts, links=links)
