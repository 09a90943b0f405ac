"""Artefacts in SDMX-JSON 2.1 and 2.0 structure messages (J-11): 2.0 says of constraints what they are for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from greffe.catalogue.artefact_json import to_json
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_tables import COLLECTIONS
from greffe.catalogue.artefact_writing import collection
from greffe.formats.structure_json_known import Known
from greffe.model.artefacts import Annotation, Artefact
from greffe.model.metadata import MetadataConstraint
from greffe.model.structures import DataConstraint


def say_2_1(artefact: Artefact, known: Known) -> tuple[str, Json]:
    """Collection and object."""
    found = to_json(artefact)
    if isinstance(artefact, DataConstraint):
        _apart(found, known.beside(artefact))
    return collection(artefact), found


def say_2_0(artefact: Artefact, known: Known) -> tuple[str, Json]:
    """As in 2.1, but what is there is a data constraint, and its counts are annotations (R2-AVL-08)."""
    if isinstance(artefact, MetadataConstraint):
        return COLLECTIONS[artefact.kind], to_json(artefact) | {"role": "Allowed"}
    if not isinstance(artefact, DataConstraint):
        return say_2_1(artefact, known)
    notes = (*artefact.annotations, *metrics(artefact))
    found = to_json(replace(artefact, role="Allowed", annotations=notes)) | {"role": artefact.role}
    _apart(found, known.beside(artefact))
    return COLLECTIONS[artefact.kind], found


def metrics(found: DataConstraint) -> Iterable[Annotation]:
    """The counts of what is there as annotations, which is how they are said before 2.1 (R1-AVL-07, R2-AVL-08)."""
    counts = (("series_count", found.series_count), ("obs_count", found.obs_count))
    return (Annotation("sdmx_metrics", str(count), id=id_) for id_, count in counts if count is not None)


def _apart(found: Json, beside: frozenset[str]) -> None:
    """Attributes and measures are no keys: they are `components` of a region."""
    regions = found.get("cubeRegions", [found.get("cubeRegion")])
    for region in regions if isinstance(regions, list) else []:
        if not isinstance(region, dict):
            continue
        keys = region.pop("keyValues")
        parts = {"keyValues": [k for k in keys if k["id"] not in beside]}
        parts["components"] = [k for k in keys if k["id"] in beside]
        region |= {name: values for name, values in parts.items() if values}
