"""Every rule has a table that passes and one that fails, two sentences, and a line in the reference."""

import ast
from pathlib import Path

import pytest

from greffe.validation.reference import markdown
from greffe.validation.run import RULES

HERE = Path(__file__).parent
TESTS = {
    node.name
    for path in HERE.glob("test_*.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_has_a_passing_and_a_failing_table(rule):
    assert {f"test_{rule.name}_holds", f"test_{rule.name}_is_broken"} <= TESTS


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_has_its_sentence_in_two_languages(rule):
    assert all(sentence.endswith(".") and len(sentence) > 15 for sentence in rule.sentences.values())
    assert set(rule.sentences) == {"en", "fr"}


def test_names_are_unique():
    assert len({r.name for r in RULES}) == len(RULES)


def test_the_reference_page_is_that_of_the_code():
    """Written by `python -m greffe.validation.reference > docs/reference/rules.md`."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "rules.md"
    assert page.read_text(encoding="utf-8") == markdown()
