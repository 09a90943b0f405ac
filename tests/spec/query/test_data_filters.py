"""Filters, order, windows, cross-sections and several flows, on figures worked by hand, with both stores."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from blocks import coded as coded_as
from blocks import codelist, concept, free

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, BadSemantics, NotFound, TooLarge
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import (
    Annotation,
    ConceptScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Item,
    ProvisionAgreement,
)
from greffe.query.answer import data
from greffe.query.parameters import path_parts
from greffe.query.rest_v1 import parse_data as v1
from greffe.query.rest_v2 import parse_data as v2
from greffe.store.columnar import ColumnarObservations
from greffe.store.memory import MemoryObservations

FREQ = codelist("CL_FREQ", {c: (c, c) for c in "AQ"})
GEO = codelist("CL_GEO", {c: (c, c) for c in ("BE", "DE", "FR", "FRM")})
SEX = codelist("CL_SEX", {c: (c, c) for c in "FMT"})
STATUS = codelist("CL_OBS_STATUS", {c: (c, c) for c in "ABMP"})
DIMENSIONS = ("FREQ", "GEO", "SEX")
STRUCTURE = DataStructure(
    Reference("SSER", "PEOPLE"),
    {"en": "People"},
    dimensions=(coded_as("FREQ", FREQ), coded_as("GEO", GEO), coded_as("SEX", SEX)),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(
        free("TITLE", "attribute", ("GEO",)),
        free("DECIMALS", "attribute", DIMENSIONS, "Integer"),
        coded_as("OBS_STATUS", STATUS, "attribute", ("OBS_VALUE",)),
        free("COMMENT", "attribute", ("OBS_VALUE",)),
    ),
)
# Another structure: no SEX, no OBS_STATUS.
SHORT = DataStructure(
    Reference("SSER", "AREAS"),
    {"en": "Areas"},
    dimensions=(coded_as("FREQ", FREQ), coded_as("GEO", GEO)),
    time=STRUCTURE.time,
    measures=STRUCTURE.measures,
    attributes=(),
)
PEOPLE = Dataflow(STRUCTURE.reference, {"en": "People"}, structure=STRUCTURE.urn)
AREAS = Dataflow(SHORT.reference, {"en": "Areas"}, structure=SHORT.urn)
SECRET = replace(AREAS, reference=Reference("SSER", "SECRET"), annotations=(Annotation("SCOPE", "internal"),))
EMPTY = replace(AREAS, reference=Reference("SSER", "UNRELEASED"))
PROVIDERS = DataProviderScheme(
    Reference("SSER", "DATA_PROVIDERS", "1.0"), {"en": "P"}, items=(Item("P1", {"en": "1"}), Item("P2", {"en": "2"}))
)


def agreement(id_, provider, flow=PEOPLE):
    urn = Urn("dataproviderscheme", PROVIDERS.reference, provider)
    return ProvisionAgreement(Reference("SSER", id_), {"en": id_}, dataflow=flow.urn, provider=urn)


COMPONENTS = dict.fromkeys(c.id for c in STRUCTURE.components)
CONCEPTS = ConceptScheme(concept("X").reference, {"en": "C"}, items=tuple(Item(c, {"en": c}) for c in COMPONENTS))
ARTEFACTS = (
    FREQ, GEO, SEX, STATUS, STRUCTURE, SHORT, PEOPLE, AREAS, SECRET, EMPTY, PROVIDERS, CONCEPTS,
    agreement("PA1", "P1"), agreement("PA2", "P2"), agreement("PA3", "P1", AREAS),
)  # fmt: skip
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in ARTEFACTS}, {}, (), "c")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TABLE = """
FREQ | GEO | SEX | TIME_PERIOD | OBS_VALUE | TITLE   | DECIMALS | OBS_STATUS | COMMENT
A    | FR  | M   | 2020        | 10        | France  | 0        | A          |
A    | FR  | M   | 2021        | 9.50      | France  | 0        | P          | revised soon
A    | FR  | F   | 2020        | 100       | France  | 2        | A          |
A    | FR  | F   | 2021        |           | France  | 2        | M          | no answer
A    | BE  | M   | 2021        | 9.5       | Belgium | 0        | B          | break
A    | BE  | F   | 2020        | -3        | Belgium | 10       | A          |
Q    | FR  | M   | 2020-Q4     | 2         |         | 0        | A          |
"""
AREA_TABLE = """
FREQ | GEO | TIME_PERIOD | OBS_VALUE
A    | DE  | 2021        | 50
A    | FR  | 2021        | 60
"""
RELEASES = {
    "PEOPLE": Release(PEOPLE.reference, 1, "h1", NOW, NOW, "real", "P1", 7, 5),
    "AREAS": Release(AREAS.reference, 1, "h2", NOW, NOW, "real", "P1", 2, 2),
    "SECRET": Release(SECRET.reference, 1, "h3", NOW, NOW, "real", "P1", 2, 2),
}


def parquet(path, table):
    lines = [[c.strip() or None for c in line.split("|")] for line in table.strip().splitlines()]
    pq.write_table(
        pa.table({h: pa.array([r[n] for r in lines[1:]], pa.string()) for n, h in enumerate(lines[0])}), path
    )
    return path


@pytest.fixture(params=["memory", "columnar"])
def ask(request, tmp_path):
    store = MemoryObservations() if request.param == "memory" else ColumnarObservations(tmp_path / "r")
    for flow, structure, table in ((PEOPLE, STRUCTURE, TABLE), (AREAS, SHORT, AREA_TABLE), (SECRET, SHORT, AREA_TABLE)):
        store.save(
            RELEASES[flow.reference.id].name, structure, parquet(tmp_path / f"{flow.reference.id}.parquet", table), {}
        )

    def asked(address, **options):
        path, _, query = address.partition("?")
        parse, path = (v1, path[3:]) if path.startswith("v1 ") else (v2, path)

        def released(flow):
            found = RELEASES.get(flow.reference.id)
            return [found] if found else []

        return data(parse(path_parts(path), query), CATALOGUE, released, NOW, store, **options)

    return asked


def rows(answer):
    """`A.FR.M 2020` for each observation in the order of the answer; of a series without one the key alone."""
    found = []
    for block in (b for d in answer.datasets for b in d.blocks):
        table = block.observations.to_pylist()
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            dims = [d for d in (*DIMENSIONS, "TIME_PERIOD") if d in series]
            key = ".".join(series[d] for d in dims if series[d])
            mine, table = table[:count], table[count:]
            found += [f"{key} {next(iter(r.values()))}" for r in mine] if mine else [key]
    return found


P = "dataflow/SSER/PEOPLE"


@pytest.mark.item("R2-DATA-10", "R2-DATA-11", "R2-DATA-12", "R2-DATA-13", "R2-DATA-14", "R2-DATA-16")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("c[OBS_STATUS]=P", "A.FR.M 2021"),
        ("c[OBS_STATUS]=P,B", "A.BE.M 2021|A.FR.M 2021"),
        ("c[OBS_STATUS]=ne:A", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021"),
        ("c[OBS_STATUS]=ne:A,A", "A.BE.F 2020|A.BE.M 2021|A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("c[OBS_STATUS]=ge:B+lt:P", "A.BE.M 2021|A.FR.F 2021"),
        ("c[OBS_STATUS]=Z", ""),
        ("c[OBS_VALUE]=ge:10", "A.FR.F 2020|A.FR.M 2020"),  # as a number: not 9.5, not 2
        ("c[OBS_VALUE]=9.5", "A.BE.M 2021|A.FR.M 2021"),  # 9.50 is the same number
        ("c[OBS_VALUE]=ew:0+lt:50", "A.FR.M 2020|A.FR.M 2021"),  # 10, 9.50: letters of the text
        ("c[OBS_VALUE]=ne:10+lt:100", "A.BE.F 2020|A.BE.M 2021|A.FR.M 2021|Q.FR.M 2020-Q4"),  # missing satisfies nothing
        ("c[OBS_VALUE]=lt:0,gt:99.9", "A.BE.F 2020|A.FR.F 2020"),
        ("c[COMMENT]=co:re", "A.BE.M 2021|A.FR.M 2021"),
        ("c[COMMENT]=nc:re", "A.FR.F 2021"),  # no comment satisfies nothing
        ("c[COMMENT]=sw:no,ew:soon", "A.FR.F 2021|A.FR.M 2021"),
        ("c[COMMENT]=no answer", "A.FR.F 2021"),
        ("c[TITLE]=ne:France", "A.BE.F 2020|A.BE.M 2021"),
        ("c[TITLE]=co:e+ew:e", "A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021"),
        ("c[DECIMALS]=gt:2", "A.BE.F 2020"),  # 10 > 2 as numbers
        ("c[GEO]=sw:F+ne:FRM", "A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("c[GEO]=lt:C", "A.BE.F 2020|A.BE.M 2021"),
        ("c[GEO]=xx:FR", ""),  # no operator: part of the value
        ("c[SEX]=F&c[OBS_STATUS]=A", "A.BE.F 2020|A.FR.F 2020"),
        ("c[TIME_PERIOD]=ne:2021", "A.BE.F 2020|A.FR.F 2020|A.FR.M 2020|Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=ne:2020+ne:2021", ""),  # 2020-Q4 lies within 2020
        ("c[TIME_PERIOD]=co:Q,2021", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=sw:2020+ge:2020-10", "Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=ge:2020-Q4+le:2021-01", "Q.FR.M 2020-Q4"),
        ("c[OBS_STATUS]=A&lastNObservations=1", "A.BE.F 2020|A.FR.F 2020|A.FR.M 2020|Q.FR.M 2020-Q4"),
    ],
)  # fmt: skip
def test_any_component_can_be_filtered(ask, filters, found):
    """c[...] filters dimensions, attributes, the measure and periods with all ten operators; what is missing satisfies none"""
    assert rows(ask(f"{P}?{filters}")) == found.split("|") * bool(found)


@pytest.mark.item("R2-DATA-14")
def test_key_and_filters_hold_together(ask):
    """A key and c[...] narrow each other"""
    assert rows(ask(f"{P}/*/A.FR?c[OBS_VALUE]=gt:9.5")) == ["A.FR.F 2020", "A.FR.M 2020"]
    assert ask(f"{P}/*/A.BE?c[GEO]=FR").empty


@pytest.mark.item("R2-DATA-15")
def test_an_unknown_component_is_a_client_error(ask):
    """422: c[...] on a component that the structure lacks names the nearest"""
    with pytest.raises(BadSemantics, match="Nearest: OBS_STATUS") as error:
        ask(f"{P}?c[OBS_STATE]=A")
    assert (error.value.http, error.value.parameter) == (422, "c[OBS_STATE]")
    with pytest.raises(BadQuery, match="no number"):
        ask(f"{P}?c[OBS_VALUE]=ge:many")


@pytest.mark.item("R2-DATA-46")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("c[TIME_PERIOD]=ge:2021-Q3", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021"),  # begins on 2021-01-01
        ("c[TIME_PERIOD]=ge:2021-Q2", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021|Q.FR.M 2020-Q4"),  # on 2020-10-01
        ("c[TIME_PERIOD]=2021-Q2", "Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=ge:2021", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021"),  # Gregorian years stay
        ("c[TIME_PERIOD]=co:Q+le:2021-A1", "Q.FR.M 2020-Q4"),  # ends on 2021-06-30
    ],
)
def test_reporting_years_may_begin_in_july(ask, query, found):
    """With reportingYearStartDay=--07-01, 2010-Q3 of the question begins on 2010-01-01, as in the standard's example"""
    assert rows(ask(f"{P}?{query}&reportingYearStartDay=--07-01")) == found.split("|")


@pytest.mark.item("R2-DATA-43")
@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("series_key:desc+TIME_PERIOD", "Q.FR.M 2020-Q4|A.FR.M 2020|A.FR.M 2021|A.FR.F 2020|A.FR.F 2021|A.BE.M 2021|A.BE.F 2020"),
        ("*", "A.BE.F 2020|A.BE.M 2021|A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("*:desc", "Q.FR.M 2020-Q4|A.FR.M 2021|A.FR.M 2020|A.FR.F 2021|A.FR.F 2020|A.BE.M 2021|A.BE.F 2020"),
        ("SEX+GEO:desc", "A.FR.F 2020|A.FR.F 2021|A.BE.F 2020|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4|A.BE.M 2021"),
        ("TIME_PERIOD:desc+SEX", "A.FR.F 2021|A.BE.M 2021|A.FR.M 2021|Q.FR.M 2020-Q4|A.BE.F 2020|A.FR.F 2020|A.FR.M 2020"),
        ("OBS_VALUE", "A.FR.F 2021|A.BE.F 2020|Q.FR.M 2020-Q4|A.BE.M 2021|A.FR.M 2021|A.FR.M 2020|A.FR.F 2020"),
        ("OBS_VALUE:desc+GEO:desc", "A.FR.F 2020|A.FR.M 2020|A.FR.M 2021|A.BE.M 2021|Q.FR.M 2020-Q4|A.BE.F 2020|A.FR.F 2021"),
        ("COMMENT:desc+FREQ", "A.FR.M 2021|A.FR.F 2021|A.BE.M 2021|A.BE.F 2020|A.FR.F 2020|A.FR.M 2020|Q.FR.M 2020-Q4"),
    ],
)  # fmt: skip
def test_observations_are_sorted(ask, sort, found):
    """sort takes any components, `*` or series_key, :asc or :desc; time by the calendar, the measure as a number, missing first"""
    assert rows(ask(f"{P}?sort={sort}")) == found.split("|")


@pytest.mark.item("R2-DATA-40", "R2-DATA-41", "R2-DATA-42")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("offset=0&limit=2", "A.BE.F 2020|A.BE.M 2021"),
        ("offset=1&limit=3", "A.BE.M 2021|A.FR.F 2020|A.FR.F 2021"),
        ("offset=5", "A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("offset=7", ""),
        ("limit=1&sort=OBS_VALUE:desc", "A.FR.F 2020"),
        ("offset=1&limit=2&sort=OBS_VALUE:desc", "A.FR.M 2020|A.BE.M 2021"),
        ("offset=1&limit=2&attributes=none&measures=none", "A.BE.M|A.FR.F"),
        ("limit=2&attributes=none&measures=none&sort=SEX:desc+GEO", "A.BE.M|A.FR.M"),
        ("limit=2&c[SEX]=M", "A.BE.M 2021|A.FR.M 2020"),
    ],
)
def test_a_window_counts_observations_or_series(ask, query, found):
    """offset and limit count observations, or series when no observation is written; past the end nothing is left"""
    answer = ask(f"{P}?{query}")
    assert rows(answer) == found.split("|") * bool(found)
    assert answer.empty is (not found)


@pytest.mark.item("R1-DATA-11", "R2-DATA-34")
@pytest.mark.parametrize("address", ["v1 PEOPLE?dimensionAtObservation=SEX", f"{P}?dimensionAtObservation=SEX"])
def test_a_cross_section_holds_one_dimension_with_its_observations(ask, address):
    """dimensionAtObservation=SEX: one row for each other key and period, SEX and what hangs on it with the observation"""
    blocks = [b for d in ask(address).datasets for b in d.blocks]
    assert {tuple(b.series.column_names) for b in blocks} == {("FREQ", "GEO", "TIME_PERIOD", "TITLE")}
    assert {tuple(b.observations.column_names) for b in blocks} == {
        ("SEX", "OBS_VALUE", "DECIMALS", "OBS_STATUS", "COMMENT")
    }
    found = []
    for block in blocks:
        left = [tuple(r.values()) for r in block.observations.to_pylist()]
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            found.append((*series.values(), left[:count]))
            left = left[count:]
    assert found == [
        ("A", "BE", "2020", "Belgium", [("F", "-3", "10", "A", None)]),
        ("A", "BE", "2021", "Belgium", [("M", "9.5", "0", "B", "break")]),
        ("A", "FR", "2020", "France", [("F", "100", "2", "A", None), ("M", "10", "0", "A", None)]),
        ("A", "FR", "2021", "France", [("F", None, "2", "M", "no answer"), ("M", "9.50", "0", "P", "revised soon")]),
        ("Q", "FR", "2020-Q4", None, [("M", "2", "0", "A", None)]),
    ]


@pytest.mark.item("R2-DATA-34", "R2-DATA-43")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("GEO&c[SEX]=M", "A.M.2020 FR|A.M.2021 BE|A.M.2021 FR|Q.M.2020-Q4 FR"),
        ("GEO&c[SEX]=M&sort=series_key:desc", "Q.M.2020-Q4 FR|A.M.2021 BE|A.M.2021 FR|A.M.2020 FR"),
        ("GEO&c[SEX]=M&sort=series_key+GEO:desc&limit=3", "A.M.2020 FR|A.M.2021 FR|A.M.2021 BE"),
        ("GEO&c[SEX]=M&lastNObservations=1", "A.M.2021 BE|A.M.2021 FR|Q.M.2020-Q4 FR"),
        ("GEO&c[SEX]=M&attributes=none&measures=none", "A.M.2020|A.M.2021|Q.M.2020-Q4"),
        ("GEO&attributes=none&measures=none&offset=1&limit=2", "A.F.2021|A.M.2020"),
        ("FREQ&c[GEO]=FR&c[SEX]=M", "FR.M.2020 A|FR.M.2020-Q4 Q|FR.M.2021 A"),
    ],
)
def test_cross_sections_combine_with_all_else(ask, query, found):
    """Keys, filters, sort, limit and firstN, lastN (of each time series) hold for cross-sections, too"""
    assert rows(ask(f"{P}?dimensionAtObservation={query}")) == found.split("|")


@pytest.mark.item("R1-DATA-12")
def test_no_dimension_is_no_cross_section(ask):
    """422 (403 on 1.5): dimensionAtObservation that names no dimension, with the nearest"""
    for asked in ("OBS_STATUS", "SEKS"):
        with pytest.raises(BadSemantics, match="dimensionAtObservation"):
            ask(f"v1 PEOPLE?dimensionAtObservation={asked}")


def told(answer):
    return [(d.dataflow.reference.id, d.context, d.agreement.id if d.agreement else "") for d in answer.datasets]


@pytest.mark.item("R2-DATA-01", "R2-DATA-02", "R2-DATA-03")
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("dataflow/SSER/PEOPLE,AREAS", [("AREAS", "dataflow", ""), ("PEOPLE", "dataflow", "")]),
        ("dataflow", [("AREAS", "dataflow", ""), ("PEOPLE", "dataflow", "")]),  # neither internal nor unreleased
        ("*", [("AREAS", "dataflow", ""), ("PEOPLE", "dataflow", "")]),
        ("datastructure/SSER/AREAS", [("AREAS", "datastructure", "")]),
        ("datastructure", [("AREAS", "datastructure", ""), ("PEOPLE", "datastructure", "")]),
        (
            "provisionagreement",
            [("AREAS", "provisionagreement", "PA3"), ("PEOPLE", "provisionagreement", "PA1"), ("PEOPLE", "provisionagreement", "PA2")],
        ),
        ("provisionagreement/SSER/PA2,PA3/1.0.0", [("AREAS", "provisionagreement", "PA3"), ("PEOPLE", "provisionagreement", "PA2")]),
        ("*/*/PA2", [("PEOPLE", "provisionagreement", "PA2")]),
        ("dataflow?c[SEX]=M", [("PEOPLE", "dataflow", "")]),  # AREAS has no SEX
        ("dataflow/*/*/*/A.FR.M", [("PEOPLE", "dataflow", "")]),  # nor three dimensions
        ("dataflow/*/*/*/A.DE", [("AREAS", "dataflow", "")]),  # nothing of PEOPLE matches
        ("v1 all,PEOPLE,latest/all/P1", [("PEOPLE", "dataflow", "")]),
    ],
)  # fmt: skip
def test_one_data_set_for_each_flow_or_agreement(ask, address, found):
    """Lists and wildcards give one data set for each dataflow or agreement that matches, and the context is kept"""
    assert told(ask(address)) == found


@pytest.mark.item("R2-DATA-07", "R2-DATA-15")
@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("dataflow/*/*/*/A.FR.M.X", BadQuery, "key: .*slots"),
        ("dataflow?c[SEKS]=M", BadSemantics, r"c\[SEKS\]"),
        ("dataflow?attributes=OBS_STATE", BadSemantics, "attributes"),
        ("dataflow?dimensionAtObservation=SEX", BadSemantics, "AREAS has no dimension 'SEX'"),
        ("dataflow?sort=SEX", BadQuery, "AREAS has no 'SEX' to sort by"),
        ("dataflow/SSER/SECRET", NotFound, "internal"),
        ("dataflow/SSER/UNRELEASED", NotFound, "SSER:UNRELEASED.*released"),
    ],
)
def test_what_no_flow_has_is_an_error(ask, address, error, says):
    """A component that none of several flows has is refused by name; so is an order or a packing that one of them lacks"""
    with pytest.raises(error, match=says):
        ask(address)


def test_attributes_that_one_of_several_flows_has_are_written_there(ask):
    """attributes=OBS_STATUS over several flows is written where it exists"""
    answer = ask("dataflow?attributes=OBS_STATUS")
    assert [d.attributes for d in answer.datasets] == [(), ("OBS_STATUS",)]


@pytest.mark.item("R2-DATA-40", "R2-DATA-41")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=1", "A.DE 2021"),
        ("offset=1&limit=2", "A.FR 2021|A.BE.F 2020"),
        ("offset=3&limit=1", "A.BE.M 2021"),
        ("offset=8", "Q.FR.M 2020-Q4"),
        ("offset=9", ""),
        ("limit=3&sort=OBS_VALUE:desc", "A.FR 2021|A.DE 2021|A.FR.F 2020"),
        ("offset=1&limit=2&attributes=none&measures=none", "A.FR|A.BE.F"),
    ],
)
def test_a_window_goes_over_all_data_sets(ask, query, found):
    """offset and limit count through the data sets of an answer, one after the other"""
    assert rows(ask(f"dataflow?{query}")) == found.split("|") * bool(found)


def test_series_of_all_flows_count_for_the_limit(ask):
    """413: more series over all flows than the service gives in one answer"""
    with pytest.raises(TooLarge):
        ask("dataflow", series_limit=6)
    assert len(told(ask("dataflow/*/*/*/*.FR", series_limit=6))) == 2
