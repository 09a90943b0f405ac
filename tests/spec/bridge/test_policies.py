"""The tables of the bridge: what cannot be read, or names what another table does not have, is refused with its place."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from journey_tools import ROOT

from greffe.catalogue.load import read_folder
from greffe.catalogue.policies.bridge.amounts import number_in
from greffe.catalogue.policies.bridge.layouts import read_layouts
from greffe.catalogue.policies.read import check_policies, read_policies
from greffe.errors import BadDefinition
from greffe.model.expressions import parse

FOLDER = "mappings/policies/"
LAYOUTS = FOLDER + "publication_layouts.csv"
SHIPPED = {p: c for p, c in read_folder("mappings", ROOT / "mappings").items() if p.startswith(FOLDER)}


def refusal(file: str, before: str, after: str) -> str:
    """What is said when one text of a shipped table is changed."""
    text = SHIPPED[FOLDER + file].decode()
    assert before in text
    changed = SHIPPED | {FOLDER + file: text.replace(before, after, 1).encode()}
    with pytest.raises(BadDefinition) as told:
        check_policies(read_policies(changed))
    return str(told.value)


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("published_series.csv", "calendar:UNODC_PRISONS", "calendar:UNODC_PRISON", "Nearest: UNODC_PRISONS"),
        ("published_series.csv", ",01-01,", ",13-01,", "column date: '13-01' is no rule for a date."),
        ("published_series.csv", ",0.01,", ",0,", "column rounding: A unit of rounding is more than nothing."),
        ("published_series.csv", "UNODC_HELD_RATE,", "UNODC_HELD,", "row 3, column series: UNODC_HELD stands here already."),
        ("reference_dates.csv", "2007-01-01", "2007-02-30", "column reference_date: '2007-02-30' is no day"),
        ("reference_dates.csv", "2008,2009-01-01", "2008,2008-01-01", "2008-01-01 stands behind another period already."),
        ("reference_dates.csv", "UNODC_PRISONS,2008,", "UNODC_PRISONS,2007,", "column period: 2007 has a date already."),
        ("definitions.csv", "territory,fr_all", "territori,fr_all", "column dimension: 'territori' is not known here."),
        ("concepts.csv", "UNODC_NATIONAL + UNODC_FOREIGN", "UNODC_NATIONAL + UNODC_FOREIGNERS",
         "row 3, column expression: There is no published series 'UNODC_FOREIGNERS'. Nearest: UNODC_FOREIGN"),
        ("concepts.csv", "UNODC_ADULT + UNODC_JUV", "UNODC_ADULT * UNODC_JUV", "column expression: In the expression"),
        ("concepts.csv", ",under_committal,", ",undr_committal,",
         "row 3, column population: There is no definition 'undr_committal'. Nearest: under_committal"),
        ("concepts.csv", ",2008,,,fr_all", ",2007,,,fr_all", "column figure: unodc_held_by_citizenship stands in row 3"),
        ("concepts.csv", "prison_population,unodc_held,", "prison_populatio,unodc_held,", "There is no concept"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "2927", "column amount: The expression '2927' names no code."),
        # Each would amount to a number at will: 19190 when the cell cancels out, 12209, 7 cells for one, 5 and a rate.
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "19190 * UNODC_SUPERV / UNODC_SUPERV",
         "row 2, column amount: UNODC_SUPERV is divided by itself: what is left is a number."),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "UNODC_SUPERV - UNODC_SUPERV + 12209",
         "row 2, column amount: UNODC_SUPERV is taken off itself"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "0 * UNODC_SUPERV + NAT_NOT_HOUSED_JAN", "UNODC_SUPERV is taken off itself"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "NAT_NOT_HOUSED_JAN + 12209", "column amount: It adds a number"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "(UNODC_SUPERV + 5 * UNODC_HELD) / UNODC_HELD",
         "column amount: UNODC_HELD is divided by itself"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "7 * NAT_NOT_HOUSED_JAN", "column amount: It multiplies by 7: only a unit"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "NAT_NOT_HOUSED_JAN / 3", "column amount: It multiplies by 1/3"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN", "UNODC_SUPERV / (UNODC_HELD + 9)", "column amount: It adds a number"),
        ("bridge_steps.csv", ",NAT_NOT_HOUSED_JAN,,", ",,100 * UNODC_HELD / UNODC_HELD,",
         "column factor: UNODC_HELD is divided by itself"),
        ("bridge_steps.csv", ",NAT_NOT_HOUSED_JAN,,", ",,1.05 * UNODC_HELD / UNODC_SUPERV,",
         "column factor: It multiplies by 21/20"),
        ("bridge_steps.csv", "NAT_NOT_HOUSED_JAN,", "NAT_NOT_HOUSED_JAN,2 * NAT_NOT_HOUSED_JAN", "adds an amount or multiplies"),
        ("bridge_steps.csv", ",detained,under_committal,", ",detained,detained,", "from one definition to another"),
        ("bridge_steps.csv", ",yes,", ",maybe,", "column settles: 'maybe' is not known here."),
        ("bridge_pairs.csv", "FP01,unodc_held@2007", "FP01,unodc_hold@2007", "row 2, column a: There is no figure"),
        ("bridge_pairs.csv", "FP02,", "FP01,", "row 3, column pair"),
        ("publication_layouts.csv", "verified", "", "column confidence: It is empty."),
    ],
)  # fmt: skip
def test_what_is_refused(file: str, before: str, after: str, said: str):
    assert said in refusal(file, before, after)


def test_no_step_is_a_number(tmp_path: Path):
    """Every amount and factor reads a published figure: a step that adds what is wanted cannot be written down."""
    bridge = read_policies(SHIPPED).bridge
    assert all((s.amount or s.factor).names() for s in bridge.steps)
    assert all(s.reasons["fr"] and s.reasons["en"] and s.confidence for s in bridge.steps)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("A + B - C", False), ("100 * A / B", False), ("100000 * (A - B) / C", False), ("A / 1000", False),
        ('"A@01-01" / "A@2016-01-01"', True), ("1 - A / B", True), ("A / (A + B)", True), ("1 + A / 100", True),
    ],
)  # fmt: skip
def test_what_a_step_may_be_made_of(text: str, factor: bool):
    """Sums, rates in a declared unit, shares: each moves with what is published."""
    assert number_in(parse(text), factor=factor) == ""


def layouts_without(*columns: str) -> bytes:
    """The shipped layouts as a version before those columns kept them."""
    rows = list(csv.DictReader(io.StringIO(SHIPPED[LAYOUTS].decode())))
    out = io.StringIO()
    kept = [c for c in rows[0] if c not in columns]
    written = csv.DictWriter(out, kept, extrasaction="ignore", lineterminator="\n")
    written.writeheader()
    written.writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("columns", [("components", "fixed"), ("fixed",)])
def test_layouts_from_before_a_column_came_are_read_as_if_it_were_empty(columns: tuple[str, ...]) -> None:
    """A home keeps the tables that it was begun with: it loads with a later version, in which the table has more columns."""
    now, before = (read_layouts(c, LAYOUTS) for c in (SHIPPED[LAYOUTS], layouts_without(*columns)))
    assert any(one.fixed for one in now) and any(one.components for one in now)
    assert before == tuple(
        replace(one, fixed={}, components=() if "components" in columns else one.components) for one in now
    )


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (layouts_without("flag", "fixed"), "flag"),
        (layouts_without("fixed").replace(b"components", b"component", 1), "component"),
        (layouts_without("fixed").replace(b"series,components", b"components,series", 1), ""),
    ],
)
def test_a_column_that_did_not_come_later_is_missed(content: bytes, column: str) -> None:
    """So is one that nobody knows, and another order."""
    with pytest.raises(BadDefinition) as told:
        read_layouts(content, LAYOUTS)
    assert (told.value.file, told.value.row, told.value.column or "") == (LAYOUTS, 1, column)
