"""Every row of the experts' list is a decision of `mappings/`: cited, of the same kind and validity, or said otherwise."""

import pytest
from seed_rows import OTHERWISE, ROOT, citations, seeds

from shipped_catalogue import shipped_catalogue
from greffe.catalogue.load import load, read_folders
from greffe.catalogue.no_target import unexplained

SEEDS = seeds()
CITED = citations()
# Whose rows are wholly realised. `none`: indicators without any target.
REALISED = ("none", "Eurostat", "UNODC", "CEPEJ")
# What a kind of the list is in a map. A rate that a recipient computes may also be left out, with the reason.
KINDS = {
    "fixed": {"exact"},
    "exact": {"exact"},
    "aggregate": {"aggregate", "total"},
    "broader": {"broader"},
    "narrower": {"narrower"},
    "ratio": {"rate", "formula", "not-available"},
    "formula": {"formula", "complement", "lag", "split", "convert", "total"},
    "not-available": {"not-available", "not-applicable", "no-target", "other-house"},
}


def day(year: str, end: str) -> str:
    return f"{year}-{end}" if year else ""


def test_the_list_is_whole() -> None:
    assert [s["map_id"] for s in SEEDS] == [f"M{n:03d}" for n in range(1, 329)]
    assert {s["mapping_kind"] for s in SEEDS} == set(KINDS)
    assert sorted({s["agency"] for s in SEEDS}) == ["CEPEJ", "Eurostat", "UNODC", "none"]


def test_only_rows_of_the_list_are_cited() -> None:
    assert set(CITED) <= {s["map_id"] for s in SEEDS}
    assert CITED


@pytest.mark.parametrize("agency", REALISED)
def test_every_row_is_realised(agency: str) -> None:
    missing = [s["map_id"] for s in SEEDS if s["agency"] == agency and s["map_id"] not in CITED]
    assert missing == []


@pytest.mark.parametrize("agency", REALISED)
def test_kinds_agree_or_the_row_says_otherwise(agency: str) -> None:
    differ = [
        f"{s['map_id']} {s['mapping_kind']}: {sorted({c.kind for c in found})}"
        for s in SEEDS
        if s["agency"] == agency
        and (found := CITED[s["map_id"]])
        and not any(c.kind in KINDS[s["mapping_kind"]] or OTHERWISE in c.reason for c in found)
    ]
    assert differ == []


@pytest.mark.parametrize("agency", REALISED)
def test_validity_agrees_or_the_row_says_otherwise(agency: str) -> None:
    """The rows of a map that cite the list begin and end as it does; one of several columns carries it."""
    differ = []
    for seed in (s for s in SEEDS if s["agency"] == agency):
        rows = [c for c in CITED[seed["map_id"]] if c.valid_from is not None]
        wanted = (day(seed["valid_from"], "01-01"), day(seed["valid_to"], "12-31"))
        if rows and not any((c.valid_from, c.valid_to) == wanted or OTHERWISE in c.reason for c in rows):
            differ.append(f"{seed['map_id']} {wanted}: {sorted({(c.file, c.valid_from) for c in rows})}")
    assert differ == []


def test_every_indicator_is_read_or_explained() -> None:
    """No map reads it and nobody says why: an error of coverage."""
    catalogue = shipped_catalogue()
    assert unexplained(catalogue) == ()
