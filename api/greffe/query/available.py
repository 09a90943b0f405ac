"""What data there are, as constraints, and the lists that explain them (R1-AVL, R2-AVL)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadSemantics, nearest
from greffe.model.periods import span
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
    ProvisionAgreement,
    ValueList,
)
from greffe.query.availability import AvailabilityQuery
from greffe.query.flows import released_flow
from greffe.query.items import with_items
from greffe.query.selecting import selection
from greffe.store.base import Observations, Selection

TIME: Final = "TIME_PERIOD"
_ALL: Final = ("dataflow", "datastructure", "conceptscheme", "codelist", "valuelist", "dataproviderscheme")


@dataclass(frozen=True)
class Match:
    """A dataflow with data in a context: `context` is the flow itself, its structure, or an agreement on it."""

    context: Maintainable
    dataflow: Dataflow
    structure: DataStructure
    release: Release
    selection: Selection


def matches(
    query: AvailabilityQuery, catalogue: Catalogue, release_of: Callable[[Dataflow], Release | None]
) -> list[Match]:
    """What the address means, each with the release in effect. Raises as `flows.released_flow` and `selection` do."""
    flow, release = released_flow(query.data, catalogue, release_of)
    structure = catalogue.structure(flow)
    chosen = selection(query.data, structure, catalogue.codelists(structure), True)
    return [Match(flow, flow, structure, release, chosen)]


def available(
    query: AvailabilityQuery, found: Iterable[Match], catalogue: Catalogue, observations: Observations
) -> list[Artefact]:
    """One constraint for each match, then what `references` asks for; empty when there are no such data.

    Raises BadSemantics for a component that is no dimension, NotFound and Broken as the store does.
    """
    by_context: dict[Urn, tuple[Match, DataConstraint]] = {}
    for match in found:
        constraint = _constraint(query, match, observations)
        if constraint is None:
            continue
        known = by_context.get(match.context.urn)
        by_context[match.context.urn] = (match, constraint if known is None else _both(known[1], constraint))
    told = list(by_context.values())
    return [c for _, c in told] + list(_referenced(query, told, catalogue))


def _constraint(query: AvailabilityQuery, match: Match, observations: Observations) -> DataConstraint | None:
    shown = _shown(query, match.structure)
    name, exact = match.release.name, match.selection
    series, observed = observations.counts(name, exact)
    if not series and query.mode == "exact":
        return None
    there = dict(observations.available(name, exact))
    if query.mode == "available":
        for id_ in _chosen(exact, shown):
            there[id_] = observations.available(name, _without(exact, id_))[id_]
    values = {id_: there[id_] for id_ in shown if id_ != TIME and there[id_]}
    times = there[TIME] if TIME in shown else ()
    if not values and not times:
        return None
    context = match.context.reference
    return DataConstraint(
        Reference(context.agency, f"{context.id}_{_digest(query, match)}", "1.0.0"),
        {language: f"{_WORDS.get(language, _WORDS['en'])}{text}" for language, text in match.context.names.items()},
        role="Actual",
        attachments=(match.context.urn,),
        values=values,
        time_range=(times[0], times[1]) if times else None,
        series_count=series,
        obs_count=observed,
    )


_WORDS: Final = {"en": "Data available: ", "fr": "Données disponibles : "}


def _digest(query: AvailabilityQuery, match: Match) -> str:
    """The same question of the same release has the same id, another question another one."""
    return hashlib.sha256(repr((query, match.context.urn, match.release.content_hash)).encode()).hexdigest()[:12]


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


def _without(selection: Selection, dimension: str) -> Selection:
    """The selection without what it says of one dimension: what may be chosen there, given all the rest."""
    keys = [{id_: codes for id_, codes in key.items() if id_ != dimension} for key in selection.keys]
    return replace(
        selection,
        keys=() if {} in keys else tuple(keys),
        where=tuple(w for w in selection.where if w.component != dimension),
        spans=() if dimension == TIME else selection.spans,
    )


def _both(left: DataConstraint, right: DataConstraint) -> DataConstraint:
    """What two dataflows of one structure hold together."""
    ids = [*left.values, *(id_ for id_ in right.values if id_ not in left.values)]
    values = {id_: tuple(sorted({*left.values.get(id_, ()), *right.values.get(id_, ())})) for id_ in ids}
    times = [t for c in (left, right) if c.time_range for t in c.time_range]
    first = min(times, key=lambda p: (span(p).first, p), default="")
    last = max(times, key=lambda p: (span(p).last, p), default="")
    return replace(
        left,
        values=values,
        time_range=(first, last) if times else None,
        series_count=(left.series_count or 0) + (right.series_count or 0),
        obs_count=(left.obs_count or 0) + (right.obs_count or 0),
    )


def _referenced(
    query: AvailabilityQuery, told: Sequence[tuple[Match, DataConstraint]], catalogue: Catalogue
) -> Iterator[Artefact]:
    """Item schemes reduced to what the constraints name; ancestors of used items stay (R1-AVL-05, R2-AVL-06)."""
    wanted = set(_ALL) if "all" in query.references else set(query.references)
    whole: dict[Urn, Artefact] = {}
    items: dict[Urn, set[str]] = {}
    for match, constraint in told:
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
            for urn in _providers(match.dataflow, catalogue):
                items.setdefault(replace(urn, item=""), set()).add(urn.item)
    yield from whole.values()
    yield from (with_items(_scheme(urn, catalogue), used) for urn, used in items.items())


_SCHEMES: Final[Mapping[str, type[ItemScheme]]] = {
    c.kind: c for c in (Codelist, ValueList, ConceptScheme, DataProviderScheme)
}


def _scheme(urn: Urn, catalogue: Catalogue) -> ItemScheme:
    return catalogue.get(_SCHEMES[urn.kind], urn.reference)


def _providers(flow: Dataflow, catalogue: Catalogue) -> list[Urn]:
    return [a.provider for a in catalogue.all(ProvisionAgreement) if a.dataflow == flow.urn and a.provider]
