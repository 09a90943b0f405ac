"""Reports in every format of reference metadata: valid, complete, and read back by pysdmx."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from every_kind import METADATA_AGREEMENT, METADATAFLOW, REPORT, REPORT_STRUCTURE
from judges import json_errors, xml_errors
from pysdmx.io import read_sdmx

from greffe.formats import metadata_csv, metadata_json, metadata_ml
from greffe.formats.parameters import Parameters
from greffe.model.dataset import Header
from greffe.model.metadata import ReportedAttribute
from greffe.model.reports import Report, ReportMessage

HEADER = Header("M1", "2026-11-24T10:00:00+00:00")
PLAIN = Parameters()
AWKWARD = 'a < b & "c"; d,\nline'


def report(**changes: object) -> Report:
    found = replace(REPORT, **changes)
    names = tuple({"en": "Crime", "fr": "Crimes"} for _ in found.targets)
    headings = {"QUALITY": {"en": "Quality", "fr": "Qualité"}, "CONTACT.PHONE": {"en": "Phone"}}
    return Report(found, METADATAFLOW, REPORT_STRUCTURE, names, headings, {"CONTACT.AREA": {"FR": {"en": "France"}}})


def message(*reports: Report, language: str = "en") -> ReportMessage:
    return ReportMessage(HEADER, reports, language)


STUB = report(stub=True, attributes=(ReportedAttribute("QUALITY"),), annotations=())
AGREED = report(metadataflow=None, agreement=METADATA_AGREEMENT.urn)


@pytest.mark.item("R2-META-06", "FMT-03", "ML3-06")
@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_metadata_xml_is_valid_and_pysdmx_reads_every_value(version):
    """metadata+xml 3.0 and 3.1 hold targets, nested headings, several values and languages."""
    body = b"".join(metadata_ml.write(message(report(), AGREED, STUB), PLAIN, version))
    assert xml_errors(body) == []
    if version == "3.1":
        found = read_sdmx(body.decode(), validate=True)
        first = found.reports[0]
        assert (first.id, list(first.targets)) == (REPORT.reference.id, [str(t) for t in REPORT.targets])
        contact = next(a for a in first.attributes if a.id == "CONTACT")
        assert {a.id: a.value for a in contact.attributes} == {"PHONE": ("1", "2"), "AREA": "FR"}


def test_markup_is_text_in_xml():
    """The standard's schemas cannot judge XHTML, so markup in a value is escaped text."""
    body = b"".join(metadata_ml.write(message(report()), PLAIN, "3.1"))
    assert b'<com:Text xml:lang="fr">&lt;p&gt;Bonne&lt;/p&gt;</com:Text>' in body


@pytest.mark.item("R2-META-06", "R2-META-04")
@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_metadata_json_is_valid_and_pysdmx_reads_every_value(version):
    """metadata+json 2.0 and 2.1 hold the same; a stub names its headings without what they say."""
    body = b"".join(metadata_json.write(message(report(), AGREED, STUB, language="fr"), PLAIN, version))
    assert json_errors(body, version, "metadata") == []
    first, agreed, stub = json.loads(body)["data"]["metadataSets"]
    assert first["name"] == REPORT.names["fr"]
    assert agreed["metadataProvisionAgreement"] == str(METADATA_AGREEMENT.urn)
    assert stub["attributes"] == [{"id": "QUALITY"}]
    assert stub["isExternalReference"] is True
    read = read_sdmx(body.decode(), validate=False).reports[0]
    contact = next(a for a in read.attributes if a.id == "CONTACT")
    assert {a.id: a.value for a in contact.attributes} == {"PHONE": ("1", "2"), "AREA": "FR"}


def table(found: ReportMessage, parameters: Parameters = PLAIN, version: str = "2.1") -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(metadata_csv.write(found, parameters, version)).decode())))


@pytest.mark.item("C-26", "R2-META-06")
def test_metadata_csv_follows_the_guide():
    """metadata+csv: fixed columns, dotted headings, `[]` for several values, languages in brackets."""
    attributes = (
        ReportedAttribute(
            "CONTACT", (), (ReportedAttribute("PHONE", ("1", AWKWARD)), ReportedAttribute("AREA", ("FR",)))
        ),
        ReportedAttribute("QUALITY", ({"en": "Good", "fr": 'Dite "bonne"'},)),
    )
    header, row = table(message(report(attributes=attributes, reporting_begin="2024", reporting_end="")))
    assert header == [
        "MDSTRUCTURE[;]", "MDSTRUCTURE_ID", "METADATASET_ID", "TARGET_TYPES", "TARGET_IDS", "CONTACT.PHONE[]",
        "CONTACT.AREA", "QUALITY[en;fr]", "reportingBegin",
    ]  # fmt: skip
    assert row == [
        "metadataflow", str(METADATAFLOW.reference), str(REPORT.reference), "dataflow", str(REPORT.targets[0].reference),
        '1;"a < b & ""c""; d,\nline"', "FR", 'en:Good;fr:"Dite ""bonne"""', "2024",
    ]  # fmt: skip


@pytest.mark.item("C-26")
def test_metadata_csv_quotes_each_set_of_languages_as_the_guide_shows():
    """Several values in several languages: each value's languages stand in quotes of their own."""
    texts = ({"en": "Value1", "fr": "Valeur1"}, {"en": "Value2", "de": "Wert2"})  # example 5 of the guide
    body = b"".join(
        metadata_csv.write(message(report(attributes=(ReportedAttribute("QUALITY", texts),))), PLAIN, "2.1")
    )
    header, row = body.decode().splitlines()
    assert "QUALITY[][de;en;fr]" in header
    assert '"""en:Value1;fr:Valeur1"";""en:Value2;de:Wert2"""' in row


@pytest.mark.item("C-26")
def test_metadata_csv_2_0_has_the_action_and_both_versions_have_labels():
    """labels=both joins names with `: `, labels=name gives them columns; 2.0 has the column ACTION."""
    (header, row) = table(message(report()), Parameters(labels="both"), "2.0")
    assert header[:4] == ["MDSTRUCTURE[;]", "MDSTRUCTURE_ID", "METADATASET_ID", "ACTION"]
    cells = dict(zip(header, row, strict=True))
    assert cells["ACTION"] == "I"
    assert cells["CONTACT.AREA"] == "FR: France"
    assert cells["TARGET_IDS"].endswith(": Crime")
    assert "QUALITY[en;fr]: Quality" in header
    (header, row) = table(message(report(), language="fr"), Parameters(labels="name"))
    assert header[:7] == [
        "MDSTRUCTURE[;]", "MDSTRUCTURE_ID", "MDSTRUCTURE_NAME", "METADATASET_ID", "METADATASET_NAME", "TARGET_TYPES",
        "TARGET_IDS",
    ]  # fmt: skip
    assert row[header.index("CONTACT.AREA") + 1] == "France"
    assert header[header.index("QUALITY[en;fr]") + 1] == "Qualité"


def test_an_agreement_and_a_stub_as_csv():
    header, agreed, stub = table(message(AGREED, STUB))
    assert agreed[:2] == ["metadataprovision", str(METADATA_AGREEMENT.reference)]
    assert stub[header.index("CONTACT.AREA")] == ""
