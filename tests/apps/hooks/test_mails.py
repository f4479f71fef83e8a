"""Mails about trainings: to whoever started one, in their language, once."""

import threading
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Membership, User, Workspace
from apps.common import outbox
from apps.hooks import delivery, mails
from apps.hooks.models import Mail
from apps.jobs.models import Job
from gpu_worker.contract.params import TrainParams

REASON = {"ko": "녹음이 너무 짧습니다.", "en": "The recording is too short."}


@pytest.fixture
def job(workspace: Workspace, owner: User) -> Job:
    return Job.objects.create(
        workspace=workspace,
        kind="train",
        state="succeeded",
        title="아리아\n2",
        params=TrainParams().model_dump(mode="json"),
        inputs={"source": {"id": "x", "name": "x"}, "files": []},
        quote=1,
        asked_by=owner,
    )


def end(job: Job, kind: str = "job.succeeded", **changes: Any) -> None:
    """The job's end is told, and whoever wants to hear it is found."""
    data = {
        "id": str(job.pk),
        "kind": "train",
        "title": job.title,
        "scores": {"quality": 81.6},
        "error": None,
    }
    outbox.emit(job.workspace_id, kind, data | changes)
    delivery.fan_out()


def send_all() -> None:
    for one in Mail.objects.all():
        mails.send(one.pk)


def test_a_voice_is_ready(job: Job, owner: User) -> None:
    end(job)
    send_all()
    [message] = mail.outbox
    assert message.to == [owner.email]
    assert message.subject == "[AI Voice Studio] “아리아 2” 목소리가 완성되었습니다"
    assert "품질은 100점 중 82점입니다." in message.body
    assert f"/jobs/{job.pk}" in message.body
    assert "/account" in message.body


def test_a_training_failed_in_english(job: Job, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(language="en")
    end(job, "job.failed", scores=None, error={"code": "x", "message": REASON})
    send_all()
    [message] = mail.outbox
    assert message.subject == "[AI Voice Studio] The training of “아리아 2” failed"
    assert REASON["en"] in message.body
    assert REASON["ko"] not in message.body


def test_each_end_is_told_once(job: Job) -> None:
    end(job, "job.failed", scores=None, error={"code": "x", "message": REASON})
    for _ in range(3):
        send_all()
        delivery.fan_out()
    assert len(mail.outbox) == 1
    end(job)
    send_all()
    assert len(mail.outbox) == 2, "a retry's end is another one"


@pytest.mark.parametrize("kind", ["job.cancelled", "voice.ready", "batch.finished"])
def test_other_events_send_nothing(job: Job, kind: str) -> None:
    end(job, kind)
    assert not Mail.objects.exists()


def test_other_jobs_send_nothing(job: Job) -> None:
    outbox.emit(job.workspace_id, "job.succeeded", {"id": str(job.pk), "kind": "convert"})
    delivery.fan_out()
    assert not Mail.objects.exists()


def test_who_does_not_want_it_gets_none(job: Job, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(mails_trainings=False)
    end(job)
    assert not Mail.objects.exists()


def test_who_has_left_gets_none(job: Job, owner: User) -> None:
    Membership.objects.filter(user=owner).delete()
    end(job)
    assert not Mail.objects.exists()


def test_a_mate_who_did_not_start_it_gets_none(job: Job, owner: User, mate: User) -> None:
    end(job)
    assert [one.user for one in Mail.objects.all()] == [owner]


def test_a_server_that_is_away_is_asked_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> int:
        raise SMTPServerDisconnected

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", away)
        end(job)
        send_all()
    waiting = Mail.objects.get()
    assert (waiting.sent_at, waiting.tries) == (None, 1)
    assert waiting.next_at is not None
    assert waiting.next_at > timezone.now()
    send_all()
    assert mail.outbox == [], "not before its time"
    Mail.objects.update(next_at=timezone.now())
    send_all()
    assert len(mail.outbox) == 1


def test_it_is_given_up_in_the_end(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmailBackend, "send_messages", lambda *_: 1 / 0)
    monkeypatch.setattr(mails, "SMTPException", ZeroDivisionError)
    end(job)
    for _ in range(mails.MOST_TRIES):
        Mail.objects.update(next_at=timezone.now())
        send_all()
    assert Mail.objects.get().next_at is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(job: Job) -> None:
    end(job)
    [one] = Mail.objects.all()
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        mails.send(one.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == 1
