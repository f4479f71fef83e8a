"""Each kind of job from its request to what it leaves: works, refused, repeated, too late."""

import uuid
from typing import Any

import pytest
from django.test import Client

from apps.billing import quotes
from apps.billing.plans import WELCOME_CREDITS
from apps.jobs import dispatching, services
from apps.jobs.models import Job
from apps.jobs.notices import STAGES
from apps.jobs.problems import WebCode
from apps.jobs.requests import AnalysisStart, BlendPart, ConversionStart, CoverStart
from apps.library import services as library
from apps.library.models import AudioFile, FileState
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import ConsentScope, Voice
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import AnalyseJob, ConvertJob, CoverJob, PreprocessJob, SeparateJob
from gpu_worker.contract.params import CoverParams
from gpu_worker.contract.stage import Stage
from tests.apps.voices.made import make_ready
from tests.factories import make_dataset, make_file

from .conftest import Studio, make_studio

JSON = "application/json"


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body or {}, JSON, headers=headers)


def code_of(response: Any) -> str:
    return str(response.json()["error"]["code"])


def another_voice(studio: Studio, name: str = "베라") -> Voice:
    voice = voices.create(studio.workspace.id, name)
    voices.give_consent(
        voice.id,
        studio.user,
        version=statement.VERSION,
        singer_name="이두리",
        scope=ConsentScope.OWN,
    )
    make_ready(voice)
    voice.refresh_from_db()
    return voice


def files_of(job: Job) -> list[tuple[str, str, str]]:
    made = AudioFile.objects.filter(job_id=job.id).order_by("created_at")
    return [(file.stem, file.name, file.content_type) for file in made]


# -- cover ---------------------------------------------------------------------------------------


def test_a_cover_leaves_its_mix_and_every_stem(ready: Studio, owner_client: Client) -> None:
    body = {
        "voice": str(ready.voice.id),
        "files": [str(ready.song.id)],
        "params": {"output_format": "m4a", "reverb": 0.3},
    }
    response = post(owner_client, "covers", body)
    assert response.status_code == 201
    [shown] = response.json()["jobs"]
    assert (shown["kind"], shown["batch"]) == ("cover", response.json()["batch"])
    assert shown["quote"] == quotes.cover_quote(30.0) == 16
    worker = ready.succeed()
    spec = worker.spec
    assert isinstance(spec, CoverJob)
    assert (spec.params.reverb, spec.backing) == (0.3, None)
    assert spec.voices[0].f0_median_hz == 180.0
    job = Job.objects.get()
    assert files_of(job) == [
        ("mix", "노래 (아리아) - mix.m4a", "audio/mp4"),
        ("acapella", "노래 (아리아) - acapella.m4a", "audio/mp4"),
        ("lead", "노래 (아리아) - lead.m4a", "audio/mp4"),
        ("vocals", "노래 - vocals.m4a", "audio/mp4"),
        ("instrumental", "노래 - instrumental.m4a", "audio/mp4"),
    ]
    stems = [file["stem"] for file in owner_client.get(f"/api/v1/jobs/{job.id}").json()["results"]]
    assert stems == ["mix", "acapella", "lead", "vocals", "instrumental"]
    listed = owner_client.get(f"/api/v1/files?job={job.id}&stem=mix").json()["results"]
    assert [file["name"] for file in listed] == ["노래 (아리아) - mix.m4a"]


def test_a_backing_stem_goes_along_and_comes_back(ready: Studio, owner_client: Client) -> None:
    backing = make_file(ready.workspace, name="코러스.wav", duration_s=20.0)
    body = {
        "voice": str(ready.voice.id),
        "files": [str(ready.song.id)],
        "backing": str(backing.id),
        "params": {"convert_backing": True},
    }
    [shown] = post(owner_client, "covers", body).json()["jobs"]
    assert shown["backing"] == {"id": str(backing.id), "name": "코러스.wav"}
    assert shown["quote"] == quotes.cover_quote(30.0, 1, 20.0)
    spec = ready.succeed().spec
    assert isinstance(spec, CoverJob)
    assert spec.backing is not None
    assert spec.backing.id == str(backing.id)
    assert [stem for stem, _, _ in files_of(Job.objects.get())][3] == "backing"


def test_a_cover_whose_backing_was_deleted_ends(ready: Studio) -> None:
    backing = make_file(ready.workspace)
    wanted = CoverStart(voice=ready.voice.id, files=(ready.song.id,), backing=backing.id)
    [job] = ready.start(wanted)
    ready.dispatch()
    library.delete_file(backing)
    ready.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", WebCode.FILE_DELETED)
    assert ready.credits == (WELCOME_CREDITS, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"params": {"reverb": 2}}, "params.reverb"),
        ({"params": {"auto_key": "semitones"}}, "params"),
        ({"params": {"convert_backing": True}}, "params"),
        ({"files": []}, "files"),
        ({"blend": [{"voice": "self", "weight": 0.5}]}, "blend"),
        ({"blend": [{"voice": "other", "weight": 1.0}]}, "blend.0.weight"),
        ({"backing": "song"}, "backing"),
        ({"weight": 0}, "weight"),
    ],
)
def test_a_cover_out_of_bounds_is_refused_in_both_languages(
    ready: Studio, owner_client: Client, change: dict[str, Any], field: str
) -> None:
    text = str({"voice": "self", "files": ["song"]} | change).replace("'", '"')
    names = {"self": ready.voice.id, "other": uuid.uuid4(), "song": ready.song.id}
    for name, value in names.items():
        text = text.replace(f'"{name}"', f'"{value}"')
    text = text.replace("True", "true")
    answer = owner_client.post("/api/v1/covers", text, JSON)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid")
    assert field in error["fields"], error
    assert error["message"]["ko"] != error["message"]["en"]
    assert not Job.objects.exists()


# -- separate, preprocess ------------------------------------------------------------------------


def test_a_separation_needs_no_voice(studio: Studio, owner_client: Client) -> None:
    body = {"files": [str(studio.song.id)], "params": {"output_format": "ogg"}}
    [shown] = post(owner_client, "separations", body).json()["jobs"]
    assert (shown["voice"], shown["voices"]) == (None, [])
    assert isinstance(studio.succeed().spec, SeparateJob)
    assert files_of(Job.objects.get()) == [
        ("vocals", "노래 - vocals.ogg", "audio/ogg"),
        ("instrumental", "노래 - instrumental.ogg", "audio/ogg"),
    ]
    assert owner_client.get(f"/api/v1/jobs/{shown['id']}/previews").json() == []


def test_a_cleaned_recording(studio: Studio, owner_client: Client) -> None:
    [shown] = post(owner_client, "preprocess", {"files": [str(studio.song.id)]}).json()["jobs"]
    assert shown["quote"] == quotes.preprocess_quote(30.0, separate=False) == 15
    spec = studio.succeed().spec
    assert isinstance(spec, PreprocessJob)
    assert spec.params.loudness_lufs == -20.0
    [made] = files_of(Job.objects.get())
    assert made == ("cleaned", "노래 - cleaned.flac", "audio/flac")
    listed = owner_client.get("/api/v1/preprocess").json()["results"]
    assert [job["id"] for job in listed] == [shown["id"]]


# -- analyse -------------------------------------------------------------------------------------


def card_path(studio: Studio) -> str:
    return f"/api/v1/datasets/{studio.dataset.id}/card"


def test_an_analysis_gives_the_dataset_its_card(studio: Studio, owner_client: Client) -> None:
    assert owner_client.get(card_path(studio)).status_code == 404
    response = post(owner_client, "analyses", {"dataset": str(studio.dataset.id)})
    assert response.status_code == 201
    assert response.json()["quote"] == quotes.analysis_quote(60.0) == 4
    worker = studio.succeed()
    assert isinstance(worker.spec, AnalyseJob)
    shown = owner_client.get(card_path(studio)).json()
    assert (shown["outdated"], shown["job"]) == (False, response.json()["id"])
    ids = [str(pk) for pk in studio.dataset.items.values_list("file_id", flat=True)]
    assert [file["id"] for file in shown["card"]["files"]] == ids
    [listed] = owner_client.get("/api/v1/datasets").json()["results"]
    assert listed["card"]["verdict"] == "good"
    assert listed["card"]["usable_s"] == 50.0


def test_a_card_of_other_files_is_outdated_until_the_next(
    studio: Studio, owner_client: Client
) -> None:
    studio.start(AnalysisStart(dataset=studio.dataset.id))
    studio.succeed()
    library.delete_file(studio.dataset.files.all()[0])
    assert owner_client.get(card_path(studio)).json()["outdated"]
    studio.start(AnalysisStart(dataset=studio.dataset.id))
    studio.succeed()
    shown = owner_client.get(card_path(studio)).json()
    assert (shown["outdated"], len(shown["card"]["files"])) == (False, 1)
    assert studio.dataset.cards.count() == 1


def test_a_card_of_a_deleted_dataset_is_not_paid_for(studio: Studio) -> None:
    [job] = studio.start(AnalysisStart(dataset=studio.dataset.id))
    worker = studio.dispatch()
    worker.store_result()
    studio.dataset.delete()
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", WebCode.DATASET_DELETED)
    assert studio.credits == (WELCOME_CREDITS, 0)


def test_an_empty_dataset_is_not_examined(studio: Studio, owner_client: Client) -> None:
    empty = make_dataset(studio.workspace, files=0)
    response = post(owner_client, "analyses", {"dataset": str(empty.id)})
    assert (response.status_code, code_of(response)) == (409, "dataset-empty")
    assert not Job.objects.exists()


# -- blends --------------------------------------------------------------------------------------


def test_a_blend_names_its_voices_and_shares(ready: Studio, owner_client: Client) -> None:
    other = another_voice(ready)
    body = {
        "voice": str(ready.voice.id),
        "blend": [{"voice": str(other.id), "weight": 0.25}],
        "files": [str(ready.song.id)],
    }
    [shown] = post(owner_client, "conversions", body).json()["jobs"]
    assert shown["voices"] == [
        {"id": str(ready.voice.id), "name": "아리아", "weight": 0.75},
        {"id": str(other.id), "name": "베라", "weight": 0.25},
    ]
    assert shown["voice"]["name"] == "아리아"
    assert shown["quote"] == quotes.conversion_quote(30.0, 2)
    spec = ready.succeed().spec
    assert isinstance(spec, ConvertJob)
    assert [(voice.id, voice.weight) for voice in spec.voices] == [
        (str(ready.voice.id), 0.75),
        (str(other.id), 0.25),
    ]
    assert files_of(Job.objects.get()) == [("", "노래 (아리아 + 베라).flac", "audio/flac")]
    listed = owner_client.get(f"/api/v1/jobs?voice={other.id}").json()["results"]
    assert [job["id"] for job in listed] == [shown["id"]]


def test_explicit_shares_are_relative(ready: Studio) -> None:
    other = another_voice(ready)
    part = BlendPart(voice=other.id, weight=0.6)
    wanted = ConversionStart(
        voice=ready.voice.id, weight=0.9, blend=(part,), files=(ready.song.id,)
    )
    [job] = ready.start(wanted)
    assert [use.weight for use in job.uses.all()] == [pytest.approx(0.6), pytest.approx(0.4)]


def test_voices_of_unlike_shape_do_not_blend(ready: Studio, owner_client: Client) -> None:
    other = another_voice(ready)
    Voice.objects.filter(id=other.id).update(sample_rate=48000)
    body = {
        "voice": str(ready.voice.id),
        "blend": [{"voice": str(other.id), "weight": 0.5}],
        "files": [str(ready.song.id)],
    }
    response = post(owner_client, "conversions", body)
    assert (response.status_code, code_of(response)) == (409, Code.VOICES_DO_NOT_BLEND)
    assert not Job.objects.exists()


@pytest.mark.parametrize("loss", ["deleted", "revoked"])
@pytest.mark.parametrize("stage", ["queued", "running", "stored"])
def test_a_blend_ends_when_any_of_its_voices_goes(ready: Studio, loss: str, stage: str) -> None:
    other = another_voice(ready)
    part = BlendPart(voice=other.id, weight=0.5)
    [job] = ready.start(
        ConversionStart(voice=ready.voice.id, blend=(part,), files=(ready.song.id,))
    )
    if stage != "queued":
        worker = ready.dispatch()
        ready.hear(worker, worker.started())
    if loss == "deleted":
        voices.delete(other.id)
    else:
        voices.revoke_consent(other.id, ready.user)
    if stage == "queued":
        dispatching.dispatch_waiting(ready.backend)
    elif stage == "running":
        ready.sweep()
    else:
        worker.store_result()
        assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    job.refresh_from_db()
    code = WebCode.VOICE_DELETED if loss == "deleted" else WebCode.CONSENT_REVOKED
    assert (job.state, job.error_code) == ("failed", code)
    assert ready.credits == (WELCOME_CREDITS, 0)
    assert not AudioFile.objects.filter(job_id=job.id).exists()


def test_a_blend_with_a_strangers_voice_is_not_found(
    ready: Studio, stranger: Any, owner_client: Client
) -> None:
    theirs = make_studio(stranger)
    make_ready(theirs.voice)
    body = {
        "voice": str(ready.voice.id),
        "blend": [{"voice": str(theirs.voice.id), "weight": 0.5}],
        "files": [str(ready.song.id)],
    }
    assert post(owner_client, "conversions", body).status_code == 404
    assert not Job.objects.exists()


# -- batches -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["conversions", "covers", "separations", "preprocess"])
def test_many_files_are_one_batch_all_or_none(
    ready: Studio, owner_client: Client, kind: str
) -> None:
    second = make_file(ready.workspace, name="둘째.wav")
    body: dict[str, Any] = {"files": [str(ready.song.id), str(second.id)]}
    if kind in ("conversions", "covers"):
        body["voice"] = str(ready.voice.id)
    header = {"Idempotency-Key": "click"}
    first = post(owner_client, kind, body, **header).json()
    again = post(owner_client, kind, body, **header).json()
    assert again["batch"] == first["batch"]
    assert [job["id"] for job in again["jobs"]] == [job["id"] for job in first["jobs"]]
    assert [job["title"] for job in first["jobs"]] == ["노래.wav", "둘째.wav"]
    other = body | {"files": [str(second.id)]}
    assert code_of(post(owner_client, kind, other, **header)) == "idempotency-mismatch"
    listed = owner_client.get(f"/api/v1/jobs?batch={first['batch']}").json()["results"]
    assert {job["id"] for job in listed} == {job["id"] for job in first["jobs"]}

    bad = make_file(ready.workspace, state=FileState.PROBING)
    mixed = body | {"files": [str(ready.song.id), str(bad.id)]}
    response = post(owner_client, kind, mixed)
    assert (response.status_code, code_of(response)) == (409, "file-not-ready")
    assert Job.objects.count() == 2


def test_a_batch_that_costs_too_much_starts_nothing(ready: Studio, owner_client: Client) -> None:
    long = [make_file(ready.workspace, duration_s=3600.0) for _ in range(9)]
    body = {"voice": str(ready.voice.id), "files": [str(file.id) for file in long]}
    response = post(owner_client, "covers", body)
    assert (response.status_code, code_of(response)) == (402, "credits-short")
    assert not Job.objects.exists()
    assert ready.credits == (WELCOME_CREDITS, 0)


# -- every kind ----------------------------------------------------------------------------------


def test_a_result_that_lacks_a_stem_is_tried_again(ready: Studio) -> None:
    [job] = ready.start(CoverStart(voice=ready.voice.id, files=(ready.song.id,)))
    worker = ready.dispatch()
    outputs = {name: url for name, url in worker.spec.outputs.items() if "lead" not in name}
    worker.spec = worker.spec.model_copy(update={"outputs": outputs})
    worker.store_result()
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    assert [each.error_code for each in job.attempts.all()] == [WebCode.RESULT_BROKEN, ""]
    assert not AudioFile.objects.filter(job_id=job.id).exists()


def test_a_result_taken_twice_is_there_once(ready: Studio) -> None:
    [job] = ready.start(
        CoverStart(voice=ready.voice.id, files=(ready.song.id,), params=CoverParams())
    )
    worker = ready.succeed()
    ready.finish(worker)
    ready.sweep()
    assert AudioFile.objects.filter(job_id=job.id).count() == 5
    assert ready.credits == (WELCOME_CREDITS - job.quote, 0)


def test_every_stage_has_its_sentence() -> None:
    assert set(STAGES) == set(Stage)
