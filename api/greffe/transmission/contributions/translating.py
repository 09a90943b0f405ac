"""A text of a house that stands in one language alone: the contact point adds the other, as its own act; the house's text stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greffe.errors import BadQuery, Refused, nearest
from greffe.model.answers import LANGUAGES, PARTS
from greffe.model.contributions import MERGED, Contribution, Translation
from greffe.release.contributing import named
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store import contribution_records as records
from greffe.store.base import Actor
from greffe.transmission.answers.checking import LONGEST


@dataclass(frozen=True)
class Untold:
    """A text of a cell that lacks a language: what the house says in the other, and the translation that stands, if any."""

    cell: str
    part: str
    language: str
    of: str
    translation: Translation | None = None


def untold(one: Contribution) -> Iterator[Untold]:
    """Every text that the house says in one language alone, in the order of its cells."""
    for cell, said in one.cells.items():
        for part in said.half:
            language = next(x for x in LANGUAGES if not said.word(part, x))
            of = said.word(part, LANGUAGES[language == LANGUAGES[0]])
            mine = [t for t in one.translations if (t.cell, t.part, t.language, t.of) == (cell, part, language, of)]
            yield Untold(cell, part, language, of, mine[-1] if mine else None)


@one_by_one
def translate(parts: Parts, who: Actor, id_: str, about: tuple[str, str], text: str) -> Contribution:
    """Add the language that a text lacks. `about`: cell and part, e.g. comment.

    Raises Denied unless they are the contact point; BadQuery for a part that is none or an empty or long text; Refused where the
    house says both languages or neither, and once it is merged."""
    needs(parts, who, "transmitter")
    one, (cell, part) = named(parts, id_).one, about
    if part not in PARTS:
        raise BadQuery(f"{part!r} is no part of an answer.", parameter="part", nearest=nearest(part, PARTS) or PARTS)
    if one.state == MERGED:
        raise Refused(f"{id_} is merged already.", hint="It is reopened first, with a reason.")
    found = next((u for u in untold(one) if (u.cell, u.part) == about), None)
    if found is None:
        known = dict.fromkeys(u.cell for u in untold(one))
        raise Refused(f"{cell} has no {part} that lacks a language.", nearest=nearest(cell, known))
    said = text.replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST or not all(c.isprintable() or c in "\n\t" for c in said):
        raise BadQuery(f"A translation is a text of at most {LONGEST} characters.", parameter="text")
    told = {"cell": cell, "part": part, "language": found.language, "text": said, "of": found.of}
    parts.note(who, records.TRANSLATED, id_, {**records.whose(one), **told})
    return named(parts, id_).one
