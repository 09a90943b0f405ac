"""deliveries.csv: what is wrong in it is told with row and column, and nothing of it is ever overlooked."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import cast

import pytest
from house import new_house
from journey_tools import ROOT

from greffe.catalogue.load import load, read_folders
from greffe.catalogue.policies.deliveries import BOOKS, COLUMNS, FILE, read_deliveries
from greffe.errors import BadDefinition, NotFound
from greffe.formats.negotiation import DATA_FORMATS
from greffe.release.parts import Parts
from greffe.release.proposals import checked
from greffe.transmission.plan import known_ways, named_ways
from greffe.transmission.workbooks import WORKBOOKS

HEAD = ",".join(COLUMNS) + "\n"
GOOD = (
    "ESTAT_CTS_JUST,ESTAT_CTS,ESTAT_CTS_JUST,sdmx-csv-2.0,full,dsnc,CRIME_CTSJUST_A_FR_{year}_0000.CSV,FR_SSER,4D0,"
    "SSER:SSER_{flow},edamis,each,yes,recalled-low,Why.,"
)


def test_a_row_says_how_a_file_leaves():
    (one,) = read_deliveries((HEAD + GOOD + "\n").encode(), FILE)
    assert one.named("ESTAT_CTS_JUST", 2025, 3) == "CRIME_CTSJUST_A_FR_2025_0000.CSV"
    assert one.agreed("ESTAT_CTS_JUST") == ("SSER", "SSER_ESTAT_CTS_JUST")
    assert (one.sends("ESTAT_CTS_JUST"), one.sends("ESTAT_CTS_JOB")) == (True, False)


@pytest.mark.parametrize(("old", "new", "told"), [
    ("{year}", "{yeer}", "column file_name: {yeer} is no place of a file name. Known are {year}, {flow}, {number}."),
    ("CRIME_CTSJUST_A_FR_{year}_0000.CSV", "../{flow}.CSV", "column file_name: '../{flow}.CSV' is no name of a file."),
    ("CRIME_CTSJUST_A_FR_{year}_0000.CSV", "{flow}_{year}.CSV", "is not named as DOMAIN_STRUCT_PERIODICITY"),
    ("CRIME_CTSJUST_A_FR_{year}_0000.CSV", "{year.__class__}.CSV", "column file_name: {year.__class__} is no place"),
    (",full,", ",whole,", "column content: 'whole' is not known here."),
    (",each,", ",never,", "column approval: 'never' is not known here."),
    ("SSER:SSER_{flow}", "SSER_{flow}", "is not written AGENCY:ID, with {flow} where it stands."),
    (",yes,", ",yess,", "column wanted: 'yess' does not say whether it is handed over. Nearest: yes."),
    (",yes,", ",later,", "column wanted: 'later' does not say whether it is handed over. Nearest: yes, accepted."),
    (",edamis,", ",EDAMIS 4,", "is no name of a channel"),
    (",4D0,", ",4 D0,", "column receiver: '4 D0' is no id of a party."),
    ("sdmx-csv-2.0", "workbook:", "column format: 'workbook:' is not written KIND:QUESTIONNAIRE, e.g. workbook:UN_CTS."),
    ("sdmx-csv-2.0", "workbook:ESTAT_CTS", "column agreement: A questionnaire has no header in which an agreement could"),
    ("sdmx-csv-2.0,full", "workbook:ESTAT_CTS,incremental", "column content: A questionnaire is handed over whole."),
    ("ESTAT_CTS_JUST,ESTAT_CTS,", "estat,ESTAT_CTS,", "column delivery: 'estat' is no name of a delivery"),
])  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(old: str, new: str, told: str):
    assert old in GOOD
    with pytest.raises(BadDefinition) as error:
        read_deliveries((HEAD + GOOD.replace(old, new) + "\n").encode(), FILE)
    assert error.value.text().startswith(f"{FILE}, row 2, column ")
    assert told in error.value.text()


def test_rows_of_one_delivery_leave_together():
    other = GOOD.replace(",sdmx-csv-2.0,", ",sdmx-ml-3.0,").replace(".CSV", ".XML")
    assert len(read_deliveries((HEAD + GOOD + "\n" + other + "\n").encode(), FILE)) == 2
    with pytest.raises(BadDefinition, match=r"row 3, column channel: ESTAT_CTS_JUST has edamis in an earlier row"):
        read_deliveries((HEAD + GOOD + "\n" + other.replace(",edamis,", ",sftp,") + "\n").encode(), FILE)
    with pytest.raises(BadDefinition, match="stands here already"):
        read_deliveries((HEAD + GOOD + "\n" + GOOD + "\n").encode(), FILE)


@pytest.mark.parametrize(("old", "new", "told"), [
    (",ESTAT_CTS,", ",ESTAT_CTZ,", "There is no deadline ESTAT_CTZ. Nearest: ESTAT_CTS"),
    (",ESTAT_CTS_JUST,sdmx", ",ESTAT_CRIM_JUST_SEX,sdmx", "No collection dataflow of ESTAT_CTS is ESTAT_CRIM_JUST_SEX: mirrors"),
    ("sdmx-csv-2.0,full,dsnc,CRIME_CTSJUST_A_FR_{year}_0000.CSV,FR_SSER,4D0,SSER:SSER_{flow}",
     "workbook:ESTAT_CTZ,full,dsnc,CRIME_CTSJUST_A_FR_{year}_0000.CSV,FR_SSER,4D0,",
     "column format: There is no questionnaire ESTAT_CTZ. Nearest: ESTAT_CTS"),
    ("SSER:SSER_{flow}", "SSER:DAP_{flow}", "SSER:DAP_ESTAT_CTS_JUST is no provision agreement of ESTAT_CTS_JUST."),
])  # fmt: skip
def test_what_it_names_is_there(old: str, new: str, told: str):
    files = read_folders(ROOT / "sdmx", ROOT / "mappings")
    files[FILE] = (HEAD + GOOD.replace(old, new) + "\n").encode()
    with pytest.raises(BadDefinition) as error:
        load(files)
    assert told in error.value.text()


def test_what_is_shipped_names_formats_that_are_there():
    rows = read_deliveries((ROOT / FILE).read_bytes(), FILE)
    assert {r.format for r in rows if not r.questionnaire} <= {f.name for f in DATA_FORMATS}
    assert {r.format.partition(":")[0] for r in rows if r.questionnaire} == set(WORKBOOKS)
    assert {r.approval for r in rows} == {"each"}


def test_a_table_without_the_column_hands_everything_over():
    old = HEAD.replace(",wanted,", ",") + GOOD.replace(",yes,", ",") + "\n"
    (one,) = read_deliveries(old.encode(), FILE)
    assert one.handed_over
    (blank,) = read_deliveries((HEAD + GOOD.replace(",yes,", ",,") + "\n").encode(), FILE)
    (other,) = read_deliveries((HEAD + GOOD.replace(",yes,", ",accepted,") + "\n").encode(), FILE)
    assert (blank.handed_over, other.handed_over) == (True, False)


def test_what_is_accepted_as_well_is_told_in_the_plan_and_does_not_leave():
    """Eurostat takes workbook or SDMX-CSV: the row that is not wanted is no delivery, and its figures go the other way."""
    files = read_folders(ROOT / "sdmx", ROOT / "mappings")
    lines = files[FILE].decode().splitlines(keepends=True)
    files[FILE] = "".join(
        x.replace(",each,yes,", ",each,accepted,") if x.startswith("ESTAT_CTS_BOOK,") else x for x in lines
    ).encode()
    parts = cast(Parts, SimpleNamespace(catalogue=partial(load, files)))
    ways = {w.delivery: w for w in known_ways(parts)}
    assert [r.delivery for r in ways["ESTAT_CTS_JUST"].accepted] == ["ESTAT_CTS_BOOK"]
    assert ways["UN_CTS"].accepted == ()
    with pytest.raises(NotFound, match="ESTAT_CTS_BOOK is accepted by its recipient, and is not handed over"):
        named_ways(parts, "ESTAT_CTS_BOOK")
    files[FILE] = files[FILE].replace(b"SSER:SSER_{flow},edamis,each,yes,", b"SSER:SSER_{flow},edamis,each,accepted,")
    rest = {w.delivery: w for w in known_ways(parts)}["ESTAT_CTS"]  # nothing says how it is sent
    assert "ESTAT_CTS_JUST" in [f.reference.id for f in rest.flows]


def test_a_format_that_is_none_is_refused_when_it_is_proposed(tmp_path):
    """And not on the day of the deadline, by a plan: with the words that are; a row that was there before stops nothing."""
    parts = new_house(tmp_path).parts
    before = read_folders(ROOT / "sdmx", ROOT / "mappings")[FILE]
    for right, wrong in (("sdmx-csv-2.0", "sdmx-csv-9"), ("workbook:UN_CTS", "workbok:UN_CTS")):
        with pytest.raises(BadDefinition) as told:
            checked(parts, {FILE: before.replace(f",{right},".encode(), f",{wrong},".encode(), 1)})
        assert f"column format: '{wrong}' is no format of deliveries." in told.value.text()
        assert all(f.name in told.value.hint for f in DATA_FORMATS)
    assert checked(parts, {FILE: before.replace(b",sdmx-csv-2.0,", b",sdmx-ml-3.0,", 1)}).files.keys() == {FILE}
    assert tuple(WORKBOOKS) == BOOKS
