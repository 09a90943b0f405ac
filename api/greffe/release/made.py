"""A release with everything that it was made of, as it was then: manifest, catalogue, map and kept inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.maps import StructureMap
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.lifecycle import dataflow_named
from greffe.release.manifest import made_from, table
from greffe.release.parts import Parts
from greffe.release.sources import Inputs, denominators, feed_of


@dataclass(frozen=True)
class Made:
    """What a release was made of."""

    release: Release
    manifest: Mapping[str, object]
    catalogue: Catalogue
    dataflow: Dataflow
    structure: DataStructure
    map: StructureMap
    inputs: Inputs


def made(parts: Parts, named: str, number: int = 0) -> Made:
    """Of a dataflow, `ESTAT_CRIM_OFF_CAT` or `SSER:ESTAT_CRIM_OFF_CAT(1.0.0)`, the current release or that of a number.
    Raises NotFound where nothing can be read."""
    flow = dataflow_named(parts, named)
    ledger = parts.ledger()
    release = (
        ledger.release(f"{flow.reference.id}#{number}") if number else ledger.current(flow.reference, parts.clock())
    )
    if release is None or not release.readable(parts.clock()):
        wanted = f"{flow.reference.id}#{number}" if number else f"Nothing of {flow.reference}"
        raise NotFound(f"{wanted} is {'not ' if number else ''}readable now.")
    return made_of(parts, release)


def made_of(parts: Parts, release: Release) -> Made:
    """The same of a release."""
    manifest = made_from(parts, release)
    catalogue = parts.catalogue(str(manifest.get("catalogue_checksum", "")))
    flow = catalogue.get(Dataflow, release.dataflow)
    map_ = catalogue.map_to(flow)
    ledger = parts.ledger()
    records = [ledger.extract(id_) for id_ in table(manifest, "extracts")]
    main, *populations = (
        feed_of(catalogue, source, [r for r in records if r.dataflow == source])
        for source in (map_.source, *denominators(map_))
    )
    inputs = Inputs(parts.extracts, main, tuple(populations))
    return Made(release, manifest, catalogue, flow, catalogue.structure(flow), map_, inputs)
