"""Answering: said by somebody, checked by type, never over a figure that is released; confirmed one by one or by sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadQuery, Conflict, Denied, Refused
from greffe.model.answers import MISSING as WORDS_OF_MISSING
from greffe.model.answers import Answer, AnswerKey, Said
from greffe.release.parts import Parts
from greffe.release.people import has_role
from greffe.release.turns import one_by_one
from greffe.store.answer_records import CONFIRMED, GIVEN, said_payload
from greffe.store.base import Act, Actor
from greffe.transmission.answers.asked import MISSING, TO_CONFIRM, Asked, Round, asked, key_of
from greffe.transmission.answers.checking import checked

Words = Mapping[str, Mapping[str, str]]
ANSWERING: Final = ("author", "transmitter", "administrator")


@dataclass(frozen=True)
class Typed:
    """An answer as it was typed. `seen`: number of the entry that the person looked at, None when they did not say."""

    value: str = ""
    missing: str = ""
    words: Words | None = None
    seen: int | None = None


@one_by_one
def give(parts: Parts, who: Actor, key: AnswerKey, typed: Typed) -> Answer:
    """Say something of a cell; the whole of it takes the place of what was said before.

    Raises Denied, NotFound for a cell that is not asked, BadQuery for what is no answer, Refused for a value in the place of
    a released figure, Conflict when somebody else said something since."""
    may_answer(parts, who, key)
    found = asked(parts, key.questionnaire, key.cycle)
    cell = found.cell(key.cell)
    said = _said(cell, typed)
    if typed.seen is not None and typed.seen != seen_of(cell):
        now = cell.answer or cell.earlier
        raise Conflict(f"{now.who if now else 'Somebody'} answered {key.cell} meanwhile: look at it again.")
    if cell.answer is None or cell.answer.said != said or cell.answer.carried:
        parts.note(who, GIVEN, str(key), said_payload(said))
    return parts.ledger().answers[key.round][key.cell]


def act_of(parts: Parts, who: Actor, found: Round, name: str, typed: Typed) -> Act | None:
    """The entry that would say something of a cell, None where that is said already. Raises as `give` does."""
    cell = found.cell(name)
    key = key_of(found, cell)
    may_answer(parts, who, key)
    said = _said(cell, typed)
    if cell.answer is not None and cell.answer.said == said:
        return None
    return Act(GIVEN, str(key), said_payload(said))


def give_many(parts: Parts, who: Actor, found: Round, typed: Mapping[str, Typed]) -> int:
    """Say something of several cells, all or none; gives how many are other than before: a part of an act that looks at the round
    one by one. Raises as `give` does."""
    return enter(parts, who, found, [a for name, one in typed.items() if (a := act_of(parts, who, found, name, one))])


def enter(parts: Parts, who: Actor, found: Round, acts: Sequence[Act]) -> int:
    """Enter what is said of cells of a round, all or none; gives how many. Raises Overtaken where somebody said something of one
    of them, or confirmed some, since this act looked."""
    parts.looks_at(f"{found.questionnaire.id}/{found.cycle}")  # what is confirmed is entered so
    if acts:
        parts.note_all(who, acts)
    return len(acts)


@one_by_one
def give_rest(parts: Parts, who: Actor, found: Round, section: str, missing: str) -> int:
    """NA or NAP for every cell of a sheet that nothing is said of; gives how many. Raises as `give` does, Refused for none."""
    found = asked(parts, found.questionnaire.id, found.cycle)  # as it is now: somebody may have answered one
    if missing not in WORDS_OF_MISSING:
        raise BadQuery(f"{missing!r} is neither NA nor NAP.", parameter="missing", nearest=WORDS_OF_MISSING)
    open_ = [a for a in found.section(section) if a.state == MISSING]
    if not open_:
        raise Refused(f"No answer is missing on the sheet {section}.")
    return give_many(parts, who, found, {a.name: Typed(missing=missing) for a in open_})


@one_by_one
def confirm(parts: Parts, who: Actor, found: Round, names: Sequence[str] = (), section: str = "") -> int:
    """Confirm what the last cycle said: of the named cells, or of a whole sheet; gives how many.

    Raises Denied, NotFound, Refused when there is nothing to confirm of one of them."""
    found = asked(parts, found.questionnaire.id, found.cycle)  # as it is now: somebody may have confirmed it
    cells = [found.cell(n) for n in names] if names else list(found.section(section))
    if not names:
        cells = [a for a in cells if a.state == TO_CONFIRM]
    for a in cells:
        _not_of_another(a)
    wrong = next((a for a in cells if a.state != TO_CONFIRM), None)
    if wrong is not None:
        raise Refused(f"Nothing is carried forward of {wrong.name} that is to be confirmed.")
    if not cells:
        raise Refused(f"Nothing is to be confirmed on the sheet {section}.")
    for a in cells:
        may_answer(parts, who, key_of(found, a))
        _may_be_carried(a)
    carried = {a.name: str(a.earlier.key) for a in cells if a.earlier is not None}
    subject = f"{found.questionnaire.id}/{found.cycle}"
    parts.note(who, CONFIRMED, subject, {"cells": carried, "section": section})
    return len(carried)


def may_answer(parts: Parts, who: Actor, key: AnswerKey) -> None:
    """Raises Denied for who may not answer that cell: authors and transmitters may."""
    roles = parts.ledger().people.get(who.name, ())
    if not any(has_role(roles, role) for role in ANSWERING):
        raise Denied(f"{who.name} is neither author nor transmitter: {key.cell} is answered by these.")


def seen_of(cell: Asked) -> int:
    """Number of the entry that says what a person sees of a cell, 0 when nobody said anything."""
    found = cell.answer or cell.earlier
    return found.entry if found else 0


def _may_be_carried(cell: Asked) -> None:
    """The question may have another type than in the last cycle."""
    said = cell.earlier.said if cell.earlier else Said()
    checked(cell.row.layout, said.value, said.missing, said.words, cell.cell.limit)


def _not_of_another(cell: Asked) -> None:
    """Raise Refused for a cell that a house answers by its contribution: nobody else does."""
    if cell.house:
        raise Refused(
            f"{cell.house} alone answers this cell: sheet {cell.section}, row {cell.row.code}, column {cell.column_name}.",
            hint="It is answered by a contribution: greffe contributions list.",
        )


def _said(cell: Asked, typed: Typed) -> Said:
    try:
        said = checked(cell.row.layout, typed.value, typed.missing, typed.words or {}, cell.cell.limit)
    except BadQuery as error:
        raise BadQuery(
            f"{error.message} Sheet {cell.section}, row {cell.line}, column {cell.column_name}.",
            parameter=error.parameter, nearest=error.nearest, hint=error.hint,
        ) from error  # fmt: skip
    if cell.answer is not None and cell.answer.said == said:
        return said  # nothing is said anew, whose cell it is
    _not_of_another(cell)
    if cell.cell.held and said.answers:
        raise Refused(
            f"{cell.name} is {cell.cell.text} in {cell.release}: a released figure is explained, never typed over.",
            hint="A wrong figure is corrected by a release.",
        )
    if not cell.cell.held and not said.answers:
        raise BadQuery(f"Nothing answers {cell.name}.", parameter="value", hint="A cell without a value is NA or NAP.")
    return said
