"""Had another figure been published, would the bridge still explain it? 500 pairs with one figure changed by 1 to 10 %."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from greffe.app import compose
from greffe.release.bridge import Comparison, comparison
from greffe.settings import read_settings
from greffe.validation.bridge.cells import Cell, Cells
from greffe.validation.bridge.chains import EQUAL, EXPLAINED, answer
from greffe.validation.bridge.figures import figures
from greffe.validation.bridge.pairs import Pair

WANTED = 500
SEED = 20261130


@pytest.fixture(scope="module")
def found(home: Path) -> Comparison:
    return comparison(compose(read_settings(home=home)))


def decimals(text: str) -> int:
    return len(text.removesuffix(".0").partition(".")[2])


def changed(cell: Cell, unit: Fraction, by: Fraction) -> Cell | None:
    """The cell had it been published larger or smaller, in the digits in which it is published; None: the same digits."""
    step = max(unit, Fraction(1, 10 ** decimals(cell.text)))
    value = round(cell.value * (1 + by) / step) * step
    if value == cell.value:
        return None
    return replace(cell, value=value, text=f"{float(value):.{decimals(cell.text)}f}")


def hidden(pair: Pair, value: Fraction, side: str) -> bool:
    """A change that the rounding of the other figure hides: both values would be published as they are. (A rate of 0.29 for
    0.2851 and for 0.2921.)"""
    other = pair.b if side == "a" else pair.a
    width = other.computed.interval.width
    return abs(value - getattr(pair, side).value) < width


def test_no_figure_that_was_not_published_is_explained(found: Comparison):
    """A cell of one of the two figures is changed and the whole comparison is made anew: the cell may stand in steps too.

    What a figure counts is changed, not what it is divided by: a rate over another population than the published one is
    rightly explained by the population, whatever the other one was."""
    cells = [o.cell for name in found.cells.series for o in found.cells.of(name).values()]
    pairs = [pair for pair, told in found.answers if told.state in (EQUAL, EXPLAINED)]
    dice, tried, passed_over, false = random.Random(SEED), 0, 0, []
    while tried < WANTED:
        pair, side = dice.choice(pairs), dice.choice("ab")
        operand = dice.choice(getattr(pair, side).computed.above)
        by = Fraction(dice.choice((-1, 1)) * dice.randint(100, 1000), 10_000)
        cell = changed(operand.cell, Fraction(operand.series.rounding or 0), by)
        if cell is None:
            continue
        policy = replace(found.policy, figures=tuple(f for f in found.policy.figures if f.concept == pair.a.of.concept))
        again = Cells(policy, [cell if c == operand.cell else c for c in cells])
        known = figures(again)
        a, b = known[pair.a.id], known[pair.b.id]
        if hidden(pair, a.value, "a") and hidden(pair, b.value, "b"):
            passed_over += 1
            continue
        tried += 1
        told = answer(again, a, b)
        if told.state in (EQUAL, EXPLAINED) and not both_changed(pair, a, b):
            false.append((pair.id, operand.cell.key, operand.cell.text, cell.text, told.chains))
    assert false == []
    assert passed_over < WANTED / 10


def both_changed(pair: Pair, a, b) -> bool:
    """The cell stands in both figures (both are computed of it): then they still agree, and rightly."""
    return a.value != pair.a.value and b.value != pair.b.value


def test_no_value_at_random_is_explained(found: Comparison):
    """The figure itself is replaced, whatever it was made of; each explained pair in both directions, near and far."""
    dice, false, tried = random.Random(SEED), [], 0
    for pair, told in found.answers:
        if told.state not in (EQUAL, EXPLAINED):
            continue
        for side in "ab":
            figure = getattr(pair, side)
            by = Fraction(dice.choice((-1, 1)) * dice.randint(100, 1000), 10_000)
            value = round(figure.value * (1 + by), 2)
            if value == figure.value or hidden(pair, value, side):
                continue
            other = replace(pair, **{side: figure.with_value(value)})
            tried += 1
            if answer(found.cells, other.a, other.b).state in (EQUAL, EXPLAINED):
                false.append((pair.id, side, float(value)))
    assert false == []
    assert tried > WANTED
