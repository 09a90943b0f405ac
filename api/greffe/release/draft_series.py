"""A series as it is released and as a draft has it, side by side; of what is confidential the value stays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from greffe.arrow import pq, text
from greffe.engine import Connection, quoted
from greffe.model.periods import span
from greffe.model.releases import Release
from greffe.release.draft_changes import number_of
from greffe.release.drafts import Draft
from greffe.release.parts import Parts

_PLAIN: Final = ("", "A")
_FREE: Final = ("", "F")


@dataclass(frozen=True)
class Shown:
    """A figure of a series: its value (None: missing or confidential) and its status, '' where it is a normal one."""

    value: Decimal | None
    mark: str = ""


@dataclass(frozen=True)
class Both:
    """A period with what is released and what the draft has; None: no observation."""

    period: str
    before: Shown | None
    after: Shown | None


def both_vintages(parts: Parts, draft: Draft, before: Release, key: Mapping[str, str]) -> tuple[Both, ...]:
    """Every period that one of them has, in order; nothing for a key that neither has."""
    old = parts.observations.file(before.name, "data.parquet")
    with parts.connection(threads=1) as connection:
        sides = [_side(connection, path, key) for path in (old, draft.data)]
    periods = sorted({*sides[0], *sides[1]}, key=lambda p: (span(p).first, span(p).last, p))
    return tuple(Both(p, sides[0].get(p), sides[1].get(p)) for p in periods)


def _side(connection: Connection, path: Path, key: Mapping[str, str]) -> dict[str, Shown]:
    there = pq.read_schema(path).names
    if set(key) - set(there):
        return {}
    status, confidentiality = (c if c in there else "NULL" for c in ("OBS_STATUS", "CONF_STATUS"))
    where = " AND ".join(f"{quoted(d)} = ${n}" for n, d in enumerate(key, 2))
    rows = connection.execute(
        f"SELECT TIME_PERIOD, OBS_VALUE, {status}, {confidentiality} FROM read_parquet($1) WHERE {where}",
        [str(path), *key.values()],
    ).fetchall()
    return {text(period): _shown(value, text(mark), text(hidden)) for period, value, mark, hidden in rows}


def _shown(value: object, status: str, confidentiality: str) -> Shown:
    if confidentiality not in _FREE:
        return Shown(None, confidentiality)
    return Shown(number_of(None if value is None else text(value)), "" if status in _PLAIN else status)
