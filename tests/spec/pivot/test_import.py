"""A table of the pivot is read from every form, checked whole, and becomes artefacts that load and give it back."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pivot_tables import NATINF, NATINF_HEAD, NFI, NFI_HEAD, changed, plain, workbook

from greffe.catalogue.load import load
from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import BadDefinition, BadInput, BadQuery
from greffe.mapping.pivot.artefacts import Edition, artefacts_of, edition_of, files_of, table_of, with_edition
from greffe.mapping.pivot.checking import Checker
from greffe.mapping.pivot.layout import DEFAULT, read_layout
from greffe.mapping.pivot.reading import Received, records
from greffe.mapping.pivot.table import Offence, PivotTable, Post
from greffe.model.references import Reference
from greffe.model.structures import Codelist
from greffe.settings import shipped

ROOT = Path(__file__).parents[3]
ICCS_FILE = "sdmx/SSER/codelist/ICCS.json"
ICCS = (shipped("sdmx") / "SSER/codelist/ICCS.json").read_bytes()
CODES = load({ICCS_FILE: ICCS}).get(Codelist, Reference("SSER", "ICCS"))
EDITION = Edition("2026-1", "t.xlsx", "0" * 64, "2026-11-29", "synthetic")


def checked(*files: bytes, layout=DEFAULT):
    checker = Checker(layout, CODES.places)
    table = checker.check(records([Received(f"{n}.x", body) for n, body in enumerate(files)], layout))
    return table, checker.problems


def made(table: PivotTable, edition: Edition = EDITION):
    return load({ICCS_FILE: ICCS, **files_of(artefacts_of(table, edition, CODES.reference), edition)})


def flat() -> bytes:
    """Both tables in one CSV file: the posts first, then the codes with their post beside."""
    posts = {row[0]: row for row in NFI}
    rows = [("", "", "", "", "", *row) for row in NFI] + [(*row, *posts[row[5]][1:]) for row in NATINF]
    return plain((*NATINF_HEAD, *NFI_HEAD[1:]), rows)


def test_the_table_by_hand():
    table, problems = checked(workbook())
    assert problems == []
    assert table.posts["01_2"] == Post("01_2", "01.2", "Division deux", 2, "01", "ICCS0102", "broader")
    assert table.posts["02_1_1"] == Post("02_1_1", "02.1.1", "Groupe un", 3, "02_1")
    assert [(o.code, o.nfi, o.valid_from, o.valid_to, o.label) for o in table.offences] == [
        ("1115", "02_1_1", "", "", "Viol"),
        ("5169", "01_1", "1994-03-01", "", "Meurtre"),
        ("900001", "01_2", "2013-01-01", "2020-12-31", "Code inventé"),
        ("900001", "02_1_1", "2021-01-01", "", "Code inventé"),
    ]
    assert [table.latest[c].nature for c in ("1115", "900001")] == ["CRI", "DEL"]
    assert (table.iccs_of("900001"), table.placed("02_1_1").code, table.placed("01")) == ("ICCS0301", "02_1", None)


@pytest.mark.parametrize(
    "files", [(flat(),), (plain(NATINF_HEAD, NATINF, ","), plain(NFI_HEAD, NFI))], ids=["one file", "two files"]
)
def test_csv_says_the_same(files):
    assert checked(*files) == checked(workbook())


def test_columns_and_sheets_are_called_as_a_file_says():
    text = """
natinf: {sheets: [NATINF], columns: {code: N°, label: Intitulé, nature: Qualification}}
natures: {CRI: [criminel], DEL: [délictuel]}
levels: [Grande section, Division, Groupe]
"""
    layout = read_layout(read_yaml(text.encode(), "columns.yaml"))
    head = ("Remarque", "INTITULÉ", " n° ", "Qualification", "Code NFI")
    natinf = plain(head, [("", "Meurtre", "5169", "Criminel", "01.1")])
    table, problems = checked(natinf, plain(NFI_HEAD, changed(NFI, 0, c2="grande section")), layout=layout)
    assert problems == []
    assert table.offences == (Offence("5169", "Meurtre", "CRI", "01_1"),)
    with pytest.raises(BadDefinition, match="'codes' is not known here"):
        read_layout(read_yaml(b"natinf: {columns: {codes: x}}", "columns.yaml"))


def test_the_artefacts_of_an_edition():
    table, _ = checked(workbook())
    catalogue = made(table)
    natinf, nfi = (catalogue.get(Codelist, Reference("SSER", i, "2026.1.0")) for i in ("CL_NATINF", "CL_NFI"))
    assert [i.id for i in natinf.items] == ["1115", "5169", "900001"]
    assert (natinf.names["fr"], natinf.annotation("PROVENANCE"), natinf.annotation("SHA256")) == (
        "NATINF, natures d’infraction (édition synthétique 2026-1)", "synthetic", "0" * 64,
    )  # fmt: skip
    group = nfi.item("02_1_1")
    assert (group.parent, group.annotation("LEVEL"), group.annotation("SOURCE_CODE")) == ("02_1", "3", "02.1.1")
    to_nfi, to_iccs = (
        catalogue.correspondences[Reference("SSER", i, "2026.1.0")].table for i in ("NATINF_TO_NFI", "NFI_TO_ICCS")
    )
    assert [(r.row_id, r.kind, r.valid_to) for r in to_nfi.rows] == [
        ("1115-02_1_1", "aggregate", ""), ("5169-01_1", "aggregate", ""),
        ("900001-01_2", "aggregate", "2020-12-31"), ("900001-02_1_1", "aggregate", ""),
    ]  # fmt: skip
    assert [(r.sources[0].value, r.targets[0], r.kind) for r in to_iccs.rows] == [
        ("01_1", "ICCS0101", "exact"), ("01_2", "ICCS0102", "broader"), ("02_1", "ICCS0301", "aggregate"),
    ]  # fmt: skip
    assert {r.confidence for r in (*to_nfi.rows, *to_iccs.rows)} == {"synthetic"}
    assert all(r.reason and r.reference.endswith("edition 2026-1") for r in (*to_nfi.rows, *to_iccs.rows))
    assert edition_of(catalogue) == "2026-1"


letters = st.text('abcé ’,"0', min_size=1, max_size=8).map(str.strip).filter(bool)


@st.composite
def tables(draw) -> PivotTable:
    posts: dict[str, Post] = {}
    for level in (1, 2, 3):
        above = [p for p in posts.values() if p.level == level - 1] or [None]
        for n in range(draw(st.integers(1, 3))):
            parent = draw(st.sampled_from(above))
            code = f"{parent.code}_{level}{n}" if parent else f"0{n}"
            iccs = draw(st.sampled_from(("", "ICCS0101", "ICCS0301", "ICCS05")))
            kind = draw(st.sampled_from(("exact", "narrower", "broader", "aggregate"))) if iccs else ""
            posts[code] = Post(
                code, code.replace("_", "."), draw(letters), level, parent.code if parent else "", iccs, kind
            )
    offences: list[Offence] = []
    for n in range(1, draw(st.integers(2, 8))):
        label, nature = draw(letters), draw(st.sampled_from(("CRI", "DEL", "C5")))
        cut = draw(st.booleans())
        for start, end in (("2013-01-01", "2020-12-31"), ("2021-01-01", "")) if cut else (("", ""),):
            offences.append(Offence(str(n), label, nature, draw(st.sampled_from(sorted(posts))), start, end))
    return PivotTable(dict(sorted(posts.items())), tuple(offences))


@settings(max_examples=20, deadline=None)
@given(tables())
def test_a_table_comes_back_from_its_file_and_from_its_artefacts(table):
    back = {"CRI": "Crime", "DEL": "Délit", "C5": "C5"}
    natinf = [
        (o.code, o.label, back[o.nature], o.valid_from, o.valid_to, o.nfi.replace("_", ".")) for o in table.offences
    ]
    nfi = [
        (p.spelling, p.label, str(p.level), p.parent.replace("_", "."), p.iccs.removeprefix("ICCS"), p.kind)
        for p in table.posts.values()
    ]  # fmt: skip
    read, problems = checked(workbook(natinf, nfi))
    assert problems == []
    assert read == table
    assert table_of(made(table)) == table
    assert table_of(with_edition(load({ICCS_FILE: ICCS}), artefacts_of(table, EDITION, CODES.reference))) == table


FAULTS = {
    "a code twice": ((*NATINF, NATINF[0]), NFI, ("NATINF", 6, "Code NATINF", "5169", "stands twice: see row 2")),
    "two at a time": (changed(NATINF, 2, c3="2020-06-01"), NFI, ("NATINF", 4, "Code NATINF", "900001", "valid twice at the same time")),
    "no such ICCS code": (NATINF, changed(NFI, 1, c4="01011"), ("NFI", 3, "Code CICS", "01011", "ICCS has no such code.")),
    "a zero lost": (NATINF, changed(NFI, 1, c4=101), ("NFI", 3, "Code CICS", "101", "the leading zero is lost")),
    "no parent": (NATINF, changed(NFI, 1, c0="07.1"), ("NFI", 3, "Code NFI", "07.1", "The post has no parent of level 1")),
    "a parent that is not there": (NATINF, changed(NFI, 4, c3="09"), ("NFI", 6, "Code NFI parent", "09", "has no parent of level 1")),
    "a level left out": (NATINF, changed(NFI, 5, c2="4"), ("NFI", 7, "Niveau NFI", "4", "Its parent 02_1 is of level 2")),
    "a post that stands otherwise": (NATINF, (*NFI, ("01", "B", "1", "", "", "")), ("NFI", 8, "Code NFI", "01", "otherwise in row 2")),
    "an unknown post": (changed(NATINF, 0, c5="01.3"), NFI, ("NATINF", 2, "Code NFI", "01.3", "No post has this code.")),
    "an unknown nature": (changed(NATINF, 0, c2="Crimme"), NFI, ("NATINF", 2, "Nature", "Crimme", "It is no legal nature.")),
    "no day": (changed(NATINF, 0, c3="31/02/2020"), NFI, ("NATINF", 2, "Valide du", "31/02/2020", "It is no day")),
    "ends before it begins": (changed(NATINF, 1, c4="2012-01-01"), NFI, ("NATINF", 3, "Valide au", "2012-01-01", "ends before it begins")),
    "no label": (changed(NATINF, 3, c1=""), NFI, ("NATINF", 5, "Libellé NATINF", "", "has no label")),
    "letters": (changed(NATINF, 3, c0="11I5"), NFI, ("NATINF", 5, "Code NATINF", "11I5", "It is no NATINF code")),
    "no such relation": (NATINF, changed(NFI, 1, c5="equal"), ("NFI", 3, "Relation CICS", "equal", "It is no kind of relation")),
    "no code at all": ((), NFI, ("", 1, "Code NATINF", "", "There is no NATINF code.")),
}  # fmt: skip


@pytest.mark.parametrize(("natinf", "nfi", "expected"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_told_with_its_place(natinf, nfi, expected):
    table, problems = checked(workbook(natinf, nfi))
    assert table is None
    found = [(p.sheet, p.row, p.column, p.found) for p in problems]
    assert expected[:4] in found
    assert expected[4] in problems[found.index(expected[:4])].message


def test_all_faults_are_told_with_the_nearest_codes():
    natinf = changed(changed(NATINF, 0, c5="01.11"), 3, c2="Crimme")
    _, problems = checked(workbook(natinf, changed(NFI, 1, c4="01011")))
    assert [(p.sheet, p.row) for p in problems][-1] == ("NFI", 3)
    assert {p.nearest[0] for p in problems if p.nearest} >= {"Crime", "0101"}


BROKEN = {
    "a formula": (workbook(changed(NATINF, 1, c1="=A1")), ("Sheet NATINF: It is a formula", 3, "B")),
    "merged cells": (workbook(merge="A2:A3"), ("merged cells", None, "A2:A3")),
    "empty rows": (workbook([*NATINF, *[()] * 1_200, NATINF[0]]), ("More than 1000 empty rows", 6, "")),
    "a column missing": (plain(NATINF_HEAD[:5], []), ("The column is missing", 1, "Code NFI")),
    "a column twice": (plain((*NATINF_HEAD, "Nature"), []), ("The column stands twice", 1, "Nature")),
    "a damaged file": (workbook().replace(b"xl/worksheets", b"xl/worksheetz"), ("", None, "")),
    "not UTF-8": ("é".encode("latin-1"), ("It is not UTF-8 at byte 0", None, "")),
    "nothing": (b"", ("It is empty", None, "")),
}


@pytest.mark.parametrize(("body", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_refused(body, expected):
    with pytest.raises(BadInput) as refused:
        checked(body)
    error = refused.value
    assert expected[0] in error.message
    assert (error.row, error.column) == expected[1:]


@pytest.mark.parametrize(
    ("edition", "version"), [("2026-1", "2026.1.0"), ("2026-04.2", "2026.4.2"), ("2026", None), ("v1-1", None)]
)
def test_an_edition_is_a_version(edition, version):
    if version:
        assert replace(EDITION, id=edition).version == version
        return
    with pytest.raises(BadQuery, match="is no edition"):
        replace(EDITION, id=edition).check()


def test_seventeen_thousand_codes(tmp_path):
    """As many as the official table has, made up: read, turned into artefacts, loaded and given back within seconds."""
    spec = importlib.util.spec_from_file_location("make_pivot", ROOT / "samples/make_pivot.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    make.write(tmp_path / "made.xlsx", 17_000, 1)
    start = time.process_time()
    table, problems = checked((tmp_path / "made.xlsx").read_bytes())
    assert problems == []
    assert time.process_time() - start < 8
    assert (len(table.latest), len(table.posts)) == (17_000, 400)
    assert [sum(p.level == n for p in table.posts.values()) for n in range(1, 6)] == [11, 58, 187, 111, 33]
    assert table_of(made(table)) == table
    assert {o.label[:11] for o in table.offences} == {"SYNTHÉTIQUE"}
