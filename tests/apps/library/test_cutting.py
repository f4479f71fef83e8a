"""Cutting a stretch out of a file: the samples themselves, and the verb over the API."""

import io
import uuid
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from django.test import Client
from numpy.typing import NDArray

from apps.accounts.models import Workspace
from apps.common import erasure, storage
from apps.library import cutting, probing, services
from apps.library.models import AudioFile, FileState, Stem
from gpu_worker.contract.errors import Code, JobError
from tests.factories import make_file, tone, wav_bytes

JSON = "application/json"
RATE = 44_100
START_S, END_S = 0.7654, 1.6789
FIRST, LAST = round(START_S * RATE), round(END_S * RATE)


def noise(seconds: float = 2.5, channels: int = 2) -> NDArray[np.float32]:
    """Noise (C, T) of half of full scale: no two samples are alike."""
    size = (channels, round(seconds * RATE))
    return np.random.default_rng(1).uniform(-0.5, 0.5, size).astype(np.float32)


def encoded(wave: NDArray[Any], container: str, codec: str, sample_format: str) -> io.BytesIO:
    """Float samples (C, T) as a file of this kind."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as writer:
        stream: Any = writer.add_stream(codec, rate=RATE)
        stream.codec_context.layout = "stereo"
        stream.codec_context.format = sample_format
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(wave.T.reshape(1, -1)), format="flt", layout="stereo"
        )
        frame.sample_rate = RATE
        writer.mux(stream.encode(frame))
        # FLAC's last packet may hold nothing but its header, which Ogg has no place for by then
        writer.mux([packet for packet in stream.encode(None) if packet.size])
    file.seek(0)
    return file


def decoded(file: io.BytesIO) -> tuple[NDArray[Any], str]:
    """All samples (T, C) as the decoder gives them, and the codec's name."""
    file.seek(0)
    with av.open(file, "r") as reader:
        stream = reader.streams.audio[0]
        parts = []
        for frame in reader.decode(stream):
            raw = frame.to_ndarray()
            parts.append(raw.T if frame.format.is_planar else raw.reshape(-1, 2))
        return np.concatenate(parts), stream.codec_context.name


@pytest.mark.parametrize(
    ("container", "codec", "sample_format", "kept_as"),
    [
        ("wav", "pcm_s16le", "s16", "pcm_s16le"),
        ("wav", "pcm_s24le", "s32", "pcm_s24le"),
        ("wav", "pcm_f32le", "flt", "pcm_f32le"),
        ("flac", "flac", "s16", "pcm_s16le"),
        ("flac", "flac", "s32", "pcm_s24le"),
        ("ogg", "flac", "s32", "pcm_s24le"),
        ("mp4", "alac", "s16p", "pcm_s16le"),
        ("mp4", "alac", "s32p", "pcm_s24le"),
        ("mp3", "libmp3lame", "fltp", "pcm_f32le"),
        ("mp4", "aac", "fltp", "pcm_f32le"),
    ],
)
def test_the_samples_stay_as_they_are(
    container: str, codec: str, sample_format: str, kept_as: str
) -> None:
    source = encoded(noise(), container, codec, sample_format)
    whole, _ = decoded(source)
    source.seek(0)
    target = io.BytesIO()
    cutting.cut(source, target, START_S, END_S)
    assert target.tell() == len(target.getvalue()), "the size is where the file ends"
    part, written = decoded(target)
    assert written == kept_as
    assert part.shape == (LAST - FIRST, 2)
    assert np.array_equal(part, whole[FIRST:LAST])


def test_the_end_of_the_file_ends_the_cut() -> None:
    target = io.BytesIO()
    cutting.cut(io.BytesIO(wav_bytes(noise(), RATE)), target, 2.0, 99.0)
    assert len(decoded(target)[0]) == round(0.5 * RATE)


def test_nothing_to_cut() -> None:
    with pytest.raises(JobError) as problem:
        cutting.cut(io.BytesIO(wav_bytes(noise(), RATE)), io.BytesIO(), 3.0, 4.0)
    assert problem.value.code == Code.AUDIO_TOO_SHORT
    with pytest.raises(JobError) as problem:
        cutting.cut(io.BytesIO(b"no sound at all"), io.BytesIO(), 0.0, 1.0)
    assert problem.value.code == Code.AUDIO_UNREADABLE


def trimmed(client: Client, file: AudioFile, **body: Any) -> Any:
    return client.post(f"/api/v1/files/{file.pk}/trim", body, JSON)


@pytest.fixture
def song(workspace: Workspace) -> AudioFile:
    """Ten seconds of tone, AI-generated, a stem with a tag."""
    return make_file(
        workspace,
        data=wav_bytes(tone(10.0)),
        name="긴 노래.flac",
        duration_s=10.0,
        ai_generated=True,
        stem=Stem.LEAD,
        tags=["후렴"],
    )


def test_trim(owner_client: Client, song: AudioFile) -> None:
    answer = trimmed(owner_client, song, start_s=1.5, end_s=4.25)
    assert answer.status_code == 202, answer.content
    shown = answer.json()
    assert (shown["state"], shown["name"]) == ("probing", "긴 노래 (0m01s-0m04s).wav")
    probing.probe(shown["id"])
    ready = owner_client.get(f"/api/v1/files/{shown['id']}").json()
    assert (ready["state"], ready["duration_s"], ready["sample_rate"]) == ("ready", 2.75, 16_000)
    assert (ready["ai_generated"], ready["stem"], ready["tags"]) == (True, "lead", ["후렴"])
    assert ready["cut_of"] == str(song.pk)
    made = AudioFile.objects.get(pk=shown["id"])
    assert made.size == storage.size(made.key) == ready["size"]
    # What leaves the studio says of itself what it is.
    with av.open(io.BytesIO(storage.read_bytes(made.key)), "r") as file:
        assert file.metadata["comment"].startswith("AI-generated")
    song.refresh_from_db()
    assert (song.state, song.duration_s) == (FileState.READY, 10.0)
    assert storage.size(song.key) == song.size


def test_trim_under_a_name_of_ones_own(owner_client: Client, song: AudioFile) -> None:
    shown = trimmed(owner_client, song, start_s=0, end_s=10, name="../후렴.wav").json()
    assert shown["name"] == "후렴.wav"


@pytest.mark.parametrize(
    ("start_s", "end_s", "code"),
    [
        (0.0, 10.5, "beyond-the-end"),
        (11.0, 12.0, "beyond-the-end"),
        (2.0, 2.4, "too-short"),
        (3.0, 2.0, "too-short"),
    ],
)
def test_a_stretch_that_is_none(
    owner_client: Client, song: AudioFile, start_s: float, end_s: float, code: str
) -> None:
    answer = trimmed(owner_client, song, start_s=start_s, end_s=end_s)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["end_s"]["code"] == code
    assert AudioFile.objects.count() == 1


@pytest.mark.parametrize("body", [{"start_s": -1, "end_s": 2}, {"start_s": "nan", "end_s": 2}, {}])
def test_bad_stretch(owner_client: Client, song: AudioFile, body: dict[str, Any]) -> None:
    assert trimmed(owner_client, song, **body).status_code == 400
    assert AudioFile.objects.count() == 1


def test_too_early(owner_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace, state=FileState.PROBING)
    answer = trimmed(owner_client, file, start_s=0, end_s=1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "file-not-ready")


def test_the_original_is_deleted_meanwhile(owner_client: Client, song: AudioFile) -> None:
    shown = trimmed(owner_client, song, start_s=1, end_s=4).json()
    services.delete_file(song)
    erasure.erase_due()
    probing.probe(shown["id"])
    failed = owner_client.get(f"/api/v1/files/{shown['id']}").json()
    assert (failed["state"], failed["error"]["code"]) == ("failed", "user:cut-of-nothing")


def test_a_repeated_probing_cuts_once(owner_client: Client, song: AudioFile) -> None:
    cut = AudioFile.objects.get(pk=trimmed(owner_client, song, start_s=1, end_s=4).json()["id"])
    cutting.make_object(cut)
    services.delete_file(song)
    erasure.erase_due()
    probing.probe(cut.pk)
    cut.refresh_from_db()
    assert (cut.state, cut.duration_s) == (FileState.READY, 3.0)


def test_stranger(stranger_client: Client, song: AudioFile) -> None:
    answer = trimmed(stranger_client, song, start_s=1, end_s=4)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")
    missing = stranger_client.post(f"/api/v1/files/{uuid.uuid4()}/trim", {}, JSON)
    assert missing.status_code == 404
    assert AudioFile.objects.count() == 1
