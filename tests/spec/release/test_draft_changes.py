"""What a draft changes of the release before it, worked by hand: kinds, order, exact differences, groups, what is hidden."""

from __future__ import annotations

import uuid
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from house import FLOW, House, new_house
from hypothesis import given, settings
from hypothesis import strategies as st
from released import NAMES, day, put

from greffe.model.structures import Dataflow, DataStructure
from greffe.release.differing import BESIDE, differing, differing_of
from greffe.release.draft_changes import RELATIVE, DraftCell, DraftChanges, Narrow, draft_changes, listed
from greffe.release.draft_series import both_vintages
from greffe.release.drafts import Draft
from greffe.release.lifecycle import dataflow_named
from greffe.release.revision_policy import Changed, changed

# Rows `iccs unit period value status confidentiality comment`; - is missing.
OLD = """
ICCS0101 NR 2019 100 A F
ICCS0101 NR 2020 3 A F
ICCS0101 NR 2021 12.50 P F
ICCS0101 NR 2022 0 A F
ICCS0101 P_HTHAB 2020 1.50 A F
ICCS0102 NR 2020 7 A F
ICCS0102 NR 2021 - M F
ICCS0301 NR 2020 55 A F was so
ICCS0302 NR 2020 - Q C
ICCS0501 NR 2020 424242 A F
ICCS0502 NR 2020 9 A F
ICCS0503 NR 2020 900 A F
"""
NEW = """
ICCS0101 NR 2019 100 A F
ICCS0101 NR 2020 2 A F
ICCS0101 NR 2021 12.50 A F
ICCS0101 NR 2022 4 A F
ICCS0101 P_HTHAB 2020 1.52 A F
ICCS0101 P_HTHAB 2021 1.60 A F
ICCS0102 NR 2020 10 A F
ICCS0102 NR 2021 8 A F
ICCS0301 NR 2020 55 A F is so
ICCS0302 NR 2020 77 A F
ICCS0501 NR 2020 - Q C
"""
# The largest difference first: 4, 3, -1, 0.02; then numbers without a difference, the largest value first (424242, 77, 8);
# gone (900, 9); added; and what has the same number. Percents: 4 of 0 none; 3/7 = 42.857142…; -1/3; 0.02/1.5 = 1.3333….
CELLS = [
    ("changed", "ICCS0101 NR 2022", "0", "4", "4", None),
    ("changed", "ICCS0102 NR 2020", "7", "10", "3", "42.8571"),
    ("changed", "ICCS0101 NR 2020", "3", "2", "-1", "-33.3333"),
    ("changed", "ICCS0101 P_HTHAB 2020", "1.50", "1.52", "0.02", "1.3333"),
    ("changed", "ICCS0501 NR 2020", "424242", None, None, None),  # confidential now
    ("changed", "ICCS0302 NR 2020", None, "77", None, None),  # confidential before
    ("changed", "ICCS0102 NR 2021", None, "8", None, None),
    ("gone", "ICCS0503 NR 2020", "900", None, None, None),
    ("gone", "ICCS0502 NR 2020", "9", None, None, None),
    ("added", "ICCS0101 P_HTHAB 2021", None, "1.60", None, None),
    ("beside", "ICCS0301 NR 2020", "55", "55", "0", "0.0000"),
    ("beside", "ICCS0101 NR 2021", "12.50", "12.50", "0.00", "0.0000"),
]


def table(text: str) -> pa.Table:
    rows = [[*line.split(" ", 6), None][:7] for line in text.strip().splitlines()]
    cells = [
        ("A", i, u, "FR", p, None if v == "-" else v, "fr_met_drom", "real", s, c, t) for i, u, p, v, s, c, t in rows
    ]
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(NAMES, zip(*cells, strict=True), strict=True)})


def draft_of(house: House, text: str, name: str = "hand") -> Draft:
    """A draft that holds those rows; its folder lies where drafts lie."""
    folder = house.parts.settings.drafts / f"{FLOW}-{name}"
    folder.mkdir(parents=True)
    pq.write_table(table(text), folder / "data.parquet")
    return Draft(
        folder.name, folder, "", FLOW, "SSMSI", "real", "", "", "", "", {}, False, len(text.split("\n")), 0, "2022", (), {}, name
    )  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """OLD is released."""
    found = new_house(tmp_path_factory.mktemp("changes") / "home")
    found.clock.now = day(1)
    put(found, 1, OLD)
    return found


@pytest.fixture(scope="module")
def flow(house: House) -> Dataflow:
    return dataflow_named(house.parts, FLOW)


@pytest.fixture(scope="module")
def structure(house: House, flow: Dataflow) -> DataStructure:
    return house.parts.catalogue().structure(flow)


@pytest.fixture(scope="module")
def draft(house: House) -> Draft:
    return draft_of(house, NEW)


@pytest.fixture(scope="module")
def found(house: House, flow: Dataflow, draft: Draft) -> DraftChanges:
    made = draft_changes(house.parts, flow, draft, house.current())
    assert made is not None
    return made


def row(cell: DraftCell) -> tuple[str, str, str | None, str | None, str | None, str | None]:
    place = f"{cell.key['iccs']} {cell.key['unit']} {cell.period}"
    texts = (None if n is None else f"{n:f}" for n in (cell.difference, cell.percent))
    return cell.how, place, cell.before, cell.after, *texts


def test_differences_are_exact_and_the_largest_stands_first(house, structure, found):
    cells, count = listed(house.parts, structure, found, Narrow(), 50)
    assert [row(c) for c in cells] == CELLS
    assert count == len(CELLS)
    assert {h: found.of(h) for h in ("changed", "gone", "added", "beside")} == {
        "changed": 7,
        "gone": 2,
        "added": 1,
        "beside": 2,
    }


def test_in_percent_what_was_nothing_comes_first(house, structure, found):
    """4 after 0 is more than any percentage; then 42.86, 33.33, 1.33."""
    cells, _ = listed(house.parts, structure, found, Narrow(order=RELATIVE), 4)
    assert [row(c)[1] for c in cells] == [
        "ICCS0101 NR 2022",
        "ICCS0102 NR 2020",
        "ICCS0101 NR 2020",
        "ICCS0101 P_HTHAB 2020",
    ]


def test_pages_follow_one_another_without_a_gap(house, structure, found):
    pages = [listed(house.parts, structure, found, Narrow(), 5, skip)[0] for skip in (0, 5, 10, 15)]
    assert [row(c) for page in pages for c in page] == CELLS
    assert [len(p) for p in pages] == [5, 5, 2, 0]


@pytest.mark.parametrize(
    ("narrow", "expected"),
    [
        (Narrow(how="gone"), CELLS[7:9]),
        (Narrow(unit="P_HTHAB"), [CELLS[3], CELLS[9]]),
        (Narrow(subject="ICCS0102"), [CELLS[1], CELLS[6]]),
        (Narrow("changed", "ICCS0101", "NR"), [CELLS[0], CELLS[2]]),
        (Narrow(how="gone", subject="ICCS0101"), []),
    ],
)
def test_what_is_narrowed(house, structure, found, narrow, expected):
    cells, count = listed(house.parts, structure, found, narrow, 50)
    assert [row(c) for c in cells] == expected
    assert count == len(expected)


def test_statuses_and_comments_are_told_beside_the_number(house, structure, found):
    (comment, status), _ = listed(house.parts, structure, found, Narrow(how=BESIDE), 50)
    assert (status.statuses, status.others) == (("P", "A"), ())
    assert comment.others == (("COMMENT_OBS", "was so", "is so"),)


def test_of_a_confidential_side_no_value_is_kept_anywhere(house, structure, flow, found):
    """Were the value of a hidden cell in the file by mistake, the differences would not have it either."""
    hidden = [c for c in listed(house.parts, structure, found, Narrow(), 50)[0] if any(c.hidden)]
    assert {(c.key["iccs"], c.hidden) for c in hidden} == {("ICCS0501", (False, True)), ("ICCS0302", (True, False))}
    leaky = draft_of(house, NEW.replace("ICCS0501 NR 2020 - Q C", "ICCS0501 NR 2020 31337 Q C"), "leaky")
    file = differing_of(house.parts, flow, leaky, house.current())
    assert b"31337" not in repr(pq.read_table(file).to_pylist()).encode()
    both = both_vintages(
        house.parts, leaky, house.current(), {"freq": "A", "iccs": "ICCS0501", "unit": "NR", "geo": "FR"}
    )
    assert [(b.before.value, b.after.value, b.after.mark) for b in both] == [(Decimal(424242), None, "C")]


def test_groups_count_directions_and_the_largest(found):
    by = {(g.subject, g.unit): g for g in found.groups}
    first = by["ICCS0101", "NR"]
    assert (first.counts, first.upward, first.downward, first.largest) == (
        {"changed": 2, "beside": 1},
        1,
        1,
        Decimal(4),
    )
    assert by["ICCS0101", "P_HTHAB"].counts == {"added": 1, "changed": 1}
    assert sum(n for g in found.groups for n in g.counts.values()) == found.count == len(CELLS)


def test_a_series_is_told_in_both_vintages(house, draft):
    key = {"freq": "A", "iccs": "ICCS0102", "unit": "NR", "geo": "FR"}
    both = both_vintages(house.parts, draft, house.current(), key)
    assert [(b.period, b.before.value, b.before.mark, b.after.value) for b in both] == [
        ("2020", Decimal(7), "", Decimal(10)),
        ("2021", None, "M", Decimal(8)),
    ]
    assert both_vintages(house.parts, draft, house.current(), {**key, "iccs": "ICCS0199"}) == ()


def test_published_values_that_change_are_counted_by_period_for_the_policy(house, flow, draft, structure):
    """Of 2020: 3→2, 7→10, 1.50→1.52, 424242→hidden, 9 and 900 gone; of 2022: 0→4. Above 40 %: 7→10, what is gone or
    hidden, and 4 after 0."""
    file = differing_of(house.parts, flow, draft, house.current())
    assert changed(house.parts, file, structure.decimals, Decimal(40)) == [Changed("2020", 6, 4), Changed("2022", 1, 1)]
    assert [c.large for c in changed(house.parts, file, structure.decimals)] == [0, 0]


def test_other_dimensions_cannot_be_compared(house, flow, structure, draft, tmp_path):
    other = tmp_path / "other.parquet"
    pq.write_table(table(NEW).rename_columns([n if n != "geo" else "place" for n in NAMES]), other)
    assert differing(house.parts, structure, other, draft.data, ("other",)) is None


@pytest.mark.parametrize("harm", [b"", b"\0" * 900, None])
def test_what_a_power_cut_or_a_bad_disk_left_is_made_again(house, flow, draft, structure, harm, caplog):
    """A file that is empty, zeros, or has another byte: it is never read."""
    file = differing_of(house.parts, flow, draft, house.current())
    good = file.read_bytes()
    at = good.index(b"ICCS")
    file.write_bytes(good[:at] + b"J" + good[at + 1 :] if harm is None else harm)
    again = differing_of(house.parts, flow, draft, house.current())
    assert changed(house.parts, again, structure.decimals, Decimal(40))[0] == Changed("2020", 6, 4)
    assert "is not what was written" in caplog.text


def test_nothing_before_it_is_nothing_to_compare(house, flow, draft):
    assert draft_changes(house.parts, flow, draft, None) is None


KEYS = st.tuples(
    st.sampled_from(("ICCS0101", "ICCS0102", "ICCS0401")),
    st.sampled_from(("NR", "P_HTHAB")),
    st.sampled_from(("2020", "2021")),
)
VALUES = st.tuples(
    st.sampled_from(("-", "0", "1", "1.5", "1.50", "-2", "17", "99999999999999999999999999999999999.99")),
    st.sampled_from("AP"),
    st.sampled_from("FFFC"),
)
ROWS = st.dictionaries(KEYS, VALUES, max_size=12)


@settings(max_examples=25)
@given(before=ROWS, after=ROWS)
def test_any_two_tables_differ_as_a_loop_over_their_rows_says(house, structure, before, after):
    """Beside a reference in plain Python: which keys differ, how, and the order of the sizes."""
    folder = house.parts.settings.drafts / f"any-{uuid.uuid4().hex}"
    folder.mkdir()
    paths = [_written(folder / f"{n}.parquet", rows) for n, rows in (("old", before), ("new", after))]
    file = differing(house.parts, structure, *paths, (str(folder),))
    rows = pq.read_table(file).to_pylist()
    told = {(r["iccs"], r["unit"], r["TIME_PERIOD"]): r["how"] for r in rows}
    assert told == {k: how for k in {*before, *after} if (how := _how(before.get(k), after.get(k)))}
    sizes = [r["size"] for r in rows if r["size"] is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert [r["size"] is None for r in rows] == sorted(r["size"] is None for r in rows)


def _written(path: Path, rows: dict[tuple[str, str, str], tuple[str, str, str]]) -> Path:
    text = "\n".join(f"{i} {u} {p} {v} {s} {c}" for (i, u, p), (v, s, c) in rows.items())
    pq.write_table(table(text) if rows else table(OLD).slice(0, 0), path)
    return path


def _how(old: tuple[str, str, str] | None, new: tuple[str, str, str] | None) -> str:
    if old is None or new is None:
        return "gone" if new is None else "added"
    if old == new:
        return ""
    (a, _, was), (b, _, is_) = old, new
    left, right = (None if v == "-" or c != "F" else Decimal(v) for v, c in ((a, was), (b, is_)))
    if left == right and old[1:] == new[1:] and (was != "F" or a == b):
        return ""  # both hidden: what differs is not to be told
    return "changed" if left != right else "beside"
