"""What is made of an internal observation: the published ones of every current release, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

from greffe.arrow import integer, text
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.errors import BadQuery, NotFound, known_words, nearest
from greffe.mapping.lineage import NUMBER, mapping_rows, statement
from greffe.mapping.onward import Onward, family, onward
from greffe.mapping.relation import Cells
from greffe.mapping.resolve import INDICATOR, TIME, plan
from greffe.mapping.sql import Parameters, condition
from greffe.model.maps import Population
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import DataStructure
from greffe.model.trace import SourceObservation
from greffe.release.few import Few
from greffe.release.lifecycle import dataflow_named
from greffe.release.lineage import RELEASED, Again, made_again
from greffe.release.made import Made, made_of
from greffe.release.parts import Parts
from greffe.release.sources import load_feed, load_sources

MOST: Final = 20  # internal observations that are followed at once


@dataclass(frozen=True)
class Use:
    """An observation that is made of an internal one. `role`: part (of a mapped observation), operand (through the mapped
    observation `cell`, of a calculation), denominator (of the rate `cell`).

    `value` is the released text, None when missing. `published`: it was released; else it is a working cell.
    `mapping_rows` led from the internal observation to `cell`.
    """

    release: str
    dataflow: str
    key: Mapping[str, str]
    period: str
    value: str | None
    published: bool
    calculation: str
    role: str
    cell: str
    cell_period: str
    mapping_rows: tuple[str, ...]


@dataclass(frozen=True)
class Unused:
    """Why a map makes nothing of an internal observation. `component` is the target component that has no value, or the
    internal one that is not selected; `row`, as `file:row_id`, says so in the map where one does."""

    release: str
    map: str
    component: str
    why: str
    row: str = ""


@dataclass(frozen=True)
class Followed:
    """An internal observation with what became of it."""

    dataflow: str
    observation: SourceObservation
    uses: tuple[Use, ...] = ()
    unused: tuple[Unused, ...] = ()


def uses(parts: Parts, source: str, cells: Mapping[str, str], period: str = "") -> tuple[Followed, ...]:
    """Follow the internal observations of a dataflow that have those codes, through every current release.

    Raises BadQuery for a component or code that does not exist and for more than MOST observations, NotFound when no
    release is made from such an observation.
    """
    catalogue = parts.catalogue()
    flow = dataflow_named(parts, source)
    structure = catalogue.structure(flow)
    _check(catalogue, structure, cells)
    wanted: Cells = {c: (code,) for c, code in cells.items()} | ({TIME: (period,)} if period else {})
    found: dict[tuple[str, int], Followed] = {}
    looked_up: dict[tuple[str, ...], list[Seen]] = {}  # most releases are made of the same extracts
    for made in _releases(parts):
        feed = made.inputs.feed(flow.reference)
        if feed is None:
            continue
        ids = tuple(e.id for e in feed.extracts)
        if ids not in looked_up:
            with parts.connection() as connection:
                looked_up[ids] = _observations(
                    connection, load_feed(connection, feed, made.inputs.shelf), structure, wanted
                )
        for one in _followed(parts, made, flow.reference, looked_up[ids]) if looked_up[ids] else ():
            place = (one.observation.extract, one.observation.row)
            known = found.get(place)
            found[place] = (
                one if known is None else replace(known, uses=known.uses + one.uses, unused=known.unused + one.unused)
            )
    if not found:
        raise NotFound(f"No current release is made from an extract with such an observation of {flow.reference}.")
    return tuple(_explained(catalogue, one) for one in found.values())


def _check(catalogue: Catalogue, structure: DataStructure, cells: Mapping[str, str]) -> None:
    for id_, code in cells.items():
        if id_ not in structure.dimension_ids:
            near = nearest(id_, structure.dimension_ids)
            raise BadQuery(
                f"{structure.reference.id} has no dimension {id_}.", parameter="--cell", nearest=near,
                hint=known_words(near, structure.dimension_ids),
            )  # fmt: skip
        component = structure.component(id_)
        codes = catalogue.codelist(component) if component else None
        if codes is not None and codes.item(code) is None:
            there = [i.id for i in codes.items]
            near = nearest(code, there)
            raise BadQuery(
                f"{id_} has no code {code}.", parameter="--cell", nearest=near, hint=known_words(near, there)
            )  # fmt: skip


_MADE: Final[WeakKeyDictionary[object, Few[tuple[str, str], Made]]] = WeakKeyDictionary()  # by observations of a house
_KEPT: Final = 512


def _releases(parts: Parts) -> Iterator[Made]:
    """What current releases were made of."""
    ledger, now = parts.ledger(), parts.clock()
    for target in dict.fromkeys(r.dataflow for r in ledger.releases.values()):
        release = ledger.current(target, now)
        made = _made(parts, release) if release is not None else None
        if made is not None:
            yield made


def _made(parts: Parts, release: Release) -> Made | None:
    """What a release was made of, without its manifest: that is long, and read once for a release. None without a map."""
    kept = _MADE.setdefault(parts.observations, Few(_KEPT))
    place = (str(release), release.content_hash)
    found = kept.get(place)
    if found is None:
        try:
            found = kept.keep(place, replace(made_of(parts, release), manifest={}))
        except NotFound:
            return None
    return found


def ready(parts: Parts) -> None:
    """Read what current releases were made of, so that the first question need not."""
    for _ in _releases(parts):
        pass


def _followed(parts: Parts, made: Made, flow: Reference, seen: Sequence[Seen]) -> list[Followed]:
    """What one release makes of the observations."""
    plan_ = plan(made.map, made.catalogue)
    is_source = flow == made.map.source
    there = [onward(plan_, values) if is_source else None for _, values in seen]
    targets = [o.target for o in there if o is not None and o.target is not None]
    used: dict[tuple[str, int], list[Use]] = {}
    if targets or not is_source:
        with parts.connection() as connection:
            sources = load_sources(connection, made.inputs)
            only = family(made.map, targets) if is_source and flow not in sources.populations else {}
            found = made_again(connection, parts, made, sources, only)
            used = _used(found, flow, [(s.extract, s.row) for s, _ in seen])
    followed = []
    for (observation, _), goes in zip(seen, there, strict=True):
        uses_ = tuple(used.get((observation.extract, observation.row), ()))
        unused = () if uses_ else _unused(made, flow, goes)
        followed.append(Followed(str(flow), observation, uses_, unused))
    return followed


Seen = tuple[SourceObservation, Mapping[str, str]]  # an internal observation, and all its components


def _observations(connection: Connection, table: str, structure: DataStructure, wanted: Cells) -> list[Seen]:
    parameters = Parameters()
    where = condition(parameters, wanted)
    components = [*structure.dimension_ids, TIME, *(a.id for a in structure.attributes)]
    named = ", ".join(quoted(c) for c in components)
    rows = connection.execute(
        f'SELECT extract, "row", OBS_TEXT, {named} FROM {quoted(table)} WHERE {where} '
        f'ORDER BY {TIME}, extract, "row" LIMIT {MOST + 1}',
        parameters.values,
    ).fetchall()
    found: list[Seen] = []
    for extract, number, value, *cells in rows:
        values = dict(zip(components, map(text, cells), strict=True))
        key = {d: values[d] for d in structure.dimension_ids}
        status = values.get("STATUT", "")
        seen = SourceObservation(text(extract), integer(number), key, values[TIME], text(value), status)
        found.append((seen, values))
    if len(found) > MOST:
        free = [d for d in structure.dimension_ids if len({s.key[d] for s, _ in found}) > 1]
        raise BadQuery(
            f"More than {MOST} internal observations have these codes; they differ in {', '.join(free) or TIME}.",
            parameter="--cell", hint="Name more cells, or the period.",
        )  # fmt: skip
    return found


def _unused(made: Made, flow: Reference, goes: Onward | None) -> tuple[Unused, ...]:
    """Why a release holds nothing of an observation; `goes` is None for one that only rates could read."""
    release, map_ = str(made.release), str(made.map.reference)
    if goes is not None:
        unwritten = "its target cell was not written; the findings of the release say why"
        return (Unused(release, map_, goes.component, goes.why or unwritten, goes.row),)
    rates = [(c.id, c.population) for c in made.map.calculations if c.population and c.population.dataflow == flow]
    return tuple(Unused(release, map_, "", f"{id_} divides by {_said(p)}, for the periods it has") for id_, p in rates)


def _said(population: Population) -> str:
    codes = ", ".join(f"{c}={'+'.join(v)}" for c, v in population.select.items())
    return f"{codes} of the field {population.territory}"


def _used(found: Again, flow: Reference, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], list[Use]]:
    """Observations of the release that are made of internal rows (extract, row), published ones first."""
    parameters = Parameters()
    made = statement(found.lineage, parameters)
    keys = [quoted(k) for k in found.keys]
    on = " AND ".join(f"p.{k} = t.{k}" for k in keys)
    here = " OR ".join(f'(m.extract = {parameters.add(e)} AND m."row" = {int(r)})' for e, r in places)
    query = (
        f'SELECT m.extract, m."row", {", ".join(f"t.{k}" for k in keys)}, p.OBS_VALUE, p.{TIME} IS NOT NULL, '
        f"t.origin_kind, m.role, m.cell, m.cell_period, {mapping_rows(found.lineage, parameters)} FROM ({made}) m "
        f"JOIN {quoted(found.lineage.table)} t ON t.{NUMBER} = m.made LEFT JOIN {RELEASED} p ON {on} "
        f"WHERE m.internal_dataflow = {parameters.add(str(flow))} AND ({here}) ORDER BY ALL"
    )
    uses_: dict[tuple[str, int], list[Use]] = {}
    for extract, number, *rest in found.connection.execute(query, parameters.used(query)).fetchall():
        uses_.setdefault((text(extract), integer(number)), []).append(_use(found, rest))
    return {place: sorted(those, key=lambda u: not u.published) for place, those in uses_.items()}


def _use(found: Again, row: Sequence[object]) -> Use:
    *key, period, value, published, origin, role, cell, cell_period, rows = row
    dims = found.made.structure.dimension_ids
    return Use(
        release=str(found.made.release),
        dataflow=str(found.made.dataflow.reference),
        key=dict(zip(dims, map(text, key), strict=True)),
        period=text(period),
        value=None if value is None else text(value),
        published=bool(published),
        calculation=text(origin),
        role=text(role),
        cell=text(cell),
        cell_period=text(cell_period),
        mapping_rows=tuple(map(text, rows)) if isinstance(rows, list) else (),
    )


def _explained(catalogue: Catalogue, one: Followed) -> Followed:
    """Maps that do not read the indicator at all say nothing, unless none does; then the list of indicators without a
    target says why."""
    telling = tuple(u for u in one.unused if u.component != INDICATOR)
    if one.uses or telling or not one.unused:
        return replace(one, unused=telling)
    indicator = one.observation.key[INDICATOR]
    row = next((r for r in catalogue.no_target if r.sources[0].value == indicator), None)
    why = (
        f"{row.kind}: {row.reason}" if row else f"no map of a release that is made from this extract reads {indicator}"
    )
    return replace(one, unused=(Unused("", "", INDICATOR, why, f"no_target.csv:{row.row_id}" if row else ""),))
