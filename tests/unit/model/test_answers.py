"""Answers as the register tells them, typed as their questions are, and put beside what a release holds."""

from __future__ import annotations

import pytest

from greffe.catalogue.questionnaires import CHOICE, NUMBER, TEXT, YES_NO, Rows
from greffe.errors import BadQuery
from greffe.model.answers import AnswerKey, Said
from greffe.store.answer_records import answers_after, said_payload
from greffe.store.base import Entry
from greffe.transmission.answers.checking import checked

CELL = "CEPEJ_PROFESSIONALS__Q147__T__COUNT__T__{}"
BOTH = {"fr": "Oui, sous conditions", "en": "Yes, under conditions"}


def entry(number: int, actor: str, kind: str, subject: str, payload: dict[str, object]) -> Entry:
    return Entry(number, f"2026-01-0{number}T00:00:00.000000Z", actor, "local", kind, subject, payload, "", "")


def test_who_said_it_stays_when_another_confirms_it_in_the_next_cycle():
    said = Said("Yes", "", {"comment": BOTH})
    given = entry(1, "alix", "answer.given", f"CEPEJ/2022/{CELL.format(2022)}", said_payload(said))
    cells = {CELL.format(2024): f"CEPEJ/2022/{CELL.format(2022)}"}
    confirmed = entry(2, "bo", "answer.confirmed", "CEPEJ/2024", {"cells": cells, "section": "Professionals"})
    known = answers_after(answers_after({}, given), confirmed)
    one = known["CEPEJ/2024"][CELL.format(2024)]
    assert one.said == said == known["CEPEJ/2022"][CELL.format(2022)].said
    assert (one.who, one.instant, one.confirmed_by, one.confirmed) == (
        "alix", "2026-01-01T00:00:00.000000Z", "bo", "2026-01-02T00:00:00.000000Z",
    )  # fmt: skip
    assert (one.carried, one.entry) == (f"CEPEJ/2022/{CELL.format(2022)}", 2)
    assert one.key == AnswerKey("CEPEJ", 2024, CELL.format(2024))
    assert one.key.period == "2024"
    again = entry(3, "bo", "answer.given", str(one.key), said_payload(Said(missing="NAP")))
    after = answers_after(known, again)["CEPEJ/2024"][CELL.format(2024)]
    assert (after.said, after.who, after.carried) == (Said(missing="NAP"), "bo", "")


def rows(type_: str, *choices: str) -> Rows:
    return Rows({}, {}, type_, choices, {})


@pytest.mark.parametrize(("type_", "typed", "kept"), [
    (NUMBER, "1234.50", "1234.50"), (NUMBER, "-3", "-3"), (NUMBER, "007", "7"),
    (YES_NO, "oui", "Yes"), (YES_NO, "NO", "No"),
])  # fmt: skip
def test_values_of_their_type(type_: str, typed: str, kept: str):
    assert checked(rows(type_), typed, "", {}).value == kept


@pytest.mark.parametrize("type_", [NUMBER, YES_NO, TEXT])
def test_na_and_nap_are_two_answers_to_any_question(type_: str):
    assert [checked(rows(type_), v, "", {}).missing for v in ("NA", "nap")] == ["NA", "NAP"]
    assert checked(rows(type_), "", "NAP", {"comment": BOTH}).words == {"comment": BOTH}


@pytest.mark.parametrize(("layout", "value", "missing", "words", "parameter", "near"), [
    (rows(NUMBER), "1 234", "", {}, "value", ()),
    (rows(NUMBER), "1,5", "", {}, "value", ()),
    (rows(NUMBER), "1e3", "", {}, "value", ()),
    (rows(NUMBER), "=1+1", "", {}, "value", ()),
    (rows(NUMBER), "١٢", "", {}, "value", ()),
    (rows(YES_NO), "perhaps", "", {}, "value", ("Yes", "No")),
    (rows(CHOICE, "Court", "Minister"), "Courts", "", {}, "value", ("Court",)),
    (rows(TEXT), "words", "", {}, "value", ()),
    (rows(NUMBER), "", "N/A", {}, "missing", ("NA",)),
    (rows(NUMBER), "3", "NA", {}, "value", ()),
    (rows(NUMBER), "", "", {"text": BOTH}, "text", ()),
    (rows(TEXT), "", "", {"comment": {"fr": "a\x00b"}}, "comment_fr", ()),
    (rows(TEXT), "", "", {"text": {"en": "x" * 5001}}, "text_en", ()),
])  # fmt: skip
def test_what_is_no_answer_is_told_with_its_field(
    layout: Rows, value: str, missing: str, words: dict[str, dict[str, str]], parameter: str, near: tuple[str, ...]
):
    with pytest.raises(BadQuery) as error:
        checked(layout, value, missing, words)
    assert error.value.parameter == parameter
    assert set(near) <= set(error.value.nearest)


def test_one_language_alone_is_half():
    said = checked(rows(TEXT), "", "", {"text": {"fr": " Conseil d’État "}, "comment": BOTH})
    assert said.half == ("text",)
    assert (said.word("text", "fr"), said.word("text", "en"), said.answers) == ("Conseil d’État", "", True)
