"""A customer with one of everything, and what of them can be found anywhere."""

import uuid
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Acceptance, User, Workspace
from apps.billing.gateway import API_VERSION
from apps.billing.models import Purchase, PurchaseState, Refund, Subscription
from apps.billing.services import adjust
from apps.common import erasure, outbox, storage
from apps.common.models import Change
from apps.jobs.models import Attempt, Job, JobEvent
from apps.jobs.states import JobState
from apps.leaving.models import Export, ExportState, Removal
from apps.library.models import AudioFile, ReportCard
from apps.voices.models import Consent, Voice
from tests.apps.conftest import browser
from tests.apps.possessions import one_of_each
from tests.factories import make_user, workspace_of
from tests.operators import with_second_factor
from tests.stripe.fake import FakeStripe

JSON = "application/json"
KEPT = {
    "accounts_workspace",
    "billing_entry",
    "billing_purchase",
    "billing_refund",
    "common_change",
    "leaving_removal",
}
"""Declared: they may hold ids, and nothing that names anybody."""


@dataclass
class Customer:
    user: User
    workspace: Workspace
    ids: dict[str, str]
    words: tuple[str, ...]
    customer_ref: str

    @property
    def names(self) -> list[str]:
        return [self.user.email, *self.words]


def make_customer(name: str, stripe: FakeStripe) -> Customer:
    """Files, voices, jobs, events, batches, keys, webhooks, answers, money, logs, objects."""
    user = with_second_factor(make_user(f"{name}@example.com"))
    workspace = workspace_of(user)
    User.objects.filter(pk=user.pk).update(name=f"{name}-person")
    Workspace.objects.filter(pk=workspace.pk).update(name=f"{name}-studio")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Acceptance.objects.create(user=user, document="terms", version="1")
    ids = one_of_each(workspace, user)
    Export.objects.update(state=ExportState.EXPIRED)
    Removal.objects.filter(pk=ids.pop("erasures")).delete()
    User.objects.filter(pk=ids.pop("members")).delete()  # alone in the workspace
    song = f"{name}-song.wav"
    AudioFile.objects.filter(pk=ids["files"]).update(name=song)
    _make_voice_and_jobs(name, ids)
    client = browser(user)
    again = {"Idempotency-Key": f"key-{name}"}
    made = client.post("/api/v1/keys", {"name": f"{name}-key", "scopes": ["read"]}, JSON,
                       headers=again)  # fmt: skip
    assert made.status_code == 201
    outbox.emit(workspace.pk, "file.ready", {"id": ids["files"], "name": song})
    erasure.erase([f"uploads/{workspace.pk}/late/source"])
    for key in (f"uploads/{workspace.pk}/orphan/source", f"jobs/{ids['jobs']}/1/preview.opus"):
        storage.write_bytes(key, name.encode())
    ref = stripe.answer(
        "POST",
        "/v1/customers",
        {"email": user.email},
        {
            "authorization": f"Bearer {stripe.key}",
            "stripe-version": API_VERSION,
            "idempotency-key": str(uuid.uuid4()),
        },
    )["id"]
    Subscription.objects.update_or_create(workspace=workspace, defaults={"customer_ref": ref})
    _make_money(name, workspace)
    for label, pk in (("accounts.user", user.pk), ("library.audiofile", ids["files"])):
        Change.objects.create(
            who="operator@example.com", verb="change", what=label, row=str(pk), name=user.email,
            reason=f"asked by {user.email}", before={"name": f"{name}-before"}, after={},
        )  # fmt: skip
    words = (f"{name}-person", f"{name}-studio", song, f"{name}-voice", f"{name}-singer",
             f"{name}-key", f"{name}-memo", f"{name}-before", f"{name}-log")  # fmt: skip
    return Customer(user, workspace, ids, words, ref)


def _make_voice_and_jobs(name: str, ids: dict[str, str]) -> None:
    voice = Voice.objects.get(pk=ids["voices"])
    job = Job.objects.get(pk=ids["jobs"])
    folder = f"jobs/{job.pk}/1"
    Voice.objects.filter(pk=voice.pk).update(
        name=f"{name}-voice", model_key=f"{folder}/model.pth", index_key=f"{folder}/model.index"
    )
    for key in ("model.pth", "model.index"):
        storage.write_bytes(f"{folder}/{key}", name.encode())
    Consent.objects.filter(voice=voice).update(singer_name=f"{name}-singer")
    Job.objects.filter(pk=job.pk).update(title=f"{name}-voice")
    attempt = Attempt.objects.get(job=job)
    JobEvent.objects.create(
        job=job, attempt=attempt, seq=1, type="log", at=timezone.now(),
        payload={"line": f"{name}-log"},
    )  # fmt: skip
    song = {"id": ids["files"], "name": f"{name}-song.wav", "key": "k", "duration_s": 1.0}
    Job.objects.create(
        workspace=job.workspace, kind="convert", state=JobState.SUCCEEDED,
        title=f"{name}-song.wav", params={}, inputs={"source": song, "files": [song]}, quote=1,
        finished_at=timezone.now(), tidied_at=timezone.now(),
    )  # fmt: skip
    card = ReportCard.objects.get(job_id=job.pk)
    ReportCard.objects.filter(pk=card.pk).update(
        job_id=uuid.uuid4(),
        card=card.card | {"files": [{"id": ids["files"], "name": f"{name}-song.wav"}]},
    )


def _make_money(name: str, workspace: Workspace) -> None:
    adjust(workspace.pk, 5, key=f"adjust:{uuid.uuid4()}", memo=f"{name}-memo")
    purchase = Purchase.objects.create(
        workspace=workspace, item="pack", is_pack=True, credits=10, amount=1000, currency="krw",
        state=PurchaseState.PAID, payment_ref="pi_1", paid_at=timezone.now(),
    )  # fmt: skip
    Refund.objects.create(
        workspace=workspace, purchase=purchase, credits=1, amount=100, reason=f"{name}-memo",
        operator="operator@example.com",
    )  # fmt: skip


def tables() -> dict[str, list[str]]:
    """Every row of every table, as JSON text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{name}" t')
            found[name] = sorted(row[0] for row in cursor.fetchall())
    return found


def traces(of: Customer) -> list[str]:
    """Where in database and storage something of a customer is that no table may keep."""
    marks = [str(of.user.pk), str(of.workspace.pk), *of.ids.values(), of.customer_ref]
    found = []
    for table, rows in tables().items():
        wanted = of.names if table in KEPT else [*of.names, *marks]
        found += [f"{table}: {mark}" for row in rows for mark in wanted if mark in row]
    found += [each.key for each in storage.listed() if any(mark in each.key for mark in marks)]
    return found


def rows_of(who: Customer) -> list[str]:
    """All rows that name a customer, and all of their objects with what is in them."""
    marks = [*who.names, str(who.user.pk), str(who.workspace.pk), *who.ids.values()]
    rows = [
        f"{table} {row}"
        for table, found in tables().items()
        for row in found
        if any(mark in row for mark in marks)
    ]
    objects = [
        f"{each.key} {storage.read_bytes(each.key)!r}"
        for each in storage.listed()
        if any(mark in each.key for mark in marks)
    ]
    return rows + objects
