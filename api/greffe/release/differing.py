"""How a draft differs from a release: worked out once by the engine, kept as a file beside the drafts, the largest first.

Rows that are the same are left out by sums of 64 bits over key and content, so that nothing but what differs is joined by
key. Of a side that is confidential no value is taken over.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from greffe.arrow import pq
from greffe.engine import Connection, quoted
from greffe.errors import Broken
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.drafts import Draft
from greffe.release.parts import Parts
from greffe.store.folders import file_checksum
from greffe.validation.facts import literal

ADDED, GONE, CHANGED, BESIDE = "added", "gone", "changed", "beside"
KINDS: Final = (
    CHANGED,
    GONE,
    ADDED,
    BESIDE,
)  # beside: the number is the same; a status, another attribute or digits differ
AHEAD: Final = (
    200_000  # observations from which on the work is done when a draft is prepared: readers do not wait for it
)
KEPT: Final = 64  # files, the last ones that were made
FOLDER: Final = ".differing"
_LEFT: Final = 3_600.0  # seconds after which nobody writes on a file any more
_LOG: Final = logging.getLogger("greffe")
_MADE_AS: Final = "2"  # another number when what is written changes
_TIME, _VALUE, _STATUS, _CONF = "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS"


def differing(parts: Parts, structure: DataStructure, old: Path, new: Path, state: Sequence[str]) -> Path | None:
    """A Parquet of one row an observation that differs: the key, TIME_PERIOD, `how` (KINDS), `before` and `after` (texts;
    NULL: missing, not there or confidential), `old_status`, `old_conf`, `new_status`, `new_conf`, `others` (other attributes
    that differ: name, before, after), `size` (the absolute difference, exact), `up` (whether it is more), `share` (the size
    by what was before: for order alone).

    `state` names what both files hold: for one state the work is done once. None when the files have other dimensions."""
    keys = [*structure.dimension_ids, _TIME]
    if set(keys) - set(pq.read_schema(old).names) or set(keys) - set(pq.read_schema(new).names):
        return None
    folder = parts.settings.drafts / FOLDER
    name = hashlib.sha256("\n".join((_MADE_AS, str(structure.decimals), *keys, *state)).encode()).hexdigest()[:32]
    found = _kept(folder, name)
    if found is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{name}.{uuid.uuid4().hex}.half"
    try:
        with parts.connection() as connection:
            _write(connection, structure, old, new, half)
        final = folder / f"{name}.{file_checksum(half)}.parquet"
        half.replace(final)
    finally:
        half.unlink(missing_ok=True)
    _forget(folder)
    return final


def _kept(folder: Path, name: str) -> Path | None:
    """What was made before, if it is what was written: its name holds its sha256. Another one is made again."""
    for path in folder.glob(f"{name}.*.parquet"):
        try:
            if file_checksum(path) == path.suffixes[0][1:]:
                return path
        except Broken:
            continue  # another process takes old ones away
        _LOG.warning("Made again from the draft and the release: %s is not what was written.", path)
        path.unlink(missing_ok=True)
    return None


def differing_of(parts: Parts, flow: Dataflow, draft: Draft, before: Release) -> Path | None:
    """Of a draft against a release: neither ever changes."""
    structure = parts.catalogue().structure(flow)
    old = parts.observations.file(before.name, "data.parquet")
    return differing(parts, structure, old, draft.data, (str(before), before.content_hash, draft.id, draft.checksum))


def _forget(folder: Path) -> None:
    kept = sorted(folder.glob("*.parquet"), key=lambda p: p.stat().st_mtime, reverse=True)
    before = time.time() - _LEFT
    left = [p for p in folder.glob("*.half") if p.stat().st_mtime < before]  # of who was killed
    for path in (*kept[KEPT:], *left):
        path.unlink(missing_ok=True)


def _write(connection: Connection, structure: DataStructure, old: Path, new: Path, into: Path) -> None:
    keys = [*structure.dimension_ids, _TIME]
    columns = {path: [c for c in pq.read_schema(path).names if c not in (*keys, _VALUE)] for path in (old, new)}
    attributes = list(dict.fromkeys((*columns[new], *columns[old])))
    key = f"hash({', '.join(map(_text, keys))})"
    sums = [
        f"SELECT {key} AS h, hash({', '.join(_content(attributes, columns[path]))}) AS v FROM read_parquet({literal(str(path))})"
        for path in (old, new)
    ]
    connection.execute(
        f"CREATE TEMP TABLE differing_keys AS SELECT DISTINCT coalesce(o.h, n.h) AS h FROM ({sums[0]}) o "
        f"FULL JOIN ({sums[1]}) n ON o.h = n.h WHERE o.v IS DISTINCT FROM n.v"
    )
    sides = [
        f"SELECT *, {_text(_TIME)} AS there FROM read_parquet({literal(str(path))}) WHERE {key} IN (SELECT h FROM differing_keys)"
        for path in (old, new)
    ]
    same = " AND ".join(f"o.{quoted(k)} = n.{quoted(k)}" for k in keys)
    order = ", ".join(["size DESC NULLS LAST", "place", "weight DESC NULLS LAST", *map(quoted, keys)])
    names = ", ".join(map(quoted, keys))
    connection.execute(
        f"COPY (SELECT {names}, how, before, after, old_status, old_conf, new_status, new_conf, others, size, up, share FROM "
        f"(SELECT *, list_position({list(KINDS)!r}, how) AS place, TRY(abs(coalesce({_number(structure, 'after')}, "
        f"{_number(structure, 'before')}))) AS weight FROM ({_rows(structure, keys, attributes, columns[old], columns[new])} "
        f"FROM ({sides[0]}) o FULL JOIN ({sides[1]}) n ON {same})) "
        f"WHERE how <> '{BESIDE}' OR digits OR len(others) > 0 OR old_status IS DISTINCT FROM new_status "
        f"OR old_conf IS DISTINCT FROM new_conf ORDER BY {order}) "
        f"TO {literal(str(into))} (FORMAT parquet, COMPRESSION zstd)"
    )


def _rows(
    structure: DataStructure, keys: Sequence[str], attributes: Sequence[str], old: Sequence[str], new: Sequence[str]
) -> str:
    """What is said of each observation of both sides."""
    before, after = _shown("o", old), _shown("n", new)
    b, a = _number(structure, before), _number(structure, after)
    difference = f"TRY(abs({a} - {b}))"
    others = ", ".join(
        f"CASE WHEN {_of('o', x, old)} IS DISTINCT FROM {_of('n', x, new)} THEN "
        f"struct_pack(name := {literal(x)}, before := {_of('o', x, old)}, after := {_of('n', x, new)}) END"
        for x in attributes
        if x not in (_STATUS, _CONF)
    )
    columns = ", ".join(f"coalesce(n.{quoted(k)}, o.{quoted(k)}) AS {quoted(k)}" for k in keys)
    both = "o.there IS NOT NULL AND n.there IS NOT NULL"
    listed = f"CASE WHEN {both} THEN list_filter([{others}], lambda x: x IS NOT NULL) ELSE [] END" if others else "[]"
    return (
        f"SELECT {columns}, CASE WHEN o.there IS NULL THEN '{ADDED}' WHEN n.there IS NULL THEN '{GONE}' "
        f"WHEN {b} IS DISTINCT FROM {a} THEN '{CHANGED}' ELSE '{BESIDE}' END AS how, "
        f"{before} AS before, {after} AS after, {before} IS DISTINCT FROM {after} AS digits, "
        f"{_of('o', _STATUS, old)} AS old_status, {_of('o', _CONF, old)} AS old_conf, "
        f"{_of('n', _STATUS, new)} AS new_status, {_of('n', _CONF, new)} AS new_conf, {listed} AS others, "
        f"nullif({difference}, 0) AS size, {a} > {b} AS up, CASE WHEN {b} = 0 THEN CAST('infinity' AS DOUBLE) "
        f"ELSE CAST(nullif({difference}, 0) AS DOUBLE) / abs(CAST({b} AS DOUBLE)) END AS share"
    )


def _content(attributes: Sequence[str], there: Sequence[str]) -> list[str]:
    """Everything but the key, in one order for both files; an attribute that a file lacks is empty in it."""
    return [_text(_VALUE), *(_text(x) if x in there else "CAST(NULL AS VARCHAR)" for x in attributes)]


def _shown(side: str, there: Sequence[str]) -> str:
    """The value of a side, unless it is confidential."""
    value = f"CAST({side}.{_VALUE} AS VARCHAR)"
    if _CONF not in there:
        return value
    return f"CASE WHEN coalesce({side}.{_CONF}, 'F') IN ('', 'F') THEN {value} END"


def _of(side: str, attribute: str, there: Sequence[str]) -> str:
    return f"CAST({side}.{quoted(attribute)} AS VARCHAR)" if attribute in there else "CAST(NULL AS VARCHAR)"


def _number(structure: DataStructure, value: str) -> str:
    return f"TRY_CAST({value} AS DECIMAL(38,{structure.decimals}))"


def _text(column: str) -> str:
    return f"CAST({quoted(column)} AS VARCHAR)"
