"""XLSX: a small block in, cells out by openpyxl."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from blocks import AWKWARD, CODELISTS, GEO, TWO, block, message
from lxml import etree
from people import across, history, one, several, written

from greffe.errors import NotAcceptable, TooLarge
from greffe.formats import xlsx, xlsx_rows
from greffe.formats.parameters import Parameters
from greffe.formats.xlsx_book import unique
from greffe.model.dataset import DataMessage
from greffe.model.references import Reference
from greffe.model.structures import Item


def book(found: DataMessage, **parameters: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(written(xlsx.write, found, **parameters)))


def rows(sheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(values_only=True))


def said(sheet) -> list[tuple[object, ...]]:
    return [tuple(cell for cell in row if cell is not None) for row in rows(sheet)]


def test_the_first_sheet_is_one_header_line_and_the_rows():
    """Codes and periods are text, values are numbers, a missing value is an empty cell beside its status."""
    sheet = book(message([TWO])).worksheets[0]
    assert sheet.title == "CRIME"
    assert rows(sheet) == [
        ("DATA_ORIGIN", "freq", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT_OBS"),
        ("real", "A", "FR", "2021", 12.5, "A", None),
        ("real", "A", "FR", "2022", None, "M", AWKWARD),
        ("real", "A", "NA", "2022", 0, "A", None),
    ]
    assert sheet["E2"].data_type == "n"
    assert (sheet["E2"].number_format, sheet["E4"].number_format) == ("0.00", "General"), "12.50 keeps both decimals"
    assert sheet["D2"].data_type == "s"
    assert sheet.auto_filter.ref == "A1:G4"
    assert sheet.freeze_panes == "A2"
    assert [cell.font.b for cell in sheet[1]] == [True] * 7
    assert not sheet["A2"].font.b


@pytest.mark.parametrize("labels", ["both", "name"])
def test_labels_stand_beside_each_coded_column(labels: str):
    sheet = book(message([TWO], language="fr"), labels=labels).worksheets[0]
    assert rows(sheet)[0][1:5] == ("freq", "freq_label", "geo", "geo_label")
    assert rows(sheet)[3][1:6] == ("A", "Annuelle", "NA", "Namibie", "2022")


@pytest.mark.parametrize(
    ("text", "cell", "type_"),
    [
        ("0", 0, "n"),
        ("-12.50", -12.5, "n"),
        ("123456789012345", 123456789012345, "n"),
        ("0.00000000000000000123", 1.23e-18, "n"),
        ("123456789012.345", 123456789012.345, "n"),
        ("1E-7", 1e-7, "n"),
        ("1234567890123456", "1234567890123456", "s"),
        ("-1234567890123.456", "-1234567890123.456", "s"),
        ("NaN", "NaN", "s"),
        ("-INF", "-INF", "s"),
    ],
)
def test_what_excel_would_round_stays_text_and_the_read_me_says_so(text: str, cell: object, type_: str):
    found = book(message([one("1"), one(text)]))
    value = found.worksheets[0]["E3"]
    assert (value.value, value.data_type) == (cell, type_)
    noted = any("1 values are kept as text" in str(row) for row in rows(found["Read me"]))
    assert noted == (type_ == "s")


@pytest.mark.parametrize(
    "text", ["=1+1", "0101", "+3", "@x", "-", " blanks ", "_x0041_", "TRUE", "1e5", "<&>\"'", "é𝄞"]
)
def test_text_stays_text(text: str):
    """No formula, no number, no escape of Excel's own comes from data: in codes, comments and labels."""
    geo = replace(GEO, items=(Item(text, {"en": text}),))
    found = book(message([one(geo=text, comment=text)], codelists=CODELISTS | {"geo": geo}), labels="both")
    sheet = found.worksheets[0]
    for place in ("D2", "E2", "J2"):
        assert sheet[place].value.replace("_x005F_", "_") == text
        assert sheet[place].data_type == "s"
    assert [cell.data_type for cell in found["CL_GEO"][2] if cell.value is not None] == ["s", "s"]


def test_the_read_me_sheet_says_what_where_from_and_how():
    asked = replace(
        message([TWO], language="fr", release="CRIME#7", origin="synthetic"), query="http://x/data?format=xlsx"
    )
    found = said(book(asked)["À lire"])
    for line in [
        ("Titre", "Crimes"),
        ("Flux de données", "SSER:CRIME(1.0.0)"),
        ("Publication", "CRIME#7"),
        ("Origine des chiffres", "synthetic"),
        ("Source", "Données & essais"),
        ("En vigueur depuis", "2026-11-24T10:00:00+00:00"),
        ("Licence", "Licence Ouverte 2.0 / Open Licence 2.0 (Etalab)"),
        ("Adresse de cette réponse", "http://x/data?format=xlsx"),
        ("geo", "Territoire", "CL_GEO"),
        ("OBS_VALUE", "Valeur"),
        ("OBS_STATUS A", "Valeur normale"),
        ("OBS_STATUS M", "Manquante"),
    ]:
        assert line in found


def test_only_statuses_that_occur_are_in_the_legend():
    found = said(book(message([one()]))["Read me"])
    assert ("OBS_STATUS A", "Normal value") in found
    assert not any(line[:1] == ("OBS_STATUS M",) for line in found)


def test_a_status_of_the_series_is_in_the_legend_too():
    series = block([("A", "FR", "M")], [[("2021", "1")]], ("freq", "geo", "OBS_STATUS"), ("TIME_PERIOD", "OBS_VALUE"))
    assert ("OBS_STATUS M", "Missing") in said(book(message([series], attributes=("OBS_STATUS",)))["Read me"])


def test_each_code_list_has_a_sheet_with_every_language_and_the_parents():
    items = (*GEO.items, Item("FR1", {"fr": "Île-de-France", "en": "Paris region", "de": "Großraum"}, parent="FR"))
    found = book(message([TWO], codelists=CODELISTS | {"geo": replace(GEO, items=items)}))
    assert found.sheetnames == ["CRIME", "Read me", "CL_FREQ", "CL_GEO", "CL_OBS_STATUS"]
    assert rows(found["CL_GEO"]) == [
        ("Code", "fr", "en", "de", "Parent"),
        ("FR", "France", "France", None, None),
        ("NA", "Namibie", 'Namibia, "south"', None, None),
        ("FR1", "Île-de-France", "Paris region", "Großraum", "FR"),
    ]


def test_synthetic_figures_are_marked_in_each_row_on_each_page_and_on_the_tab():
    found = book(message([TWO], origin="synthetic", attributes=()))
    sheet = found.worksheets[0]
    assert [row[0] for row in rows(sheet)[1:]] == ["synthetic"] * 3
    assert sheet.oddHeader.center.text.startswith("SYNTHETIC")
    assert sheet.sheet_properties.tabColor.rgb == "FFC00000"
    assert ("WARNING", "SYNTHETIC figures, invented for trials. Do not use them as statistics.") in said(
        found["Read me"]
    )
    assert book(message([TWO])).worksheets[0].oddHeader.center.text is None


def test_several_flows_are_several_sheets():
    found = book(several())
    assert found.sheetnames[:3] == ["CRIME", "PRISON", "Read me"]
    assert rows(found["PRISON"])[1] == ("real", "A", "NA", "FR", "2022", 2.5, "A", None)


def test_a_history_is_a_sheet_for_each_validity():
    found = book(history())
    assert found.sheetnames[:2] == ["CRIME", "CRIME_2"]
    assert rows(found["CRIME_2"])[0][:4] == ("ACTION", "VALID_FROM", "VALID_TO", "DATA_ORIGIN")
    assert rows(found["CRIME_2"])[1][:4] == ("D", "2026-01-01T00:00:00Z", None, "real")


def test_names_of_sheets_are_short_and_unique_whatever_the_case():
    taken: set[str] = set()
    assert unique("A" * 40, taken) == "A" * 31
    assert unique("a" * 40, taken) == "a" * 29 + "_2"
    assert unique("A" * 31, taken) == "A" * 29 + "_3"
    assert unique("HISTORY", taken) == "HISTORY_2"  # Excel refuses a sheet of that name


def test_a_flow_and_a_list_of_one_name_have_two_sheets():
    flow = replace(message([]).datasets[0].dataflow, reference=Reference("SSER", "cl_geo"))
    assert book(message([TWO], dataflow=flow)).sheetnames == [
        "cl_geo",
        "Read me",
        "CL_FREQ",
        "CL_GEO_2",
        "CL_OBS_STATUS",
    ]


def test_a_cross_section_is_the_same_table():
    found = book(message([across()], dimension_at_observation="geo", attributes=())).worksheets[0]
    assert rows(found)[1:] == [("real", "A", "FR", "2021", 1.5), ("real", "A", "NA", "2021", None)]


def test_without_observations_each_series_is_a_row():
    found = book(message([TWO], observations=False, attributes=("DATA_ORIGIN",))).worksheets[0]
    assert rows(found)[1:] == [("real", "A", "FR", None, None), ("real", "A", "NA", None, None)]
    assert found.auto_filter.ref == "A1:E3"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xlsx_rows, "ROWS", 4)
    book(message([TWO]))
    with pytest.raises(TooLarge, match="3 rows") as caught:
        book(message([TWO, one()]))
    assert "Parquet" in caught.value.hint


def test_a_text_that_no_cell_holds_is_refused():
    with pytest.raises(NotAcceptable, match="32768 characters"):
        book(message([one(comment="x" * 32_768)]))
    with pytest.raises(NotAcceptable, match=r"U\+0001"):
        book(message([one(comment="\x01")]))


def test_the_same_question_gives_the_same_bytes_without_a_clock():
    body = written(xlsx.write, message([TWO]))
    assert body == written(xlsx.write, message([TWO]))
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(body)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = book(message([TWO])).properties
    assert properties.created == properties.modified == datetime(2026, 11, 24, 10)
    assert properties.title == "Crime, recorded"


def test_every_part_is_named_and_every_row_and_cell_has_its_place():
    """Readers that trust references find them: rows across blocks count on, columns go past Z."""
    with zipfile.ZipFile(io.BytesIO(written(xlsx.write, message([TWO, one()])))) as file:
        assert file.testzip() is None
        names = {n for n in file.namelist() if n.endswith(".xml") and n != "[Content_Types].xml"}
        named = {e.get("PartName")[1:] for e in etree.fromstring(file.read("[Content_Types].xml")) if e.get("PartName")}
        assert names <= named
        sheet = etree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    space = f"{{{xlsx_rows.MAIN}}}"
    assert [row.get("r") for row in sheet.iter(f"{space}row")] == ["1", "2", "3", "4", "5"]
    assert [cell.get("r") for cell in sheet.findall(f".//{space}row")[4]] == [f"{c}5" for c in "ABCDEFG"]
    assert [xlsx_rows.letters(n) for n in (1, 26, 27, 52, 53, 702, 703)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_bytes_come_while_the_blocks_are_read():
    taken: list[int] = []

    def blocks():
        for n in range(9):
            taken.append(n)
            yield block([("A", f"G{n}", "real")], [[(str(1000 + m), "1", "A", None) for m in range(9_000)]])

    chunks = xlsx.write(message(blocks()), Parameters())
    next(chunks)
    assert len(taken) < 9
    assert len(b"".join(chunks)) > 0


def test_a_book_of_nothing_opens():
    assert rows(book(message([], attributes=())).worksheets[0]) == [
        ("DATA_ORIGIN", "freq", "geo", "TIME_PERIOD", "OBS_VALUE")
    ]
