"""Condensed sources kept between preparations: a changed map is tried on them in milliseconds. All may be removed at any
time; what is missing is made again from the kept extracts.

    <inputs>-<form>.parquet    the rows (mapping.condensed)
    <inputs>-<form>.json       their form, and the checksum of the rows: others are never read
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from greffe.arrow import pq
from greffe.engine import Connection, quoted
from greffe.mapping.condensed import Form, condense, form_of
from greffe.mapping.resolve import Plan
from greffe.release.sources import Feed, Inputs, load_main
from greffe.store.folders import as_written, file_checksum

TABLE: Final = "condensed_source"
_LEFT: Final = 3_600.0  # seconds after which nobody writes on a file any more
MOST_BYTES: Final = 2_000_000_000  # of all files together; the ones not used for longest go first


def keep(connection: Connection, plan: Plan, feed: Feed, source: str, folder: Path) -> str:
    """Condense the rows of a feed, which `source` holds, into the table TABLE, and keep them where there is room. '' when that
    is not possible without changing a result (then nothing is kept)."""
    form = form_of(plan)
    if not condense(connection, plan, source, form, TABLE):
        return ""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _write(connection, form, folder / _name(feed, form))
        _evict(folder)
    return TABLE


@dataclass(frozen=True)
class Rows:
    """A table that stands for the source of a map; `whole`: a condensed one that holds the map's rows and no other."""

    table: str
    whole: bool = False


def kept(connection: Connection, plan: Plan, feed: Feed, folder: Path) -> Rows | None:
    """Load kept rows that serve a map into the table TABLE; None when there are none, or not as they were written."""
    own = (folder / _name(feed, form_of(plan))).with_suffix(".json")
    others = (path for path in sorted(folder.glob(f"{_inputs(feed)}-*.json")) if path != own)
    for said in (own, *others) if own.is_file() else others:
        rows = said.with_suffix(".parquet")
        with suppress(OSError, ValueError, KeyError):
            document = json.loads(said.read_bytes())
            form = Form(
                {c: tuple(codes) for c, codes in document["select"].items()},
                tuple(document["summed"]),
                tuple(document["attributes"]),
            )
            if form.serves(plan) and as_written(rows, document["sha256"]):
                os.utime(rows)
                connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {quoted(TABLE)} AS SELECT * FROM read_parquet($1)", [str(rows)]
                )
                return Rows(TABLE, said == own)
    return None


def source_of(connection: Connection, plan: Plan, inputs: Inputs, folder: Path, progress: Callable[[str], None]) -> str:
    """The condensed source of a map, kept or made again (and kept); the extracts themselves where they cannot be
    condensed. Raises Broken for a kept extract that is not what was written."""
    found = kept(connection, plan, inputs.main, folder)
    return (found or made_again(connection, plan, inputs, folder, progress)).table


def made_again(
    connection: Connection, plan: Plan, inputs: Inputs, folder: Path, progress: Callable[[str], None]
) -> Rows:
    """The same where nothing is kept."""
    progress(f"reading the extracts of {plan.map.target.id} again")
    source = load_main(connection, inputs)
    condensed = keep(connection, plan, inputs.main, source, folder)
    return Rows(condensed, whole=True) if condensed else Rows(source)


def is_kept(plan: Plan, feed: Feed, folder: Path) -> bool:
    """Rows in the very form of a map are kept already."""
    return (folder / _name(feed, form_of(plan))).is_file()


def _write(connection: Connection, form: Form, path: Path) -> None:
    """Both files whole or not at all, the description first: rows without a description would stay unread for good."""
    work = path.with_suffix(f".{os.getpid()}.tmp")
    said = work.with_suffix(".said")
    try:
        reader = connection.execute(f"SELECT * FROM {quoted(TABLE)}").to_arrow_reader(100_000)
        with pq.ParquetWriter(work, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
        document = {**asdict(form), "sha256": file_checksum(work)}
        said.write_text(json.dumps(document, indent=1), encoding="utf-8")
        said.replace(path.with_suffix(".json"))
        work.replace(path)
    finally:
        for left in (work, said):
            left.unlink(missing_ok=True)


def _evict(folder: Path) -> None:
    found = sorted(((p.stat().st_mtime, p.stat().st_size, p) for p in folder.glob("*.parquet")), reverse=True)
    for left in (p for p in folder.iterdir() if p.suffix in (".tmp", ".said")):  # of who was killed
        if time.time() - left.stat().st_mtime > _LEFT:
            left.unlink(missing_ok=True)
    size = 0
    for _, bytes_, path in found:
        size += bytes_
        if size > MOST_BYTES:
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)


def _name(feed: Feed, form: Form) -> str:
    return f"{_inputs(feed)}-{_digest(json.dumps(asdict(form), sort_keys=True))}.parquet"


def _inputs(feed: Feed) -> str:
    """Names the extracts, in the order that decides between equal keys."""
    return _digest("\n".join([str(feed.dataflow), *(f"{e.id} {e.checksum} {e.rows_checksum}" for e in feed.extracts)]))


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:20]
