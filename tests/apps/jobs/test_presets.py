"""/api/v1/presets: who sees one, who changes one, and that settings are the contract's."""

import uuid
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.jobs.models import SoundPreset
from apps.jobs.presets import BUILTINS, MOST, PARAMS
from tests.apps.conftest import program

URL = "/api/v1/presets"
JSON = "application/json"
BODY = {"name": "라이브", "kind": "convert", "settings": {"protect": 0.4}, "shared": False}


def make(client: Client, **changes: Any) -> dict[str, Any]:
    answer = client.post(URL, BODY | changes, JSON)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def names(client: Client, query: str = "") -> list[str]:
    return [one["name"] for one in client.get(URL + query).json()["results"]]


def test_kept_as_it_was_set(owner_client: Client, owner: User) -> None:
    made = make(owner_client)
    assert made["settings"] == {"protect": 0.4}, "defaults are not frozen into it"
    assert (made["mine"], made["maker"], made["shared"]) == (True, owner.email, False)
    assert owner_client.get(f"{URL}/{made['id']}").json() == made
    make(owner_client, kind="cover", name="커버", settings={"reverb": 0.3})
    assert names(owner_client) == ["커버", "라이브"]
    assert names(owner_client, "?kind=convert") == ["라이브"]


def test_shared_ones_are_everybodys(
    owner_client: Client, mate_client: Client, stranger_client: Client
) -> None:
    made = make(owner_client)
    assert names(mate_client) == []
    assert mate_client.get(f"{URL}/{made['id']}").status_code == 404
    owner_client.patch(f"{URL}/{made['id']}", {"shared": True}, JSON)
    assert names(mate_client) == ["라이브"]
    assert mate_client.get(URL).json()["results"][0]["mine"] is False
    assert names(stranger_client) == []


def test_only_its_maker_or_an_owner_changes_it(owner_client: Client, mate_client: Client) -> None:
    owners, mates = make(owner_client, shared=True), make(mate_client, shared=True)
    for answer in (
        mate_client.patch(f"{URL}/{owners['id']}", {"name": "내 것"}, JSON),
        mate_client.delete(f"{URL}/{owners['id']}"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "preset-of-another")
    renamed = mate_client.patch(f"{URL}/{mates['id']}", {"name": "새 이름"}, JSON)
    assert renamed.json()["name"] == "새 이름"
    assert owner_client.delete(f"{URL}/{mates['id']}").status_code == 204
    assert names(owner_client) == ["라이브"]


def test_other_settings(owner_client: Client) -> None:
    made = make(owner_client)
    url = f"{URL}/{made['id']}"
    changed = owner_client.patch(url, {"settings": {"breath": 0.5}}, JSON).json()
    assert changed["settings"] == {"breath": 0.5}
    refused = owner_client.patch(url, {"settings": {"reverb": 0.5}}, JSON)
    assert refused.status_code == 400, "a conversion has no reverb"
    assert list(refused.json()["error"]["fields"]) == ["settings.reverb"]
    assert owner_client.get(url).json()["settings"] == {"breath": 0.5}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"settings": {"protect": 2}}, "settings.protect"),
        ({"settings": {"nothing": 1}}, "settings.nothing"),
        ({"kind": "train"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_refused(owner_client: Client, wrong: dict[str, Any], field: str) -> None:
    answer = owner_client.post(URL, BODY | wrong, JSON)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]
    assert not SoundPreset.objects.exists()


def test_once_with_a_key(owner_client: Client) -> None:
    headers = {"Idempotency-Key": "p"}
    once, again = (owner_client.post(URL, BODY, JSON, headers=headers) for _ in range(2))
    assert once.json() == again.json()
    assert SoundPreset.objects.count() == 1


def test_not_without_end(owner_client: Client, owner: User, workspace: Workspace) -> None:
    rows = [
        SoundPreset(workspace=workspace, maker=owner, name=str(n), kind="cover", settings={})
        for n in range(MOST)
    ]
    SoundPreset.objects.bulk_create(rows)
    answer = owner_client.post(URL, BODY, JSON)
    assert answer.json()["error"]["code"] == "too-many-presets"
    assert SoundPreset.objects.count() == MOST


def test_scope_of_a_key(owner: User) -> None:
    reader = program(owner, "presets:read")
    assert reader.get(URL).status_code == 200
    assert reader.post(URL, BODY, JSON).json()["error"]["code"] == "key-scope"
    assert make(program(owner, "presets:write"))["mine"]


def test_those_of_the_studio_are_valid(owner_client: Client) -> None:
    for builtin in BUILTINS:
        for kind in builtin.kinds:
            PARAMS[kind].model_validate(builtin.settings)
            assert "pitch_shift" not in builtin.settings, "the key belongs to the song"
    shown = owner_client.get(f"{URL}/builtin").json()["results"]
    assert [one["id"] for one in shown] == ["natural", "closer", "gentle"]
    assert shown[0]["name"] == {"ko": "자연스럽게", "en": "Natural"}
    assert owner_client.get(f"{URL}/{uuid.uuid4()}").status_code == 404
