"""Answers that come back in a workbook of a whole questionnaire: compared with the one that went out, cell by cell.

Which delivery it is of stands on its first sheet; what went out is kept, so that a moved name, a changed locked cell, a retyped figure
are told each by sheet and cell, all at once. A cell of which anything differs is read whole: its answer, its comment, source, footnote and
explanation, in French and English. What differs is proposed; nothing is entered before a person takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from greffe.catalogue.questionnaires import TEXT, Questionnaire
from greffe.errors import BadInput, BadQuery, GreffeError, Refused
from greffe.model.answers import MISSING, NA, NAP, AnswerKey
from greffe.model.answers import TEXT as WORDS
from greffe.model.structures import Texts
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.transmission import keeping
from greffe.transmission.answers.acts import Typed, give_many, may_answer
from greffe.transmission.answers.asked import Asked, Round, asked
from greffe.transmission.answers.checking import checked
from greffe.transmission.answers.notes_back import PARTS, Went, marks, parted, plain, texts_of, went_out
from greffe.transmission.contributions.compared import (
    Grid,
    Spot,
    kept_grid,
    moved,
    not_taken,
    noted,
    read_grid,
    same,
    told,
    unlike,
)
from greffe.transmission.workbooks import words

WORKBOOK = "workbook"
ANSWER = "answer"  # what a difference is of, where it is of no note


@dataclass(frozen=True)
class Differs:
    """What the workbook says otherwise: the cell's name, of which part (answer, comment, source, footnote, explanation), what went
    out and what came back."""

    cell: str
    before: str
    after: str
    part: str = ANSWER


@dataclass(frozen=True)
class Back:
    """What a workbook says. `faults`: why it is not taken; `differs`: what would be said otherwise; `typed`: each cell of which
    anything differs, whole, as it would be answered."""

    transmission: Transmission
    round: Round
    faults: tuple[GreffeError, ...]
    differs: tuple[Differs, ...]
    typed: Mapping[str, Typed]


def look_back(parts: Parts, content: bytes, name: str, id_: str = "") -> Back:
    """What a workbook says otherwise than it went out; nothing is kept. `id_`: the delivery, '' where the workbook says so itself.

    Raises BadInput for what is no workbook, or of no delivery; NotFound; Refused for a delivery without a workbook."""
    came = read_grid(content, name)
    one = _delivery(parts, came, name, id_)
    file = _workbook(one)
    went = kept_grid(keeping.content(parts, file.sha256))
    round_ = asked(parts, file.format.partition(":")[2], one.year)
    books, cells = Books(round_, went, came), went_out(parts, one, file, went)
    faults: list[GreffeError] = [
        *moved(went, came), *unlike(went, came, houses=False), *noted(went, came), *_strange(books, cells),
    ]  # fmt: skip
    differs, typed = list[Differs](), dict[str, Typed]()
    for cell, spot in went.names.items():
        this = cells.get(cell)
        if came.names.get(cell) != spot or this is None:
            continue  # told as moved
        found = list(_differs(books, cell, spot, this))
        if not found and not any(True for _ in marks(this, went, came, "")):
            continue
        differs += found
        try:
            typed[cell] = _typed(books, cell, spot, this)
            faults += marks(this, went, came, typed[cell].missing)
        except GreffeError as error:
            faults.append(error)
    return Back(one, round_, tuple(faults), tuple(differs), typed)


def bring_back(parts: Parts, who: Actor, content: bytes, name: str, id_: str = "") -> Back:
    """As `look_back`, for somebody who is about to take it. Raises Denied for who may not answer."""
    found = look_back(parts, content, name, id_)
    for cell in list(found.round.by_name)[:1]:
        may_answer(parts, who, AnswerKey(found.round.questionnaire.id, found.round.cycle, cell))
    return found


@one_by_one
def take_back(parts: Parts, who: Actor, content: bytes, name: str, id_: str = "") -> tuple[Back, int]:
    """Answer what the workbook says otherwise, all of it or nothing; gives how many answers are other than before.

    Raises as `look_back`, Denied; Refused with the faults, the first ten and how many there are."""
    found = bring_back(parts, who, content, name, id_)
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


def workbook_of(one: Transmission) -> SentFile | None:
    """The workbook of a whole questionnaire among the files of a delivery, None where it has none."""
    return next((f for f in one.files if f.format.partition(":")[0] == WORKBOOK), None)


def _workbook(one: Transmission) -> SentFile:
    found = workbook_of(one)
    if found is None:
        raise Refused(f"{one.id} has no workbook.")
    return found


@dataclass(frozen=True)
class Books:
    """What is asked now, the workbook as it went out and as it came back."""

    round: Round
    went: Grid
    came: Grid

    def differs(self, spot: Spot) -> bool:
        """Whether a cell of it holds something else."""
        return not same(self.went.value(spot), self.came.value(spot))


def _strange(books: Books, cells: Mapping[str, Went]) -> Iterator[GreffeError]:
    """Cells that were open and belong to no answer."""
    known = {*books.went.names.values(), *(s for this in cells.values() for s in this.notes.values())}
    for spot in sorted(books.went.open - known, key=str):
        if books.differs(spot):
            yield told(spot, f"Nothing is asked here, and it holds {books.came.text(spot)!r}.")


def _differs(books: Books, cell: str, spot: Spot, this: Went) -> Iterator[Differs]:
    places = {ANSWER: spot} | {PARTS[a]: at for a, at in this.notes.items() if a in PARTS}
    for part, at in places.items():
        if books.differs(at):
            yield Differs(cell, books.went.text(at), books.came.text(at), part)


def _typed(books: Books, cell: str, spot: Spot, this: Went) -> Typed:
    """A cell as it would be answered: all of it, as it stands. Raises BadInput, with sheet and cell, for what is no answer."""
    round_, value = books.round, books.came.value(spot)
    if cell not in round_.by_name:
        raise told(spot, f"{round_.questionnaire.id} asks no cell {cell} any more.")
    one = round_.by_name[cell]
    if one.house:
        raise told(spot, f"{one.house} alone answers this cell, by its contribution.")
    texts = dict(one.said.words) if one.said else {}
    for attribute, at in this.notes.items():
        if attribute in PARTS and books.differs(at):
            texts[PARTS[attribute]] = texts_of(this, attribute, books.came.value(at))
    if one.cell.held:
        if books.differs(spot):
            raise told(
                spot,
                f"It holds {value.text!r}, and {one.cell.text} is released: a released figure is never typed over.",
            )
        return _unchanged(one, spot, this, Typed(words=texts))
    if value.kind == "empty":
        raise told(spot, "The answer was taken away.", "A cell without a value is NA or NAP.")
    if value.kind in ("formula", "date", "truth"):
        raise told(spot, f"It holds {value.text!r}, which is no number and no word.", "Write the value itself.")
    return _unchanged(one, spot, this, _answer(books, one, spot, (this, texts)))


def _answer(books: Books, one: Asked, spot: Spot, beside: tuple[Went, dict[str, Texts]]) -> Typed:
    value, (this, texts) = books.came.value(spot), beside
    missing = _missing(books.round.questionnaire, value.text)
    text = "" if missing else value.text
    if missing:
        texts.pop(WORDS, None)
    elif one.row.layout.type == TEXT:
        texts[WORDS] = parted(spot, plain(spot, value), this.said.words.get(WORDS, {}) if this.said else {})
        text = ""
    return Typed(text, missing, texts)


def _unchanged(one: Asked, spot: Spot, this: Went, typed: Typed) -> Typed:
    """Raises BadInput for what cannot be kept, and where somebody answered the cell otherwise since the workbook went out."""
    try:
        said = checked(one.row.layout, typed.value, typed.missing, typed.words or {}, one.cell.limit)
    except BadQuery as error:
        part, _, _ = (error.parameter or "").partition("_")
        at = next((s for a, s in this.notes.items() if PARTS.get(a) == part), spot)
        raise told(at, error.message, error.hint or ", ".join(error.nearest)) from error
    now = one.answer.said if one.answer else None
    if one.answer and now not in (this.said, said):
        raise told(
            spot,
            f"{one.answer.who} answered it otherwise since the workbook went out.",
            "Compare them, and answer it on the page.",
        )
    return typed


def _missing(questionnaire: Questionnaire, text: str) -> str:
    """NA or NAP, by these words or those of the questionnaire; '' for a value."""
    if text in MISSING:
        return text
    found = next((status for status, word in questionnaire.missing.items() if word.word == text), None)
    return "" if found is None else NAP if found == "M" else NA
