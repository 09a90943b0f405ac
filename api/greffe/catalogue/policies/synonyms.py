"""Other words for what is released, for the search: `mappings/policies/synonyms.csv`, a term and what it means, a row each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.model.structures import Texts

FILE: Final = "mappings/policies/synonyms.csv"
COLUMNS: Final = (
    "term", "language", "codelist", "code", "flow", "match", "note_en", "note_fr", "confidence", "reference",
)  # fmt: skip
KEY: Final = ("term", "language", "codelist", "code", "flow")
SAME, NEAR = "same", "near"
_LANGUAGES: Final = ("en", "fr")
_MOST: Final = 100  # letters of a term


@dataclass(frozen=True)
class Synonym:
    """`term` (in `language`) means a code of a list, or a whole dataflow. `match` near: what is released is not quite that,
    and `notes` say in what."""

    term: str
    language: str
    codelist: str
    code: str
    flow: str
    match: str
    notes: Texts
    confidence: str
    reference: str
    line: int = field(default=0, compare=False)  # of the file


def read_synonyms(content: bytes, file: str) -> tuple[Synonym, ...]:
    """The synonyms in the order of the file, each once. Raises BadDefinition."""
    found: dict[tuple[str, ...], Synonym] = {}
    for row in read_rows(content, file, COLUMNS):
        one = Synonym(
            row.text("term"),
            row.word("language", _LANGUAGES),
            row.cells["codelist"],
            row.cells["code"],
            row.cells["flow"],
            row.word("match", (SAME, NEAR)),
            {language: row.cells[f"note_{language}"] for language in _LANGUAGES if row.cells[f"note_{language}"]},
            row.word("confidence", CONFIDENCES),
            row.cells["reference"],
            row.line,
        )
        _check(one, row)
        key = (one.term.casefold(), one.language, one.codelist, one.code, one.flow)
        if key in found:
            raise row.wrong(f"{one.term!r} stands in line {found[key].line} already.", "term")
        found[key] = one
    return tuple(found.values())


def _check(one: Synonym, row: Row) -> None:
    if len(one.term) > _MOST:
        raise row.wrong(f"A term has {_MOST} letters at most.", "term")
    if bool(one.codelist) != bool(one.code):
        raise row.wrong("A code needs its list, and a list its code.", "code" if one.codelist else "codelist")
    if bool(one.codelist) == bool(one.flow):
        raise row.wrong("A term means either a code of a list or a dataflow.", "flow")
    if one.match == NEAR and set(one.notes) != set(_LANGUAGES):
        missing = next(language for language in _LANGUAGES if language not in one.notes)
        raise row.wrong("Say in both languages in what it is only near.", f"note_{missing}")
