"""What the register says of answers to questionnaires, folded entry by entry.

Kind, subject → payload: answer.given, `CEPEJ/2024/CELL` → {value, missing, words {part.language: text}};
answer.confirmed, `CEPEJ/2024` → {cells {CELL: the earlier answer, `CEPEJ/2022/CELL`}, section}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from greffe.errors import Broken
from greffe.model.answers import LANGUAGES, PARTS, Answer, AnswerKey, Said
from greffe.store.base import Entry
from greffe.store.payload import Fields

Answers = Mapping[str, Mapping[str, Answer]]  # `CEPEJ/2024` → cell → answer
GIVEN, CONFIRMED = "answer.given", "answer.confirmed"
KINDS: Final = (GIVEN, CONFIRMED)


def said_payload(said: Said) -> dict[str, object]:
    """What answer.given appends."""
    words = {f"{p}.{x}": said.words[p][x] for p in PARTS for x in LANGUAGES if said.words.get(p, {}).get(x)}
    return {"value": said.value, "missing": said.missing, "words": words}


def said_from(value: str, missing: str, words: Mapping[str, str]) -> Said:
    """What was said, from flat words `comment.fr`."""
    parted: dict[str, dict[str, str]] = {}
    for name, text in words.items():
        part, _, language = name.partition(".")
        if text:
            parted.setdefault(part, {})[language] = text
    return Said(value, missing, parted)


def parse_key(text: str) -> AnswerKey | None:
    """`CEPEJ/2024/CELL`, None for what is none."""
    questionnaire, _, rest = text.partition("/")
    cycle, _, cell = rest.partition("/")
    return AnswerKey(questionnaire, int(cycle), cell) if questionnaire and cell and cycle.isdecimal() else None


def answers_after(known: Answers, entry: Entry) -> Answers:
    """The answers after an entry of one of their kinds."""
    fields = Fields(entry)
    if entry.kind == GIVEN:
        key = parse_key(entry.subject)
        if key is None:
            raise Broken(f"Entry {entry.number} ({entry.kind}) of the register: its subject is unreadable.")
        said = said_from(fields.text("value"), fields.text("missing"), fields.table("words"))
        one = Answer(key, said, entry.actor, entry.instant, entry.number, "", entry.actor, entry.instant)
        return {**known, key.round: {**known.get(key.round, {}), key.cell: one}}
    found = dict(known.get(entry.subject, {}))
    for cell, earlier in fields.table("cells").items():
        before, key = parse_key(earlier), parse_key(f"{entry.subject}/{cell}")
        old = known.get(before.round, {}).get(before.cell) if before else None
        if old is None or key is None:
            raise Broken(f"Entry {entry.number} ({entry.kind}) of the register: {earlier} was never answered.")
        found[cell] = replace(
            old, key=key, entry=entry.number, carried=earlier, confirmed_by=entry.actor, confirmed=entry.instant
        )
    return {**known, entry.subject: found}
