"""The cells of a house as a form: a page of them at a time, each with its answer and the words beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadQuery
from greffe.model.answers import LANGUAGES, NOTES, PARTS, TEXT
from greffe.model.contributions import Contribution
from greffe.release.contributing import named
from greffe.release.parts import Parts
from greffe.transmission.contributions.acts import Typed
from greffe.transmission.contributions.book import choices_of
from greffe.transmission.contributions.book_out import shown
from greffe.transmission.contributions.places import Board, Place, agrees, board
from greffe.web.pages.forms import Form

A_PAGE: Final = 40
_WORDS: Final = tuple(f"{p}.{x}" for p in PARTS for x in LANGUAGES)


@dataclass(frozen=True)
class Field:
    """A cell in the form. `value`: what stands in its input. `words`: `comment.fr` → text. `differs`: the house says another
    figure than the one that is released. `noted`: some words are said."""

    place: Place
    value: str
    words: Mapping[str, str]
    choices: tuple[str, ...]
    released: str
    differs: bool
    answered: bool

    @property
    def noted(self) -> bool:
        """Whether something is said beside the answer."""
        return any(self.words[f"{p}.{x}"] for p in NOTES for x in LANGUAGES)

    @property
    def textual(self) -> bool:
        """Whether the question is answered with words."""
        return self.place.row.layout.type == TEXT


def fields(parts: Parts, id_: str) -> tuple[str, ...]:
    """The names of inputs that a form of this contribution may have: of every cell of its questionnaire, so that one of
    another house is refused by its owner and not as unknown."""
    waited = named(parts, id_)
    names = [p.name for p in board(parts, waited.row.questionnaire, waited.year).places]
    return tuple(f"{head}:{name}" for name in names for head in ("value", *_WORDS))


def typed(form: Form) -> dict[str, Typed]:
    """What was typed, by cell."""
    found: dict[str, Typed] = {}
    for field in form.values:
        name = field.partition(":")[2]
        if not name or name in found:
            continue
        words: dict[str, dict[str, str]] = {}
        for word in _WORDS:
            part, _, language = word.partition(".")
            words.setdefault(part, {})[language] = form.text(f"{word}:{name}")
        found[name] = Typed(form.text(f"value:{name}"), "", words)
    return found


def page_of(text: str) -> int:
    """The page that an address names, the first one by default. Raises BadQuery."""
    if text and not (text.isascii() and text.isdigit() and 0 < int(text) < 10_000):
        raise BadQuery(f"{text!r} is no page.", parameter="page", nearest=("1",))
    return int(text or 1)


def paged(form: Form) -> dict[str, str]:
    """The page to come back to."""
    return {"page": form.text("page")} if form.text("page") not in ("", "1") else {}


def field_of(place: Place, one: Contribution, form: Form | None) -> Field:
    """A cell as it is shown: as it was typed where the form comes back, else as it stands."""
    said = one.cells.get(place.name)
    number, word = shown(place, said)
    value = word if number is None else f"{number:f}"
    words = {w: said.word(*w.split(".")) if said else "" for w in _WORDS}
    if form is not None and f"value:{place.name}" in form.values:
        value = form.text(f"value:{place.name}")
        words = {w: form.text(f"{w}:{place.name}") for w in _WORDS}
    layout = place.row.layout
    choices = () if layout.type in ("number", "text") else choices_of(layout.type, layout.choices)
    released = place.cell.text if place.cell.held else ""
    answered = bool(said and said.answers)
    return Field(place, value, words, choices, released, not agrees(place, one), answered)


def on_page(found: Board, house: str, page: int) -> tuple[Sequence[Place], int]:
    """The cells of a page, and how many pages there are."""
    own = list(found.of(house).values())
    pages = max(1, -(-len(own) // A_PAGE))
    at = min(page, pages)
    return own[(at - 1) * A_PAGE : at * A_PAGE], pages
