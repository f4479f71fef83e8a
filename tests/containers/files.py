"""Dockerfiles and compose files as data, read the way their tools read them."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GPU, WEB = ROOT / "Dockerfile.gpu", ROOT / "Dockerfile.web"
COMPOSE, PRODUCTION = ROOT / "docker-compose.yml", ROOT / "docker-compose.production.yml"


@dataclass(frozen=True)
class Stage:
    """One FROM of a Dockerfile with what follows it, as (instruction, rest) pairs."""

    base: str
    name: str
    lines: tuple[tuple[str, str], ...]

    def all(self, instruction: str) -> list[str]:
        return [rest for word, rest in self.lines if word == instruction]

    def command(self, instruction: str = "CMD") -> list[str]:
        """The exec form of its last CMD, or of what HEALTHCHECK runs."""
        text = self.all(instruction)[-1]
        command: list[str] = json.loads(text[text.index("[") :])
        return command


def stages(path: Path) -> dict[str, Stage]:
    """The stages of a Dockerfile by name, in their order."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", path.read_text()))
    arguments: dict[str, str] = {}
    found: dict[str, Stage] = {}
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, rest = line.split(None, 1)
        rest = " ".join(rest.split())
        if word == "ARG" and not found:
            name, _, value = rest.partition("=")
            arguments["${" + name + "}"] = value
        elif word == "FROM":
            base, _, name = rest.partition(" AS ")
            found[name] = Stage(arguments.get(base, base), name, ())
        else:
            last = found[name]
            found[name] = Stage(last.base, name, (*last.lines, (word, rest)))
    return found


def copied(stage: Stage) -> list[tuple[list[str], str]]:
    """What it takes from the repository: (sources, target) of each COPY."""
    plain = [rest.split() for rest in stage.all("COPY") if not rest.startswith("--from")]
    return [(words[:-1], words[-1]) for words in plain]


def lay_out(stage: Stage, folder: Path) -> None:
    """Copy what ``stage`` copies below ``folder``, its WORKDIR."""
    leave = shutil.ignore_patterns("__pycache__", "embedded", "node_modules", "generated")
    for sources, target in copied(stage):
        for source in sources:
            path = ROOT / source
            into = folder / target.removeprefix("/")
            if path.is_dir():
                shutil.copytree(path, into, ignore=leave, dirs_exist_ok=True)
            else:
                into = into / path.name if target.endswith("/") or len(sources) > 1 else into
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, into)


class _Loader(yaml.SafeLoader):
    """Knows ``!reset``, by which an overlay takes something away."""


_Loader.add_constructor("!reset", lambda loader, node: [])


def compose(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text(), _Loader)
    return content


_VARIABLE = re.compile(r"\$(\$)|\$\{(\w+)(?:(:[-?])([^}]*))?\}")


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Compose's ``${NAME}``, ``${NAME:-default}``, ``${NAME:?message}``. Raises KeyError."""

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        given = values.get(match[2], "")
        if given or match[3] is None:
            return given
        if match[3] == ":?":
            raise KeyError(match[2])
        return match[4]

    return _VARIABLE.sub(value, text)


def environment_of(service: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    given = service.get("environment", {})
    return {name: filled_in(str(value), values) for name, value in given.items()}


def required(*paths: Path) -> set[str]:
    """Names without which compose refuses to start."""
    return {name for path in paths for name in re.findall(r"\$\{(\w+):\?", path.read_text())}
