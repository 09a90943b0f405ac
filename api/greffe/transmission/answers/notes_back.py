"""Words that come back in a workbook, where both languages of a text stand in one cell: `FRENCH / ENGLISH`, after what is released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from greffe.errors import BadInput
from greffe.model.answers import STATUS_OF, Said
from greffe.model.structures import Texts
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.transmission.contributions.compared import Grid, Spot, Value, told
from greffe.transmission.files import Headed, content, filled
from greffe.transmission.workbooks import words
from greffe.transmission.workbooks.answered import BESIDE
from greffe.transmission.workbooks.answers import CONF, STATUS
from greffe.transmission.workbooks.filled import Filled
from greffe.transmission.workbooks.xlsx import note_of

PARTS: Final = {attribute: part for part, attribute in BESIDE.items()}
BETWEEN: Final = " / "
AFTER: Final = "; "
BOTH: Final = "Both languages are written, as FRENCH / ENGLISH."


@dataclass(frozen=True)
class Went:
    """A cell as it went out. `said`: of it by then; `notes`: attribute → where that stands; `released`: attribute → what the release
    says there, which stays; `unheld`: what stood for the comment of a cell that nobody had answered."""

    said: Said | None
    notes: Mapping[str, Spot]
    released: Mapping[str, str]
    unheld: str = ""


def went_out(parts: Parts, one: Transmission, file: SentFile, went: Grid) -> dict[str, Went]:
    """Name of a cell → as it went out; filled again as the delivery was."""
    catalogue = parts.catalogue(one.catalogue)
    said = content(parts, Headed(one.id, one.test, one.prepared, one.year, one.recipient), file)
    book, bare = filled(parts, catalogue, said), filled(parts, catalogue, replace(said, answers={}))
    return dict(_cells(book, bare, went))


def _cells(book: Filled, bare: Filled, went: Grid) -> Iterator[tuple[str, Went]]:
    released = {cell.name: cell.notes for *_, cell in bare.cells()}
    for sheet, _, _, cell in book.cells():
        spot = went.names.get(cell.name)
        if spot is None:
            continue
        notes = {
            attribute: replace(spot, column=spot.column + beside * len(sheet.columns))
            for beside, attribute in enumerate(sheet.attributes, 1)
        }
        unheld = "" if cell.notes.get("COMMENT_OBS") else note_of(book, cell, "COMMENT_OBS")
        yield cell.name, Went(cell.said, notes, released.get(cell.name, {}), unheld)


def texts_of(this: Went, attribute: str, came: Value) -> Texts:
    """What a note says in both languages, {} for nothing. Raises BadInput, with sheet and cell, for one that cannot be told apart."""
    spot, part = this.notes[attribute], PARTS[attribute]
    before = this.said.words.get(part, {}) if this.said else {}
    text, released = plain(spot, came), this.released.get(attribute, "")
    if released:
        if text != released and not text.startswith(released + AFTER):
            raise told(spot, f"{released!r} is released and stays; what is said beside it follows after a semicolon.")
        text = text.removeprefix(released).removeprefix(AFTER)
    elif this.unheld and attribute == "COMMENT_OBS":
        text = text.removeprefix(this.unheld).removeprefix(AFTER)
    return parted(spot, text, before)


def plain(spot: Spot, came: Value) -> str:
    """A text as it was typed. Raises BadInput for a formula, a date, true or false: what a program made of it is not what was typed."""
    if came.kind in ("formula", "date", "truth"):
        raise told(spot, f"It holds {came.text!r}, which is no text.", "Write the text itself.")
    return came.text.strip()


def parted(spot: Spot, text: str, before: Texts) -> Texts:
    """French and English of a text; what one of them was before tells where it ends. Raises BadInput where that cannot be told."""
    french, english = before.get("fr", ""), before.get("en", "")
    if not text:
        return {}
    if text == words.both((french, english)) and french and english:
        return before
    starts = bool(french) and text.startswith(french + BETWEEN)
    ends = bool(english) and text.endswith(BETWEEN + english)
    if starts and not ends:
        found = french, text[len(french) + len(BETWEEN) :]
    elif ends and not starts:
        found = text[: -len(english) - len(BETWEEN)], english
    elif text.count(BETWEEN) == 1:
        first, _, second = text.partition(BETWEEN)
        found = first, second
    elif text == (french or english):
        return before  # told in one language, and so it stays
    elif french == english and french and BETWEEN not in text:
        found = text, text
    elif BETWEEN not in text:
        raise told(spot, "Only one language stands here.", BOTH)
    else:
        raise told(spot, f"It is not clear where French ends and English begins: {text[:60]!r}.", BOTH)
    pair = found[0].strip(), found[1].strip()
    if not all(pair):
        raise told(spot, "Only one language stands here.", BOTH)
    return dict(zip(("fr", "en"), pair, strict=True))


def marks(this: Went, went: Grid, came: Grid, missing: str) -> Iterator[BadInput]:
    """Statuses that were typed: NA and NAP have theirs, and nothing else is said by them."""
    for attribute in (STATUS, CONF):
        spot = this.notes.get(attribute)
        if spot is None or came.text(spot) == went.text(spot):
            continue
        if attribute == CONF or came.text(spot) != STATUS_OF.get(missing, ""):
            yield told(
                spot,
                f"It holds {came.text(spot)!r} in place of {went.text(spot)!r}: a status is not typed.",
                "What is missing is NA or NAP, in the answer.",
            )
