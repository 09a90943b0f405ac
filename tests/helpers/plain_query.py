"""What a data query must find, in plain Python over plain rows: written from the standard's text, slow and obvious."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from plain_rows import FLAT, TIME, VALUE, Row

HIGH = ("TERRITORY", "DATA_ORIGIN")  # attributes of series; the others are of observations


@dataclass(frozen=True)
class PlainQuery:
    """A question as one value. `keys`: whole keys, each slot a set of codes, empty = any; a short key lacks its tail.

    `filters`: component → value as it stands in c[...] (periods are filters on TIME_PERIOD). `attributes` and `measures`
    in the words of 2.x; `detail` in those of 1.5. `sort`: (component, descending). `invented`: synthetic figures say so
    whatever is asked for.
    """

    keys: tuple[tuple[frozenset[str], ...], ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    first: int | None = None
    last: int | None = None
    detail: str = "full"
    attributes: str = "dsd"
    measures: str = "all"
    at: str = TIME
    sort: tuple[tuple[str, bool], ...] = ()
    offset: int = 0
    limit: int | None = None
    invented: bool = False


def rows_of(query: PlainQuery, table: Sequence[Row], dimensions: Sequence[str], attributes: Sequence[str]) -> list[Row]:
    """The rows that the query finds in a table, in their order, with the components that are asked for."""
    found = [r for r in table if _key(query, r, dimensions) and all(holds(r.get(c), v, c) for c, v in query.filters)]
    found = _ends(query, found, dimensions)
    for component, down in reversed(query.sort):
        found = sorted(found, key=lambda r: _rank(r.get(component), component), reverse=down)
    shown = _attributes(query, attributes)
    alone = query.measures == "none" and query.attributes in ("none", "series")
    if alone:
        at = TIME if query.at == FLAT else query.at
        key = [d for d in (*dimensions, TIME) if d != at]
        if not set(dimensions) <= set(key):  # they stand with the observations then
            shown = [a for a in shown if a not in HIGH]
        kept = {*key, *shown}
        found = list({tuple(sorted((k, v) for k, v in r.items() if k in kept)): r for r in reversed(found)}.values())[
            ::-1
        ]
    else:
        kept = {*dimensions, TIME, *shown} | ({VALUE} if query.measures == "all" else set())
    end = None if query.limit is None else query.offset + query.limit
    return [{k: v for k, v in r.items() if k in kept} for r in found[query.offset : end]]


def _attributes(query: PlainQuery, known: Sequence[str]) -> list[str]:
    words = {
        "dsd": list(known), "none": [], "series": [a for a in known if a in HIGH],
        "obs": [a for a in known if a not in HIGH],
    }  # fmt: skip
    shown = words.get(query.attributes, query.attributes.split(","))
    return [*shown, "DATA_ORIGIN"] if query.invented and "DATA_ORIGIN" not in shown else shown


def _key(query: PlainQuery, row: Row, dimensions: Sequence[str]) -> bool:
    return not query.keys or any(
        all(not slot or row[d] in slot for d, slot in zip(dimensions, key, strict=False)) for key in query.keys
    )


def _ends(query: PlainQuery, found: list[Row], dimensions: Sequence[str]) -> list[Row]:
    """The first and the last observations of each series, whatever stands at the observation."""
    if query.first is None and query.last is None:
        return found
    series: dict[tuple[str, ...], list[Row]] = {}
    for row in found:
        series.setdefault(tuple(row[d] for d in dimensions), []).append(row)
    kept: list[int] = []
    for rows in series.values():
        rows = sorted(rows, key=lambda r: days(r[TIME]))
        kept += [id(r) for r in rows[: query.first or 0]]
        kept += [id(r) for r in (rows[-query.last :] if query.last else ())]
    return [row for row in found if id(row) in kept]


def _rank(text: str | None, component: str) -> tuple[bool, object]:
    if text is None:
        return (False, 0)
    return (True, days(text) if component == TIME else Decimal(text) if component == VALUE else text)


def holds(text: str | None, asked: str, component: str) -> bool:
    """`,` is or, `+` is and and binds tighter, a prefix counts for its own value; what is missing satisfies nothing."""
    return text is not None and any(
        all(_holds(text, *_term(term), component) for term in one.split("+")) for one in asked.split(",")
    )


def _term(term: str) -> tuple[str, str]:
    prefix, colon, value = term.partition(":")
    known = ("eq", "ne", "lt", "le", "gt", "ge", "co", "nc", "sw", "ew")
    return (prefix, value) if colon and prefix in known else ("eq", term)


def _holds(text: str, operator: str, value: str, component: str) -> bool:
    if operator in ("co", "nc", "sw", "ew"):
        return {
            "co": value in text, "nc": value not in text, "sw": text.startswith(value), "ew": text.endswith(value)
        }[operator]  # fmt: skip
    if component == TIME:
        (start, end), (first, last) = days(text), days(value)
        inside = first <= start and end <= last
        return {"eq": inside, "ne": not inside, "lt": end < first, "le": end <= last, "gt": start > last,
                "ge": start >= first}[operator]  # fmt: skip
    left: object = Decimal(text) if component == VALUE else text
    right: object = Decimal(value) if component == VALUE else value
    return {"eq": left == right, "ne": left != right, "lt": left < right, "le": left <= right,  # type: ignore[operator]
            "gt": left > right, "ge": left >= right}[operator]  # type: ignore[operator]  # fmt: skip


def days(period: str) -> tuple[date, date]:
    """First and last day of a period in any notation, reporting years beginning on 1 January."""
    year, _, rest = period.partition("-")
    y = int(year)
    if rest in ("", "A1"):
        return date(y, 1, 1), date(y, 12, 31)
    months = {"Q": 3, "T": 4, "S": 6, "M": 1}
    if rest[0] in months:
        length = months[rest[0]]
        return _months(y, (int(rest[1:]) - 1) * length + 1, length)
    if rest[0] == "W":
        monday = date.fromisocalendar(y, int(rest[1:]), 1)
        return monday, monday + timedelta(6)
    if rest[0] == "D":
        day = date(y, 1, 1) + timedelta(int(rest[1:]) - 1)
        return day, day
    if len(rest) == 2:
        return _months(y, int(rest), 1)
    day = date.fromisoformat(period[:10])
    return day, day


def _months(year: int, first: int, length: int) -> tuple[date, date]:
    last = first + length - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
