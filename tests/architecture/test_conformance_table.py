"""The table of conformance is that of the tests, and no item of the standards' checklists is passed over."""

from __future__ import annotations

from conformance_table import FAMILIES, ROOT, held, items, table


def test_the_page_is_what_the_tests_say():
    """After a change of tests: `make docs`."""
    assert (ROOT / "docs/reference/sdmx-conformance.md").read_text() == table()


def test_every_item_has_a_test():
    """No item is silently ignored: each is held by a test, of what is done or of a refusal."""
    covered = {h.item for h in held()}
    assert sorted(set(items()) - covered) == []


def test_tests_name_items_that_exist():
    """A misspelt item would be covered by nobody."""
    assert sorted({h.item for h in held()} - set(items())) == []
    assert {i.split("-")[0] for i in items()} == set(FAMILIES)


def test_each_behaviour_is_a_sentence():
    """What stands in the table is read by people."""
    short = [h.test for h in held() if len(h.behaviour.split()) < 3]
    assert short == []
