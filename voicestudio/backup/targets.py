"""Where backups go: a folder, or a bucket of its own (``s3://bucket/folder``)."""

import os
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from storages.backends.s3 import S3Storage

_FILES: Final = 0o600
_FOLDERS: Final = 0o700
"""Modes: backups hold what the database and storage hold."""


def open_target(name: str) -> "Target":
    """The target of this name. A bucket's endpoint and keys come from BACKUP_S3_* variables."""
    place = urlsplit(name)
    if place.scheme != "s3":
        folder = Path(name).absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=_FOLDERS)
        storage = FileSystemStorage(
            str(folder),
            file_permissions_mode=_FILES,
            directory_permissions_mode=_FOLDERS,
            allow_overwrite=True,
        )
        return Target(storage)
    return Target(
        S3Storage(
            bucket_name=place.netloc,
            location=place.path.strip("/"),
            endpoint_url=os.environ.get("BACKUP_S3_ENDPOINT_URL") or None,
            region_name=os.environ.get("BACKUP_S3_REGION", "us-east-1"),
            access_key=os.environ.get("BACKUP_S3_ACCESS_KEY_ID"),
            secret_key=os.environ.get("BACKUP_S3_SECRET_ACCESS_KEY"),
            signature_version="s3v4",
            addressing_style="path",
            default_acl=None,
            file_overwrite=True,
        )
    )


class Target:
    """Files by name, over any of Django's storages."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def write(self, name: str, file: BinaryIO) -> None:
        self._storage.save(name, File(file))

    def write_bytes(self, name: str, data: bytes) -> None:
        self._storage.save(name, ContentFile(data))

    def open(self, name: str) -> Any:
        return self._storage.open(name, "rb")

    def read_bytes(self, name: str) -> bytes:
        with self.open(name) as file:
            data: bytes = file.read()
        return data

    def size(self, name: str) -> int | None:
        """Bytes of a file, None where there is none."""
        return self._storage.size(name) if self._storage.exists(name) else None

    def folders(self, name: str) -> list[str]:
        if isinstance(self._storage, FileSystemStorage) and not self._storage.exists(name):
            return []
        return sorted(self._storage.listdir(name)[0])

    def delete(self, name: str) -> None:
        self._storage.delete(name)
