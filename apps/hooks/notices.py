"""Mails about webhooks."""

from functools import partial
from typing import Final

from celery import current_app
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from apps.accounts.models import Language, Role, User
from apps.common.sentences import Sentence

from .models import Endpoint

_SUBJECT: Final = Sentence(
    "[AI Voice Studio] 웹훅을 껐습니다", "[AI Voice Studio] A webhook was switched off"
)
REASONS: Final = {
    "gone": Sentence("주소가 410 Gone으로 답했습니다.", "Its address answered 410 Gone."),
    "failing": Sentence(
        "사흘 동안 한 번도 전달하지 못했습니다.", "Nothing could be delivered for three days."
    ),
}
_TEXT: Final = Sentence(
    "{url} 웹훅을 껐습니다. {reason}\n\n주소를 확인하고 {page} 에서 다시 켜 주세요. "
    "전달하지 못한 이벤트는 30일 동안 다시 보낼 수 있습니다.\n",
    "The webhook {url} was switched off. {reason}\n\nCheck the address and switch it on again at "
    "{page}. Events that were not delivered can be sent again for 30 days.\n",
)


def tell_disabled(endpoint: Endpoint, code: str) -> None:
    """Mail the workspace's owners after the commit, however long a mail server is away."""
    owners = User.objects.filter(
        is_active=True,
        memberships__workspace=endpoint.workspace_id,
        memberships__role=Role.OWNER,
    )
    for owner in owners.values_list("pk", flat=True):
        args = [str(endpoint.pk), str(owner), code]
        send = partial(current_app.send_task, "apps.hooks.tasks.mail_disabled", args, retry=False)
        transaction.on_commit(send, robust=True)


def mail_disabled(endpoint_id: str, owner_id: str, code: str) -> None:
    """To one owner, in their language; to nobody where either has gone meanwhile."""
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    owner = User.objects.filter(pk=owner_id, is_active=True).first()
    if endpoint is None or owner is None:
        return

    def said(sentence: Sentence) -> str:
        return sentence.en if owner.language == Language.EN else sentence.ko

    page = f"{settings.PUBLIC_URL}/account/developers"
    text = said(_TEXT).format(url=endpoint.url, reason=said(REASONS[code]), page=page)
    send_mail(said(_SUBJECT), text, None, [owner.email])
