"""Erasing in the operator's rooms, and the receipts."""

import json
import uuid
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.models import User, Workspace
from apps.common.audit import ERASE
from apps.common.looking import Asked, ReadOnlyAdmin, Verb, offer
from apps.library.models import AudioFile
from apps.voices.models import Voice

from . import erasure
from .models import OPEN, By, Export, Removal, Subject

_WARNINGS = {
    Subject.FILE: "파일의 소리와 기록을 모두 지웁니다. 이 파일을 쓰는 작업은 취소됩니다. "
    "(Erases the sound and every record of it; jobs that use it are cancelled.)",
    Subject.VOICE: "목소리와 그 학습, 동의 기록을 모두 지웁니다. 이 목소리로 만든 곡은 남습니다. "
    "(Erases the voice, its trainings and consents; songs that it sang stay.)",
    Subject.WORKSPACE: "파일, 목소리, 작업, 결제사의 고객까지 모두 지웁니다. 결제와 크레딧 기록은 "
    "법에 따라 이름 없이 5년 동안 남습니다. (Erases everything, also the customer at the payment "
    "provider. Records of money are kept for five years by law, without a name.)",
    Subject.ACCOUNT: "이 사람과, 다른 멤버가 없는 워크스페이스를 모두 지웁니다. "
    "(Erases this person and the workspaces without any other member.)",
}
_NOT_NAMED = " 사유에는 이름이나 주소를 쓰지 마세요. (Write no names in the reason.)"


def _verb(subject: Subject, may: Any) -> Verb:
    def act(row: Any, asked: Asked) -> object:
        return erasure.order(subject, row.pk, by=By.OPERATOR, by_id=asked.request.user.pk)

    return Verb(
        ERASE,
        "지우기 (erase)",
        _WARNINGS[subject] + _NOT_NAMED,
        act,
        may,
        typed=str,
        then=lambda row: _page(subject, row.pk),
    )


def _page(subject: Subject, subject_id: uuid.UUID) -> str:
    """The page of the newest order about this."""
    found = Removal.objects.filter(subject=subject, subject_id=subject_id).first()
    return reverse("admin:leaving_removal_change", args=[found.pk if found else uuid.uuid4()])


offer(AudioFile, _verb(Subject.FILE, lambda row: True))
offer(Voice, _verb(Subject.VOICE, lambda row: True))
offer(Workspace, _verb(Subject.WORKSPACE, lambda row: row.erased_at is None))
offer(User, _verb(Subject.ACCOUNT, lambda row: not row.is_staff))


@admin.register(Removal)
class RemovalAdmin(ReadOnlyAdmin):
    """Orders under way and the receipts of what is gone."""

    list_display = ("created_at", "subject", "subject_id", "state", "phase", "by", "done_at")
    list_filter = ("state", "subject", "by")
    search_fields = ("id", "subject_id", "workspace_id")
    exclude = ("places", "suspended")
    change_form_outer_before_template = "leaving/receipt.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.download)
        return [path("<uuid:pk>/receipt.json", page, name="leaving_receipt"), *super().get_urls()]

    def more_of(self, row: Removal) -> dict[str, Any]:
        return {
            "removal": row,
            "is_open": self.goes_on(row),
            "text": json.dumps(erasure.receipt(row), ensure_ascii=False, indent=2),
            "download": reverse("admin:leaving_receipt", args=[row.pk]),
        }

    def goes_on(self, row: Removal) -> bool:
        return row.state in OPEN

    def download(self, request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
        """The receipt as a file."""
        removal = Removal.objects.filter(pk=pk).first()
        if removal is None:
            raise Http404
        answer = JsonResponse(
            erasure.receipt(removal), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
        answer["Content-Disposition"] = f'attachment; filename="receipt-{pk}.json"'
        return answer


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """What customers take with them; the archives themselves are theirs alone."""

    list_display = ("created_at", "workspace", "state", "files_done", "files_total", "size")
    list_filter = ("state",)
    search_fields = ("id", "workspace__id")
    list_select_related = ("workspace",)
    exclude = ("packed", "upload_id")
