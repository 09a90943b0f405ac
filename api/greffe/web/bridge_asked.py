"""Which pairs of published figures are wanted: the page, its files and the API ask the same questions in the same words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query

from greffe.errors import BadQuery, NotFound, nearest
from greffe.release.bridge import Comparison
from greffe.validation.bridge.chains import STATES, Answer
from greffe.validation.bridge.figures import Figure
from greffe.validation.bridge.page import Page, operands
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import exactly

ASKED: Final = ("state", "concept", "body", "q")  # parameters that narrow the list, wherever it is asked for
State = Annotated[str, Query(description="equal, explained, partly or open")]
Concept = Annotated[str, Query(description="Only this concept, e.g. prison_population")]
Body = Annotated[str, Query(description="Only pairs with a publication of this body, e.g. UNODC")]
Text = Annotated[
    str, Query(description="Words that all stand in the titles, figures or names of a pair", max_length=200)
]


@dataclass(frozen=True)
class Asked:
    """What of the pairs is wanted; '' is all."""

    state: str = ""
    concept: str = ""
    body: str = ""
    text: str = ""


def bodies(found: Comparison) -> Sequence[str]:
    """Whose publications take part, in order."""
    return sorted({b for pair, _ in found.answers for b in _of(pair.a) | _of(pair.b)})


def matching(found: Comparison, page: Page, asked: Asked) -> list[tuple[Pair, Answer]]:
    """The pairs that are wanted, of whatever state: who shows them counts states first. Raises NotFound for a concept or a
    body that is none, BadQuery for a state."""
    for name, given, known in (
        ("concept", asked.concept, sorted({f.concept for f in found.policy.figures})),
        ("body", asked.body, bodies(found) if asked.body else ()),
    ):
        if given and given not in known:
            raise NotFound(f"There is no {name} {given[:100]!r}.", parameter=name, nearest=nearest(given, known))
    if asked.state and asked.state not in STATES:
        near = nearest(asked.state, STATES)
        raise BadQuery(
            f"{asked.state[:100]!r} is no state.", parameter="state", nearest=near, hint=f"{', '.join(STATES)}."
        )
    return [
        (pair, answer)
        for pair, answer in found.answers
        if asked.concept in ("", pair.a.of.concept)
        and (not asked.body or asked.body in _of(pair.a) | _of(pair.b))
        and _says(page, pair, asked.text)
    ]


def _of(figure: Figure) -> set[str]:
    """Whose publications a figure is made of."""
    return {o.series.body for o in operands(figure)}


def _says(page: Page, pair: Pair, text: str) -> bool:
    """Whether every word of a text is in what is shown of a pair; without accents, in any case."""
    if not text.strip():
        return True
    figures = (page.figure_label(pair.a), page.figure_label(pair.b), exactly(pair.a.value), exactly(pair.b.value))
    said = plain(" ".join((pair.name, pair.id, page.title(pair), *figures)))
    return all(part in said for part in plain(text).split())


def plain(text: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
