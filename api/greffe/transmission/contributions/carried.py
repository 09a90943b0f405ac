"""What a house said in the last cycle is proposed to it again: each answer is confirmed by a person of the house, or said anew."""

from __future__ import annotations

from collections.abc import Sequence

from greffe.errors import Refused
from greffe.model.answers import Answer
from greffe.model.contributions import Contribution
from greffe.release.contributing import Waited, named
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.transmission.answers.asked import asked
from greffe.transmission.contributions.acts import ANY, Typed, give


def proposed(parts: Parts, waited: Waited) -> dict[str, Answer]:
    """Cell → what was answered there in the last cycle, of cells of the house that say nothing yet and of which no release
    says anything."""
    one = waited.one
    return {
        a.name: a.earlier
        for a in asked(parts, one.questionnaire, one.year).cells
        if a.house == waited.house and a.earlier is not None and a.earlier.said.answers and not a.cell.held
        and not (a.name in one.cells and one.cells[a.name].answers)
    }  # fmt: skip


def confirm(parts: Parts, who: Actor, id_: str, names: Sequence[str] = (), revision: int = ANY) -> Contribution:
    """Say again what was said in the last cycle, of the named cells or of all that are proposed; the entry names these answers.

    Raises as `give` does; Refused for a cell of which nothing is proposed, or where nothing is at all."""
    known = proposed(parts, named(parts, id_))
    wrong = next((n for n in names if n not in known), "")
    if wrong:
        raise Refused(f"Nothing is carried forward of {wrong} that is to be confirmed.")
    if not known:
        raise Refused(f"Nothing of the last cycle is to be confirmed in {id_}.")
    chosen = {n: known[n] for n in (names or known)}
    typed = {n: Typed(a.said.value, a.said.missing, a.said.words) for n, a in chosen.items()}
    return give(parts, who, id_, typed, revision, {n: str(a.key) for n, a in chosen.items()})
