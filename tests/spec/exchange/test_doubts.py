"""What experts must confirm: nothing unverified is left out, and the workbook has a question and room for its answer."""

from __future__ import annotations

import io
from collections import Counter

import openpyxl
import pytest
from exchange_tools import ROOT, shipped, shipped_tables
from journey_tools import begun
from journey_tools import inside as run

from greffe.catalogue.representation_files import CONFIDENCES as ALL
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.mapping.doubts.collect import doubts
from greffe.mapping.doubts.page import page
from greffe.mapping.doubts.type_names import TYPE_NAMES
from greffe.mapping.doubts.words import CONFIDENCES
from greffe.mapping.doubts.workbook import ANSWERS, COLUMNS, write_doubts
from greffe.model.structures import Codelist


@pytest.fixture(scope="module")
def found():
    return doubts(shipped()[0])


def test_every_confidence_but_verified_is_asked():
    assert set(CONFIDENCES) == set(ALL) - {"verified"}


def test_every_row_that_is_not_verified_is_asked_once(found):
    """As many questions as such rows, each with its file, id, reason and reference."""
    catalogue, _ = shipped()
    wanted = {
        f"{t.file}#{r.row_id}": (r.confidence, r.reason, r.reference)
        for t in shipped_tables().values() for r in t.rows if r.confidence != "verified"
    }  # fmt: skip
    wanted |= {
        f"mappings/no_target.csv#{r.row_id}": (r.confidence, r.reason, r.reference)
        for r in catalogue.no_target if r.confidence != "verified"
    }  # fmt: skip
    asked = {d.place: (d.confidence, d.reason, d.reference) for d in found if d.subject in ("row", "no-target")}
    assert asked == wanted


def test_every_type_calculation_gap_and_code_is_asked(found):
    """Counted from the maps and the lists themselves."""
    catalogue, _ = shipped()
    counts = Counter(d.subject for d in found)
    maps = catalogue.maps.values()
    assert counts["type"] == sum(len(m.types) for m in maps)
    assert counts["calculation"] == sum(len(m.calculations) for m in maps)
    assert counts["not-provided"] == sum(len(m.not_provided) for m in maps)
    lists = list(catalogue.all(Codelist))
    own = [(list_, i) for list_ in lists for i in list_.items if i.id not in list_.inherited]
    words = [i.annotation("PROVENANCE") or list_.annotation("PROVENANCE") for list_, i in own]
    assert counts["code"] == sum(word in CONFIDENCES for word in words)
    assert {d.place for d in found if d.subject == "code"} >= {"SSER:CL_INFRACTION(1.0.0).HOMV"}


def test_a_question_is_said_in_both_languages_to_the_house_that_owns_the_source(found):
    (one,) = [d for d in found if d.place == "mappings/ESTAT/infraction_to_pris_iccs.csv#OFF-002"]
    assert one.recipient == "ESTAT"
    assert "Viols" in one.question[0]
    assert one.question[0].endswith("Est-ce juste ?")
    assert one.question[1].startswith("“Rape")
    assert (one.source, one.target, one.reference) == ("INFRACTION=VIOLS", "iccs=ICCS03011", "M082-M084")
    (prison,) = [d for d in found if d.place == "mappings/ESTAT/indicateur_to_pris_leg_stat.csv#TRI-001"]
    assert prison.houses == ("DAP",)
    assert prison.confidence == "recalled-low"


def test_questions_hold_names_in_both_languages_and_no_bare_patterns(found):
    """A pattern is told by the codes it matches, a type and a calculation in words, a cell by its labels."""
    by_place = {d.place: d.question for d in found}
    french, english = by_place["mappings/UNODC/convicted_to_justice.csv#ACT-HOMV_T"]
    assert "Hommes ou Femmes ; Majeurs ou Mineurs" in french  # [12] and MIN|MAJ
    assert "Males or Females ; Adults or Minors" in english
    assert by_place["mappings/SPACE/stock_dates.csv#DAT-2023"][0].startswith("« Personnes écrouées ou ")
    french, english = by_place["mappings/common/conf_to_conf_status.csv#CNF-001"]
    assert french == "« (vide) » devient « Diffusion libre » (équivalent). Est-ce juste ?"
    assert english.startswith("“(empty)” becomes")
    french, english = by_place["mappings/CEPEJ/prosecution.yaml#types[0]"]
    assert french.startswith("Cellules « Reçues dans l’année de référence » : que compte-t-on ? unité : affaire, ")
    assert "moment: flow of the year" in english
    assert "(observation antérieure, pending)" in by_place["mappings/CEPEJ/prosecution.yaml#pending"][0]
    assert "« Code de calcul, jamais envoyé" in by_place["mappings/ESTAT/crim_crt_per.yaml#types[0]"][0]
    patterns = ("[12]", "MIN|MAJ", ".*", ".+", "PREV|COND")
    asked = {d.place: text for d in found for text in d.question if any(p in text for p in patterns)}
    # No list gives the values of these columns: the pattern is all that can be told.
    assert all("toute valeur de la forme" in t or "any value of the form" in t for t in asked.values()), asked


def test_every_word_of_the_types_has_its_names():
    assert {axis: set(words) for axis, words in TYPE_NAMES.items()} == {a: set(w) for a, w in TYPE_WORDS.items()}


def test_the_least_sure_comes_first_within_a_recipient_and_house(found):
    order = [(d.recipient, d.houses, CONFIDENCES.index(d.confidence)) for d in found]
    assert order == sorted(order)
    assert CONFIDENCES[0] == "recalled-low"


def test_the_workbook_has_every_question_and_room_for_the_answer(found):
    """A sheet for each recipient, as many rows as questions; only the four columns of the expert are open."""
    content = write_doubts(found)
    assert write_doubts(found) == content
    book = openpyxl.load_workbook(io.BytesIO(content))
    counts = Counter(d.recipient for d in found)
    assert book.sheetnames[1:] == list(dict.fromkeys(d.recipient for d in found))
    for recipient, number in counts.items():
        sheet = book[recipient]
        assert sheet.max_row == number + 1
        assert sheet.protection.sheet
        assert [c.value for c in sheet[1]] == [title for title, _ in COLUMNS]
        assert [c.protection.locked for c in sheet[2]] == [True] * 15 + [False] * 4
        assert all(sheet.cell(2, place).value for place in (1, 2, 3, 4, 5, 6))
        (choice,) = sheet.data_validations.dataValidation
        assert choice.formula1 == f'"{",".join(ANSWERS)}"'
        assert len(choice.formula1) < 255


def test_the_page_of_counts_is_the_one_committed(found):
    """docs/reference/to-confirm.md says what the shipped files say: `make docs` writes it anew."""
    said = (ROOT / "docs/reference/to-confirm.md").read_text(encoding="utf-8")
    assert said == page(found)
    assert f"{len(found)} questions are open." in said


def test_the_command_writes_it(tmp_path):
    out = tmp_path / "x.xlsx"
    told = run(begun(tmp_path / "var"), "mappings", "doubts", "--out", str(out), "--json")
    assert told.code == 0, told.err
    assert told.json()["questions"] == sum(r["questions"] for r in told.json()["counts"])
    assert out.read_bytes() == write_doubts(doubts(shipped()[0]))
