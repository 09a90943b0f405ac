"""Questions × formats × entry points, pairwise: each answer over HTTP is valid and is what plain Python finds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random

import httpx
import pyarrow.parquet as pq
import pytest
from all_pairs import Case, covering
from answer_rows import PEOPLE, numbers, read
from examples import SOAK
from jsonstat_validator import validate_jsonstat
from judges import json_errors, xml_errors
from plain_query import PlainQuery, rows_of
from plain_rows import FLAT, TIME, VALUE, Row, in_order
from pysdmx.api.qb import data as qb
from pysdmx.api.qb.util import ApiVersion

AGREEMENTS = {
    "ESTAT_CRIM_OFF_CAT": "SSMSI", "ESTAT_CRIM_PRIS_OFF": "SSER", "ESTAT_CTS_PRIS": "DAP", "CEPEJ_Q91": "SSER",
}  # fmt: skip
XML = {
    "genericdata": "", "structurespecificdata": "2.1", "generictimeseriesdata": "",
    "structurespecifictimeseriesdata": "2.1", "sdmx-ml-3.0": "3.0.0", "sdmx-ml-3.1": "3.1.0",
}  # fmt: skip
JSON = {"sdmx-json-1.0": "1.0", "sdmx-json-2.0": "2.0", "sdmx-json-2.1": "2.1"}
CSV = ("sdmx-csv-1.0", "sdmx-csv-2.0", "sdmx-csv-2.1")
NEW = ("sort", "page", "values", "text", "statuses", "figures", "precedence", "lists", "short", "several")  # 2.x only
FILTERS = {
    "none": (), "text": (("{0}", "co:C+nc:XX,sw:P"),), "statuses": (("OBS_STATUS", "ne:A"),),
    "figures": (("OBS_VALUE", "gt:100+le:20000,lt:12,eq:1464569.0"),), "precedence": (("TIME_PERIOD", "ge:2012+lt:2014,ge:2019"),),
    "values": (("COMMENT_OBS", "ew:s,co:open,sw:Unit"),), "years": ((TIME, "ge:2012+le:2018"),), "open": ((TIME, "ge:2017-A1"),),
    "quarters": ((TIME, "ge:2011-Q1+le:2016-Q4"),), "months": ((TIME, "ge:2013-02+le:2018-M12"),), "days": ((TIME, "le:2015-12-31"),),
    "several": (("{0}", "ne:XX"), ("OBS_STATUS", "eq:A,D"), (TIME, "ne:2016+ge:2013-01-01")),
    "trimesters": ((TIME, "ge:2010-T1+le:2016-S2"),), "weeks": ((TIME, "ge:2014-W02+le:2020-D366"),),
}  # fmt: skip
# detail of 1.5 → attributes and measures of 2.x; the others are 2.x only.
DETAILS = {
    "full": ("dsd", "all"), "dataonly": ("none", "all"), "serieskeysonly": ("none", "none"), "nodata": ("series", "none"),
    "obs": ("obs", "all"), "series": ("series", "all"), "ids": ("OBS_STATUS,TERRITORY", "all"), "no figures": ("dsd", "none"),
}  # fmt: skip
FACTORS = {
    "entry": ("v1", "v1 provider", "v2 dataflow", "v2 datastructure", "v2 provisionagreement"),
    "format": (*XML, *JSON, *CSV, *PEOPLE),
    "flow": tuple(AGREEMENTS),
    "key": ("all", "slots", "codes", "lists", "short"),
    "filter": tuple(FILTERS),
    "ends": ("none", "first", "last", "both"),
    "detail": tuple(DETAILS),
    "view": (TIME, FLAT, "second", "last"),
    "order": ("none", "sort", "page"),
    "lang": ("none", "fr"),
}  # fmt: skip


def possible(case: Case) -> bool:
    """What can be asked there: 1.5 has no such word, a time series message no other view, a list of series no figures."""
    if case["entry"].startswith("v1") and (
        any(case[f] in NEW for f in ("key", "filter", "order")) or case["detail"] not in list(DETAILS)[:4]
    ):
        return False
    if "timeseries" in case["format"] and case["view"] != TIME:
        return False
    series = case["detail"] in ("serieskeysonly", "nodata")
    if case["format"] in PEOPLE and (series or case["detail"] == "no figures"):
        return False
    return not (series and (case["order"] != "none" or case["view"] != TIME))


CASES = covering(FACTORS, possible)
if SOAK:
    _dice = Random(11)
    _drawn = ({n: _dice.choice(levels) for n, levels in FACTORS.items()} for _ in range(4_000))
    CASES += [case for case in _drawn if possible(case)]


@cache
def table(home: Path, flow: str) -> tuple[list[Row], tuple[str, ...], tuple[str, ...]]:
    """The released rows as Parquet holds them, read by pyarrow; dimensions; attributes."""
    found = pq.read_table(home / "releases" / flow / "1" / "data.parquet")
    names = found.schema.names
    rows = [{k: v for k, v in r.items() if v is not None} for r in found.to_pylist()]
    return rows, tuple(names[: names.index(TIME)]), tuple(names[names.index(VALUE) + 1 :])


def question(case: Case, rows: list[Row], dimensions: tuple[str, ...]) -> PlainQuery:
    """The question of a case, about codes that occur."""
    second, last = dimensions[1], dimensions[-1]
    codes = sorted({r[second] for r in rows})
    one, other = ([frozenset({rows[n][d]}) for d in dimensions] for n in (0, len(rows) // 2))
    wide = [frozenset[str]()] * len(dimensions)
    keys = {
        "all": (), "slots": ((*wide[:-1], one[-1]),), "codes": ((wide[0], frozenset(codes[:2]), *wide[2:]),),
        "lists": (tuple(one), tuple(other), (other[0], *wide[1:-1], frozenset({"NONE"}))), "short": (tuple(other[:2]),),
    }  # fmt: skip
    attributes, measures = DETAILS[case["detail"]]
    total = ((TIME, True), *((d, False) for d in dimensions))
    return PlainQuery(
        keys=keys[case["key"]],
        filters=tuple((c.format(second), v) for c, v in FILTERS[case["filter"]]),
        first={"first": 1, "both": 2}.get(case["ends"]),
        last={"last": 2, "both": 1}.get(case["ends"]),
        detail=case["detail"], attributes=attributes, measures=measures,
        at={"second": second, "last": last}.get(case["view"], case["view"]),
        sort={"sort": ((VALUE, True), *total), "page": total}.get(case["order"], ()),
        offset=3 if case["order"] == "page" else 0,
        limit=17 if case["order"] == "page" else None,
        invented=case["format"] in CSV and rows[0]["DATA_ORIGIN"] == "synthetic",  # it has no header to say so
    )  # fmt: skip


def address(case: Case, asked: PlainQuery) -> str:
    """As pysdmx writes it, with the key, the provider and the filters that it does not write."""
    old = case["entry"].startswith("v1")
    context = qb.DataContext.DATAFLOW if old else qb.DataContext(case["entry"].partition(" ")[2])
    agreement = context == qb.DataContext.PROVISION_AGREEMENT
    words = {"nodata": "dsd", "serieskeysonly": "series"}  # as pysdmx says these details of 1.5
    word = words.get(asked.detail, asked.attributes) if old else asked.attributes
    written = qb.DataQuery(
        context=context, agency_id="SSER", version="~",
        resource_id=f"{AGREEMENTS[case['flow']]}_{case['flow']}" if agreement else case["flow"],
        attributes=word if word in ("dsd", "none", "series", "obs") else word.split(","),
        measures=asked.measures, obs_dimension=asked.at, first_n_obs=asked.first, last_n_obs=asked.last,
        offset=asked.offset, limit=asked.limit, sort=[qb.SortBy(c, "desc" if down else "asc") for c, down in asked.sort],
    ).get_url(ApiVersion.V1_5_0 if old else ApiVersion.V2_2_0)  # fmt: skip
    path, _, parameters = written.partition("?")
    parts = path.split("/")
    if old:
        parts[3:] = [_old_key(asked), AGREEMENTS[case["flow"]] if "provider" in case["entry"] else "all"]
    else:
        parts[6:] = [_new_key(asked)]
    given = [p for p in parameters.split("&") if p] + [f"format={case['format']}"]
    given += _periods(asked) if old else [f"c[{c}]={v}" for c, v in asked.filters]
    given += ["lang=fr"] if case["lang"] == "fr" else []
    return f"/sdmx/{'v1' if old else 'v2'}{'/'.join(parts)}?{'&'.join(given)}"


def _old_key(asked: PlainQuery) -> str:
    return ".".join("+".join(sorted(slot)) for slot in asked.keys[0]) if asked.keys else "all"


def _new_key(asked: PlainQuery) -> str:
    texts = []
    for key in asked.keys:
        whole: list[list[str]] = [[]]
        for slot in key:
            whole = [[*start, code] for start in whole for code in sorted(slot) or ["*"]]
        texts += [".".join(one) for one in whole]
    return ",".join(texts) or "*"


def _periods(asked: PlainQuery) -> list[str]:
    terms = [t.split(":") for _, v in asked.filters for t in v.split("+")]
    return [f"{'startPeriod' if operator == 'ge' else 'endPeriod'}={value}" for operator, value in terms]


@cache
def schema(server: str, context: str, id_: str, version: str, at: str) -> bytes:
    """Our own answer to the schema query, by which structure-specific data are judged whole."""
    answer = httpx.get(
        f"{server}/sdmx/v2/schema/{context}/SSER/{id_}", params={"dimensionAtObservation": at},
        headers={"Accept": f"application/vnd.sdmx.schema+xml;version={version}"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.content


def judged(server: str, case: Case, asked: PlainQuery, body: bytes) -> list[str]:
    format_, context = case["format"], case["entry"].partition(" ")[2]
    if format_ in XML:
        known = "datastructure" if context == "datastructure" else "dataflow"
        payloads = [schema(server, known, case["flow"], XML[format_], asked.at)] if XML[format_] else []
        return xml_errors(body, payloads=payloads)
    if format_ in JSON:
        return json_errors(body, JSON[format_], "data")
    return [] if format_ != "jsonstat" or validate_jsonstat(json.loads(body)) else ["no JSON-stat"]


@pytest.mark.item(
    "R1-DATA-01", "R1-DATA-02", "R1-DATA-03", "R1-DATA-04", "R1-DATA-06", "R1-DATA-07", "R1-DATA-09", "R1-DATA-10",
    "R1-DATA-11", "R1-DATA-13", "R1-DATA-14", "R1-DATA-15", "R1-DATA-16", "R1-DATA-18", "R2-DATA-01", "R2-DATA-04",
    "R2-DATA-05", "R2-DATA-06", "R2-DATA-10", "R2-DATA-11", "R2-DATA-12", "R2-DATA-13", "R2-DATA-14", "R2-DATA-20",
    "R2-DATA-21", "R2-DATA-22", "R2-DATA-31", "R2-DATA-32", "R2-DATA-34", "R2-DATA-40", "R2-DATA-41", "R2-DATA-43",
    "R2-DATA-51", "FMT-02",
)  # fmt: skip
@pytest.mark.parametrize("number", range(len(CASES)))
def test_an_answer_is_what_plain_python_finds(server: str, demo_home: Path, number: int):
    """Questions × formats × entry points, pairwise: each answer is valid and holds what plain Python finds in the release"""
    case = CASES[number]
    rows, dimensions, attributes = table(demo_home, case["flow"])
    asked = question(case, rows, dimensions)
    expected = rows_of(asked, rows, dimensions, attributes)
    where = address(case, asked)
    answer = httpx.get(server + where, timeout=60)
    told = f"{case}\n{where}\n{answer.status_code} {answer.text[:600]}"
    if not expected:
        assert answer.status_code == (404 if case["entry"].startswith("v1") else 204), told
        return
    assert answer.status_code == 200, told
    assert answer.headers["content-language"] == ("fr" if case["lang"] == "fr" else "en"), told
    assert judged(server, case, asked, answer.content) == [], told
    found = read(answer.content, case["format"])
    if case["format"] == "jsonstat":
        kept = {*dimensions, TIME, VALUE, "OBS_STATUS"}
        expected = [{k: v for k, v in r.items() if k in kept} for r in expected if VALUE in r or "OBS_STATUS" in r]
        assert in_order(numbers(found)) == in_order(numbers(expected)), told
        return
    if case["format"] in PEOPLE:
        found = numbers(found)
        expected = numbers([r | {"DATA_ORIGIN": rows[0]["DATA_ORIGIN"]} for r in expected])
    assert in_order(found) == in_order(expected), told
    if asked.sort and case["format"] in (*CSV, "plain-csv", "parquet", "xlsx"):
        assert found == expected, told
