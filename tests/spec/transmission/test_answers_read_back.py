"""A workbook of a whole questionnaire that comes back: differences are shown, then taken; what was altered is told, all at once."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from answer_books import COMMENT, EXPLAINED, FOOTNOTE, SOURCE, STATUS, attached, changed, unplaced
from journey_tools import inside, run
from openpyxl import Workbook
from questionnaires import SENDER, Desk, desk_at
from site_tools import copied

from greffe.errors import BadInput, Refused
from greffe.model.answers import AnswerKey, Said
from greffe.model.transmissions import Transmission
from greffe.transmission.answers.acts import Typed, give
from greffe.transmission.answers.asked import MISSING, Asked, asked
from greffe.transmission.answers.book_back import look_back, take_back
from greffe.transmission.building import cancel


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(copied(demo_home, tmp_path_factory.mktemp("back") / "var"))


def test_what_came_back_is_shown_then_taken_and_what_was_altered_is_told(desk: Desk, tmp_path: Path):
    parts = desk.parts
    one = desk.built("CEPEJ_CYCLE", 2024)
    body, round_ = desk.content(one), asked(parts, "CEPEJ", 2024)
    numbers = [a for a in round_.cells if a.state == MISSING and a.row.layout.type == "number" and not a.house]
    held = next(a for a in round_.cells if a.cell.held and a.cell.number is not None and not a.house)
    first, second = (a.name for a in numbers[:2])
    third = next(a.name for a in round_.cells if a.row.layout.type != "number" and not a.house and not a.cell.held)
    good = changed(body, {first: 41, second: "NAP"})
    found = look_back(parts, good, "back.xlsx")
    assert (found.transmission.id, found.faults) == (one.id, ())
    assert [(d.cell, d.after) for d in found.differs] == [(first, "41"), (second, "NAP")]
    assert parts.ledger().answers.get("CEPEJ/2024", {}).get(first) is None
    bad = changed(body, {first: "many", second: None, third: "=1+1", held.name: 1}, numbers[0].section)
    with pytest.raises(Refused) as error:
        take_back(parts, SENDER, bad, "back.xlsx")
    text = error.value.text()
    for told in (
        "'many' is no number",
        "It holds '=1+1'",
        "The answer was taken away",
        "is released: a released figure",
        "The locked cell",
    ):
        assert told in text, told
    assert "Faults: 5." in text
    file = tmp_path / "back.xlsx"
    file.write_bytes(bad)
    assert run(parts.settings.home, "answers", "read", str(file)).code == 3
    assert take_back(parts, SENDER, good, "back.xlsx")[1] == 2
    answers = parts.ledger().answers["CEPEJ/2024"]
    assert (answers[first].said.value, answers[second].said.missing, answers[first].who) == ("41", "NAP", SENDER.name)
    with pytest.raises(BadInput, match="It does not say of which delivery it is"):
        look_back(parts, blank(), "other.xlsx")


def test_every_field_of_a_cell_comes_back_in_both_languages(desk: Desk):
    """Of an answer, of a text and of a released figure: comment, source, footnote, explanation. What stays as it went out says nothing;
    what is taken away is no longer said."""
    parts, key = desk.parts, "CEPEJ/2024"
    round_ = asked(parts, "CEPEJ", 2024)
    mine = [a for a in round_.cells if not a.house and a.sheet.layout.id == "Resources"]
    text = next(a.name for a in mine if a.row.layout.type == "text" and a.state == MISSING)
    word = next(a.name for a in mine if a.row.layout.type == "yes_no" and a.state == MISSING)
    held = next(a.name for a in mine if a.cell.number is not None and not a.cell.notes.get("COMMENT_OBS"))
    first = AnswerKey("CEPEJ", 2024, held)
    explained = {"fr": "Une réforme.", "en": "A reform."}
    give(parts, SENDER, first, Typed(words={"explanation": explained, "source": {"fr": "DSJ", "en": "DSJ"}}))
    body = desk.content(again(desk))
    assert look_back(parts, body, "same.xlsx").differs == ()
    notes: dict[tuple[str, str], object] = {
        (word, COMMENT): "Depuis 2019 / Since 2019",
        (word, SOURCE): "DACS / DACS",
        (held, FOOTNOTE): "Hors Mayotte\n(une note) / Without Mayotte\n(a note)",
        (held, SOURCE): "DACS",
        (held, EXPLAINED): "Une réforme de 2023 / 2024. / A reform.",
    }
    values: dict[str, object] = {text: "Affaires familiales / Family cases", word: "Yes"}
    good = changed(body, values, notes=notes)
    found = look_back(parts, good, "back.xlsx")
    assert found.faults == ()
    assert {(d.cell, d.part) for d in found.differs} == {
        (text, "answer"), (word, "answer"), (word, "comment"), (word, "source"), (held, "footnote"), (held, "source"),
        (held, "explanation"),
    }  # fmt: skip
    assert take_back(parts, SENDER, good, "back.xlsx")[1] == 3
    said = {name: parts.ledger().answers[key][name].said for name in (text, word, held)}
    assert said[text].words == {"text": {"fr": "Affaires familiales", "en": "Family cases"}}
    assert (said[word].value, said[word].words) == (
        "Yes",
        {"comment": {"fr": "Depuis 2019", "en": "Since 2019"}, "source": {"fr": "DACS", "en": "DACS"}},
    )
    assert said[held].words == {
        "footnote": {"fr": "Hors Mayotte\n(une note)", "en": "Without Mayotte\n(a note)"},
        "explanation": {"fr": "Une réforme de 2023 / 2024.", "en": "A reform."},
        "source": {"fr": "DACS", "en": "DACS"},
    }
    assert take_back(parts, SENDER, good, "back.xlsx")[1] == 0  # the same again says nothing new
    two = again(desk)
    assert look_back(parts, desk.content(two), "same.xlsx").differs == ()
    less = changed(desk.content(two), {}, notes={(word, COMMENT): None, (held, EXPLAINED): ""})
    assert take_back(parts, SENDER, less, "less.xlsx")[1] == 2
    assert list(parts.ledger().answers[key][word].said.words) == ["source"]
    assert sorted(parts.ledger().answers[key][held].said.words) == ["footnote", "source"]


def test_notes_that_cannot_be_told_apart_are_refused_by_sheet_and_cell(desk: Desk, tmp_path: Path):
    """One language, more of them than two, a date, a formula, a status, what is released typed over; and nothing of it is taken."""
    parts = desk.parts
    one = again(desk)
    cells = asked(parts, "CEPEJ", 2024).cells
    mine = [a for a in cells if not a.house and a.cell.held and a.sheet.layout.id == "Cases"]
    names = [a.name for a in mine if not a.cell.notes.get("COMMENT_OBS")][:5]
    noted = next(a.name for a in mine if a.cell.notes.get("COMMENT_OBS"))
    notes: dict[tuple[str, str], object] = {
        (names[0], COMMENT): "In English alone", (names[1], COMMENT): "a / b / c", (names[2], COMMENT): date(2024, 1, 1),
        (names[3], COMMENT): "=A1", (names[4], STATUS): "L", (noted, COMMENT): "Une autre / Another",
    }  # fmt: skip
    bad = changed(desk.content(one), {}, notes=notes)
    told = [f.text() for f in look_back(parts, bad, "back.xlsx").faults]
    wanted = (
        "Only one language stands here. Both languages are written, as FRENCH / ENGLISH.",
        "It is not clear where French ends and English begins: 'a / b / c'.",
        "It holds '2024-01-01T00:00:00', which is no text.",
        "It holds '=A1', which is no text.",
        ": a status is not typed. What is missing is NA or NAP, in the answer.",
        "is released and stays; what is said beside it follows after a semicolon.",
    )
    assert len(told) == len(wanted), told
    for fault in wanted:
        assert [t for t in told if fault in t], (fault, told)
    assert all(re.match(r"\w+, row \d+, column [A-Z]+: ", t) for t in told)
    file = tmp_path / "bad.xlsx"
    file.write_bytes(bad)
    french = run(parts.settings.home, "--lang", "fr", "answers", "read", str(file), "--take", "--as", SENDER.name)
    assert french.code == 3
    assert "Les deux langues s’écrivent FRANÇAIS / ANGLAIS." in french.err
    good = changed(desk.content(one), {}, notes={(names[0], COMMENT): "Un / One", (noted, COMMENT): "+"})
    give(parts, SENDER, AnswerKey("CEPEJ", 2024, names[0]), Typed(words={"comment": {"fr": "Deux", "en": "Two"}}))
    stale, _ = look_back(parts, good, "back.xlsx").faults
    assert f"{SENDER.name} answered it otherwise since the workbook went out." in stale.text()


def test_what_was_answered_since_is_never_answered_over(desk: Desk, tmp_path: Path):
    """The workbook went out; somebody answers a cell; the workbook says another thing of it: it is told when it is looked at, and nothing
    of it is taken. What says the same as is answered now is no fault."""
    home, body = desk.parts.settings.home, desk.content(again(desk))
    first, second = numbers(desk)
    file = tmp_path / "back.xlsx"
    file.write_bytes(changed(body, {first.name: 1234, second.name: 5}))
    looked = inside(home, "answers", "read", str(file), "--json")
    assert (looked.code, looked.json()["faults"]) == (0, [])
    given = inside(home, "answers", "give", "CEPEJ", "2024", first.name, "--value", "99", "--as", SENDER.name)
    assert given.code == 0
    looked = inside(home, "answers", "read", str(file), "--json")
    (fault,) = looked.json()["faults"]
    assert looked.code == 3
    assert re.fullmatch(
        rf"{first.section}, row \d+, column [A-Z]+: {SENDER.name} answered it otherwise since the workbook went out\. "
        r"Compare them, and answer it on the page\.",
        fault,
    )
    taken = inside(home, "answers", "read", str(file), "--take", "--as", SENDER.name)
    assert (taken.code, "Faults: 1." in taken.err) == (3, True)
    said = asked(desk.parts, "CEPEJ", 2024)
    assert [said.cell(a.name).said for a in (first, second)] == [Said("99"), second.said]
    file.write_bytes(changed(body, {first.name: 99, second.name: 5}))
    assert inside(home, "answers", "read", str(file), "--take", "--as", SENDER.name).code == 0
    assert asked(desk.parts, "CEPEJ", 2024).cell(second.name).said == Said("5")


def test_a_note_of_the_spreadsheet_is_told_and_nothing_is_taken(desk: Desk, tmp_path: Path):
    """A comment of old and a thread with its replies, each by sheet, cell and text: they are in no column that is read."""
    home, body = desk.parts.settings.home, desk.content(again(desk))
    (mine, _), file, before = numbers(desk), tmp_path / "noted.xlsx", desk.parts.register.head()
    for replies, text in ((), "Estimated < 2 %"), (("Since when?",), "Estimated < 2 %\\nSince when?"):
        file.write_bytes(attached(changed(body, {mine.name: 7}), mine.name, "Estimated < 2 %", *replies))
        looked = inside(home, "answers", "read", str(file), "--json")
        (fault,) = looked.json()["faults"]
        assert looked.code == 3
        assert re.match(
            rf"{mine.section}, row \d+, column [A-Z]+: A note of the spreadsheet is attached to it: ", fault
        )
        assert f"'{text}'. Write what it says into the column that is for it" in fault
        assert inside(home, "answers", "read", str(file), "--take", "--as", SENDER.name).code == 3
    file.write_bytes(unplaced(attached(body, mine.name, "Where?")))
    looked = inside(home, "answers", "read", str(file))
    assert (looked.code, "It is no workbook that can be read" in looked.err) == (2, True)
    assert desk.parts.register.head() == before


def numbers(desk: Desk) -> tuple[Asked, Asked]:
    """Two cells that are asked for a number, of no release."""
    cells = [a for a in asked(desk.parts, "CEPEJ", 2024).cells if not a.house and not a.cell.held]
    first, second = [a for a in cells if a.row.layout.type == "number"][:2]
    return first, second


def again(desk: Desk) -> Transmission:
    """Built anew, with what is answered by now."""
    for one in list(desk.parts.ledger().transmissions.values()):
        if one.delivery == "CEPEJ_CYCLE" and one.state == "built":
            cancel(desk.parts, SENDER, one.id, "Built again.")
    return desk.built("CEPEJ_CYCLE", 2024)


def blank() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()
