"""Shares that shift: a part of a total that is another part of it than the year before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import Final

from greffe.transmission.foreseen.look import Foreseen, Key, Look, Sentence, noted, nothing, plain, reasons

TOTALS: Final = ("T", "_T", "TOTAL", "Total", "CAT00")


def shares(look: Look) -> Iterator[Foreseen]:
    """A series and the one with totals in one or two of its places, where there is one."""
    for key, year, before, period, now in look.pairs():
        whole = whole_of(look, key)
        if whole is None:
            continue
        was, is_ = (look.series[whole].get(y) for y in (year, period))
        if not (was and is_ and was.value and is_.value and was.value >= look.total and is_.value >= look.total):
            continue
        assert before.value is not None
        assert now.value is not None
        first, second = before.value * 100 / was.value, now.value * 100 / is_.value
        if not 0 <= first <= 100 or not 0 <= second <= 100 or abs(second - first) < look.points:
            continue
        yield _shifted(
            look, (key, whole), (year, before.value, was.value, first), (period, now.value, is_.value, second)
        )


def whole_of(look: Look, key: Key) -> Key | None:
    """The nearest total of a series: one of its codes is a total in its place, else two."""
    open_ = [n for n, code in enumerate(key) if code not in TOTALS]
    known = _totals(look)
    for size in (1, 2):
        for places in combinations(open_, size):
            if not all(known[p] for p in places):
                continue
            whole = tuple(known[n] if n in places else code for n, code in enumerate(key))
            if whole in look.series:
                return whole
    return None


def _totals(look: Look) -> tuple[str, ...]:
    """In each place the code that is a total, '' where none occurs."""
    met = [set(codes) for codes in zip(*look.series, strict=True)]
    return tuple(next((t for t in TOTALS if t in codes), "") for codes in met)


Side = tuple[str, Decimal, Decimal, Decimal]  # year, part, whole, share


def _shifted(look: Look, of: tuple[Key, Key], was: Side, is_: Side) -> Foreseen:
    key, whole = of
    said, total, point = look.label(key), look.label(whole), look.series[key][is_[0]]
    question = {
        "en": f"{said['en']}: {was[3]:.1f} % of “{total['en']}” in {was[0]}, {is_[3]:.1f} % in {is_[0]}. Why?",
        "fr": f"{said['fr']} : {was[3]:.1f} % de « {total['fr']} » en {was[0]}, {is_[3]:.1f} % en {is_[0]}. Pourquoi ?",
    }
    numbers = [(plain(part), plain(whole_), year) for year, part, whole_, _ in (was, is_)]
    texts = {
        "en": f"{look.source} gives " + " and ".join(f"{p} of {w} for {y}" for p, w, y in numbers) + ".",
        "fr": f"{look.source} donne " + " et ".join(f"{p} sur {w} pour {y}" for p, w, y in numbers) + ".",
    }
    both = Sentence(texts, f"figures: {look.source} {look.flow}/{'.'.join(key)}")
    met = look.met(key, is_[0]) or look.met(whole, is_[0])
    told = [*reasons(met), *noted(look, key, is_[0], point, met)] or [nothing(look, is_[0])]
    weight = 100 + float(abs(is_[3] - was[3]))
    return Foreseen("share", look.flow, (look.cell(key, is_[0]),), is_[0], question, (both, *told), weight)
