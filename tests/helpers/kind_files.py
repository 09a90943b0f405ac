"""The artefacts of `every_kind` as files that load together."""

from __future__ import annotations

from every_kind import ALL, REPORT

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import load
from greffe.model.artefacts import Maintainable


def path(artefact: Maintainable) -> str:
    """Its file."""
    reference = artefact.reference
    return f"sdmx/{reference.agency}/{artefact.kind}/{reference.id}.json"


def loaded(*changed: Maintainable) -> Catalogue:
    """Every kind, some of them changed."""
    files = {path(one): dump_file(one) for one in (*ALL, REPORT)}
    return load(files | {path(one): dump_file(one) for one in changed})
