"""Rubbish on the command line: one message with file, row, column, found, expected and the nearest, and exit code 2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from journey_tools import ROOT, inside, run
from odd_books import book, sheet, styles

from greffe.model.cell_values import letters

HEADER = "indicateur,niveau_geo,geo,periode,freq,territoire,index_ssmsi,valeur,unite,statut,conf,version,extrait_le"
GOOD = "SSMSI_INFR,FR,FR,2022,A,fr_met_drom,SSMSI_HOMICIDE,821,infraction,D,,1,2024-11-30"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("bad") / "a home with 'quotes'"
    assert run(made, "people", "--add", "camille", "--role", "author").code == 0
    return made


def ingest(home: Path, tmp_path: Path, text: str | bytes, name: str = "extract.csv", *more: str):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = sorted(p.name for p in (home / "extracts").glob("*")) if (home / "extracts").exists() else []
    ran = inside(home, "ingest", str(path), "--as", "camille", "--origin", "real", "--dataflow", "INT_SSMSI", *more)
    after = sorted(p.name for p in (home / "extracts").glob("*"))
    assert "Traceback" not in ran.out + ran.err
    assert not list((home / "extracts").glob("*-refused/rows.parquet")), "nothing half-loaded"
    assert not [p for p in after if p.endswith(".tmp")]
    return ran, [a for a in after if a not in before and a != ".lock"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (GOOD.replace("SSMSI_HOMICIDE", "SSMSI_HOMICID"), ["QR-COD-01", "index_ssmsi", "SSMSI_HOMICID", "SSMSI_HOMICIDE"]),
        (GOOD.replace(",821,", ",\"821,5\","), ["QR-FMT-02", "valeur", "821,5"]),
        (GOOD.replace(",821,", ",,"), ["QR-FMT-05", "valeur"]),
        (GOOD.replace(",2022,A,", ",2022-Q1,A,"), ["QR-FMT-01", "periode", "2022-Q1"]),
        (GOOD.replace(",821,", ",-821,"), ["QR-FMT-03", "valeur"]),
        (GOOD + "\n" + GOOD, ["QR-KEY-01"]),
        (GOOD + "\n" + GOOD.replace(",821,", ",822,"), ["QR-KEY-01", "one value per key"]),
    ],
    ids=["unknown code", "comma decimal", "empty value", "wrong frequency", "negative", "duplicate", "two values"],
)  # fmt: skip
def test_a_bad_row_refuses_the_file_and_says_where(home, tmp_path, row, told):
    ran, new = ingest(home, tmp_path, f"{HEADER}\n{row}\n")
    assert ran.code == 2
    shown = " ".join(ran.out.split())
    for word in told:
        assert word in shown.replace(" ", "") or word in shown, shown
    assert "extract.csv" in ran.out + ran.err
    for folder in new:
        assert (home / "extracts" / folder / "rejects.csv").is_file()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER.replace(",valeur", "") + "\n" + GOOD.replace(",821", "") + "\n", ["valeur"]),
        (HEADER.replace("unite", "valeur") + "\n" + GOOD + "\n", ["row 1, column valeur", "2 times"]),
        (HEADER + "\n" + GOOD[:40], ["row 2"]),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00" * 30, ["extract.csv"]),
        (b"", ["extract.csv"]),
        (HEADER + "\n", ["extract.csv"]),
        ((HEADER + "\n" + GOOD.replace("fr_met_drom", "fr_m\u00e9t") + "\n").encode("latin-1"), ["latin-1"]),
    ],
    ids=["missing column", "doubled header", "truncated", "binary", "empty", "header only", "undeclared Latin-1"],
)
def test_a_file_that_is_no_table_is_one_line(home, tmp_path, text, told):
    ran, new = ingest(home, tmp_path, text)
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    for word in told:
        assert word in ran.err
    assert new == []


def test_an_empty_value_with_its_status_is_good(home, tmp_path):
    ran, _ = ingest(home, tmp_path, f"{HEADER}\n{GOOD.replace(',821,infraction,D,', ',,infraction,NC,')}\n")
    assert ran.code == 0, ran.out + ran.err


def edited(tmp_path: Path) -> Path:
    folder = tmp_path / "definitions"
    shutil.copytree(ROOT / "sdmx", folder / "sdmx")
    shutil.copytree(ROOT / "mappings", folder / "mappings")
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def to_unknown_code(folder: Path) -> None:
    replace(folder / "mappings/ESTAT/index_ssmsi_to_iccs.csv", "SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS0109X,")


def conflicting(folder: Path) -> None:
    table = folder / "mappings/ESTAT/index_ssmsi_to_iccs.csv"
    first = table.read_text(encoding="utf-8").splitlines()[1]
    row = first.replace("ICCS0101", "ICCS0102").replace("IDX-001", "IDX-900")
    table.write_text(table.read_text(encoding="utf-8").rstrip("\n") + "\n" + row + "\n", encoding="utf-8")


def without_a_rule(folder: Path) -> None:
    replace(folder / "mappings/ESTAT/crim_off_cat.yaml", "geo: FR", "")


def persons_onto_cases(folder: Path) -> None:
    """Persons convicted, for whom no conversion is declared."""
    cells = "  - cells: {leg_stat: PER_CNV, unit: NR}\n    counting_unit: "
    replace(folder / "mappings/ESTAT/crim_just_sex.yaml", f"{cells}person", f"{cells}case")


def rate_over_two_territories(folder: Path) -> None:
    replace(folder / "mappings/ESTAT/crim_off_cat.yaml", "territory: fr_met_drom}", "territory: fr_all}")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (to_unknown_code, ["index_ssmsi_to_iccs.csv", "row 2", "ICCS0109X", "ICCS01"]),
        (conflicting, ["index_ssmsi_to_iccs.csv", "SSMSI_HOMICIDE"]),
        (without_a_rule, ["crim_off_cat.yaml", "geo"]),
        (persons_onto_cases, ["crim_just_sex.yaml", "CJN_CONDAMNES", "person", "case", "flag_D"]),
        (rate_over_two_territories, ["crim_off_cat.yaml", "fr_all", "fr_met_drom"]),
    ],
)
def test_a_wrong_map_does_not_load_and_nothing_changes(home, tmp_path, spoil, told):
    folder = edited(tmp_path)
    spoil(folder)
    before = inside(home, "maps", "--json").out
    ran = inside(home, "import", str(folder / "sdmx"), str(folder / "mappings"), "--as", "camille")
    assert ran.code == 2, ran.out + ran.err
    assert "Traceback" not in ran.err
    for word in told:
        assert word in ran.err, ran.err
    assert inside(home, "maps", "--json").out == before


def test_errors_are_json_for_scripts(home):
    import json

    ran = run(home, "prepare", "ESTAT_CRIM_OFCAT", "--as", "camille", "--json")
    assert ran.code == 2
    assert json.loads(ran.err)["nearest"][0] == "ESTAT_CRIM_OFF_CAT"
    stranger = run(home, "prepare", "ESTAT_CRIM_OFF_CAT", "--as", "camile", "--json")
    assert stranger.code == 4
    assert "camille" in json.loads(stranger.err)["nearest"]


def _book(*values: str, last: int = 2, inner: str = "") -> bytes:
    """A workbook of two rows below its header, whose styles have no name; last: the number of the second; inner: the cell of its value."""
    cells = [f'<c r="{letters(n)}#" t="str"><v>{v}</v></c>' for n, v in enumerate(values, 1)]
    if inner:
        cells[7] = inner
    head = "".join(f'<c r="{letters(n)}1" t="str"><v>{v}</v></c>' for n, v in enumerate(HEADER.split(","), 1))
    first, second = (f'<row r="{n}">{"".join(cells)}</row>'.replace("#", str(n)) for n in (2, last))
    rows = first + second.replace("2022", "2023")
    return book(sheet(f'<row r="1">{head}</row>{rows}'), more=(styles("<cellXfs><xf/></cellXfs>"),))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (_book(*GOOD.split(",")), "extract.xlsx, row 2: Sheet S: A row has the number '2' and stands after row 2."),
        (_book(*GOOD.split(","), last=3, inner='<c r="H#" t="d"><v>PT99999999999999999999H</v></c>'), "extract.xlsx, row 2, column H"),
        (_book(*GOOD.split(","), last=3, inner='<c r="H#"><f t="array" ref="H#">1</f><v>8</v></c>'), "column H: It is a formula."),
        (_book(*GOOD.split(","), last=3, inner='<c r="H#"><v>1_0</v></c>'), "column H: Sheet S: '1_0' is no number."),
    ],
    ids=["a row that another reader passes over", "hours beyond all", "formula", "no number"],
)  # fmt: skip
def test_a_workbook_that_another_program_reads_otherwise_is_one_line(home, tmp_path, content, told):
    ran, new = ingest(home, tmp_path, content, "extract.xlsx")
    assert (ran.code, told in ran.err, len(ran.err.strip().splitlines()), new) == (2, True, 1, []), ran.err


def test_a_workbook_without_styles_is_taken_without_a_word(home, tmp_path):
    ran, new = ingest(home, tmp_path, _book(*GOOD.split(","), last=3), "extract.xlsx")
    assert (ran.code, ran.err, len(new)) == (0, "", 1), ran.err
