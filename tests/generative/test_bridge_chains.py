"""Chains in worlds made up at random, against plain enumeration: a pair is explained when, and only when, a choice of at most
four steps that the definitions allow makes exactly the difference; and all choices of the fewest are told."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from greffe.catalogue.policies.bridge.concepts import DIMENSIONS, FigureOf
from greffe.catalogue.policies.bridge.read import Bridge
from greffe.catalogue.policies.bridge.series import PublishedSeries
from greffe.catalogue.policies.bridge.steps import Step
from greffe.model.expressions import parse
from greffe.validation.bridge.cells import Cell, Cells
from greffe.validation.bridge.chains import EQUAL, EXPLAINED, answer
from greffe.validation.bridge.figures import figures

LABELS = {"fr": "x", "en": "x"}
SMALL = st.integers(-3, 3)  # small, so that amounts often make a difference by chance


def series(name: str, rounding: Decimal | None = None) -> PublishedSeries:
    return PublishedSeries(name, "B", "D", name, "", "", "given", rounding, "", "verified", "r", "")


def figure(name: str, codes: dict[str, str]) -> FigureOf:
    return FigureOf("c", name.lower(), parse(name), name, "", "", (), codes, LABELS, "verified", "r", "", 1)


def step(number: int, dimension: str, backwards: bool, reads: str) -> Step:
    ends = ("y", "x") if backwards else ("x", "y")
    return Step(
        f"s{number}", "c", dimension, *ends, "", "", parse(reads), None, reads, True, LABELS, "verified", LABELS, "", 1
    )


@st.composite
def worlds(draw):
    """Two figures, the dimensions in which they differ, and steps in any dimension: (a, b, differing, steps), a step being
    (dimension, declared the other way round, amount, free of both figures)."""
    a, b = draw(SMALL), draw(SMALL)
    differing = draw(st.sets(st.sampled_from(DIMENSIONS), max_size=6))
    steps = draw(st.lists(st.tuples(st.sampled_from(DIMENSIONS), st.booleans(), SMALL, st.booleans()), max_size=7))
    return a, b, differing, steps


def expected(a: int, b: int, differing: set[str], steps) -> tuple[int, int] | None:
    """The fewest steps and how many choices of that many there are; None when nothing makes the difference."""
    usable = [
        (dimension, -amount if backwards else amount)
        for dimension, backwards, amount, free in steps
        if dimension in differing and amount and free
    ]
    for size in range(5):
        found = [
            chosen
            for chosen in combinations(usable, size)
            if len({d for d, _ in chosen}) == size and a + sum(m for _, m in chosen) == b
        ]
        if found:
            return size, len(found)
    return None


@given(worlds())
def test_explained_when_and_only_when_a_choice_of_steps_makes_the_difference(world):
    """A step that reads a cell of the first figure (every other one) settles nothing, whatever it amounts to."""
    a, b, differing, steps = world
    values = {"A": a, "B": b}
    declared = []
    for number, (dimension, backwards, amount, free) in enumerate(steps):
        name = f"S{number}"
        values[name] = amount if free else amount + a
        declared.append(step(number, dimension, backwards, name if free else f"{name} - A"))
    ends = dict.fromkeys(DIMENSIONS, "x"), {d: "y" if d in differing else "x" for d in DIMENSIONS}
    policy = Bridge(
        series=tuple(series(n) for n in values),
        figures=(figure("A", ends[0]), figure("B", ends[1])),
        steps=tuple(declared),
    )
    cells = Cells(policy, [Cell("B", "D", n, "2020", str(v), Fraction(v)) for n, v in values.items()])
    known = figures(cells)
    found = answer(cells, known["a@2020"], known["b@2020"])
    wanted = expected(a, b, differing, steps)
    assert (found.state in (EQUAL, EXPLAINED)) == (wanted is not None)
    if wanted and wanted[0]:
        assert [len(chain) for chain in found.chains] == [wanted[0]] * wanted[1]
    # Whatever is told, it adds up: what is established, what is located and what is left make the difference.
    told = sum((t.amount for t in found.chains[0]), Fraction(0)) if found.chains else Fraction(0)
    assert told + found.open == found.difference == b - a


@given(st.integers(-8, 8), st.sets(st.sampled_from(DIMENSIONS), max_size=3), st.sampled_from((None, *DIMENSIONS)))
def test_rounding_explains_when_and_only_when_no_other_difference_is_left(near, differing, bridged):
    """100 to the ten stands for 95 up to, but not, 105. A step of 40 (twice the unit and more) bridges one dimension."""
    moved = 40 if bridged in differing else 0
    values = {"A": 100, "B": 100 + moved + near, "S": 40}
    ends = dict.fromkeys(DIMENSIONS, "x"), {d: "y" if d in differing else "x" for d in DIMENSIONS}
    policy = Bridge(
        series=(series("A", Decimal(10)), series("B"), series("S")),
        figures=(figure("A", ends[0]), figure("B", ends[1])),
        steps=(step(0, bridged, False, "S"),) if bridged else (),
    )
    cells = Cells(policy, [Cell("B", "D", n, "2020", str(v), Fraction(v)) for n, v in values.items()])
    known = figures(cells)
    found = answer(cells, known["a@2020"], known["b@2020"])
    if near == 0:  # exactly reached, whatever else differs
        assert found.state == (EXPLAINED if moved else EQUAL)
    else:
        assert (found.state == EXPLAINED) == (-5 <= near < 5 and differing <= {bridged})
        assert found.state == EXPLAINED or found.open == (near if moved else found.difference)
