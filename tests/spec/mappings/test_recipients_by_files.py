"""A recipient is files: Eurostat's smuggling tables appear with their folder, vanish with it, and no program names them."""

import pytest
from seed_rows import ROOT

from shipped_catalogue import shipped_files
from greffe.catalogue.load import load, read_folders
from greffe.model.references import Reference
from greffe.model.structures import Dataflow

FLOW = Reference("SSER", "ESTAT_CRIM_SMU")


def recipients(files):
    return {r.id: r.dataflows for r in load(files).recipients}


@pytest.fixture(scope="module")
def files():
    return shipped_files()


def test_the_recipient_comes_and_goes_with_its_files(files) -> None:
    without = {path: content for path, content in files.items() if "ESTAT_SMU/" not in path and "CRIM_SMU" not in path}
    for table in ("contributors", "synonyms"):  # lines there say whose its figures are, and what people call them
        path = f"mappings/policies/{table}.csv"
        kept = [x for x in files[path].splitlines(keepends=True) if b"ESTAT_CRIM_SMU" not in x]
        assert 1 < len(kept) < len(files[path].splitlines())
        without[path] = b"".join(kept)
    assert len(files) - len(without) == 5 + 3  # structure, dataflow, constraint, category, agreement; recipient, map, rows
    assert "ESTAT_SMU" not in recipients(without)
    assert FLOW not in {flow.reference for flow in load(without).all(Dataflow)}
    assert recipients(files) == recipients(without) | {"ESTAT_SMU": (FLOW,)}
    assert FLOW in {map_.target for map_ in load(files).maps.values()}


def test_no_program_names_it() -> None:
    """A word of a file below `sdmx/` and `mappings/` only."""
    programs = [p for p in (ROOT / "api").rglob("*.py") if "CRIM_SMU" in (text := p.read_text("utf-8")) or "ESTAT_SMU" in text]
    assert programs == []


def test_every_cell_says_who_provides_it_or_why_nobody_does(files) -> None:
    """The offence group cannot isolate smuggling; suspects come from the interior ministry."""
    map_ = next(m for m in load(files).maps.values() if m.target == FLOW)
    assert {n.cells["leg_stat"]: n.kind for n in map_.not_provided} == {
        "PER_CNV": "not-available",
        "PER_SUSP": "other-house",
    }
    assert not any(row.has_target for row in map_.representation_maps[2].rows)
