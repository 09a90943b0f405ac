"""What the register says of contributions, folded entry by entry; subject of all: the id, `UN_CTS-2024-DAP`.

Kind → payload: contribution.given {questionnaire, year, house, cells {cell: as answer.given}, asked, workbook, name, signatory},
signed too where a workbook names its signatory; contribution.signed {…, signatory, content};
contribution.merged {…, content, confirmed: cells whose figure is released}; contribution.reopened,
.extended {…, reason, until}; contribution.exported {…, number, sha256, revision}; contribution.refused {…, sha256, name, faults}.
contribution.translated {…, cell, part, language, text, of}, by the contact point; `carried` of contribution.given: cell → the answer
of the last cycle that it confirms. contribution.reminded {…, stage: days before or late, until}: a mail went to the house; it
changes nothing of what the house says.
`…`: questionnaire, year, house, so that every entry says of whom it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from greffe.errors import Broken
from greffe.model.answers import Answer, AnswerKey, Said
from greffe.model.contributions import (
    CONTRIBUTED,
    MERGED,
    OPEN,
    SIGNED,
    Act,
    Contribution,
    Export,
    Returned,
    Translation,
)
from greffe.store.answer_records import Answers, said_from, said_payload
from greffe.store.base import Entry
from greffe.store.payload import Fields

Contributions = Mapping[str, Contribution]
GIVEN, SIGNING, MERGING = "contribution.given", "contribution.signed", "contribution.merged"
REOPENED, EXTENDED = "contribution.reopened", "contribution.extended"
EXPORTED, REFUSED = "contribution.exported", "contribution.refused"
TRANSLATED, REMINDED = "contribution.translated", "contribution.reminded"
KINDS: Final = (GIVEN, SIGNING, MERGING, REOPENED, EXTENDED, EXPORTED, REFUSED, TRANSLATED, REMINDED)
_REVISES: Final = (GIVEN, SIGNING, MERGING, REOPENED)


def whose(one: Contribution) -> dict[str, object]:
    """What every entry says."""
    return {"questionnaire": one.questionnaire, "year": one.year, "house": one.house}


def given_payload(
    one: Contribution, cells: Mapping[str, Said], asked: int, carried: Mapping[str, str] | None = None
) -> dict[str, object]:
    """What contribution.given appends; workbook and signatory are those of `one`."""
    confirmed: dict[str, object] = {"carried": dict(carried)} if carried else {}
    return confirmed | {
        **whose(one), "cells": {name: said_payload(s) for name, s in cells.items()}, "asked": asked,
        "workbook": one.workbook, "name": one.workbook_name, "signatory": one.signatory,
    }  # fmt: skip


def contributions_after(known: Contributions, entry: Entry) -> Contributions:
    """The contributions after an entry of one of their kinds."""
    fields = Fields(entry)
    blank = Contribution(entry.subject, fields.text("questionnaire"), fields.integer("year"), fields.text("house"))
    found = known.get(entry.subject, blank)
    act = Act(entry.actor, entry.instant)
    if entry.kind == GIVEN:
        found = _given(found, fields, act)
    elif entry.kind == SIGNING:
        found = replace(found, state=SIGNED, signed=act, signatory=fields.text("signatory") or entry.actor)
    elif entry.kind == MERGING:
        found = replace(found, state=MERGED, merged=act)
    elif entry.kind == REOPENED:
        found = replace(
            found, state=OPEN, reopened=act, reason=fields.text("reason"), signed=Act(), merged=Act(), signatory=""
        )
    elif entry.kind == EXTENDED:
        found = replace(found, until=fields.text("until"), reason=fields.text("reason"))
    elif entry.kind == EXPORTED:
        out = Export(fields.integer("number"), fields.text("sha256"), fields.integer("revision"), *_of(act))
        found = replace(found, exports=(*found.exports, out))
    elif entry.kind == TRANSLATED:
        cell, part, language, text, of = (fields.text(n) for n in ("cell", "part", "language", "text", "of"))
        added = Translation(cell, part, language, text, of, *_of(act))
        found = replace(found, translations=(*found.translations, added))
    elif entry.kind == REFUSED:
        back = Returned(fields.text("sha256"), fields.text("name"), fields.texts("faults"), *_of(act))
        found = replace(found, returned=(*found.returned, back))
    if entry.kind in _REVISES:
        found = replace(found, revision=found.revision + 1)
    return {**known, found.id: found}


def answers_merged(known: Answers, contributions: Contributions, entry: Entry) -> Answers:
    """The questionnaire's answers once a contribution is merged: said by its signatory, when it was signed. What says nothing
    (a figure that the release holds, confirmed without a word) is no answer."""
    one = contributions[entry.subject]
    round_ = AnswerKey(one.questionnaire, one.year, "").round
    found, confirmed = dict(known.get(round_, {})), set(Fields(entry).texts("confirmed"))
    for cell, given in one.told.items():
        said = Said(words=given.words) if cell in confirmed else given
        if not (said.answers or said.words):
            continue
        key = AnswerKey(one.questionnaire, one.year, cell)
        found[cell] = Answer(key, said, one.signatory, one.signed.instant, entry.number, "", entry.actor, entry.instant)
    return {**known, round_: found}


def _of(act: Act) -> tuple[str, str]:
    return act.who, act.instant


def _given(found: Contribution, fields: Fields, act: Act) -> Contribution:
    cells = _cells(fields)
    asked, signatory = fields.integer("asked"), fields.text("signatory")
    complete = sum(s.answers for s in cells.values()) >= asked > 0
    state = SIGNED if signatory else CONTRIBUTED if complete else OPEN
    return replace(
        found, state=state, cells=cells, asked=asked, workbook=fields.text("workbook"), workbook_name=fields.text("name"),
        given=act, signatory=signatory, signed=act if signatory else Act(),
    )  # fmt: skip


def _cells(fields: Fields) -> dict[str, Said]:
    listed = fields.entry.payload.get("cells", {})
    if not isinstance(listed, Mapping):
        raise _wrong(fields.entry)
    found: dict[str, Said] = {}
    for name, one in listed.items():
        if not isinstance(one, Mapping) or not isinstance(one.get("words", {}), Mapping):
            raise _wrong(fields.entry)
        words = {str(k): str(v) for k, v in one.get("words", {}).items()}
        found[str(name)] = said_from(str(one.get("value", "")), str(one.get("missing", "")), words)
    return found


def _wrong(entry: Entry) -> Broken:
    return Broken(f"Entry {entry.number} ({entry.kind}) of the register: its cells are unreadable.")
