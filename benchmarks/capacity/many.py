"""A house with many dataflows, each with a structure and a code list of its own, and nothing released."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from greffe.catalogue.artefact_json import dump_file
from greffe.model.artefacts import Item
from greffe.model.references import Reference, Urn
from greffe.model.structures import Codelist, Dataflow, Maintainable, ProvisionAgreement

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/serve"))
import store  # noqa: E402

CODES = 100  # of each code list


def _artefacts(number: int) -> Iterator[Maintainable]:
    names = {"en": f"Indicator {number}", "fr": f"Indicateur {number}"}
    items = tuple(Item(f"C{code}", {"en": f"Label of C{code}", "fr": f"Libellé de C{code}"}) for code in range(CODES))
    listed = Codelist(Reference("SSER", f"MANY_{number}_CODES"), names, items=items)
    shared = store.structure()
    dimensions = tuple(
        replace(c, representation=replace(c.representation, enumeration=listed.urn)) if c.id == "iccs" else c
        for c in shared.dimensions
    )
    structure = replace(shared, reference=Reference("SSER", f"MANY_{number}"), names=names, dimensions=dimensions)
    notes = (store.Annotation("SCOPE", "mirror"), store.Annotation("RECIPIENT", "ESTAT"))
    flow = Dataflow(Reference("SSER", f"MANY_{number}"), names, annotations=notes, structure=structure.urn)
    provider = Urn("dataproviderscheme", Reference("SSER", "DATA_PROVIDERS", "1.0"), "SSER")
    agreement = ProvisionAgreement(
        Reference("SSER", f"SSER_MANY_{number}"), names, dataflow=flow.urn, provider=provider
    )
    yield from (listed, structure, flow, agreement)


def build(home: Path, flows: int) -> None:
    """`home/sdmx` with so many dataflows beside the shipped ones."""
    sdmx = home / "sdmx"
    shutil.copytree(ROOT / "sdmx", sdmx)
    for artefact in [*store.artefacts(), *(a for number in range(flows) for a in _artefacts(number))]:
        folder = sdmx / "SSER" / artefact.kind
        folder.mkdir(exist_ok=True)
        (folder / f"{artefact.reference.id}.json").write_bytes(dump_file(artefact))
