"""Known changes of law or of source: rows of the table of breaks on what the figures are made of, whether it shows or not."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.transmission.foreseen.look import Foreseen, Look, Sentence, reasons


def law(look: Look) -> Iterator[Foreseen]:
    """A change that falls into the years that are asked, and that no observation tells by itself."""
    first = look.years[0] - look.step + 1 if look.years else 0
    asked = [str(y) for y in range(first, look.years[-1] + 1)] if look.years else []
    told = " ".join(points[y].comment for points in look.series.values() for y in asked if y in points)
    for one in look.laws:
        year = next((p for p in one.periods if p in asked), "")
        if not year or one.comment in told:
            continue
        question = {
            "en": f"{look.flow}: how does what changed in {year} show in the figures?",
            "fr": f"{look.flow} : comment ce qui a changé en {year} se voit-il dans les chiffres ?",
        }
        silent = {
            "en": f"No observation of {look.source} is marked as a break by it.",
            "fr": f"Aucune observation de {look.source} n’est marquée comme rupture à ce titre.",
        }
        answer = (*reasons([one]), Sentence(silent, f"{look.source} COMMENT_OBS", held=False))
        yield Foreseen("law", look.flow, (), year, question, answer, 50)
