"""What is done to a contribution: given, signed, merged, reopened, its deadline moved. Each act is one entry, of one revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from greffe.errors import BadQuery, Conflict, Refused
from greffe.model.answers import Said
from greffe.model.contributions import CONTRIBUTED, MERGED, OPEN, SIGNED, Cells, Contribution
from greffe.model.instants import written
from greffe.model.structures import Texts
from greffe.release.contributing import Waited, contact_point, named, needs_house
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store import contribution_records as records
from greffe.store.base import Act, Actor
from greffe.transmission.answers.checking import checked
from greffe.transmission.contributions.places import Board, Place, agrees, board, refuse_foreign

ANY: Final = -1  # whatever the revision is


@dataclass(frozen=True)
class Typed:
    """An answer as somebody typed it. `words`: part → language → text."""

    value: str = ""
    missing: str = ""
    words: Mapping[str, Texts] = field(default_factory=dict)


@one_by_one
def give(
    parts: Parts, who: Actor, id_: str, typed: Mapping[str, Typed], revision: int = ANY, carried: Mapping[str, str] | None = None
) -> Contribution:  # fmt: skip
    """Answer some cells of a contribution; what was given before of others stays. `carried`: cell → the answer of the last cycle
    that is said again.

    Raises Denied unless they act for the house; Refused when it is locked, or a cell is of another house; BadQuery for an
    answer that is none of its type; Conflict when it changed since that revision."""
    waited = named(parts, id_)
    needs_house(parts, who, waited.house)
    unlocked(waited.one)
    current(waited.one, revision)
    found = board(parts, waited.row.questionnaire, waited.year)
    refuse_foreign(found, waited.house, typed)
    own = found.of(waited.house)
    cells = {name: s for name, s in waited.one.cells.items() if name in own}
    for name, one in typed.items():
        place = found.place(name)
        if place.confidential:
            raise Refused(f"{name} is released as confidential: it is not typed here.")
        try:
            cells[name] = checked(place.row.layout, one.value, one.missing, one.words, place.cell.limit)
        except BadQuery as error:
            where = f"{name} {error.parameter}".strip()
            said = f"{error.message} Sheet {place.sheet.layout.id}, row {place.line}, column {place.column_name}."
            raise BadQuery(said, parameter=where, nearest=error.nearest, hint=error.hint) from error
    entered(parts, who, replace(waited.one, workbook="", workbook_name="", signatory=""), cells, len(own), carried)
    return named(parts, id_).one


def entered(
    parts: Parts, who: Actor, one: Contribution, cells: Cells, asked: int, carried: Mapping[str, str] | None = None
) -> None:
    """Enter the cells of a contribution at its next revision."""
    _note(parts, who, one, records.GIVEN, records.given_payload(one, cells, asked, carried))


@one_by_one
def sign(parts: Parts, who: Actor, id_: str, signatory: str = "", revision: int = ANY) -> Contribution:
    """Stand for the cells of a contribution, which are locked from then on. `signatory`: who signed a workbook of a house
    without an account; the contact point enters that.

    Raises Denied; Refused unless every cell is answered, or for a signatory where the house has an account."""
    waited = named(parts, id_)
    one = waited.one
    if waited.by_workbook and contact_point(parts, who):
        needs(parts, who, "transmitter")
        if not one.workbook:
            raise Refused(f"{id_} is signed on the workbook of {waited.house}: none was taken in yet.")
        if not signatory.strip():
            raise Refused(f"Who signed for {waited.house} is said.", parameter="--signatory")
    else:
        needs_house(parts, who, waited.house)
        if signatory.strip():
            raise Refused(f"{waited.house} has an account: its people sign themselves.", parameter="--signatory")
    current(one, revision)
    if one.state == OPEN:
        done, asked = counts(parts, waited)
        raise Refused(f"{id_}: {done} of {asked} cells are answered, and all are before it is signed.")
    if one.state != CONTRIBUTED:
        raise Refused(f"{id_} is locked: {one.signatory} signed it.")
    left = unanswered(board(parts, one.questionnaire, one.year).of(one.house), one)
    if left:
        raise Refused(f"{id_}: cells came since that are not answered ({len(left)}); the first: {left[0]}.")
    half = _half(one.told)
    if half:
        raise Refused(
            f"{id_}: texts are told in one language alone ({len(half)}); the first: {half[0]}.",
            hint="The contact point may add a translation: greffe contributions translate.",
        )
    _note(parts, who, one, records.SIGNING, {"signatory": signatory.strip() or who.name, "content": one.content})
    return named(parts, id_).one


@one_by_one
def reopen(parts: Parts, who: Actor, id_: str, reason: str, revision: int = ANY) -> Contribution:
    """Unlock a contribution. The house may until it is merged; afterwards the contact point alone.

    Raises Denied; Refused without a reason, or where nothing is locked."""
    waited = named(parts, id_)
    if waited.one.state == MERGED or contact_point(parts, who):
        needs(parts, who, "transmitter")
    else:
        needs_house(parts, who, waited.house)
    current(waited.one, revision)
    if not waited.one.locked:
        raise Refused(f"{id_} is not locked: it need not be reopened.")
    if not reason.strip():
        raise Refused("A contribution is reopened for a reason.", parameter="--reason")
    _note(parts, who, waited.one, records.REOPENED, {"reason": reason.strip()})
    return named(parts, id_).one


@one_by_one
def extend(parts: Parts, who: Actor, id_: str, until: datetime, reason: str) -> Contribution:
    """Move the deadline of a contribution. Raises Denied; Refused without a reason, or for an instant that has passed."""
    needs(parts, who, "transmitter")
    waited = named(parts, id_)
    if not reason.strip():
        raise Refused("A deadline is moved for a reason.", parameter="--reason")
    if until <= parts.clock():
        raise Refused("The new deadline has passed already.", parameter="--until")
    told = {**records.whose(waited.one), "until": written(until), "reason": reason.strip()}
    parts.note(who, records.EXTENDED, id_, told)
    return named(parts, id_).one


@one_by_one
def merge(parts: Parts, who: Actor, id_: str, revision: int = ANY) -> Contribution:
    """Make the answers of a signed contribution the questionnaire's, all or none.

    Raises Denied unless they are the contact point; Refused when it is not signed, for a cell of another house, a cell that
    is gone or not answered, a figure other than the one that is released."""
    needs(parts, who, "transmitter")
    waited = named(parts, id_)
    one = waited.one
    current(one, revision)
    if one.state != SIGNED:
        raise Refused(
            f"{id_} is merged already."
            if one.state == MERGED
            else f"{id_} is not signed: what is merged is signed first."
        )
    found = board(parts, one.questionnaire, one.year)
    refuse_foreign(found, waited.house, one.cells)
    faults = hindrances(found, waited)
    if faults:
        hint = "Release the figure of the house, or reopen the contribution."
        raise Refused(f"{id_} cannot be merged: {faults[0]} Such cells: {len(faults)}.", hint=hint)
    confirmed = [name for name in one.cells if found.place(name).cell.held]
    _note(parts, who, one, records.MERGING, {"content": one.content, "confirmed": confirmed})
    return named(parts, id_).one


def hindrances(found: Board, waited: Waited) -> list[str]:
    """Why a contribution cannot be merged as it is, a sentence a cell."""
    own, one = found.of(waited.house), waited.one
    told = [f"{name} is not answered." for name in unanswered(own, one)]
    told += [f"{name} is told in one language alone." for name in _half(one.told) if name in own]
    for place, said in contradicted(own, one):
        told.append(f"{place.name} is released as {place.cell.text}, and {waited.house} says {said}.")
    return told


def contradicted(own: Mapping[str, Place], one: Contribution) -> list[tuple[Place, str]]:
    """Cells of a house of which a release says otherwise, each with what the house says."""
    there = ((own.get(name), said) for name, said in one.cells.items())
    return [(p, s.value or s.missing) for p, s in there if p is not None and not agrees(p, one)]


def counts(parts: Parts, waited: Waited) -> tuple[int, int]:
    """How many cells are answered, and of how many."""
    own = board(parts, waited.row.questionnaire, waited.year).of(waited.house)
    done = sum(s.answers for name, s in waited.one.cells.items() if name in own)
    return done, len(own)


def unlocked(one: Contribution) -> None:
    """Raise Refused for a contribution that somebody signed."""
    if one.locked:
        raise Refused(f"{one.id} is locked: {one.signatory} signed it.", hint="It is reopened first, with a reason.")


def current(one: Contribution, revision: int) -> None:
    """Raise Conflict for a contribution that is no longer what was read."""
    if revision not in (ANY, one.revision):
        raise Conflict(f"{one.id} has changed since it was read.", hint="Look again, and enter what is missing.")


def _half(cells: Cells) -> list[str]:
    """Cells whose words are told in French or in English alone."""
    return [name for name, said in cells.items() if said.half]


def unanswered(own: Mapping[str, Place], one: Contribution) -> list[str]:
    """Cells of a house that it does not answer."""
    blank = Said()
    return [name for name in own if not one.cells.get(name, blank).answers]


def _note(parts: Parts, who: Actor, one: Contribution, kind: str, payload: Mapping[str, object]) -> None:
    """One entry a revision: of two who act at once the second is told to look again."""
    once = f"contribution:{one.id}:{one.revision + 1}"
    parts.note_all(who, [Act(kind, one.id, {**records.whose(one), **payload}, once=once)])
