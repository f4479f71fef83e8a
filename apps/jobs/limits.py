"""How much a job may have."""

from typing import Final

MAX_LABELS: Final = 20
