"""SPACE I of the Council of Europe: a recipient made of files alone; figures by hand and as published."""

import re
from pathlib import Path

import pytest
from shipped_maps import ROOT, map_rows, values

from shipped_catalogue import shipped_files
from greffe.catalogue.load import load, read_folders
from greffe.engine import opened
from greffe.model.references import Reference
from greffe.model.structures import Dataflow
from greffe.settings import EngineSettings


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


def test_no_line_of_python_names_it():
    named = re.compile(r"\bSPACE(_I\w*)?\b|Council of Europe|Conseil de l.Europe")
    lines = [
        f"{path}:{number}"
        for path in sorted((ROOT / "api").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line)
    ]
    assert lines == []


def test_without_its_folder_and_its_rows_there_is_no_such_recipient():
    """Files are all there is of it: a folder, artefacts, and rows of the policies."""
    files = shipped_files()
    without = {path: content for path, content in files.items() if not path.startswith("mappings/SPACE/")}
    for path in [p for p in without if p.startswith("mappings/policies/")]:
        lines = without[path].decode().splitlines(keepends=True)
        without[path] = "".join(line for line in lines if "space" not in line.lower()).encode()
    before, after = load(files), load(without)
    assert {r.id for r in before.recipients} - {r.id for r in after.recipients} == {"SPACE"}
    assert {m.id for m in before.maps} - {m.id for m in after.maps} == {"MAP_SPACE_I_STOCK", "MAP_SPACE_I_FLOWS"}
    bare = {path: content for path, content in without.items() if "SPACE_" not in Path(path).name}
    flows = {f.reference.id for f in before.all(Dataflow)} - {f.reference.id for f in load(bare).all(Dataflow)}
    assert flows == {"SPACE_I_STOCK", "SPACE_I_FLOWS"}


def test_the_stock_of_2019_is_that_of_the_first_of_january(connection):
    """70,059 detained in 60,151 places, as SPACE I and UNODC both show them; UNODC calls the year 2018 (FP04, FP05)."""
    _, found = map_rows(
        connection,
        "MAP_SPACE_I_STOCK",
        """
        INDICATEUR  | FREQ | TIME_PERIOD | SEXE | AGE | OBS_VALUE
        PRI_DETENUS | M    | 2019-01     | T    | T   | 70059
        PRI_CAPA    | M    | 2019-01     | _Z   | _Z  | 60151
        """,
    )
    assert values(found) == {"STOCK.TOTAL.T 2019": "70059", "CAPACITY.TOTAL.T 2019": "60151"}
    assert found["STOCK.TOTAL.T 2019"]["FOOTNOTE"] == "Stock on 1 January 2019."


def test_from_2020_the_first_of_february_stands_for_31_january(connection):
    """The monthly series of January is not read; the yearly tables of 1 January are, and say so."""
    mapped, found = map_rows(
        connection,
        "MAP_SPACE_I_STOCK",
        """
        INDICATEUR      | FREQ | TIME_PERIOD | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE
        PRI_DETENUS     | M    | 2022-01     | _Z         | T    | T   | _Z          | 999
        PRI_DETENUS     | M    | 2022-02     | _Z         | T    | T   | _Z          | 1000
        PRI_DETENUS     | M    | 2022-02     | _Z         | 2    | MIN | _Z          | 3
        PRI_DETENUS     | M    | 2022-02     | _Z         | T    | T   | F           | 750
        PRI_DETENUS     | M    | 2022-02     | _Z         | T    | T   | UE          | 60
        PRI_DETENUS     | M    | 2022-02     | _Z         | T    | T   | HUE         | 170
        PRI_DETENUS     | M    | 2022-02     | _Z         | T    | T   | AP          | 1
        PRI_DETENUS     | M    | 2022-02     | _Z         | T    | T   | ND          | 19
        PRI_DETENUS_INF | M    | 2022-01     | AGR_SEX    | 1    | _Z  | _Z          | 40
        PRI_DETENUS_INF | M    | 2022-01     | EXHIB      | 1    | _Z  | _Z          | 2
        PRI_PREVENUS    | M    | 2022-02     | _Z         | T    | T   | _Z          | 280
        """,
    )
    assert values(found) == {
        "STOCK.TOTAL.T 2022": "1000",
        "STOCK.MINOR.F 2022": "3",
        "STOCK.NATIONAL.T 2022": "750",
        "STOCK.FOREIGN_EU.T 2022": "60",
        "STOCK.FOREIGN_OTHER.T 2022": "171",  # 170 + 1 stateless
        "STOCK.FOREIGN.T 2022": "231",  # 60 + 171; 19 of unknown nationality stand nowhere
        "STOCK.OFF_SEXUAL.M 2022": "42",
        "STOCK.UNTRIED.T 2022": "280",
    }
    assert found["STOCK.TOTAL.T 2022"]["FOOTNOTE"] == "Stock on 1 February 2022, for 31 January."
    assert found["STOCK.OFF_SEXUAL.M 2022"]["FOOTNOTE"] == "Stock on 1 January 2022."
    assert {k for k, r in found.items() if r["OBS_STATUS"] == "D"} == {"STOCK.OFF_SEXUAL.M 2022", "STOCK.UNTRIED.T 2022"}
    assert {(u.kind, u.rows) for u in mapped.unmapped} == {("not-applicable", 1), ("no-target", 1)}


def test_a_release_is_no_death_and_no_escape(connection):
    _, found = map_rows(
        connection,
        "MAP_SPACE_I_FLOWS",
        """
        INDICATEUR  | TIME_PERIOD | STATUT_PEN | DETAIL        | SEXE | OBS_VALUE
        PRI_ENTREES | 2021        | T          | _Z            | _Z   | 70000
        PRI_ENTREES | 2021        | PREV       | _Z            | _Z   | 40000
        PRI_SORTIES | 2021        | T          | T             | _Z   | 69000
        PRI_SORTIES | 2021        | T          | SORT_FIN      | _Z   | 30000
        PRI_SORTIES | 2021        | T          | SORT_AMG      | _Z   | 20000
        PRI_SORTIES | 2021        | T          | SORT_LIB      | _Z   | 18000
        PRI_SORTIES | 2021        | T          | SORT_AUT      | _Z   | 800
        PRI_SORTIES | 2021        | T          | SORT_DECES    | _Z   | 190
        PRI_SORTIES | 2021        | T          | SORT_EVAS     | _Z   | 10
        PRI_DECES   | 2021        | _Z         | T             | T    | 195
        PRI_DECES   | 2021        | _Z         | DECES_SUICIDE | T    | 122
        """,
    )
    assert values(found) == {
        "ENTRIES.TOTAL.T 2021": "70000",
        "RELEASES.TOTAL.T 2021": "68800",  # 30,000 + 20,000 + 18,000 + 800
        "ESCAPES.TOTAL.T 2021": "10",
        "DEATHS.TOTAL.T 2021": "195",
        "DEATHS.SUICIDE.T 2021": "122",
    }
    assert found["ESCAPES.TOTAL.T 2021"]["OBS_STATUS"] == "D"
