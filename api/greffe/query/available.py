"""What data there are, as constraints, and the lists that explain them (R1-AVL, R2-AVL)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadSemantics, GreffeError, NotFound, nearest
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import (
    Artefact,
    Codelist,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    ItemScheme,
    Maintainable,
    ValueList,
)
from greffe.query.availability import AvailabilityQuery
from greffe.query.disseminations import Piece, pieces
from greffe.query.flows import Named, providers_of
from greffe.query.holdings import Holding, holding, together
from greffe.query.items import with_items
from greffe.query.queries import TIME
from greffe.query.selecting import Missing, TooManySlots, selection
from greffe.store.base import Observations, Selection

_ALL: Final = ("dataflow", "datastructure", "conceptscheme", "codelist", "valuelist", "dataproviderscheme")


@dataclass(frozen=True)
class Match:
    """A dataflow with data in a context: `context` is the flow itself, its structure, or an agreement on it."""

    context: Maintainable
    dataflow: Dataflow
    structure: DataStructure
    pieces: tuple[Piece, ...]
    selection: Selection


def matches(
    query: AvailabilityQuery,
    flows: Sequence[Named],
    catalogue: Catalogue,
    releases_of: Callable[[Dataflow], Sequence[Release]],
    now: datetime,
) -> list[Match]:
    """What the address means (`flows.named_flows`), each with the release in effect or what changed. Of several flows,
    those that lack a component which is filtered, or of which nothing is released, are left out. Raises as `pieces` and
    `selection` do when none remains.
    """
    found: list[Match] = []
    refused: list[GreffeError] = []
    for named in flows:
        structure = catalogue.structure(named.dataflow)
        try:
            told = pieces(query.data, releases_of(named.dataflow), now)
            chosen = selection(query.data, structure, catalogue.codelists(structure), True)
        except (Missing, TooManySlots, NotFound) as error:
            refused.append(error)
            continue
        found.append(Match(named.context, named.dataflow, structure, told, chosen))
    if not found:
        raise refused[0]
    return found


def available(
    query: AvailabilityQuery, found: Iterable[Match], catalogue: Catalogue, observations: Observations
) -> list[Artefact]:
    """One constraint for each match, then what `references` asks for; empty when there are no such data.

    Raises BadSemantics for a component that is no dimension, NotFound and Broken as the store does.
    """
    by_context: dict[Urn, list[tuple[Match, Holding]]] = {}
    matched = list(found)
    for match in matched:
        held = _held(query, match, observations)
        if held.observations or query.mode == "available":
            by_context.setdefault(match.context.urn, []).append((match, held))
    told = [(group, c) for group in by_context.values() if (c := _constraint(query, group)) is not None]
    return [c for _, c in told] + list(_referenced(query, told, catalogue))


def _held(query: AvailabilityQuery, match: Match, observations: Observations) -> Holding:
    """What the query would give; in mode=available with what may be chosen instead on each dimension that is selected."""
    shown = _shown(query, match.structure)
    exact = holding(match.pieces, match.selection, match.structure, observations)
    if query.mode == "exact":
        return exact
    values, times = dict(exact.values), exact.times
    for id_ in _chosen(match.selection, shown):
        free = holding(match.pieces, without(match.selection, id_), match.structure, observations)
        if id_ == TIME:
            times = free.times
        else:
            values[id_] = free.values[id_]
    return replace(exact, values=values, times=times)


def _constraint(query: AvailabilityQuery, group: Sequence[tuple[Match, Holding]]) -> DataConstraint | None:
    """What the flows of one context hold; None when there is nothing to tell."""
    match, held = group[0]
    if len(group) > 1:  # several flows of one structure: their series are different ones
        series = [one.series for _, one in group]
        held = together([one for _, one in group], match.structure.dimension_ids)
        held = replace(held, series=None if None in series else sum(s or 0 for s in series))
    shown = _shown(query, match.structure)
    values = {id_: held.values[id_] for id_ in shown if id_ != TIME and held.values[id_]}
    times = held.times if TIME in shown else ()
    if not values and not times:
        return None
    context = match.context.reference
    return DataConstraint(
        Reference(context.agency, f"{context.id}_{_digest(query, group)}", "1.0.0"),
        {language: f"{_WORDS.get(language, _WORDS['en'])}{text}" for language, text in match.context.names.items()},
        role="Actual",
        attachments=(match.context.urn,),
        values=values,
        time_range=(times[0], times[1]) if times else None,
        series_count=held.series,
        obs_count=held.observations,
    )


_WORDS: Final = {"en": "Data available: ", "fr": "Données disponibles : "}


def _digest(query: AvailabilityQuery, group: Sequence[tuple[Match, Holding]]) -> str:
    """The same question of the same releases has the same id, another question another one."""
    states = [(m.context.urn, p.release.content_hash) for m, _ in group for p in m.pieces]
    return hashlib.sha256(repr((query, states)).encode()).hexdigest()[:12]


def _shown(query: AvailabilityQuery, structure: DataStructure) -> tuple[str, ...]:
    known = (*structure.dimension_ids, *((TIME,) if structure.time else ()))
    for one in query.components:
        if one not in known:
            raise BadSemantics(
                f"{structure.reference.id} has no dimension {one!r}.",
                parameter="componentID",
                nearest=nearest(one, known),
            )
    return query.components or known


def _chosen(selection: Selection, shown: Iterable[str]) -> list[str]:
    """Those of the dimensions on which there is a selection."""
    named = {id_ for key in selection.keys for id_ in key} | {where.component for where in selection.where}
    return [id_ for id_ in shown if id_ in named or (id_ == TIME and selection.spans)]


def without(selection: Selection, dimension: str) -> Selection:
    """The selection without what it says of one dimension: what may be chosen there, given all the rest."""
    keys = [{id_: codes for id_, codes in key.items() if id_ != dimension} for key in selection.keys]
    return replace(
        selection,
        keys=() if {} in keys else tuple(keys),
        where=tuple(w for w in selection.where if w.component != dimension),
        spans=() if dimension == TIME else selection.spans,
    )


def _referenced(
    query: AvailabilityQuery,
    told: Sequence[tuple[Sequence[tuple[Match, Holding]], DataConstraint]],
    catalogue: Catalogue,
) -> Iterator[Artefact]:
    """Item schemes reduced to what the constraints name; ancestors of used items stay (R1-AVL-05, R2-AVL-06)."""
    wanted = set(_ALL) if "all" in query.references else set(query.references)
    wanted -= {"valuelist"} if query.api == 1 else set()  # which 1.5 has no word for
    whole: dict[Urn, Artefact] = {}
    items: dict[Urn, set[str]] = {}
    for match, constraint in ((match, c) for group, c in told for match, _ in group):
        if "dataflow" in wanted:
            whole[match.dataflow.urn] = match.dataflow
        if "datastructure" in wanted:
            whole[match.structure.urn] = match.structure
        named = {**constraint.values, **({TIME: ()} if constraint.time_range else {})}
        for component in match.structure.components:
            # A structure that comes along finds all its concepts in the message, else those of the constraint will do.
            if "conceptscheme" in wanted and (component.id in named or "datastructure" in wanted):
                items.setdefault(replace(component.concept, item=""), set()).add(component.concept.item)
            enumeration = component.representation.enumeration
            if enumeration is not None and component.id in named and enumeration.kind in wanted:
                items.setdefault(enumeration, set()).update(named[component.id])
        if "dataproviderscheme" in wanted:
            for urn in providers_of(match.dataflow, catalogue):
                items.setdefault(replace(urn, item=""), set()).add(urn.item)
    yield from whole.values()
    yield from (with_items(_scheme(urn, catalogue), used) for urn, used in items.items())


_SCHEMES: Final[Mapping[str, type[ItemScheme]]] = {
    c.kind: c for c in (Codelist, ValueList, ConceptScheme, DataProviderScheme)
}


def _scheme(urn: Urn, catalogue: Catalogue) -> ItemScheme:
    return catalogue.get(_SCHEMES[urn.kind], urn.reference)
