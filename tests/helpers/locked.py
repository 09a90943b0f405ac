"""What requirements/run.lock names, taken from the environment of the tests: the same files by the same hashes, without asking
anybody for them again.

That pip may install it needs no second installation: each of its requirements is, hashes included, one of
requirements/test.lock, with which `make test` made this environment by `pip install --require-hashes`; and nothing that one of
them requires lacks, which pip would refuse.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

from journey_tools import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def requirements(lock: str) -> Mapping[str, frozenset[str]]:
    """Requirement with version and marker → its hashes, of a lock file below requirements/."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    blocks = re.findall(r"(?m)^([a-z0-9][^\\\n]*?) *\\\n((?: +--hash=[^\n]+\n)+)", text)
    return {named: frozenset(re.findall(r"sha256:[0-9a-f]{64}", hashes)) for named, hashes in blocks}


def wanted_here(lock: str) -> dict[str, Requirement]:
    """Canonical name → requirement, of those whose marker holds on this machine."""
    found = map(Requirement, requirements(lock))
    return {canonicalize_name(r.name): r for r in found if r.marker is None or r.marker.evaluate()}


def lacking(lock: str) -> set[str]:
    """What something of the lock file requires here and the lock file does not name, or names in a version that does not do."""
    named = wanted_here(lock)
    missing = set()
    for name, own in named.items():
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            if needed.marker is not None and not any(
                needed.marker.evaluate({"extra": extra}) for extra in own.extras or {""}
            ):
                continue
            there = named.get(canonicalize_name(needed.name))
            if there is None or not needed.specifier.contains(next(iter(there.specifier)).version, prereleases=True):
                missing.add(f"{name} requires {needed}")
    return missing


def given(lock: str, site_packages: Path) -> None:
    """Put the files of what is named into an environment. Raises AssertionError where this one has another version."""
    for name, requirement in wanted_here(lock).items():
        here = distribution(name)
        assert requirement.specifier.contains(here.version, prereleases=True), (str(requirement), here.version)
        for file in here.files or ():
            source, target = Path(str(here.locate_file(file))), site_packages / file
            if ".." in file.parts or not source.is_file():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                _put(source, target)


def _put(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)
