"""The contract's version: raised when an old worker could misread a new job."""

from typing import Final

VERSION: Final = 4
