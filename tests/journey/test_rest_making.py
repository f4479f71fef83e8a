"""All else that can be made, by REST alone: report card, better voices, stems, covers, blends.

Small enough for every run: songs of seconds, a few steps, one worker at a time.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import pytest

from gpu_worker.engine.sound.audio import decode, decode_stereo
from tests.journey.material import MIX, SONG, beginning, recordings
from tests.journey.measure import likeness
from tests.live import LiveStack, is_alive
from tests.trials.customer import Customer, wait_for
from voicestudio.embedded.supervisor import Supervisor

SONG_S: Final = 6.0
SPEECH_S: Final = 16.0
SMALL: Final = {"batch_size": 1, "sample_rate": 32_000, "f0_method": "swift-f0"}
STORAGE_HANGS_S: Final = 6.0
SOON_TO_STORE: Final = ("convert", "effects", "mix", "store")


@pytest.fixture(scope="module")
def customer(live_stack: LiveStack) -> Customer:
    return Customer.arrive(live_stack)


@pytest.fixture(scope="module")
def speech(customer: Customer) -> list[str]:
    """Recordings of one speaker, in two files."""
    return [
        customer.upload(f"{path.stem}.wav", beginning(path, SPEECH_S / 2))
        for path in recordings("a")[:2]
    ]


@pytest.fixture(scope="module")
def mix(customer: Customer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The beginning of the demo song, voice and accompaniment, in the library and on disk."""
    return put(customer, tmp_path_factory.mktemp("mix") / "아리랑.wav", MIX)


@pytest.fixture(scope="module")
def vocal(customer: Customer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The voice alone in the beginning of the demo song."""
    return put(customer, tmp_path_factory.mktemp("vocal") / "보컬.wav", SONG)


def put(customer: Customer, path: Path, sound: Path) -> tuple[str, Path]:
    path.write_bytes(beginning(sound, SONG_S))
    return customer.upload(path.name, path.read_bytes()), path


@pytest.fixture(scope="module")
def voice(customer: Customer, speech: list[str]) -> str:
    """A voice whose training was ended early by the customer, after a second checkpoint."""
    voice = customer.voice("하나")
    job = customer.train(
        voice, speech, **SMALL, total_steps=5000, checkpoint_every=3, keep_checkpoints=3, previews=1
    )
    before = customer.credits()
    customer.wait_for_event(job, "evaluated", count=3)
    assert customer.post(f"/api/v1/jobs/{job}/finish", status=200)["finishing"] is True
    ended = customer.wait_for_success(job)
    assert ended["step"] < 5000
    assert ended["cost"] < ended["quote"]
    assert customer.credits() == (before[0] + ended["quote"] - ended["cost"], 0)
    return voice


@pytest.fixture(scope="module")
def second_voice(customer: Customer, speech: list[str]) -> str:
    voice = customer.voice("두리")
    knobs = {"total_steps": 3, "keep_checkpoints": 0, "previews": 0}
    customer.wait_for_success(customer.train(voice, speech, **SMALL, **knobs))
    return voice


def decibels(path: Path) -> float:
    """Level re full scale; of silence, which ``decode`` refuses, it raises."""
    wave, _ = decode(path)
    return float(10 * np.log10(np.mean(wave.astype(np.float64) ** 2)))


def seconds(path: Path) -> float:
    wave, rate = decode(path)
    return float(len(wave) / rate)


def left_over(whole: Path, parts: list[Path]) -> float:
    """Decibels of what the parts' sum lacks of the whole, below the whole."""
    song, _ = decode_stereo(whole)
    missing = song - sum(decode_stereo(part)[0] for part in parts)
    return float(10 * np.log10(np.sum(missing**2) / np.sum(song**2)))


def test_a_dataset_gets_its_report_card(customer: Customer, speech: list[str]) -> None:
    made = customer.post("/api/v1/datasets", {"name": "낭독", "file_ids": speech})
    job = customer.post("/api/v1/analyses", {"dataset": made["id"]})
    assert customer.wait_for_success(job["id"])["results"] == []
    said = customer.get(f"/api/v1/datasets/{made['id']}/card")
    card = said["card"]
    assert {file["id"] for file in card["files"]} == set(speech)
    assert card["duration_s"] == pytest.approx(SPEECH_S, abs=0.1)
    assert 0.4 * SPEECH_S < card["usable_s"] <= SPEECH_S
    assert 140 < card["f0_median_hz"] < 300, "a woman speaks"
    assert sum(note["seconds"] for note in card["histogram"]) > 2
    shown = customer.get(f"/api/v1/datasets/{made['id']}")["card"]
    assert shown["verdict"] == card["verdict"]
    assert (shown["job"], shown["outdated"]) == (job["id"], False)


def test_another_checkpoint_is_chosen_and_training_goes_on(customer: Customer, voice: str) -> None:
    path = f"/api/v1/voices/{voice}"
    before = customer.get(path)
    kept = customer.get(f"{path}/checkpoints")
    assert len(kept) == before["checkpoints"] >= 2
    assert [each["chosen"] for each in kept] == [each["best"] for each in kept]
    assert sum(each["best"] for each in kept) == 1
    qualities = [each["scores"]["quality"] for each in kept]
    assert qualities == sorted(qualities, reverse=True)
    other = next(each for each in kept if not each["chosen"])
    chosen = customer.post(f"{path}/checkpoints/{other['id']}/choose", status=200)
    assert chosen["quality"] == other["scores"]["quality"]
    exported = customer.get(f"{path}/export")["model"]
    assert len(httpx.get(exported["url"]).content) == other["size"]
    reached = before["trained_steps"]
    job = customer.post(f"{path}/continue", {"total_steps": reached + 3})
    assert job["continues"] == before["job_id"]
    done = customer.wait_for_success(job["id"])
    assert done["step"] == reached + 3
    first = next(line["step"] for line in customer.events(job["id"]) if line["losses"])
    assert first > reached, "the training began anew"
    assert customer.get(path)["trained_steps"] == reached + 3
    assert customer.credits()[1] == 0


def test_stems_add_up_to_their_song(
    customer: Customer, mix: tuple[str, Path], tmp_path: Path
) -> None:
    identity, song = mix
    [job] = customer.make("separations", [identity])
    results = customer.wait_for_success(job)["results"]
    assert [file["stem"] for file in results] == ["vocals", "instrumental"]
    parts = [customer.download(file, tmp_path) for file in results]
    assert [path.name for path in parts] == ["아리랑 - vocals.flac", "아리랑 - instrumental.flac"]
    assert all(decibels(path) > -50 for path in parts)
    assert left_over(song, parts) < -60


def test_a_recording_is_cleaned(customer: Customer, speech: list[str], tmp_path: Path) -> None:
    [job] = customer.make("preprocess", speech[:1])
    [file] = customer.wait_for_success(job)["results"]
    assert file["stem"] == "cleaned"
    path = customer.download(file, tmp_path)
    assert path.name == "speaker-a-1 - cleaned.flac"
    assert 0.5 * SPEECH_S / 2 < seconds(path) <= SPEECH_S / 2
    loudness = customer.get(f"/api/v1/files/{file['id']}")["loudness_lufs"]
    assert loudness == pytest.approx(-20, abs=0.5)


def test_a_cover_outlives_its_worker_and_a_storage_that_hangs(
    services: Supervisor,
    customer: Customer,
    voice: str,
    mix: tuple[str, Path],
    vocal: tuple[str, Path],
    tmp_path: Path,
) -> None:
    job = make_cover_with_faults(services, customer, voice, mix[0])
    done = customer.wait_for_success(job)
    assert done["attempt"]["fence"] == 2, customer.story(job)
    stems = {file["stem"]: customer.download(file, tmp_path) for file in done["results"]}
    assert list(stems) == ["mix", "acapella", "lead", "vocals", "instrumental"]
    assert stems["mix"].name == "아리랑 (하나) - mix.flac"
    for stem, path in stems.items():
        assert seconds(path) == pytest.approx(SONG_S, abs=0.05), stem
        assert decibels(path) > -50, stem
    assert left_over(mix[1], [stems["vocals"], stems["instrumental"]]) < -60
    heard = likeness(stems["lead"], vocal[1])
    assert heard.voiced > 0.7
    assert heard.correlation > 0.9
    assert heard.shift % 12 == pytest.approx(0, abs=0.3) or heard.shift % 12 > 11.7
    loudness = customer.get(f"/api/v1/files/{done['results'][0]['id']}")["loudness_lufs"]
    assert loudness == pytest.approx(-14, abs=0.5)
    assert customer.credits()[1] == 0


def make_cover_with_faults(services: Supervisor, customer: Customer, voice: str, song: str) -> str:
    """A cover whose first worker dies by kill -9; storage hangs when the second wants to store."""
    [job] = customer.make("covers", [song], voice=voice)
    customer.wait_for_job(job, lambda shown: shown["state"] == "running")
    [worker] = customer.stack.jobs_at_work()
    os.killpg(worker, signal.SIGKILL)
    customer.wait_for_job(job, lambda shown: shown["attempt"]["fence"] == 2)
    customer.wait_for_job(job, lambda shown: shown["stage"] in SOON_TO_STORE)
    storage = services.child("storage").pid
    os.kill(storage, signal.SIGSTOP)
    try:
        time.sleep(STORAGE_HANGS_S)
    finally:
        os.kill(storage, signal.SIGCONT)
    return job


def test_songs_are_converted_together_to_a_blend(
    customer: Customer,
    voice: str,
    second_voice: str,
    mix: tuple[str, Path],
    vocal: tuple[str, Path],
    tmp_path: Path,
) -> None:
    blend = [{"voice": second_voice, "weight": 0.25}]
    jobs = customer.make("conversions", [vocal[0], mix[0]], voice=voice, blend=blend)
    done = [customer.wait_for_success(job) for job in jobs]
    shares: list[Any] = [(each["name"], each["weight"]) for each in done[0]["voices"]]
    assert shares == [("하나", 0.75), ("두리", 0.25)]
    batch = customer.get(f"/api/v1/jobs?batch={done[0]['batch']}")["results"]
    assert {job["id"] for job in batch} == set(jobs)
    paths = [customer.download(job["results"][0], tmp_path) for job in done]
    assert [path.name for path in paths] == ["보컬 (하나 + 두리).flac", "아리랑 (하나 + 두리).flac"]
    for path in paths:
        assert seconds(path) == pytest.approx(SONG_S, abs=0.05)
    heard = likeness(paths[0], vocal[1])
    assert heard.voiced > 0.8
    assert heard.correlation > 0.9
    assert heard.shift == pytest.approx(0, abs=0.3)


def test_a_separation_that_is_cancelled_ends_its_worker(
    customer: Customer, mix: tuple[str, Path]
) -> None:
    before = customer.credits()
    [job] = customer.make("separations", [mix[0]])
    customer.wait_for_job(job, lambda shown: shown["state"] == "running")
    [worker] = customer.stack.jobs_at_work()
    assert customer.post(f"/api/v1/jobs/{job}/cancel", status=200)["state"] == "cancelled"
    wait_for(lambda: not is_alive(worker), 20, "the worker still runs")
    assert customer.credits() == before
    assert customer.get(f"/api/v1/files?job={job}")["results"] == []
