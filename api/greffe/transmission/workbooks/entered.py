"""What was typed into an on-line form, exported by hand, beside the order list that was delivered: cell by cell, exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from greffe.errors import BadInput, Refused, nearest, unreadable
from greffe.mapping.exchange.books import opened, rows_of
from greffe.model.delimiters import SEMICOLON, delimiter
from greffe.model.transmissions import Transmission
from greffe.release.parts import Parts
from greffe.transmission import keeping

ORDER: Final = "cepej-order"
SAME, OTHER, NOT_ENTERED = "same", "other", "not entered"
LARGEST: Final = 20 << 20
PLACE: Final = ("question", "sub_cell")
VALUES: Final = ("entered", "value", "type_in")  # the first of them that is there
Place = tuple[str, str]


@dataclass(frozen=True)
class Compared:
    """A cell of the form: what was delivered, what stands there ('' when nothing does). state: same, other, not entered.
    `cell`: its name in the questionnaire."""

    question: str
    sub_cell: str
    delivered: str
    entered: str
    state: str
    cell: str

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {
            "question": self.question, "sub_cell": self.sub_cell, "delivered": self.delivered, "entered": self.entered,
            "state": self.state, "cell": self.cell,
        }  # fmt: skip


def compare_entered(parts: Parts, one: Transmission, name: str, content: bytes) -> tuple[Compared, ...]:
    """Every cell of the order list, in its order. `name`, `content`: of the file that was exported from the form.

    Raises Refused for a delivery without an order list; BadInput for a file that is no such table, a question or a sub-cell
    that the form does not have, and a cell that stands twice, with file, row, column and the nearest known."""
    delivered, cells = _delivered(parts, one)
    entered, comma = _entered(name, content, delivered)
    found = []
    for place, text in delivered.items():
        there = entered.get(place, "")
        state = NOT_ENTERED if not there else SAME if _same(text, there, comma) else OTHER
        found.append(Compared(*place, text, there, state, cells[place]))
    return tuple(found)


def _delivered(parts: Parts, one: Transmission) -> tuple[dict[Place, str], dict[Place, str]]:
    """By place what is to be typed, and the name of its cell."""
    file = next((f for f in one.files if f.format.partition(":")[0] == ORDER), None)
    if file is None:
        raise Refused(
            f"{one.id} has no order list.", hint=f"A row of deliveries.csv has the format {ORDER}:QUESTIONNAIRE."
        )
    text = keeping.content(parts, file.sha256).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    places = [(r["question"], r["sub_cell"]) for r in rows]
    typed, cells = ({p: r[c] for p, r in zip(places, rows, strict=True)} for c in ("type_in", "cell"))
    return typed, cells


def _entered(name: str, content: bytes, delivered: Mapping[Place, str]) -> tuple[dict[Place, str], bool]:
    """What stands in each cell, and whether numbers are written with a comma (a list that is parted by semicolons)."""
    comma = False
    if name.lower().endswith(".xlsx"):
        with opened(content, name) as book:
            rows = list(rows_of(book, book.sheetnames[0], name))
    else:
        text = _decoded(content, name)
        parted = delimiter(text)
        comma = parted == SEMICOLON
        rows = list(_csv_rows(text, parted, name))
    if not rows:
        raise BadInput("It is empty.", file=name)
    return _cells(rows, delivered, name), comma


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8.", file=name) from error


def _csv_rows(text: str, delimiter: str, name: str) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), 1):
            if any(row):
                yield number, row
    except csv.Error as error:
        raise BadInput(f"It is no CSV: {unreadable(error)}.", file=name) from error


def _cells(rows: Sequence[tuple[int, Sequence[str]]], delivered: Mapping[Place, str], name: str) -> dict[Place, str]:
    header = [c.strip() for c in rows[0][1]]
    for column in PLACE:
        if header.count(column) != 1:
            near = nearest(column, header)
            raise BadInput(f"One column {column} is expected.", file=name, row=1, column=column, nearest=near)
    value = next((c for c in VALUES if c in header), "")
    if not value:
        hint = f"It is called {' or '.join(VALUES)}."
        raise BadInput("No column says what was entered.", file=name, row=1, column=VALUES[0], hint=hint)
    at = {c: header.index(c) for c in (*PLACE, value)}
    found: dict[Place, str] = {}
    for number, row in rows[1:]:
        question, sub_cell, text = (row[at[c]].strip() if at[c] < len(row) else "" for c in (*PLACE, value))
        _known(question, sub_cell, delivered, name, number)
        if (question, sub_cell) in found:
            raise BadInput(f"{question} {sub_cell} stands twice.", file=name, row=number, column="sub_cell")
        found[question, sub_cell] = text
    return found


def _known(question: str, sub_cell: str, delivered: Mapping[Place, str], name: str, row: int) -> None:
    if (question, sub_cell) in delivered:
        return
    subs = [s for q, s in delivered if q == question]
    if not subs:
        near = nearest(question, dict.fromkeys(q for q, _ in delivered))
        raise BadInput(f"The form has no question {question!r}.", file=name, row=row, column="question", nearest=near)
    raise BadInput(
        f"{question} has no sub-cell {sub_cell!r}.", file=name, row=row, column="sub_cell",
        nearest=nearest(sub_cell, subs) or subs[:3],
    )  # fmt: skip


def _same(delivered: str, entered: str, comma: bool) -> bool:
    """Words letter by letter; numbers by what they are: 12.50 is 12.5. A separator of thousands makes another number."""
    if delivered == entered:
        return True
    one, other = _number(delivered, False), _number(entered, comma)
    return one is not None and one == other


def _number(text: str, comma: bool) -> Decimal | None:
    written = text.replace(",", ".") if comma and text.count(",") == 1 and "." not in text else text
    try:
        found = Decimal(written)
    except InvalidOperation:
        return None
    return found if found.is_finite() and "_" not in written else None
