"""The workbook of a house comes back: held cell by cell against the one that went out, and taken whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from greffe.errors import BadInput, BadQuery, GreffeError, Refused
from greffe.model.answers import MISSING, Said
from greffe.model.contributions import Cells, Contribution, Export
from greffe.release.contributing import Waited, contact_point, named, needs_house
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store import contribution_records as records
from greffe.store.base import Actor
from greffe.transmission import keeping
from greffe.transmission.answers.checking import checked
from greffe.transmission.contributions import acts
from greffe.transmission.contributions import book as layout
from greffe.transmission.contributions.compared import (
    Grid,
    Spot,
    kept_grid,
    moved,
    not_taken,
    noted,
    read_grid,
    told,
    unlike,
)
from greffe.transmission.contributions.places import Board, Place, board

MOST_FAULTS: Final = 200  # that are entered; the file itself is kept whole
_EDITION: Final = re.compile(r"(.+)/(\d{1,6})")


@dataclass(frozen=True)
class Changed:
    """An answer that the workbook changes: the cell's name, what was said before and what is said now."""

    cell: str
    before: str
    after: str


@dataclass(frozen=True)
class Reading:
    """What a workbook says. `faults`: why it is not taken, each with sheet and cell; then cells hold what could be read."""

    faults: tuple[GreffeError, ...]
    cells: Cells
    changed: tuple[Changed, ...]
    signatory: str
    asked: int

    @property
    def answered(self) -> int:
        """How many cells say something."""
        return sum(s.answers for s in self.cells.values())


def look(parts: Parts, who: Actor, id_: str, content: bytes, name: str) -> Reading:
    """What would be taken of a workbook; nothing is kept. Raises Denied, NotFound, BadInput for what is no workbook."""
    waited = named(parts, id_)
    _may_bring(parts, who, waited)
    return _reading(parts, waited, content, name)


@one_by_one
def take(parts: Parts, who: Actor, id_: str, content: bytes, name: str) -> Contribution:
    """Take in a workbook, whole; it is kept by its checksum, and so is one that is refused, with its faults.

    Raises as `look`, and Refused with the faults, the first ten and how many there are."""
    waited = named(parts, id_)
    _may_bring(parts, who, waited)
    try:
        found = _reading(parts, waited, content, name)
    except BadInput as error:
        _refused(parts, who, waited, (content, name), (error,))
        raise
    if found.faults:
        _refused(parts, who, waited, (content, name), found.faults)
        raise not_taken(name, found.faults, "It is kept as it came.")
    sha, _ = keeping.keep(parts, [content])
    complete = found.answered >= found.asked and not any(s.half for s in found.cells.values())
    signatory = found.signatory if waited.by_workbook and complete else ""
    one = replace(waited.one, workbook=sha, workbook_name=name, signatory=signatory)
    acts.entered(parts, who, one, found.cells, found.asked)
    return named(parts, id_).one


def _may_bring(parts: Parts, who: Actor, waited: Waited) -> None:
    if waited.by_workbook and contact_point(parts, who):
        needs(parts, who, "transmitter")
    else:
        needs_house(parts, who, waited.house)


def _refused(
    parts: Parts, who: Actor, waited: Waited, file: tuple[bytes, str], faults: tuple[GreffeError, ...]
) -> None:
    sha, _ = keeping.keep(parts, [file[0]])
    told_ = {
        **records.whose(waited.one),
        "sha256": sha,
        "name": file[1],
        "faults": [f.text() for f in faults[:MOST_FAULTS]],
    }
    parts.note(who, records.REFUSED, waited.id, told_)


def _reading(parts: Parts, waited: Waited, content: bytes, name: str) -> Reading:
    came = read_grid(content, name)
    found = board(parts, waited.row.questionnaire, waited.year)
    own = found.of(waited.house)
    out, fault = _edition(waited, came, name)
    if out is None:
        return Reading((fault,) if fault else (), {}, (), "", len(own))
    went = kept_grid(keeping.content(parts, out.sha256))
    faults = [*_stale(waited, found, out, went), *moved(went, came), *unlike(went, came), *noted(went, came)]
    cells, wrong = _cells(own, went, came)
    at = came.names.get(layout.SIGNATORY)
    signatory = came.text(at).strip() if at else ""
    if at and came.value(at).kind == "formula":
        wrong.append(_formula(at))
    said = tuple(_changes(waited.one.cells, cells))
    return Reading((*faults, *wrong), cells, said, signatory, len(own))


def _edition(waited: Waited, came: Grid, name: str) -> tuple[Export | None, BadInput | None]:
    """The workbook that went out and is said to come back; or why it is none of this contribution."""
    at = came.names.get(layout.EDITION)
    match = _EDITION.fullmatch(came.text(at).strip()) if at else None
    if match is None:
        return None, BadInput("It does not say of which contribution it is: it did not go out from here.", file=name)
    if match[1] != waited.id:
        return None, BadInput(f"It is the workbook of {match[1]}, not of {waited.id}.", file=name)
    out = next((e for e in waited.one.exports if e.number == int(match[2])), None)
    if out is None:
        return None, BadInput(f"Edition {match[2]} of {waited.id} never went out.", file=name)
    return out, None


def _stale(waited: Waited, found: Board, out: Export, went: Grid) -> Iterator[GreffeError]:
    """An edition that something was changed after: what it says is compared by a person, not taken over what is newer."""
    one = waited.one
    if one.locked:
        yield Refused(f"{one.id} is locked: {one.signatory} signed it.")
    elif out.revision != one.revision:
        last = one.given.who or one.reopened.who
        yield Refused(
            f"Edition {out.number} is older than what {last} entered since.",
            hint="Take a new workbook, and fill it in.",
        )
    if {p.name for p in found.places} != set(went.names) - {layout.EDITION, layout.SIGNATORY}:
        yield Refused(
            f"The questionnaire has other cells than in edition {out.number}.",
            hint="Take a new workbook, and fill it in.",
        )


def _cells(own: Mapping[str, Place], went: Grid, came: Grid) -> tuple[dict[str, Said], list[GreffeError]]:
    """What stands in the cells of the house, and what is wrong there."""
    cells: dict[str, Said] = {}
    faults: list[GreffeError] = []
    for name, place in own.items():
        spot = went.names.get(name)
        if spot is None or came.names.get(name) != spot:
            continue  # told as moved, or as another edition
        try:
            cells[name] = _said(place, spot, came)
        except GreffeError as error:
            faults.append(error)
    return cells, faults


def _said(place: Place, spot: Spot, came: Grid) -> Said:
    value = _typed(place, spot, came)
    words: dict[str, dict[str, str]] = {}
    for (part, language), column in layout.TOLD_AT.items():
        beside = replace(spot, column=column)
        text = came.text(beside)
        if came.value(beside).kind == "formula":
            raise _formula(beside)
        if came.value(beside).kind in ("date", "truth"):
            raise told(beside, f"It holds {text!r}, which is no text.", "Write the text itself.")
        if text:
            words.setdefault(part, {})[language] = text
    try:
        missing = value if value in MISSING else ""
        return checked(place.row.layout, "" if missing else value, missing, words, place.cell.limit)
    except BadQuery as error:
        raise told(_where(spot, error.parameter or "", words), error.message, error.hint) from error


def _where(spot: Spot, parameter: str, words: Mapping[str, Mapping[str, str]]) -> Spot:
    """The cell that a fault is of: that of the text it names (`comment_fr`, `text`), else the answer's."""
    part, _, language = parameter.partition("_")
    language = language or next(iter(words.get(part, {})), "")
    return replace(spot, column=layout.TOLD_AT.get((part, language), spot.column))


def _formula(spot: Spot) -> BadInput:
    return told(spot, "It is a formula.", "Write the value itself.")


def _typed(place: Place, spot: Spot, came: Grid) -> str:
    """The text of an answer. A number must be one: a figure that became a text, a date or a formula is told."""
    value = came.value(spot)
    if value.kind == "formula":
        raise _formula(spot)
    if value.kind in ("date", "truth"):
        raise told(spot, f"It holds {value.text!r}, which is no number and no word.")
    if place.row.layout.type == "number" and value.kind == "text" and value.text not in ("", *MISSING):
        raise told(
            spot, f"It holds the text {value.text!r} where a number is asked.", "A number in digits, NA, or NAP."
        )
    return value.text


def _changes(before: Cells, after: Cells) -> Iterator[Changed]:
    blank = Said()
    for name, said in after.items():
        old = before.get(name, blank)
        if old != said:
            yield Changed(name, _plain(old), _plain(said))


def _plain(said: Said) -> str:
    told_ = [t for texts in said.words.values() for t in texts.values() if t]
    return "; ".join(filter(None, (said.value or said.missing, *told_)))
