"""Nothing is left of what was erased, everything is left of everybody else."""

import json
import uuid
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from apps.accounts import invitations
from apps.accounts.models import Invitation, Membership, Role, User, Workspace
from apps.accounts.scopes import SCOPES
from apps.billing import farewell
from apps.billing.models import Entry, Subscription
from apps.common import audit, storage
from apps.common import erasure as queued
from apps.common.errors import ApiError
from apps.common.locks import alone
from apps.hooks.models import Mail
from apps.jobs.models import Job, SoundPreset, VoiceUse
from apps.jobs.states import JobState
from apps.leaving import erasure, exports, letters, steps
from apps.leaving.models import By, Removal, RemovalState, Subject
from apps.library.models import AudioFile
from apps.voices.models import Consent, Voice
from tests.apps.conftest import browser, program
from tests.factories import make_user
from tests.operators import operator_browser
from tests.stripe.fake import FakeStripe

from .customers import Customer, make_customer, rows_of, tables, traces

JSON = "application/json"


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def customer(selling: FakeStripe, db: None) -> Customer:
    return make_customer("erin", selling)


@pytest.fixture
def other(selling: FakeStripe, db: None) -> Customer:
    return make_customer("otto", selling)


def finish(removal: Removal) -> Removal:
    """Step until it is done, as the tasks and the timer do."""
    for _ in range(500):
        Removal.objects.filter(state__in=("pending", "running", "failed")).update(
            not_before=timezone.now()
        )
        for each in list(erasure.due(timezone.now())):
            steps.go_on(each.pk)
        removal.refresh_from_db()
        if removal.state == RemovalState.DONE:
            return removal
    raise AssertionError(f"never done: {removal.phase} {removal.problem}")


def account(customer: Customer) -> Removal:
    return erasure.order(Subject.ACCOUNT, customer.user.pk, by=By.CUSTOMER, by_id=customer.user.pk)


def test_an_account_is_erased_everywhere(
    customer: Customer, other: Customer, selling: FakeStripe
) -> None:
    assert len({trace.split(":")[0] for trace in traces(customer)}) > 20, "the walk sees tables"
    before = rows_of(other)
    entries = Entry.objects.filter(workspace=customer.workspace).count()
    export = exports.start(customer.workspace, customer.user)
    assert exports.pack(export.pk), "one is half packed"
    removal = finish(account(customer))

    assert traces(customer) == []
    assert rows_of(other) == before
    assert selling.objects[customer.customer_ref] == {
        "id": customer.customer_ref, "object": "customer", "deleted": True,
    }  # fmt: skip
    assert customer.user.email not in json.dumps(selling.objects)
    tombstone = Workspace.objects.get(pk=customer.workspace.pk)
    assert tombstone.name == "(erased)"
    assert tombstone.erased_at
    assert Entry.objects.filter(workspace=customer.workspace).count() == entries

    slip = erasure.receipt(removal)
    [part] = slip["parts"]
    assert (slip["state"], part["state"]) == ("done", "done")
    assert part["erased"]["provider_customer"] == customer.customer_ref
    assert part["erased"]["objects"] == 7, "sounds, orphan, preview, model, index, export"
    assert part["erased"]["rows"]["jobs.job"] == 2
    assert slip["erased"]["rows"]["accounts.user"] == 1
    assert part["kept"]["rows"] == {
        "billing.entry": entries, "billing.purchase": 1, "billing.refund": 1,
    }  # fmt: skip
    assert not any(name in json.dumps(slip, ensure_ascii=False) for name in customer.names)


@pytest.mark.parametrize("moment", range(1, 30, 4))
def test_killed_anywhere_it_goes_on(
    moment: int, customer: Customer, selling: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(steps, "OBJECTS_AT_ONCE", 2)
    monkeypatch.setattr(steps, "PLACES_AT_ONCE", 3)
    removal = account(customer)
    left = [moment]

    def dying(real: Any) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            found = real(*args, **named)
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return found

        return call

    with monkeypatch.context() as patched:
        patched.setattr(storage, "delete", dying(storage.delete))
        patched.setattr(audit, "forget_rows", dying(audit.forget_rows))
        patched.setattr(farewell, "part", dying(farewell.part))
        patched.setattr(steps, "_move", dying(steps._move))
        with pytest.raises(Killed):
            finish(removal)
    finish(removal)
    assert traces(customer) == []
    with pytest.raises(ApiError, match="not-found"):
        account(customer)


def test_a_provider_that_is_away_holds_it_up(customer: Customer, selling: FakeStripe) -> None:
    removal = erasure.order(Subject.WORKSPACE, customer.workspace.pk, by=By.OPERATOR, by_id=None)
    selling.faults += ["away"] * 3
    while steps.go_on(removal.pk):
        pass
    removal.refresh_from_db()
    assert (removal.state, removal.problem) == ("failed", "ProviderAway")
    assert Workspace.objects.get(pk=customer.workspace.pk).erased_at is None
    assert finish(removal).provider_ref == customer.customer_ref


def test_a_backup_holds_it_up(customer: Customer, selling: FakeStripe) -> None:
    removal = erasure.order(Subject.WORKSPACE, customer.workspace.pk, by=By.OPERATOR, by_id=None)
    Removal.objects.filter(pk=removal.pk).update(phase="places")
    assert steps.go_on(removal.pk)
    key = AudioFile.objects.get(pk=customer.ids["files"]).key
    with patch.object(steps, "alone", held_elsewhere):
        assert not steps.go_on(removal.pk)
    assert storage.exists(key)
    finish(removal)
    assert not storage.exists(key)


def held_elsewhere(name: str) -> Any:
    """As ``alone`` while a backup holds deletions."""
    return nullcontext(False) if name == "erase" else alone(name)


def test_what_arrives_late_goes_too(customer: Customer, selling: FakeStripe) -> None:
    removal = finish(
        erasure.order(Subject.WORKSPACE, customer.workspace.pk, by=By.OPERATOR, by_id=None)
    )
    late = f"jobs/{customer.ids['jobs']}/2/model.pth"
    storage.write_bytes(late, b"a worker's last words")
    assert steps.sweep_again() == 0, "its link still holds"
    Removal.objects.filter(pk=removal.pk).update(links_end_at=timezone.now())
    assert steps.sweep_again() == 1
    assert not storage.exists(late)
    removal.refresh_from_db()
    assert removal.places == {}
    assert removal.swept_at


def traces_of(customer: Customer, ids: dict[str, str], *words: str) -> list[str]:
    """What is left of some of the customer's things; the customer stays."""
    left = Customer(customer.user, customer.workspace, ids, words, "cus_none")
    marks = (*ids.values(), *words)
    return [each for each in traces(left) if any(mark in each for mark in marks)]


def test_a_voice_is_erased_with_its_trainings(customer: Customer, other: Customer) -> None:
    before = rows_of(other)
    voice = customer.ids["voices"]
    finish(erasure.order(Subject.VOICE, Voice.objects.get(pk=voice).pk, by=By.OPERATOR, by_id=None))
    ids = {name: customer.ids[name] for name in ("voices", "jobs", "checkpoints")}
    assert traces_of(customer, ids, "erin-voice", "erin-singer") == []
    assert AudioFile.objects.filter(pk=customer.ids["files"]).exists()
    assert not Consent.objects.filter(workspace=customer.workspace).exists()
    assert rows_of(other) == before


def test_an_imported_voice_is_erased_with_what_was_sent(
    customer: Customer, other: Customer
) -> None:
    """The import names the voice, so do the mail about it and the folder of its upload."""
    before = rows_of(other)
    voice = Voice.objects.get(pk=customer.ids["voices"])
    job = Job.objects.create(
        workspace=customer.workspace, kind="import", state=JobState.FAILED, title=voice.name,
        params={}, inputs={"source": {"id": str(voice.pk), "name": voice.name}}, quote=1,
        finished_at=timezone.now(), tidied_at=timezone.now(),
    )  # fmt: skip
    VoiceUse.objects.create(job=job, voice=voice, weight=1)
    Mail.objects.create(
        workspace=customer.workspace, user=customer.user, event=uuid.uuid4(), kind="job.failed",
        data={"job": str(job.pk), "title": voice.name, "quality": None, "reason": None},
    )  # fmt: skip
    sent = f"uploads/{customer.workspace.pk}/import/{voice.pk}/1/model.pth"
    storage.write_bytes(sent, b"pickle")
    storage.write_bytes(f"jobs/{job.pk}/1/model.pth", b"half")
    queued.erase([sent], after=timedelta(days=2))
    finish(erasure.order(Subject.VOICE, voice.pk, by=By.CUSTOMER, by_id=None))
    ids = {"voices": str(voice.pk), "import": str(job.pk)}
    assert traces_of(customer, ids, "erin-voice") == []
    assert rows_of(other) == before


def test_a_file_is_erased_with_its_name(customer: Customer, other: Customer) -> None:
    before = rows_of(other)
    file = AudioFile.objects.get(pk=customer.ids["files"])
    export = exports.start(customer.workspace, customer.user)
    while exports.pack(export.pk):
        pass
    finish(erasure.order(Subject.FILE, file.pk, by=By.OPERATOR, by_id=None))
    assert not storage.exists(export.key), "it was in there too"
    assert traces_of(customer, {"files": str(file.pk)}, file.name) == []
    assert not storage.exists(file.key)
    song = Job.objects.get(workspace=customer.workspace, kind="convert")
    assert (song.title, song.inputs["source"]["name"]) == ("—", "—")
    assert rows_of(other) == before


def test_a_deleted_voice_keeps_its_consent_until_it_is_erased(customer: Customer) -> None:
    """DELETE takes a voice away; the record of who agreed to it stays until the erasure."""
    voice = customer.ids["voices"]
    assert browser(customer.user).delete(f"/api/v1/voices/{voice}").status_code == 204
    assert Consent.objects.filter(voice_id=voice).exists()
    finish(erasure.order(Subject.VOICE, Voice.objects.get(pk=voice).pk, by=By.CUSTOMER, by_id=None))
    assert not Consent.objects.filter(voice_id=voice).exists()


def test_a_member_goes_and_the_workspace_of_others_stays(
    customer: Customer, other: Customer, selling: FakeStripe
) -> None:
    Membership.objects.create(user=customer.user, workspace=other.workspace, role=Role.MEMBER)
    Consent.objects.filter(workspace=other.workspace).update(user=customer.user)
    finish(account(customer))
    assert traces(customer) == []
    consent = Consent.objects.get(workspace=other.workspace)
    assert (consent.user, consent.singer_name) == (None, "otto-singer")
    shown = browser(other.user).get(f"/api/v1/voices/{other.ids['voices']}").json()
    assert shown["consent"]["user"] is None


def test_a_shared_workspace_is_billed_to_another_owner(
    customer: Customer, other: Customer, selling: FakeStripe
) -> None:
    """Who bought for a workspace that stays is nobody whom the provider writes to any more."""
    Membership.objects.create(user=customer.user, workspace=other.workspace, role=Role.OWNER)
    selling.objects[other.customer_ref]["email"] = customer.user.email
    finish(account(customer))
    assert selling.objects[other.customer_ref]["email"] == other.user.email
    assert customer.user.email not in json.dumps(selling.objects)


def test_whoever_was_in_it_alone_gets_a_workspace(customer: Customer, other: Customer) -> None:
    """Owner and member of an erased workspace can still sign in, accept and leave."""
    mate = make_user("mate@example.com", workspace=customer.workspace)
    Membership.objects.create(user=other.user, workspace=customer.workspace, role=Role.MEMBER)
    pk = customer.workspace.pk
    finish(erasure.order(Subject.WORKSPACE, pk, by=By.CUSTOMER, by_id=customer.user.pk))
    for person in (customer.user, mate):
        found = browser(person).get("/api/v1/me").json()
        assert found["workspace"]["id"] != str(pk)
        assert found["workspace"]["role"] == "owner"
        assert len(found["workspaces"]) == 1
    theirs = browser(other.user).get("/api/v1/me").json()["workspaces"]
    assert [each["id"] for each in theirs] == [str(other.workspace.pk)], "who had one keeps to it"
    again = browser(customer.user).post("/api/v1/erasures/account", {}, JSON)
    assert again.status_code != 404
    finish(account(customer))
    assert not User.objects.filter(pk=customer.user.pk).exists()


def test_invitations_to_a_person_go_with_them(customer: Customer, other: Customer) -> None:
    Subscription.objects.filter(workspace=other.workspace).update(plan="label")  # seats for all
    mine = {"user": customer.user, "verified": True}
    second = EmailAddress.objects.create(email="erin.too@example.org", **mine)
    for email in (second.email.upper(), customer.user.email):
        invitations.invite(other.workspace, other.user, email=email, role=Role.MEMBER)
    old = "old@example.net"
    taken = invitations.invite(other.workspace, other.user, email=old, role=Role.MEMBER)
    Invitation.objects.filter(pk=taken.pk).update(
        accepted_at=timezone.now(), accepted_by=customer.user
    )
    to_others = Invitation.objects.filter(workspace=other.workspace).exclude(
        email__in=(second.email, customer.user.email, old)
    )
    before = set(to_others.values_list("email", flat=True))
    removal = finish(account(customer))
    left = set(Invitation.objects.values_list("email", flat=True))
    assert left == before
    assert traces(customer) == []
    assert not any("erin.too" in row for rows in tables().values() for row in rows)
    assert erasure.receipt(removal)["erased"]["rows"]["accounts.invitation"] == 3


def test_private_presets_go_with_their_maker(customer: Customer, other: Customer) -> None:
    """Nobody else has ever seen them; shared ones belong to the workspace by now."""
    Membership.objects.create(user=customer.user, workspace=other.workspace, role=Role.MEMBER)
    for name, shared in (("erin-private", False), ("erins shared", True)):
        SoundPreset.objects.create(
            workspace=other.workspace, maker=customer.user, name=name, kind="convert",
            settings={}, shared=shared,
        )  # fmt: skip
    removal = finish(account(customer))
    assert removal.rows["jobs.soundpreset"] == 1
    left = SoundPreset.objects.filter(workspace=other.workspace)
    assert set(left.values_list("name", "maker")) == {
        ("erins shared", None),
        ("프리셋", other.user.pk),
    }


def test_nobody_is_left_without_an_owner(customer: Customer) -> None:
    make_user("mate@example.com", workspace=customer.workspace)
    with pytest.raises(ApiError) as refused:
        account(customer)
    assert refused.value.code == "workspace-has-members"
    assert not Removal.objects.exists()


def test_an_order_is_one_and_can_be_undone(customer: Customer) -> None:
    pk = customer.user.pk
    order = partial(erasure.order, Subject.ACCOUNT, pk, by=By.CUSTOMER, by_id=pk)
    first = order(grace=erasure.GRACE)
    assert order(grace=erasure.GRACE).pk == first.pk
    assert Workspace.objects.get(pk=customer.workspace.pk).suspended_at
    assert not steps.go_on(first.pk)
    erasure.undo(first)
    assert Workspace.objects.get(pk=customer.workspace.pk).suspended_at is None
    assert User.objects.filter(pk=customer.user.pk).exists()
    with pytest.raises(ApiError, match="erasure-begun"):
        erasure.undo(first)


# -- over the API --------------------------------------------------------------------------------


def test_an_account_is_erased_after_a_week(customer: Customer, mailoutbox: list[Any]) -> None:
    client = browser(customer.user)
    address = "/api/v1/erasures/account"
    assert client.get(address).json() == {"planned": None, "grace_days": 7}
    assert client.post(address).json()["error"]["code"] == "confirm-first"
    assert not Removal.objects.exists()
    client = operator_browser(customer.user)
    planned = client.post(address).json()["planned"]
    assert (planned["state"], planned["subject"]) == ("pending", "account")
    removal = Removal.objects.get(pk=planned["id"])
    assert timedelta(days=6, hours=23) < removal.due_at - timezone.now() < timedelta(days=7)
    refused = client.post("/api/v1/webhooks", {"url": "https://e.com/", "events": ["*"]}, JSON)
    assert refused.json()["error"]["code"] == "workspace-suspended"
    letters.send("erasure_ordered", str(customer.user.pk), str(removal.pk))
    assert f"{removal.due_at:%Y-%m-%d %H:%M}" in mailoutbox[-1].body
    assert client.delete(address).json()["planned"] is None
    assert Workspace.objects.get(pk=customer.workspace.pk).suspended_at is None
    assert client.delete(address).status_code == 200, "nothing to undo is fine"


def test_only_the_owner_erases_a_workspace_and_no_key_does(customer: Customer) -> None:
    address = "/api/v1/erasures/workspace"
    mate = operator_browser(make_user("mate@example.com", workspace=customer.workspace))
    assert mate.post(address).status_code == 403
    for path in (address, "/api/v1/erasures/account"):
        assert program(customer.user, *SCOPES).post(path).status_code == 403
    assert not Removal.objects.exists()
    assert operator_browser(customer.user).post(address).json()["planned"]["state"] == "pending"


def test_a_voice_gets_a_receipt(customer: Customer, other: Customer) -> None:
    client = browser(customer.user)
    body = {"subject": "voice", "id": customer.ids["voices"]}
    assert browser(other.user).post("/api/v1/erasures", body, JSON).status_code == 404
    made = client.post("/api/v1/erasures", body, JSON)
    assert made.status_code == 202
    finish(Removal.objects.get(pk=made.json()["id"]))
    slip = client.get(f"/api/v1/erasures/{made.json()['id']}").json()
    assert (slip["state"], slip["by"], slip["rows"]["voices.consent"]) == ("done", "customer", 1)
    assert client.post("/api/v1/erasures", body, JSON).status_code == 404
    [row] = client.get("/api/v1/erasures").json()["results"]
    assert row == slip
