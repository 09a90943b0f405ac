"""Which format answers a schema query or a metadata query: defaults, names, versions, types (R1-NEG-03, R2-SCH-07, R2-META-06)."""

import pytest

from greffe.errors import NotAcceptable
from greffe.formats.negotiation import FORMATS, OFFERED, negotiate

SDMX = "application/vnd.sdmx."


@pytest.mark.item("R1-NEG-03", "R2-SCH-07", "R2-META-06", "FMT-03", "FMT-04")
@pytest.mark.parametrize(
    ("kind", "api", "accept", "expected"),
    [
        ("schema", "v1", "", "schema+xml;version=2.1"),
        ("schema", "v1", "*/*", "schema+xml;version=2.1"),
        ("schema", "v1", f"{SDMX}schema+xml", "schema+xml;version=2.1"),
        ("schema", "v1", f"{SDMX}structure+xml;version=2.1", "structure+xml;version=2.1"),
        ("schema", "v1", f"{SDMX}structure+json;version=1.0.0", "structure+json;version=1.0.0"),
        ("schema", "v2", "", "schema+json;version=2.1.0"),
        ("schema", "v2", f"{SDMX}schema+json", "schema+json;version=2.1.0"),
        ("schema", "v2", f"{SDMX}schema+json;version=2.0.0", "schema+json;version=2.0.0"),
        ("schema", "v2", f"{SDMX}schema+xml", "schema+xml;version=3.1.0"),
        ("schema", "v2", f"{SDMX}schema+xml;version=3.0", "schema+xml;version=3.0.0"),
        ("schema", "v2", f"{SDMX}schema+xml;version=3.0.0+", "schema+xml;version=3.0.0"),
        ("schema", "v2", f"{SDMX}structure+json;version=2.1.0", "structure+json;version=2.1.0"),
        ("schema", "v2", f"{SDMX}structure+xml;version=3.1.0;q=0.5,{SDMX}nope", "structure+xml;version=3.1.0"),
        ("metadata", "v2", "", "metadata+json;version=2.1.0"),
        ("metadata", "v2", "*/*;q=0.1", "metadata+json;version=2.1.0"),
        ("metadata", "v2", f"{SDMX}metadata+xml", "metadata+xml;version=3.1.0"),
        ("metadata", "v2", f"{SDMX}metadata+csv;version=2.0.0", "metadata+csv;version=2.0.0"),
        ("metadata", "v2", f"{SDMX}metadata+csv;version=2.1.0;labels=both", "metadata+csv;version=2.1.0;labels=both"),
    ],
)
def test_accept_decides(kind, api, accept, expected):
    """The default of each entry point, types without version, exact versions, q-values and CSV parameters."""
    assert negotiate(accept, "", kind, api).content_type == SDMX + expected


@pytest.mark.item("HTTP-14")
@pytest.mark.parametrize(
    ("kind", "api", "name", "version", "expected"),
    [
        ("schema", "v1", "schema", "", "schema+xml;version=2.1"),
        ("schema", "v2", "schema", "", "schema+xml;version=3.1.0"),
        ("schema", "v2", "schema", "3.0", "schema+xml;version=3.0.0"),
        ("schema", "v2", "xsd", "", "schema+xml;version=3.1.0"),
        ("schema", "v2", "json", "", "schema+json;version=2.1.0"),
        ("schema", "v2", "structure", "", "structure+xml;version=3.1.0"),
        ("schema", "v2", "jsonstructure", "", "structure+json;version=2.1.0"),
        ("metadata", "v2", "genericmetadata", "", "metadata+xml;version=3.1.0"),
        ("metadata", "v2", "csv", "2.0", "metadata+csv;version=2.0.0"),
        ("metadata", "v2", "json", "", "metadata+json;version=2.1.0"),
    ],
)
def test_names_in_the_query_string_decide(kind, api, name, version, expected):
    """format= and formatVersion= name schemas, structures and reports in short."""
    assert negotiate("image/png", name, kind, api, version).content_type == SDMX + expected


@pytest.mark.item("R1-NEG-05", "HTTP-03")
@pytest.mark.parametrize(
    ("kind", "accept", "name"),
    [
        ("schema", f"{SDMX}data+json;version=2.1.0", ""),
        ("schema", f"{SDMX}schema+xml;version=9.0", ""),
        ("schema", "text/csv", ""),
        ("metadata", f"{SDMX}structure+json;version=2.1.0", ""),
        ("metadata", "", "structurespecificmetadata"),
    ],
)
def test_what_is_not_offered_is_406(kind, accept, name):
    """A type of another kind of query, an unknown version or name is refused with what is offered."""
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, name, kind, "v2")
    assert "Offered" in caught.value.hint


def test_every_format_is_offered_for_its_kind():
    for kind, offered in OFFERED.items():
        assert {f.content_type for f in FORMATS if f.kind == kind} <= {f.content_type for f in offered}
