"""The object store: the only place that knows boto3.

Bytes move through django-storages; boto3 itself signs addresses and sets the bucket up. Two
clients sign, because browsers and workers may see the store under another address than we do.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

UPLOADS: Final = "uploads/"
EXPORTS: Final = "exports/"

STORAGE_ERRORS: Final = (BotoCoreError, ClientError, OSError)
"""What an unreachable or refusing store raises."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    size: int
    etag: str


def _client(endpoint: str) -> "S3Client":
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=settings.S3_REGION,
        aws_access_key_id=settings.S3_ACCESS_KEY_ID,
        aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=30,
            # After a restart the S3 server answers 500 until it has found its volumes again.
            retries={"max_attempts": 5, "mode": "standard"},
            # Newer defaults add checksum headers to signed addresses that browsers do not send.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@cache
def _signer() -> "S3Client":
    return _client(settings.S3_PUBLIC_ENDPOINT_URL)


@cache
def _admin() -> "S3Client":
    return _client(settings.S3_ENDPOINT_URL)


def _sign(operation: str, seconds: int, method: str, **params: Any) -> str:
    return _signer().generate_presigned_url(
        operation,
        Params={"Bucket": settings.S3_BUCKET, **params},
        ExpiresIn=seconds,
        HttpMethod=method,
    )


# -- addresses -----------------------------------------------------------------------------------


def presign_get(
    key: str, seconds: int, filename: str | None = None, *, inline: bool = False
) -> str:
    """An address to read the object; ``filename`` is what a browser saves it as."""
    if filename is None:
        return _sign("get_object", seconds, "GET", Key=key)
    kind = "inline" if inline else "attachment"
    disposition = f"{kind}; filename*=UTF-8''{quote(filename, safe='')}"
    return _sign("get_object", seconds, "GET", Key=key, ResponseContentDisposition=disposition)


def presign_put(key: str, seconds: int, size: int | None = None) -> str:
    """An address to store the object; with ``size`` the store refuses any other length."""
    length = {} if size is None else {"ContentLength": size}
    return _sign("put_object", seconds, "PUT", Key=key, **length)


def presign_create_parts(key: str, seconds: int) -> str:
    return _sign("create_multipart_upload", seconds, "POST", Key=key)


def presign_part(key: str, seconds: int, upload_id: str, number: int, size: int) -> str:
    return _sign(
        "upload_part",
        seconds,
        "PUT",
        Key=key,
        UploadId=upload_id,
        PartNumber=number,
        ContentLength=size,
    )


def presign_list_parts(key: str, seconds: int, upload_id: str) -> str:
    return _sign("list_parts", seconds, "GET", Key=key, UploadId=upload_id)


def presign_complete_parts(key: str, seconds: int, upload_id: str) -> str:
    return _sign("complete_multipart_upload", seconds, "POST", Key=key, UploadId=upload_id)


def presign_abort_parts(key: str, seconds: int, upload_id: str) -> str:
    return _sign("abort_multipart_upload", seconds, "DELETE", Key=key, UploadId=upload_id)


# -- objects ------------------------------------------------------------------------------------


def _store() -> Any:
    return storages["default"]


def exists(key: str) -> bool:
    return size(key) is not None


def size(key: str) -> int | None:
    """Bytes of the object, None where there is none."""
    try:
        return int(_store().size(key))
    except FileNotFoundError:
        return None
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise


def read_bytes(key: str, limit: int = 16 * 2**20) -> bytes:
    """A small object whole. FileNotFoundError where it is missing, ValueError above ``limit``."""
    with _store().open(key) as file:
        if file.size > limit:
            raise ValueError(f"object of {file.size} bytes is above {limit}")
        return bytes(file.read())


def write_bytes(key: str, data: bytes) -> None:
    _store().save(key, ContentFile(data))


def write_file(key: str, file: BinaryIO) -> None:
    """Stores an open binary file, in parts where it is large."""
    _store().save(key, File(file))


def copy(source: str, target: str) -> None:
    """Copies an object inside the store: no byte passes through here."""
    bucket = settings.S3_BUCKET
    _admin().copy_object(Bucket=bucket, Key=target, CopySource={"Bucket": bucket, "Key": source})


def delete(key: str) -> None:
    """Removes the object; a missing one is fine."""
    _store().delete(key)


@dataclass(frozen=True, slots=True)
class Found:
    key: str
    size: int
    etag: str


def listed(prefix: str = "") -> Iterator[Found]:
    """Every object whose key starts so, in the store's order."""
    for summary in _store().bucket.objects.filter(Prefix=prefix):
        yield Found(summary.key, summary.size, summary.e_tag.strip('"'))


def at(name: str) -> Iterator[Found]:
    """The objects of a folder (it ends in /), or the object of a key, where it is there."""
    if name.endswith("/"):
        if len(name) < 3:
            raise ValueError("this is no folder")
        yield from listed(name)
    elif (found := size(name)) is not None:
        yield Found(name, found, "")


def begin_parts(key: str) -> str:
    """Start an object that comes in parts; its upload id."""
    return _admin().create_multipart_upload(Bucket=settings.S3_BUCKET, Key=key)["UploadId"]


def store_part(key: str, upload_id: str, number: int, data: bytes) -> str:
    """Store a part (5 MiB at least, but for the last), over one of the same number; its etag."""
    answer = _admin().upload_part(
        Bucket=settings.S3_BUCKET, Key=key, UploadId=upload_id, PartNumber=number, Body=data
    )
    return answer["ETag"]


def complete_parts(key: str, upload_id: str, etags: list[str]) -> None:
    """Make an object of its parts, numbered from 1."""
    parts: Any = [{"PartNumber": number, "ETag": each} for number, each in enumerate(etags, 1)]
    _admin().complete_multipart_upload(
        Bucket=settings.S3_BUCKET, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
    )


def delete_prefix(prefix: str) -> int:
    """Removes every object whose key starts so; returns how many."""
    if not prefix.endswith("/") or len(prefix) < 3:
        raise ValueError("a prefix ends in / and names a folder")
    count = 0
    for summary in _store().bucket.objects.filter(Prefix=prefix):
        summary.delete()
        count += 1
    return count


def abort_parts(key: str, upload_id: str) -> None:
    """Frees the parts of an unfinished upload; one that ended already is fine."""
    try:
        _admin().abort_multipart_upload(Bucket=settings.S3_BUCKET, Key=key, UploadId=upload_id)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise


def answers() -> bool:
    """Whether the bucket can be reached with our credentials."""
    try:
        _admin().head_bucket(Bucket=settings.S3_BUCKET)
    except STORAGE_ERRORS:
        return False
    return True


class ObjectReader(io.RawIOBase):
    """A seekable file over an object, read by ranges: nothing lies on disk, little in memory.

    One response streams until somebody seeks; a broken connection is picked up where it was.
    """

    _TRIES: Final = 4

    def __init__(self, key: str) -> None:
        self._object = _store().bucket.Object(key)
        self._size = int(self._object.content_length)
        self._position = 0
        self._body: Any = None
        self._body_position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        for attempt in range(1, self._TRIES + 1):
            try:
                data: bytes = self._stream().read(len(buffer))
            except STORAGE_ERRORS:
                self._drop()
                if attempt == self._TRIES:
                    raise
            else:
                break
        buffer[: len(data)] = data
        self._position += len(data)
        self._body_position = self._position
        return len(data)

    def _stream(self) -> Any:
        if self._body is None or self._body_position != self._position:
            self._drop()
            self._body = self._open()
            self._body_position = self._position
        return self._body

    def _open(self) -> Any:
        return self._object.get(Range=f"bytes={self._position}-")["Body"]

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()


def open_stream(key: str) -> io.BufferedReader:
    """The object as a buffered, seekable binary file. FileNotFoundError where it is missing."""
    try:
        return io.BufferedReader(ObjectReader(key), buffer_size=2**20)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise FileNotFoundError(key) from error
        raise


# -- the bucket ---------------------------------------------------------------------------------


def ensure_bucket(origins: list[str]) -> None:
    """Makes the bucket where missing, opens it to our pages, and cleans unfinished uploads."""
    client = _admin()
    try:
        client.head_bucket(Bucket=settings.S3_BUCKET)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        client.create_bucket(Bucket=settings.S3_BUCKET)
    client.put_bucket_cors(
        Bucket=settings.S3_BUCKET,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": origins,
                    "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
                    "AllowedHeaders": ["*"],
                    "ExposeHeaders": ["ETag", "Content-Length", "Content-Range"],
                    "MaxAgeSeconds": 3600,
                }
            ]
        },
    )
    client.put_bucket_lifecycle_configuration(
        Bucket=settings.S3_BUCKET,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": f"unfinished-{prefix.rstrip('/')}",
                    "Status": "Enabled",
                    "Filter": {"Prefix": prefix},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
                }
                for prefix in (UPLOADS, EXPORTS)
            ]
        },
    )


def iter_keys(prefix: str) -> Iterator[str]:
    """Keys that start so, in the store's order."""
    for summary in _store().bucket.objects.filter(Prefix=prefix):
        yield summary.key
