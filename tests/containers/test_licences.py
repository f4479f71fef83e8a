"""Licences of all Python packages that the images hold, as their own metadata names them."""

import re
from importlib import metadata

from packaging.requirements import Requirement

from tests.containers.files import ROOT

FILES = ("base", "web", "gpu", "serverless", "torch", "weights")
GPL = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )General Public License", re.I)
# Their code is never imported: only weight files are read, and only those are told of by the pin.
DATA_ONLY = "weights"


def named_in(file: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{file}.txt").read_text().splitlines()
    return {line.split("==")[0].strip() for line in lines if re.match(r"[A-Za-z]", line)}


def with_all_that_they_bring(names: set[str]) -> dict[str, metadata.Distribution]:
    """The packages and what they require here, by name."""
    found: dict[str, metadata.Distribution] = {}
    open_ends = [(name, frozenset[str]()) for name in names]
    while open_ends:
        name, extras = open_ends.pop()
        distribution = metadata.distribution(name)
        key = f"{distribution.name.lower()}[{','.join(sorted(extras))}]"
        if key in found:
            continue
        found[key] = distribution
        for text in distribution.requires or ():
            wanted = Requirement(text)
            marker = wanted.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in (*extras, "")):
                open_ends.append((wanted.name, frozenset(wanted.extras)))
    return found


def licence_of(distribution: metadata.Distribution) -> str:
    facts = distribution.metadata
    given = [
        line for name in ("License-Expression", "License") for line in facts.get_all(name) or ()
    ]
    stated = given[:1]
    stated += [each for each in facts.get_all("Classifier") or () if each.startswith("License")]
    return "; ".join(line.splitlines()[0] for line in stated if line)


def test_no_package_of_an_image_is_under_the_gpl() -> None:
    names = {name for file in FILES if file != DATA_ONLY for name in named_in(file)}
    packages = with_all_that_they_bring(names)
    packages |= {name: metadata.distribution(name) for name in named_in(DATA_ONLY)}
    assert {"runpod[]", "paramiko[]", "django[]"} <= set(packages)
    found = {name: licence_of(one) for name, one in packages.items()}
    assert {name: text for name, text in found.items() if GPL.search(text)} == {}


def test_a_gpl_licence_would_be_seen() -> None:
    for text in ("GPL-3.0", "GNU General Public License v3 (GPLv3)", "AGPL-3.0-or-later", "GPLv2+"):
        assert GPL.search(text)
    for text in (
        "LGPL-2.1",
        "GNU Lesser General Public License v3 (LGPLv3)",
        "MIT",
        "BSD-3-Clause",
    ):
        assert not GPL.search(text)
