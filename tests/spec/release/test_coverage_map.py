"""The map of cells: each in one state, by hand; whose a cell is; rows of contributors that name nothing are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.policies.coherence import check_contributors
from greffe.catalogue.policies.contributors import FILE
from greffe.catalogue.policies.read import read_policies
from greffe.engine import opened
from greffe.errors import BadDefinition
from greffe.mapping.cells import Place, cells, places
from greffe.model.maps import NotProvided
from greffe.release.owners import owner
from greffe.settings import EngineSettings

HEADER = "id,house,name_en,name_fr,flows,cells,confidence,reason,reference"
POLICE = "P1,SSMSI,Police statistics,Statistique de la police,ESTAT_CTS_JUST,leg_stat=PER_SUSP,recalled,Suspects.,"
ALL = "P2,SSER,Justice statistics,Statistique de la justice,ESTAT_CTS_*,,recalled,The rest.,"


def read(*rows):
    return read_policies({FILE: "\n".join((HEADER, *rows, "")).encode()}).contributors


@pytest.fixture
def connection(tmp_path):
    with opened(EngineSettings(), tmp_path / "spill", [tmp_path]) as open_:
        open_.execute(
            "CREATE TEMP TABLE seen AS SELECT * FROM (VALUES "
            "('A', 'T', 3, 'F'), ('A', 'M', NULL, 'C'), ('A', 'F', NULL, 'F'), ('B', 'T', NULL, 'C'), ('B', 'T', 4, 'F')) "
            "v (stage, sex, OBS_VALUE, CONF_STATUS)"
        )
        yield open_


def test_every_cell_is_in_one_state(connection):
    """Of nine cells two have a value, one is hidden, one is empty with a status; B by sex is another house's, of C the total
    is not available, the rest nobody explains. What has a value in one period is filled, be it hidden in another."""
    allowed = {"stage": frozenset("ABC"), "sex": frozenset("TMF")}
    said = [
        NotProvided({"stage": "B"}, "other-house", "r"),
        NotProvided({"stage": "C", "sex": "T"}, "not-available", "r"),
    ]
    found = places(connection, ("stage", "sex"), allowed, "seen", said, ("stage",))
    assert set(found) == {
        Place(("A",), "filled", 1), Place(("A",), "confidential", 1), Place(("A",), "missing", 1),
        Place(("B",), "filled", 1), Place(("B",), "other-house", 2, 0), Place(("C",), "not-available", 1, 1),
        Place(("C",), "", 2),
    }  # fmt: skip
    whole = cells(connection, ("stage", "sex"), allowed, "seen", said)
    assert (whole.expected, whole.filled, whole.without_reason) == (9, 2, 2)
    assert whole.reasons == {"confidential": 1, "missing": 1, "not-available": 1, "other-house": 2}
    assert whole.unexplained == ({"stage": "C", "sex": "F"}, {"stage": "C", "sex": "M"})


def test_the_house_that_names_more_codes_is_the_owner():
    houses = read(ALL, POLICE)
    assert owner(houses, "ESTAT_CTS_JUST", {"leg_stat": "PER_SUSP", "sex": "T"}).house == "SSMSI"
    assert owner(houses, "ESTAT_CTS_JUST", {"leg_stat": "PER_CNV"}).house == "SSER"
    assert owner(houses, "CEPEJ_Q91", {}) is None


@pytest.mark.parametrize(
    ("old", "new", "column", "said"),
    [
        ("ESTAT_CTS_JUST", "ESTAT_CTS_JUTS", "flows", "No dataflow is ESTAT_CTS_JUTS."),
        ("leg_stat", "legstat", "cells", "ESTAT_CTS_JUST has no dimension legstat."),
        ("PER_SUSP", "PER_SUSPE", "cells", "PER_SUSPE is no code of leg_stat in ESTAT_CTS_JUST."),
        ("recalled", "sure", "confidence", "'sure' is not known here."),
        ("Suspects.", "", "reason", "It is empty."),
        ("P1", "P2", "id", "P2 stands in line 2 already."),
    ],
)
def test_a_row_that_names_nothing_is_refused_with_its_place(old, new, column, said):
    with pytest.raises(BadDefinition) as refused:
        rows = read(ALL, POLICE.replace(old, new))
        books = shipped_catalogue()
        check_contributors(replace(books, policies=replace(books.policies, contributors=rows)))
    assert (refused.value.file, refused.value.row, refused.value.column) == (FILE, 3, column)
    assert refused.value.message == said
