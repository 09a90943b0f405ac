"""Answers as a table that is worked on elsewhere: CSV out and in, all of it or nothing, each fault with its row; and SDMX-CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Final

from greffe.errors import BadInput, GreffeError, Refused, nearest, unreadable
from greffe.formats.components import TIME, VALUE
from greffe.model.answers import LANGUAGES, PARTS
from greffe.model.delimiters import delimiter
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.parts import Parts
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.transmission.answers.acts import Typed, act_of, enter
from greffe.transmission.answers.asked import Asked, Round, asked
from greffe.transmission.answers.checking import NUMBERS
from greffe.transmission.answers.observations import homeless, observed
from greffe.transmission.workbooks.answers import SHOWN

WORDS: Final = tuple(f"{part}_{language}" for part in PARTS for language in LANGUAGES)
COLUMNS: Final = (
    "cell",
    "question",
    "label_fr",
    "label_en",
    "type",
    "state",
    "released",
    "value",
    "missing",
    *WORDS,
    "edition",
)
READ: Final = ("cell", "value", "missing", *WORDS)
MOST: Final = 50_000  # rows
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def to_csv(found: Round) -> bytes:
    """Every cell, with what is released and what is said of it: UTF-8 with a mark, for spreadsheets."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for one in found.cells:
        writer.writerow({name: _plain(text) for name, text in row_of(one).items()})
    return out.getvalue().encode("utf-8-sig")


def row_of(one: Asked) -> dict[str, str]:
    """A cell as a row of COLUMNS."""
    said, labels = one.said, one.labels
    words = {f"{p}_{x}": said.word(p, x) if said else "" for p in PARTS for x in LANGUAGES}
    typed = {"value": said.value if said else "", "missing": said.missing if said else "", **words}
    return {
        "cell": one.name, "question": one.row.question, "label_fr": labels["fr"], "label_en": labels["en"],
        "type": one.row.layout.type, "state": one.state, "released": one.cell.text if one.cell.held else "",
        **typed, "edition": _edition(typed),
    }  # fmt: skip


@one_by_one
def from_csv(parts: Parts, who: Actor, found: Round, content: bytes, name: str) -> int:
    """Take a table in: every row that says something is an answer. Gives how many are other than before. A row that says what
    the last cycle said confirms nothing: nobody looked at it again. A row with its `edition` that is as it went out says nothing,
    and one that was worked on is refused where somebody answered the cell otherwise meanwhile.

    Raises BadInput with the row and the column for what cannot be read or is no answer; nothing is entered then."""
    found = asked(parts, found.questionnaire.id, found.cycle)  # as it is now: somebody may have answered a cell
    acts: dict[str, Act | None] = {}
    for number, row in _rows(content, name):
        cell = row["cell"].strip()
        said = {c: row.get(c, "") for c in READ[1:]}
        if not any(text.strip() for text in said.values()):
            continue
        if cell in acts:
            raise BadInput(f"{cell} stands twice.", file=name, row=number, column="cell")
        words = {p: {x: _bare(said[f"{p}_{x}"]) for x in LANGUAGES} for p in PARTS}
        try:
            if _says_nothing(found.cell(cell), said, row.get("edition", "").strip()):
                acts[cell] = None
                continue
            acts[cell] = act_of(parts, who, found, cell, Typed(_bare(said["value"]), said["missing"], words))
        except GreffeError as error:
            column = error.parameter if error.parameter in READ else "cell"
            raise BadInput(
                error.message, file=name, row=number, column=column, nearest=error.nearest, hint=error.hint
            ) from error
    return enter(parts, who, found, [act for act in acts.values() if act is not None])


def _says_nothing(cell: Asked, said: Mapping[str, str], edition: str) -> bool:
    """A row that says what stands there, or what stood there when it went out, says nothing: it confirms nothing, and may be of
    a cell that is another's. Raises Refused for one that was worked on while somebody answered the cell otherwise."""
    shown, typed = row_of(cell), {c: _bare(said[c]).strip() for c in READ[1:]}
    if all(typed[c] == shown[c] for c in typed) or edition == _edition(typed):
        return True
    if edition and edition != shown["edition"] and cell.answer is not None:
        raise Refused(
            f"{cell.answer.who} answered it otherwise since the table went out.",
            hint="Compare them, and answer it on the page.",
        )
    return False


def _edition(typed: Mapping[str, str]) -> str:
    """What tells one answer to a cell from another one."""
    return hashlib.sha256("\0".join(typed[c] for c in READ[1:]).encode()).hexdigest()[:10]


def _rows(content: bytes, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8.", file=name) from error
    rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=delimiter(text))
    try:
        header = list(rows.fieldnames or ())
        if "cell" not in header:
            near = nearest("cell", header)
            raise BadInput("No column says which cell it is.", file=name, row=1, column="cell", nearest=near)
        wrong = next((c for c in header if c not in COLUMNS or header.count(c) > 1), None)
        if wrong is not None:
            near = nearest(wrong, COLUMNS)
            raise BadInput("No column has this name, or two have.", file=name, row=1, column=wrong, nearest=near)
        for number, row in enumerate(rows, 2):
            if number > MOST:
                raise BadInput(f"It has more than {MOST} rows.", file=name, row=number)
            if None in row or None in row.values():
                raise BadInput(f"{len(header)} cells are expected.", file=name, row=number)
            yield number, row
    except csv.Error as error:
        raise BadInput(f"It is no CSV: {unreadable(error)}.", file=name) from error


def to_sdmx_csv(found: Round, flow: Dataflow, structure: DataStructure) -> bytes:
    """What is answered, as observations of a collection dataflow (SDMX-CSV 2.0): NA has the status L, NAP has M; yes is 1 and
    no is 0; words stand in the attributes that it has. What a release tells is not in it, nor what is not confirmed.

    Raises Refused for words that no attribute has a place for."""
    own = [a for a in found.cells if a.sheet.layout.flow == flow.reference.id]
    said = {a.name: a.answer.said for a in own if a.answer is not None and not a.cell.held}
    for name, one in said.items():
        if parts := homeless(structure, one):
            raise Refused(
                f"{flow.reference.id} has no attribute for {parts[0]!r} of {name}.",
                hint="Say it in the comment of the cell, or send the workbook.",
            )
    cells = observed(found.questionnaire, list({a.section: a.sheet for a in own}.values()), said, structure)
    attributes = tuple(a for a in SHOWN if structure.component(a) is not None)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *structure.dimension_ids, TIME, VALUE, *attributes])
    for (key, period), cell in cells.items():
        head = ["dataflow", str(flow.reference), "I", *key, period]
        writer.writerow([*head, cell.value or "", *(cell.notes.get(a, "") for a in attributes)])
    return out.getvalue().encode()


def _plain(text: str) -> str:
    """A spreadsheet takes no text for a formula; a number may be below zero."""
    return f"'{text}" if text[:1] in _FORMULA and not NUMBERS.fullmatch(text) else text


def _bare(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text
