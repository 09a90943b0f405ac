"""What people answered, put into a filled questionnaire: a figure that a release holds stays what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from greffe.catalogue.questionnaires import NUMBER, OTHER, TEXT, Questionnaire
from greffe.model.answers import COMMENT, FOOTNOTE, SOURCE, STATUS_OF, Said
from greffe.model.answers import EXPLANATION as EXPLAINED
from greffe.model.answers import TEXT as WORDS
from greffe.model.structures import Texts
from greffe.transmission.workbooks.answers import EXPLANATION, SHOWN, STATUS
from greffe.transmission.workbooks.filled import Cell, FilledSheet, Row
from greffe.transmission.workbooks.words import both

# Part of an answer → beside which attribute it stands.
BESIDE: Final = {COMMENT: "COMMENT_OBS", SOURCE: "SOURCE_NOTE", FOOTNOTE: "FOOTNOTE", EXPLAINED: EXPLANATION}


def answered(one: Questionnaire, sheets: Sequence[FilledSheet], answers: Mapping[str, Said]) -> tuple[FilledSheet, ...]:
    """The sheets with the answers; a sheet gets a column for a note that its structure does not have."""
    return tuple(_sheet(one, sheet, answers) for sheet in sheets) if answers else tuple(sheets)


def missing_word(one: Questionnaire, missing: str) -> str:
    """The questionnaire's own word for NA or NAP."""
    return one.missing.get(STATUS_OF[missing], one.missing[OTHER]).word


def _sheet(one: Questionnaire, sheet: FilledSheet, answers: Mapping[str, Said]) -> FilledSheet:
    rows = tuple(_row(one, row, answers) for row in sheet.rows)
    noted = {note for row in rows for cell in row.cells if cell and cell.said for note in cell.notes}
    columns = tuple(a for a in (*SHOWN, EXPLANATION) if a in sheet.attributes or a in noted)
    return replace(sheet, rows=rows, attributes=columns)


def _row(one: Questionnaire, row: Row, answers: Mapping[str, Said]) -> Row:
    cells = [_cell(one, row.layout.type, c, answers[c.name]) if c and c.name in answers else c for c in row.cells]
    return replace(row, cells=tuple(cells))


def _cell(one: Questionnaire, type_: str, cell: Cell, said: Said) -> Cell:
    notes = dict(cell.notes)
    for part, attribute in BESIDE.items():
        told = [notes.get(attribute, ""), _both(said.words.get(part, {}))]
        notes[attribute] = "; ".join(filter(None, told))
    notes = {name: text for name, text in notes.items() if text}
    if cell.held or not said.answers:
        return replace(cell, notes=notes, said=said)
    if said.missing:
        notes[STATUS] = STATUS_OF[said.missing]
        return replace(cell, number=None, word=missing_word(one, said.missing), notes=notes, said=said)
    number = Decimal(said.value) if type_ == NUMBER else None
    word = "" if number is not None else _both(said.words.get(WORDS, {})) if type_ == TEXT else said.value
    return replace(cell, number=number, word=word, notes=notes, said=said)


def _both(texts: Texts) -> str:
    """French and English, one of them where there is no other."""
    told = texts.get("fr", ""), texts.get("en", "")
    return both(told) if all(told) else told[0] or told[1]
