"""What is installed with Greffe is listed, and under licences that its own allows."""

from __future__ import annotations

import csv
import json
import re
import tomllib

from bill_of_materials import ALLOWED, ROOT, bill, licences, locked, table

PAGES = ROOT / "docs/reference"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OPTIONAL = PROJECT["optional-dependencies"]


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


def test_the_bill_and_the_list_name_exactly_what_is_deployed() -> None:
    """Name and version of each package of the lock that the container installs; nothing beside it but Greffe itself goes in."""
    container = (ROOT / "deploy/container/Containerfile").read_text("utf-8").replace("\\\n", " ")
    (lock,) = re.findall(r"-r (\S+)", container)
    into = re.findall(r"/opt/greffe/bin/pip install ([^&\n]+)", container)
    assert [("--require-hashes" in one, "--no-deps --no-index" in one) for one in into] == [
        (True, False),
        (False, True),
    ]
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pins = [line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))]
    assert len(pins) > 80
    listed = json.loads((PAGES / "sbom.cdx.json").read_text("utf-8"))["components"]
    assert sorted(f"{one['name']}=={one['version']}" for one in listed) == sorted(pins)
    with (PAGES / "licences.csv").open(encoding="utf-8", newline="") as stream:
        assert sorted(f"{row['package']}=={row['version']}" for row in csv.DictReader(stream)) == sorted(pins)


def test_what_only_options_need_says_which() -> None:
    """By hand: a driver of PostgreSQL, an extension of DuckDB, what both telemetry and metrics need, a library of the service."""
    with (PAGES / "licences.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["package"]: (row["licence"], row["options"]) for row in csv.DictReader(stream)}
    assert rows["psycopg-binary"] == ("LGPL-3.0-only", "postgresql")
    assert rows["duckdb-extension-httpfs"][1] == "lake"
    assert (rows["protobuf"][1], rows["pandas"][1], rows["fastapi"][1], rows["pydantic"][1]) == (
        "telemetry",
        "demo",
        "",
        "",
    )
    extras = {line.split("[")[0] for line in OPTIONAL["postgresql"] + OPTIONAL["lake"]}
    assert {re.split("[<>=]", one)[0] for one in extras} <= {name for name, (_, options) in rows.items() if options}


def test_every_direct_dependency_of_the_project_is_in_the_bill() -> None:
    """What pyproject.toml asks for is what the bill lists first of all."""
    asked = PROJECT["dependencies"]
    names = {line.partition(">")[0].partition(";")[0].strip() for line in asked}
    assert names <= {c.name for c in locked()}
