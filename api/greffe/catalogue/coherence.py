"""After reading: every reference leads somewhere, and every map can do what it says (SM section 4, step 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from greffe.catalogue.catalogue import Catalogue, Recipient
from greffe.catalogue.faults import Faults
from greffe.catalogue.kind_coherence import check_parts
from greffe.catalogue.map_coherence import check_map
from greffe.catalogue.map_view import MapView
from greffe.errors import BadDefinition, NotFound, nearest
from greffe.model.artefacts import item_paths
from greffe.model.kinds import CLASSES
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    Artefact,
    Categorisation,
    DataConstraint,
    Dataflow,
    DataStructure,
    ItemScheme,
    ProvisionAgreement,
)


def check(
    catalogue: Catalogue, places: Mapping[tuple[str, Reference], str], recipients: Mapping[str, Recipient]
) -> None:
    """Raises BadDefinition with everything that leads nowhere, else with all that is wrong in maps. `places` gives the
    file of each artefact, `recipients` are by file."""
    items: dict[Urn, frozenset[str]] = {}
    faults = Faults()
    for key, artefact in sorted(catalogue.artefacts.items()):
        for what, urn in _references(artefact):
            with faults:
                _resolve(catalogue, what, urn, places[key], items)
    faults.refuse()  # what follows goes along the references
    for key, artefact in sorted(catalogue.artefacts.items()):
        with faults:
            if isinstance(artefact, DataConstraint):
                _check_constraint(catalogue, artefact, places[key])
            else:
                check_parts(catalogue, artefact, places[key])
    ids: dict[str, str] = {}
    for file, recipient in recipients.items():
        with faults:
            if recipient.id in ids:
                raise BadDefinition(f"The recipient {recipient.id} stands in {ids[recipient.id]} already.", file=file)
            ids[recipient.id] = file
            for reference in recipient.dataflows:
                with faults:
                    _resolve(catalogue, "dataflow", Urn("dataflow", reference), file, items)
    for map_ in catalogue.maps.values():
        with faults:
            check_map(MapView.of(catalogue, map_))
    faults.refuse()


def _references(artefact: Artefact) -> Iterator[tuple[str, Urn]]:
    """What an artefact refers to, with the place in it."""
    found: Iterable[tuple[str, Urn | None]]
    if isinstance(artefact, DataStructure):
        concepts = [(f"concept of {c.id}", c.concept) for c in artefact.components]
        found = [*concepts, *((f"code list of {c.id}", c.representation.enumeration) for c in artefact.components)]
    elif isinstance(artefact, Dataflow):
        found = [("structure", artefact.structure)]
    elif isinstance(artefact, ProvisionAgreement):
        found = [("dataflow", artefact.dataflow), ("data provider", artefact.provider)]
    elif isinstance(artefact, DataConstraint):
        found = [("attachment", urn) for urn in artefact.attachments]
    elif isinstance(artefact, Categorisation):
        found = [("source", artefact.source), ("target", artefact.target)]
    else:
        found = [(f"reference to a {urn.kind}", urn) for urn in artefact.uses()]
    return ((what, urn) for what, urn in found if urn is not None)


def _resolve(catalogue: Catalogue, what: str, urn: Urn, file: str, items: dict[Urn, frozenset[str]]) -> None:
    """`items` remembers the ids of schemes: one is asked for many times."""
    kind = CLASSES.get(urn.kind)
    if kind is None:
        raise BadDefinition(f"The {what} is a {urn.kind}, which is not kept here.", file=file)
    whole = Urn(urn.kind, urn.reference)
    if (urn.kind, urn.reference) in catalogue.derived:
        return
    if whole not in items:
        try:
            found = catalogue.get(kind, urn.reference)
        except NotFound as error:
            raise BadDefinition(
                f"The {what} leads nowhere: {error.message}", file=file, nearest=error.nearest
            ) from error
        items[whole] = _named_parts(found)
    if urn.item and urn.item not in items[whole]:
        raise BadDefinition(
            f"The {what} leads nowhere: {urn.item!r} is not in {urn.kind} {urn.reference}.",
            file=file,
            nearest=nearest(urn.item, items[whole]),
        )


def _named_parts(found: Artefact) -> frozenset[str]:
    """What of an artefact can be named by itself: items of a scheme, components of a structure."""
    if isinstance(found, DataStructure):
        return frozenset(c.id for c in found.components)
    return frozenset(item_paths(found)) if isinstance(found, ItemScheme) else frozenset()


def _check_constraint(catalogue: Catalogue, constraint: DataConstraint, file: str) -> None:
    """Its components and codes exist in the structure of everything it hangs on."""
    for urn in constraint.attachments:
        structure = _STRUCTURES[urn.kind](catalogue, urn.reference)
        lists = catalogue.codelists(structure)
        for id_, codes in constraint.values.items():
            known = [c.id for c in structure.components]
            if id_ not in known:
                raise BadDefinition(
                    f"{id_!r} is not a component of {structure.reference}.", file=file, nearest=nearest(id_, known)
                )
            inside = {i.id for i in lists[id_].items} if id_ in lists else set(codes)
            for code in codes:
                if code not in inside:
                    raise BadDefinition(
                        f"{code!r} is not in {lists[id_].reference}, the list of {id_}.",
                        file=file,
                        nearest=nearest(code, inside),
                    )


def _of_agreement(catalogue: Catalogue, reference: Reference) -> DataStructure:
    agreement = catalogue.get(ProvisionAgreement, reference)
    if agreement.dataflow is None:
        raise NotFound(f"The agreement {reference} names no dataflow.")
    return _of_dataflow(catalogue, agreement.dataflow.reference)


def _of_dataflow(catalogue: Catalogue, reference: Reference) -> DataStructure:
    return catalogue.structure(catalogue.get(Dataflow, reference))


_STRUCTURES: Final[dict[str, Callable[[Catalogue, Reference], DataStructure]]] = {
    "datastructure": lambda catalogue, reference: catalogue.get(DataStructure, reference),
    "dataflow": _of_dataflow,
    "provisionagreement": _of_agreement,
}
