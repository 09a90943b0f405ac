"""Availability: the worked example of the standard, both modes, both dialects, what comes along (R1-AVL, R2-AVL)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from blocks import NAMES, coded, codelist, concept, free

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, BadSemantics, NotFound
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
from greffe.query.availability import parse_availability
from greffe.query.available import available, matches
from greffe.query.flows import named_flows
from greffe.query.parameters import path_parts
from greffe.store.memory import MemoryObservations

AREA = replace(
    codelist("CL_AREA", {"UK": ("UK", "RU"), "FR": ("France", "France"), "DE": ("Germany", "Allemagne")}),
    items=(
        Item("EU", {"en": "Europe"}),
        Item("UK", {"en": "UK"}, parent="EU"),
        Item("FR", {"en": "France"}, parent="EU"),
        Item("DE", {"en": "Germany"}, parent="EU"),
    ),
)
EMPLOYMENT = codelist("CL_EMP", {"EMP": ("Employed", "En emploi"), "UEMP": ("Unemployed", "Au chômage")})
SEX = codelist("CL_SEX", {"M": ("Male", "Hommes"), "F": ("Female", "Femmes"), "T": ("Total", "Ensemble")})
STRUCTURE = DataStructure(
    Reference("SSER", "LABOUR"),
    {"en": "Labour"},
    dimensions=(coded("AREA", AREA), coded("EMP", EMPLOYMENT), coded("SEX", SEX)),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(free("COMMENT_OBS", "attribute", ("OBS_VALUE",)),),
)
FLOW = Dataflow(STRUCTURE.reference, {"en": "Labour", "fr": "Emploi"}, structure=STRUCTURE.urn)
SECRET = replace(FLOW, reference=Reference("SSER", "INT"), annotations=(Annotation("SCOPE", "internal"),))
PROVIDERS = DataProviderScheme(
    Reference("SSER", "DATA_PROVIDERS", "1.0"), {"en": "P"}, items=(Item("A", {"en": "A"}), Item("B", {"en": "B"}))
)
AGREEMENT = ProvisionAgreement(
    Reference("SSER", "PA"),
    {"en": "PA"},
    dataflow=FLOW.urn,
    provider=Urn("dataproviderscheme", PROVIDERS.reference, "A"),
)
CONCEPTS = ConceptScheme(
    concept("X").reference,
    {"en": "Concepts"},
    items=tuple(Item(i, {"en": i}) for i in (*(c.id for c in STRUCTURE.components), *NAMES)),
)
ARTEFACTS = (AREA, EMPLOYMENT, SEX, STRUCTURE, FLOW, SECRET, PROVIDERS, AGREEMENT, CONCEPTS)
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in ARTEFACTS}, {}, (), "c")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RELEASE = Release(FLOW.reference, 1, "h", NOW, NOW, "real", "SSER", 4, 3)
TABLE = """
AREA | EMP  | SEX | TIME_PERIOD | OBS_VALUE | COMMENT_OBS
UK   | EMP  | M   | 2020        | 1         |
FR   | EMP  | M   | 2021        | 2         |
FR   | UEMP | F   | 2021        | 3         |
FR   | UEMP | F   | 2022        | 4         |
"""


# A day later one figure is revised, one is gone and one is new.
NEXT = TABLE.replace("| 2         |", "| 2.5       |").replace("UK   | EMP  | M   | 2020 ", "UK   | EMP  | T   | 2023 ")
LATER = NOW + timedelta(days=1)
SECOND = Release(FLOW.reference, 2, "h2", LATER, LATER, "real", "SSER", 4, 3)
TWIN = replace(FLOW, reference=Reference("SSER", "TWIN"), names={"en": "Twin"})


def parquet(table, path):
    lines = [[c.strip() or None for c in line.split("|")] for line in table.strip().splitlines()]
    columns = {h: pa.array([r[n] for r in lines[1:]], pa.string()) for n, h in enumerate(lines[0])}
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def store(tmp_path):
    found = MemoryObservations()
    found.save(RELEASE.name, STRUCTURE, parquet(TABLE, tmp_path / "1.parquet"), {})
    found.save(SECOND.name, STRUCTURE, parquet(NEXT, tmp_path / "2.parquet"), {}, RELEASE.name)
    return found


@pytest.fixture
def ask(store):

    def asked(address, releases=(RELEASE,), catalogue=CATALOGUE, now=LATER):
        dialect, _, address = address.partition(" ")
        path, _, query = address.partition("?")
        question = parse_availability(path_parts(path), query, {"v1": 1, "v2": 2}[dialect])
        found = matches(
            question,
            named_flows(question.data, catalogue),
            catalogue,
            lambda flow: releases if flow in (FLOW, TWIN) else (),
            now,
        )
        return available(question, found, catalogue, store)

    return asked


def values(answer):
    return {id_: "+".join(sorted(codes)) for id_, codes in answer[0].values.items()}


@pytest.mark.item("R2-AVL-10", "R2-AVL-04", "R1-AVL-03", "R1-AVL-04")
@pytest.mark.parametrize(
    ("v1", "v2", "mode", "expected"),
    [
        ("FR..F", "FR.*.F", "exact", {"AREA": "FR", "EMP": "UEMP", "SEX": "F"}),
        ("FR..F", "FR.*.F", "available", {"AREA": "FR", "EMP": "UEMP", "SEX": "F+M"}),
        ("FR..M+F", "FR.*.M,FR.*.F", "exact", {"AREA": "FR", "EMP": "EMP+UEMP", "SEX": "F+M"}),
        ("FR..M+F", "FR.*.M,FR.*.F", "available", {"AREA": "FR+UK", "EMP": "EMP+UEMP", "SEX": "F+M"}),
    ],
)
def test_the_worked_example_of_the_standard(ask, v1, v2, mode, expected):
    """mode=exact tells what the query would give; mode=available also what may be added on a dimension that is selected."""
    assert values(ask(f"v1 LABOUR/{v1}?mode={mode}")) == expected
    assert values(ask(f"v2 dataflow/SSER/LABOUR/1.0.0/{v2}?mode={mode}")) == expected
    area, _, sex = v1.split(".")
    filters = f"c[AREA]={area}&c[SEX]={sex.replace('+', ',')}"
    assert values(ask(f"v2 dataflow/SSER/LABOUR/1.0.0/*?{filters}&mode={mode}")) == expected


@pytest.mark.item("R1-AVL-01", "R1-AVL-07", "R1-AVL-08", "R2-AVL-01", "R2-AVL-08", "R2-AVL-09")
def test_a_constraint_tells_values_counts_and_the_span_of_time(ask):
    """One actual constraint on the flow: distinct values, first and last period, numbers of series and observations."""
    (found,) = ask("v2 dataflow/SSER/LABOUR")
    assert (found.role, found.attachments) == ("Actual", (FLOW.urn,))
    assert values([found]) == {"AREA": "FR+UK", "EMP": "EMP+UEMP", "SEX": "F+M"}
    assert found.time_range == ("2020", "2022")
    assert (found.series_count, found.obs_count) == (3, 4)
    assert found.names == {"en": "Data available: Labour", "fr": "Données disponibles : Emploi"}
    assert ask("v2 dataflow/SSER/LABOUR") == [found]
    assert ask("v2 dataflow/SSER/LABOUR/*/FR.*.*")[0].reference != found.reference


@pytest.mark.item("R1-AVL-06", "R2-AVL-05", "R1-AVL-02")
def test_periods_narrow_what_there_is(ask):
    """startPeriod and endPeriod of 1.5, c[TIME_PERIOD] of 2.x; in mode=available other periods stay visible."""
    (found,) = ask("v1 SSER,LABOUR,1.0.0/all/all/all?startPeriod=2022")
    assert values([found]) == {"AREA": "FR", "EMP": "UEMP", "SEX": "F"}
    assert (found.time_range, found.series_count, found.obs_count) == (("2022", "2022"), 1, 1)
    assert ask("v2 dataflow/SSER/LABOUR/*/*?c[TIME_PERIOD]=ge:2022")[0].values == found.values
    (wider,) = ask("v2 dataflow/SSER/LABOUR/*/*?c[TIME_PERIOD]=ge:2022&mode=available")
    assert (wider.time_range, wider.series_count) == (("2020", "2022"), 1)


@pytest.mark.item("R1-AVL-02", "R2-AVL-03")
@pytest.mark.parametrize(
    ("address", "dimensions", "time"),
    [
        ("v1 LABOUR/all/all/SEX", {"SEX"}, None),
        ("v1 LABOUR/all/all/TIME_PERIOD", set(), ("2020", "2022")),
        ("v2 dataflow/SSER/LABOUR/*/*/SEX,TIME_PERIOD", {"SEX"}, ("2020", "2022")),
        ("v2 dataflow/SSER/LABOUR/*/*/*", {"AREA", "EMP", "SEX"}, ("2020", "2022")),
    ],
)
def test_a_component_narrows_what_is_told_not_what_is_counted(ask, address, dimensions, time):
    """componentId: only those dimensions are told, several with a list; counts stay those of the query."""
    (found,) = ask(address)
    assert (set(found.values), found.time_range) == (dimensions, time)
    assert (found.series_count, found.obs_count) == (3, 4)


def kinds(answer):
    return [a.kind for a in answer[1:]]


@pytest.mark.item("R1-AVL-05", "R2-AVL-06")
def test_references_bring_schemes_reduced_to_what_is_used(ask):
    """references=all: flow, structure, and item schemes with used items and the parents of used codes."""
    answer = ask("v2 dataflow/SSER/LABOUR/*/*?references=all")
    by_id = {a.reference.id: a for a in answer[1:]}
    assert set(by_id) == {"LABOUR", "CS_MAIN", "CL_AREA", "CL_EMP", "CL_SEX", "DATA_PROVIDERS"}
    assert kinds(answer)[:2] == ["dataflow", "datastructure"]
    assert [i.id for i in by_id["CL_AREA"].items] == ["EU", "UK", "FR"]
    assert [i.id for i in by_id["CL_SEX"].items] == ["M", "F"]
    assert [by_id[i].partial for i in ("CL_AREA", "CL_SEX", "CL_EMP")] == [True, True, False]
    assert [i.id for i in by_id["DATA_PROVIDERS"].items] == ["A"]
    concepts = {i.id for i in by_id["CS_MAIN"].items}
    assert concepts == {c.id for c in STRUCTURE.components}  # the structure comes along and needs them all
    one = ask("v2 dataflow/SSER/LABOUR/*/FR.*.F/SEX?references=codelist,conceptscheme")
    assert sorted(kinds(one)) == ["codelist", "conceptscheme"]
    assert {a.kind: [i.id for i in a.items] for a in one[1:]} == {"codelist": ["F"], "conceptscheme": ["SEX"]}
    assert kinds(ask("v1 LABOUR/all/all/all?references=datastructure")) == ["datastructure"]
    assert kinds(ask("v1 LABOUR?references=none")) == []


@pytest.mark.item("R2-AVL-05")
def test_nothing_of_the_kind_gives_no_constraint(ask):
    """No match is an empty answer (204 on 2.x, 404 on 1.5); mode=available still says what may be chosen."""
    assert ask("v2 dataflow/SSER/LABOUR/*/UK.*.F") == []
    (found,) = ask("v2 dataflow/SSER/LABOUR/*/UK.*.F?mode=available")
    assert values([found]) == {"AREA": "FR", "SEX": "M"}
    assert (found.series_count, found.obs_count) == (0, 0)


@pytest.mark.item("R2-AVL-02", "R1-AVL-02")
@pytest.mark.parametrize(
    ("address", "error", "parameter"),
    [
        ("v2 */SSER/LABOUR", BadQuery, "context"),
        ("v2 codelist/SSER/LABOUR", BadQuery, "context"),
        ("v2 dataflow/SSER/LABOUR/*/*/*/more", BadQuery, "path"),
        ("v2 ", BadQuery, "path"),
        ("v1 LABOUR/all/all/all/more", BadQuery, "path"),
        ("v2 dataflow/SSER/LABOUR?mode=maybe", BadQuery, "mode"),
        ("v2 dataflow/SSER/LABOUR?references=process", BadQuery, "references"),
        ("v1 LABOUR?references=valuelist", BadQuery, "references"),
        ("v1 LABOUR?c[SEX]=F", BadQuery, "c[SEX]"),
        ("v2 dataflow/SSER/LABOUR?startPeriod=2020", BadQuery, "startPeriod"),
        ("v2 dataflow/SSER/LABOUR?firstNObservations=1", BadQuery, "firstNObservations"),
        ("v2 dataflow/SSER/LABOUR/*/*/NOPE", BadSemantics, "componentID"),
        ("v1 LABOUR/all/all/COMMENT_OBS", BadSemantics, "componentID"),
        ("v2 dataflow/SSER/INT", NotFound, "dataflow"),
        ("v1 NOPE", NotFound, ""),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(ask, address, error, parameter):
    """A wrong context, component, mode or parameter is named; internal flows have no availability."""
    with pytest.raises(error) as caught:
        ask(address)
    assert caught.value.parameter == parameter


@pytest.mark.item("R2-AVL-07", "R1-AVL-06")
@pytest.mark.parametrize("address", ["v1 LABOUR?updatedAfter=", "v2 dataflow/SSER/LABOUR?updatedAfter="])
def test_what_changed_since_a_moment(ask, address):
    """updatedAfter: codes and periods of what was added, revised or deleted since; nothing changed is an empty answer."""
    both = (RELEASE, SECOND)
    (found,) = ask(f"{address}2026-11-24T00:00:00Z", both)
    assert values([found]) == {"AREA": "FR+UK", "EMP": "EMP", "SEX": "M+T"}
    assert (found.time_range, found.series_count, found.obs_count) == (("2020", "2023"), None, 3)
    (gone,) = ask(f"v2 dataflow/SSER/LABOUR/*/UK.*.M?{address.partition('?')[2]}2026-11-24T00:00:00Z", both)
    assert (gone.time_range, gone.obs_count) == (("2020", "2020"), 1)
    assert ask(f"{address}2026-11-25T00:00:00Z", both) == []
    (first,) = ask(f"{address}2020-01-01T00:00:00Z", both)  # nothing was released then: all of it is new
    assert (first.series_count, first.obs_count) == (3, 4)


@pytest.mark.item("R2-AVL-05", "R2-GEN-04")
def test_brackets_may_be_escaped(ask):
    """`c[SEX]` and `c%5BSEX%5D` are the same parameter."""
    assert ask("v2 dataflow/SSER/LABOUR?c%5BSEX%5D=F")[0].values == ask("v2 dataflow/SSER/LABOUR?c[SEX]=F")[0].values


@pytest.mark.item("R2-AVL-07", "R2-AVL-05")
def test_conditions_on_attributes_and_reporting_years(ask):
    """c[ATTRIBUTE] narrows what there is; reportingYearStartDay moves the reporting periods that are asked for."""
    assert ask("v2 dataflow/SSER/LABOUR/*/*?c[COMMENT_OBS]=nothing") == []
    (found,) = ask("v2 dataflow/SSER/LABOUR/*/*?c[OBS_VALUE]=ge:3")
    assert (values([found]), found.obs_count) == ({"AREA": "FR", "EMP": "UEMP", "SEX": "F"}, 2)
    july = "v2 dataflow/SSER/LABOUR/*/*?c[TIME_PERIOD]=le:2022-A1&reportingYearStartDay="
    assert ask(f"{july}--01-01")[0].time_range == ("2020", "2022")
    assert ask(f"{july}--07-01")[0].time_range == ("2020", "2021")  # that reporting year ends in June 2022


@pytest.mark.item("R2-AVL-01", "R2-AVL-02", "R1-AVL-02")
def test_several_flows_and_each_context(ask):
    """One constraint for each flow or agreement; flows of one structure are told together in that context."""
    two = Catalogue(
        {**CATALOGUE.artefacts, (TWIN.kind, TWIN.reference): TWIN}, {}, (), "c"
    )  # fmt: skip
    each = ask("v2 dataflow/SSER/LABOUR,TWIN", catalogue=two)
    assert [c.attachments for c in each] == [(FLOW.urn,), (TWIN.urn,)]
    (both,) = ask("v2 datastructure/SSER/LABOUR", catalogue=two)
    assert both.attachments == (STRUCTURE.urn,)
    assert (both.values, both.series_count, both.obs_count) == (each[0].values, 6, 8)
    (agreed,) = ask("v2 provisionagreement/SSER/PA", catalogue=two)
    assert (agreed.attachments, agreed.series_count) == ((AGREEMENT.urn,), 3)
    assert [c.attachments for c in ask("v1 LABOUR/all/A", catalogue=two)] == [(FLOW.urn,)]
    with pytest.raises(NotFound):
        ask("v1 LABOUR/all/B", catalogue=two)


@pytest.mark.item("R2-AVL-01", "R1-AVL-01")
def test_figures_under_embargo_or_withdrawn_are_not_available(ask):
    """What is not in effect yet, or was withdrawn, is told by no availability: neither codes nor counts."""
    assert ask("v2 dataflow/SSER/LABOUR", (RELEASE, SECOND), now=NOW)[0].time_range == ("2020", "2022")
    with pytest.raises(NotFound):
        ask("v2 dataflow/SSER/LABOUR", (SECOND,), now=NOW)
    withdrawn = replace(SECOND, withdrawn_at=LATER)
    assert ask("v1 LABOUR", (RELEASE, withdrawn))[0].time_range == ("2020", "2022")
