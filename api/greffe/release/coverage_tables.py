"""Coverage as rows: one a dataset, recipient, part of a questionnaire or indicator; and every gap, one a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from greffe.catalogue.policies.contributors import OTHER_HOUSE
from greffe.errors import BadQuery, known_words, nearest
from greffe.mapping.cells import Cells
from greffe.mapping.coverage import DECIMALS, percent
from greffe.mapping.effect import shown
from greffe.release.coverage import Covered, Group, Overview, without_reason
from greffe.release.owners import owner

Row = dict[str, object]
BY: Final[Mapping[str, Callable[[Covered], Sequence[str]]]] = {
    "dataflow": lambda one: [one.dataset.name],
    "recipient": lambda one: one.recipients or ["(nobody asks)"],
}
NO_QUESTIONNAIRE: Final = "(no questionnaire)"
QUESTION_COLUMNS: Final = (
    "questionnaire", "question", "dataset", "cells", "filled", "with reason", "without reason", "codes without target",
    "no reason",
)  # fmt: skip
COLUMNS: Final = (
    "rows", "mapped", "share of rows, %", "explained", "no reason", "cells", "filled", "with reason", "without reason",
)  # fmt: skip
GAP_COLUMNS: Final = (
    "what", "recipients", "questionnaires", "dataset", "component", "codes", "indicator", "rows", "sum of values",
    "first period", "last period", "why", "reason", "reference", "house",
)  # fmt: skip


def table(found: Overview, by: str) -> tuple[tuple[str, ...], list[Row]]:
    """Columns and rows of a summary. Raises BadQuery for another `by` than recipient, dataflow, questionnaire, indicator."""
    if by == "indicator":
        columns = (
            "indicator",
            "datasets",
            "rows",
            "mapped",
            "share of rows, %",
            "share of values, %",
            "no reason",
            "why unread",
        )
        return columns, [*_indicators(found), *_unread(found)]
    if by == "questionnaire":
        return QUESTION_COLUMNS, [row for one in found.covered for row in _questions(one)]
    if by not in BY:
        ways = [*BY, "questionnaire", "indicator"]
        near = nearest(by, ways)
        raise BadQuery(
            f"{by!r} is nothing to sum up by.", parameter="--by", nearest=near, hint=known_words(near, ways)
        )  # fmt: skip
    groups: dict[str, list[Covered]] = {}
    for one in found.covered:
        for name in BY[by](one):
            groups.setdefault(name, []).append(one)
    return (by, *COLUMNS), [{by: name, **_sums(members)} for name, members in groups.items()]


def _questions(one: Covered) -> Iterator[Row]:
    """A line a question; of a dataset without a dimension for them one line, which shows the whole of it."""
    for question in one.questions:
        parts = ", ".join(question.parts) or NO_QUESTIONNAIRE
        yield _question(one, parts, question.code, question.cells, question.codes, question.unexplained)
    if not one.questions:
        groups = one.dataset.listed("unmapped")
        parts = ", ".join(one.questionnaires) or NO_QUESTIONNAIRE
        yield _question(one, parts, "", one.cells, len(groups), without_reason(groups)[0])


def _question(one: Covered, parts: str, code: str, counted: Cells, codes: int, unexplained: int) -> Row:
    numbers = (counted.expected, counted.filled, sum(counted.reasons.values()), counted.without_reason)
    cells = numbers if counted.counted else (counted.expected, "", "", "")
    return dict(
        zip(QUESTION_COLUMNS, (parts, code, one.dataset.name, *cells, codes, unexplained), strict=True)
    )  # fmt: skip


def _sums(members: Sequence[Covered]) -> Row:
    rows, mapped = (sum(one.dataset.count(n) for one in members) for n in ("selected", "mapped"))
    left = sum(without_reason(one.dataset.listed("unmapped"))[1] for one in members)
    expected, filled, empty = (
        sum(numbers)
        for numbers in zip(*((c.cells.expected, c.cells.filled, c.cells.without_reason) for c in members), strict=True)
    )
    return {
        "rows": rows,
        "mapped": mapped,
        "share of rows, %": percent(mapped, rows),
        "explained": rows - mapped - left,
        "no reason": left,
        "cells": expected,
        "filled": filled,
        "with reason": sum(sum(one.cells.reasons.values()) for one in members),
        "without reason": empty,
    }


def _indicators(found: Overview) -> Iterator[Row]:
    """Per indicator over all datasets that read it; the value shares are of the sums of values of all of them."""
    names = dict.fromkeys(share.indicator for one in found.covered for share in one.shares)
    for name in sorted(names):
        mine = [share for one in found.covered for share in one.shares if share.indicator == name]
        rows, mapped = sum(s.rows for s in mine), sum(s.mapped for s in mine)
        adding = [s for s in mine if s.share_of_values]
        total = sum((Fraction(s.total) for s in adding), Fraction())
        kept = sum((Fraction(s.mapped_total) for s in adding), Fraction())
        yield {
            "indicator": name,
            "datasets": [one.dataset.name for one in found.covered if any(s.indicator == name for s in one.shares)],
            "rows": rows,
            "mapped": mapped,
            "share of rows, %": percent(mapped, rows),
            "share of values, %": shown(kept * 100 / total, DECIMALS) if total else "",
            "no reason": sum(s.unexplained for s in mine),
            "why unread": "",
        }


def _unread(found: Overview) -> Iterator[Row]:
    for name, reason in found.unread.items():
        yield {"indicator": name, "datasets": [], "why unread": reason or "NO MAP reads it and NO FILE says why"}


def gap_rows(found: Overview) -> Iterator[Row]:
    """Every gap: groups of source codes without a target, target cells without a value or a reason (and those with one, by
    reason), dataflows without a dataset, tables not provided, indicators that no map reads."""
    for one in found.covered:
        yield from (_row(one, "source codes without a target", **_group(g)) for g in one.dataset.listed("unmapped"))
        for entry in one.dataset.listed("not_provided"):
            yield _row(
                one, "cells not provided", codes=_words(entry["cells"]), why=entry["kind"], reason=entry["reason"],
                reference=entry["reference"], house=_house(one, entry),
            )  # fmt: skip
        for cell in one.cells.unexplained:
            mine = owner(one.houses, one.dataset.dataflow.id, cell)
            house = mine.house if mine else ""
            yield _row(one, "cell never filled", codes=_words(cell), why="NO REASON", house=house)
    for flow in found.empty:
        yield {"what": "dataflow without a dataset", "dataset": flow.id}
    for recipient in found.recipients:
        for table_ in recipient.not_provided:
            yield {
                "what": "table not provided", "recipients": recipient.id, "dataset": table_.table, "why": table_.kind,
                "reason": table_.reason, "reference": table_.reference,
            }  # fmt: skip
    for name, reason in found.unread.items():
        yield {
            "what": "indicator that no map reads",
            "indicator": name,
            "why": "" if reason else "NO REASON",
            "reason": reason,
        }


def gaps_csv(found: Overview) -> str:
    """Every gap as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, GAP_COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(gap_rows(found))
    return out.getvalue()


def _house(one: Covered, entry: Mapping[str, object]) -> str:
    """Whose the cells of an entry of the map are, where it says that they are another house's and a row names it."""
    cells = entry["cells"]
    if entry["kind"] != OTHER_HOUSE or not isinstance(cells, Mapping):
        return ""
    found = owner(one.houses, one.dataset.dataflow.id, {str(k): str(v) for k, v in cells.items()})
    return found.house if found else ""


def _row(one: Covered, what: str, **cells: object) -> Row:
    return {
        "what": what,
        "recipients": " ".join(one.recipients),
        "questionnaires": " ".join(one.questionnaires),
        "dataset": one.dataset.name,
        **cells,
    }


def _group(group: Group) -> Row:
    return {
        "component": group["component"],
        "codes": _words(group["source"]),
        "indicator": group["indicator"],
        "rows": group["rows"],
        "sum of values": group["total"],
        "first period": group["first_period"],
        "last period": group["last_period"],
        "why": group["kind"] if group["declared"] else "NO REASON",
        "reason": group["reason"],
        "reference": group["reference"],
    }


def _words(codes: object) -> str:
    return " ".join(f"{k}={v}" for k, v in codes.items()) if isinstance(codes, Mapping) else ""
