"""What an upload may ask for, and how much."""

from enum import StrEnum
from typing import Final

MAX_BYTES: Final = 2 * 2**30
PART_BYTES: Final = 16 * 2**20
SIGNED_SECONDS: Final = 3600
MAX_UNFINISHED: Final = 500
MAX_DATASET_FILES: Final = 2000
MAX_FILES_AT_ONCE: Final = 1000
TAG_LENGTH: Final = 40
MAX_TAGS: Final = 20


class Method(StrEnum):
    """HTTP methods of the requests that make up an upload."""

    PUT = "PUT"
    POST = "POST"
    GET = "GET"
    DELETE = "DELETE"
