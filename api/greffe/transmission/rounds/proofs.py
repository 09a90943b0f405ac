"""What an answer rests on: the trace of each figure and pairs of the bridge, as JSON that is kept by its checksum."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.french import ours
from greffe.model.instants import paris_date
from greffe.model.rounds import PAIR, TRACE, Proof
from greffe.model.trace import Trace
from greffe.release.bridge import Comparison
from greffe.release.bridge_data import whole
from greffe.release.explain import Explanation, explain
from greffe.release.parts import Parts
from greffe.transmission import keeping
from greffe.transmission.foreseen.look import Sentence
from greffe.transmission.rounds.cells import Place
from greffe.validation.bridge.page import Page

# Components of which a row tells nothing of the figure: the same for every cell, or said beside it anyway.
PLAIN: Final = frozenset(
    ("freq", "geo", "ref_area", "unit", "obs_status", "conf_status", "source_note", "unit_mult", "decimals")
)


@dataclass(frozen=True)
class Traced:
    """A cell with its trail."""

    place: Place
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """The trail as it is kept: figure, whether it comes out the same when it is made again, mapping rows, sources."""
        found = self.explanation
        return {
            "cell": self.place.cell, "release": str(found.release), "key": dict(found.key), "period": found.period,
            "published": found.published, "attributes": dict(found.attributes), "agrees": found.agrees,
            "trace": _trace(found.trace) if found.trace else None,
        }  # fmt: skip

    def sentences(self) -> Iterator[Sentence]:
        """The figure, how it was calculated, and the reasons of the mapping rows it went through: each with its source."""
        found, place = self.explanation, self.place
        value = found.published or "–"
        said = {
            "en": f"{place.cell} is {value} in {place.release}.",
            "fr": f"{place.cell} vaut {value} dans {place.release}.",
        }
        yield Sentence(said, f"{place.release} {place.flow}/{place.key} {place.period}")
        if found.trace is not None and found.trace.words:
            words = {x: f"{found.trace.words.get(x, '')}." for x in ("en", "fr")}
            yield Sentence(words, f"{found.map.file} {found.trace.calculation_id}")
        seen: set[str] = set()
        for file, row, text in _reasons(found.trace):
            if text not in seen:
                seen.add(text)
                yield Sentence({"en": text, "fr": ours(text, "fr")}, f"{file} {row}")


def traces(parts: Parts, places: Sequence[Place]) -> Iterator[Traced]:
    """The trail of each cell that a release holds. Raises as `explain` does."""
    for place in places:
        if place.release:
            number = int(place.release.rpartition("#")[2])
            yield Traced(place, explain(parts, f"{place.flow}/{place.key}", place.period, number))


def keep_trace(parts: Parts, one: Traced) -> Proof:
    """Keep the trail of a cell."""
    return Proof(TRACE, one.place.cell, _kept(parts, one.as_json()))


def keep_pair(parts: Parts, found: Comparison, name: str) -> Proof:
    """Keep a pair of the bridge with everything it is made of. Raises NotFound with the nearest."""
    pair = found.pair(name)
    page = Page(found.policy, found.sources, "en", paris_date(parts.clock()).isoformat())
    return Proof(PAIR, pair.name or pair.id, _kept(parts, whole(page, pair, found.answer(pair))))


def _kept(parts: Parts, told: object) -> str:
    content = json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()
    return keeping.keep(parts, [content])[0]


def _trace(one: Trace) -> dict[str, object]:
    return {
        "key": dict(one.key), "period": one.period, "value": one.text, "calculation": dict(one.words),
        "calculation_id": one.calculation_id,
        "sources": [
            {"extract": s.extract, "row": s.row, "key": dict(s.key), "period": s.period, "value": s.text, "status": s.status}
            for s in one.sources
        ],
        "mapping": [
            {"file": m.file, "row_id": m.row_id, "source": dict(m.source), "target": dict(m.target), "kind": m.kind,
             "reason": m.reason, "reference": m.reference, "confidence": m.confidence}
            for m in one.mappings
        ],
        "operands": [_trace(o) for o in one.operands],
    }  # fmt: skip


def _reasons(one: Trace | None) -> Iterator[tuple[str, str, str]]:
    if one is None:
        return
    for m in one.mappings:
        if m.reason and not {c.casefold() for c in m.target} <= PLAIN:
            yield m.file, m.row_id, m.reason if m.reason.endswith(".") else f"{m.reason}."
    for operand in one.operands:
        yield from _reasons(operand)
