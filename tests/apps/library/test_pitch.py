"""/files/{id}/pitch: what a report card knows of a file's range, or else a browser heard."""

import uuid
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.library.models import ReportCard
from tests.factories import make_dataset, make_file, workspace_of

JSON = "application/json"
UNKNOWN = {"low_hz": None, "median_hz": None, "high_hz": None}


def card_of(workspace: Workspace, *files: dict[str, Any]) -> None:
    ReportCard.objects.create(
        workspace=workspace,
        dataset=make_dataset(workspace),
        job_id=uuid.uuid4(),
        fingerprint=uuid.uuid4().hex,
        verdict="good",
        usable_s=1.0,
        card={"files": files},
    )


def test_what_the_newest_card_found(
    workspace: Workspace, owner_client: Client, stranger_client: Client
) -> None:
    file, other = make_file(workspace), make_file(workspace)
    url = f"/api/v1/files/{file.pk}/pitch"
    assert owner_client.get(url).json() == UNKNOWN
    for low in (100.0, 110.0):
        card_of(
            workspace,
            {"id": str(other.pk), "f0_low_hz": 1.0},
            {"id": str(file.pk), "f0_low_hz": low, "f0_median_hz": 220.0, "f0_high_hz": 440.0},
        )
    assert owner_client.get(url).json() == {"low_hz": 110.0, "median_hz": 220.0, "high_hz": 440.0}
    assert stranger_client.get(url).status_code == 404


def test_another_workspaces_card_says_nothing(
    workspace: Workspace, owner_client: Client, stranger: User
) -> None:
    file = make_file(workspace)
    card_of(workspace_of(stranger), {"id": str(file.pk), "f0_low_hz": 100.0})
    assert owner_client.get(f"/api/v1/files/{file.pk}/pitch").json() == UNKNOWN


HEARD = {"low_hz": 146.8, "median_hz": 220.0, "high_hz": 440.0}


def test_what_one_browser_heard_no_other_has_to(
    workspace: Workspace, owner_client: Client, stranger_client: Client
) -> None:
    file = make_file(workspace)
    url = f"/api/v1/files/{file.pk}/pitch"
    assert stranger_client.put(url, HEARD, JSON).status_code == 404
    assert owner_client.get(url).json() == UNKNOWN
    answer = owner_client.put(url, HEARD, JSON)
    assert (answer.status_code, answer.json()) == (200, HEARD)
    assert owner_client.get(url).json() == HEARD
    card_of(
        workspace,
        {"id": str(file.pk), "f0_low_hz": 110.0, "f0_median_hz": 220.5, "f0_high_hz": 441.0},
    )
    examined = {"low_hz": 110.0, "median_hz": 220.5, "high_hz": 441.0}
    assert owner_client.get(url).json() == examined, "an examination knows better"


@pytest.mark.parametrize(
    "wrong",
    [HEARD | {"low_hz": 300.0}, HEARD | {"high_hz": 200.0}, HEARD | {"low_hz": 1.0}, {}],
)
def test_no_range(workspace: Workspace, owner_client: Client, wrong: dict[str, float]) -> None:
    file = make_file(workspace)
    answer = owner_client.put(f"/api/v1/files/{file.pk}/pitch", wrong, JSON)
    assert answer.status_code == 400
    file.refresh_from_db()
    assert file.heard_median_hz is None
