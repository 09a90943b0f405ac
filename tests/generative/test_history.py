"""asOf, updatedAfter and includeHistory under any sequence of releases, withdrawals and embargoes, against a plain model.

Both stores, the files of which are evicted in between; and over HTTP, in formats of all three syntaxes.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import json_reader
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xml_reader
from blocks import coded as coded_as
from blocks import codelist, concept, free
from fastapi.testclient import TestClient
from history_model import (
    NOTHING,
    Cell,
    Said,
    Silence,
    Table,
    Vintage,
    applied,
    at,
    current,
    history,
    known,
    narrowed,
    since,
)
from house import FLOW, RELEASER, new_house
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from greffe.app import create_app
from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import ConceptScheme, Dataflow, DataStructure, Item
from greffe.query.answer import data
from greffe.query.parameters import path_parts
from greffe.query.rest_v2 import parse_data
from greffe.release.lifecycle import dataflow_named, withdraw
from greffe.release.revisions import revisions
from greffe.release.vintages import Comparison
from greffe.store.columnar import ColumnarObservations
from greffe.store.ledger import release_payload
from greffe.store.memory import MemoryObservations

CODES, PERIODS = ("ICCS0101", "ICCS0102", "ICCS0502"), ("2019", "2020", "2021")
VALUES, STATUSES, FIELDS = (None, "1", "1.0", "2"), ("A", "P", None), ("fr_met", "fr_met_drom", None)
START = datetime(2026, 12, 1, tzinfo=UTC)

# ------------------------------------------------------------------------------------------------------- stories


@st.composite
def stories(draw: st.DrawFn, most: int = 6) -> list[Vintage]:
    """Releases and withdrawals in turn, an event an hour: a few figures revised, added, deleted, an attribute of a series
    changed, the same again, an older table back, or another table; at once or under an embargo."""
    story: list[Vintage] = []
    for hour in range(1, draw(st.integers(2, most + 1))):
        standing = [v for v in story if v.withdrawn is None]
        if standing and draw(st.integers(0, 4)) == 0:
            chosen = draw(st.sampled_from(standing)).number
            story = [v if v.number != chosen else Vintage(*_but_last(v), withdrawn=hour) for v in story]
            continue
        made_on = current(known(story, hour), hour)
        delay = draw(st.sampled_from((0, 0, 0, 0, 1, 2, 3)))
        table = draw(_tables([v.table for v in story]))
        number = len(story) + 1
        story.append(Vintage(number, hour, hour + delay, made_on.number if made_on else 0, table))
    assume(story)
    return story


def _but_last(one: Vintage) -> tuple[int, int, int, int, Table]:
    return one.number, one.made, one.effective, one.previous, one.table


KEYS = st.tuples(st.sampled_from(CODES), st.sampled_from(PERIODS))
FIGURES = st.tuples(st.sampled_from(VALUES), st.sampled_from(STATUSES))


@st.composite
def _tables(draw: st.DrawFn, before: Sequence[Table]) -> Table:
    how = draw(st.sampled_from(("other", "same", "few", "few", "few", "older")))
    if not before or how == "other":
        found: dict[tuple[str, str], Cell] = {
            k: (*f, None) for k, f in draw(st.dictionaries(KEYS, FIGURES, min_size=1)).items()
        }
    else:
        found = dict(draw(st.sampled_from(before)) if how == "older" else before[-1])
    if how == "few":
        for key, figure in draw(st.dictionaries(KEYS, st.none() | FIGURES, max_size=2)).items():
            if figure is None:
                found.pop(key, None)
            else:
                found[key] = (*figure, None)
    fields = {code: next((c[2] for k, c in found.items() if k[0] == code and c[2]), None) for code in CODES}
    if how != "same":
        fields |= draw(st.dictionaries(st.sampled_from(CODES), st.sampled_from(FIELDS), max_size=1))
    return {k: (c[0], c[1], fields[k[0]]) for k, c in found.items()} or {(CODES[0], PERIODS[0]): ("1", "A", None)}


MOMENTS = st.integers(0, 22).map(lambda n: n / 2)  # on the hour, and between


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, float, float | None, float | None, tuple[str, ...], tuple[str, ...]]:
    """What is asked, now, updatedAfter, asOf, codes, periods."""
    what = draw(st.sampled_from(("at", "at", "since", "since", "since", "history", "history")))
    now = draw(st.sampled_from((7.5, 8, 11, 3, 4, 5.5)))
    after = draw(MOMENTS) if what == "since" or (what == "history" and draw(st.booleans())) else None
    moment = draw(st.none() | MOMENTS)
    if after is not None and moment is not None and after > moment:
        after, moment = moment, after
    codes = draw(st.just(CODES) | st.just(CODES) | st.sampled_from(CODES).map(lambda c: (c,)))
    periods = draw(st.just(PERIODS) | st.just(PERIODS) | st.sampled_from(PERIODS).map(lambda p: (p,)))
    return what, now, after, moment, codes, periods


def expected(
    story: Sequence[Vintage], what: str, now: float, after: float | None, moment: float | None
) -> list[Said] | None:
    """What the model says; None for nothing that may be said."""
    try:
        if what == "at":
            return at(story, now, moment)
        if what == "since":
            assert after is not None
            return since(story, now, after, moment)
        return history(story, now, after, moment)
    except Silence:
        return None


def instant(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def address(
    what: str, after: float | None, moment: float | None, codes: Sequence[str], periods: Sequence[str], name: str
) -> str:
    found = ["includeHistory=true"] if what == "history" else []
    for word, hour in (("updatedAfter", after), ("asOf", moment)):
        found += [f"{word}={quote(instant(hour).isoformat())}"] if hour is not None else []
    found += [f"c[{name}]={','.join(codes)}"] if len(codes) < len(CODES) else []
    found += [f"c[TIME_PERIOD]={','.join(periods)}"] if len(periods) < len(PERIODS) else []
    return "&".join(found)


# -------------------------------------------------------------------------------------------------------- stores

LIST = codelist("CL_ICCS", {c: (c, c) for c in CODES})
STATUS = codelist("CL_OBS_STATUS", {c: (c, c) for c in "AP"})
STRUCTURE = DataStructure(
    Reference("SSER", "F"),
    {"en": "F"},
    dimensions=(coded_as("iccs", LIST),),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(coded_as("OBS_STATUS", STATUS, "attribute", ("OBS_VALUE",)), free("TERRITORY", "attribute", ("iccs",))),
)
DATAFLOW = Dataflow(STRUCTURE.reference, {"en": "F"}, structure=STRUCTURE.urn)
CONCEPTS = ConceptScheme(
    concept("X").reference, {"en": "C"}, items=tuple(Item(c.id, {"en": c.id}) for c in STRUCTURE.components)
)
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in (LIST, STATUS, STRUCTURE, DATAFLOW, CONCEPTS)}, {}, (), "c")


def release_of(one: Vintage, now: float, flow: Reference) -> Release:
    withdrawn = None if one.withdrawn is None or one.withdrawn > now else instant(one.withdrawn)
    series = len({k[0] for k in one.table})
    return Release(
        flow, one.number, f"h{one.number}", instant(one.made), instant(one.effective), "real", "SSMSI", len(one.table),
        series, withdrawn_at=withdrawn,
    )  # fmt: skip


def parquet(folder: Path, table: Table, names: Sequence[str], fixed: dict[str, str]) -> Path:
    """The flat file of a table; rows in any order."""
    rows = [
        {**fixed, "iccs": k[0], "TIME_PERIOD": k[1], "OBS_VALUE": c[0], "OBS_STATUS": c[1], "TERRITORY": c[2]}
        for k, c in reversed(list(table.items()))
    ]
    path = folder / "in.parquet"
    pq.write_table(pa.table({n: pa.array([r.get(n) for r in rows], pa.string()) for n in names}), path)
    return path


def told(answer: object) -> list[Said]:
    """The data sets of an answer; moments back to hours."""
    found = []
    for dataset in answer.datasets:  # type: ignore[attr-defined]
        table: dict[tuple[str, str], Cell] = {}
        for block in dataset.blocks:
            rows = block.observations.to_pylist()
            for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
                for row in rows[:count]:
                    key = series["iccs"], row["TIME_PERIOD"]
                    assert key not in table, "twice in a data set"
                    table[key] = row["OBS_VALUE"], row["OBS_STATUS"], series["TERRITORY"]
                rows = rows[count:]
        found.append(Said(dataset.action, table, hours(dataset.valid_from), hours(dataset.valid_to)))
    return found


def hours(text: str) -> int | None:
    return int((datetime.fromisoformat(text) - START) / timedelta(hours=1)) if text else None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.lists(questions(), min_size=6, max_size=6), st.data())
def test_both_stores_say_what_the_model_says(story, asked, drawn):
    """R1-DATA-08, R1-DATA-17, R2-DATA-30, R2-DATA-33, R2-DATA-45, under any sequence of releases"""
    with tempfile.TemporaryDirectory() as folder:
        stores = MemoryObservations(), ColumnarObservations(Path(folder) / "r")
        names = (*STRUCTURE.dimension_ids, "TIME_PERIOD", "OBS_VALUE", *(a.id for a in STRUCTURE.attributes))
        for one in story:
            path = parquet(Path(folder), one.table, names, {})
            saved = [
                s.save(f"F/{one.number}", STRUCTURE, path, {}, f"F/{one.previous}" if one.previous else "")
                for s in stores
            ]
            assert saved[0].changed == saved[1].changed
        for what, now, after, moment, codes, periods in asked:
            wanted = expected(story, what, now, after, moment)
            text = address(what, after, moment, codes, periods, "iccs")
            if drawn.draw(st.booleans()):
                stores[1].evict(f"F/{drawn.draw(st.sampled_from(story)).number}")
            releases = [release_of(v, now, DATAFLOW.reference) for v in known(story, now)]
            for store in stores:
                query = parse_data(path_parts("dataflow/SSER/F"), text)

                def answered(store=store, query=query, releases=releases, now=now):
                    return data(query, CATALOGUE, lambda _: releases, instant(now), store)

                if wanted is None:
                    with pytest.raises(NotFound):
                        answered()
                else:
                    assert told(answered()) == narrowed(wanted, codes, periods), text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), MOMENTS, st.sampled_from((7.5, 8, 11)))
def test_who_does_as_told_has_what_is_published(story, asked_before, now):
    """A client that had everything at one moment and applies Delete and Replace since then has exactly what is published

    What it had may have been withdrawn since."""
    had = current(known(story, min(asked_before, now)), min(asked_before, now))
    wanted = current(known(story, now), now)
    assume(wanted is not None)
    assert applied(had.table if had else {}, since(story, now, asked_before, None)) == dict(wanted.table)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(4), st.data())
def test_two_vintages_differ_as_their_tables_do(story, drawn):
    """Any two releases, in any order, whatever lies between: added, gone, changed; differences and means by fractions"""
    older, newer = (drawn.draw(st.sampled_from(story)) for _ in range(2))
    with tempfile.TemporaryDirectory() as folder:
        for store in (MemoryObservations(), ColumnarObservations(Path(folder) / "r")):
            names = (*STRUCTURE.dimension_ids, "TIME_PERIOD", "OBS_VALUE", *(a.id for a in STRUCTURE.attributes))
            for one in story:
                path = parquet(Path(folder), one.table, names, {})
                store.save(f"F/{one.number}", STRUCTURE, path, {}, f"F/{one.previous}" if one.previous else "")
            pair = [release_of(v, 100, DATAFLOW.reference) for v in (older, newer)]
            found = Comparison(*pair, DATAFLOW, STRUCTURE, CATALOGUE, store)
            cells = {(c.key["iccs"], c.period): c for c in found.cells()}
            before, after = older.table, newer.table
            assert set(cells) == {k for k in {*before, *after} if before.get(k) != after.get(k)}
            for key, cell in cells.items():
                assert _row(cell.before) == before.get(key)
                assert _row(cell.after) == after.get(key)
            ways = [("added" if k not in before else "gone" if k not in after else "changed") for k in cells]
            assert found.counts == tuple(ways.count(w) for w in ("added", "gone", "changed"))
            _same_means(found, before, after)


def _row(figure):
    if figure is None:
        return None
    return figure.value, figure.attributes.get("OBS_STATUS"), figure.attributes.get("TERRITORY")


def _same_means(found, before, after):
    """Over the numbers that changed; 1 and 1.0 are one number."""
    _, by_indicator = revisions(found.cells(), STRUCTURE)
    for one in by_indicator:
        both = [
            (Fraction(before[k][0]), Fraction(after[k][0]))
            for k in before.keys() & after.keys()
            if k[0] == one.indicator and before[k][0] and after[k][0]
        ]
        moves = [(old, new - old) for old, new in both if new != old]
        assert one.revised.numbers == len(moves)
        if moves:
            half = Fraction(1, 2 * 10**6)  # means are rounded to six decimals
            assert abs(Fraction(one.revised.mean) - sum(m for _, m in moves) / len(moves)) <= half
            assert abs(Fraction(one.revised.mean_absolute) - sum(abs(m) for _, m in moves) / len(moves)) <= half
            assert one.revised.before == sum(abs(old) for old, _ in moves)


# ---------------------------------------------------------------------------------------------------------- HTTP

NAMES = (
    "freq", "iccs", "unit", "geo", "TIME_PERIOD", "OBS_VALUE", "TERRITORY", "DATA_ORIGIN", "OBS_STATUS", "CONF_STATUS",
    "COMMENT_OBS",
)  # fmt: skip
FIXED = {"freq": "A", "unit": "NR", "geo": "FR", "DATA_ORIGIN": "real", "CONF_STATUS": "F"}
FORMATS = ("sdmx-csv-2.0", "sdmx-csv-2.1", "sdmx-json-2.0", "sdmx-json-2.1", "sdmx-ml-3.0", "sdmx-ml-3.1",
           "structurespecificdata")  # fmt: skip
V2 = f"/sdmx/v2/data/dataflow/SSER/{FLOW}"
# Word of SDMX-CSV and SDMX-JSON, of SDMX-ML → the letter. Information and Append (which 2.1 has for it) say "as it is".
WORDS = {"I": "I", "R": "R", "D": "D", "Information": "I", "Append": "I", "Replace": "R", "Delete": "D"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which nothing is released yet, to copy."""
    home = tmp_path_factory.mktemp("history-model") / "home"
    new_house(home).parts.register.close()  # type: ignore[attr-defined]
    yield home


def read(body: bytes, format_: str) -> list[Said]:
    """The data sets of a message, by readers that are not ours."""
    if format_.startswith("sdmx-csv"):
        sets: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for row in csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True):
            sets.setdefault(tuple(row.get(n) or "" for n in ("ACTION", "VALID_FROM", "VALID_TO")), []).append(row)
        return [_said(k, rows) for k, rows in sets.items()]
    if format_.startswith("sdmx-json"):
        found = json_reader.read(body)
        return [_said((s.action, s.told.get("validFrom", ""), s.told.get("validTo", "")), s.rows) for s in found]
    names = ("action", "validFromDate", "validToDate")
    return [_said(tuple(s.told.get(n, "") for n in names), s.rows) for s in xml_reader.read(body)]


def _said(head: Sequence[str], rows: Sequence[dict[str, str]]) -> Said:
    table: dict[tuple[str, str], Cell] = {}
    for row in rows:
        key = row["iccs"], row["TIME_PERIOD"]
        assert key not in table, "twice in a data set"
        value, status, field = (row.get(n) or None for n in ("OBS_VALUE", "OBS_STATUS", "TERRITORY"))
        table[key] = value, status, field
    return Said(WORDS[head[0] or "I"], table, hours(head[1]), hours(head[2]))


@settings(  # no shrinking: a home is set up for each example
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(story=stories(), asked=st.lists(st.tuples(questions(), st.sampled_from(FORMATS)), min_size=12, max_size=12))
def test_http_says_what_the_model_says(empty, story, asked):
    """The same over HTTP: actions and validity as SDMX-CSV 2.x, SDMX-JSON 2.x and SDMX-ML 2.1 and 3.x write them"""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(empty, home)
        house = new_house(home)
        flow = dataflow_named(house.parts, FLOW)
        structure = house.parts.catalogue().structure(flow)
        for hour in range(1, 12):
            house.clock.now = instant(hour)
            for one in (v for v in story if v.made == hour):
                path = parquet(Path(folder), one.table, NAMES, FIXED)
                previous = f"{FLOW}/{one.previous}" if one.previous else ""
                house.parts.observations.save(f"{FLOW}/{one.number}", structure, path, {}, previous)
                release = release_of(one, hour, flow.reference)
                house.parts.note(RELEASER, "release.made", str(release), release_payload(release))
            for one in (v for v in story if v.withdrawn == hour):
                withdraw(house.parts, RELEASER, f"{FLOW}#{one.number}", "wrong")
        web = TestClient(create_app(house.parts), raise_server_exceptions=False)
        for (what, _, after, moment, codes, periods), format_ in asked:
            house.clock.now = instant(11)
            wanted = expected(story, what, 11, after, moment)
            text = address(what, after, moment, codes, periods, "iccs")
            answer = web.get(f"{V2}?{text}&format={format_}")
            if wanted is None:
                assert answer.status_code == 404
                continue
            wanted = narrowed(wanted, codes, periods)
            assert answer.status_code == (200 if wanted else 204), answer.text
            if wanted:
                assert _plain(read(answer.content, format_)) == _plain(wanted, format_), (text, format_)
        house.parts.register.close()  # type: ignore[attr-defined]


def _plain(said: Sequence[Said], format_: str = "") -> list[tuple[object, ...]]:
    """A data set of deletions says keys alone. What only is (I) says Replace in formats of SDMX 3.1, which deprecate
    Information (docs/reference/data-formats.md)."""
    word = "R" if format_.endswith(("csv-2.1", "json-2.1", "ml-3.1")) else "I"
    return [
        (
            word if s.action == "I" else s.action,
            s.start,
            s.end,
            {k: NOTHING if s.action == "D" else c for k, c in s.table.items()},
        )
        for s in said
    ]
