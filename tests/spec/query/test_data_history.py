"""Five releases in turn, worked by hand: revised, inserted, deleted, withdrawn, not yet in effect; with both stores."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from blocks import coded as coded_as
from blocks import codelist, concept, free

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import ConceptScheme, Dataflow, DataStructure, Item
from greffe.query.answer import data
from greffe.query.disseminations import disseminations
from greffe.query.parameters import path_parts
from greffe.query.rest_v1 import parse_data as v1
from greffe.query.rest_v2 import parse_data as v2
from greffe.store.columnar import ColumnarObservations
from greffe.store.memory import MemoryObservations

GEO = codelist("CL_GEO", {c: (c, c) for c in ("BE", "DE", "FR", "LU", "NL")})
STATUS = codelist("CL_OBS_STATUS", {c: (c, c) for c in "AP"})
STRUCTURE = DataStructure(
    Reference("SSER", "F"),
    {"en": "F"},
    dimensions=(coded_as("GEO", GEO),),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(coded_as("OBS_STATUS", STATUS, "attribute", ("OBS_VALUE",)),),
)
FLOW = Dataflow(STRUCTURE.reference, {"en": "F"}, structure=STRUCTURE.urn)
CONCEPTS = ConceptScheme(
    concept("X").reference, {"en": "C"}, items=tuple(Item(c.id, {"en": c.id}) for c in STRUCTURE.components)
)
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in (GEO, STATUS, STRUCTURE, FLOW, CONCEPTS)}, {}, (), "c")


def day(month, of_month=1, year=2026):
    return datetime(year, month, of_month, tzinfo=UTC)


NOW = day(5)
# Number → effective, withdrawn, made on, rows `GEO period value status`.
TABLES = {
    1: (day(1), None, "", "FR 2020 1 A|FR 2021 2 P|BE 2020 5 A"),
    2: (day(2), None, "F/1", "FR 2020 1 A|FR 2021 3 P|DE 2021 7 A"),
    3: (day(3), day(3, 10), "F/2", "FR 2020 99 A|FR 2021 3 P|DE 2021 7 A|LU 2022 66 A"),
    4: (day(4), None, "F/2", "FR 2020 1 A|FR 2021 4 A|NL 2022 8 P"),
    5: (day(12), None, "F/4", "FR 2020 1000 A"),
}


def release(number):
    effective, withdrawn, _, rows = TABLES[number]
    return Release(
        FLOW.reference, number, f"h{number}", effective, effective, "real", "P", len(rows.split("|")), 3,
        withdrawn_at=withdrawn,
    )  # fmt: skip


RELEASES = [release(n) for n in TABLES]


@pytest.fixture(params=["memory", "columnar"])
def store(request, tmp_path):
    found = MemoryObservations() if request.param == "memory" else ColumnarObservations(tmp_path / "r")
    for number, (_, _, previous, rows) in TABLES.items():
        columns = zip(*(r.split(" ") for r in rows.split("|")), strict=True)
        names = ("GEO", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)}), path)
        found.save(f"F/{number}", STRUCTURE, path, {}, previous)
    return found


@pytest.fixture
def ask(store):
    def asked(address, releases=RELEASES, now=NOW):
        path, _, query = address.partition("?")
        parse, path = (v1, path[3:]) if path.startswith("v1 ") else (v2, path)
        return data(parse(path_parts(path), query), CATALOGUE, lambda _: releases, now, store)

    return asked


def shown(answer):
    """For each data set: action, and `GEO period value status`."""
    found = []
    for dataset in answer.datasets:
        lines = []
        for block in dataset.blocks:
            rows = block.observations.to_pylist()
            for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
                lines += [" ".join([series["GEO"], *(v or "-" for v in r.values())]) for r in rows[:count]]
                rows = rows[count:]
        found.append(f"{dataset.action}: {'|'.join(lines)}")
    return found


Q = "dataflow/SSER/F"


@pytest.mark.item("R2-DATA-45")
@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2026-01-01T00:00:00Z", "I: BE 2020 5 A|FR 2020 1 A|FR 2021 2 P"),
        ("2026-01-31T23:59:59Z", "I: BE 2020 5 A|FR 2020 1 A|FR 2021 2 P"),
        ("2026-02-15T00:00:00Z", "I: DE 2021 7 A|FR 2020 1 A|FR 2021 3 P"),
        ("2026-03-20T00:00:00Z", "I: DE 2021 7 A|FR 2020 1 A|FR 2021 3 P"),  # the third was withdrawn by then
        ("2026-04-01T02:00:00+02:00", "I: FR 2020 1 A|FR 2021 4 A|NL 2022 8 P"),
        ("2027-01-01T00:00:00Z", "I: FR 2020 1 A|FR 2021 4 A|NL 2022 8 P"),  # a moment to come counts as now
    ],
)
def test_as_of_shows_the_release_of_that_moment(ask, moment, found):
    """asOf answers from the release in effect at that moment; a moment to come counts as now, so no embargo is broken"""
    assert shown(ask(f"{Q}?asOf={moment}")) == [found]


@pytest.mark.item("R2-DATA-45")
@pytest.mark.parametrize(
    ("moment", "says"), [("2026-03-05T00:00:00Z", "F#3, has been withdrawn"), ("2025-12-31T23:00:00Z", "released then")]
)
def test_as_of_tells_nothing_that_was_withdrawn(ask, moment, says):
    """404: asOf a moment whose release has been withdrawn since, or before the first one"""
    with pytest.raises(NotFound, match=says):
        ask(f"{Q}?asOf={moment}")


@pytest.mark.item("R1-DATA-08", "R2-DATA-30")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("updatedAfter=2026-01-15T00:00:00Z", ["D: BE 2020 - -", "R: FR 2021 4 A|NL 2022 8 P"]),  # DE came and went
        ("updatedAfter=2026-02-15T00:00:00Z", ["D: DE 2021 - -", "R: FR 2021 4 A|NL 2022 8 P"]),
        # Who asked when the withdrawn one was in effect is told what to take back, and none of its figures.
        ("updatedAfter=2026-03-05T00:00:00Z", ["D: DE 2021 - -|LU 2022 - -", "R: FR 2020 1 A|FR 2021 4 A|NL 2022 8 P"]),
        ("updatedAfter=2026-04-01T00:00:00Z", []),
        ("updatedAfter=2026-04-30T00:00:00Z", []),
        ("updatedAfter=2030-01-01T00:00:00Z", []),  # a release to come is nothing to compare with
        ("updatedAfter=2030-01-01T00:00:00Z&asOf=2031-01-01T00:00:00Z", []),
        ("updatedAfter=2025-12-01T00:00:00Z", ["R: FR 2020 1 A|FR 2021 4 A|NL 2022 8 P"]),  # before the first
        ("updatedAfter=2026-01-15T00:00:00Z&asOf=2026-02-15T00:00:00Z", ["D: BE 2020 - -", "R: DE 2021 7 A|FR 2021 3 P"]),
        ("updatedAfter=2026-01-15T00:00:00Z&c[GEO]=FR", ["R: FR 2021 4 A"]),
        ("updatedAfter=2026-01-15T00:00:00Z&c[TIME_PERIOD]=2020", ["D: BE 2020 - -"]),
        # What is deleted is told whatever it was: conditions look at figures as they are now.
        ("updatedAfter=2026-01-15T00:00:00Z&c[OBS_VALUE]=gt:4", ["D: BE 2020 - -", "R: NL 2022 8 P"]),
        ("updatedAfter=2026-01-15T00:00:00Z&sort=OBS_VALUE:desc&limit=2", ["D: BE 2020 - -", "R: NL 2022 8 P"]),
        ("updatedAfter=2026-01-15T00:00:00Z&attributes=none", ["D: BE 2020 - -", "M: FR 2021 4 A|NL 2022 8 P"]),
    ],
)  # fmt: skip
def test_what_changed_since_a_moment_is_told(ask, query, found):
    """updatedAfter gives what vanished (Delete, keys only), then what is new or revised (Replace, Merge for a part of it)"""
    assert shown(ask(f"{Q}?{query}")) == found


@pytest.mark.item("R1-DATA-08", "R1-DATA-18")
def test_nothing_changed_is_no_result_on_1_5(ask):
    """404: nothing changed after updatedAfter"""
    assert shown(ask("v1 F?updatedAfter=2026-01-15T00:00:00Z")) == ["D: BE 2020 - -", "R: FR 2021 4 A|NL 2022 8 P"]
    with pytest.raises(NotFound):
        ask("v1 F?updatedAfter=2026-04-30T00:00:00Z")


def history(answer):
    return [
        (d.action, d.release, d.valid_from[:10], d.valid_to[:10], text.partition(": ")[2])
        for d, text in zip(answer.datasets, shown(answer), strict=True)
    ]


FIRST = ("R", "F#1", "2026-01-01", "2026-02-01", "BE 2020 5 A|FR 2020 1 A|FR 2021 2 P")
BE_GONE = ("D", "F#2", "", "2026-02-01", "BE 2020 - -")
SECOND = ("R", "F#2", "2026-02-01", "2026-04-01", "DE 2021 7 A|FR 2020 1 A|FR 2021 3 P")
DE_GONE = ("D", "F#4", "", "2026-04-01", "DE 2021 - -")
FOURTH = ("R", "F#4", "2026-04-01", "", "FR 2020 1 A|FR 2021 4 A|NL 2022 8 P")


@pytest.mark.item("R1-DATA-17", "R2-DATA-33")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [FIRST, BE_GONE, SECOND, DE_GONE, FOURTH]),
        ("&updatedAfter=2026-02-15T00:00:00Z", [DE_GONE, FOURTH]),
        ("&asOf=2026-02-15T00:00:00Z", [FIRST, BE_GONE, (*SECOND[:3], "", SECOND[4])]),
        ("&c[GEO]=BE", [(*FIRST[:4], "BE 2020 5 A"), BE_GONE]),
        ("&c[GEO]=FR&lastNObservations=1", [(*one[:4], last) for one, last in (
            (FIRST, "FR 2021 2 P"), (SECOND, "FR 2021 3 P"), (FOURTH, "FR 2021 4 A"))]),
        ("&updatedAfter=2026-04-30T00:00:00Z", []),
        ("&offset=2&limit=3", [(*FIRST[:4], "FR 2021 2 P"), BE_GONE, (*SECOND[:4], "DE 2021 7 A")]),
    ],
)  # fmt: skip
def test_history_tells_every_dissemination(ask, query, found):
    """includeHistory gives each dissemination as Replace with its validity, oldest first, and Delete for what vanished

    Withdrawn and embargoed releases are not told."""
    assert history(ask(f"{Q}?includeHistory=true{query}")) == found
    if not query:
        assert history(ask("v1 F?includeHistory=true")) == found


def test_after_the_latest_is_withdrawn_the_one_before_is_current_again(ask):
    """Who has the withdrawn release is told, by updatedAfter, what to take back and what it was before"""
    releases = [replace(r, withdrawn_at=day(4, 10)) if r.number == 4 else r for r in RELEASES]
    assert shown(ask(Q, releases)) == ["I: DE 2021 7 A|FR 2020 1 A|FR 2021 3 P"]
    assert shown(ask(f"{Q}?updatedAfter=2026-04-05T00:00:00Z", releases)) == [
        "D: NL 2022 - -", "R: DE 2021 7 A|FR 2021 3 P",
    ]  # fmt: skip
    assert history(ask(f"{Q}?includeHistory=true", releases))[-1][:4] == ("R", "F#2", "2026-02-01", "")


def test_when_all_is_withdrawn_nothing_is_released(ask):
    """404: every release was withdrawn"""
    releases = [replace(r, withdrawn_at=day(4, 10)) for r in RELEASES if r.number < 5]
    for query in ("", "?includeHistory=true", "?updatedAfter=2026-01-15T00:00:00Z"):
        with pytest.raises(NotFound, match="released"):
            ask(f"{Q}{query}", releases)


def test_what_is_withdrawn_or_to_come_never_leaks(ask):
    """No figure of a withdrawn or embargoed release is in any answer"""
    moments = [f"2026-{m:02d}-{d:02d}T00:00:00Z" for m in range(1, 13) for d in (1, 5, 15)]
    queries = ["includeHistory=true", *(f"updatedAfter={m}" for m in moments), *(f"asOf={m}" for m in moments)]
    for query in queries:
        try:
            text = str(shown(ask(f"{Q}?{query}")))
        except NotFound:
            continue
        assert not {"99", "66", "1000"} & set(text.replace("|", " ").split(" "))


def test_the_answer_names_what_it_depends_on(ask):
    """Answers before and after a release differ in their state, and say when they last changed"""
    plain, since = ask(Q), ask(f"{Q}?updatedAfter=2026-01-15T00:00:00Z")
    assert plain.state != since.state
    assert ask(Q).state == plain.state
    assert plain.modified == day(4)
    assert ask(Q, now=day(3, 15)).modified == day(3, 10)  # the withdrawal
    assert [r.number for r in ask(f"{Q}?includeHistory=true").releases] == [1, 2, 4]


def test_a_lower_number_that_takes_effect_later_is_no_dissemination():
    late = [replace(release(1), effective_at=day(3)), release(2), replace(release(3), withdrawn_at=None)]
    found = disseminations(late, NOW)
    assert [(d.release.number, d.start, d.end) for d in found] == [(2, day(2), day(3)), (3, day(3), None)]
