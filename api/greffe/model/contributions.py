"""A contribution: what one house says of its own cells of a questionnaire in one cycle.

open ─ contributed ─ signed ─ merged
  └───────┴────────────┴───────┴─ reopened, with a reason: open again
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from greffe.model.answers import LANGUAGES, Said

OPEN, CONTRIBUTED, SIGNED, MERGED = "open", "contributed", "signed", "merged"
STATES: Final = (OPEN, CONTRIBUTED, SIGNED, MERGED)
LOCKED: Final = (SIGNED, MERGED)
Cells = Mapping[str, Said]  # name of the cell → what the house says of it


@dataclass(frozen=True)
class Export:
    """A workbook that went out: the n-th of its contribution, kept by checksum, and the revision that it shows."""

    number: int
    sha256: str
    revision: int
    who: str
    instant: str


@dataclass(frozen=True)
class Returned:
    """A workbook that came back and was not taken: kept by checksum, with what is wrong."""

    sha256: str
    name: str
    faults: tuple[str, ...]
    who: str
    instant: str


@dataclass(frozen=True)
class Act:
    """Who did something, and when: an instant of the register; '' while nobody did."""

    who: str = ""
    instant: str = ""


@dataclass(frozen=True)
class Translation:
    """What the contact point added to a text of a house, of a cell, in a language that the house did not say. `of`: the text
    that it translates; when the house says another, it stands no more."""

    cell: str
    part: str
    language: str
    text: str
    of: str
    who: str
    instant: str


@dataclass(frozen=True)
class Contribution:
    """`revision`: how often its cells or its state changed; who acts names the one they read. `asked`: how many cells it was
    asked for when they were last given. `workbook`: checksum of the file that the cells came in, '' for cells that were
    typed here. `signatory`: who stands for the cells: a person here, or one that a workbook names; `signed`: who entered that.
    `until`: a deadline that was moved, written as instants are; '' for that of the table."""

    id: str
    questionnaire: str
    year: int
    house: str
    state: str = OPEN
    revision: int = 0
    cells: Cells = field(default_factory=dict)
    asked: int = 0
    workbook: str = ""
    workbook_name: str = ""
    signatory: str = ""
    given: Act = Act()
    signed: Act = Act()
    merged: Act = Act()
    reopened: Act = Act()
    reason: str = ""  # of the last reopening or moved deadline
    until: str = ""
    exports: tuple[Export, ...] = ()
    returned: tuple[Returned, ...] = ()
    translations: tuple[Translation, ...] = ()  # the last one of a text counts

    @property
    def told(self) -> Cells:
        """The cells with the translations that stand: what the recipient is told. The house's own are `cells`."""
        found = dict(self.cells)
        for one in self.translations:
            said, other = found.get(one.cell), LANGUAGES[one.language == LANGUAGES[0]]
            own = self.cells[one.cell].words.get(one.part, {}) if one.cell in self.cells else {}
            if said is not None and own.get(other) == one.of and not own.get(one.language):
                words = {**said.words, one.part: {**said.words[one.part], one.language: one.text}}
                found[one.cell] = replace(said, words=words)
        return found

    @property
    def locked(self) -> bool:
        """Whether nobody changes its cells."""
        return self.state in LOCKED

    @property
    def answered(self) -> int:
        """How many cells say something."""
        return sum(s.answers for s in self.cells.values())

    @property
    def content(self) -> str:
        """Names what the house says: the same cells and words give the same checksum."""
        return content_sum(self.cells)


@dataclass(frozen=True)
class Contributed:
    """What a file was built with: whose contribution, with which content, who stands for it since when, from which workbook
    ('' for none)."""

    id: str
    house: str
    content: str
    signatory: str
    signed: str
    workbook: str


def contribution_id(questionnaire: str, year: int, house: str) -> str:
    """`UN_CTS-2024-DAP`."""
    return f"{questionnaire}-{year}-{house}"


def content_sum(cells: Cells) -> str:
    """sha256 over cells in the order of their names."""
    told = {name: [s.value, s.missing, {p: dict(w) for p, w in s.words.items()}] for name, s in cells.items()}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def contributed(one: Contribution) -> Contributed:
    """What is kept with a file that one.merged is in."""
    return Contributed(one.id, one.house, one.content, one.signatory, one.signed.instant, one.workbook)
