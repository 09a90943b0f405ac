"""What detectors look at, read from the releases of a delivery, the policies, the bridge and what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from greffe.arrow import texts
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.breaks import Break
from greffe.catalogue.policies.thresholds import FORESEEN
from greffe.formats.components import TIME, VALUE
from greffe.mapping.breaks import concerning
from greffe.model.maps import StructureMap
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow, DataStructure, Texts
from greffe.release.bridge import Comparison
from greffe.release.parts import Parts
from greffe.release.published import OURS
from greffe.store.base import Selection
from greffe.transmission.answers.asked import Round
from greffe.transmission.foreseen.look import Bridged, Key, Look, Point
from greffe.transmission.workbooks.answers import CONF, FREE, STATUS
from greffe.validation.bridge.chains import EQUAL, EXPLAINED, Answer
from greffe.validation.bridge.page import Page
from greffe.validation.bridge.pairs import Pair

LANGUAGES: Final = ("en", "fr")
COMMENT: Final = "COMMENT_OBS"


def look_at(
    parts: Parts, catalogue: Catalogue, release: Release, years: Sequence[int], step: int, asked: Round | None
) -> Look:
    """A release as its recipient sees it: without confidential figures. `asked`: the questionnaire that it fills."""
    flow = catalogue.get(Dataflow, release.dataflow)
    structure = catalogue.structure(flow)
    series = _series(parts, structure, release)
    map_ = next((m for m in catalogue.maps.values() if m.target == release.dataflow), None)
    near = concerning(map_, catalogue.policies.breaks) if map_ else ()
    laws = tuple(b for b in near if map_ and b.flow == map_.source.id and reads(map_, b))
    cells = [a for a in asked.cells if a.sheet.layout.flow == flow.reference.id] if asked else []
    said = {a.name: found for a in cells if (found := a.answer or a.earlier)}
    limits = catalogue.policies.limits
    return Look(
        flow.reference.id, str(release), structure.dimension_ids, series, tuple(years), step,
        tuple(b for b in catalogue.policies.breaks if b.flow == flow.reference.id), laws,
        _labels(structure, catalogue.codelists(structure), series), {(a.cell.key, a.cell.period): a.name for a in cells}, said,
        change=limits[FORESEEN, "change"], base=limits[FORESEEN, "base"], points=limits[FORESEEN, "share"],
        total=limits[FORESEEN, "total"], repeated=limits[FORESEEN, "repeat"],
    )  # fmt: skip


def reads(map_: StructureMap, one: Break) -> bool:
    """Whether a map reads rows that a break is about: for each of its components, selected or in a row of a table."""
    for component, codes in one.cells.items():
        if component in map_.select:
            if not set(codes) & set(map_.select[component]):
                return False
            continue
        if not _meets(map_, component, codes):
            return False
    return True


def _meets(map_: StructureMap, component: str, codes: Sequence[str]) -> bool:
    """Whether some row reads one of those codes. A component that no table reads is copied or summed: it does."""
    tables = [(c.map, c.sources.index(component)) for c in map_.components if c.map and component in c.sources]
    values = [row.sources[at] for table, at in tables for row in table.rows]
    return not tables or any(v.match != "exact" or v.value in codes for v in values)


def bridged(
    found: Comparison, recipient: str, flows: Sequence[str], years: Sequence[int], day: str
) -> tuple[Bridged, ...]:
    """Pairs that differ, of which one figure is ours in those dataflows, or the recipient's own, in those years."""
    pages = {x: Page(found.policy, found.sources, x, day) for x in LANGUAGES}
    asked = {str(y) for y in years}
    kept = []
    for pair in found.pairs:
        if not {pair.a.period[:4], pair.b.period[:4]} & asked:
            continue
        cells = [o.cell for f in (pair.a, pair.b) for o in (*f.computed.above, *f.computed.below)]
        if not any(c.body == recipient or (c.body == OURS and c.dataset in flows) for c in cells):
            continue
        answer = found.answer(pair)
        if answer.state != EQUAL:
            kept.append(_told(pages, pair, answer))
    return tuple(kept)


def _told(pages: Mapping[str, Page], pair: Pair, answer: Answer) -> Bridged:
    taken = (*(answer.chains[0] if answer.chains else ()), *answer.located, *answer.untold)
    steps = tuple((t.step.name, t.step.reasons) for t in taken if t.step is not None)
    return Bridged(
        pair.name or pair.id,
        {x: page.title(pair) for x, page in pages.items()},
        {x: page.sentence(answer) for x, page in pages.items()},
        steps,
        pair.a.period[:4],
        answer.state == EXPLAINED,
    )


def _series(parts: Parts, structure: DataStructure, release: Release) -> dict[Key, dict[str, Point]]:
    found: dict[Key, dict[str, Point]] = {}
    for block in parts.observations.select(release.name, Selection()):
        keys = list(zip(*(texts(block.series.column(d)) for d in structure.dimension_ids), strict=True))
        columns = {n: texts(block.observations.column(n)) for n in block.observations.column_names}
        own = {n: texts(block.series.column(n)) for n in (STATUS, CONF, COMMENT) if n in block.series.column_names}
        row = 0
        for place, count in enumerate(block.counts.to_pylist()):
            points = found.setdefault(tuple(k or "" for k in keys[place]), {})
            for at in range(row, row + (count or 0)):
                said = {n: columns[n][at] for n in (STATUS, CONF, COMMENT) if n in columns}
                said |= {n: v[place] for n, v in own.items()}
                free = said.get(CONF) in (None, "", FREE)
                value = _number(columns[VALUE][at] or "") if free else None
                points[columns[TIME][at] or ""] = Point(value, said.get(STATUS) or "", said.get(COMMENT) or "")
            row += count or 0
    return found


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _labels(structure: DataStructure, lists: Mapping[str, Codelist], series: Mapping[Key, object]) -> dict[Key, Texts]:
    """The names of a series' codes, those left out in which all series are alike."""
    names = {d: {i.id: i.names for i in list_.items} for d, list_ in lists.items()}
    differ = [len(set(codes)) > 1 for codes in zip(*series, strict=True)] if series else []

    def named(key: Key, language: str) -> str:
        told = [
            names.get(d, {}).get(code, {}).get(language, code)
            for d, code, varies in zip(structure.dimension_ids, key, differ, strict=True)
            if varies
        ]
        return " – ".join(dict.fromkeys(told)) or ".".join(key)

    return {key: {x: named(key, x) for x in LANGUAGES} for key in series}
