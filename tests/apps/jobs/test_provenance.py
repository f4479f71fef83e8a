"""Which files are said to be AI-generated: what converted singing is in, and what is made of it."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from apps.jobs.models import Job
from apps.jobs.requests import ConversionStart, CoverStart, SeparationStart
from apps.library.models import AudioFile, FileState
from gpu_worker.contract.job import ConvertJob, CoverJob, FileRef, PreprocessJob, SeparateJob
from gpu_worker.contract.params import CoverParams
from tests.factories import make_file

from .conftest import Studio
from .fakes import FakeWorker
from .test_kinds import post


def generated(job_id: str) -> set[str]:
    made = AudioFile.objects.filter(job_id=job_id, ai_generated=True)
    return {file.stem for file in made}


def test_converted_singing_is_ai_generated_and_so_is_all_that_is_made_of_it(
    ready: Studio, owner_client: Client
) -> None:
    voice, song = str(ready.voice.id), str(ready.song.id)
    [conversion] = post(owner_client, "conversions", {"voice": voice, "files": [song]}).json()[
        "jobs"
    ]
    assert spec_source(ready.succeed()).ai_generated is False
    assert generated(conversion["id"]) == {""}
    AudioFile.objects.filter(job_id=conversion["id"]).update(state=FileState.READY, duration_s=30.0)
    [result] = owner_client.get(f"/api/v1/jobs/{conversion['id']}").json()["results"]
    assert result["ai_generated"] is True

    for kind, stems in (("separations", {"vocals", "instrumental"}), ("preprocess", {"cleaned"})):
        [human] = post(owner_client, kind, {"files": [song]}).json()["jobs"]
        assert spec_source(ready.succeed()).ai_generated is False
        assert generated(human["id"]) == set()
        [made] = post(owner_client, kind, {"files": [result["id"]]}).json()["jobs"]
        assert spec_source(ready.succeed()).ai_generated is True
        assert generated(made["id"]) == stems


@pytest.mark.parametrize(
    ("song_ai", "backing_ai", "convert_backing", "also"),
    [
        (False, False, False, set()),
        (True, False, False, {"vocals", "instrumental"}),
        (False, True, False, {"backing"}),
        (False, False, True, {"backing"}),
    ],
)
def test_of_a_cover_only_its_own_singing_is_ai_generated(
    ready: Studio, song_ai: bool, backing_ai: bool, convert_backing: bool, also: set[str]
) -> None:
    song = make_file(ready.workspace, ai_generated=song_ai)
    backing = make_file(ready.workspace, ai_generated=backing_ai)
    params = CoverParams(convert_backing=convert_backing)
    [job] = ready.start(
        CoverStart(voice=ready.voice.id, files=(song.id,), backing=backing.id, params=params)
    )
    spec = ready.succeed().spec
    assert isinstance(spec, CoverJob)
    assert spec.backing is not None
    assert (spec.source.ai_generated, spec.backing.ai_generated) == (song_ai, backing_ai)
    assert generated(str(job.id)) == {"mix", "acapella", "lead"} | also


def spec_source(worker: FakeWorker) -> FileRef:
    assert isinstance(worker.spec, ConvertJob | SeparateJob | PreprocessJob)
    return worker.spec.source


def test_jobs_of_before_are_marked_by_what_made_them(ready: Studio) -> None:
    """Runs the migration over rows as they were."""
    ready.start(ConversionStart(voice=ready.voice.id, files=(ready.song.id,)))
    ready.succeed()
    AudioFile.objects.update(state=FileState.READY, duration_s=30.0, ai_generated=False)
    converted = AudioFile.objects.get(origin="job")
    for wanted in (
        SeparationStart(files=(converted.id,)),
        SeparationStart(files=(ready.song.id,)),
        CoverStart(voice=ready.voice.id, files=(ready.song.id,)),
        CoverStart(voice=ready.voice.id, files=(ready.song.id,), backing=converted.id),
    ):
        ready.start(wanted)
        ready.succeed()
    AudioFile.objects.update(ai_generated=False)
    jobs = list(Job.objects.order_by("created_at"))
    for job in jobs:
        for file in (job.inputs["source"], *job.inputs["files"]):
            file.pop("ai_generated")
        job.save()
    with connection.cursor() as cursor:  # columns that there were then
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in ("idempotency_key", "fingerprint"):
            cursor.execute(f"ALTER TABLE jobs_job ADD {name} varchar(200) NOT NULL DEFAULT ''")
    before = MigrationLoader(connection).project_state(("jobs", "0005_ai_generated")).apps
    import_module("apps.jobs.migrations.0005_ai_generated").mark(before, None)
    sung = {"mix", "acapella", "lead"}
    expected = [{""}, {"vocals", "instrumental"}, set(), sung, sung | {"backing"}]
    assert [generated(str(job.id)) for job in jobs] == expected
    remembered = [Job.objects.get(id=job.id).inputs["source"].get("ai_generated") for job in jobs]
    assert remembered == [None, True, None, None, None]
