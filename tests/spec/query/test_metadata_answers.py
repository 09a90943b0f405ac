"""Reports by their own name, by their flow, by what they are about; stubs; strict addresses (R2-META)."""

from dataclasses import replace

import every_kind
import pytest

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery
from greffe.model.metadata import ReportedAttribute
from greffe.model.references import Reference
from greffe.query.metadata import metadata, parse_metadata
from greffe.query.parameters import path_parts

FLOW, AGREEMENT, REPORT = every_kind.METADATAFLOW, every_kind.METADATA_AGREEMENT, every_kind.REPORT
OLD = replace(REPORT, reference=Reference("SSER", REPORT.reference.id, "0.9.0"))
AGREED = replace(
    REPORT,
    reference=Reference("OTHER", "AGREED"),
    metadataflow=None,
    agreement=AGREEMENT.urn,
    targets=(every_kind.AREAS.urn, replace(every_kind.CONCEPTS.urn, item="AREA")),
)
CATALOGUE = Catalogue(
    {(a.kind, a.reference): a for a in (*every_kind.ALL, REPORT, OLD, AGREED)}, {}, (), "c"
)  # fmt: skip


def ask(address):
    path, _, query = address.partition("?")
    return metadata(parse_metadata(path_parts(path), query), CATALOGUE)


def names(address):
    return [str(found.set.reference) for found in ask(address)]


NEW, BEFORE, OTHER = str(REPORT.reference), str(OLD.reference), str(AGREED.reference)
TARGET = REPORT.targets[0].reference


@pytest.mark.item("R2-META-01", "R2-META-02", "R2-META-03", "R2-GEN-02", "R2-GEN-03")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("metadataset", [OTHER, NEW]),
        (f"metadataset/SSER/{REPORT.reference.id}", [NEW]),
        (f"metadataset/SSER/{REPORT.reference.id}/*", [BEFORE, NEW]),
        (f"metadataset/*/{REPORT.reference.id},AGREED/~", [OTHER, NEW]),
        (f"metadataset/*/{REPORT.reference.id}/0.9.0", [BEFORE]),
        ("metadataset/NOBODY", []),
        ("metadataflow", [OTHER, NEW]),
        (f"metadataflow/SSER/{FLOW.reference.id}/+", [OTHER, NEW]),
        ("metadataflow/*/*/*/SSER", [OTHER, NEW]),  # provider of the agreement, and maintainer of the report
        ("metadataflow/*/*/*/SSER.SSER", [OTHER, NEW]),
        ("metadataflow/*/*/*/OTHER", [OTHER]),
        ("metadataflow/*/*/*/NOBODY,OTHER", [OTHER]),
        ("metadataflow/*/*/*/ELSEWHERE.SSER", []),
        ("metadataflow/SSER/NOPE", []),
        ("structure", [OTHER, NEW]),
        ("structure/dataflow", [NEW]),
        (f"structure/dataflow/SSER/{TARGET.id}/~", [NEW]),
        (f"structure/*/SSER/{TARGET.id}", [NEW]),
        ("structure/codelist", [OTHER]),
        ("structure/conceptscheme", [OTHER]),  # of an item of the scheme
        ("structure/codelist/SSER/NOPE", []),
    ],
)
def test_each_way_finds_its_reports(address, expected):
    """Parts may lack at the end; lists, `*` and versions work; of a report the latest version unless its own is named."""
    assert names(address) == expected


@pytest.mark.item("R2-META-04")
def test_a_stub_says_what_it_is_about_and_its_headings():
    """detail=allstubs: identification, name, targets and bare headings (SDMX-JSON wants one at least)."""
    (found,) = ask(f"metadataset/SSER/{REPORT.reference.id}?detail=allstubs")
    assert found.set.stub
    assert (found.set.names, found.set.targets) == (REPORT.names, REPORT.targets)
    assert found.set.attributes == tuple(ReportedAttribute(a.id) for a in REPORT.attributes)
    (whole,) = ask(f"metadataset/SSER/{REPORT.reference.id}?detail=full")
    assert whole.set == REPORT


def test_a_report_comes_with_what_explains_it():
    """Names of targets, of headings by dotted id, of codes; the flow of an agreement is found through it."""
    (found,) = ask("metadataset/OTHER")
    assert (found.metadataflow, found.structure) == (FLOW, every_kind.REPORT_STRUCTURE)
    assert found.targets[0] == every_kind.AREAS.names
    assert set(found.headings) == {"CONTACT", "CONTACT.PHONE", "CONTACT.AREA", "QUALITY"}
    assert set(found.codes) == {"CONTACT.AREA"}


@pytest.mark.item("R2-META-04", "R2-META-05")
@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("", "path"),
        ("dataflow/SSER", "path"),
        ("metadataset/SSER/X/1.0.0/more", "path"),
        ("structure/dataflow/SSER/X/1.0.0/more", "path"),
        ("structure/flow", "artefactType"),
        ("metadataset/SSER/X/1.0.0.0", "version"),
        ("metadataset/1SSER", "agency"),
        ("metadataflow/*/*/*/a b", "providerRef"),
        ("metadataset?detail=referencestubs", "detail"),
        ("metadataset?references=all", "references"),
        ("metadataset?asOf=2020-13-01", "asOf"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(address, parameter):
    """A wrong way, type, version or parameter is named."""
    with pytest.raises(BadQuery) as caught:
        ask(address)
    assert caught.value.parameter == parameter
