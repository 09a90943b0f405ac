"""What every store of observations promises (the compliance kit of `store.base.Observations`)."""

import hashlib
from datetime import date

import pyarrow.parquet as pq
import pytest

from greffe.errors import BadInput, Conflict, NotFound
from greffe.model.periods import Span, span
from greffe.store.base import Selection

TABLE = """
FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT
A    | M   | FR  | 2021        | 12.50     | A          | NR   |
A    | F   | FR  | 2022        |           | L          | NR   | no answer
A    | F   | FR  | 2020        | 7         | A          | NR   |
A    | F   | FR  | 2021        | 8         | A          | NR   |
A    | F   | BE  | 2021        | 1E-7      | P          | PC   |
Q    | M   | FR  | 2021-Q4     | 3         | A          |      |
Q    | M   | FR  | 2021-Q1     | 4         | A          |      | été
"""
NEXT = """
FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT
A    | M   | FR  | 2021        | 12.5      | A          | NR   |
A    | M   | FR  | 2022        | 13        | A          | NR   |
A    | F   | FR  | 2022        |           | L          | NR   | no answer
A    | F   | FR  | 2020        | 7         | B          | NR   |
A    | F   | FR  | 2021        | 8         | A          | NR   |
Q    | M   | FR  | 2021-Q4     | 3         | A          |      | late
Q    | M   | FR  | 2021-Q1     | 4         | A          |      |
"""


@pytest.fixture
def saved(observations, structure, parquet):
    observations.save("FLOW/1", structure, parquet(TABLE), {"key": "k1"})
    return observations


def shown(blocks):
    """Series with their observations: (key, unit, [(period, value, status, comment)])."""
    found = []
    for block in blocks:
        rows = iter(block.observations.to_pylist())
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            mine = [tuple(next(rows).values()) for _ in range(count)]
            found.append((".".join(series[d] for d in ("FREQ", "SEX", "GEO")), series["UNIT"], mine))
        assert next(rows, None) is None
    return found


def periods(blocks):
    return {key: [row[0] for row in rows] for key, _, rows in shown(blocks)}


def years(first, last):
    return Span(date(first, 1, 1), date(last, 12, 31))


def keys(**codes):
    return {name: frozenset(value.split("+")) for name, value in codes.items()}


def test_series_come_in_key_order_with_the_text_of_their_values(saved):
    assert shown(saved.select("FLOW/1", Selection())) == [
        ("A.F.BE", "PC", [("2021", "1E-7", "P", None)]),
        (
            "A.F.FR", "NR",
            [("2020", "7", "A", None), ("2021", "8", "A", None), ("2022", None, "L", "no answer")],
        ),
        ("A.M.FR", "NR", [("2021", "12.50", "A", None)]),
        ("Q.M.FR", None, [("2021-Q1", "4", "A", "été"), ("2021-Q4", "3", "A", None)]),
    ]  # fmt: skip


def test_a_block_has_the_columns_that_it_promises(saved):
    for block in saved.select("FLOW/1", Selection()):
        assert block.series.column_names == ["FREQ", "SEX", "GEO", "UNIT"]
        assert block.observations.column_names == ["TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT"]
        types = {f.name: str(f.type) for table in (block.series, block.observations) for f in table.schema}
        assert types.pop("OBS_VALUE") == "string"
        assert set(types.values()) == {"dictionary<values=string, indices=int32, ordered=0>"}
        assert sum(block.counts.to_pylist()) == block.observations.num_rows


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ((), ["A.F.BE", "A.F.FR", "A.M.FR", "Q.M.FR"]),
        ((keys(),), ["A.F.BE", "A.F.FR", "A.M.FR", "Q.M.FR"]),
        ((keys(FREQ="A", SEX="F", GEO="FR"),), ["A.F.FR"]),
        ((keys(FREQ="A", SEX="F", GEO="DE"),), []),
        ((keys(FREQ="Q", SEX="F", GEO="FR"),), []),
        ((keys(FREQ="A"),), ["A.F.BE", "A.F.FR", "A.M.FR"]),
        ((keys(FREQ="Q"),), ["Q.M.FR"]),
        ((keys(GEO="BE+FR+DE", SEX="F"),), ["A.F.BE", "A.F.FR"]),
        ((keys(FREQ="A", GEO="FR"),), ["A.F.FR", "A.M.FR"]),
        ((keys(FREQ="A", SEX="M+F", GEO="FR+BE"),), ["A.F.BE", "A.F.FR", "A.M.FR"]),
        ((keys(GEO="BE"), keys(FREQ="Q"), keys(GEO="BE", SEX="F")), ["A.F.BE", "Q.M.FR"]),
        ((keys(GEO="none"), keys(SEX="M")), ["A.M.FR", "Q.M.FR"]),
    ],
)
def test_series_are_chosen_by_codes(saved, chosen, found):
    assert list(periods(saved.select("FLOW/1", Selection(keys=chosen)))) == found


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(spans=(years(2021, 2021),)), "A.F.BE 2021; A.F.FR 2021; A.M.FR 2021; Q.M.FR 2021-Q1 2021-Q4"),
        (Selection(spans=(span("2021-Q1"),)), "Q.M.FR 2021-Q1"),
        (Selection(spans=(span("2020"), span("2022"))), "A.F.FR 2020 2022"),
        (Selection(spans=(Span(date(2021, 2, 1), date(2022, 12, 31)),)), "A.F.FR 2022; Q.M.FR 2021-Q4"),
        (Selection(spans=(years(1900, 1901),)), ""),
        (Selection(first=1), "A.F.BE 2021; A.F.FR 2020; A.M.FR 2021; Q.M.FR 2021-Q1"),
        (Selection(last=2), "A.F.BE 2021; A.F.FR 2021 2022; A.M.FR 2021; Q.M.FR 2021-Q1 2021-Q4"),
        (Selection(first=1, last=1), "A.F.BE 2021; A.F.FR 2020 2022; A.M.FR 2021; Q.M.FR 2021-Q1 2021-Q4"),
        (Selection(last=1, spans=(years(2020, 2021),)), "A.F.BE 2021; A.F.FR 2021; A.M.FR 2021; Q.M.FR 2021-Q4"),
        (Selection(keys=(keys(SEX="F"),), first=2, spans=(years(2021, 2030),)), "A.F.BE 2021; A.F.FR 2021 2022"),
    ],
)
def test_observations_are_chosen_by_period_and_then_by_rank(saved, selection, found):
    """A period matches when it lies wholly within a span; first and last count what is left (R1-DATA-09, 10)."""
    wanted = [series.split() for series in found.split(";") if series]
    assert periods(saved.select("FLOW/1", selection)) == {key: rest for key, *rest in wanted}


def test_series_alone_come_without_observations(saved):
    blocks = list(saved.select("FLOW/1", Selection(series_only=True, spans=(years(2022, 2022),))))
    assert shown(blocks) == [("A.F.FR", "NR", [])]
    assert list(periods(saved.select("FLOW/1", Selection(series_only=True, keys=(keys(GEO="FR"),))))) == [
        "A.F.FR", "A.M.FR", "Q.M.FR",
    ]  # fmt: skip
    assert blocks[0].observations.column_names == ["TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT"]


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), {"FREQ": "A Q", "SEX": "F M", "GEO": "BE FR", "TIME_PERIOD": "2020 2022"}),
        (Selection(keys=(keys(SEX="M"),)), {"FREQ": "A Q", "SEX": "M", "GEO": "FR", "TIME_PERIOD": "2021 2021-Q4"}),
        (Selection(spans=(span("2020"),)), {"FREQ": "A", "SEX": "F", "GEO": "FR", "TIME_PERIOD": "2020 2020"}),
        (Selection(keys=(keys(SEX="X"),)), {"FREQ": "", "SEX": "", "GEO": "", "TIME_PERIOD": ""}),
    ],
)
def test_what_is_available_is_told(saved, selection, found):
    """Periods are ordered as the calendar has them: 2021 starts no later than its quarters and ends with Q4."""
    assert dict(saved.available("FLOW/1", selection)) == {k: tuple(v.split()) for k, v in found.items()}


def test_saving_counts_and_names_what_it_wrote(observations, structure, parquet):
    saved = observations.save("FLOW/1", structure, parquet(TABLE), {"key": "k1"})
    assert (saved.series, saved.observations) == (4, 7)
    assert dict(saved.changed) == {"inserted": 7, "updated": 0, "deleted": 0}
    assert set(saved.files) == {"data.parquet", "difference.parquet", "manifest.json"}
    for file, checksum in saved.files.items():
        assert hashlib.sha256(observations.file("FLOW/1", file).read_bytes()).hexdigest() == checksum
    assert list(observations.verify("FLOW/1")) == []


def test_the_data_are_flat_sorted_text(saved):
    table = pq.read_table(saved.file("FLOW/1", "data.parquet"))
    assert {str(f.type) for f in table.schema} == {"string"}
    rows = table.to_pylist()
    assert [".".join(r[c] for c in ("FREQ", "SEX", "GEO", "TIME_PERIOD")) for r in rows] == [
        "A.F.BE.2021", "A.F.FR.2020", "A.F.FR.2021", "A.F.FR.2022", "A.M.FR.2021", "Q.M.FR.2021-Q1", "Q.M.FR.2021-Q4",
    ]  # fmt: skip
    assert [r["OBS_VALUE"] for r in rows] == ["1E-7", "7", "8", None, "12.50", "4", "3"]


def test_the_difference_tells_inserts_updates_and_deletes(saved, structure, parquet):
    """A deleted observation is told by its key alone; another spelling of a number is an update (D17)."""
    made = saved.save("FLOW/2", structure, parquet(NEXT), {}, previous="FLOW/1")
    assert dict(made.changed) == {"inserted": 1, "updated": 4, "deleted": 1}
    rows = pq.read_table(saved.file("FLOW/2", "difference.parquet")).to_pylist()
    columns = ("ACTION", "FREQ", "SEX", "GEO", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT", "COMMENT")
    assert [tuple(r[c] for c in columns) for r in rows] == [
        ("D", "A", "F", "BE", "2021", None, None, None, None),
        ("U", "A", "F", "FR", "2020", "7", "B", "NR", None),
        ("U", "A", "M", "FR", "2021", "12.5", "A", "NR", None),
        ("I", "A", "M", "FR", "2022", "13", "A", "NR", None),
        ("U", "Q", "M", "FR", "2021-Q1", "4", "A", None, None),
        ("U", "Q", "M", "FR", "2021-Q4", "3", "A", None, "late"),
    ]


def test_equal_releases_differ_in_nothing(saved, structure, parquet):
    made = saved.save("FLOW/2", structure, parquet(TABLE), {}, previous="FLOW/1")
    assert dict(made.changed) == {"inserted": 0, "updated": 0, "deleted": 0}
    assert pq.read_table(saved.file("FLOW/2", "difference.parquet")).num_rows == 0


def test_saving_the_same_again_changes_nothing(saved, structure, parquet):
    before = {f: saved.file("FLOW/1", f).read_bytes() for f in ("data.parquet", "manifest.json")}
    reversed_rows = "\n".join([TABLE.strip().splitlines()[0], *reversed(TABLE.strip().splitlines()[1:])])
    first = saved.save("FLOW/1", structure, parquet(TABLE), {"key": "k1"})
    assert saved.save("FLOW/1", structure, parquet(reversed_rows), {"key": "k1"}) == first
    assert {f: saved.file("FLOW/1", f).read_bytes() for f in before} == before


def test_something_else_under_the_same_name_is_a_conflict(saved, structure, parquet):
    for table, manifest in ((NEXT, {"key": "k1"}), (TABLE, {"key": "k2"})):
        with pytest.raises(Conflict):
            saved.save("FLOW/1", structure, parquet(table), manifest)
    assert len(list(periods(saved.select("FLOW/1", Selection())))) == 4


def test_an_empty_release_can_be_kept(observations, structure, parquet):
    made = observations.save("FLOW/1", structure, parquet(TABLE.strip().splitlines()[0]), {})
    assert (made.series, made.observations) == (0, 0)
    assert list(observations.select("FLOW/1", Selection(keys=(keys(SEX="F"),), last=1))) == []
    assert observations.available("FLOW/1", Selection())["TIME_PERIOD"] == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("A | M | FR | 2021 | 1 | A | NR | ", "2021"),  # a second value for a key
        ("A | M | FR | 2023 | 1 | A | PC | ", "UNIT|series"),  # a series attribute that varies
        ("A |   | FR | 2023 | 1 | A | NR | ", "SEX|incomplete"),  # an incomplete key
        ("A | M | FR | soon | 1 | A | NR | ", "soon"),  # no period
    ],
)
def test_rows_that_are_no_release_are_refused(observations, structure, parquet, line, says):
    with pytest.raises(BadInput, match=says):
        observations.save("FLOW/1", structure, parquet(TABLE + line), {})
    with pytest.raises(NotFound):
        observations.select("FLOW/1", Selection()).__next__()


def test_a_missing_column_is_refused(observations, structure, parquet):
    with pytest.raises(BadInput, match="OBS_STATUS"):
        observations.save("FLOW/1", structure, parquet(TABLE.replace("OBS_STATUS", "STATUS")), {})


def test_what_is_not_there_is_not_found(saved):
    for ask in (
        lambda: next(saved.select("FLOW/2", Selection())),
        lambda: saved.available("FLOW/2", Selection()),
        lambda: saved.file("FLOW/2", "data.parquet"),
        lambda: saved.file("FLOW/1", "other.parquet"),
        lambda: saved.file("FLOW/1", "../1/data.parquet"),
        lambda: saved.file("../etc/1", "data.parquet"),
    ):
        with pytest.raises(NotFound):
            ask()
