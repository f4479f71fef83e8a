"""The probing of stored files: good, bad, repeated, too late, and when storage fails."""

import io
import uuid
from datetime import timedelta
from typing import Any

import av
import pytest
from botocore.exceptions import EndpointConnectionError
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.common import storage
from apps.library import probing, sound, sweeps, tasks
from apps.library.models import AudioFile, FileState, Origin
from tests.factories import make_file, tone, wav_bytes

EMPTY: dict[str, Any] = {"duration_s": None, "sample_rate": None, "channels": None, "peaks": []}


def probing_file(workspace: Workspace, data: bytes | None) -> AudioFile:
    return make_file(workspace, data=data, state=FileState.PROBING, **EMPTY)


def test_good(workspace: Workspace) -> None:
    file = probing_file(workspace, wav_bytes(tone(seconds=3.0, channels=2)))
    probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.duration_s, file.channels) == (FileState.READY, 3.0, 2)
    assert len(file.peaks) == 94
    assert storage.exists(file.key)


@pytest.mark.parametrize("container", ["flac", "ogg"])
@pytest.mark.parametrize("origin", Origin.values)
def test_an_upload_that_says_that_ai_made_it(
    workspace: Workspace, container: str, origin: str
) -> None:
    """A result's row was told by its job instead."""
    file = probing_file(workspace, tagged("AI-generated: singing voice conversion", container))
    AudioFile.objects.update(origin=origin)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.ai_generated) == (FileState.READY, origin == Origin.UPLOAD)


def tagged(comment: str, container: str) -> bytes:
    """A second of sound with a comment in its metadata."""
    buffer, codec = io.BytesIO(), {"flac": "flac", "ogg": "libopus"}[container]
    with av.open(buffer, "w", format=container) as target:
        target.metadata["comment"] = comment
        stream = target.add_stream(codec, rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            (tone(1.0, 48_000) * 32767).astype("int16"), "s16", "mono"
        )
        frame.sample_rate = 48_000
        resampler = av.AudioResampler(stream.format, "mono", 48_000, stream.frame_size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 not a song", "user:audio-unreadable"),
        (wav_bytes(0 * tone()), "user:audio-silent"),
        (wav_bytes(tone(seconds=0.2)), "user:audio-too-short"),
    ],
)
def test_bad(workspace: Workspace, data: bytes, code: str) -> None:
    file = probing_file(workspace, data)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.error_code) == (FileState.FAILED, code)
    assert file.error_ko
    assert file.error_en
    assert not storage.exists(file.key)


def test_a_result_is_never_deleted(workspace: Workspace) -> None:
    """It was paid for, and may be the only copy."""
    file = probing_file(workspace, b"damaged")
    AudioFile.objects.update(origin=Origin.JOB)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert file.state == FileState.FAILED
    assert storage.exists(file.key)


@pytest.mark.parametrize("samples", [0 * tone(), tone(seconds=0.2), 0 * tone(seconds=0.2)])
def test_a_result_may_be_silent_or_short(workspace: Workspace, samples: Any) -> None:
    """A song without singing has silent vocals."""
    file = probing_file(workspace, wav_bytes(samples))
    AudioFile.objects.update(origin=Origin.JOB)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert file.state == FileState.READY
    assert file.duration_s == samples.shape[1] / 16_000
    assert (file.true_peak_db is None) == (not samples.any())


def test_missing_object(workspace: Workspace) -> None:
    file = probing_file(workspace, None)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.error_code) == (FileState.FAILED, "user:upload-missing")


@pytest.mark.parametrize("state", [FileState.READY, FileState.FAILED, FileState.DELETED])
def test_too_late(workspace: Workspace, state: FileState) -> None:
    file = make_file(workspace, state=state, data=wav_bytes(tone()))
    probing.probe(file.pk)
    probing.probe(uuid.uuid4())
    file.refresh_from_db()
    assert (file.state, file.duration_s, file.probes) == (state, 30.0, 0)


def test_deleted_while_probing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    file = probing_file(workspace, wav_bytes(tone()))
    inspect = sound.inspect

    def slow(stream: Any, *, ours: bool) -> Any:
        AudioFile.objects.filter(pk=file.pk).update(state=FileState.DELETED)
        return inspect(stream)

    monkeypatch.setattr(sound, "inspect", slow)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.duration_s) == (FileState.DELETED, None)


def test_storage_away(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    file = probing_file(workspace, wav_bytes(tone()))

    def away(_: str) -> Any:
        raise EndpointConnectionError(endpoint_url="http://store")

    monkeypatch.setattr(storage, "open_stream", away)
    for _ in range(2 * probing.MAX_PROBES):
        with pytest.raises(EndpointConnectionError):
            probing.probe(file.pk)
    file.refresh_from_db()
    assert file.state == FileState.PROBING
    monkeypatch.undo()
    probing.probe(file.pk)
    file.refresh_from_db()
    assert file.state == FileState.READY


@pytest.mark.parametrize("good_bytes", [0, 20, 100_000])
def test_storage_breaks_midway(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, good_bytes: int
) -> None:
    """A read that fails inside FFmpeg's callbacks is storage's failure, not the file's."""
    file = probing_file(workspace, wav_bytes(tone(seconds=30.0)))
    read = storage.ObjectReader.readinto

    def breaking(reader: storage.ObjectReader, buffer: Any) -> int:
        if reader.tell() + 1 > good_bytes:
            raise EndpointConnectionError(endpoint_url="http://store")
        return read(reader, memoryview(buffer)[:good_bytes])

    monkeypatch.setattr(storage.ObjectReader, "readinto", breaking)
    with pytest.raises(EndpointConnectionError):
        probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.probes) == (FileState.PROBING, 0)
    assert storage.exists(file.key)


def test_file_that_kills_workers(workspace: Workspace) -> None:
    file = probing_file(workspace, wav_bytes(tone()))
    AudioFile.objects.filter(pk=file.pk).update(probes=probing.MAX_PROBES)
    probing.probe(file.pk)
    file.refresh_from_db()
    assert (file.state, file.error_code) == (FileState.FAILED, "user:audio-unreadable")


def test_lost_probes_are_asked_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks.probe_file, "delay", asked.append)
    lost, fresh, large, huge = (probing_file(workspace, None) for _ in range(4))
    late = timezone.now() - sweeps.SMALL_STUCK_AFTER - timedelta(seconds=1)
    later = timezone.now() - sweeps.STUCK_AFTER - timedelta(seconds=1)
    files = AudioFile.objects
    files.filter(pk=lost.pk).update(updated_at=late, size=sweeps.SMALL_BYTES)
    files.filter(pk=large.pk).update(updated_at=late, size=sweeps.SMALL_BYTES + 1)
    files.filter(pk=huge.pk).update(updated_at=later, size=sweeps.SMALL_BYTES + 1)
    assert sweeps.probe_again() == 2
    assert asked == [str(huge.pk), str(lost.pk)]
    assert str(fresh.pk) not in asked


def test_forgotten_uploads_expire(workspace: Workspace) -> None:
    old, fresh = (make_file(workspace, state=FileState.UPLOADING) for _ in range(2))
    AudioFile.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=4))
    assert sweeps.expire_uploads() == 1
    states = dict(AudioFile.objects.values_list("pk", "state"))
    assert states == {old.pk: FileState.DELETED, fresh.pk: FileState.UPLOADING}
