"""What is installed with Greffe is listed, and under licences that its own allows."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from bill_of_materials import ALLOWED, ROOT, bill, licences, locked, table

PAGES = ROOT / "docs/reference"


def test_every_package_of_the_lock_has_a_licence_that_is_allowed() -> None:
    """One that is not for this platform is not installed here: it is listed without a licence, and no other is."""
    found = locked()
    assert len(found) > 50
    unknown = {c.name for c in found if not c.licence}
    assert {c.name for c in found if c.name in unknown and "sys_platform ==" not in c.where} == set()
    assert {c.name: c.licence for c in found if licences(c.licence) - ALLOWED} == {}


def test_the_bill_and_the_list_are_those_of_the_lock() -> None:
    """`make sbom` wrote both from this lock; a package that was added, taken away or raised shows here."""
    found = locked()
    assert json.loads((PAGES / "sbom.cdx.json").read_text("utf-8")) == bill(found), "make sbom"
    assert (PAGES / "licences.csv").read_text("utf-8") == table(found), "make sbom"
    lines = (ROOT / "requirements/run.lock").read_text("utf-8").splitlines()
    named = {line.partition("==")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}
    with Path(PAGES / "licences.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["package"] for row in csv.DictReader(stream)} == named


def test_every_direct_dependency_of_the_project_is_in_the_bill() -> None:
    """What pyproject.toml asks for is what the bill lists first of all."""
    import tomllib

    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {line.partition(">")[0].partition(";")[0].strip() for line in asked}
    assert names <= {c.name for c in locked()}
