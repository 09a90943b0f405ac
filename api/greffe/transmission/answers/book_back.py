"""Answers that come back in a workbook of a whole questionnaire: compared with the one that went out, cell by cell.

Which delivery it is of stands on its first sheet; what went out is kept, so that a moved name, a changed locked cell, a retyped figure
are told each by sheet and cell, all at once. What differs is proposed; nothing is entered before a person takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greffe.catalogue.questionnaires import Questionnaire
from greffe.errors import BadInput, BadQuery, GreffeError, Refused
from greffe.model.answers import MISSING, NA, NAP
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.transmission import keeping
from greffe.transmission.answers.acts import Typed, give_many
from greffe.transmission.answers.asked import Asked, Round, asked
from greffe.transmission.answers.checking import checked
from greffe.transmission.contributions.compared import (
    Grid,
    Spot,
    Value,
    kept_grid,
    moved,
    not_taken,
    read_grid,
    same,
    told,
    unlike,
)
from greffe.transmission.workbooks import words

WORKBOOK = "workbook"


@dataclass(frozen=True)
class Differs:
    """An answer that the workbook says otherwise: the cell's name, what went out, what came back."""

    cell: str
    before: str
    after: str


@dataclass(frozen=True)
class Back:
    """What a workbook says. `faults`: why it is not taken; `differs`: what would be answered; `beside`: notes that were changed and
    that are not read, for a workbook has both languages of a note in one cell."""

    transmission: Transmission
    round: Round
    faults: tuple[GreffeError, ...]
    differs: tuple[Differs, ...]
    typed: Mapping[str, Typed]
    beside: tuple[Differs, ...]


def look_back(parts: Parts, content: bytes, name: str, id_: str = "") -> Back:
    """What a workbook says otherwise than it went out; nothing is kept. `id_`: the delivery, '' where the workbook says so itself.

    Raises BadInput for what is no workbook, or of no delivery; NotFound; Refused for a delivery without a workbook."""
    came = read_grid(content, name)
    one = _delivery(parts, came, name, id_)
    file = _workbook(one)
    went = kept_grid(keeping.content(parts, file.sha256))
    round_ = asked(parts, file.format.partition(":")[2], one.year)
    faults: list[GreffeError] = [*moved(went, came), *unlike(went, came, houses=False)]
    differs, typed = list[Differs](), dict[str, Typed]()
    for cell, spot in went.names.items():
        before, after = went.value(spot), came.value(spot)
        if came.names.get(cell) != spot or same(before, after):
            continue
        differs.append(Differs(cell, before.text, after.text))
        try:
            typed[cell] = _typed(round_, cell, spot, after)
        except GreffeError as error:
            faults.append(error)
    named = set(went.names.values())
    rest = sorted(went.open - named, key=lambda s: (went.sheets.index(s.sheet), s.row, s.column))
    beside = [Differs(str(s), went.text(s), came.text(s)) for s in rest if not same(went.value(s), came.value(s))]
    return Back(one, round_, tuple(faults), tuple(differs), typed, tuple(beside))


def take_back(parts: Parts, who: Actor, content: bytes, name: str, id_: str = "") -> tuple[Back, int]:
    """Answer what the workbook says otherwise, all of it or nothing; gives how many answers are other than before.

    Raises as `look_back`, Denied; Refused with the faults, the first ten and how many there are."""
    found = look_back(parts, content, name, id_)
    if found.faults:
        raise not_taken(name, found.faults)
    return found, give_many(parts, who, found.round, found.typed)


def _delivery(parts: Parts, came: Grid, name: str, id_: str) -> Transmission:
    known = parts.ledger().transmissions
    if id_:
        return parts.ledger().transmission(id_)
    front = [value.text for spot, value in came.cells.items() if spot.sheet == words.READ_ME]
    found = next((text for text in front if text in known), "")
    if not found:
        raise BadInput("It does not say of which delivery it is: it did not go out from here.", file=name)
    return known[found]


def _workbook(one: Transmission) -> SentFile:
    found = next((f for f in one.files if f.format.partition(":")[0] == WORKBOOK), None)
    if found is None:
        raise Refused(f"{one.id} has no workbook.")
    return found


def _typed(round_: Round, cell: str, spot: Spot, value: Value) -> Typed:
    """An answer as it would be given. Raises BadInput, with sheet and cell, for what is none."""
    if cell not in round_.by_name:
        raise told(spot, f"{round_.questionnaire.id} asks no cell {cell} any more.")
    one = round_.by_name[cell]
    if one.house:
        raise told(spot, f"{one.house} alone answers this cell, by its contribution.")
    if one.cell.held:
        raise told(
            spot, f"It holds {value.text!r}, and {one.cell.text} is released: a released figure is never typed over."
        )
    if value.kind == "empty":
        raise told(spot, "The answer was taken away.", "A cell without a value is NA or NAP.")
    if value.kind in ("formula", "date", "truth"):
        raise told(spot, f"It holds {value.text!r}, which is no number and no word.", "Write the value itself.")
    return _checked(one, spot, value, round_.questionnaire)


def _checked(one: Asked, spot: Spot, value: Value, questionnaire: Questionnaire) -> Typed:
    missing = _missing(questionnaire, value.text)
    text, texts = "" if missing else value.text, one.said.words if one.said else {}
    if one.row.layout.type == "text" and not missing:
        raise told(spot, "A text is told in French and in English: it is answered on the page.")
    try:
        checked(one.row.layout, text, missing, texts, one.cell.limit)
    except BadQuery as error:
        raise told(spot, error.message, error.hint or ", ".join(error.nearest)) from error
    return Typed(text, missing, texts)


def _missing(questionnaire: Questionnaire, text: str) -> str:
    """NA or NAP, by these words or those of the questionnaire; '' for a value."""
    if text in MISSING:
        return text
    found = next((status for status, word in questionnaire.missing.items() if word.word == text), None)
    return "" if found is None else NAP if found == "M" else NA
