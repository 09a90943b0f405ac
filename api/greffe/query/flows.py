"""The one dataflow that a data query means, with its release; or which part of its address does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, Unsupported
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, ProvisionAgreement
from greffe.query.absent import either, no_such
from greffe.query.queries import DataQuery
from greffe.query.versions import matching

# Contexts in the order in which a wrong address is explained; their words.
_CONTEXTS: Final = {
    "dataflow": "dataflow",
    "datastructure": "data structure of a dataflow",
    "provisionagreement": "provision agreement",
}


def released_flow(
    query: DataQuery, catalogue: Catalogue, release_of: Callable[[Dataflow], Release | None]
) -> tuple[Dataflow, Release]:
    """Raises NotFound (no such flow, internal, of another provider, not released), Unsupported when several match."""
    named = _flows(query, catalogue)
    if not named:
        raise _no_flow(query, catalogue)
    public = [f for f in named if not catalogue.internal(f)]
    if not public:
        raise NotFound(
            f"{named[0].reference} is internal: its structure is public, its data never.", parameter="dataflow"
        )
    provided = [f for f in public if not query.providers or _providers(f, catalogue) & set(query.providers)]
    if not provided:
        raise _other_provider(query, public, catalogue)
    released = [(f, r) for f in provided if (r := release_of(f)) is not None]
    if not released:
        raise NotFound(f"Nothing of {provided[0].reference} is released.")
    if len(released) > 1:
        names = ", ".join(str(f.reference) for f, _ in released[:5])
        raise Unsupported(
            f"{len(released)} dataflows match ({names}…); one answer holds one.", hint="Name one dataflow."
        )
    return released[0]


def _flows(query: DataQuery, catalogue: Catalogue) -> list[Dataflow]:
    """Dataflows in the context: themselves, those of a structure, or those of an agreement."""
    found: set[Urn] = set()
    for places in _places(query, catalogue).values():
        named = _named(query, [reference for reference, _ in places])
        found |= {flow for reference, flow in places if reference in named}
    return [f for f in catalogue.all(Dataflow) if f.urn in found]


def _places(query: DataQuery, catalogue: Catalogue) -> dict[str, list[tuple[Reference, Urn]]]:
    """For each context that is asked: what can be named in it, and the dataflow that this means."""
    flows = {f.urn: f for f in catalogue.all(Dataflow)}
    agreements = [(a.reference, a.dataflow) for a in catalogue.all(ProvisionAgreement)]
    found = {
        "dataflow": [(f.reference, urn) for urn, f in flows.items()],
        "datastructure": [(f.structure.reference, urn) for urn, f in flows.items() if f.structure],
        "provisionagreement": [(reference, urn) for reference, urn in agreements if urn in flows],
    }
    return {context: places for context, places in found.items() if query.context in (context, "*")}


def _named(query: DataQuery, references: list[Reference]) -> set[Reference]:
    groups: dict[tuple[str, str], set[Reference]] = {}
    for one in references:
        if (not query.agencies or one.agency in query.agencies) and (not query.ids or one.id in query.ids):
            groups.setdefault((one.agency, one.id), set()).add(one)
    found: set[Reference] = set()
    for group in groups.values():
        wanted = matching(query.versions, {r.version for r in group})
        found |= {r for r in group if r.version in wanted}
    return found


def _no_flow(query: DataQuery, catalogue: Catalogue) -> NotFound:
    """Internal dataflows exist like others, but are nobody's nearest."""
    internal = {f.urn for f in catalogue.all(Dataflow) if catalogue.internal(f)}
    places = _places(query, catalogue)
    knowing = [c for c, found in places.items() if any(r.id in query.ids for r, _ in found)]
    context = next(iter(knowing or places))
    what = _CONTEXTS[context] if knowing or query.context != "*" else " or ".join(_CONTEXTS.values())
    known = [r for r, _ in places[context]]
    offered = sorted({r.id for found in places.values() for r, flow in found if flow not in internal})
    return no_such(what, known, query, offered)


def _other_provider(query: DataQuery, flows: list[Dataflow], catalogue: Catalogue) -> NotFound:
    whole = any("," in p for p in query.providers)
    found = sorted({p for f in flows for p in _providers(f, catalogue) if ("," in p) == whole})
    name = f"Dataflow {flows[0].reference.id}" if len(flows) == 1 else "What matches"
    by = f"is provided by {either(found)}" if found else "names no provider"
    return NotFound(f"{name} {by}, not by {either(query.providers)}." if found else f"{name} {by}.")


def _providers(flow: Dataflow, catalogue: Catalogue) -> set[str]:
    """Both spellings of those who provide it by an agreement: ID and AGENCY,ID."""
    urns = [a.provider for a in catalogue.all(ProvisionAgreement) if a.dataflow == flow.urn and a.provider]
    return {spelled for u in urns for spelled in (u.item, f"{u.reference.agency},{u.item}")}
