"""What attempts leave in storage goes once nobody needs it, and nothing else does."""

import uuid
from datetime import timedelta

from apps.common import erasure, storage
from apps.jobs import services, timing
from apps.jobs.backends.base import RemoteState
from apps.jobs.models import Job
from apps.voices import services as voices
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import CHECKPOINT, INDEX, MANIFEST, MODEL, candidate_name, preview_name

from .conftest import Studio, age, current, now_due
from .fakes import FakeWorker


def objects(job: Job, worker: FakeWorker) -> set[str]:
    """Names of what an attempt has in storage."""
    prefix = f"jobs/{job.id}/{worker.spec.attempt_id}/"
    return {key.removeprefix(prefix) for key in storage.iter_keys(prefix)}


def leave(studio: Studio, job: Job) -> None:
    """All workers of the job are seen to have gone, and the broom has come twice."""
    for attempt in job.attempts.all():
        if attempt.ended_at:
            age(attempt, timing.WIND_DOWN + timedelta(seconds=1))
    studio.sweep()
    studio.sweep()


def lose(studio: Studio, job: Job, worker: FakeWorker) -> None:
    """A worker that stored a checkpoint, a phrase and half a result, and was never heard again."""
    studio.hear(worker, worker.started(), worker.checkpoint(2))
    for name in (CHECKPOINT, preview_name(0), MODEL):
        worker.put(name, b"x")
    age(current(job), timing.SILENT + timedelta(seconds=1))
    studio.backend.default = RemoteState.ENDED
    studio.sweep()


def test_a_training_keeps_its_result_and_its_phrases(studio: Studio) -> None:
    job = studio.train()
    first = studio.dispatch()
    lose(studio, job, first)
    now_due(job)
    second = studio.dispatch()
    second.put(CHECKPOINT, b"x")
    second.put(preview_name(1), b"x")
    second.store_result()
    assert services.finish(uuid.UUID(second.spec.attempt_id))
    assert objects(job, first) == {CHECKPOINT, preview_name(0), MODEL}
    leave(studio, job)
    assert objects(job, first) == {preview_name(0)}
    kept = {candidate_name(0), candidate_name(1), CHECKPOINT, MODEL, INDEX}
    assert objects(job, second) == {preview_name(1), MANIFEST, *kept}
    job.refresh_from_db()
    assert job.tidied_at is not None


def test_a_conversion_keeps_its_song(studio: Studio) -> None:
    studio.trained()
    job = studio.convert()
    worker = studio.dispatch()
    worker.store_result()
    assert services.finish(uuid.UUID(worker.spec.attempt_id))
    stored = objects(job, worker)
    leave(studio, job)
    assert objects(job, worker) == stored


def test_a_failed_training_keeps_its_checkpoint_for_a_retry(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    worker.put(CHECKPOINT, b"x")
    studio.hear(worker, worker.failed(Code.OUT_OF_MEMORY))
    leave(studio, job)
    assert objects(job, worker) == {CHECKPOINT}

    Job.objects.update(finished_at=current(job).created_at - timing.KEEP_FOR_RETRY)
    leave(studio, job)
    assert objects(job, worker) == set()
    services.retry(job.id)
    job.refresh_from_db()
    assert job.tidied_at is None, "its new attempts leave something too"


def test_nothing_of_a_deleted_voice_stays(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    worker.put(preview_name(0), b"x")
    worker.store_result()
    assert services.finish(uuid.UUID(worker.spec.attempt_id))
    leave(studio, job)
    assert preview_name(0) in objects(job, worker)
    voices.delete(studio.voice.id)
    leave(studio, job)
    assert objects(job, worker) == set()


def test_training_anew_replaces_the_voices_files(studio: Studio) -> None:
    studio.trained()
    old = [studio.voice.model_key, studio.voice.index_key]
    assert all(storage.exists(key) for key in old)
    studio.trained()
    erasure.erase_due()
    assert not any(storage.exists(key) for key in old)
    assert storage.exists(studio.voice.model_key)
    assert storage.exists(studio.voice.index_key)
