"""How a questionnaire is laid out: `mappings/<BODY>/questionnaires/*.yaml`, sheet by sheet, as data.

A sheet is a table of one collection dataflow: rows are questions, columns are a breakdown and years. A code `*` in a row
stands for those codes that the release holds. A new questionnaire is a file here and rows of deliveries.csv.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.representation_files import CONFIDENCES
from greffe.catalogue.tree import Node
from greffe.model.structures import Texts

FOLDER: Final = "questionnaires"
HELD: Final = "*"  # every code of which the release holds a figure
OTHER: Final = "other"  # of `missing`: any status that is not named
NUMBER, YES_NO, CHOICE, TEXT = "number", "yes_no", "choice", "text"
TYPES: Final = (NUMBER, YES_NO, CHOICE, TEXT)
Codes = Mapping[str, tuple[str, ...]]
_SHEET: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,30}")
_WORD: Final = re.compile(r"[A-Za-z:.][A-Za-z0-9:. ()/-]{0,39}")  # never a number, never the start of a formula
_LANGUAGES: Final = ("en", "fr")


@dataclass(frozen=True)
class Word:
    """What is written in place of a figure, and what that means."""

    word: str
    texts: Texts


@dataclass(frozen=True)
class Rows:
    """Some rows: the product of `cells` in their order. `across`: which columns they ask, where not all of the sheet's.

    `names`: a heading above them, {} for none. type: number, yes_no, choice (of `choices`), text."""

    cells: Codes
    names: Texts
    type: str
    choices: tuple[str, ...]
    across: Codes


@dataclass(frozen=True)
class Sheet:
    """`fixed`: dimension → its one code. `unsaid`: codes that labels of rows leave out (`*`: all). `question`: the dimension
    whose codes are the recipient's questions, '' for none. `optional`: it may go out with nothing released."""

    id: str
    flow: str
    names: Texts
    fixed: Mapping[str, str]
    across: Codes
    rows: tuple[Rows, ...]
    unsaid: Codes
    question: str
    optional: bool


@dataclass(frozen=True)
class Questionnaire:
    """`years`: how many are asked, the last one is that of the delivery. `missing`: status → what is written.

    `unheld`: what is written where the release says nothing. `confidential`: in place of what is not free."""

    id: str
    names: Texts
    confidence: str
    reference: str
    years: int
    missing: Mapping[str, Word]
    confidential: Word
    unheld: Word
    sheets: tuple[Sheet, ...]
    file: str

    def sheet_of(self, flow: str) -> Sheet | None:
        """The first sheet that a dataflow fills."""
        return next((s for s in self.sheets if s.flow == flow), None)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that may stand in place of a number, each once."""
        return tuple(dict.fromkeys(w.word for w in (*self.missing.values(), self.unheld, self.confidential)))


def is_questionnaire(path: str) -> bool:
    """Whether a file below mappings/ lays out a questionnaire."""
    return path.endswith(".yaml") and posixpath.basename(posixpath.dirname(path)) == FOLDER


def read_questionnaire(root: Node) -> Questionnaire:
    """A questionnaire. Raises BadDefinition with the file and the line."""
    needed = ("id", "names", "confidence", "years", "missing", "confidential", "unheld", "sheets")
    root.only((*needed, "reference"), needed)
    missing = {key: _word(root.child("missing").child(key)) for key in root.child("missing").fields()}
    if OTHER not in missing:
        raise root.child("missing").wrong(f"{OTHER} is not there: what is written for any other status.")
    sheets = tuple(_sheet(node) for node in root.entries("sheets"))
    ids = [s.id.casefold() for s in sheets]
    if not sheets or len(set(ids)) < len(ids):
        raise root.child("sheets").wrong("Sheets, each with an id of its own, are expected here.")
    return Questionnaire(
        root.child("id").identifier(), _texts(root.child("names")), root.child("confidence").word(CONFIDENCES),
        root.text_or("reference"), root.child("years").whole(1), missing, _word(root.child("confidential")),
        _word(root.child("unheld")), sheets, root.file,
    )  # fmt: skip


def _texts(node: Node) -> dict[str, str]:
    node.only(_LANGUAGES, _LANGUAGES)
    return node.texts()


def _word(node: Node) -> Word:
    node.only(("word", *_LANGUAGES), ("word", *_LANGUAGES))
    word = node.child("word").text()
    if not _WORD.fullmatch(word):
        raise node.child("word").wrong(f"{word!r} is no word for a cell: it begins with a letter, a colon or a point.")
    return Word(word, {language: node.child(language).text() for language in _LANGUAGES})


def _codes(node: Node, key: str) -> dict[str, tuple[str, ...]]:
    return node.child(key).word_lists() if key in node else {}


def _sheet(node: Node) -> Sheet:
    needed = ("id", "flow", "names", "rows")
    node.only((*needed, "fixed", "across", "unsaid", "question", "optional"), needed)
    id_ = node.child("id").text()
    if not _SHEET.fullmatch(id_):
        raise node.child("id").wrong(
            f"{id_!r} is no name of a sheet: a letter, then letters, digits, _, -, blanks; 31."
        )
    return Sheet(
        id_, node.child("flow").identifier(), _texts(node.child("names")),
        node.child("fixed").texts() if "fixed" in node else {}, _codes(node, "across"),
        tuple(_rows(one) for one in node.entries("rows")), _codes(node, "unsaid"), node.text_or("question"),
        node.true("optional"),
    )  # fmt: skip


def _rows(node: Node) -> Rows:
    node.only(("cells", "names", "type", "choices", "across"), ("cells",))
    type_ = node.child("type").word(TYPES) if "type" in node else NUMBER
    choices = node.words("choices")
    if (type_ == CHOICE) != bool(choices):
        raise node.wrong("A choice has choices, and nothing else has.")
    for choice in choices:
        if not _WORD.fullmatch(choice):
            raise node.child("choices").wrong(f"{choice!r} is no word for a list of choices.")
    names = _texts(node.child("names")) if "names" in node else {}
    return Rows(node.child("cells").word_lists(), names, type_, choices, _codes(node, "across"))
