"""A recipient's query is entered: by a person, or read from the file that the recipient sent.

Two forms are read: JSON `{"transmission", "queries": [{"cells": […], "question", "deadline"}]}`, and CSV with the columns
cells (parted by blanks), question and perhaps deadline, parted by commas, or by semicolons as a French spreadsheet saves it.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from greffe.errors import BadInput, BadQuery, GreffeError, Refused, nearest, unreadable
from greffe.model.delimiters import delimiter
from greffe.model.instants import paris_date
from greffe.model.rounds import ASKED, Query
from greffe.model.strict_json import NoJsonError, read_strictly
from greffe.model.transmissions import Transmission
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.published import file_content
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.round_records import WAS_ASKED
from greffe.transmission import keeping
from greffe.transmission.rounds.cells import places_of
from greffe.transmission.rounds.parties import LEFT, asked_about

LARGEST: Final = 5_000_000
MOST: Final = 500  # queries of one file, and that wait for an answer about one delivery
CELLS: Final = 500  # of one query
LONGEST: Final = 5_000
COLUMNS: Final = ("cells", "question", "deadline")


@dataclass(frozen=True)
class Asked:
    """A query as it was typed or read: `row` of the file, 0 when a person typed it."""

    cells: tuple[str, ...]
    question: str
    deadline: str = ""
    row: int = 0


@one_by_one
def ask(
    parts: Parts, who: Actor, id_: str, asked: Sequence[Asked], file: str = "", source: str = ""
) -> tuple[Query, ...]:
    """Enter queries about a delivery, all or none.

    Raises Denied, NotFound for a delivery or a cell, Refused where nothing left or the same was typed and waits, BadQuery for what
    is no question or no day; BadInput with the row in place of those two for what a file said."""
    one = asked_about(parts, who, id_)
    if one.state not in LEFT:
        raise Refused(f"{id_} is {one.state}: nobody can have asked about it.")
    waiting = sum(q.state == ASKED for q in parts.ledger().queries.values() if q.transmission == id_)
    if waiting + len(asked) > MOST:
        raise Refused(f"At most {MOST} queries about {id_} wait for an answer.")
    number = max((q.number for q in parts.ledger().queries.values() if q.transmission == id_), default=0)
    acts = []
    for n, query in enumerate(asked, number + 1):
        try:
            payload = _checked(parts, one, query)
            if not query.row:
                _asked_anew(parts, id_, payload)
        except GreffeError as error:
            if not query.row:
                raise
            column = error.parameter if error.parameter in COLUMNS else ""
            raise BadInput(
                error.message, file=file, row=query.row, column=column, nearest=error.nearest, hint=error.hint
            ) from error
        payload |= {"transmission": id_, "number": n, "source": source}
        acts.append(Act(WAS_ASKED, f"{id_}-q{n}", payload, once=f"round:{id_}:{n}"))
    parts.note_all(who, acts)
    return tuple(parts.ledger().query(act.subject) for act in acts)


def take(parts: Parts, who: Actor, id_: str, path: Path) -> tuple[Query, ...]:
    """Keep a recipient's file of queries and enter each. The same file twice is refused. Raises as `ask` does, BadInput."""
    needs(parts, who, "transmitter")
    content = file_content(path, LARGEST)
    about, asked = read_queries(content, path.name)
    if about and about != id_:
        raise Refused(f"{path.name} is about {about}, not about {id_}.")
    if not asked:
        raise BadInput("It asks nothing.", file=path.name)
    sha = hashlib.sha256(content).hexdigest()
    before = next((q.id for q in parts.ledger().queries.values() if (q.transmission, q.source) == (id_, sha)), "")
    if before:
        raise Refused(f"{path.name} was taken before: {before} is from it.")
    keeping.keep(parts, [content])
    return ask(parts, who, id_, asked, path.name, sha)


def read_queries(content: bytes, name: str) -> tuple[str, list[Asked]]:
    """What a file asks, and about which delivery it says it is ('' when it does not)."""
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        return _json(content, name)
    return "", list(_csv(content, name))


def _checked(parts: Parts, one: Transmission, query: Asked) -> dict[str, object]:
    cells = tuple(dict.fromkeys(c.strip() for c in query.cells if c.strip()))
    if not cells:
        raise BadQuery("A query is about cells.", parameter="cells", hint="Names of cells, or FLOW/KEY/PERIOD.")
    if len(cells) > CELLS:
        raise BadQuery(f"A query is about at most {CELLS} cells.", parameter="cells")
    places_of(parts, one, cells)
    return {"cells": list(cells), "text": words(query.question, "question"), "deadline": day(query.deadline)}


def _asked_anew(parts: Parts, id_: str, payload: Mapping[str, object]) -> None:
    """Raise Refused where somebody typed the same, and it waits for an answer. A file may ask again what another one asked: it is
    what the recipient wrote, and the same file is never taken twice."""
    said = (payload["cells"], payload["text"])
    waiting = (q for q in parts.ledger().queries.values() if (q.transmission, q.state) == (id_, ASKED))
    same = next((q.id for q in waiting if (list(q.cells), q.question) == said), "")
    if same:
        raise Refused(f"{same} asks the same, and waits for its answer.")


def words(text: str, parameter: str) -> str:
    """A text that says something. Raises BadQuery."""
    found = text.replace("\r\n", "\n").strip()
    if not found:
        raise BadQuery("It says nothing.", parameter=parameter)
    if len(found) > LONGEST:
        raise BadQuery(f"A text has at most {LONGEST} characters.", parameter=parameter)
    return found


def day(text: str) -> str:
    """The day by which an answer is wanted, '' for none. Raises BadQuery for what is none; one that is past is what the
    recipient wrote, and is shown as late (`late`)."""
    if not text.strip():
        return ""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadQuery(f"{text!r} is no day.", parameter="deadline", hint="A day is written 2027-01-31.") from error
    return found.isoformat()


def late(parts: Parts, query: Query) -> bool:
    """Whether the day by which an answer is wanted has gone by in Paris, and none was given."""
    return query.state == ASKED and "" < query.deadline < paris_date(parts.clock()).isoformat()


def _json(content: bytes, name: str) -> tuple[str, list[Asked]]:
    try:
        found = read_strictly(content.decode("utf-8-sig"))
    except NoJsonError as error:
        raise BadInput(f"It is no JSON: {error.what}.", file=name) from error
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8.", file=name) from error
    if not isinstance(found, dict):
        raise BadInput("It is no object of JSON.", file=name)
    listed, about = found.get("queries", []), found.get("transmission", "")
    if not isinstance(listed, list) or len(listed) > MOST or not isinstance(about, str):
        raise BadInput(f"It is a list of at most {MOST} queries.", file=name, column="queries")
    asked = []
    for number, one in enumerate(listed, 1):
        cells = one.get("cells") if isinstance(one, dict) else None
        texts = [one.get(c, "") for c in ("question", "deadline")] if isinstance(one, dict) else []
        if not isinstance(cells, list) or not all(isinstance(t, str) for t in (*cells, *texts)):
            raise BadInput("It is no query with cells and a question.", file=name, row=number, column="queries")
        asked.append(Asked(tuple(cells), texts[0], texts[1], number))
    return about, asked


def _csv(content: bytes, name: str) -> Iterator[Asked]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8.", file=name) from error
    rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=delimiter(text))
    try:
        header = list(rows.fieldnames or ())
        missing = next((c for c in COLUMNS[:2] if c not in header), "")
        if missing:
            near = nearest(missing, header)
            raise BadInput(f"One column {missing} is expected.", file=name, row=1, column=missing, nearest=near)
        wrong = next((c for c in header if c not in COLUMNS), None)
        if wrong is not None:
            raise BadInput("No column has this name, or two have.", file=name, row=1, column=wrong, nearest=COLUMNS)
        for number, row in enumerate(rows, 2):
            if number > MOST:
                raise BadInput(f"It is a list of at most {MOST} queries.", file=name, row=number)
            if None in row or None in row.values():
                raise BadInput(f"{len(header)} cells are expected.", file=name, row=number)
            yield Asked(tuple(row["cells"].split()), row["question"], row.get("deadline", ""), number)
    except csv.Error as error:
        raise BadInput(f"It is no CSV: {unreadable(error)}.", file=name) from error
