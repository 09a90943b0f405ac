"""The bridge on what is public now: publications that stand and releases that are current, put side by side.

Nothing else takes part: no draft, no release before its instant, no internal figure, no confidential observation.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from greffe.catalogue.policies.bridge.read import Bridge
from greffe.catalogue.policies.bridge.series import PublishedSeries
from greffe.errors import BadQuery, NotFound, nearest
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.parts import Parts
from greffe.release.published import OURS, standing, values_of
from greffe.release.vintages import readable
from greffe.store.base import Selection
from greffe.store.publication_records import PublicationRecord
from greffe.validation.bridge.cells import Cell, Cells, Source
from greffe.validation.bridge.chains import Answer, answer
from greffe.validation.bridge.figures import Figure, figures
from greffe.validation.bridge.pairs import Pair, pair_of, sweep

FREE = "F"  # CONF_STATUS of what everybody may see


@dataclass(frozen=True)
class Comparison:
    """All published figures at one moment. `sources`: publications and releases that were read, by id."""

    policy: Bridge
    cells: Cells
    sources: Mapping[str, Source]

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Every figure of a concept by its id."""
        return figures(self.cells)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every pair that is compared."""
        return sweep(self.figures, self.policy.pairs)

    @cached_property
    def answers(self) -> tuple[tuple[Pair, Answer], ...]:
        """Every pair with its answer."""
        return tuple((pair, self.answer(pair)) for pair in self.pairs)

    def pair(self, text: str, second: str = "") -> Pair:
        """A pair by name, by id, or by two figures. Raises NotFound with the nearest, BadQuery."""
        return pair_of(self.figures, self.policy.pairs, text, second)

    def answer(self, pair: Pair) -> Answer:
        """Why the two differ."""
        return answer(self.cells, pair.a, pair.b)


class Comparisons:
    """The comparison of what is public now, kept as long as that is the same. One for all threads of a process."""

    def __init__(self, parts: Parts, kept: int = 2) -> None:
        self._parts, self._most = parts, kept
        self._kept: OrderedDict[tuple[str, ...], Comparison] = OrderedDict()
        self._lock = threading.Lock()

    def now(self, releases: Sequence[str] = ()) -> Comparison:
        """What can be compared now, with the named releases in the place of the current ones. Raises NotFound, BadQuery."""
        parts = self._parts
        state = (
            parts.catalogue().checksum,
            *(p.id for p in standing(parts)),
            *(str(release) for _, release in _released(parts, releases)),
        )
        with self._lock:
            if state not in self._kept:
                self._kept[state] = comparison(parts, releases)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(state)
            return self._kept[state]


def comparison(parts: Parts, releases: Sequence[str] = ()) -> Comparison:
    """What can be compared now: read anew. `releases`: `FLOW#n`, which stand for what we released instead of the current ones.
    Raises NotFound, BadQuery with the nearest."""
    policy = parts.catalogue().policies.bridge
    wanted = {(s.body, s.dataset) for s in policy.series}
    records = [r for r in standing(parts) if (r.body, r.dataset) in wanted]
    released = _released(parts, releases)
    cells = [c for r in records for c in _published(parts, policy, r)]
    cells += [c for flow, release in released for c in _of_release(parts, policy, flow, release)]
    sources = {r.id: Source(r.id, r.body, r.dataset, r.retrieved, r.url, r.origin) for r in records}
    for flow, r in released:
        day = paris_date(r.effective_at).isoformat()
        sources[str(r)] = Source(str(r), OURS, flow.reference.id, day, "", r.origin)
    return Comparison(policy, Cells(policy, cells), sources)


def _published(parts: Parts, policy: Bridge, record: PublicationRecord) -> Iterator[Cell]:
    named = [s for s in policy.series if (s.body, s.dataset) == (record.body, record.dataset)]
    for value in values_of(parts, record):
        if value.value and any(s.code_in(value.series) is not None for s in named):
            yield Cell(
                record.body, record.dataset, value.series, value.period, value.value, Fraction(value.value), value.flag,
                value.note, record.id, record.origin,
            )  # fmt: skip


def _released(parts: Parts, named: Sequence[str] = ()) -> list[tuple[Dataflow, Release]]:
    """Dataflows of ours that policy names, each with its current release, or with the one that is named for it."""
    catalogue, ledger, now = parts.catalogue(), parts.ledger(), parts.clock()
    ids = dict.fromkeys(s.dataset for s in catalogue.policies.bridge.series if s.body == OURS)
    found = [(flow, ledger.current(flow.reference, now)) for flow in catalogue.dataflows() if flow.reference.id in ids]
    chosen = _chosen(parts, [flow for flow, _ in found], named)
    current = {flow.reference.id: (flow, release) for flow, release in found if release is not None}
    return list((current | chosen).values())


def _chosen(parts: Parts, flows: Sequence[Dataflow], named: Sequence[str]) -> dict[str, tuple[Dataflow, Release]]:
    """The releases that are named, by dataflow: those that everybody may read."""
    known = {flow.reference.id: flow for flow in flows}
    found: dict[str, tuple[Dataflow, Release]] = {}
    for text in named:
        id_, _, number = text.partition("#")
        if id_ not in known:
            wrong = f"No published figure is compared with {id_!r}."
            raise NotFound(wrong, parameter="release", nearest=nearest(id_, known))
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise BadQuery(f"{text!r} is no release.", parameter="release", hint=f"{id_}#1")
        if id_ in found:
            raise BadQuery(f"Two releases of {id_} cannot both be ours.", parameter="release")
        found[id_] = known[id_], readable(parts, known[id_], int(number), "release")
    return found


def _of_release(parts: Parts, policy: Bridge, flow: Dataflow, release: Release) -> Iterator[Cell]:
    id_ = flow.reference.id
    named = [s for s in policy.series if (s.body, s.dataset) == (OURS, id_)]
    structure = parts.catalogue().structure(flow)
    for key, row in _observations(parts, structure, release, named):
        value = row.get("OBS_VALUE")
        if value is None or row.get("CONF_STATUS") not in (None, FREE):
            continue
        text = str(value)
        yield Cell(
            OURS, id_, key, str(row["TIME_PERIOD"]), text, Fraction(text), str(row.get("OBS_STATUS") or ""), "",
            str(release), release.origin,
        )  # fmt: skip


def _observations(
    parts: Parts, structure: DataStructure, release: Release, named: list[PublishedSeries]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Key and observation of the series that policy names; attributes of the series stand with each of them."""
    for block in parts.observations.select(release.name, Selection(keys=_keys(structure, named))):
        observations, at = block.observations.to_pylist(), 0
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            mine, at = observations[at : at + (count or 0)], at + (count or 0)
            key = ".".join(str(series[d]) for d in structure.dimension_ids)
            if any(s.code_in(key) is not None for s in named):
                yield from ((key, {**series, **row}) for row in mine)


def _keys(structure: DataStructure, named: list[PublishedSeries]) -> tuple[Mapping[str, frozenset[str]], ...]:
    """The named series as a selection; a part that holds a placeholder is free."""
    found = []
    for series in named:
        parts = series.key.split(".")
        if len(parts) == len(structure.dimension_ids):
            codes = zip(structure.dimension_ids, parts, strict=True)
            found.append({d: frozenset((code,)) for d, code in codes if "<" not in code})
    return tuple(found)
