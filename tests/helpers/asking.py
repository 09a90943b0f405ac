"""Structure queries asked of a catalogue in memory: the address as it is written, the artefacts as short names."""

from __future__ import annotations

from collections.abc import Iterable

from every_kind import ALL, REPORT

from greffe.catalogue.catalogue import Catalogue
from greffe.model.artefacts import Artefact
from greffe.query.parameters import path_parts
from greffe.query.rest_v1 import parse_structure as v1
from greffe.query.rest_v2 import parse_structure as v2
from greffe.query.structures import structures


def catalogue_of(*artefacts: Artefact) -> Catalogue:
    """A catalogue of those artefacts alone."""
    return Catalogue({(a.kind, a.reference): a for a in artefacts}, {}, (), "c")


EVERY_KIND = catalogue_of(*ALL, REPORT)


def ask(address: str, catalogue: Catalogue = EVERY_KIND) -> list[Artefact]:
    """`v1 dataflow/SSER?references=all`: the artefacts of the answer."""
    dialect, _, address = address.partition(" ")
    path, _, query = address.partition("?")
    return structures({"v1": v1, "v2": v2}[dialect](path_parts(path), query), catalogue).artefacts


def name(artefact: Artefact) -> str:
    """Its id, with the agency where that is not SSER."""
    reference = artefact.reference
    return reference.id if reference.agency == "SSER" else f"{reference.agency}:{reference.id}"


def names(artefacts: Iterable[Artefact]) -> list[str]:
    """Short names, in order."""
    return [name(a) for a in artefacts]
