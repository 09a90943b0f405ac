"""What SDMX-JSON 1.0 calls otherwise: URNs of SDMX 2.1, and versions that are final."""

from __future__ import annotations

import re
from typing import Final

from greffe.catalogue.artefact_tables import FIXED
from greffe.model.artefacts import Maintainable

_PREFIX: Final = "urn:sdmx:org.sdmx.infomodel."
# Package and class of today → those of 2.1.
_OLD: Final = {
    "registry.DataConstraint": "registry.ContentConstraint",
    "codelist.Hierarchy": "codelist.HierarchicalCodelist",
    "structuremapping.StructureMap": "mapping.StructureSet",
    "structuremapping.ConceptSchemeMap": "mapping.StructureSet",
    "structuremapping.CategorySchemeMap": "mapping.StructureSet",
    "structuremapping.OrganisationSchemeMap": "mapping.StructureSet",
    "structuremapping.ReportingTaxonomyMap": "mapping.StructureSet",
}
# What is said in words, and so is no reference even when it looks like one.
_WORDS: Final = frozenset({"name", "names", "description", "descriptions", "annotations"})


class Cannot(ValueError):
    """What 1.0 has no place for; the text says what."""


def old_urn(urn: str) -> str:
    """A URN with the class that 2.1 gives it."""
    head, equals, rest = urn.removeprefix(_PREFIX).partition("=")
    return f"{_PREFIX}{_OLD.get(head, head)}{equals}{rest}" if urn.startswith(_PREFIX) else urn


def old(value: object) -> object:
    """An object with every reference in it renamed."""
    if isinstance(value, dict):
        return {key: inner if key in _WORDS else old(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [old(one) for one in value]
    return old_urn(value) if isinstance(value, str) else value


def final(artefact: Maintainable) -> bool:
    """Three-part versions without extension are stable, which 2.1 calls final (D9); schemes of organisations never."""
    return artefact.kind not in FIXED and re.fullmatch(r"\d+\.\d+\.\d+", artefact.reference.version) is not None
