"""docs/reference/sdmx-conformance.md from the tests: item, behaviour, test. `make docs` writes it, a test compares.

The items are those of the checklists that we made of the standards (tests/data/sdmx_items.csv, our words, from the tags
v1.0.0 to v2.2.2 of the SDMX REST specification, the XSDs, JSON schemas and field guides). A test names the items it
covers with the marker `item`, and says the behaviour in the first sentence of its docstring.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ITEMS = ROOT / "tests/data/sdmx_items.csv"
FAMILIES = {
    "R1": "REST 1.5",
    "R2": "REST 2.x",
    "HTTP": "HTTP, both generations",
    "FMT": "Media types",
    "ML21": "SDMX-ML 2.1",
    "ML3": "SDMX-ML 3.0 and 3.1",
    "J": "SDMX-JSON",
    "C": "SDMX-CSV",
    "URN": "URNs",
    "SM": "Structure maps (3.x)",
    "ERR": "Errors",
}
HEAD = """# Conformance to SDMX, item by item

Generated from the tests (`make docs`): what the standards ask, what this service does, and the test that holds it.
A behaviour that begins with a status (`501: …`) is a refusal on purpose.
"""


@dataclass(frozen=True)
class Held:
    """A test that covers an item."""

    item: str
    behaviour: str
    test: str


def items() -> dict[str, str]:
    """Item → what it asks, in our words."""
    with ITEMS.open(newline="") as file:
        return {row["item"]: row["words"] for row in csv.DictReader(file)}


def held() -> Iterator[Held]:
    """Every test with the marker."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(path.read_text())
        constants = _constants(module)
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                where = f"{path.relative_to(ROOT / 'tests')}::{node.name}"
                for item in _marked(node, constants):
                    yield Held(item, _sentence(node), where)


def _marked(node: ast.FunctionDef, constants: dict[str, object]) -> Iterator[str]:
    """Items of the function's marker and of those on its parameters."""
    for found in (n for decorator in node.decorator_list for n in ast.walk(decorator)):
        if isinstance(found, ast.Call) and ast.unparse(found.func) == "pytest.mark.item":
            words = ast.unparse(ast.Tuple([*found.args], ast.Load()))
            yield from eval(words, dict(constants))  # our own tests: names of items, or an expression that gives them


def _constants(module: ast.Module) -> dict[str, object]:
    """Names that the module gives to literals."""
    found = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with suppress(ValueError):
                found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def _sentence(node: ast.FunctionDef) -> str:
    """The first paragraph of the docstring in one line, or the name in words."""
    text = (ast.get_docstring(node) or node.name.removeprefix("test_").replace("_", " ")).split("\n\n")[0]
    return " ".join(text.split())


def table() -> str:
    """The page."""
    known, by_item = items(), dict[str, list[Held]]()
    for one in held():
        by_item.setdefault(one.item, []).append(one)
    parts = [HEAD]
    for prefix, title in FAMILIES.items():
        parts.append(f"\n## {title}\n\n| item | asked | what this service does | test |\n|---|---|---|---|\n")
        for item in (i for i in known if i.split("-")[0] == prefix):
            found = by_item.get(item, [])
            behaviours = "<br>".join(dict.fromkeys(_cell(h.behaviour) for h in found))
            tests = "<br>".join(f"`{t}`" for t in dict.fromkeys(h.test for h in found))
            parts.append(f"| {item} | {_cell(known[item])} | {behaviours} | {tests} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(table())
