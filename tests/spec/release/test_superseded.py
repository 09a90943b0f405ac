"""A map on a superseded structure or list: a warning until the date of change, an error from then on (D14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import small_catalogue as small
from house import FLOW, new_house
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import load
from greffe.catalogue.superseded import superseded
from greffe.model.findings import ERROR, WARNING
from greffe.model.references import Reference
from greffe.model.structures import Artefact, Codelist
from greffe.release.superseded import superseded_findings

LIST = next(a for a in small.LISTS if a.reference.id == "CL_LEG")


def newer(artefact: Artefact, version: str, since: str = "") -> Artefact:
    """Another version of an artefact."""
    reference = Reference(artefact.reference.agency, artefact.reference.id, version)
    return replace(artefact, reference=reference, valid_from=since)


def with_newer(*artefacts: Artefact) -> Catalogue:
    """The small catalogue with more versions."""
    more = {f"sdmx/SSER/{a.kind}/{a.reference.id}_{n}.json": dump_file(a) for n, a in enumerate(artefacts)}
    return load(small.files() | more)


def said(catalogue: Catalogue, today: date | None) -> list[tuple[str, str, str]]:
    """Severity, file and message of what is found."""
    [map_] = catalogue.maps.values()
    found = superseded_findings(catalogue, map_, today)
    assert all(f.messages["fr"].startswith("SSER:MAP_OUT(1.0.0) utilise") for f in found)
    return [(f.severity, f.where, f.messages["en"]) for f in found]


def test_nothing_newer_nothing_said():
    """Older versions, drafts and lists that the map does not use are no matter."""
    other = newer(small.codelist("CL_OTHER", "X"), "2.0.0")
    assert said(with_newer(newer(LIST, "0.9.0"), newer(LIST, "1.1.0-draft"), other), date(2030, 1, 1)) == []


@pytest.mark.parametrize(
    ("today", "severity"), [(None, WARNING), (date(2026, 12, 31), WARNING), (date(2027, 1, 1), ERROR)]
)
def test_a_newer_list_counts_from_its_date(today, severity):
    """The date of change is the validFrom of the newest version."""
    books = with_newer(newer(LIST, "1.1.0"), newer(LIST, "2.0.0", "2027-01-01"))
    [(found, where, message)] = said(books, today)
    assert (found, where) == (severity, small.MAP)
    assert "SSER:CL_LEG(1.0.0)" in message
    assert "SSER:CL_LEG(2.0.0)" in message
    assert "2027-01-01" in message


def test_without_a_date_it_stays_a_warning():
    """Nobody said from when: the recipient is asked, figures still go out."""
    [(severity, _, message)] = said(with_newer(newer(small.OUT, "2.0.0")), date(2030, 1, 1))
    assert severity == WARNING
    assert message.endswith("its date of change is not said.")


def test_shipped_maps_stand_on_what_is_newest():
    """No map of ours is superseded."""
    books = shipped_catalogue()
    assert [s for m in books.maps.values() for s in superseded(books, m)] == []


def test_a_draft_carries_the_finding(tmp_path: Path):
    """The draft of a flow one of whose lists has a newer version says so, and cannot go out after the date of change."""
    house = new_house(tmp_path / "home", "published")
    before = house.parts.catalogue()
    [iccs] = [a for a in before.all(Codelist) if a.reference.id == "ESTAT_ICCS"]
    late = newer(iccs, "9.0.0", "2026-11-24")
    books = replace(before, artefacts={**before.artefacts, (late.kind, late.reference): late})
    house.parts.catalogue = lambda: books  # type: ignore[method-assign]
    found = [f for f in house.draft(FLOW).errors if f.rule == "superseded"]
    assert len(found) == 1
