"""What is installed with Greffe: a CycloneDX bill of materials and a list of licences, made of a lock file.

    python tests/helpers/bill_of_materials.py docs/reference        (make sbom)

Names and versions are those of the lock (which has the hashes); licences are what the packages say of themselves (Core metadata:
License-Expression, else classifiers, else License), read in the environment that the lock installs.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements/run.lock"
_LINE: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?")
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
    """One package of the lock. `where`: the environment marker, '' for everywhere; `licence`: an SPDX expression, '' unknown."""

    name: str
    version: str
    where: str
    licence: str


def locked(lock: Path = LOCK) -> tuple[Component, ...]:
    """The packages of a lock, in its order."""
    found = filter(None, map(_LINE.match, lock.read_text("utf-8").splitlines()))
    return tuple(Component(m[1], m[2], (m[3] or "").strip(), licence_of(m[1])) for m in found)


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
            **({"properties": [{"name": "marker", "value": c.where}]} if c.where else {}),
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


def table(components: Sequence[Component]) -> str:
    """The list of licences, as CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("package", "version", "licence", "where"))
    rows.writerows((c.name, c.version, c.licence, c.where) for c in components)
    return out.getvalue()


def main(folder: Path) -> None:
    """Write both."""
    found = locked()
    (folder / "sbom.cdx.json").write_text(json.dumps(bill(found), indent=1) + "\n", "utf-8")
    (folder / "licences.csv").write_text(table(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
