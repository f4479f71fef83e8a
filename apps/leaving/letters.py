"""Mails about leaving, in the person's language."""

import uuid
from typing import Final

from celery import current_app
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Language, User

from .models import Removal

_TEXTS: Final = {
    "export_ready": {
        "ko": (
            "데이터 내보내기가 준비되었습니다",
            "요청하신 데이터 압축 파일이 준비되었습니다. "
            "7일 동안 계정 화면에서 내려받을 수 있습니다.\n\n"
            "{page}\n\n요청하신 적이 없다면 비밀번호를 바꾸고 알려 주세요.\n",
        ),
        "en": (
            "Your data export is ready",
            "The archive of your data is ready. You can download it on the account page for "
            "7 days.\n\n{page}\n\nIf you did not ask for it, change your password and tell us.\n",
        ),
    },
    "erasure_ordered": {
        "ko": (
            "삭제가 예약되었습니다",
            "{what} 삭제가 {when}(UTC)로 예약되었습니다. 그때까지는 계정 화면에서 취소할 수 있고, "
            "그 뒤에는 되돌릴 수 없습니다.\n\n{page}\n\n"
            "요청하신 적이 없다면 지금 취소하고 비밀번호를 바꿔 주세요.\n",
        ),
        "en": (
            "Your deletion is scheduled",
            "Deletion of {what} is scheduled for {when} (UTC). Until then you can cancel it on "
            "the account page; after that it can't be undone.\n\n{page}\n\n"
            "If you did not ask for it, cancel it now and change your password.\n",
        ),
    },
}
_WHAT: Final = {
    "account": {"ko": "계정", "en": "your account"},
    "workspace": {"ko": "워크스페이스", "en": "a workspace"},
}


def later(name: str, user_id: uuid.UUID, removal_id: uuid.UUID | None = None) -> None:
    """Send on commit, in the background."""
    args = [name, str(user_id), str(removal_id or "")]
    transaction.on_commit(
        lambda: current_app.send_task("apps.leaving.tasks.mail", args=args, retry=False),
        robust=True,
    )


def send(name: str, user_id: str, removal_id: str) -> None:
    """Nothing goes to somebody who is gone."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return
    language = Language.EN if user.language == Language.EN else Language.KO
    subject, body = _TEXTS[name][language]
    words = {"page": f"{settings.PUBLIC_URL}/account#leaving"}
    if removal_id:
        removal = Removal.objects.get(pk=removal_id)
        due = timezone.localtime(removal.due_at)
        words |= {"what": _WHAT[removal.subject][language], "when": f"{due:%Y-%m-%d %H:%M}"}
    title = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject
    send_mail(title, body.format(**words), None, [user.email])
