"""Every page of the studio, as the router itself lists them."""

import re
from dataclasses import dataclass
from typing import Final

from voicestudio.embedded.places import REPOSITORY

ROUTER: Final = REPOSITORY / "frontend" / "src" / "router.tsx"
_CREATED: Final = "createRoute({"
_ROUTE: Final = re.compile(
    r'createRoute\(\{\s*getParentRoute: \(\) => (\w+),\s*(path|id): "([^"]+)"'
)


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` as the router writes it, such as ``/voices/$voiceId``."""

    path: str
    for_guests: bool

    @property
    def wants(self) -> list[str]:
        """The names that stand for ids in the path."""
        return re.findall(r"\$(\w+)", self.path)

    def address(self, ids: dict[str, str]) -> str:
        """The path with an id in the place of each name. KeyError where one is missing."""
        return re.sub(r"\$(\w+)", lambda name: ids[name[1]], self.path)


def routes() -> list[Route]:
    """All pages, from the router's source: a new one is found without a list kept by hand."""
    text = ROUTER.read_text("utf-8")
    found = _ROUTE.findall(text)
    if len(found) != text.count(_CREATED):
        raise ValueError(f"{ROUTER.name} writes a route in a way that this does not read")
    return [Route(path, parent == "guest") for parent, what, path in found if what == "path"]
