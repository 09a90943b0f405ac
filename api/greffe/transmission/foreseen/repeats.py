"""Values that repeat: a year that is the year before to the last unit was perhaps filled with it."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.transmission.foreseen.look import Foreseen, Look, figures, noted, nothing, plain, reasons


def repeats(look: Look) -> Iterator[Foreseen]:
    """A value that is not small and that equals the one before."""
    for key, year, before, period, now in look.pairs():
        assert before.value is not None
        assert now.value is not None
        if now.value != before.value or abs(now.value) <= look.repeated:
            continue
        said = look.label(key)
        question = {
            "en": f"{said['en']}: {period} is equal to {year}, {plain(now.value)}. Is it the figure of {period}?",
            "fr": f"{said['fr']} : {period} est égal à {year}, {plain(now.value)}. Est-ce bien le chiffre de {period} ?",
        }
        met = look.met(key, period)
        told = [*reasons(met), *noted(look, key, period, now, met)] or [nothing(look, period)]
        both = figures(look, key, (year, before.value), (period, now.value))
        yield Foreseen("repeat", look.flow, (look.cell(key, period),), period, question, (both, *told), 200)
