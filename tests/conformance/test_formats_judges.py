"""Outside judges of what the formats write: the published schemas, sdmx1 and pysdmx."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sdmx
from artefacts import AGREEMENT, CATEGORISATION, EVERY_KIND, TREE
from blocks import DATAFLOW, FREQ, GEO, HEADER, STATUS, STRUCTURE, TWO, message
from judges import json_errors, xml_errors
from pysdmx.io import read_sdmx
from pysdmx.model.code import Codelist as PysdmxCodelist

from greffe.formats import sdmx_csv, sdmx_ml, structure_json, structure_ml
from greffe.formats.errors import error_json, error_ml
from greffe.formats.parameters import Parameters
from greffe.model.structures import Artefact

VARIANTS = {
    "generic": sdmx_ml.GENERIC_DATA,
    "generic time series": sdmx_ml.GENERIC_TIME_SERIES,
    "structure specific": sdmx_ml.SPECIFIC_DATA,
    "structure specific time series": sdmx_ml.SPECIFIC_TIME_SERIES,
}
COMMENT = "5 < 6 & \"7\"\n'é', fin\t\r"
# Key, value, observation attributes, series attributes: what the block TWO holds.
EXPECTED = [
    (("A", "FR", "2021"), "12.50", {"OBS_STATUS": "A"}, {"DATA_ORIGIN": "real"}),
    (("A", "FR", "2022"), None, {"OBS_STATUS": "M", "COMMENT_OBS": COMMENT}, {"DATA_ORIGIN": "real"}),
    (("A", "NA", "2022"), "0", {"OBS_STATUS": "A"}, {}),
]


def structures(*artefacts: Artefact) -> bytes:
    return b"".join(structure_ml.write(HEADER, artefacts or EVERY_KIND))


def data(variant: str, **changes: object) -> bytes:
    return b"".join(sdmx_ml.write(message([TWO], **changes), Parameters(), VARIANTS[variant]))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"observations": False},
        {"attributes": ()},
        {"measures": False, "attributes": ()},
        {"action": "D"},
        {"header": replace(HEADER, receiver="", source="", test=False)},
    ],
)
def test_data_are_valid_by_the_published_schema(variant: str, changes: dict[str, object]):
    assert xml_errors(data(variant, **changes), lax=variant.startswith("structure specific")) == []


def test_the_lax_list_hides_no_more_than_the_type_of_the_data_set():
    found = xml_errors(data("structure specific"))
    assert len(found) == 2
    assert all("}DataSet'" in m for m in found)


def test_structures_of_every_kind_are_valid_by_the_published_schema():
    assert xml_errors(structures()) == []


@pytest.mark.parametrize("artefact", EVERY_KIND, ids=lambda a: f"{a.kind} {a.reference.id}")
def test_each_kind_alone_and_as_a_stub_is_valid(artefact: Artefact):
    assert xml_errors(structures(artefact)) == []
    assert xml_errors(structures(replace(artefact, stub=True))) == []
    assert json_errors(b"".join(structure_json.write(HEADER, [artefact]))) == []
    assert json_errors(b"".join(structure_json.write(HEADER, [replace(artefact, stub=True)]))) == []


def test_partial_schemes_are_valid():
    partial = replace(TREE, items=TREE.items[1:], partial=True)
    assert xml_errors(structures(partial)) == []


def test_structures_are_valid_by_the_published_json_schema():
    assert json_errors(b"".join(structure_json.write(HEADER, EVERY_KIND, "fr"))) == []


def test_error_messages_are_valid():
    assert xml_errors(error_ml(140, "parameter <detail> \x00")) == []
    assert json_errors(error_json(140, "Syntax error", "parameter detail")) == []


def test_sdmx1_resolves_code_lists_and_concepts_of_our_structures():
    read = sdmx.read_sdmx(io.BytesIO(structures()))
    dsd = read.structure["CRIME"]
    assert [d.id for d in dsd.dimensions] == ["freq", "geo", "TIME_PERIOD"]
    geo = dsd.dimensions.get("geo")
    assert {c.id: c.name.localizations for c in geo.local_representation.enumerated} == {
        i.id: dict(i.names) for i in GEO.items
    }
    assert geo.concept_identity.name.localizations == {"en": "Geo", "fr": "geo (fr)"}
    assert [a.id for a in dsd.attributes] == ["OBS_STATUS", "DATA_ORIGIN", "COMMENT_OBS"]
    assert [d.id for d in dsd.attributes.get("DATA_ORIGIN").related_to.dimensions] == ["freq", "geo"]
    assert [m.id for m in dsd.measures] == ["OBS_VALUE"]
    tree = read.codelist["CL_TREE"]
    assert tree["Y_GE60"].parent is tree["T"]
    assert tree.get_annotation(type="PROVENANCE").text.localizations == {"en": "From memory", "fr": "De mémoire"}
    assert read.dataflow["CRIME"].structure is dsd
    assert read.categorisation[CATEGORISATION.reference.id].category.id == "PRISON"
    assert read.provisionagreement[AGREEMENT.reference.id].data_provider.id == "SSMSI"
    region = read.constraint["CC_CRIME"].data_content_region[0]
    assert {
        m.values_for.id: {v.value for v in m.values} for m in region.member.values() if m.values_for.id == "geo"
    } == {"geo": {"FR", "NA"}}


@pytest.mark.parametrize("variant", VARIANTS)
def test_sdmx1_reads_equal_values(variant: str):
    dsd = sdmx.read_sdmx(io.BytesIO(structures())).structure["CRIME"]
    read = sdmx.read_sdmx(io.BytesIO(data(variant)), structure=dsd)
    assert _of_sdmx1(read) == EXPECTED
    assert read.header.test is True
    assert read.header.sender.id == "SSER"
    assert str(read.header.source) == "Données & essais"


@pytest.mark.parametrize("variant", ["generic", "generic time series"])
def test_sdmx1_reads_generic_data_without_a_structure(variant: str):
    """What `*/*` on the 1.5 entry point is for (what-clients-ask, fact 1)."""
    assert _of_sdmx1(sdmx.read_sdmx(io.BytesIO(data(variant)))) == EXPECTED


def _of_sdmx1(read: sdmx.message.DataMessage) -> list[tuple[object, ...]]:
    return [
        (
            tuple(str(v.value) for v in o.key.values.values()),
            o.value,
            {k: v.value for k, v in o.attached_attribute.items()},
            {k: v.value for k, v in o.series_key.attrib.items()},
        )
        for o in read.data[0].obs
    ]


@pytest.mark.parametrize("variant", ["generic", "structure specific"])
def test_pysdmx_reads_equal_values_of_valid_data(variant: str):
    found = read_sdmx(data(variant).decode(), validate=True).data[0].data
    rows = [[_cell(v) for v in row] for row in found[["freq", "geo", "TIME_PERIOD", "OBS_VALUE"]].to_numpy().tolist()]
    assert rows == [[*key, value or ""] for key, value, _, _ in EXPECTED]
    assert [_cell(v) for v in found["COMMENT_OBS"]] == ["", COMMENT, ""]
    assert [_cell(v) for v in found["DATA_ORIGIN"]] == ["real", "real", ""]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_pysdmx_reads_equal_values_of_csv(version: str):
    body = b"".join(sdmx_csv.write(message([TWO]), Parameters(), version))
    read = read_sdmx(body.decode()).data[0]
    assert read.short_urn == "Dataflow=SSER:CRIME(1.0.0)"
    found = read.data
    assert list(found.columns) == [
        "freq",
        "geo",
        "TIME_PERIOD",
        "OBS_VALUE",
        "OBS_STATUS",
        "DATA_ORIGIN",
        "COMMENT_OBS",
    ]
    rows = [[_cell(v) for v in row] for row in found.to_numpy().tolist()]
    assert rows == [
        ["A", "FR", "2021", "12.50", "A", "real", ""],
        ["A", "FR", "2022", "", "M", "real", COMMENT],
        ["A", "NA", "2022", "0", "A", "", ""],
    ]


@pytest.mark.parametrize("labels", ["id", "name"])  # it takes `A: Annual` for the code
def test_sdmx1_reads_equal_values_of_csv_2_0(tmp_path: Path, labels: str):
    path = tmp_path / "crime.csv"
    path.write_bytes(b"".join(sdmx_csv.write(message([TWO]), Parameters(labels), "2.0")))
    dataflow = sdmx.read_sdmx(io.BytesIO(structures())).dataflow["CRIME"]
    read = sdmx.read_sdmx(path, structure=dataflow)
    assert [(tuple(str(v.value) for v in o.key.values.values()), o.value or None) for o in read.data[0].obs] == [
        (key, value) for key, value, _, _ in EXPECTED
    ]


def test_pandas_reads_equal_values_of_csv_1_0():
    body = b"".join(sdmx_csv.write(message([TWO]), Parameters(), "1.0"))
    found = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
    columns = ["freq", "geo", "TIME_PERIOD", "OBS_VALUE", "COMMENT_OBS"]
    assert found[columns].to_numpy().tolist() == [
        [*key, value or "", attributes.get("COMMENT_OBS", "")] for key, value, attributes, _ in EXPECTED
    ]


def test_pysdmx_reads_valid_structures_in_xml_and_json():
    for body in (structures(), b"".join(structure_json.write(HEADER, EVERY_KIND))):
        read = read_sdmx(body.decode(), validate=True)
        lists = {c.id: [i.id for i in c.items] for c in read.structures if isinstance(c, PysdmxCodelist)}
        assert lists == {c.reference.id: [i.id for i in c.items] for c in (TREE, FREQ, GEO, STATUS)}
        dsd = next(s for s in read.structures if type(s).__name__ == "DataStructureDefinition")
        assert [c.id for c in dsd.components] == [c.id for c in STRUCTURE.components]
        flow = next(s for s in read.structures if type(s).__name__ == "Dataflow")
        assert flow.short_urn == f"Dataflow={DATAFLOW.reference}"


def _cell(value: object) -> str:
    return "" if pd.isna(value) else str(value)
