"""The store, for real: signed addresses, ranges, broken connections, the bucket."""

import io
import time
import uuid
from typing import Any

import httpx
import pytest
from botocore.exceptions import ResponseStreamingError
from django.conf import LazySettings

from apps.common import storage


@pytest.fixture
def key() -> str:
    return f"jobs/{uuid.uuid4()}/1/thing"


def test_objects(key: str) -> None:
    assert storage.size(key) is None
    assert not storage.exists(key)
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(key)
    with pytest.raises(FileNotFoundError):
        storage.open_stream(key)
    storage.write_bytes(key, b"one")
    storage.write_bytes(key, b"four")
    assert storage.size(key) == 4
    assert storage.read_bytes(key) == b"four"
    with pytest.raises(ValueError, match="above"):
        storage.read_bytes(key, limit=3)
    storage.delete(key)
    storage.delete(key)
    assert storage.size(key) is None


def test_write_file_and_prefix(key: str) -> None:
    storage.write_file(key, io.BytesIO(b"x" * 100))
    storage.write_bytes(key + "-2", b"y")
    prefix = key.rpartition("/")[0] + "/"
    assert list(storage.iter_keys(prefix)) == [key, key + "-2"]
    assert storage.delete_prefix(prefix) == 2
    assert list(storage.iter_keys(prefix)) == []
    with pytest.raises(ValueError, match="prefix"):
        storage.delete_prefix("")


def test_signed_addresses(key: str) -> None:
    put = storage.presign_put(key, 60)
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in put
    assert httpx.put(put, content=b"hello").status_code == 200
    get = storage.presign_get(key, 60)
    assert httpx.get(get).content == b"hello"
    assert httpx.get(get.partition("?")[0]).status_code == 403
    assert httpx.delete(get).status_code == 403


def test_expired_address(key: str) -> None:
    storage.write_bytes(key, b"x")
    url = storage.presign_get(key, 1)
    for _ in range(40):
        if httpx.get(url).status_code == 403:
            return
        time.sleep(0.1)
    pytest.fail("the address still works")


def test_stream_reads_by_ranges(key: str) -> None:
    data = bytes(range(256)) * 20_000
    storage.write_bytes(key, data)
    with storage.open_stream(key) as stream:
        assert stream.read(10) == data[:10]
        assert stream.seek(-100, io.SEEK_END) == len(data) - 100
        assert stream.read() == data[-100:]
        assert stream.read() == b""
        stream.seek(3_000_000)
        assert stream.read(2_000_000) == data[3_000_000:5_000_000]
        stream.seek(0)
        assert stream.read() == data


class Broken:
    """A body that breaks off after a few bytes."""

    def __init__(self, body: Any) -> None:
        self.body = body
        self.reads = 0

    def read(self, size: int) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise ResponseStreamingError(error="reset")
        return bytes(self.body.read(min(size, 1000)))

    def close(self) -> None:
        self.body.close()


def test_stream_survives_a_broken_connection(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 20
    storage.write_bytes(key, data)
    open_body = storage.ObjectReader._open
    monkeypatch.setattr(storage.ObjectReader, "_open", lambda self: Broken(open_body(self)))
    with storage.open_stream(key) as stream:
        assert stream.read() == data


def test_bucket_speaks_to_our_page_only(key: str, settings: LazySettings) -> None:
    page = "http://localhost:5173"
    url = storage.presign_put(key, 60)
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x"}
    ours = httpx.options(url, headers={"Origin": page, **asked})
    assert ours.headers["access-control-allow-origin"] == page
    theirs = httpx.options(url, headers={"Origin": "https://evil.example", **asked})
    assert theirs.headers.get("access-control-allow-origin") not in {"*", "https://evil.example"}
    put = httpx.put(url, content=b"x", headers={"Origin": page})
    assert "etag" in put.headers["access-control-expose-headers"].lower()


def test_lifecycle_is_kept(settings: LazySettings) -> None:
    rules = storage._admin().get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)
    assert {rule["Filter"]["Prefix"] for rule in rules["Rules"]} == {"uploads/", "exports/"}
    for rule in rules["Rules"]:
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 3}
        assert rule["Status"] == "Enabled"


def test_answers(settings: LazySettings) -> None:
    assert storage.answers()
    settings.S3_BUCKET = "no-such-bucket"
    assert not storage.answers()
