"""Every worked example of docs/reference/calculations.md is what the engine makes, and its VTL what is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_maps import POPULATION, catalogue, fetch, load, parse, rows_of, small_map

from greffe.catalogue.calculation_files import read_calculations
from greffe.catalogue.vtl import statements
from greffe.catalogue.yaml_tree import read_yaml
from greffe.mapping.apply import apply

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/calculations.md"
SOURCE = {"kind": "INDICATEUR", "sex": "SEXE", "geo": "GEO", "freq": "FREQ"}
EXAMPLE = re.compile(
    r"^## (?P<title>\w+)$.*?```yaml[^\n]*\n(?P<yaml>.*?)```\n\nread.*?\n\n(?P<read>.*?)\n\nmade\n\n(?P<made>.*?)\n\n"
    r"```vtl[^\n]*\n(?P<vtl>.*?)```",
    re.DOTALL | re.MULTILINE,
)
EXAMPLES = {m["title"].lower(): m for m in EXAMPLE.finditer(PAGE.read_text())}
PEOPLE = [*rows_of("INDICATEUR | SEXE | TIME_PERIOD | OBS_VALUE \n POP | T | 2023 | 64007193")]


def table(text: str) -> list[dict[str, str]]:
    """The rows of a table of the page."""
    lines = [line.strip("| ") for line in text.splitlines() if not line.startswith("|---")]
    return parse("\n".join(lines))


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == {"total", "complement", "rate", "formula", "split", "convert", "calendar", "lag"}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_example_is_what_the_engine_makes(connection, kind):
    found = EXAMPLES[kind]
    (calculation,) = read_calculations(read_yaml(f"calculations:\n{found['yaml']}".encode(), "calculations.md"))
    assert calculation.kind == kind
    read = [{SOURCE.get(name, name): cell for name, cell in row.items()} for row in table(found["read"])]
    head = " | ".join(read[0])
    body = "\n".join(" | ".join(row.values()) for row in read)
    load(connection, "page_rows", rows_of(f"{head}\n{body}"))
    load(connection, "page_people", PEOPLE, 0)
    map_ = small_map(select={"FREQ": ("A", "Q")}, calculations=(calculation,))
    apply(connection, map_, catalogue(2, 2), "page_rows", {POPULATION: "page_people"}, "page")
    wanted = table(found["made"])
    made = [r for r in fetch(connection, "page") if r["origin_kind"] == calculation.id]
    assert sorted(tuple("-" if r[c] is None else r[c] for c in wanted[0]) for r in made) == sorted(
        tuple(r.values()) for r in wanted
    )
    *steps, last = statements(calculation, "TARGET")
    text = "\n".join(f"{s.result} {'<-' if s is last else ':='} {s.expression};" for s in (*steps, last))
    assert " ".join(found["vtl"].split()) == " ".join(text.split())
