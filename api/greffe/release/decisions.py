"""Who decided a row of a map, since when, and whether the decision was carried over from an earlier version (D14, D15).

A decision is what a row says (sources, targets, kind, validity, reason) and what its codes mean (code, labels,
descriptions, parent) in the lists that its map refers to. As long as that is the same, its approvals hold, whatever else
of the map, its lists or their versions changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import checksum_of
from greffe.model.instants import written
from greffe.model.maps import ComponentMap, Correspondence, MapRow, RepresentationMap, StructureMap
from greffe.model.structures import Codelist, Dataflow
from greffe.release.definitions import map_subject
from greffe.release.parts import Parts
from greffe.release.proposals import map_files, same_map
from greffe.store.ledger import Ledger
from greffe.store.proposal_records import Comment
from greffe.store.records import Approval, CatalogueVersion

RowKey = tuple[str, str]  # file of the representation map, row id


@dataclass(frozen=True)
class Decision:
    """Who stands for a row. `since`: instant from which two approved it, '' while they have not; `carried`: they did so
    in an earlier version of the map. `comments` are those of proposals on this row."""

    author: str = ""
    approvers: tuple[str, ...] = ()
    since: str = ""
    carried: bool = False
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class RowChange:
    """What becomes of the decision on a row between two catalogues: carried | new | changed | gone | queued.

    `new` and `changed` need approval, `gone` falls. `queued`: no row but a code (`row`) that a list has from now on and
    nothing decides, of the component `file`."""

    map: str
    file: str
    row: str
    what: str


def decisions_of(parts: Parts, map_: StructureMap, rows: tuple[RowKey, ...] = ()) -> dict[RowKey, Decision]:
    """The decisions on those rows of a map, on all of them when none is named."""
    ledger = parts.ledger()
    history = list(_history(parts, ledger, map_))
    wanted = rows or tuple((t.file, r.row_id) for t in map_.representation_maps for r in t.rows)
    comments: dict[RowKey, list[Comment]] = {}
    for proposal in ledger.definitions.proposals.values():
        for comment in proposal.comments:
            comments.setdefault((comment.path, comment.row), []).append(comment)
    return {key: _decision(ledger, history, key, tuple(comments.get(key, ()))) for key in wanted}


@dataclass(frozen=True)
class _Stage:
    """A version of a map, since when it was effective, and what its rows decide."""

    map: StructureMap
    since: str
    meaning: Meaning


def _history(parts: Parts, ledger: Ledger, map_: StructureMap) -> Iterator[_Stage]:
    """The versions of a map from that one back to the first; each is loaded once, for its files tell it apart."""
    now = written(parts.clock())
    versions = [v for v in ledger.catalogues if v.instant <= now or not v.scheduled]
    place = next((n for n in reversed(range(len(versions))) if _holds(versions[n], map_)), -1)
    found: StructureMap | None = map_
    while place >= 0 and found is not None:
        while place > 0 and _holds(versions[place - 1], found):
            place -= 1
        version = versions[place]
        yield _Stage(found, version.instant, Meaning(parts.catalogue_of(version.files, version.checksum), found))
        place -= 1
        if place >= 0:
            before = parts.catalogue_of(versions[place].files, versions[place].checksum)
            found = next((m for m in before.maps.values() if same_map(m, map_)), None)


def _holds(version: CatalogueVersion, map_: StructureMap) -> bool:
    return checksum_of({file: version.files.get(file, "") for file in map_files(map_)}) == map_.checksum


def _decision(ledger: Ledger, history: list[_Stage], key: RowKey, comments: tuple[Comment, ...]) -> Decision:
    """The first version from which on the row decided the same without a break and two had signed it."""
    if not history:
        return Decision(comments=comments)
    same: list[_Stage] = []
    for stage in history:
        if stage.meaning.of(key) != history[0].meaning.of(key):
            break
        same.append(stage)
    author = _author(ledger, same[-1])
    for stage in reversed(same):
        signed = _signers(ledger, stage.map, "approver")
        authors = _signers(ledger, stage.map, "author")
        others = [(p, a) for p, a in signed.items() if p not in authors]
        if len(others) >= 2:
            since = max(others[1][1].instant, stage.since)
            carried = stage is not same[0]
            return Decision(author, tuple(p for p, _ in others), since, carried, comments)
    return Decision(author, tuple(_signers(ledger, same[0].map, "approver")), comments=comments)


def _author(ledger: Ledger, stage: _Stage) -> str:
    """Who made that version: of content that comes back, the one who brought it back."""
    signed = list(_signers(ledger, stage.map, "author").values())
    known = [a for a in signed if a.instant <= stage.since] or signed[:1]
    return max(known, key=lambda a: a.instant).person if known else ""


def _signers(ledger: Ledger, map_: StructureMap, role: str) -> dict[str, Approval]:
    return {a.person: a for a in ledger.approvals(map_subject(map_), map_.checksum) if a.role == role}


class Meaning:
    """What the rows of a map decide in a catalogue, each as one digest."""

    def __init__(self, catalogue: Catalogue, map_: StructureMap) -> None:
        sides = (catalogue.structure(catalogue.get(Dataflow, flow)) for flow in (map_.source, map_.target))
        self._sources, self._targets = (catalogue.codelists(structure) for structure in sides)
        self._rows: dict[RowKey, tuple[RepresentationMap, MapRow]] = {
            (table.file, row.row_id): (table, row) for table in map_.representation_maps for row in table.rows
        }
        self._uses: dict[str, list[ComponentMap]] = {}
        for component in map_.components:
            if component.map is not None:
                self._uses.setdefault(component.map.file, []).append(component)

    @property
    def keys(self) -> tuple[RowKey, ...]:
        """Every row, in order."""
        return tuple(self._rows)

    def of(self, key: RowKey) -> str:
        """The digest of a row, '' when there is none."""
        if key not in self._rows:
            return ""
        table, row = self._rows[key]
        said = [
            [[s.value, s.match, s.start, s.end] for s in row.sources], row.targets, row.kind, row.valid_from,
            row.valid_to, row.reason,
        ]  # fmt: skip
        codes = [self._described(component, table, row) for component in self._uses.get(table.file, ())]
        return hashlib.sha256(json.dumps([said, codes]).encode()).hexdigest()

    def lists(self) -> Iterator[tuple[str, Codelist, RepresentationMap]]:
        """The source lists that rows give codes of, with the component and its table."""
        tables = dict.fromkeys(c.map for components in self._uses.values() for c in components if c.map)
        for table in tables:
            for source in table.sources:
                if source in self._sources:
                    yield source, self._sources[source], table

    def _described(self, component: ComponentMap, table: RepresentationMap, row: MapRow) -> list[object]:
        values = [s.value for s in row.sources]
        sources = [_code(self._sources.get(c), v) for c, v in zip(table.sources, values, strict=True)]
        targets = [_code(self._targets.get(c), v) for c, v in zip(table.targets, row.targets, strict=True)]
        return [component.sources, sources, component.targets, targets]


def _code(codes: Codelist | None, value: str) -> object:
    """What a code means; a pattern means what it says."""
    item = codes.item(value) if codes else None
    if item is None:
        return value
    return [item.id, sorted(item.names.items()), sorted(item.descriptions.items()), item.parent]


def changes_of(before: Catalogue, after: Catalogue) -> tuple[RowChange, ...]:
    """What becomes of every decision of the maps that differ, and which codes wait for one."""
    found: list[RowChange] = []
    for map_ in after.maps.values():
        old = next((m for m in before.maps.values() if same_map(m, map_)), None)
        if old is None or old.checksum != map_.checksum:
            found += _map_changes(Meaning(before, old) if old else None, Meaning(after, map_), str(map_.reference))
    for one in after.correspondences.values():
        mine = (c for c in before.correspondences.values() if c.reference.id == one.reference.id)
        found += _alone_changes(before, next(mine, None), after, one)
    return tuple(found)


def _alone_changes(
    before: Catalogue, old: Correspondence | None, after: Catalogue, new: Correspondence
) -> Iterator[RowChange]:
    """The same of a correspondence, when its rows or its lists differ."""
    if old is not None and (old.table, old.sources, old.targets) == (new.table, new.sources, new.targets):
        return
    was, now = _alone_meanings(before, old) if old else {}, _alone_meanings(after, new)
    for row, meaning in now.items():
        what = "new" if row not in was else "carried" if was[row] == meaning else "changed"
        yield RowChange(str(new.reference), new.table.file, row, what)
    for row in was:
        if row not in now:
            yield RowChange(str(new.reference), new.table.file, row, "gone")


def _alone_meanings(catalogue: Catalogue, one: Correspondence) -> dict[str, object]:
    """What each row decides; the versions of the lists do not count, what the codes mean does."""
    sources, targets = ([catalogue.get(Codelist, r) for r in side] for side in (one.sources, one.targets))
    return {
        row.row_id: (
            [_code(c, s.value) for c, s in zip(sources, row.sources, strict=True)],
            [_code(c, t) for c, t in zip(targets, row.targets, strict=True)],
            row.kind, row.valid_from, row.valid_to, row.reason,
        )
        for row in one.table.rows
    }  # fmt: skip


def _map_changes(old: Meaning | None, new: Meaning, name: str) -> Iterator[RowChange]:
    for key in new.keys:
        was = old.of(key) if old else ""
        what = "new" if not was else "carried" if was == new.of(key) else "changed"
        yield RowChange(name, *key, what)
    for key in old.keys if old else ():
        if not new.of(key):
            yield RowChange(name, *key, "gone")
    known = {source: {i.id for i in codes.items} for source, codes, _ in old.lists()} if old else {}
    for source, codes, table in new.lists():
        column = table.sources.index(source)
        decided = {row.sources[column].value for row in table.rows if row.sources[column].match == "exact"}
        for item in codes.items:
            if source in known and item.id not in known[source] and item.id not in decided:
                yield RowChange(name, source, item.id, "queued")


def counted(changes: tuple[RowChange, ...]) -> Mapping[str, int]:
    """How many of each kind."""
    found: dict[str, int] = {}
    for change in changes:
        found[change.what] = found.get(change.what, 0) + 1
    return found
