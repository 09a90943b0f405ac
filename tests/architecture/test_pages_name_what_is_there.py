"""What pages show and nothing runs: why, all in one place; and what it names is there, as far as that can be seen without running it."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest
from page_blocks import ROOT, Block, blocks_of, page_files

from greffe.catalogue.calculation_files import read_calculations
from greffe.catalogue.map_files import _not_provided
from greffe.catalogue.yaml_tree import read_yaml

# Whoever shows a block that no test runs adds its line here: page, mark, reason.
NOT_RUN = """
CONTRIBUTING.md named it asks the registry, and what it writes is locked by hash
README.md named the whole journey and the whole suite
docs/architecture.md shown a drawing
docs/architecture.md shown a drawing
docs/how-to/sql-over-everything.md named it installs from a registry of packages
docs/how-to/upgrade.md named it needs a systemd that runs, and the account of the service
docs/reference/capacity.md named a measurement of minutes
docs/reference/performance.md named measurements of minutes
docs/threat-model.md shown a drawing
"""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = [path for path in page_files() if ROOT / "docs/fr" not in path.parents]
BLOCKS = [block for path in PAGES for block in blocks_of(path)]


def test_what_is_not_run_stands_in_one_place_with_its_reason():
    found = [f"{b.page} {b.kind} {b.why}" for b in BLOCKS if b.kind in {"named", "shown"}]
    assert sorted(found) == sorted(NOT_RUN.strip().splitlines())


def lacking(line: str) -> str:
    """What a command names and is not there; '' when all is there. Raises KeyError for a program that nobody looks for."""
    words = shlex.split(line)
    return {"python": script, "make": target, "pip": extras, "uv": lock, "systemctl": units}[words[0]](words[1:], line)


def script(words: list[str], _: str) -> str:
    path = ROOT / words[0]
    text = path.read_text("utf-8") if path.is_file() else ""
    return ", ".join(w for w in words if (w == words[0] and not text) or (w.startswith("--") and f'"{w}"' not in text))


def target(words: list[str], _: str) -> str:
    there = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return ", ".join(set(words) - set(there))


def extras(words: list[str], _: str) -> str:
    name, _, named = words[-1].strip("]").partition("[")
    there = set(PROJECT["project"]["optional-dependencies"])
    return ", ".join(({name} - {PROJECT["project"]["name"]}) | (set(named.split(",")) - there))


def lock(words: list[str], line: str) -> str:
    """The lock file says by which command it was made."""
    made = (ROOT / words[-1]).read_text("utf-8").splitlines()[1]
    return "" if made.split() == ["#", *line.split()] else made


def units(words: list[str], _: str) -> str:
    named = {re.sub(r"@\w+", "@", word) for word in words if "." in word}
    return ", ".join(named - {path.name for path in (ROOT / "deploy/systemd").iterdir()})


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "named"], ids=lambda b: b.where)
def test_what_a_block_names_is_there(block: Block):
    lines = [part for line in block.lines for part in line.split(" && ")]
    assert {line: lacking(line) for line in lines} == dict.fromkeys(lines, "")


def test_what_is_not_there_is_found():
    assert lacking("python benchmarks/serve/run.py --chekc") == "--chekc"
    assert lacking("python benchmarks/served/run.py") == "benchmarks/served/run.py"
    assert lacking("make tset") == "tset"
    assert lacking("pip install 'greffe[lakes]'") == "lakes"
    assert lacking("systemctl restart greffe@7.service greffes.service") == "greffes.service"
    assert lacking("uv pip compile requirements/docs.in -o requirements/docs.lock") != ""


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_the_drawing_of_the_layers_is_what_is_checked(page):
    """Each layer that is a folder, in the order of the contract of imports, each further down than those above it."""
    (drawing,) = [b.body for b in BLOCKS if b.page == page and b.body.startswith("cli  app")]
    drawn = [name for line in drawing.splitlines() for name in re.findall(r"[a-z]+", re.split(r" {4,}", line)[0])]
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (layers,) = [c["layers"] for c in contracts if c["type"] == "layers"]
    place = {name: n for n, layer in enumerate(layers) for name in layer.split(" | ")}
    assert [place[name] for name in drawn] == sorted(place[name] for name in drawn)
    folders = {path.name for path in (ROOT / "api/greffe").iterdir() if (path / "__init__.py").is_file()}
    assert folders - set(drawn) == set()


def test_the_drawing_of_the_maps_names_every_table():
    (drawing,) = [b.body for b in BLOCKS if b.page == "mappings/README.md" and b.language == "text"]
    named = set(re.findall(r"(?<![<\w])[a-z_]+\.(?:csv|yaml)", drawing)) - {"recipient.yaml", "differences.csv"}
    there = {path.name for path in (ROOT / "mappings/policies").iterdir()}
    assert named == there | {"no_target.csv"}
    folders = set(re.findall(r"(?<![\w<])([A-Za-z_]+)/", drawing)) - {"questionnaires"}
    assert folders == {path.name for path in (ROOT / "mappings").iterdir() if path.is_dir()}


def test_parts_of_a_map_are_read_as_in_a_map():
    (parts,) = [b.body for b in BLOCKS if b.page == "mappings/README.md" and b.language == "yaml"]
    root = read_yaml(parts.encode(), "README.md")
    assert [one.kind for one in read_calculations(root)] == ["formula", "complement", "split", "convert", "calendar"]
    assert [_not_provided(node).publish for node in root.entries("not_provided")] == [True]
