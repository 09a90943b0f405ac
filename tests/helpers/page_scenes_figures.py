"""Scenes of the pages about figures: from an extract to a release, and what may be known of it (page_scenes.py says what a scene is)."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import openpyxl
import pivot_tables
from house import new_house
from journey_tools import ROOT
from page_reader import Fixtures, Reader

from greffe.app import compose
from greffe.settings import read_settings

FLOW = "ESTAT_CRIM_OFF_CAT"


def small_house(reader: Reader, *steps: str) -> None:
    """In the place of the demonstration: one flow, released unless other steps are named."""
    reader.home = reader.folder / "small"
    new_house(reader.home, *(steps or ("published", "map", "released")))
    reader.home.chmod(0o750)
    reader.greffe("jobs run alerts")  # jobs were run here


def day(days: int, hour: str = "08:45") -> str:
    """In so many days, as commands take it: pages name days that will be past."""
    return f"{datetime.now() + timedelta(days=days):%Y-%m-%d} {hour}".strip()


def edits(reader: Reader, line: str) -> None:
    """The editor of whoever reads is `sed`, with that line."""
    editor = reader.folder / "editor"
    editor.write_text(f'#!/bin/sh\nsed -i "{line}" "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    reader.environ["EDITOR"] = str(editor)


def see_the_effect(reader: Reader, _: Fixtures) -> Iterator[None]:
    """Men and women are taken for each other."""
    edits(reader, "s/^1,T,/0,T,/;s/^2,T,/1,T,/;s/^0,T,/2,T,/")
    yield
    assert "ESTAT_CRIM_JUST_SEX" in reader.last and '"changed"' in reader.last
    whole = reader.home
    small_house(reader)  # to tell all of the demonstration takes seconds
    reader.homes["greffe coverage CEPEJ --by indicator"] = whole
    yield


def correction(reader: Reader, year: str, homicides: str) -> None:
    """Homicides of a year are told anew: an extract of one row, of which a draft may be made."""
    head, *rows = (ROOT / "samples/published/ssmsi_infractions.csv").read_text("utf-8").splitlines()
    (row,) = [row for row in rows if f",FR,{year},A,fr_met_drom,SSMSI_HOMICIDE," in row]
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    cells |= {"valeur": homicides, "version": str(int(cells["version"]) + 1)}
    file = reader.folder / f"correction-{year}.csv"
    file.write_text(f"{head}\n{','.join(cells.values())}\n", encoding="utf-8")
    reader.greffe(f"ingest {file} --as camille --origin real --source SSMSI --dataflow INT_SSMSI")


def signed(reader: Reader, flow: str = FLOW) -> str:
    """A draft of what was taken in, approved and its warnings accepted."""
    reader.greffe(f"prepare {flow} --as camille --origin real")
    draft = reader.words["DRAFT"]
    for person in ("driss", "elise"):
        reader.greffe(f"approve {draft} --as {person}")
    reader.greffe(f"accept {draft} --as driss --reason read")
    return draft


def released(reader: Reader, terms: str) -> None:
    """A correction is released on those terms."""
    draft = signed(reader)
    reader.greffe(f"release {draft} --as farid {terms} --revision correction --reason r --reason-fr r")


def history(reader: Reader, _: Fixtures) -> Iterator[None]:
    """A second release corrects a little; then a final value is corrected by far."""
    small_house(reader)
    correction(reader, "2021", "735")
    released(reader, "")
    yield
    assert (reader.folder / "revision.xlsx").stat().st_size > 0
    correction(reader, "2022", "975")
    yield
    assert "QR-VIN-01" in reader.last
    signed(reader)
    yield
    yield
    assert [row["state"] for row in json.loads(reader.greffe("releases --json"))["releases"]][-1] == "withdrawn"
    yield


def calendar(reader: Reader, _: Fixtures) -> Iterator[None]:
    """What the demonstration has announced is what is cancelled; two drafts hold a year that is new."""
    (before,) = json.loads(reader.greffe("calendar list --json"))["calendar"]
    at = day(60)
    number = int(before["entry"][-3:]) + 1 if before["entry"][4:8] == at[:4] else 1
    reader.words |= {
        "CAL-2027-001": f"CAL-{at[:4]}-{number:03}", "CAL-2027-002": before["entry"],
        "2027-03-28 08:45": at, "2027-04-01 08:45": day(3), "2027-03-24 09:00": day(1),
    }  # fmt: skip
    head, *rows = (ROOT / "samples/published/prisons.csv").read_text("utf-8").splitlines()
    new = [row.replace(",2022-01,", ",2024-01,") for row in rows if ",FR,2022-01," in row]
    (reader.folder / "prisons.csv").write_text("\n".join([head, *new, ""]), encoding="utf-8")
    reader.greffe("ingest prisons.csv --as camille --origin real --source DAP --dataflow INT_JUSTICE")
    yield
    reader.words |= {"DRAFT1": signed(reader, "ESTAT_CRIM_PRIS_CAP"), "DRAFT2": signed(reader, "ESTAT_CRIM_PRIS_TRI")}
    yield
    assert "ESTAT_CRIM_PRIS_CAP#2" in reader.last and "ESTAT_CRIM_PRIS_TRI#2" in reader.last
    yield
    reader.later = 2 * 86_400
    yield
    assert ",E," in (reader.folder / "file.csv").read_text("utf-8"), (reader.folder / "file.csv").read_text("utf-8")[
        :300
    ]


def protect(reader: Reader, _: Fixtures) -> Iterator[None]:
    edits(reader, "s/threshold,5,/threshold,7,/")
    reader.words["NAME"] = "camille"
    yield
    assert "P-" in reader.last
    reader.words["2027-12-31"] = day(300, "")
    yield
    assert "CONF_STATUS" in (reader.folder / "estat.csv").read_text("utf-8")


def staff(reader: Reader, _: Fixtures) -> Iterator[None]:
    """A house with people, and the population; nothing of it is released yet."""
    small_house(reader, "map")
    published = ROOT / "samples/published"
    reader.greffe(
        f"ingest {published}/population.csv --as camille --origin real --source INSEE --dataflow INT_POPULATION"
    )
    (reader.folder / "extract.csv").write_bytes((published / "ssmsi_infractions.csv").read_bytes())
    yield
    reader.home = reader.folder / "home"  # the demonstration has such a figure
    yield


def check_against(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The recipient's structure is ours, of which a code was taken; its files are what we serve and what it publishes."""
    base = f"{reader.base}/sdmx/v2"
    form = {"Accept": "application/vnd.sdmx.structure+xml;version=3.0.0"}
    asked = httpx.get(f"{base}/structure/dataflow/SSER/{FLOW}?references=all", headers=form).raise_for_status()
    (reader.folder / "CRIM_2.0.0.xml").write_bytes(asked.content)
    sent = httpx.get(f"{base}/data/dataflow/SSER/{FLOW}/1.0.0?format=sdmx-csv-1.0").raise_for_status()
    (reader.folder / "CRIM_OFFCAT_A_FR_2023_0000.csv").write_bytes(sent.content)
    drafts = json.loads(reader.greffe("drafts --json"))["drafts"]
    reader.words["D-…"] = next(row["draft"] for row in drafts if row["draft"].startswith(FLOW))
    yield
    text = b"freq,iccs,unit,geo\\TIME_PERIOD\t2021 \t2022 \nA,ICCS0101,NR,FR\t734 \t821 \n"
    (reader.folder / "crim_off_cat.tsv.gz").write_bytes(gzip.compress(text))
    cts = (ROOT / "samples/published/publications/unodc_prisons.csv").read_bytes()
    (reader.folder / "data_cts_prisons.csv").write_bytes(cts)
    reader.codes["greffe check data_cts_prisons.csv --dataflow UNODC_PRISONS"] = 3
    yield


def pivot(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The file that was received calls its columns otherwise."""
    yield
    book = openpyxl.load_workbook(io.BytesIO(pivot_tables.workbook()))
    posts, crimes = book["NFI"], book["NATINF"]
    posts.title, crimes.title = "Postes", "Crimes"
    own = {"Code NATINF": "N° NATINF", "Libellé NATINF": "Intitulé", "Nature": "Qualification", "Code CICS": "ICCS",
           "Crime": "Criminel", "crime": "Criminel", "Délit": "Correctionnel"}  # fmt: skip
    for cell in (cell for sheet in book for row in sheet for cell in row):
        cell.value = own.get(cell.value, cell.value)
    posts["A1"].value = "Poste"
    for name in ("Délits", "Contraventions"):
        book.create_sheet(name).append([cell.value for cell in crimes[1]])
    for row in range(crimes.max_row, 1, -1):
        if crimes.cell(row, 3).value == "Correctionnel":
            book["Délits"].append([cell.value for cell in crimes[row]])
            crimes.delete_rows(row)
    book.save(reader.folder / "table.xlsx")
    yield


def where_a_figure_comes_from(reader: Reader, _: Fixtures) -> Iterator[None]:
    *_, entry = compose(read_settings({}, home=reader.home)).register.read()
    reader.words["255:6f990c7b…"] = f"{entry.number}:{entry.hash}"
    yield
    yield
    yield
    yield
    yield
    assert len(reader.last.splitlines()) > 3


def samples(reader: Reader, _: Fixtures) -> Iterator[None]:
    """Fewer rows: what many are like is proved in tests/unit/samples."""
    reader.words["200000"] = "2000"
    yield
    assert (reader.folder / "clean.csv").read_text("utf-8").startswith("indicateur,")
