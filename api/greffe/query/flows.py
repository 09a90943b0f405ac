"""The dataflows that a data query means; or which part of its address does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.references import Reference, Urn
from greffe.model.structures import Dataflow, DataStructure, ProvisionAgreement
from greffe.query.absent import either, no_such
from greffe.query.queries import DataQuery
from greffe.query.versions import named

# Contexts in the order in which a wrong address is explained; their words.
_CONTEXTS: Final = {
    "dataflow": "dataflow",
    "datastructure": "data structure of a dataflow",
    "provisionagreement": "provision agreement",
}


@dataclass(frozen=True)
class Named:
    """A dataflow that a question means, and by what: `context` is the flow itself, its structure, or an agreement on it."""

    dataflow: Dataflow
    context: Dataflow | DataStructure | ProvisionAgreement


def named_flows(query: DataQuery, catalogue: Catalogue) -> tuple[Named, ...]:
    """What the address means: public flows, one for each agreement when those were asked for (R2-DATA-02).

    Internal flows are left out of lists and wildcards. Raises NotFound: no such flow, internal ones only, of another
    provider.
    """
    found = _found(query, catalogue)
    if not found:
        raise _no_flow(query, catalogue)
    public = [n for n in found if not catalogue.internal(n.dataflow)]
    if not public:
        raise NotFound(
            f"{found[0].dataflow.reference} is internal: its structure is public, its data never.", parameter="dataflow"
        )
    provided = [n for n in public if not query.providers or _providers(n.dataflow, catalogue) & set(query.providers)]
    if not provided:
        raise _other_provider(query, [n.dataflow for n in public], catalogue)
    return tuple(provided)


def _found(query: DataQuery, catalogue: Catalogue) -> list[Named]:
    """Dataflows in the context. Of `*`, a flow that was met as itself is not told again by its structure or agreement."""
    found: dict[Urn, Named] = {}
    flows = catalogue.flows
    for context, places in _places(query, catalogue).items():
        wanted = named((reference for reference, _ in places), query.agencies, query.ids, query.versions)
        for reference, urn in places:
            if reference not in wanted or (query.context == "*" and urn in [n.dataflow.urn for n in found.values()]):
                continue
            by = _context(context, reference, flows[urn], catalogue)
            found.setdefault(by.urn if context == "provisionagreement" else urn, Named(flows[urn], by))
    return sorted(found.values(), key=lambda n: (n.dataflow.reference, n.context.reference))


def _context(
    context: str, reference: Reference, flow: Dataflow, catalogue: Catalogue
) -> Dataflow | DataStructure | ProvisionAgreement:
    if context == "provisionagreement":
        return catalogue.get(ProvisionAgreement, reference)
    return catalogue.structure(flow) if context == "datastructure" else flow


def _places(query: DataQuery, catalogue: Catalogue) -> dict[str, list[tuple[Reference, Urn]]]:
    """For each context that is asked: what can be named in it, and the dataflow that this means."""
    flows = catalogue.flows
    found: dict[str, list[tuple[Reference, Urn]]] = {}
    if query.context in ("dataflow", "*"):
        found["dataflow"] = [(f.reference, urn) for urn, f in flows.items()]
    if query.context in ("datastructure", "*"):
        found["datastructure"] = [(f.structure.reference, urn) for urn, f in flows.items() if f.structure]
    if query.context in ("provisionagreement", "*"):
        agreements = [(a.reference, a.dataflow) for a in catalogue.all(ProvisionAgreement)]
        found["provisionagreement"] = [(one, urn) for one, urn in agreements if urn is not None and urn in flows]
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
    one = flows[0].reference.id if len(flows) == 1 else ""
    if not found:
        return NotFound(f"Dataflow {one} names no provider." if one else "What matches names no provider.")
    if not one:
        return NotFound(f"What matches is provided by {either(found)}, not by {either(query.providers)}.")
    return NotFound(f"Dataflow {one} is provided by {either(found)}, not by {either(query.providers)}.")


def providers_of(flow: Dataflow, catalogue: Catalogue) -> list[Urn]:
    """Those who provide it by an agreement."""
    return [a.provider for a in catalogue.all(ProvisionAgreement) if a.dataflow == flow.urn and a.provider]


def _providers(flow: Dataflow, catalogue: Catalogue) -> set[str]:
    """Both spellings of those who provide it: ID and AGENCY,ID."""
    return {spelled for u in providers_of(flow, catalogue) for spelled in (u.item, f"{u.reference.agency},{u.item}")}
