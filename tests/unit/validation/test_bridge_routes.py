"""A figure is not explained by itself, nor by a copy of itself that comes by another route: worlds made up for it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from greffe.catalogue.policies.bridge.concepts import FigureOf
from greffe.catalogue.policies.bridge.read import Bridge
from greffe.catalogue.policies.bridge.series import PublishedSeries
from greffe.catalogue.policies.bridge.steps import Step
from greffe.model.expressions import parse
from greffe.validation.bridge.cells import Cell, Cells, Source
from greffe.validation.bridge.chains import EXPLAINED, PARTLY, Answer, answer
from greffe.validation.bridge.figures import figures
from greffe.validation.bridge.page import Page

LABELS = {"fr": "étape", "en": "step"}
VALUES = {"THEIRS": 1000, "OURS": 900, "PASSED_ON": 1000, "OUTSIDE": 100, "OUTSIDE_TOO": 100}
WORDS = {
    "concept": {"held": LABELS, "outside": LABELS},
    "population": {"in": {"fr": "détenus", "en": "held"}, "all": {"fr": "écroués", "en": "all"}},
}


def series(name: str, copy_of: str = "") -> PublishedSeries:
    return PublishedSeries(name, "B", "D", name, "", "", "given", None, copy_of, "verified", "r", "")


def figure(concept: str, name: str, reads: str, **codes: str) -> FigureOf:
    return FigureOf(concept, name, parse(reads), reads, "", "", (), codes, LABELS, "verified", "r", "", 1)


def step(reads: str, name: str = "s") -> Step:
    ends = "in", "all"
    return Step(
        name, "held", "population", *ends, "", "", parse(reads), None, reads, True, LABELS, "verified", LABELS, "", 1
    )


def asked(*steps: Step, copies: dict[str, str] | None = None, more: tuple[FigureOf, ...] = ()) -> tuple[Answer, str]:
    """900 of ours (held) and 1000 of theirs (all under committal): the answer, and the result in a sentence."""
    policy = Bridge(
        series=tuple(series(n, (copies or {}).get(n, "")) for n in VALUES),
        words=WORDS,
        figures=(
            figure("held", "ours", "OURS", population="in"), figure("held", "theirs", "THEIRS", population="all"), *more,
        ),
        steps=steps,
    )  # fmt: skip
    cells = Cells(policy, [Cell("B", "D", n, "2020", str(v), Fraction(v), source="P1") for n, v in VALUES.items()])
    known = figures(cells)
    found = answer(cells, known["ours@2020"], known["theirs@2020"])
    page = Page(policy, {"P1": Source("P1", "B", "D", "2026-01-01")}, "en", "2026-11-30")
    told = [page.step_reason(t, found) for t in found.located]
    return found, " ".join((page.sentence(found), *told))


def test_a_figure_that_stands_for_itself_explains():
    """900 + 100 outside = 1000, and nobody says that the 100 were made of the two."""
    found, _ = asked(step("OUTSIDE"))
    assert found.state == EXPLAINED


@pytest.mark.parametrize(
    ("copies", "more"),
    [
        ({"PASSED_ON": "THEIRS"}, ()),  # declared: our release for a body is what it publishes
        ({"THEIRS": "PASSED_ON"}, ()),  # and the other way round
        ({}, (figure("held", "passed_on", "PASSED_ON", population="all"),)),  # one concept, one definition, one day
        ({"PASSED_ON": "OUTSIDE_TOO", "THEIRS": "OUTSIDE_TOO"}, ()),  # both pass on a third
    ],
)  # fmt: skip
def test_a_copy_by_another_route_explains_nothing(copies: dict[str, str], more: tuple[FigureOf, ...]):
    """1000 passed on less 900 of ours is 100, as large as the difference: it is the difference. Nothing of it is established."""
    found, _ = asked(step("PASSED_ON - OURS"), copies=copies, more=more)
    assert (found.state, found.open) != (EXPLAINED, 0)
    assert found.chains == ()
    assert found.open == 100
    # A copy taken off another series that happens to make the difference: located, and said to lean on the pair.
    other = replace(step("PASSED_ON - OUTSIDE"), name="t")
    found, told = asked(other, copies=copies, more=more)
    assert (found.state, found.open) == (PARTLY, 100)
    assert "it reads a figure of the pair, by this or another route (second figure: B, D, “PASSED_ON”, 2020)" in told


def test_without_a_declared_route_it_is_another_figure():
    """What nobody declares to be a copy is evidence: the same step explains."""
    found, _ = asked(step("PASSED_ON - OUTSIDE - OUTSIDE_TOO - OUTSIDE - OUTSIDE"), copies={})
    assert found.state != EXPLAINED  # 600: it adds up to nothing
    found, _ = asked(step("PASSED_ON"))
    assert (found.state, found.open) == (PARTLY, -900)


def test_one_figure_by_two_routes_is_one_proof():
    """Two steps read 100: of two figures the result leaves open which holds; of one figure by two routes it is one proof."""
    found, told = asked(step("OUTSIDE"), step("OUTSIDE_TOO", "t"))
    assert len(found.chains) == 2
    assert "the figures do not tell which one holds" in told
    found, told = asked(step("OUTSIDE"), step("OUTSIDE_TOO", "t"), copies={"OUTSIDE_TOO": "OUTSIDE"})
    assert len(found.chains) == 2
    assert "they read the same figure by 2 routes: it is one proof, not 2." in told
    assert found.chains[1][0].computed.above[0].same_as == ("OUTSIDE",)
