"""Breaks that are marked or declared, and changes that nothing declares."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from greffe.catalogue.policies.breaks import ANY, BROKEN, Break
from greffe.transmission.foreseen.look import (
    BREAKS_FILE,
    Foreseen,
    Key,
    Look,
    Point,
    Sentence,
    figures,
    noted,
    nothing,
    reasons,
)

SHOWN: Final = 3  # series that a question names


def breaks(look: Look) -> Iterator[Foreseen]:
    """One question for all cells of a year that meet the same rows of the table, or are marked B with the same comment."""
    groups: dict[tuple[str, ...], tuple[tuple[Break, ...], list[tuple[Key, Point]]]] = {}
    for key, points in look.series.items():
        for year in map(str, look.years):
            point = points.get(year)
            if point is None or point.value is None:
                continue
            met = look.met(key, year)
            if met or any(p.status == BROKEN for p in look.since(key, year)):
                group = (year, *((b.id for b in met) if met else (point.comment,)))
                groups.setdefault(group, (met, []))[1].append((key, point))
    for (period, *_), (met, found) in groups.items():
        yield _broken(look, period, met, found)


def _broken(look: Look, period: str, met: tuple[Break, ...], found: list[tuple[Key, Point]]) -> Foreseen:
    first, point = found[0]
    named = {x: ", ".join(look.label(k)[x] for k, _ in found[:SHOWN]) for x in ("en", "fr")}
    more = len(found) - SHOWN
    question = {
        "en": f"{look.flow}, {period}: why does the series break? {named['en']}{f' and {more} more' if more > 0 else ''}.",
        "fr": f"{look.flow}, {period} : pourquoi la série est-elle rompue ? {named['fr']}{f' et {more} autres' if more > 0 else ''}.",
    }
    same = len({p.comment for _, p in found}) == 1  # else the note of one cell would be told of all
    notes = [*noted(look, first, period, point, met)] if same else []
    answer = [*reasons(met), *notes] or [nothing(look, period)]
    cells = tuple(look.cell(k, period) for k, _ in found)
    return Foreseen("break", look.flow, cells, period, question, tuple(answer), 1000 + len(found))


def changes(look: Look) -> Iterator[Foreseen]:
    """A change (a quarter or more, as shipped) that is not marked, and that no row of the table explains: some explain moderate changes."""
    for key, year, before, period, now in look.pairs():
        assert before.value is not None
        assert now.value is not None
        met = look.met(key, period)
        marked = any(p.status == BROKEN for p in look.since(key, period))
        if abs(before.value) < look.base or any(b.explains == ANY for b in met) or (marked and not met):
            continue
        percent = (now.value - before.value) * 100 / abs(before.value)
        if abs(percent) < look.change:
            continue
        signed = f"{percent:+.0f}"
        said = {x: look.label(key)[x] for x in ("en", "fr")}
        question = {
            "en": f"{said['en']}: {signed} % from {year} to {period}. Why?",
            "fr": f"{said['fr']} : {signed} % de {year} à {period}. Pourquoi ?",
        }
        told = [*map(_too_small, met), *noted(look, key, period, now, met)] or [nothing(look, period)]
        both = figures(look, key, (year, before.value), (period, now.value))
        answer: tuple[Sentence, ...] = (both, *told)
        yield Foreseen(
            "change", look.flow, (look.cell(key, period),), period, question, answer, _weight(percent, now.value)
        )


def _too_small(one: Break) -> Sentence:
    """A row that explains moderate changes alone is said with that: it is no reason for this one."""
    texts = {
        "en": f"{one.reasons['en']} That explains no change of this size.",
        "fr": f"{one.reasons['fr']} Cela n’explique pas un écart de cette taille.",
    }
    return Sentence(texts, f"{BREAKS_FILE} {one.id} (explains {one.explains})", held=False)


def _weight(percent: Decimal, value: Decimal) -> float:
    return min(float(abs(percent)), 500) + (100 if value > 1000 else 0)
