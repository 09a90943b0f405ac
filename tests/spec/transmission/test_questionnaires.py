"""Questionnaires as workbooks: every cell is what is released, read by other means; nothing moves, nothing computes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from deliveries import FIRST_YEAR, MENDED, PRIS, SENDER, asking_from
from house import House, new_house
from journey_tools import ROOT
from questionnaires import Desk, cells_of, desk_at, exact, libreoffice, opened, plain_name, released
from site_tools import copied

from greffe.errors import Refused
from greffe.model.structures import Dataflow
from greffe.release.people import HOUSE, add_person
from greffe.store.transmission_records import built_payload, transmissions_after
from greffe.transmission import keeping
from greffe.transmission.answers.acts import give_rest
from greffe.transmission.answers.asked import asked
from greffe.transmission.building import build, cancel
from greffe.transmission.plan import named_plan
from greffe.transmission.proof import faults, rebuild

# Sheet of a questionnaire → its dataflow, and the codes that all of its cells share.
UN_CTS = {
    "UNODC_CTS_PROSECUTION": "A Counts FRA", "UNODC_CTS_COURTS": "A Counts FRA", "UNODC_CTS_CONVICTED": "A Counts FRA",
    "UNODC_CTS_PERSONNEL": "A Counts Total FRA", "UNODC_CTS_PRISONS": "A Counts FRA",
}  # fmt: skip
CEPEJ = {
    "CEPEJ_RESOURCES": "A T FRA", "CEPEJ_PROFESSIONALS": "A FRA", "CEPEJ_Q91": "A I1 FRA", "CEPEJ_CASES": "A FRA",
    "CEPEJ_PROSECUTION": "A T T COUNT FRA",
}  # fmt: skip
SPACE = {"SPACE_I_STOCK": "A FRA", "SPACE_I_FLOWS": "A FRA"}


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(copied(demo_home, tmp_path_factory.mktemp("books") / "var"))


@pytest.fixture(scope="module")
def built(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, bytes]]:
    """Delivery → its id and its workbook. SPACE I is asked for 2019, the last year that its stock is released for."""
    edited = tmp_path_factory.mktemp("asked") / "mappings"
    shutil.copytree(ROOT / "mappings", edited)
    table = edited / "policies/deadlines.csv"
    text = table.read_text(encoding="utf-8")
    assert ",SPACE_I_*,2024,1," in text
    table.write_text(text.replace(",SPACE_I_*,2024,1,", ",SPACE_I_*,2019,1,"), encoding="utf-8")
    desk.edited(edited)
    found = {}
    for delivery, year in (("UN_CTS", 2024), ("CEPEJ_CYCLE", 2024), ("SPACE_I", 2019)):
        one = desk.built(delivery, year)
        found[delivery] = one.id, desk.content(one)
    return found


@pytest.mark.parametrize(("delivery", "sheets", "years"), [
    ("UN_CTS", UN_CTS, ("2022", "2023", "2024")),
    ("CEPEJ_CYCLE", CEPEJ, ("2024",)),
    ("SPACE_I", SPACE, ("2019",)),
])  # fmt: skip
def test_every_figure_has_a_cell_and_every_cell_its_figure(
    desk: Desk, built: dict[str, tuple[str, bytes]], delivery: str, sheets: dict[str, str], years: tuple[str, ...]
):
    """Against the SDMX-CSV answers, read by pandas: values, and NA or NAP by the status where there is none."""
    cells = cells_of(opened(built[delivery][1]))
    there = {plain_name(n, sheets[n.split("__")[0]]): value for n, value in cells.items()}
    assert len(there) == len(cells)
    asked = {k: row for flow in sheets for k, row in released(desk, flow, years).items()}
    assert asked.keys() <= there.keys()
    numbers = 0
    for name, value in there.items():
        row = asked.get(name, {"OBS_VALUE": "", "OBS_STATUS": ""})
        if row["OBS_VALUE"]:
            assert f"{exact(value):f}" == row["OBS_VALUE"], name
            numbers += 1
        else:
            assert value == ("NAP" if row["OBS_STATUS"] == "M" else "NA"), name
    assert numbers == sum(bool(r["OBS_VALUE"]) for r in asked.values()) > 20


def test_statuses_comments_sources_and_footnotes_stand_beside(desk: Desk, built: dict[str, tuple[str, bytes]]):
    """A figure of the prisons sheet, found by its code, against the row of SDMX-CSV."""
    book = opened(built["UN_CTS"][1])
    made = book["Prisons"]
    titles = [c.value for c in made[2]]
    (line,) = (r for r in made.iter_rows(values_only=True) if r[1] == "PERS_HELD.TOTAL.CAT00.Total.Female")
    row = released(desk, "UNODC_CTS_PRISONS", ("2023",))[
        "UNODC_CTS_PRISONS A CAT00 Counts FRA Female PERS_HELD TOTAL Total 2023"
    ]
    said = dict(zip(titles, line, strict=True))
    assert (said["Libellé (français) / Label (French)"], said["Libellé (anglais) / Label (English)"]) == (
        "Personnes détenues – Femmes", "Persons held – Female",
    )  # fmt: skip
    assert str(said["2023"]) == row["OBS_VALUE"]
    assert (said["Statut / Status: 2023"], said["Confidentialité / Confidentiality: 2023"]) == (row["OBS_STATUS"], "F")
    assert said["Source: 2023"] == row["SOURCE_NOTE"] != ""
    assert said["Note / Footnote: 2023"] == row["FOOTNOTE"] != ""


@pytest.mark.parametrize("delivery", ["UN_CTS", "CEPEJ_CYCLE", "SPACE_I"])
def test_answers_may_be_edited_and_nothing_else(built: dict[str, tuple[str, bytes]], delivery: str):
    """The structure is locked without a password, headers stay in sight, answers are checked by their type, nothing computes."""
    book = opened(built[delivery][1])
    assert book.security is not None
    assert (book.security.lockStructure, book.security.workbookPassword) == (True, None)
    answers = {w for d in book.defined_names.values() for w in d.destinations}
    checked = set()
    for made in book.worksheets:
        assert (made.protection.sheet, made.protection.password) == (True, None)
        for line in made.iter_rows():
            assert not [c.coordinate for c in line if c.data_type == "f"]
        if made.title == book.worksheets[0].title:
            assert all(c.protection.locked for line in made.iter_rows() for c in line)
            continue
        assert made.freeze_panes == "E3"
        assert all(c.protection.locked for c in (*made[1], *made[2]))
        assert all(c.protection.locked for line in made.iter_rows(max_col=4) for c in line)
        for check in made.data_validations.dataValidation:
            areas = [
                dict(zip(("min_col", "min_row", "max_col", "max_row"), r.bounds, strict=True))
                for r in check.sqref.ranges
            ]
            places = [c for area in areas for line in made.iter_rows(**area) for c in line]
            assert not any(c.protection.locked for c in places)
            checked |= {(made.title, f"${c.column_letter}${c.row}") for c in places}
            first = min(places, key=lambda c: (c.row, c.column)).coordinate
            if check.type == "custom":
                assert check.formula1.startswith(f'OR(ISNUMBER({first}),{first}="')
    assert checked == answers


def test_yes_no_and_text_are_typed(built: dict[str, tuple[str, bytes]]):
    """Question 147 of CEPEJ is answered with yes or no, 163 with words."""
    book = opened(built["CEPEJ_CYCLE"][1])
    kinds = {}
    for check in book["Professionals"].data_validations.dataValidation:
        for area in check.sqref.ranges:
            for row in range(area.min_row, area.max_row + 1):
                kinds[book["Professionals"].cell(row, 1).value] = (check.type, check.formula1)
    assert kinds["Q147"] == ("list", '"Yes,No,NAP,NA"')
    assert kinds["Q163"][0] == "textLength"
    assert kinds["Q146"][0] == "custom"


def test_the_first_sheet_says_what_it_is_made_of(desk: Desk, built: dict[str, tuple[str, bytes]]):
    """Recipient, year, releases with their checksums, what words mean; and that it is a test of invented figures."""
    id_, content = built["CEPEJ_CYCLE"]
    front = opened(content).worksheets[0]
    said = [str(c.value) for line in front.iter_rows() for c in line if c.value]
    text = "\n".join(said)
    for flow in CEPEJ:
        release = desk.parts.ledger().current(desk.parts.catalogue().latest(Dataflow, flow).reference, desk.clock())
        assert release is not None
        assert {str(release), release.content_hash} <= set(said)
    assert {id_, "2024", "N’existe pas dans ce pays", "Exists, and is not known"} <= set(said)
    assert "ESSAI\u00a0: ce classeur ne vaut pas réponse / TEST: this workbook is no answer" in text
    assert "CHIFFRES SYNTHÉTIQUES" in text


def test_it_is_built_again_byte_for_byte(desk: Desk, built: dict[str, tuple[str, bytes]]):
    """A day later, with another clock, each file of each questionnaire."""
    desk.clock.forward(days=1)
    for id_, content in built.values():
        one = desk.parts.ledger().transmission(id_)
        assert [r.same for r in rebuild(desk.parts, one)] == [True] * len(one.files)
        assert list(faults(desk.parts, one)) == []
        assert desk.content(one) == content
        assert [s.release.partition("#")[0] for s in one.files[0].sources] == [
            s.dataflow.id for s in one.files[0].sources
        ]


def test_libreoffice_reads_the_same(built: dict[str, tuple[str, bytes]], tmp_path: Path):
    """It opens each workbook without a warning, and what it writes is what stands there, cell by cell."""
    for delivery, (_, content) in built.items():
        (tmp_path / f"{delivery}.xlsx").write_bytes(content)
    read = libreoffice([tmp_path / f"{delivery}.xlsx" for delivery in built], tmp_path)
    for delivery, (_, content) in built.items():
        book, sheets = opened(content), read[delivery]
        assert set(sheets) == set(book.sheetnames)
        for made in book.worksheets:
            assert len(sheets[made.title]) == made.max_row
            for line, row in zip(made.iter_rows(), sheets[made.title], strict=True):
                expected = [_shown(c.value, c.number_format) for c in line]
                assert row + [""] * (len(expected) - len(row)) == expected, (delivery, made.title, line[0].row)


def _shown(value: object, number_format: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    assert number_format.strip("0.") == ""
    return f"{exact(value):.{len(number_format.partition('.')[2])}f}"


def test_figures_that_have_no_cell_stop_it(desk: Desk, built: dict[str, tuple[str, bytes]], tmp_path: Path):
    """A sheet that no longer asks deaths by cause would leave them out: it is said, and nothing is built."""
    edited = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", edited)
    layout = edited / "UNODC/questionnaires/un_cts.yaml"
    text = layout.read_text(encoding="utf-8")
    assert "[CAT28, CAT29, CAT30, CAT31, CAT32]" in text
    layout.write_text(text.replace("[CAT28, CAT29, CAT30, CAT31, CAT32]", "[CAT28, CAT29]"), encoding="utf-8")
    cancel(desk.parts, SENDER, built["UN_CTS"][0], "Another layout.")
    desk.edited(edited)
    with pytest.raises(Refused) as error:
        desk.built("UN_CTS", 2024)
    first = "A.PRIS_MORT.DEATH.CAT30.Female.Total.Counts.FRA 2022"
    told = f"UNODC_CTS_PRISONS: the questionnaire UN_CTS has no cell for figures that are released (27); the first: {first}."
    assert told in error.value.text()
    assert "mappings/UNODC/questionnaires/un_cts.yaml" in error.value.text()
    layout.write_text(f"{text}# Asked again.\n", encoding="utf-8")
    desk.edited(edited)
    again = desk.built("UN_CTS", 2024)
    assert again.id == "UN_CTS-2024-2"
    assert cells_of(opened(desk.content(again))) == cells_of(opened(built["UN_CTS"][1]))


def test_a_test_leaves_with_a_sheet_that_does_not_reach_the_year(desk: Desk):
    """Prisons are released up to 2022, the other sheets up to 2024: as a test the workbook of Eurostat goes out, prisons of 2022
    in it and those of 2024 missing; it does not leave but as a test."""
    assert "too_old" in {o.code for o in named_plan(desk.parts, "ESTAT_CTS_BOOK", 2024).obstacles}
    one = desk.built("ESTAT_CTS_BOOK", 2024)
    cells = cells_of(opened(desk.content(one)))
    prisons = {n: v for n, v in cells.items() if n.startswith("ESTAT_CTS_PRIS__")}
    by_year = {y: [v for n, v in prisons.items() if n.endswith(f"__{y}") and v is not None] for y in ("2022", "2024")}
    assert by_year["2022"]
    assert set(by_year["2024"]) == {":"}
    assert any(v is not None for n, v in cells.items() if n.startswith("ESTAT_CTS_JUST__") and n.endswith("__2024"))
    assert [r.same for r in rebuild(desk.parts, one)] == [True]
    cancel(desk.parts, SENDER, one.id, "For a test.")


def test_a_file_of_one_dataflow_is_entered_as_before(desk: Desk, built: dict[str, tuple[str, bytes]]):
    """What earlier programs entered is read on: `beside` stands only where a file has several sources, and is not needed."""
    (book,) = (e for e in desk.parts.register.read(subject=built["SPACE_I"][0]) if e.kind == "transmission.built")
    files = book.payload["files"]
    assert isinstance(files, list | tuple)
    (file,) = files
    assert isinstance(file, dict)
    assert [b["release"].partition("#")[0] for b in file["beside"]] == ["SPACE_I_FLOWS"]
    old = {k: v for k, v in file.items() if k != "beside"}
    read = transmissions_after({}, replace(book, payload={**book.payload, "files": [old]}))[built["SPACE_I"][0]]
    assert [s.dataflow.id for s in read.files[0].sources] == ["SPACE_I_STOCK"]
    again = built_payload(read)["files"]
    assert again == [old]


HOSTILE = "=HYPERLINK(1)_x0041_ +@ <b>"
HIDDEN = "PRI_DETENUS,FR,FR,2022-10,M,fr_all,,,,T,MIN,,,,100,personne,D,,"


def _prisons(folder: Path) -> House:
    """Real prison figures, one of them confidential, with a footnote that means harm; the workbook is how they leave."""
    mappings = asking_from(folder, FIRST_YEAR, **{"sdmx-csv-2.0": "workbook:ESTAT_CTS", "SSER:SSER_{flow}": ""})
    dates = mappings / "ESTAT/cts_stock_dates.csv"
    text = dates.read_text(encoding="utf-8")
    assert text.count(",Stock on 1 October 2022.,") == 1
    dates.write_text(text.replace(",Stock on 1 October 2022.,", f",{HOSTILE},"), encoding="utf-8")
    house = new_house(folder / "home", mappings=mappings)
    add_person(house.parts, HOUSE, SENDER.name, ["transmitter"])
    extract = folder / "prisons.csv"
    assert MENDED.count(HIDDEN) == 1
    extract.write_text(MENDED.replace(HIDDEN, HIDDEN[:-1] + "C1,"), encoding="utf-8")
    house.take(extract, "INT_JUSTICE")
    house.approve_map(PRIS)
    house.released(PRIS)
    return house


def test_hostile_text_and_a_confidential_cell(tmp_path: Path):
    """A footnote that looks like a formula is text, in openpyxl and in LibreOffice; of a confidential figure its mark alone
    is given. The other 2022 figures of the sample stand there: 72,350 persons held, 60,709 places."""
    house = _prisons(tmp_path)
    held_up = named_plan(house.parts, PRIS, 2022)
    assert [(o.code, dict(o.facts)["n"]) for o in held_up.obstacles] == [("answers_missing", "8")]
    assert give_rest(house.parts, SENDER, asked(house.parts, "ESTAT_CTS", 2022), "Prisons", "NA") == 8
    one = build(house.parts, SENDER, named_plan(house.parts, PRIS, 2022)).transmission
    file = tmp_path / "book.xlsx"
    file.write_bytes(keeping.content(house.parts, one.files[0].sha256))
    book = opened(file.read_bytes())
    cells = {
        n.removeprefix("ESTAT_CTS_PRIS__"): v for n, v in cells_of(book).items() if n.startswith("ESTAT_CTS_PRIS__")
    }
    total, young = "TOTAL__TOTAL__TOTAL__{}__T__2022", "JUV"
    assert cells["PRIS_ACT_CAP__" + total.format("TOTAL")] == 72350
    assert cells["PRIS_OFF_CAP__" + total.format("TOTAL")] == 60709
    assert cells["PRIS_ACT_CAP__" + total.format(young)] == ":c"
    assert 100 not in [c.value for line in book["Prisons"].iter_rows() for c in line]
    footnotes = [c for line in book["Prisons"].iter_rows() for c in line if str(c.value).startswith("=HYP")]
    assert footnotes
    assert {(c.data_type, c.value, c.quotePrefix) for c in footnotes} == {
        ("s", HOSTILE.replace("_x0041_", "_x005F_x0041_"), True)
    }
    sheets = libreoffice([file], tmp_path)["book"]
    shown = [text for row in sheets["Prisons"] for text in row]
    assert shown.count(HOSTILE) == len(footnotes)
    assert "100" not in shown
    persons = [row for row in sheets["Persons"] if row[1].startswith("PER_CNV")]
    assert {row[4] for row in persons} == {":"}  # nothing is released for that sheet here, and it says so
