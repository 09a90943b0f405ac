"""docs/reference/mapping-rules.md says what the program does, where that can be told from the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from greffe.catalogue.patterns import LONGEST, LONGEST_VALUE
from greffe.mapping.times import FORMATS
from greffe.model.calendar_names import LANGUAGES
from greffe.model.date_patterns import date_pattern
from greffe.model.stretches import NANOSECONDS

PAGE = (Path(__file__).resolve().parents[3] / "docs/reference/mapping-rules.md").read_text()
TEXT = " ".join(PAGE.split())


@pytest.mark.item("SM-33")
def test_the_forms_of_periods_are_those_written():
    """SM-33: frequency and pattern of every line of the table."""
    assert dict(re.findall(r"^\| ([A-Z]) \| `([^`]+)` \|", PAGE, re.MULTILINE)) == dict(FORMATS)


@pytest.mark.item("SM-35")
def test_every_letter_of_the_table_is_known():
    """SM-35: the letters that the page names are those that patterns take."""
    letters = re.search(r"\| letters \| are .*?\n\n", PAGE, re.DOTALL)
    assert letters is not None
    cells = [line.split("|")[1] for line in letters[0].splitlines()[2:] if line]
    named = {word for cell in cells for word in re.findall(r"`([A-Za-z]+)`", cell)}
    assert {w[0] for w in named} == set("yYMdDwWEUHkhKmsSan")
    assert all(date_pattern(word) for word in named)


@pytest.mark.item("SM-14", "SM-31", "SM-35")
def test_bounds_units_and_languages_are_those_of_the_program():
    """SM-14, SM-31, SM-35: bounds, units and languages of the page are those of the program."""
    assert f"at most {LONGEST} characters; what can" in TEXT
    assert f"more than {LONGEST_VALUE} characters" in TEXT
    assert f"units {', '.join(NANOSECONDS)}." in TEXT
    assert ", ".join(f"`{language}`" for language in LANGUAGES) in TEXT


def test_every_rule_of_the_standard_has_its_place():
    """SM-10 to SM-23 and SM-30 to SM-35."""
    named = set(re.findall(r"SM-\d+", PAGE))
    missing = [f"SM-{n}" for n in (*range(10, 24), *range(31, 36)) if f"SM-{n}" not in named]
    assert missing == ["SM-13"]  # the form of the file itself, in mappings/README.md
