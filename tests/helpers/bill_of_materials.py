"""What is installed with Greffe: a CycloneDX bill of materials and a list of licences, made of the lock that the container installs.

    python tests/helpers/bill_of_materials.py docs/reference        (make sbom)

Names and versions are those of the lock (which has the hashes); licences are what the packages say of themselves (Core metadata:
License-Expression, else classifiers, else License), read in the environment of the tests, which has them all. What only options
need (pyproject.toml, optional-dependencies) names them: whoever installs without an option does not have it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements/service.lock"
_LINE: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?")
_BY: Final = re.compile(r"^    #(?: via|  ) +(\S+)")
_ITSELF: Final = "greffe"
# Packages that say nothing, or say it in words of their own; read in their licence files.
SAID: Final[Mapping[str, str]] = {"colorama": "BSD-3-Clause"}
SPDX: Final[Mapping[str, str]] = {
    "MIT License": "MIT",
    "MIT": "MIT",
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "The Unlicense (Unlicense)": "Unlicense",
}
# Permissive, or weak copyleft of the file or the library: such as Apache-2.0 code may use (CONTRIBUTING, Dependencies).
ALLOWED: Final = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "LGPL-2.1", "LGPL-2.1-only",
    "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0",
    "Unlicense", "Zlib",
}  # fmt: skip


@dataclass(frozen=True)
class Component:
    """One package of the lock. `where`: the environment marker, '' for everywhere; `licence`: an SPDX expression, '' unknown;
    `options`: those that need it, in order, empty for what is installed in any case."""

    name: str
    version: str
    where: str
    licence: str
    options: tuple[str, ...] = ()


def locked(lock: Path = LOCK) -> tuple[Component, ...]:
    """The packages of a lock, in its order."""
    lines = lock.read_text("utf-8").splitlines()
    found, options = filter(None, map(_LINE.match, lines)), options_of(lines)
    return tuple(Component(m[1], m[2], (m[3] or "").strip(), licence_of(m[1]), options(m[1])) for m in found)


def options_of(lines: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Package → the options without which the lock would not name it. The lock says of each package what needs it."""
    needs: dict[str, set[str]] = {}
    for line in lines:
        if package := _LINE.match(line):
            name = package[1]
        elif by := _BY.match(line):
            needs.setdefault(by[1], set()).add(name)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    always = _reached(project["dependencies"], needs)
    some = {option: _reached(asked, needs) for option, asked in project["optional-dependencies"].items()}
    named = re.findall(r"--extra (\S+)", "\n".join(lines[:2]))
    return lambda name: () if name in always else tuple(option for option in named if name in some[option])


def _reached(asked: Sequence[str], needs: Mapping[str, set[str]]) -> set[str]:
    """What is asked for, and all that it needs."""
    found: set[str] = set()
    waits = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in asked} & needs[_ITSELF]
    while waits:
        found |= waits
        waits = {one for name in waits for one in needs.get(name, ())} - found
    return found


def licence_of(name: str) -> str:
    """What a package says of its licence, as SPDX; '' where it is not installed here or says nothing that is known."""
    if name in SAID:
        return SAID[name]
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    if expression := told.get("License-Expression"):
        return str(expression)
    marks = [str(c).rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if str(c).startswith("License ::")]
    words = [SPDX[m] for m in marks if m in SPDX] or [SPDX.get(str(told.get("License") or "").strip(), "")]
    return " OR ".join(dict.fromkeys(words))


def licences(expression: str) -> set[str]:
    """The names in an SPDX expression."""
    return set(re.findall(r"[A-Za-z0-9.+-]+", expression)) - {"AND", "OR", "WITH"}


def bill(components: Sequence[Component]) -> dict[str, object]:
    """CycloneDX 1.6. The same lock makes the same bytes: there is no clock in it, and its number is that of its content."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = [
        {
            "type": "library", "bom-ref": f"pkg:pypi/{c.name}@{c.version}", "name": c.name, "version": c.version,
            "purl": f"pkg:pypi/{c.name}@{c.version}",
            **({"licenses": [{"expression": c.licence}]} if c.licence else {}),
            **({"properties": told} if (told := _properties(c)) else {}),
        }
        for c in components
    ]  # fmt: skip
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(listed))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}", "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": "greffe", "name": project["name"], "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": listed,
        "dependencies": [{"ref": "greffe", "dependsOn": [c["bom-ref"] for c in listed]}],
    }  # fmt: skip


def _properties(component: Component) -> list[dict[str, str]]:
    told = [("marker", component.where)] if component.where else []
    return [{"name": name, "value": value} for name, value in (*told, *(("option", one) for one in component.options))]


def table(components: Sequence[Component]) -> str:
    """The list of licences, as CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("package", "version", "licence", "where", "options"))
    rows.writerows((c.name, c.version, c.licence, c.where, " ".join(c.options)) for c in components)
    return out.getvalue()


def main(folder: Path) -> None:
    """Write both."""
    found = locked()
    (folder / "sbom.cdx.json").write_text(json.dumps(bill(found), indent=1) + "\n", "utf-8")
    (folder / "licences.csv").write_text(table(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
