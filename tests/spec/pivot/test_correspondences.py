"""Correspondences stand alone between code lists: loaded, checked, in the standard's form and back, used by maps; every
row of the experts' list of offence correspondences is there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from shipped_catalogue import shipped_catalogue, shipped_files

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.from_standard import map_files
from greffe.catalogue.load import load
from greffe.catalogue.maps_ml import read_maps_ml
from greffe.errors import BadDefinition
from greffe.formats import structure_json, structure_ml
from greffe.mapping.exchange.files import WRITERS, read
from greffe.mapping.exchange.sets import mapping_set, table_named
from greffe.model.artefacts import Maintainable
from greffe.model.dataset import Header
from greffe.model.mappings import StandardRepresentationMap
from greffe.model.references import Reference
from greffe.model.structures import Codelist

ROOT = Path(__file__).parents[3]
FILES = shipped_files()
CATALOGUE = shipped_catalogue()
FOLDER = "mappings/correspondences"
LISTS = {"NATAFF_N2": "CL_NATAFF", "NATINF": "CL_NATINF", "CJN_GROUPE": "CL_INFRACTION"}
HEADER = Header("M1", "2026-11-24T10:00:00Z")


def seeds() -> list[dict[str, str]]:
    with (ROOT / "tests/data/offence_correspondences.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def standard(id_: str) -> StandardRepresentationMap:
    return CATALOGUE.get(StandardRepresentationMap, Reference("SSER", id_))


def test_every_row_of_the_experts_list_is_a_row_of_a_correspondence():
    """Its list, code, target, kind, validity and comment; what is wider than its target says OBS_STATUS D."""
    rows = {}
    for one in CATALOGUE.correspondences.values():
        for row, said in zip(one.table.rows, standard(one.reference.id).rows, strict=True):
            status = [a.title for a in said.annotations if a.type == "OBS_STATUS"]
            rows[row.reference] = (one.sources[0].id, row, status)
    expected = {f"A{n:03d}": seed for n, seed in enumerate(seeds(), 1)}
    assert len(expected) == 191
    assert rows.keys() == expected.keys()
    for reference, seed in expected.items():
        list_, row, status = rows[reference]
        assert list_ == LISTS[seed["source_nomenclature"]]
        assert (row.sources[0].value, row.targets[0].removeprefix("ICCS")) == (seed["source_code"], seed["iccs"])
        assert (row.kind, row.valid_from, row.valid_to) == (seed["mapping_kind"], seed["valid_from"], seed["valid_to"])
        assert row.confidence == "recalled"
        if seed["comment"]:
            assert row.reason == seed["comment"].replace("'", "’")
        else:
            assert row.reason.startswith("By label: ")
            assert row.kind in ("exact", "narrower")
        assert status == ([seed["flag"]] if seed["flag"] else [])


def test_further_targets_of_a_split_stand_in_further_correspondences():
    """A1 holds intentional homicide, attempts and non-negligent manslaughter (experts' list)."""
    found = [
        next(row.targets[0] for row in CATALOGUE.correspondences[Reference("SSER", id_)].table.rows if row.sources[0].value == "A1")
        for id_ in ("NATAFF_TO_ICCS", "NATAFF_TO_ICCS_2", "NATAFF_TO_ICCS_3")
    ]  # fmt: skip
    assert found == ["ICCS0101", "ICCS0102", "ICCS01031"]


def test_samples_say_so():
    for one in CATALOGUE.correspondences.values():
        assert "sample" in one.descriptions["en"]
        assert "échantillon" in one.descriptions["fr"]
    codes = CATALOGUE.get(Codelist, Reference("SSER", "CL_NATINF"))
    assert (codes.annotation("SAMPLE"), len(codes.items)) == ("true", 48)
    assert codes.items[0].names == {"fr": "Meurtre (homicide)", "en": "Murder (homicide)"}


@pytest.mark.parametrize("form", ("structure-3.0", "structure-3.1", "jsonstructure-2.0", "jsonstructure-2.1"))
def test_a_correspondence_comes_back_from_the_standard_form(form: str):
    artefacts: list[Maintainable] = [standard(one.reference.id) for one in CATALOGUE.correspondences.values()]
    if form.startswith("structure-"):
        back = read_maps_ml(b"".join(structure_ml.write(HEADER, artefacts, version=form[-3:])), "maps.xml")
    else:
        back = read_message(b"".join(structure_json.write(HEADER, artefacts, version=f"{form[-3:]}.0")), "maps.json")
    assert map_files(back, "maps") == {p: body for p, body in FILES.items() if p.startswith(FOLDER)}


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_a_correspondence_goes_through_a_spreadsheet(form: str):
    base = mapping_set(CATALOGUE, table_named(CATALOGUE, "correspondences/nataff_to_iccs"))
    assert [(c.name, str(c.codelist)) for c in base.columns] == [
        ("source:CL_NATAFF", "SSER:CL_NATAFF(1.0.0)"), ("target:ICCS", "SSER:ICCS(1.0.0)"),
    ]  # fmt: skip
    back = read(WRITERS[form](base), "x", base)
    assert back.problems == ()
    assert back.content == FILES[f"{FOLDER}/nataff_to_iccs.csv"]


def offences_of_prisoners() -> dict[str, bytes]:
    """The shipped files, with one table of a map made a correspondence that the map names."""
    table = FILES["mappings/ESTAT/infraction_to_pris_iccs.csv"]
    map_ = FILES["mappings/ESTAT/crim_pris_off.yaml"]
    files = {p: body for p, body in FILES.items() if p != "mappings/ESTAT/infraction_to_pris_iccs.csv"}
    files["mappings/ESTAT/crim_pris_off.yaml"] = map_.replace(
        b"infraction_to_pris_iccs.csv", b"../correspondences/groups.csv"
    )
    files[f"{FOLDER}/groups.csv"] = table.replace(
        b"source:INFRACTION,target:iccs", b"source:CL_INFRACTION,target:ESTAT_ICCS"
    )
    head = FILES[f"{FOLDER}/infraction_to_iccs.yaml"]
    files[f"{FOLDER}/groups.yaml"] = head.replace(b"INFRACTION_TO_ICCS", b"GROUPS").replace(
        b"SSER:ICCS", b"SSER:ESTAT_ICCS"
    )
    return files


def test_a_structure_map_names_a_correspondence():
    reference = next(r for r in CATALOGUE.maps if r.id.endswith("ESTAT_CRIM_PRIS_OFF"))
    before, after = CATALOGUE.maps[reference], load(offences_of_prisoners()).maps[reference]
    tables = [next(c.map for c in m.components if c.sources == ("INFRACTION",)) for m in (before, after)]
    assert tables[0].rows == tables[1].rows
    assert (tables[1].sources, tables[1].targets) == (tables[0].sources, tables[0].targets)
    assert (tables[1].file, tables[1].reference.id) == (f"{FOLDER}/groups.csv", "GROUPS")


CASES = {
    "an unknown code": ({"nataff_to_iccs.csv": (b"A1,ICCS0101,", b"A1,ICCS0111,")}, "'ICCS0111' is not in SSER:ICCS(1.0.0)"),
    "an unknown source": ({"nataff_to_iccs.csv": (b"\nA1,", b"\nA99,")}, "'A99' is not in SSER:CL_NATAFF(1.0.0)"),
    "a list that is not there": ({"nataff_to_iccs.yaml": (b"ICCS(1.0.0)", b"ICCS(9.0.0)")}, "There is no codelist SSER:ICCS(9.0.0)"),
    "validity that overlaps": ({"nataff_to_iccs.csv": (b"\nA2,,", b"\nA1,,")}, "CL_NATAFF=A1 becomes not-available here and ICCS0101"),
    "an id twice": ({"nataff_to_iccs.csv": (b"NAT-004", b"NAT-001")}, "'NAT-001' is the id of line 2 already"),
    "other columns": ({"nataff_to_iccs.csv": (b"target:ICCS", b"target:iccs")}, "The target columns of"),
    "a pattern": ({"nataff_to_iccs.csv": (b"NAT-001,exact", b"NAT-001,regex")}, "A correspondence names its codes, found regex"),
    "an id of another": ({"nataff_to_iccs_2.yaml": (b"NATAFF_TO_ICCS_2", b"NATAFF_TO_ICCS")}, "is that of"),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "message"), CASES.values(), ids=CASES)
def test_what_does_not_hold_is_refused(edits: dict[str, tuple[bytes, bytes]], message: str):
    files = dict(FILES)
    for name, (old, new) in edits.items():
        body = files[f"{FOLDER}/{name}"]
        assert old in body
        files[f"{FOLDER}/{name}"] = body.replace(old, new, 1)
    with pytest.raises(BadDefinition) as refused:
        load(files)
    assert message in refused.value.message
    assert str(refused.value.file).startswith(FOLDER)


@pytest.mark.parametrize("end", (".csv", ".yaml"))
def test_both_files_are_needed(end: str):
    files = {p: body for p, body in FILES.items() if p != f"{FOLDER}/nataff_to_iccs{end}"}
    with pytest.raises(BadDefinition, match=r"No map names this file|has no rows"):
        load(files)


def test_a_map_that_names_a_correspondence_comes_back_from_the_standard_form():
    """Both files of the correspondence come with it, and the map names it where it stands."""
    files = offences_of_prisoners()
    catalogue = load(files)
    map_ = next(m for m in catalogue.maps.values() if m.reference.id.endswith("ESTAT_CRIM_PRIS_OFF"))
    keys = [("structuremap", map_.reference), *(("representationmap", t.reference) for t in map_.representation_maps)]
    body = b"".join(structure_json.write(HEADER, [catalogue.artefacts[key] for key in keys], version="2.1.0"))
    made = map_files(read_message(body, "maps.json"), "maps")
    assert {p: made[p] for p in made if p.startswith(FOLDER)} == {
        p: files[p] for p in (f"{FOLDER}/groups.yaml", f"{FOLDER}/groups.csv")
    }  # fmt: skip
    again = load({**files, **made}).maps[map_.reference]
    assert [(c.sources, c.targets, c.map) for c in again.components] == [
        (c.sources, c.targets, c.map) for c in map_.components
    ]  # fmt: skip
