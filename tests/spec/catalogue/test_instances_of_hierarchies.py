"""The dated hierarchies of `sdmx/`: what stood where on which day, worked out by hand from the judicial organisation, the
region reform and the classification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from shipped_catalogue import shipped_catalogue

from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation
from greffe.model.references import Reference
from greffe.model.structures import Dataflow, DataStructure

ROOT = Path(__file__).parents[3]


@cache
def catalogue():
    return shipped_catalogue()


def hierarchy(id_: str) -> Hierarchy:
    return catalogue().get(Hierarchy, Reference("SSER", id_))


def on(day: str, places: tuple[HierarchicalCode, ...], above: str = "") -> Iterator[tuple[str, str, str]]:
    """(code, code above, level) of what stands on that day; nothing below what does not stand."""
    for place in places:
        if (not place.valid_from or place.valid_from <= day) and (not place.valid_to or day <= place.valid_to):
            yield place.code.item, above, place.level
            yield from on(day, place.children, place.code.item)


def above(id_: str, day: str, code: str) -> list[str]:
    return [up for found, up, _ in on(day, hierarchy(id_).codes) if found == code]


def levels(id_: str, day: str) -> dict[str, int]:
    return dict(Counter(level for _, _, level in on(day, hierarchy(id_).codes)))


@pytest.mark.parametrize("id_", ["COURTS", "ICCS", "JUDICIAL_MAP", "NUTS", "REGIONS"])
def test_places_are_unique_and_within_their_levels(id_):
    found = hierarchy(id_)
    places = [place for top in found.codes for place in top.walk()]
    assert len({p.id for p in places}) == len(places)
    assert {p.level for p in places} == {level.id for level in found.levels}


@pytest.mark.parametrize("id_", ["ICCS", "JUDICIAL_MAP", "NUTS", "REGIONS"])
def test_each_is_linked_to_a_dimension_in_a_dataflow(id_):
    links = [a for a in catalogue().all(HierarchyAssociation) if a.hierarchy == hierarchy(id_).urn]
    assert links
    for link in links:
        structure = catalogue().get(DataStructure, link.linked.reference)
        assert structure.component(link.linked.item).role == "dimension"
        assert catalogue().get(Dataflow, link.context.reference).structure == structure.urn


def test_courts_are_linked_to_their_code_list():
    """No dimension has the list of courts yet, so that there is no dataflow to read it in."""
    links = [a for a in catalogue().all(HierarchyAssociation) if a.hierarchy == hierarchy("COURTS").urn]
    assert [(str(a.linked.reference), a.context) for a in links] == [("SSER:CL_JURIDICTION(1.0.0)", None)]


DAYS = ["2008-01-01", "2011-03-30", "2011-03-31", "2011-04-01", "2011-12-31", "2012-01-01", "2020-01-01"]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("id_", ["JUDICIAL_MAP", "REGIONS"])
def test_a_department_has_one_place_on_any_day(id_, day):
    """101 departments, Mayotte since 31 March 2011; the judicial map has Mayotte before as well, and Saint Pierre and
    Miquelon, French Polynesia and New Caledonia."""
    departments = 104 if id_ == "JUDICIAL_MAP" else 101 if day >= "2011-03-31" else 100
    found = [code for code, _, level in on(day, hierarchy(id_).codes) if level == "DEPARTMENT"]
    assert len(found) == len(set(found)) == departments


@pytest.mark.parametrize(
    ("day", "code", "expected"),
    [
        ("2011-12-31", "973", ["CA_FORT_DE_FRANCE"]),
        ("2012-01-01", "973", ["CA_CAYENNE"]),
        ("2011-03-31", "976", ["TSA_MAYOTTE"]),
        ("2011-04-01", "976", ["CHAMBRE_MAMOUDZOU"]),
        ("2011-04-01", "CHAMBRE_MAMOUDZOU", ["CA_SAINT_DENIS_REUNION"]),
        ("2011-12-31", "CA_CAYENNE", []),
        ("2020-01-01", "28", ["CA_VERSAILLES"]),
    ],
)
def test_the_judicial_map_on_a_day(day, code, expected):
    assert above("JUDICIAL_MAP", day, code) == expected


@pytest.mark.parametrize(
    ("day", "code", "expected"),
    [
        ("2019-12-31", "TGI", ["CA"]),
        ("2019-12-31", "TI", ["CA"]),
        ("2019-12-31", "TJ", []),
        ("2020-01-01", "TGI", []),
        ("2020-01-01", "TI", []),
        ("2020-01-01", "TJ", ["CA"]),
        ("2020-01-01", "TPRX", ["TJ"]),
        ("2019-12-31", "TCORR", ["TGI"]),
        ("2020-01-01", "TCORR", ["TJ"]),
        ("2017-06-30", "TPOL", ["TI"]),
        ("2017-07-01", "TPOL", ["TGI"]),
        ("2020-01-01", "TPOL", ["TJ"]),
        ("2014-01-31", "PNF", []),
        ("2014-02-01", "PNF", ["TGI"]),
        ("2019-07-01", "PNAT", ["TGI"]),
        ("2003-08-31", "JPROX", []),
        ("2003-09-01", "JPROX", ["CA"]),
        ("2017-07-01", "JPROX", []),
        ("2019-01-01", "TASS_TCI", []),
        ("2019-09-01", "CCD", ["CA"]),
        ("2024-12-31", "TAE", []),
        ("2025-01-01", "TAE", ["CA"]),
        ("2025-01-01", "TA", ["CAA"]),
    ],
)
def test_the_courts_on_a_day(day, code, expected):
    assert above("COURTS", day, code) == expected


def test_sixteen_regions_became_seven_in_2016():
    assert levels("REGIONS", "2015-12-31") == {"COUNTRY": 1, "REGION": 22 + 5, "DEPARTMENT": 101}
    assert levels("REGIONS", "2016-01-01") == {"COUNTRY": 1, "REGION": 13 + 5, "DEPARTMENT": 101}
    assert above("REGIONS", "2015-12-31", "67") == ["FRF1"]  # Alsace
    assert above("REGIONS", "2016-01-01", "67") == ["R44"]  # Grand Est
    assert above("REGIONS", "2015-12-31", "75") == above("REGIONS", "2016-01-01", "75") == ["R11"]
    assert above("REGIONS", "2011-03-30", "976") == []
    assert above("REGIONS", "2011-03-31", "976") == ["R06"]
    before = {code for code, _, level in on("2015-12-31", hierarchy("REGIONS").codes) if level == "REGION"}
    after = {code for code, _, level in on("2016-01-01", hierarchy("REGIONS").codes) if level == "REGION"}
    assert (len(before - after), sorted(after - before)) == (16, ["R27", "R28", "R32", "R44", "R75", "R76", "R84"])


def test_nuts_since_2018():
    assert levels("NUTS", "2021-01-01") == {"NUTS0": 1, "NUTS1": 14, "NUTS2": 27, "NUTS3": 101, "DEPARTMENT": 101}
    assert above("NUTS", "2021-01-01", "75") == ["FR101"]
    assert above("NUTS", "2017-12-31", "FRF1") == []
    assert above("NUTS", "2017-12-31", "FR10") == ["FR1"]


def test_the_classification_of_crime():
    """39 codes are in Eurostat's list; the classification has not changed, so that no place is dated."""
    counts = levels("ICCS", "2015-12-31")
    assert counts == {"SECTION": 11, "DIVISION": 63, "GROUP": 117, "CLASS": 72}
    places = [place for top in hierarchy("ICCS").codes for place in top.walk()]
    assert sum(p.code.reference.id == "ESTAT_ICCS" for p in places) == 39
    assert not [p.id for p in places if p.valid_from or p.valid_to]
