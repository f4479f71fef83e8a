"""Mails to people about their trainings: whoever started one hears of its end, once."""

import uuid
from datetime import timedelta
from smtplib import SMTPException
from typing import Any, Final

import structlog
from celery import current_app
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Language, Membership, User
from apps.common.models import OutboxEvent
from apps.common.sentences import Sentence
from apps.jobs.models import Job
from gpu_worker.contract.params import JobKind

from .models import Mail

log = structlog.get_logger(__name__)

PAUSE: Final = timedelta(minutes=1)
MOST_TRIES: Final = 8
KEEP: Final = timedelta(days=30)
_AT_ONCE: Final = 200
_USEFUL_S: Final = 60
_SUBJECTS: Final = {
    "job.succeeded": Sentence(
        "[AI Voice Studio] “{title}” 목소리가 완성되었습니다",
        "[AI Voice Studio] The voice “{title}” is ready",
    ),
    "job.failed": Sentence(
        "[AI Voice Studio] “{title}” 학습이 실패했습니다",
        "[AI Voice Studio] The training of “{title}” failed",
    ),
}
_TEXTS: Final = {
    "job.succeeded": Sentence(
        "“{title}” 목소리의 학습이 끝났습니다.{quality}\n\n"
        "이제 노래를 이 목소리로 바꿔 보세요. 체크포인트마다 미리듣기도 있습니다.\n{page}\n",
        "The training of “{title}” has finished.{quality}\n\n"
        "Convert a song to it now, or listen to what each checkpoint sounds like.\n{page}\n",
    ),
    "job.failed": Sentence(
        "“{title}” 목소리의 학습이 끝까지 가지 못했습니다.\n{reason_ko}\n\n"
        "쓰지 않은 크레딧은 돌려드렸습니다. 아래 페이지에서 다시 시도할 수 있습니다.\n{page}\n",
        "The training of “{title}” did not get to its end.\n{reason_en}\n\n"
        "Unspent credits were given back. You can try again on this page:\n{page}\n",
    ),
}
_QUALITY: Final = Sentence(" 품질은 100점 중 {score}점입니다.", " Its quality is {score} of 100.")
_FOOT: Final = Sentence(
    "\n이 메일은 계정 페이지에서 끌 수 있습니다: {account}\n",
    "\nYou can switch these mails off on your account page: {account}\n",
)


def note(event: OutboxEvent) -> None:
    """Write down whom a mail about this event goes to; it is sent after the caller's commit."""
    if event.kind not in _TEXTS or event.data.get("kind") != JobKind.TRAIN:
        return
    user = _who_wants(event)
    if user is None:
        return
    mail = Mail(
        workspace_id=event.workspace_id,
        user=user,
        event=event.pk,
        kind=event.kind,
        data=_facts(event.data),
        next_at=timezone.now(),
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    _hurry(mail.pk)


def _who_wants(event: OutboxEvent) -> User | None:
    """Who started the job, while a member still, and unless mails are switched off."""
    jobs = Job.objects.for_workspace(event.workspace_id).filter(id=event.data["id"])
    job = jobs.select_related("asked_by").first()
    user = job.asked_by if job else None
    if user is None or not (user.is_active and user.mails_trainings):
        return None
    is_member = Membership.objects.filter(user=user, workspace_id=event.workspace_id).exists()
    return user if is_member else None


def _facts(job: dict[str, Any]) -> dict[str, Any]:
    """What the mail says of the job as it was then."""
    scores, error = job.get("scores"), job.get("error")
    return {
        "job": job["id"],
        "title": job["title"],
        "quality": scores["quality"] if scores else None,
        "reason": error["message"] if error else None,
    }


def _hurry(mail_id: uuid.UUID) -> None:
    """Send on commit; the sweep would come to it too."""
    transaction.on_commit(
        lambda: current_app.send_task(
            "apps.hooks.tasks.mail", args=[str(mail_id)], retry=False, expires=_USEFUL_S
        ),
        robust=True,
    )


def send(mail_id: uuid.UUID) -> None:
    """Send a mail that is due; whoever comes second finds it taken.

    It counts as sent before the server has it: a process that dies in between loses the mail, and
    nobody ever gets it twice.
    """
    now = timezone.now()
    taken = Mail.objects.filter(pk=mail_id, sent_at=None, next_at__lte=now).update(
        sent_at=now, tries=F("tries") + 1
    )
    if not taken:
        return
    mail = Mail.objects.select_related("user").get(pk=mail_id)
    subject, text = written(mail)
    try:
        send_mail(subject, text, None, [mail.user.email])
    except (SMTPException, OSError) as error:
        log.warning("a mail has to wait", mail=str(mail_id), error=type(error).__name__)
        again = now + PAUSE * 2**mail.tries if mail.tries < MOST_TRIES else None
        Mail.objects.filter(pk=mail_id).update(sent_at=None, next_at=again)


def written(mail: Mail) -> tuple[str, str]:
    """Subject and text in the person's language."""
    english = mail.user.language == Language.EN

    def said(sentence: Sentence) -> str:
        return sentence.en if english else sentence.ko

    facts = mail.data
    quality = facts["quality"]
    reason = facts["reason"] or {"ko": "", "en": ""}
    values = {
        "title": " ".join(facts["title"].split()),  # a subject has no line breaks
        "quality": said(_QUALITY).format(score=round(quality)) if quality is not None else "",
        "reason_ko": reason["ko"],
        "reason_en": reason["en"],
        "page": f"{settings.PUBLIC_URL}/jobs/{facts['job']}",
        "account": f"{settings.PUBLIC_URL}/account",
    }
    text = said(_TEXTS[mail.kind]) + said(_FOOT)
    return said(_SUBJECTS[mail.kind]).format(**values), text.format(**values)


def sweep() -> None:
    """Mails whose message got lost, or that no server took, are taken up; old rows go."""
    now = timezone.now()
    due = Mail.objects.filter(sent_at=None, next_at__lte=now).order_by("next_at")
    for pk in due.values_list("pk", flat=True)[:_AT_ONCE]:
        _hurry(pk)
    old = Mail.objects.filter(created_at__lt=now - KEEP)
    Mail.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_AT_ONCE])).delete()
