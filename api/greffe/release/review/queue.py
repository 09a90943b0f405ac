"""The queue of a table: every row and every source value without one, with what is to be said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from greffe.arrow import integer
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import matching
from greffe.mapping.exchange.sets import MappingSet, mapping_set, users_of
from greffe.mapping.suggest.ground import Library
from greffe.mapping.suggest.rank import Ground
from greffe.mapping.suggest.words import stems
from greffe.model.maps import MapRow, RepresentationMap, SourceValue
from greffe.release.datasets import known
from greffe.release.parts import Parts
from greffe.release.review.lacking import Lacking, covers, decided, lacking
from greffe.release.review.notes import open_questions
from greffe.release.review.open_changes import OpenChange, decision, open_changes
from greffe.release.review.pending import Pending, pending_on, question, rows_with
from greffe.store.base import Actor

UNMAPPED, UNUSED, CHANGED, LOW, CONFLICT, PENDING = "unmapped", "unused", "changed", "low", "conflict", "pending"
NEEDS: Final = "needs-info"
STATES: Final = (UNMAPPED, NEEDS, CHANGED, LOW, CONFLICT, PENDING, UNUSED)
_LAST: Final = "9999-12-31"
LOW_CONFIDENCE: Final = ("recalled-low", "unverified")


@dataclass(frozen=True)
class Weight:
    """What has no target in the datasets there are: the rows and their sum in the dataset in which it weighs most."""

    dataset: str
    rows: int
    total: str
    first: str
    last: str


@dataclass(frozen=True)
class Waiting:
    """One line of the queue. `values`: of the source columns, '' where nothing is said. `row`: as it is effective, None
    without one. `elsewhere`: rows of other maps that lead the same source to another code of the same list. `lacking`: of one
    without a row the days on which none holds."""

    item: str
    values: tuple[str, ...]
    row: MapRow | None
    states: frozenset[str]
    weight: Weight | None = None
    pending: Pending | None = None
    open: tuple[OpenChange, ...] = ()
    elsewhere: tuple[str, ...] = ()
    labels: tuple[Mapping[str, str], ...] = ()
    lacking: Lacking = field(default_factory=Lacking)

    @property
    def shown(self) -> MapRow | None:
        """The row as its reviewer would have it."""
        return self.pending.row if self.pending else self.row

    @property
    def new(self) -> bool:
        """A decision on it makes a row of its own: there is none, nor a fresh decision."""
        return self.row is None and (self.pending is None or self.pending.stale)

    def start(self, sources: tuple[SourceValue, ...] = ()) -> MapRow:
        """The row that a decision changes; a new one holds on the days that lack one."""
        row = self.shown or MapRow(self.item, sources or sources_of(self), ())
        days = self.lacking.first
        return replace(row, valid_from=days.first, valid_to=days.last) if self.new else row

    def validity(self) -> dict[str, str]:
        """The cells of a decision that does not say its days; none where the row says them."""
        return self.lacking.cells if self.new else {}


def sources_of(line: Waiting) -> tuple[SourceValue, ...]:
    """The source values of a line, as its row matches them."""
    row = line.shown
    return row.sources if row else tuple(SourceValue(v) for v in line.values)


@dataclass(frozen=True)
class Queue:
    """A table as somebody reviews it: what is exchanged of it, what is known about its codes, its lines in order."""

    base: MappingSet
    ground: Ground
    lines: tuple[Waiting, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def table(self) -> RepresentationMap:
        """The table."""
        return self.base.table

    def line(self, item: str) -> Waiting | None:
        """The line of an item; of source values (`SEXE=1`) that a row decides by now, the line of that row."""
        return next((line for line in self.lines if line.item == item), None) or self._held(item)

    def _held(self, item: str) -> Waiting | None:
        """The line whose row decides just those source values; of several the one that holds the longest."""
        said = dict(part.partition("=")[::2] for part in item.split(","))
        if "=" not in item or not set(said) <= set(self.table.sources):
            return None
        values = tuple(said.get(c, "") for c in self.table.sources)
        found = [w for w in self.lines if w.row is not None and covers(w.row, values)]
        return max(found, key=lambda w: (w.values == values, (w.row.valid_to if w.row else "") or _LAST), default=None)

    def chosen(self, state: str, text: str) -> tuple[Waiting, ...]:
        """Those in a state ('' = all that has a row or weighs), that hold every word of a text."""
        words, asked = stems(text), text.strip().casefold()
        found = [w for w in self.lines if (state in w.states if state else UNUSED not in w.states or w.pending)]
        return tuple(
            w for w in found if not asked or asked in _text(w).casefold() or (words and words <= stems(_text(w)))
        )


def _text(line: Waiting) -> str:
    row = line.shown
    said = (row.row_id, *row.targets, row.reason, row.reference) if row else ()
    return " ".join((line.item, *line.values, *(t for names in line.labels for t in names.values()), *said))


_LIBRARIES: Final[dict[str, Library]] = {}  # by checksum of the catalogue: reading one takes a quarter of a second


def library(catalogue: Catalogue) -> Library:
    """What is known about the codes of all maps: read once for a catalogue."""
    found = _LIBRARIES.get(catalogue.checksum)
    if found is None:
        while len(_LIBRARIES) >= 2:
            _LIBRARIES.pop(next(iter(_LIBRARIES)), None)
        found = _LIBRARIES[catalogue.checksum] = Library(catalogue)
    return found


def queue(parts: Parts, who: Actor, catalogue: Catalogue, table: RepresentationMap) -> Queue:
    """The queue of a table: what weighs and has no target first, then the rows in their order, then codes without figures."""
    parts = parts.settled()
    base, ground = mapping_set(catalogue, table), library(catalogue).ground(table.file)
    mine, changes = pending_on(parts, who, table), open_changes(parts, table)
    gaps = gaps_of(parts, catalogue).get(table.file, {})
    lines = [*_gaps(base, gaps, mine, changes), *_rows(base, ground, mine, changes)]
    seen = {line.item for line in lines}
    lines += [line for line in _codes(catalogue, base, ground, mine, changes) if line.item not in seen]
    asked = {code for file, code in open_questions(parts.ledger()) if file == table.file}
    lines = [
        replace(w, states=w.states | {NEEDS}) if asked and question(table, w.values) in asked else w for w in lines
    ]
    counts = {state: sum(state in line.states for line in lines) for state in STATES}
    return Queue(base, ground, tuple(lines), counts | {"all": sum(UNUSED not in w.states for w in lines)})


Changes = Mapping[str, tuple[OpenChange, ...]]  # by item
Gaps = Mapping[str, Mapping[tuple[str, ...], Weight]]  # file → source values → weight
_GAPS: Final[dict[tuple[object, ...], Gaps]] = {}  # of the datasets that they were read in


def gaps_of(parts: Parts, catalogue: Catalogue) -> Gaps:
    """Source values that datasets have and no row decides, by table, as their preparation found them; those that a row of
    the effective table decides by now are left out."""
    ledger, (_, passed) = parts.ledger(), parts.state()
    # What datasets there are, not the head of the register: somebody's sign-in is an entry too.
    drafts = tuple((d.id, d.checksum) for d in ledger.drafts.values())
    releases = tuple((str(r), r.content_hash, r.withdrawn_at) for r in ledger.releases.values())
    key = (str(parts.settings.home), catalogue.checksum, passed, drafts, releases)
    if key not in _GAPS:
        found = _read_gaps(parts, catalogue)
        _GAPS.clear()
        _GAPS[key] = found
        return found
    return _GAPS[key]


def _read_gaps(parts: Parts, catalogue: Catalogue) -> Gaps:
    found: dict[str, dict[tuple[str, ...], Weight]] = {}
    tables = {t.file: t for m in catalogue.maps.values() for t in m.representation_maps}
    for map_ in catalogue.maps.values():
        for dataset in known(parts, map_.target):
            for group in dataset.listed("unmapped"):
                file, source = str(group["file"]), group["source"]
                if group["declared"] or file not in tables or not isinstance(source, Mapping):
                    continue
                values = tuple(str(source.get(c, "")) for c in tables[file].sources)
                weight = Weight(
                    dataset.name, integer(group["rows"]), str(group["total"] or ""),
                    str(group["first_period"]), str(group["last_period"]),
                )  # fmt: skip
                held = found.setdefault(file, {})
                if values not in held or held[values].rows < weight.rows:
                    held[values] = weight
    return {file: _left(tables[file], held) for file, held in found.items()}


def _left(table: RepresentationMap, held: Mapping[tuple[str, ...], Weight]) -> dict[tuple[str, ...], Weight]:
    """Those that no row decides: a dataset is older than the table. Rows that hold for some periods leave the others."""
    left = {values: w for values, w in held.items() if not decided(table.rows, values, w.first, w.last)}
    return dict(sorted(left.items(), key=lambda pair: (-Fraction(pair[1].total or 0), -pair[1].rows, pair[0])))


def _gaps(
    base: MappingSet, gaps: Mapping[tuple[str, ...], Weight], mine: Mapping[str, Pending], changes: Changes
) -> Iterator[Waiting]:
    for values, weight in gaps.items():
        item = question(base.table, values)
        line = _line(base, item, values, None, {UNMAPPED}, mine.get(item), changes.get(item, ()), weight)
        yield replace(line, lacking=_lacking(base.table, mine, line))


def _lacking(table: RepresentationMap, mine: Mapping[str, Pending], line: Waiting) -> Lacking:
    """What the rows leave open of a line, beside all that is pending but its own."""
    rows, weight = rows_with(table, [one for item, one in mine.items() if item != line.item]), line.weight
    return lacking(rows, line.values, *((weight.first, weight.last) if weight else ()))


def _rows(
    base: MappingSet, ground: Ground, mine: Mapping[str, Pending], changes: Mapping[str, tuple[OpenChange, ...]]
) -> Iterator[Waiting]:
    for row in base.table.rows:
        states = {LOW} if row.confidence in LOW_CONFIDENCE else set()
        values = tuple(s.value for s in row.sources)
        other = elsewhere(ground, row)
        states |= {CONFLICT} if other else set()
        yield _line(
            base, row.row_id, values, row, states, mine.get(row.row_id), changes.get(row.row_id, ()), None, other
        )


def _codes(
    catalogue: Catalogue, base: MappingSet, ground: Ground, mine: Mapping[str, Pending], changes: Changes
) -> Iterator[Waiting]:
    """Codes of the one source column that a map selects and no row names, and new decisions on other values."""
    table = base.table
    if len(table.sources) == 1:
        codes, allowed = ground.sources[0], _selected(catalogue, table)
        named = {code for row in table.rows for code in matching(row.sources[0], codes) or ()}
        for code in codes:
            if code not in named and (allowed is None or code in allowed):
                item = question(table, [code])
                yield _line(base, item, (code,), None, {UNUSED}, mine.get(item), changes.get(item, ()))
    for item in dict.fromkeys((*mine, *changes)):
        if "=" in item:
            said = dict(part.partition("=")[::2] for part in item.split(","))
            values = tuple(said.get(c, "") for c in table.sources)
            line = _line(base, item, values, None, {UNUSED}, mine.get(item), changes.get(item, ()))
            yield replace(line, lacking=_lacking(table, mine, line))


def _selected(catalogue: Catalogue, table: RepresentationMap) -> frozenset[str] | None:
    """Codes of the source column that some map which reads the table selects; None: any."""
    users = users_of(catalogue, table)
    found = [m.select.get(table.sources[0]) for m in users]
    if not found or any(codes is None for codes in found):
        return None
    return frozenset(code for codes in found for code in codes or ())


def _line(
    base: MappingSet,
    item: str,
    values: tuple[str, ...],
    row: MapRow | None,
    states: set[str],
    pending: Pending | None,
    open_: tuple[OpenChange, ...],
    weight: Weight | None = None,
    other: tuple[str, ...] = (),
) -> Waiting:
    said = {str(decision(c.after)) for c in open_} | ({str(decision(pending.row))} if pending else set())
    found = set(states)
    if pending and not pending.stale:
        found -= {UNMAPPED, UNUSED}  # it is decided by now, as far as its reviewer is concerned
    found |= {CHANGED} if open_ else set()
    found |= {PENDING} if pending else set()
    found |= {CONFLICT} if len(said) > 1 or (pending and pending.stale) else set()
    labels = tuple((column.codes or {}).get(value, {}) for column, value in zip(base.columns, values, strict=False))
    return Waiting(item, values, row, frozenset(found), weight, pending, open_, other, labels)


def elsewhere(ground: Ground, row: MapRow) -> tuple[str, ...]:
    """Rows of other maps that lead just the same source to another code of a list of this table: `file, row: code`."""
    if not row.has_target or any(s.match != "exact" for s in row.sources):
        return ()
    asked = dict(zip(ground.table.sources, (s.value for s in row.sources), strict=True))
    ours = dict(zip(ground.lists, row.targets, strict=False))
    found: dict[str, None] = {}
    for key in asked.items():
        for other in (ground.others or {}).get(key, ()):
            for list_, term in other.targets:
                if other.sources == asked and list_ and list_ in ours and term.id != ours[list_]:
                    found[f"{other.where}: {term.id}"] = None
    return tuple(found)
