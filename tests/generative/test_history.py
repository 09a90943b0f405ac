"""asOf, updatedAfter and includeHistory under any sequence of releases, withdrawals and embargoes, against a plain model.

Both stores, the files of which are evicted in between; and over HTTP, in formats of all three syntaxes.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TypeAlias
from urllib.parse import quote

import json_reader
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xml_reader
from blocks import coded as coded_as
from blocks import codelist, concept, free
from examples import examples
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
from hypothesis import HealthCheck, Phase, given, settings
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
from greffe.store.memory import MemoryObservations
from greffe.store.records import release_payload

CODES, PERIODS = ("ICCS0101", "ICCS0102", "ICCS0502"), ("2019", "2020", "2021")
VALUES, STATUSES, FIELDS = (None, "1", "1.0", "2"), ("A", "P", None), ("fr_met", "fr_met_drom", None)
START = datetime(2026, 12, 1, tzinfo=UTC)
END = 12  # all has happened

# ------------------------------------------------------------------------------------------------------- stories


Question: TypeAlias = tuple[str, float, "float | None", "float | None", tuple[str, ...], tuple[str, ...]]


def story_of(chance: Random, lengths: Sequence[int] = (2, 4, 6, 8)) -> list[Vintage]:
    """Releases and withdrawals in turn, an event an hour: a few figures revised, added, deleted, an attribute of a series
    changed, the same again, the table before it or an older one back, or another table; at once or under an embargo."""
    story: list[Vintage] = []
    for hour in range(1, 1 + chance.choice(lengths)):
        standing = [v.number for v in story if v.withdrawn is None]
        if standing and chance.random() < 0.2:
            chosen = chance.choice(standing)
            story = [replace(v, withdrawn=hour) if v.number == chosen else v for v in story]
            continue
        made_on = current(known(story, hour), hour)
        delay = chance.choice((0, 0, 0, 0, 1, 2, 3))
        table = _table(chance, [v.table for v in story])
        story.append(Vintage(len(story) + 1, hour, hour + delay, made_on.number if made_on else 0, table))
    return story


def _table(chance: Random, before: Sequence[Table]) -> Table:
    how = chance.choice(("few", "few", "few", "back", "back", "other", "same", "older"))
    found: dict[tuple[str, str], Cell]
    if not before or how == "other":
        found = {(c, p): _figure(chance) for c in CODES for p in PERIODS if chance.random() < 0.4}
    else:
        found = dict(
            before[-1] if how in ("few", "same") else before[-2:][0] if how == "back" else chance.choice(before)
        )
    if how == "few":
        for _ in range(chance.choice((1, 2))):
            key = chance.choice(CODES), chance.choice(PERIODS)
            if key in found and chance.random() < 0.5:
                del found[key]
            else:
                found[key] = _figure(chance)
    fields = {code: next((c[2] for k, c in found.items() if k[0] == code and c[2]), None) for code in CODES}
    if how != "same" and chance.random() < 0.3:
        fields[chance.choice(CODES)] = chance.choice(FIELDS)
    return {k: (c[0], c[1], fields[k[0]]) for k, c in found.items()} or {(CODES[0], PERIODS[0]): ("1", "A", None)}


def _figure(chance: Random) -> Cell:
    return chance.choice(VALUES), chance.choice(STATUSES), None


def question_of(chance: Random, story: Sequence[Vintage]) -> Question:
    """What is asked, now, updatedAfter, asOf, codes, periods. Moments are on the hour, and between."""
    what = chance.choice(("at", "since", "since", "since", "history"))
    now = chance.choice((END, END, END, 8.5, 6.5, 5))
    moments = [n / 2 for n in range(2 * story[0].made - 1, 18)]
    after = chance.choice(moments) if what == "since" or (what == "history" and chance.random() < 0.5) else None
    moment = chance.choice(moments) if chance.random() < 0.4 else None
    if after is not None and moment is not None and after > moment:
        after, moment = moment, after
    codes = CODES if chance.random() < 0.7 else (chance.choice(CODES),)
    periods = PERIODS if chance.random() < 0.7 else (chance.choice(PERIODS),)
    return what, now, after, moment, codes, periods


# A seed of Python's own randomness: rare sequences (a figure that came and went, a release that was withdrawn between two)
# come up often enough in few examples, as they would not by drawing each step.
CHANCES = st.integers(0, 2**32).map(Random)


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


@settings(max_examples=examples(24), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANCES)
def test_both_stores_say_what_the_model_says(chance):
    """R1-DATA-08, R1-DATA-17, R2-DATA-30, R2-DATA-33, R2-DATA-45, under any sequence of releases"""
    story = story_of(chance)
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
        for what, now, after, moment, codes, periods in (question_of(chance, story) for _ in range(15)):
            wanted = expected(story, what, now, after, moment)
            text = address(what, after, moment, codes, periods, "iccs")
            if chance.random() < 0.3:
                stores[1].evict(f"F/{chance.choice(story).number}")
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


@settings(max_examples=examples(90), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANCES)
def test_who_does_as_told_has_what_is_published(chance):
    """A client that had everything at one moment and applies Delete and Replace since then has exactly what is published

    What it had may have been withdrawn since."""
    story = story_of(chance)
    _, now, asked_before, *_ = question_of(chance, story)
    asked_before = asked_before or 0
    had = current(known(story, min(asked_before, now)), min(asked_before, now))
    wanted = current(known(story, now), now)
    if wanted is None:
        return
    assert applied(had.table if had else {}, since(story, now, asked_before, None)) == dict(wanted.table)


@settings(max_examples=examples(24), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANCES)
def test_two_vintages_differ_as_their_tables_do(chance):
    """Any two releases, in any order, whatever lies between: added, gone, changed; differences and means by fractions"""
    story = story_of(chance, (2, 3, 4))
    older, newer = chance.choice(story), chance.choice(story)
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
    max_examples=examples(4),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(chance=CHANCES)
def test_http_says_what_the_model_says(empty, chance):
    """The same over HTTP: actions and validity as SDMX-CSV 2.x, SDMX-JSON 2.x and SDMX-ML 2.1 and 3.x write them"""
    story = story_of(chance)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(empty, home)
        house = new_house(home)
        flow = dataflow_named(house.parts, FLOW)
        structure = house.parts.catalogue().structure(flow)
        for hour in range(1, END + 1):
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
        house.clock.now = instant(END)
        for _ in range(20):
            what, _, after, moment, codes, periods = question_of(chance, story)
            format_ = chance.choice(FORMATS)
            wanted = expected(story, what, END, after, moment)
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
