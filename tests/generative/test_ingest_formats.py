"""Any good table comes out the same, whatever file format it came in by."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples import examples
from extracts import COLUMNS, LISTS, desk, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

UNITS = {"CIV_NOUV": "affaire", "PRI_DETENUS": "personne", "CIV_DUREE": "mois"}
PERIODS = {"A": ["2019", "2023"], "Q": ["2019-Q1", "2023-Q4"], "M": ["2019-01", "2023-12"]}
counts = st.integers(0, 10**15).map(str)
means = st.decimals(-(10**9), 10**9, places=2).map(lambda d: f"{d:f}").filter(lambda t: Decimal(t) != 0)


@st.composite
def rows(draw):
    frequency = draw(st.sampled_from(sorted(PERIODS)))
    indicator = draw(st.sampled_from(sorted(UNITS)))
    missing = draw(st.booleans())
    value = "" if missing else draw(means if indicator == "CIV_DUREE" else counts)
    return {
        "freq": frequency,
        "indicateur": indicator,
        "geo": draw(st.sampled_from(LISTS["GEO"])),
        "sexe": draw(st.sampled_from(["", *LISTS["SEXE"]])),
        "age": draw(st.sampled_from(["", "60+", *LISTS["AGE"]])),
        "periode": draw(st.sampled_from(PERIODS[frequency])),
        "valeur": value,
        "unite": UNITS[indicator],
        "statut": draw(st.sampled_from(["NC", "SO", "S"] if missing else ["D", "PR", "R"])),
        "conf": draw(st.sampled_from(["", "C1"])),
        "version": str(draw(st.integers(1, 3))),
        "extrait_le": draw(st.sampled_from(["", "2024-10-01", "2024-02-29"])),
    }


def key(row):
    sex, age = row["sexe"] or "_Z", {"": "_Z", "60+": "Y_GE60"}.get(row["age"], row["age"])
    return row["freq"], row["indicateur"], row["geo"], sex, age, row["periode"]


tables = st.lists(rows(), min_size=1, max_size=12, unique_by=lambda r: (*key(r), r["version"]))


def wanted(given_rows):
    """What a reader of the specification would write down by hand: one line per row."""
    highest: dict[tuple[str, ...], int] = {}
    for row in given_rows:
        highest[key(row)] = max(highest.get(key(row), 0), int(row["version"]))
    return [
        {
            "row": number,
            **dict(zip(["FREQ", "INDICATEUR", "GEO", "SEXE", "AGE", "TIME_PERIOD"], key(row), strict=True)),
            "OBS_VALUE": Decimal(row["valeur"]) if row["valeur"] else None,
            "OBS_TEXT": row["valeur"],
            "OBS_DECIMALS": len(row["valeur"].partition(".")[2]) if row["valeur"] else None,
            "UNITE": row["unite"],
            "STATUT": row["statut"],
            "CONF": row["conf"] or None,
            "VERSION": int(row["version"]),
            "EXTRAIT_LE": row["extrait_le"] or None,
            "superseded": int(row["version"]) < highest[key(row)],
        }
        for number, row in enumerate(given_rows, 2)
    ]


def csv_file(folder, given_rows, columns, delimiter, encoding, end):
    path = folder / "x.csv"
    path.write_bytes(table(given_rows, delimiter, end, columns).encode(encoding))
    return path


def parquet_file(folder, given_rows, columns, typed):
    arrays = {c: pa.array([r[c] for r in given_rows]) for c in columns}
    if typed:
        arrays["valeur"] = pa.array(
            [Decimal(r["valeur"]) if r["valeur"] else None for r in given_rows], pa.decimal128(38, 2)
        )
        arrays["version"] = pa.array([int(r["version"]) for r in given_rows], pa.int16())
        arrays["geo"] = arrays["geo"].dictionary_encode()
        arrays["conf"] = pa.array([r["conf"] or None for r in given_rows])
    pq.write_table(pa.table(arrays), folder / "x.parquet", row_group_size=5)
    return folder / "x.parquet"


def xlsx_file(folder, given_rows, columns):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(columns)
    for row in given_rows:
        cells = {c: row[c] or None for c in columns}
        if row["valeur"] and len(row["valeur"]) < 15:
            cells["valeur"] = float(row["valeur"]) if "." in row["valeur"] else int(row["valeur"])
        cells["version"] = int(row["version"])
        sheet.append([cells[c] for c in columns])
    book.save(folder / "x.xlsx")
    return folder / "x.xlsx"


@pytest.fixture(scope="module")
def place():
    with desk() as (base, take):
        yield base, take


slow = settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def same_numbers(made, expected):
    """Number cells lose trailing zeros of the text and nothing else."""
    texts = ("OBS_TEXT", "OBS_DECIMALS")
    for one, other in zip(made, expected, strict=True):
        assert one["OBS_VALUE"] == other["OBS_VALUE"]
        assert {k: v for k, v in one.items() if k not in texts} == {k: v for k, v in other.items() if k not in texts}


@slow
@given(tables, st.permutations(COLUMNS), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig"]),
       st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_csv(place, given_rows, columns, delimiter, encoding, end):
    base, take = place
    outcome = take(csv_file(base, given_rows, columns, delimiter, encoding, end))
    assert outcome.rows == wanted(given_rows)


@slow
@given(tables, st.permutations(COLUMNS))
def test_parquet_of_texts(place, given_rows, columns):
    base, take = place
    assert take(parquet_file(base, given_rows, columns, typed=False)).rows == wanted(given_rows)


@slow
@given(tables, st.permutations(COLUMNS))
def test_parquet_of_numbers(place, given_rows, columns):
    base, take = place
    same_numbers(take(parquet_file(base, given_rows, columns, typed=True)).rows, wanted(given_rows))


@slow
@given(tables, st.permutations(COLUMNS))
def test_xlsx(place, given_rows, columns):
    base, take = place
    same_numbers(take(xlsx_file(base, given_rows, columns)).rows, wanted(given_rows))
