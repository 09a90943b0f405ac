"""The whole catalogue as it is shipped, in SDMX-ML of every version: valid, and read where clients begin."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sdmx
from asking import ask
from blocks import HEADER
from judges import xml_errors
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.catalogue import Catalogue
from greffe.formats import structure_ml
from greffe.formats.structure_ml_tables import TABLES
from greffe.model.artefacts import Artefact
from greffe.model.structures import Dataflow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped_catalogue()


def written(version: str, artefacts: list[Artefact]) -> bytes:
    return b"".join(structure_ml.write(HEADER, artefacts, version=version))


@pytest.mark.item("FMT-01", "R1-STR-29", "R2-STR-07")
@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1"])
def test_the_whole_catalogue_is_valid(catalogue: Catalogue, version: str):
    """All artefacts of the catalogue that a version knows are one valid message."""
    known = {row.kind for row in TABLES[version]}
    assert xml_errors(written(version, [a for a in catalogue.artefacts.values() if a.kind in known])) == []


@pytest.mark.item("R1-STR-29")
def test_all_structures_of_1_5_are_valid_2_1(catalogue: Catalogue):
    """Everything that the 1.5 entry point offers can be said in 2.1."""
    assert xml_errors(written("2.1", ask("v1 structure", catalogue))) == []


@pytest.mark.item("R1-STR-64")
def test_sdmx1_reads_every_flow_with_all_that_it_leans_on(catalogue: Catalogue):
    """Each dataflow with its descendants is read by sdmx1: structure, lists and concepts are there."""
    for flow in catalogue.all(Dataflow):
        found = ask(f"v1 dataflow/{flow.reference.agency}/{flow.reference.id}?references=descendants", catalogue)
        read = sdmx.read_sdmx(io.BytesIO(written("2.1", found)))
        assert flow.structure is not None
        structure = read.structure[flow.structure.reference.id]
        assert read.dataflow[flow.reference.id].structure is structure
        for component in (*structure.dimensions, *structure.attributes):
            assert component.concept_identity.name.localizations, component.id
            listed = component.local_representation.enumerated
            assert listed is None or len(listed) > 0


@pytest.mark.item("R2-STR-07", "R2-STR-50", "ML3-08")
@pytest.mark.parametrize("version", ["3.0", "3.1"])
@pytest.mark.parametrize("detail", ["full", "allstubs", "allcompletestubs", "raw"])
def test_everything_of_2_x_is_valid_in_every_detail(catalogue: Catalogue, version: str, detail: str):
    """All structures of the 2.x entry point are one valid message, whole, as stubs and raw."""
    assert xml_errors(written(version, ask(f"v2 *?detail={detail}", catalogue))) == []


@pytest.mark.item("R1-STR-51", "R1-STR-54")
@pytest.mark.parametrize("detail", ["allstubs", "allcompletestubs"])
def test_stubs_of_1_5_are_valid(catalogue: Catalogue, detail: str):
    """All structures of the 1.5 entry point as stubs are one valid message of 2.1."""
    assert xml_errors(written("2.1", ask(f"v1 structure?detail={detail}", catalogue))) == []


@pytest.mark.item("R1-STR-53", "R2-STR-25")
@pytest.mark.parametrize(("api", "version"), [("v1", "2.1"), ("v2", "3.0"), ("v2", "3.1")])
def test_flows_with_parts_of_their_lists_are_valid(catalogue: Catalogue, api: str, version: str):
    """Dataflows with what they lean on, narrowed to what is used, are a valid message of each version."""
    start = "dataflow/all/all/latest" if api == "v1" else "dataflow/*/*/~"
    found = ask(f"{api} {start}?detail=referencepartial&references=descendants", catalogue)
    body = written(version, found)
    assert xml_errors(body) == []
    assert b'isPartial="true"' in body
