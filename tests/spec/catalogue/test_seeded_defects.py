"""Of a thousand seeded defects nearly all are refused when the map is loaded, and of sound maps nearly none."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
from map_defects import DEFECTS, SOUND, Bench, Change, Draft, seeded
from shipped_catalogue import shipped_files

from greffe.catalogue.load import load


@cache
def bench() -> Bench:
    files = shipped_files()
    return Bench(files, load(files))


def judged(changes: tuple[Change, ...], count: int) -> tuple[Counter[str], list[str]]:
    """How many changes of each kind were made, and what was refused or loaded against what it should."""
    made: Counter[str] = Counter()
    wrong = []
    for change, said, draft in seeded(bench(), changes, count):
        made[change.__name__] += 1
        refusal = bench().refusal(draft)
        if (refusal is None) == (change in DEFECTS):
            wrong.append(f"{change.__name__}: {draft.path}: {said}: {refusal.text() if refusal else 'loaded'}")
    return made, wrong


def test_seeded_defects_are_refused():
    made, loaded = judged(DEFECTS, 1_000)
    assert set(made) == {change.__name__ for change in DEFECTS}
    assert min(made.values()) >= 1
    assert len(loaded) <= 10, loaded


def test_sound_maps_are_not_refused():
    made, refused = judged(SOUND, 200)
    assert set(made) == {change.__name__ for change in SOUND}
    assert len(refused) <= 2, refused


def refusal_of(path: str, change: Change | None = None, seed: int = 1) -> str:
    draft = bench().draft(path, seed)
    if change is not None:
        assert change(draft)
    found = bench().refusal(draft)
    assert found is not None
    return found.text()


def test_a_refusal_says_what_would_make_it_legitimate():
    """The message names the indicator, the cell, both values and the conversion."""

    def bare(draft: Draft) -> str:
        draft.document["types"][0]["conversions"] = []
        return "no conversions"

    said = refusal_of("mappings/ESTAT/crim_just_sex.yaml", bare)
    assert "PEN_PQ_POURS has counting_unit person_case, the cell" in said
    assert "Declare the conversion flag_D for PEN_PQ_POURS" in said


SEXES = ("mappings/ESTAT/crim_just_sex.yaml", "SEXE", "T")


@pytest.mark.parametrize(("path", "dimension", "code"), [SEXES])
def test_a_total_and_its_parts_are_not_summed(path: str, dimension: str, code: str):
    """The total of sexes beside the sexes, in one sum."""

    def beside(draft: Draft) -> str:
        draft.document["aggregate"] = {"over": [dimension], "reason": "All."}
        draft.document["select"][dimension] = ["1", "2", code]
        for component in draft.mapped(source=dimension):
            rows = draft.table(component)
            rows[:] = [
                {**rows[0], f"source:{dimension}": c, "row_id": f"R{c}", "match": "exact"} for c in ("1", "2", code)
            ]
        return "beside"

    said = refusal_of(path, beside)
    assert "SEXE T contains 1, and both lead to one key" in said
    assert "Select SEXE T, or its parts" in said


def test_the_stock_of_1_january_stands_for_the_year_before_where_that_is_declared():
    """2015-01 is 2014; another day of the year is its own year."""

    def wrong(draft: Draft) -> str:
        (component,) = draft.mapped(source="TIME_PERIOD", target="TIME_PERIOD")
        row = next(r for r in draft.table(component) if r["source:TIME_PERIOD"] == "2015-01")
        row["target:TIME_PERIOD"] = "2015"
        return "2015"

    assert "2015-01 stands for 2014 (shift_1jan declared), found 2015" in refusal_of(
        "mappings/ESTAT/crim_pris_cap.yaml", wrong
    )
