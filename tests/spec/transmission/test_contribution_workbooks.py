"""The workbook of a house: only its own cells are open, LibreOffice saves it without harm, and what comes back altered is
refused by sheet and cell, and kept."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from contributions import CE, CLERK, COURTS, DSJ, by_office, filled, open_cells, out, people
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from questionnaires import SENDER, Desk, desk_at, opened
from site_tools import copied

from greffe.errors import BadInput, Refused
from greffe.french import tell
from greffe.release.contributing import named
from greffe.transmission import keeping
from greffe.transmission.contributions.acts import Typed, give, reopen
from greffe.transmission.contributions.book_in import look, take

NUMBERS: dict[str, object] = dict(zip(COURTS, (10, 20, 12, "NA", "NAP"), strict=True))


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    found = desk_at(copied(demo_home, tmp_path_factory.mktemp("workbooks") / "var"))
    people(found)
    return found


@pytest.fixture(scope="module")
def went(desk: Desk) -> bytes:
    """The workbook of the Council of State, as it went out."""
    return out(desk, CE)


def test_only_the_cells_of_the_house_are_open(desk: Desk, went: bytes):
    """Every cell of the questionnaire is there with its owner; sheets and structure are protected, nothing computes."""
    found = open_cells(went)
    assert {n for n, typed in found.items() if typed} == {*COURTS, "GREFFE_SIGNED_BY"}
    assert len(found) == 179 + 2  # the cells of CEPEJ, the edition, who signs
    book = opened(went)
    assert book.security is not None
    assert book.security.lockStructure is True
    for made in book.worksheets:
        assert (made.protection.sheet, made.protection.password) == (True, None)
        assert not [c.coordinate for r in made.iter_rows() for c in r if c.data_type == "f"]
        if made is not book.worksheets[0]:
            assert made.cell(2, 6).value == "Service / House"
            owners = {made.cell(r, 6).value for r in range(3, made.max_row + 1)}
            assert owners <= {
                "SSER",
                "DSJ",
                "DACS",
                "SADJAV",
                "SG-BUD",
                "CCASS",
                "INSEE",
                "CE",
            }
            free = [c.column for r in made.iter_rows() for c in r if not c.protection.locked]
            assert set(free) <= {8, *range(11, 19)}  # the answer, and the notes in both languages
            assert bool(free) == (made.title == "Q91")


def test_libreoffice_saves_it_and_it_is_taken(desk: Desk, went: bytes, tmp_path: Path):
    """Filled in, then opened and saved by LibreOffice, without a warning: what it says is what was written; a dry run enters
    nothing."""
    head = desk.parts.register.head()
    came = by_office(filled(went, NUMBERS), tmp_path)
    assert came != went
    found = look(desk.parts, SENDER, CE, came, "back.xlsx")
    assert found.faults == ()
    assert [(c.cell, c.after) for c in found.changed] == [
        (COURTS[0], "10"), (COURTS[1], "20"), (COURTS[2], "12"), (COURTS[3], "NA"), (COURTS[4], "NAP"),
    ]  # fmt: skip
    assert (found.answered, found.asked) == (5, 5)
    assert desk.parts.register.head() == head


def test_every_field_of_a_cell_comes_back_in_both_languages(desk: Desk, went: bytes):
    """Comment, source, footnote and explanation, French and English, each in a column of its own; a year stays the text that it is."""
    words = {
        part: {"fr": f"{part}, en français", "en": f"{part}, in English"}
        for part in ("comment", "source", "footnote", "explanation")
    }
    words["footnote"]["en"] = "2024"
    book = opened(filled(went, NUMBERS))
    ((title, where),) = book.defined_names[COURTS[0]].destinations
    texts = [text for part in words.values() for text in part.values()]
    for column, text in enumerate(texts, 11):
        book[title].cell(book[title][where].row, column).value = int(text) if text.isdecimal() else text
    out_ = io.BytesIO()
    book.save(out_)
    found = look(desk.parts, SENDER, CE, out_.getvalue(), "back.xlsx")
    assert found.faults == ()
    assert found.cells[COURTS[0]].words == words
    assert {c.cell for c in found.changed} == set(COURTS)


def _insert(book: Workbook) -> None:
    book["Q91"].insert_rows(4)
    for name, defined in list(book.defined_names.items()):
        title, where = next(iter(defined.destinations))
        row = int(where.rpartition("$")[2])
        if title == "Q91" and row >= 4:
            book.defined_names[name] = DefinedName(name, attr_text=f"'Q91'!$H${row + 1}")


def _locked(book: Workbook) -> None:
    book["Q91"]["H3"] = 77


def _label(book: Workbook) -> None:
    book["Q91"]["C4"] = "Autre chose"


def _renamed(book: Workbook) -> None:
    book["Q91"].title = "Question 91"


def _added(book: Workbook) -> None:
    book.create_sheet("Notes")["A1"] = "See our letter"


def _outside(book: Workbook) -> None:
    book["Q91"]["X9"] = "Please call"


def _unnamed(book: Workbook) -> None:
    del book.defined_names[COURTS[0]]


def _noted(book: Workbook) -> None:
    book["Q91"]["H3"].comment = Comment("Not ours:\nask them", "A. Martin")
    book["Q91"]["B1"].comment = Comment(" ", "A. Martin")  # says nothing


def _altered(book: Workbook) -> None:
    for change in (_locked, _label, _added, _outside):
        change(book)


def _told(book: Workbook) -> None:
    """Beside the first cells that are asked: a comment that is too long, a formula as a source, a footnote that became a date."""
    rows = [int(next(iter(book.defined_names[c].destinations))[1].rpartition("$")[2]) for c in COURTS[:3]]
    book["Q91"].cell(rows[0], 11).value = "x" * 5_001
    book["Q91"].cell(rows[1], 14).value = "=A1"
    book["Q91"].cell(rows[2], 16).value = date(2024, 3, 1)


TYPED: dict[str, object] = {
    COURTS[0]: "1 200", COURTS[1]: date(2024, 1, 1), COURTS[2]: "=1+1", COURTS[3]: 7, COURTS[4]: "nap",
}  # fmt: skip
# How a workbook was altered: what was typed, what else was done; every fault, in its order.
ALTERED: dict[str, tuple[dict[str, object], Callable[[Workbook], None], tuple[str, ...]]] = {
    "moved": (NUMBERS, _insert, (r"Q91, row \d+, column H: The cell CEPEJ_Q91__\w+ was moved to Q91!H\d+\.",) * 39),
    "impossible": (NUMBERS | {COURTS[0]: -5, COURTS[2]: 23555.5}, lambda _: None, (
        r"Q91, row \d+, column H: -5 is below zero\. A count is a whole number, 0 or more\.",
        r"Q91, row \d+, column H: 23555\.5 is no whole number\. A count is a whole number, 0 or more\.",
    )),
    "told": (NUMBERS, _told, (
        r"Q91, row \d+, column K: A text has at most 5000 characters\.",
        r"Q91, row \d+, column N: It is a formula\. Write the value itself\.",
        r"Q91, row \d+, column P: It holds '2024-03-01T00:00:00', which is no text\. Write the text itself\.",
    )),
    "noted": (NUMBERS, _noted, (
        r"Q91, row 3, column H: A note of the spreadsheet is attached to it: 'Not ours:\\nask them'\. Write what it says into the column "
        r"that is for it, beside the answer, and delete the note\.",
    )),
    "unnamed": (NUMBERS, _unnamed, (r"Q91, row \d+, column H: The name CEPEJ_Q91__Q91_L3__P0__2024 is gone from here\.",)),
    "renamed": (NUMBERS, _renamed, (
        r"Q91: The sheet is gone, or has another name\.", r"Question 91: The sheet did not go out from here\.",
    )),
    "typed": (TYPED, _altered, (
        r"Notes: The sheet did not go out from here\.",
        r"Q91, row 3, column H: The locked cell of SSER holds '77' in place of '\w+'\.",
        r"Q91, row 4, column C: The locked cell holds 'Autre chose' in place of '.+'\.",
        r"Q91, row 9, column X: Nothing is asked here, and it holds 'Please call'\.",
        r"Q91, row \d+, column H: It holds the text '1 200' where a number is asked\. A number in digits, NA, or NAP\.",
        r"Q91, row \d+, column H: It holds '2024-01-01T00:00:00', which is no number and no word\.",
        r"Q91, row \d+, column H: It is a formula\. Write the value itself\.",
        r"Q91, row \d+, column H: It holds the text 'nap' where a number is asked\. A number in digits, NA, or NAP\.",
    )),
}  # fmt: skip


@pytest.mark.parametrize("how", ALTERED)
def test_what_comes_back_altered_is_refused_and_kept(desk: Desk, went: bytes, how: str):
    """Each fault by sheet and cell; the file is kept as it came, its faults are in the register, the contribution is as it was."""
    values, then, told = ALTERED[how]
    came = filled(went, values, "A. Martin", then)
    before = named(desk.parts, CE).one
    with pytest.raises(
        Refused, match=rf"^{how}.xlsx is not taken: {' '.join(told[:10])} Faults: {len(told)}\."
    ) as error:
        take(desk.parts, SENDER, CE, came, f"{how}.xlsx")
    assert "n’est pas repris\u00a0:" in tell(error.value, "fr").text
    after = named(desk.parts, CE).one
    assert (after.cells, after.state, after.revision) == (before.cells, before.state, before.revision)
    back = after.returned[-1]
    assert back.name == f"{how}.xlsx"
    assert keeping.content(desk.parts, back.sha256) == came
    assert len(back.faults) == len(told)
    assert all(re.fullmatch(sentence, fault) for sentence, fault in zip(told, back.faults, strict=True)), back.faults


def test_a_workbook_of_somebody_else_an_older_one_and_rubbish(desk: Desk, went: bytes):
    other, mine, foreign = out(desk, DSJ), "CEPEJ_PROFESSIONALS__Q49__T__COUNT__T__2024", COURTS[0]
    with pytest.raises(Refused, match=f"It is the workbook of {DSJ}, not of {CE}"):
        take(desk.parts, SENDER, CE, other, "other.xlsx")
    with pytest.raises(Refused, match=f"Edition 99 of {CE} never went out"):
        take(desk.parts, SENDER, CE, filled(went, {"GREFFE_EDITION": f"{CE}/99"}), "forged.xlsx")
    with pytest.raises(Refused, match="It does not say of which contribution it is"):
        take(desk.parts, SENDER, CE, filled(went, {"GREFFE_EDITION": ""}), "foreign.xlsx")
    with pytest.raises(BadInput, match="no workbook that can be read"):
        take(desk.parts, SENDER, CE, went[: len(went) // 2], "half.xlsx")
    assert named(desk.parts, CE).one.returned[-1].name == "half.xlsx"
    give(desk.parts, CLERK, DSJ, {mine: Typed("620")})
    with pytest.raises(Refused, match="Edition 1 is older than what clerk entered since"):
        take(desk.parts, CLERK, DSJ, filled(other, {mine: 610}), "older.xlsx")
    assert named(desk.parts, DSJ).one.cells[mine].value == "620"
    with pytest.raises(Refused, match=r"Q91, row \d+, column H: The locked cell of CE holds '1' in place of"):
        take(desk.parts, CLERK, DSJ, filled(out(desk, DSJ), {foreign: 1}), "held.xlsx")


def test_a_signed_one_is_locked(desk: Desk, went: bytes):
    """What nobody answered is told; then it is taken, signed and locked, and the same workbook comes too late."""
    parts = desk.parts
    taken = take(parts, SENDER, CE, filled(went, {COURTS[0]: 10}, "A. Martin"), "part.xlsx")
    assert (taken.state, taken.answered, taken.asked, taken.signatory) == ("open", 1, 5, "")
    again = filled(out(desk, CE), NUMBERS, "A. Martin")
    assert take(parts, SENDER, CE, again, "whole.xlsx").state == "signed"
    with pytest.raises(Refused, match=f"{CE} is locked: A. Martin signed it"):
        take(parts, SENDER, CE, again, "again.xlsx")
    with pytest.raises(Refused, match="It is reopened first"):
        out(desk, CE)
    reopen(parts, SENDER, CE, "One line lacks.")
    assert named(parts, CE).one.cells[COURTS[2]].value == "12"  # nothing is lost
