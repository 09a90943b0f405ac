"""A workbook of a whole questionnaire that comes back: differences are shown, then taken; what was altered is told, all at once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from journey_tools import run
from openpyxl import Workbook, load_workbook
from questionnaires import SENDER, Desk, desk_at
from site_tools import copied

from greffe.errors import BadInput, Refused
from greffe.transmission.answers.asked import MISSING, asked
from greffe.transmission.answers.book_back import look_back, take_back


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(copied(demo_home, tmp_path_factory.mktemp("back") / "var"))


def changed(body: bytes, values: dict[str, object], locked: str = "") -> bytes:
    """As another program saves it: values by name of a cell; `locked`: something typed over the title of that sheet."""
    book = load_workbook(io.BytesIO(body))
    for name, value in values.items():
        ((title, where),) = book.defined_names[name].destinations
        book[title][where] = value
    if locked:
        book[locked]["A1"] = "Other"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


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
    assert (found.transmission.id, found.faults, found.beside) == (one.id, (), ())
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


def blank() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()
