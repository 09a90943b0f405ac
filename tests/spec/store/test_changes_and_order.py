"""What changed between releases, and rows in an order, as every store of observations tells them."""

from dataclasses import replace

import pytest

from greffe.errors import BadInput, NotFound, TooLarge
from greffe.store.base import Across, Change, Order, Selection
from greffe.store.columnar import ColumnarObservations
from greffe.store.conditions import Term, Where

HEAD = "FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT\n"
STEPS = [
    "A | M | FR | 2020 | 1 | A | NR |\nA | M | FR | 2021 | 2 | A | NR |\nA | F | FR | 2021 | 3 | A | NR |",
    "A | M | FR | 2020 | 9 | A | NR |\nA | M | FR | 2021 | 2 | A | NR |\nA | M | FR | 2022 | 7 | A | NR |",
    "A | M | FR | 2020 | 1 | A | NR |\nA | M | FR | 2021 | 2 | P | NR |\nA | F | FR | 2021 | 3 | A | NR |",
]


@pytest.fixture
def saved(observations, structure, parquet):
    """2020: revised and revised back. M 2022: came and went. F 2021: went and came back. M 2021: a status in the end."""
    for n, rows in enumerate(STEPS, 1):
        observations.save(f"F/{n}", structure, parquet(HEAD + rows), {}, f"F/{n - 1}" if n > 1 else "")
    return observations


def shown(blocks):
    found = []
    for block in blocks:
        rows = block.observations.to_pylist()
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            found += [" ".join(str(v) for v in (*series.values(), *r.values())) for r in rows[:count]]
            rows = rows[count:]
    return found


M2020, M2021 = "A M FR NR 2020 1 A None", "A M FR NR 2021 2 P None"
F2021 = "A F FR NR 2021 3 A None"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (Change("F/3", "F/1"), [M2021]),  # compared: what is as it was is not told
        (Change("F/3", "F/1", linear=True), [F2021, M2020, M2021]),  # folded: what was touched is
        (Change("F/3", "F/1", gone=True), []),
        (Change("F/3", "F/1", gone=True, linear=True), []),  # M 2022 came and went
        (Change("F/3", "F/2", linear=True), [F2021, M2020, M2021]),
        (Change("F/3", "F/2", gone=True, linear=True), ["A M FR None 2022 None None None"]),
        (Change("F/2", "F/1", gone=True), ["A F FR None 2021 None None None"]),
        (Change("F/1", "F/3"), ["A M FR NR 2021 2 A None"]),  # backwards
        (Change("F/1", "F/3", linear=True), ["A M FR NR 2021 2 A None"]),  # no chain leads there: compared
        (Change("F/2", "F/2"), []),
    ],
)
def test_changes_are_told_folded_or_compared(saved, change, found):
    for _ in range(2):  # made, then read again
        assert shown(saved.changed(change, Selection())) == found


def test_changes_are_selected_like_releases(saved):
    change = Change("F/3", "F/1", linear=True)
    assert shown(saved.changed(change, Selection(keys=({"SEX": frozenset("M")},), last=1))) == [M2021]
    selection = Selection(
        where=(Where("OBS_VALUE", ((Term("ge", "2"),),), "number"),), order=(Order("OBS_VALUE", True),)
    )
    assert shown(saved.changed(change, selection)) == [F2021, M2021]


def test_changes_of_what_is_not_there_are_not_found(saved, structure, parquet):
    for change in (Change("F/9", "F/1"), Change("F/1", "F/9")):
        with pytest.raises(NotFound):
            saved.changed(change, Selection())


def test_other_dimensions_have_no_changes(saved, structure, parquet):
    shorter = replace(structure, dimensions=structure.dimensions[:2])
    saved.save("F/4", shorter, parquet("FREQ|SEX|TIME_PERIOD|OBS_VALUE|OBS_STATUS|UNIT|COMMENT\nA|M|2020|1|A|NR|"), {})
    with pytest.raises(BadInput, match="other dimensions"):
        saved.changed(Change("F/4", "F/1"), Selection())


def test_a_component_that_a_release_lacks_satisfies_nothing_and_sorts_nothing(saved):
    later = Where("NEW", ((Term("ne", "x"),),))
    assert shown(saved.select("F/3", Selection(where=(later,)))) == []
    assert shown(saved.select("F/3", Selection(order=(Order("NEW", True), Order("OBS_VALUE", True))))) == [
        F2021, M2021, M2020,
    ]  # fmt: skip


def test_a_cross_section_breaks_where_an_attribute_that_should_be_constant_is_not(observations, structure, parquet):
    rows = "A | M | FR | 2021 | 1 | A | NR |\nA | F | FR | 2021 | 2 | A | PC |\nA | T | FR | 2021 | 3 | A | NR |"
    observations.save("F/1", structure, parquet(HEAD + rows), {})
    assert shown(observations.select("F/1", Selection(across=Across("SEX")))) == [
        "A FR 2021 NR M 1 A None", "A FR 2021 NR T 3 A None", "A FR 2021 PC F 2 A None",
    ]  # fmt: skip
    assert shown(observations.select("F/1", Selection(across=Across("SEX", ("UNIT",))))) == [
        "A FR 2021 F 2 PC A None", "A FR 2021 M 1 NR A None", "A FR 2021 T 3 NR A None",
    ]  # fmt: skip


def test_only_so_much_is_sorted(tmp_path, structure, parquet):
    """413: more observations to sort than are held at a time; what comes in order anyway has no bound"""
    store = ColumnarObservations(tmp_path / "r", sorted_most=2)
    store.save("F/1", structure, parquet(HEAD + STEPS[0]), {})
    with pytest.raises(TooLarge, match="sort"):
        shown(store.select("F/1", Selection(order=(Order("OBS_VALUE"),), most=1)))
    few = Selection(keys=({"SEX": frozenset("M")},), order=(Order("OBS_VALUE", True),))
    assert len(shown(store.select("F/1", few))) == 2
    natural = Selection(order=(Order("FREQ"), Order("SEX"), Order("GEO"), Order("TIME_PERIOD")))
    assert len(shown(store.select("F/1", natural))) == 3
