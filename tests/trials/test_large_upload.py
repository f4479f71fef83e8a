"""2 GB through presigned parts, broken off and resumed, until the file can be played."""

import re
import struct
import time
from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from tests.live import LiveStack
from tests.trials.customer import Customer, wait_for

SIZE = 2 * 2**30
RATE, CHANNELS, SAMPLE_BYTES = 48_000, 2, 4
HEADER_BYTES = 44
PROBE_PATIENCE_S = 1200.0


class LongSound:
    """A stereo float WAV of ``SIZE`` bytes that is made part by part, never held whole."""

    def __init__(self, part_bytes: int) -> None:
        frame = CHANNELS * SAMPLE_BYTES
        data = SIZE - HEADER_BYTES
        data -= data % frame
        self.seconds = data / frame / RATE
        self._header = b"RIFF" + struct.pack("<I", data + 36) + b"WAVEfmt "
        self._header += struct.pack("<IHHIIHH", 16, 3, CHANNELS, RATE, RATE * frame, frame, 32)
        self._header += b"data" + struct.pack("<I", data)
        noise = np.random.default_rng(7).normal(0, 0.05, part_bytes // SAMPLE_BYTES)
        self._noise = noise.astype("<f4").tobytes()
        self._part_bytes = part_bytes
        self.size = HEADER_BYTES + data
        self.parts = -(-self.size // part_bytes)

    def part(self, number: int) -> bytes:
        """Part ``number`` (from 1): the header first, then noise again and again."""
        start = (number - 1) * self._part_bytes
        length = min(self._part_bytes, self.size - start)
        shift = (start - HEADER_BYTES) % self._part_bytes if number > 1 else 0
        body = (self._noise[shift:] + self._noise)[:length]
        return (self._header + body)[:length] if number == 1 else body


def signed(customer: Customer, file: str, method: str, **more: object) -> str:
    answer = customer.post(f"/api/v1/uploads/{file}/sign", {"method": method, **more}, status=200)
    return str(answer["url"])


@pytest.fixture
def customer(live_stack: LiveStack) -> Iterator[Customer]:
    customer = Customer.arrive(live_stack)
    yield customer
    customer.http.close()


@pytest.mark.trial
def test_two_gigabytes_arrive_in_parts_after_a_break(customer: Customer) -> None:
    asked = {"name": "긴 녹음.wav", "size": LongSound(2**20).size}
    upload = customer.post("/api/v1/uploads", asked)
    file, sound = upload["id"], LongSound(upload["part_size"])
    created = httpx.post(signed(customer, file, "POST"), timeout=60)
    found = re.search("<UploadId>(.*)</UploadId>", created.text)
    assert found, created.text
    whole = {"upload_id": found[1]}
    for number in range(1, sound.parts // 2):
        send_part(customer, file, sound, number, **whole)
    listed = httpx.get(signed(customer, file, "GET", **whole), timeout=60).text
    arrived = {int(number) for number in re.findall("<PartNumber>(\\d+)</PartNumber>", listed)}
    assert arrived == set(range(1, sound.parts // 2))
    for number in sorted(set(range(1, sound.parts + 1)) - arrived):
        send_part(customer, file, sound, number, **whole)
    complete(customer, file, **whole)
    customer.post(f"/api/v1/uploads/{file}/finish", status=202)
    began = time.monotonic()
    wait_for(lambda: is_settled(customer, file), PROBE_PATIENCE_S, "the probe of 2 GB")
    shown = customer.get(f"/api/v1/files/{file}")
    assert shown["state"] == "ready", shown["error"]
    assert shown["duration_s"] == pytest.approx(sound.seconds, abs=0.05)
    assert (shown["size"], shown["sample_rate"], shown["channels"]) == (sound.size, RATE, CHANNELS)
    print(f"probed {sound.seconds:.0f} s in {time.monotonic() - began:.0f} s")


def is_settled(customer: Customer, file: str) -> bool:
    return bool(customer.get(f"/api/v1/files/{file}")["state"] in ("ready", "failed"))


def send_part(customer: Customer, file: str, sound: LongSound, number: int, upload_id: str) -> None:
    url = signed(customer, file, "PUT", upload_id=upload_id, part_number=number)
    httpx.put(url, content=sound.part(number), timeout=120).raise_for_status()


def complete(customer: Customer, file: str, upload_id: str) -> None:
    """What the browser sends at the end: every part's number and tag, as storage lists them."""
    listed = httpx.get(signed(customer, file, "GET", upload_id=upload_id), timeout=60).text
    numbers = re.findall("<PartNumber>(\\d+)</PartNumber>", listed)
    tags = re.findall("<ETag>(.*?)</ETag>", listed)
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        for number, tag in zip(numbers, tags, strict=True)
    )
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
    url = signed(customer, file, "POST", upload_id=upload_id)
    done = httpx.post(url, content=body, timeout=600)
    assert done.status_code == 200, done.text
    assert "<Error>" not in done.text
