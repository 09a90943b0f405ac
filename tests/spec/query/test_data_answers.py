"""Data queries answered from a released table: the same question in both dialects gives the same series (R1-DATA, R2-DATA)."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from artefacts import EVERY_KIND
from blocks import CODELISTS, DATAFLOW, STRUCTURE

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, BadSemantics, NotFound, TooLarge
from greffe.model.releases import Release
from greffe.model.structures import Annotation
from greffe.query.answer import data
from greffe.query.parameters import path_parts
from greffe.query.rest_v1 import parse_data as v1
from greffe.query.rest_v2 import parse_data as v2
from greffe.store.memory import MemoryObservations

TABLE = """
freq | geo | TIME_PERIOD | OBS_VALUE | OBS_STATUS | DATA_ORIGIN | COMMENT_OBS
A    | FR  | 2020        | 1         | A          | real        |
A    | FR  | 2021        | 2         | A          | real        | note
A    | FR  | 2022        | 3         | A          | real        |
A    | NA  | 2021        | 4         | A          | real        |
"""
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RELEASE = Release(DATAFLOW.reference, 1, "h", NOW, NOW, "real", "SSER", 4, 2)
SECRET = replace(
    DATAFLOW, reference=replace(DATAFLOW.reference, id="INT_CRIME"), annotations=(Annotation("SCOPE", "internal"),)
)
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in (*EVERY_KIND, SECRET)}, {}, (), "c")


@pytest.fixture
def store(tmp_path):
    lines = [[c.strip() or None for c in line.split("|")] for line in TABLE.strip().splitlines()]
    path = tmp_path / "in.parquet"
    pq.write_table(
        pa.table({h: pa.array([r[n] for r in lines[1:]], pa.string()) for n, h in enumerate(lines[0])}), path
    )
    found = MemoryObservations()
    found.save(RELEASE.name, STRUCTURE, path, {})
    return found


@pytest.fixture
def ask(store):
    def asked(address, release=RELEASE, **options):
        dialect, _, address = address.partition(" ")
        path, _, query = address.partition("?")
        question = {"v1": v1, "v2": v2}[dialect](path_parts(path), query)
        releases = [release] if release else []
        return data(question, CATALOGUE, lambda flow: releases if flow == DATAFLOW else [], NOW, store, **options)

    return asked


def shown(answer):
    found = {}
    for block in (b for d in answer.datasets for b in d.blocks):
        rows = block.observations.column("TIME_PERIOD").to_pylist()
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            found[f"{series['freq']}.{series['geo']}"], rows = " ".join(rows[:count]), rows[count:]
    return found


FR, NA = "2020 2021 2022", "2021"


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        ("CRIME", "dataflow/SSER/CRIME", {"A.FR": FR, "A.NA": NA}),
        ("SSER,CRIME,1.0", "dataflow/SSER/CRIME/1.0.0", {"A.FR": FR, "A.NA": NA}),
        ("CRIME/A.FR", "dataflow/SSER/CRIME/+/A.FR", {"A.FR": FR}),
        ("CRIME/.NA", "dataflow/SSER/CRIME/~/*.NA", {"A.NA": NA}),
        ("CRIME/.", "dataflow/*/CRIME/*/*", {"A.FR": FR, "A.NA": NA}),
        ("CRIME/A.FR+NA", "dataflow/SSER/CRIME/*/A.FR,A.NA", {"A.FR": FR, "A.NA": NA}),
        ("CRIME/A.FR+XX", "dataflow/SSER/CRIME/*/A.FR,A.XX", {"A.FR": FR}),  # HTTP-16
        ("CRIME/A.", "dataflow/SSER/CRIME/*/A", {"A.FR": FR, "A.NA": NA}),  # R2-DATA-06
        ("CRIME/.FR", "dataflow/SSER/CRIME?c[geo]=FR", {"A.FR": FR}),
        ("CRIME/.FR", "dataflow/SSER/CRIME?c[geo]=ne:NA", {"A.FR": FR}),
        ("CRIME/.FR", "dataflow/SSER/CRIME/*/A.*?c[geo]=sw:F", {"A.FR": FR}),  # R2-DATA-14
        ("CRIME", "dataflow/SSER/CRIME?c[geo]=eq:FR,NA", {"A.FR": FR, "A.NA": NA}),
        ("CRIME?startPeriod=2021", "dataflow/SSER/CRIME?c[TIME_PERIOD]=ge:2021", {"A.FR": "2021 2022", "A.NA": NA}),
        ("CRIME?endPeriod=2021-Q4", "dataflow/SSER/CRIME?c[TIME_PERIOD]=le:2021-12", {"A.FR": "2020 2021", "A.NA": NA}),
        ("CRIME?startPeriod=2020-02", "dataflow/SSER/CRIME?c[TIME_PERIOD]=gt:2020-01", {"A.FR": "2021 2022", "A.NA": NA}),
        (
            "CRIME/.FR?startPeriod=2021&endPeriod=2021",
            "dataflow/SSER/CRIME/*/*.FR?c[TIME_PERIOD]=gt:2020+lt:2022",
            {"A.FR": "2021"},
        ),
        ("CRIME/.FR?lastNObservations=1", "dataflow/SSER/CRIME/*/*.FR?lastNObservations=1", {"A.FR": "2022"}),
        ("CRIME?detail=serieskeysonly", "dataflow?attributes=none&measures=none", {"A.FR": "", "A.NA": ""}),
        ("CRIME/all/SSMSI", "provisionagreement/SSER/PA_CRIME", {"A.FR": FR, "A.NA": NA}),  # R1-DATA-06
        ("CRIME/all/SSER,SSMSI", "datastructure/SSER/CRIME", {"A.FR": FR, "A.NA": NA}),  # R2-DATA-01
        ("CRIME", "", {"A.FR": FR, "A.NA": NA}),  # internal flows do not count
    ],
)  # fmt: skip
def test_both_dialects_find_the_same(ask, one, two, found):
    assert shown(ask(f"v1 {one}")) == found
    assert shown(ask(f"v2 {two}")) == found


def test_two_periods_and_a_range_are_alternatives(ask):
    """R2-DATA-11: `,` is or, `+` is and."""
    assert shown(ask("v2 dataflow/SSER/CRIME/*/*.FR?c[TIME_PERIOD]=2020,ge:2022")) == {"A.FR": "2020 2022"}


@pytest.mark.parametrize(
    ("address", "attributes", "measures", "observations"),
    [
        ("v1 CRIME", "OBS_STATUS DATA_ORIGIN COMMENT_OBS", True, True),
        ("v1 CRIME?detail=dataonly", "", True, True),  # R1-DATA-14
        ("v1 CRIME?detail=serieskeysonly", "", False, False),  # R1-DATA-15
        ("v1 CRIME?detail=nodata", "DATA_ORIGIN", False, False),  # R1-DATA-16
        ("v2 ?attributes=all", "OBS_STATUS DATA_ORIGIN COMMENT_OBS", True, True),  # R2-DATA-20
        ("v2 ?attributes=none", "", True, True),
        ("v2 ?attributes=msd", "", True, True),
        ("v2 ?attributes=dataset", "", True, True),
        ("v2 ?attributes=series", "DATA_ORIGIN", True, True),
        ("v2 ?attributes=obs", "OBS_STATUS COMMENT_OBS", True, True),
        ("v2 ?attributes=COMMENT_OBS,series", "DATA_ORIGIN COMMENT_OBS", True, True),
        ("v2 ?measures=OBS_VALUE", "OBS_STATUS DATA_ORIGIN COMMENT_OBS", True, True),  # R2-DATA-21
        ("v2 ?measures=none", "OBS_STATUS DATA_ORIGIN COMMENT_OBS", False, True),  # R2-DATA-23
        ("v2 ?measures=none&attributes=series", "DATA_ORIGIN", False, False),  # R2-DATA-22
        ("v2 ?measures=none&attributes=none", "", False, False),
        ("v2 ?measures=none&attributes=OBS_STATUS", "OBS_STATUS", False, True),
    ],
)
def test_what_is_written_is_told(ask, address, attributes, measures, observations):
    answer = ask(address)
    (dataset,) = answer.datasets
    assert (dataset.attributes, dataset.measures, dataset.observations) == (
        tuple(attributes.split()), measures, observations,
    )  # fmt: skip
    assert any(b.observations.num_rows for b in dataset.blocks) is observations


def test_an_answer_names_its_pieces(ask):
    answer = ask("v2 dataflow/SSER/CRIME")
    (dataset,) = answer.datasets
    assert (dataset.dataflow, dataset.structure, answer.releases) == (DATAFLOW, STRUCTURE, (RELEASE,))
    assert (dataset.release, dataset.origin, dataset.action, answer.modified) == ("CRIME#1", "real", "I", NOW)
    assert dataset.codelists == CODELISTS
    assert dataset.names["geo"]["en"] == "Geo"
    assert not answer.empty


@pytest.mark.parametrize("key", ["A.XX", "XX"])
def test_on_2_x_a_code_that_does_not_exist_matches_nothing(ask, key):
    """R2-DATA-16, R2-DATA-51: the web answers 204."""
    answer = ask(f"v2 dataflow/SSER/CRIME/*/{key}")
    assert answer.empty
    assert answer.datasets == ()


def test_on_1_5_it_is_not_found_with_the_nearest(ask):
    """R1-DATA-18."""
    with pytest.raises(NotFound) as error:
        ask("v1 CRIME/A.FA")
    assert "'FA' is no code of geo" in error.value.text()
    assert error.value.nearest
    with pytest.raises(NotFound, match="matches"):
        ask("v1 CRIME?startPeriod=2030")


@pytest.mark.parametrize("address", ["v1 CRIME/A", "v1 CRIME/A.FR.X", "v2 dataflow/SSER/CRIME/*/A.FR.X"])
def test_a_wrong_number_of_slots_names_them(ask, address):
    """R1-DATA-05, R2-DATA-07."""
    with pytest.raises(BadQuery, match=r"freq\.geo"):
        ask(address)


@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("v1 CRIMES", NotFound, "Nearest: CRIME"),  # R1-DATA-19
        ("v1 OTHER,CRIME", NotFound, r"^Dataflow CRIME exists with agency SSER and version 1.0.0, not with agency OTHER\.$"),
        ("v1 SSER,CRIME,2.0", NotFound, r"^Dataflow CRIME exists with agency SSER and version 1.0.0, not with version 2.0\.$"),
        ("v1 OTHER,CRIME,2.0", NotFound, r"not with agency OTHER and version 2.0\.$"),
        ("v1 SSER,INT_CRIME,2.0", NotFound, r"^Dataflow INT_CRIME exists .*, not with version 2.0\.$"),
        ("v1 INT_CRIM", NotFound, r"^There is no dataflow INT_CRIM\. Nearest: CRIME\.$"),  # internal: nobody's nearest
        ("v1 CRIME/all/NOBODY", NotFound, r"^Dataflow CRIME is provided by SSMSI, not by NOBODY\.$"),
        ("v1 CRIME/all/OTHER,SSMSI", NotFound, r"provided by SSER,SSMSI, not by OTHER,SSMSI\.$"),
        ("v2 dataflow/SSER/CRIME/1.1+.0", NotFound, r"not with version 1.1\+.0\.$"),
        ("v2 */SSER/CRIME/2.0.0", NotFound, r"^Dataflow CRIME exists .*, not with version 2.0.0\.$"),
        ("v2 */SSER/PA_CRIME/2.0.0", NotFound, r"^Provision agreement PA_CRIME exists .*, not with version 2.0.0\.$"),
        ("v2 datastructure/A,B/CRIME", NotFound, r"^Data structure of a dataflow CRIME exists .*, not with agency A or B\.$"),
        ("v2 dataflow/SSR", NotFound, r"^There is no dataflow with agency SSR\. Nearest: SSER\.$"),
        ("v2 provisionagreement/SSER/PA_CRIM", NotFound, r"^There is no provision agreement PA_CRIM\. Nearest: PA_CRIME\.$"),
        ("v2 */*/CRIMES,CRIM", NotFound, r"^There is no dataflow or .* CRIMES, CRIM\. Nearest: CRIME"),
        ("v1 INT_CRIME", NotFound, "internal"),  # D20
        ("v2 dataflow/SSER/INT_CRIME/1.0.0", NotFound, "internal"),
        ("v2 ?c[goe]=FR", BadSemantics, "Nearest: geo"),  # R2-DATA-15
        ("v2 ?attributes=OBS_STATE", BadSemantics, "Nearest: OBS_STATUS"),
        ("v2 ?measures=VALUE", BadSemantics, "Nearest: OBS_VALUE"),
        ("v1 CRIME?dimensionAtObservation=ge", BadSemantics, "Nearest: geo"),  # R1-DATA-12
        ("v1 CRIME?startPeriod=2022&endPeriod=2021-Q4", BadSemantics, "'startPeriod' is '2022', which is after 'endPeriod', '2021-Q4'"),
        ("v2 ?c[TIME_PERIOD]=ge:2022%2Ble:2021", BadSemantics, r"c\[TIME_PERIOD\]: 'ge' is '2022', which is after 'le', '2021'"),
        ("v2 ?c[OBS_VALUE]=gt:much", BadQuery, r"c\[OBS_VALUE\]: 'much' is no number"),
        ("v2 ?sort=goe", BadQuery, "sort: .* Nearest: geo"),  # R2-DATA-44
        ("v2 ?sort=TIME_PERIOD&measures=none&attributes=none", BadQuery, "sort: .*Without observations"),
        ("v2 ?sort=series_key&dimensionAtObservation=AllDimensions", BadQuery, r"sort=\*"),
    ],
)  # fmt: skip
def test_what_has_no_answer_says_why(ask, address, error, says):
    with pytest.raises(error, match=says):
        ask(address)


@pytest.mark.parametrize("address", ["v1 CRIME", "v2 dataflow/SSER/CRIME"])
def test_all_dimensions_have_the_same_series(ask, address):
    """R1-DATA-11: which formats write them flat is the web's matter."""
    assert shown(ask(f"{address}?dimensionAtObservation=AllDimensions")) == {"A.FR": FR, "A.NA": NA}


def test_a_flow_that_nobody_provides_says_so(store):
    other = replace(DATAFLOW, reference=replace(DATAFLOW.reference, id="CRIME2"))
    catalogue = replace(CATALOGUE, artefacts={**CATALOGUE.artefacts, ("dataflow", other.reference): other})
    with pytest.raises(NotFound, match=r"^Dataflow CRIME2 names no provider\.$"):
        data(v1(("CRIME2", "all", "SSMSI"), ""), catalogue, lambda _: [RELEASE], NOW, store)


def test_what_is_not_released_is_not_found(ask):
    with pytest.raises(NotFound, match="released"):
        ask("v2 dataflow/SSER/CRIME", release=None)


def test_too_many_series_are_too_large(ask):
    with pytest.raises(TooLarge):
        ask("v2 dataflow/SSER/CRIME", series_limit=1)
    assert shown(ask("v2 dataflow/SSER/CRIME/*/A.NA", series_limit=1)) == {"A.NA": NA}


def test_the_oldest_and_newest_days_end_no_calendar(ask):
    """HTTP-18."""
    assert ask("v2 ?c[TIME_PERIOD]=gt:9999").empty
    assert ask("v2 ?c[TIME_PERIOD]=lt:0001").empty
    assert shown(ask("v2 ?c[TIME_PERIOD]=ge:0001+le:9999")) == {"A.FR": FR, "A.NA": NA}
