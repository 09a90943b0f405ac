"""What a map stands on and a newer version of which is in the catalogue (D14): maps name exact versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.model.artefacts import Maintainable
from greffe.model.maps import StructureMap
from greffe.model.references import Reference, version_key
from greffe.model.structures import Dataflow


@dataclass(frozen=True)
class Superseded:
    """An artefact that a map uses, its newest version, and the date from which that one counts ('' = not said)."""

    kind: str
    used: Reference
    newer: Reference
    since: str


def superseded(catalogue: Catalogue, map_: StructureMap) -> tuple[Superseded, ...]:
    """Dataflows, structures and code lists of both ends of a map that have a newer stable version, in that order."""
    found = dict.fromkeys(_used(catalogue, map_))
    return tuple(s for kind, used in found if (s := _newer(catalogue, kind, used)) is not None)


def _used(catalogue: Catalogue, map_: StructureMap) -> Iterator[tuple[str, Reference]]:
    for reference in (map_.target, map_.source):
        flow = catalogue.get(Dataflow, reference)
        structure = catalogue.structure(flow)
        yield flow.kind, flow.reference
        yield structure.kind, structure.reference
        for list_ in catalogue.codelists(structure).values():
            yield list_.kind, list_.reference


def _newer(catalogue: Catalogue, kind: str, used: Reference) -> Superseded | None:
    """The newest; one with an extension (1.1.0-draft) is not in force (D9)."""
    versions = [
        a for (k, r), a in catalogue.artefacts.items() if k == kind and (r.agency, r.id) == (used.agency, used.id)
    ]
    newest = max((a for a in versions if "-" not in a.reference.version), key=_version, default=None)
    if newest is None or _version(newest) <= version_key(used.version):
        return None
    return Superseded(kind, used, newest.reference, newest.valid_from[:10])


def _version(artefact: Maintainable) -> tuple[tuple[int, ...], int, str]:
    return version_key(artefact.reference.version)
