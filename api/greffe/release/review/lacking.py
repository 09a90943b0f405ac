"""Days on which no row holds for source values, where rows hold for some periods only, and the rows that hold on the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from greffe.catalogue.map_view import matching
from greffe.errors import BadQuery
from greffe.mapping.kinds import valid
from greffe.model.maps import MapRow
from greffe.model.periods import Span, span

_LAST = "9999-12-31"


@dataclass(frozen=True)
class Days:
    """First and last day as ISO dates, both inside; '' = no bound."""

    first: str = ""
    last: str = ""

    def text(self) -> str:
        """`2013-01-01 – 2015-12-31`, an open end as …"""
        return f"{self.first or '…'} – {self.last or '…'}"


@dataclass(frozen=True)
class Lacking:
    """`spans`: in order, those on which no row holds and, where figures are known, on which they need one; `held`: the rows that
    hold on other days. Of a code without any row `spans` is all days, `held` is empty."""

    spans: tuple[Days, ...] = (Days(),)
    held: tuple[MapRow, ...] = field(default=())

    @property
    def first(self) -> Days:
        """What a decision is about that does not say its days: one row has one span, the next is decided after it."""
        return self.spans[0] if self.spans else Days()

    @property
    def told(self) -> str:
        """All of them, as text."""
        return ", ".join(days.text() for days in self.spans)

    @property
    def cells(self) -> dict[str, str]:
        """The validity of a row for that."""
        return {"valid_from": self.first.first, "valid_to": self.first.last}


def covers(row: MapRow, values: Sequence[str]) -> bool:
    """The row is about those source values."""
    return all(bool(matching(s, (v,))) for s, v in zip(row.sources, values, strict=True))


def lacking(rows: Sequence[MapRow], values: Sequence[str], first: str = "", last: str = "") -> Lacking:
    """What rows leave open of source values; `first`, `last`: the periods of their figures, '' where none is known."""
    held = tuple(row for row in rows if covers(row, values))
    spans, begins, ends = tuple(_between(held)), _span(first), _span(last)
    if begins and ends:
        spans = tuple(
            s for s in spans if s.first <= ends.last.isoformat() and begins.first.isoformat() <= (s.last or _LAST)
        )
    return Lacking(spans, held)


def decided(rows: Sequence[MapRow], values: Sequence[str], first: str, last: str) -> bool:
    """Some row holds in every period from `first` to `last`. A period that two rows share has none (SM-17): where rows change
    within a year it is left open, so that nothing is dropped in silence."""
    found = lacking(rows, values, first, last)
    if any(not (row.valid_from or row.valid_to) for row in found.held):
        return True
    spans = _span(first), _span(last)
    whole = all(s is not None and any(valid(row, s) for row in found.held) for s in spans)
    ends = all(r.valid_from[4:] in ("", "-01-01") and r.valid_to[4:] in ("", "-12-31") for r in found.held)
    return not found.spans and whole and ends


def check_free(row: MapRow, same: Sequence[MapRow], item: str) -> None:
    """`same`: the other rows about just its source values. Raises BadQuery naming one that holds on some of its days, and the
    days that are free."""
    for other in same:
        first, last = max(row.valid_from, other.valid_from), min(row.valid_to or _LAST, other.valid_to or _LAST)
        if first > last:
            continue
        both = Days(first, "" if last == _LAST else last).text()
        free = ", ".join(days.text() for days in _between(same))
        raise BadQuery(
            f"{item}: for {both} row {other.row_id} stands in the way.",
            parameter="valid_to" if other.valid_from > row.valid_from else "valid_from",
            hint=f"Days without a row: {free}" if free else f"Every day has a row: change row {other.row_id}.",
        )


def _between(rows: Sequence[MapRow]) -> Iterator[Days]:
    begin = ""  # the first day that no row so far reaches
    for row in sorted(rows, key=lambda r: (r.valid_from, r.valid_to or _LAST)):
        if row.valid_from > (begin or date.min.isoformat()):
            yield Days(begin, _day(row.valid_from, -1))
        if (row.valid_to or _LAST) == _LAST:
            return
        begin = max(begin, _day(row.valid_to, 1))
    yield Days(begin, "")


def _day(text: str, by: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=by)).isoformat()


def _span(period: str) -> Span | None:
    """Its days; None where it is no period, or none is known."""
    try:
        return span(period)
    except BadQuery:
        return None
