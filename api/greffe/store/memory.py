"""Both doors of the store in plain Python: short, obvious, not durable; the reference for the others."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from greffe.arrow import pa, pq
from greffe.errors import Absent, BadInput, BadQuery, Conflict, Denied, NotFound
from greffe.model.dataset import SeriesBlock
from greffe.model.periods import span
from greffe.model.structures import DataStructure
from greffe.store import plain
from greffe.store.base import (
    CONFIDENTIAL,
    ROLES,
    Act,
    Actor,
    Change,
    Entry,
    Footprint,
    Saved,
    Seen,
    Selection,
    same_dimensions,
)
from greffe.store.chain import canonical, checksum, faults, next_entry, overtaken, refuse_moved
from greffe.store.plain import Row, series_key, text
from greffe.store.searching import holds
from greffe.store.wanted import Wanted


@dataclass(frozen=True)
class _Kept:
    """One release."""

    structure: DataStructure
    rows: list[Row]
    saved: Saved
    previous: str
    identity: str


class MemoryRegister:
    """The Register as lists and dicts."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: list[tuple[Entry, list[str]]] = []
        self._contents: dict[str, bytes] = {}
        self._used: dict[str, int] = {}
        self._people: dict[str, tuple[str, ...]] = {}

    def append(
        self,
        actor: Actor,
        instant: datetime,
        kind: str,
        subject: str,
        payload: Mapping[str, object],
        *,
        once: str = "",
        contents: Sequence[bytes] = (),
        seen: Seen | None = None,
    ) -> Entry:
        """See Register.append."""
        with self._lock:
            if actor.name not in self._people:
                raise Denied(f"{actor.name} is not a person of the register.")
            self._first(seen, once, actor)
            return self._append(actor, instant, kind, subject, payload, once, contents)

    def append_all(
        self, actor: Actor, instant: datetime, acts: Sequence[Act], *, seen: Seen | None = None
    ) -> tuple[Entry, ...]:
        """See Register.append_all."""
        with self._lock:
            if actor.name not in self._people:
                raise Denied(f"{actor.name} is not a person of the register.")
            for place, act in enumerate(acts):
                self._first(seen, act.once, actor)
                if act.once and act.once in {a.once for a in acts[:place]}:
                    raise overtaken(self.head() + 1, act.kind, act.subject, actor.name)
            return tuple(self._append(actor, instant, a.kind, a.subject, a.payload, a.once) for a in acts)

    def _first(self, seen: Seen | None, once: str, actor: Actor) -> None:
        """Raise Overtaken when an entry has used the key, or came since and is what was looked at."""
        for entry, _ in self._entries:
            new = seen is not None and entry.number > seen.number and entry.number not in seen.own
            roles = (entry.kind, entry.subject) == (ROLES, actor.name)
            if new and seen is not None and (roles or {entry.subject, entry.kind} & seen.about):
                raise overtaken(entry.number, entry.kind, entry.subject, entry.actor)
        if once and once in self._used:
            entry = self._entries[self._used[once] - 1][0]
            raise overtaken(entry.number, entry.kind, entry.subject, entry.actor)

    def _append(
        self,
        actor: Actor,
        instant: datetime,
        kind: str,
        subject: str,
        payload: Mapping[str, object],
        once: str = "",
        contents: Sequence[bytes] = (),
    ) -> Entry:
        if self._entries:
            refuse_moved(self._entries[-1][0].kind, self._entries[-1][0].subject, kind)
        last = (self._entries[-1][0].number, self._entries[-1][0].hash) if self._entries else (0, "")
        checksums = [checksum(c) for c in contents]
        entry = next_entry(last, actor, instant, kind, subject, payload, checksums)
        self._entries.append((entry, checksums))
        self._contents.update(zip(checksums, contents, strict=True))
        self._used |= {once: entry.number} if once else {}
        return entry

    def read(self, *, after: int = 0, kinds: Sequence[str] = (), subject: str = "") -> Iterator[Entry]:
        """See Register.read."""
        for entry, _ in list(self._entries):
            if entry.number > after and (not kinds or entry.kind in kinds) and subject in ("", entry.subject):
                yield entry

    def search(self, wanted: Wanted, *, before: int = 0, most: int = 0, skip: int = 0) -> Iterator[Entry]:
        """See Register.search."""
        found = [e for e, _ in reversed(self._entries) if (not before or e.number < before) and holds(wanted, e)]
        yield from found[skip : skip + most if most else None]

    def count(self, wanted: Wanted) -> int:
        """See Register.count."""
        return sum(1 for _ in self.search(wanted))

    def head(self) -> int:
        """See Register.head."""
        return len(self._entries)

    def content(self, checksum: str) -> bytes:
        """See Register.content."""
        if checksum not in self._contents:
            raise NotFound(f"The register has no content {checksum}.")
        return self._contents[checksum]

    def contents(self, checksums: Iterable[str]) -> Mapping[str, bytes]:
        """See Register.contents."""
        return {checksum: self.content(checksum) for checksum in checksums}

    def verify(self) -> Iterable[str]:
        """See Register.verify."""
        return list(faults(self._entries))

    def people(self) -> Mapping[str, tuple[str, ...]]:
        """See Register.people."""
        return dict(sorted(self._people.items()))

    def add_person(
        self,
        actor: Actor,
        instant: datetime,
        name: str,
        roles: Sequence[str],
        *,
        seen: Seen | None = None,
        before: Sequence[Act] = (),
    ) -> tuple[Entry, ...]:
        """See Register.add_person."""
        with self._lock:
            for once in ("", *(a.once for a in before)):
                self._first(seen, once, actor)
            if actor.name not in (self._people or {name}):
                raise Denied(f"{actor.name} is not a person of the register.")
            acts = (*before, Act(ROLES, name, {"name": name, "roles": list(roles)}))
            entered = tuple(self._append(actor, instant, a.kind, a.subject, a.payload, a.once) for a in acts)
            self._people[name] = tuple(roles)
            return entered


class MemoryObservations:
    """The Observations as lists of rows. `folder` holds the files that `file` hands out."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="greffe-memory-")
        self._releases: dict[str, _Kept] = {}

    def save(
        self,
        name: str,
        structure: DataStructure,
        observations: Path,
        manifest: Mapping[str, object],
        previous: str = "",
        apart: Path | None = None,
    ) -> Saved:
        """See Observations.save."""
        rows = _sorted(structure, pq.read_table(observations).to_pylist())
        changes = _difference(structure, rows, self._predecessor(previous, structure))
        series = len({series_key(structure, r) for r in rows})
        actions = [c["ACTION"] for c in changes]
        changed = {w: actions.count(w[0].upper()) for w in ("inserted", "updated", "deleted")}
        content_hash = checksum(canonical([rows, changes]).encode())
        secret = apart.read_bytes() if apart is not None else b""
        identity = checksum(canonical([content_hash, manifest, checksum(secret)]).encode())
        known = self._releases.get(name)
        if known is not None and known.identity != identity:
            raise Conflict(f"Release {name} exists with another content.")
        text = canonical({"manifest": manifest, "observations": len(rows), "series": series, "changed": changed})
        columns = [*structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE", *(a.id for a in structure.attributes)]
        files = {
            "data.parquet": self._write(name, "data.parquet", columns, rows),
            "difference.parquet": self._write(name, "difference.parquet", ["ACTION", *columns], changes),
            "manifest.json": self._write_bytes(name, "manifest.json", text.encode()),
        }
        if apart is not None:
            files[CONFIDENTIAL] = self._write_bytes(name, CONFIDENTIAL, secret)
        saved = Saved(files, series, len(rows), content_hash, changed)
        self._releases[name] = _Kept(structure, rows, saved, previous, identity)
        return saved

    def select(self, name: str, selection: Selection) -> Iterator[SeriesBlock]:
        """See Observations.select: one block a series."""
        kept = self._release(name)
        return plain.blocks(kept.rows, kept.structure, selection)

    def changed(self, change: Change, selection: Selection) -> Iterator[SeriesBlock]:
        """See Observations.changed."""
        new, old = self._release(change.new), self._release(change.old)
        same_dimensions(change.old, old.structure.dimension_ids, new.structure.dimension_ids)
        steps = self._steps(change) if change.linear else None
        if steps is None:
            steps = [_difference(new.structure, new.rows, old.rows)]
        rows = _folded(new.structure, steps, change.gone)
        return plain.blocks(_sorted(new.structure, rows), new.structure, selection)

    def _steps(self, change: Change) -> list[list[Row]] | None:
        """What each release from the old to the new one changed, oldest first; None when they are no chain."""
        found, name = [], change.new
        while name and name != change.old:
            kept = self._release(name)
            found.append(_difference(kept.structure, kept.rows, self._predecessor(kept.previous, kept.structure)))
            name = kept.previous
        return found[::-1] if name else None

    def periods(self, name: str) -> tuple[str, ...]:
        """See Observations.periods."""
        return tuple(sorted({text(row["TIME_PERIOD"]) for row in self._release(name).rows}))

    def available(self, name: str, selection: Selection) -> Mapping[str, tuple[str, ...]]:
        """See Observations.available."""
        kept = self._release(name)
        found = list(plain.matching(kept.rows, kept.structure, selection))
        codes = {d: tuple(sorted({text(rows[0][d]) for rows in found})) for d in kept.structure.dimension_ids}
        periods = {text(r["TIME_PERIOD"]) for rows in found for r in rows}
        if not periods:
            return codes | {"TIME_PERIOD": ()}
        first = min(periods, key=lambda p: (span(p).first, p))
        last = max(periods, key=lambda p: (span(p).last, p))
        return codes | {"TIME_PERIOD": (first, last)}

    def counts(self, name: str, selection: Selection) -> tuple[int, int]:
        """See Observations.counts."""
        kept = self._release(name)
        sizes = [len(rows) for rows in plain.matching(kept.rows, kept.structure, selection)]
        return len(sizes), sum(sizes)

    def tallies(self, name: str, selection: Selection) -> Mapping[str, Mapping[str, int]]:
        """See Observations.tallies."""
        kept = self._release(name)
        found = [rows[0] for rows in plain.matching(kept.rows, kept.structure, selection)]
        return {d: dict(sorted(Counter(text(r[d]) for r in found).items())) for d in kept.structure.dimension_ids}

    def file(self, name: str, file: str) -> Path:
        """See Observations.file."""
        if file not in self._release(name).saved.files:
            raise NotFound(f"Release {name} has no file {file}.")
        return Path(self._folder.name) / name / file

    def verify(self, name: str) -> Iterable[str]:
        """See Observations.verify."""
        files = self._release(name).saved.files
        return [
            f"{f} is not what was written." for f, c in files.items() if checksum(self.file(name, f).read_bytes()) != c
        ]

    def evict(self, name: str) -> int:
        """See Observations.evict: nothing is derived here."""
        self._release(name)
        return 0

    def footprint(self, name: str) -> Footprint:
        """See Observations.footprint."""
        return Footprint(sum(self.file(name, f).stat().st_size for f in self._release(name).saved.files))

    def mended(self) -> Iterable[str]:
        """See Observations.mended: nothing ever is."""
        return ()

    def _release(self, name: str) -> _Kept:
        if name not in self._releases:
            raise Absent(f"There is no release {name} in the store.", hint="Restore it from a copy.")
        return self._releases[name]

    def _predecessor(self, name: str, structure: DataStructure) -> list[Row]:
        if not name:
            return []
        before = self._release(name)
        same_dimensions(name, before.structure.dimension_ids, structure.dimension_ids)
        return before.rows

    def _write(self, name: str, file: str, columns: Sequence[str], rows: list[Row]) -> str:
        path = Path(self._folder.name) / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c in columns}), path)
        return checksum(path.read_bytes())

    def _write_bytes(self, name: str, file: str, content: bytes) -> str:
        (Path(self._folder.name) / name / file).write_bytes(content)
        return checksum(content)


def _sorted(structure: DataStructure, rows: list[Row]) -> list[Row]:
    """Rows with exactly the columns of the structure, by key and period. Raises BadInput as promised."""
    varying = ["OBS_VALUE", *(a.id for a in structure.attributes if a.on_observation)]
    fixed = [a.id for a in structure.attributes if not a.on_observation]
    columns = [*structure.dimension_ids, "TIME_PERIOD", *varying, *fixed]
    seen: set[tuple[str, ...]] = set()
    attributes: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if missing := [c for c in columns if c not in row]:
            raise BadInput(f"Column {missing[0]} is missing.", column=missing[0])
        key = (*series_key(structure, row), text(row["TIME_PERIOD"]))
        if "" in key or key in seen:
            raise BadInput(f"The key {'.'.join(key)} is incomplete or doubled.")
        _period(key[-1])
        seen.add(key)
        if attributes.setdefault(key[:-1], {a: row[a] for a in fixed}) != {a: row[a] for a in fixed}:
            raise BadInput(f"A series attribute varies within the series {'.'.join(key[:-1])}.")
    kept = [{c: row[c] for c in columns} for row in rows]
    return sorted(kept, key=lambda r: (*series_key(structure, r), text(r["TIME_PERIOD"])))


def _period(text: str) -> None:
    try:
        span(text)
    except BadQuery as error:
        raise BadInput(error.message, column="TIME_PERIOD") from error


def _difference(structure: DataStructure, rows: list[Row], before: list[Row]) -> list[Row]:
    """I(nserted) and U(pdated) rows as they are now; D(eleted) ones with their key alone."""
    key_columns = (*structure.dimension_ids, "TIME_PERIOD")
    values = ("OBS_VALUE", *(a.id for a in structure.attributes))

    def keyed(table: list[Row]) -> dict[tuple[str, ...], Row]:
        return {tuple(text(r[c]) for c in key_columns): {c: r.get(c) for c in (*key_columns, *values)} for r in table}

    new, old = keyed(rows), keyed(before)
    changes: dict[tuple[str, ...], Row] = {}
    for key in new.keys() | old.keys():
        if key not in new:
            changes[key] = {"ACTION": "D", **old[key], **dict.fromkeys(values)}
        elif new[key] != old.get(key):
            changes[key] = {"ACTION": "U" if key in old else "I", **new[key]}
    return [changes[key] for key in sorted(changes)]


def _folded(structure: DataStructure, steps: list[list[Row]], gone: bool) -> list[Row]:
    """Rows as the last step left them, or those that were there before the first and are gone."""
    columns = (*structure.dimension_ids, "TIME_PERIOD")
    first: dict[tuple[str, ...], Row] = {}
    last: dict[tuple[str, ...], Row] = {}
    for change in (c for step in steps for c in step):
        key_ = tuple(text(change[c]) for c in columns)
        first.setdefault(key_, change)
        last[key_] = change
    return [
        {**dict.fromkeys(a.id for a in structure.attributes), **row}
        for k, row in last.items()
        if (row["ACTION"] == "D" and first[k]["ACTION"] != "I" if gone else row["ACTION"] != "D")
    ]
