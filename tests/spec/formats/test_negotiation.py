"""Which format answers: Accept and `format=` in, format and Content-Type out."""

from __future__ import annotations

import pytest

from greffe.errors import NotAcceptable
from greffe.formats.accept import same_or_newer
from greffe.formats.negotiation import FORMATS, negotiate

SDMX = "application/vnd.sdmx."
GENERIC = f"{SDMX}genericdata+xml;version=2.1"
SPECIFIC = f"{SDMX}structurespecificdata+xml;version=2.1"
CSV1, CSV2, CSV21 = (f"{SDMX}data+csv;version={v}" for v in ("1.0.0", "2.0.0", "2.1.0"))
JSON1, JSON2, JSON21 = (f"{SDMX}data+json;version={v}" for v in ("1.0.0", "2.0.0", "2.1.0"))
DATA30, DATA31 = f"{SDMX}data+xml;version=3.0.0", f"{SDMX}data+xml;version=3.1.0"
ML, JSON = f"{SDMX}structure+xml;version=2.1", f"{SDMX}structure+json;version=2.1.0"
JSON20, JSON10 = f"{SDMX}structure+json;version=2.0.0", f"{SDMX}structure+json;version=1.0.0"
ML30, ML31 = f"{SDMX}structure+xml;version=3.0.0", f"{SDMX}structure+xml;version=3.1.0"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.item("FMT-02", "FMT-06", "FMT-07", "FMT-08")
@pytest.mark.parametrize(
    ("accept", "kind", "api", "content_type"),
    [
        # Nothing in particular: the default of the entry point (R1-NEG-04, D27).
        ("", "data", "v1", GENERIC),
        ("*/*", "data", "v1", GENERIC),
        ("*", "data", "v1", GENERIC),
        ("application/*", "data", "v1", GENERIC),
        ("*/*", "data", "v2", JSON21),
        ("application/*", "data", "v2", JSON21),
        ("", "structure", "v1", ML),
        ("*/*", "structure", "v2", JSON),
        # What is refused is left out, and the entry point's next is taken.
        ("application/vnd.sdmx.data+json;version=2.1.0;q=0, */*", "data", "v2", DATA30),
        ("application/vnd.sdmx.data+csv;version=2+.0.1", "data", "v2", CSV21),
        # A plain type is the default of its syntax, and comes back as it was asked (FMT-07).
        ("application/xml", "data", "v1", "application/xml"),
        ("text/xml", "data", "v2", "text/xml"),
        ("text/csv", "data", "v1", "text/csv"),
        ("text/csv; charset=utf-8; header=present", "data", "v2", "text/csv"),
        ("text/*", "data", "v1", "text/csv"),
        ("application/json", "structure", "v1", "application/json"),
        ("application/xml", "structure", "v2", "application/xml"),
        (BROWSER, "data", "v1", "application/xml"),
        (BROWSER, "structure", "v2", "application/xml"),
        # The exact type, on either entry point.
        (GENERIC, "data", "v2", GENERIC),
        (SPECIFIC, "data", "v1", SPECIFIC),
        (f"{SDMX}generictimeseriesdata+xml;version=2.1", "data", "v1", f"{SDMX}generictimeseriesdata+xml;version=2.1"),
        (CSV1, "data", "v2", CSV1),
        (CSV2, "data", "v1", CSV2),
        (JSON, "structure", "v1", JSON),
        (ML, "structure", "v2", ML),
        (ML30, "structure", "v1", ML30),
        (ML31, "structure", "v1", ML31),
        # Blanks, quotes, case, order and short versions do not matter (FMT-06, HTTP-01).
        ('Application/VND.sdmx.data+csv ; Version="1.0"', "data", "v2", CSV1),
        (f"{SDMX}data+csv;labels=both;version=1", "data", "v2", f"{CSV1};labels=both"),
        (f"{SDMX}data+csv", "data", "v1", CSV1),
        (f"{SDMX}data+csv", "data", "v2", CSV2),
        (f"{SDMX}genericdata+xml", "data", "v2", GENERIC),
        (f"{SDMX}structure+xml;version=3.0", "structure", "v2", ML30),
        (f"{SDMX}structure+xml;version=2.1.0", "structure", "v2", ML),
        (f"{SDMX}structure+xml", "structure", "v1", ML),
        (f"{SDMX}structure+xml", "structure", "v2", ML31),
        (f"{SDMX}structurespecificdata+xml", "data", "v1", SPECIFIC),
        (f"{SDMX}data+json", "data", "v1", JSON1),
        (f"{SDMX}data+json", "data", "v2", JSON21),
        (f"{SDMX}data+xml", "data", "v2", DATA30),
        (f"{SDMX}data+xml", "data", "v1", DATA31),
        (f"{SDMX}data+xml;version=3.0", "data", "v1", DATA30),
        (f"{SDMX}data+xml; version=3.1.0", "data", "v2", DATA31),
        (f"{SDMX}data+json;version=2", "data", "v1", JSON2),
        ("application/json", "data", "v1", "application/json"),
        # Older content types come back as they were asked (FMT-07).
        (
            f"{SDMX}structurespecificdata+xml;version=3.0.0",
            "data",
            "v2",
            f"{SDMX}structurespecificdata+xml;version=3.0.0",
        ),
        (
            f"{SDMX}structurespecificdata+xml;version=3.0",
            "data",
            "v2",
            f"{SDMX}structurespecificdata+xml;version=3.0.0",
        ),
        (f"{SDMX}data+json;version=1.0.0-wd", "data", "v1", f"{SDMX}data+json;version=1.0.0-wd"),
        (f"{SDMX}data+json;version=1.0.0-cts", "data", "v2", f"{SDMX}data+json;version=1.0.0-cts"),
        # Ranges of versions (HTTP-05): the highest that matches.
        (f"{SDMX}data+csv;version=1.0+.0", "data", "v1", CSV1),
        (f"{SDMX}data+csv;version=1+.0.0", "data", "v1", CSV21),
        (f"{SDMX}data+json;version=2.0+.0", "data", "v1", JSON21),
        (f"{SDMX}structure+json;version=2.0+.0", "structure", "v2", JSON),
        (f"{SDMX}structure+json;version=2.0.0", "structure", "v2", JSON20),
        (f"{SDMX}structure+json;version=1.0", "structure", "v1", JSON10),
        (f"{SDMX}structure+json", "structure", "v1", JSON10),
        (f"{SDMX}structure+json", "structure", "v2", JSON),
        (f"{SDMX}structure+json;version=1.0.0-wd", "structure", "v1", f"{SDMX}structure+json;version=1.0.0-wd"),
        # Quality: the highest wins, 0 excludes, the more exact range speaks for a format (HTTP-02).
        (f"{GENERIC};q=0.5, {SPECIFIC};q=0.9", "data", "v1", SPECIFIC),
        (f"{SPECIFIC};q=0.9, */*;q=0.1", "data", "v1", SPECIFIC),
        (f"{GENERIC};q=0, */*", "data", "v1", SPECIFIC),
        (f"{GENERIC};q=0, {CSV2}, */*;q=0", "data", "v1", CSV2),
        (f"{SPECIFIC}, {CSV1}", "data", "v1", SPECIFIC),
        (f"{CSV1}, {SPECIFIC}", "data", "v1", CSV1),
        ("*/*, text/csv", "data", "v1", "text/csv"),
        (f"image/png, nonsense, ;;, {CSV1};q=nonsense, text/csv;q=0.3", "data", "v1", "text/csv"),
        # Parameters of CSV; those that differ from the default come back (FMT-08).
        (f"{CSV2};labels=name;keys=both", "data", "v2", f"{CSV2};labels=name;keys=both"),
        (f"{CSV2};key=series;labels=id;timeFormat=original", "data", "v2", f"{CSV2};keys=series"),
        ("text/csv;labels=both", "data", "v1", "text/csv;labels=both"),
        (f"{CSV1};timeFormat=normalized", "data", "v1", f"{CSV1};timeFormat=normalized"),
        (f"{CSV21};labels=both;timeformat=Normalized", "data", "v2", f"{CSV21};labels=both;timeFormat=normalized"),
        (f"{CSV1};labels=name, text/csv;q=0.1", "data", "v1", "text/csv"),
    ],
)
def test_accept(accept: str, kind: str, api: str, content_type: str):
    """Accept is read leniently (blanks, quotes, short versions, older and plain types); the type that was asked comes back"""
    assert negotiate(accept, "", kind, api).content_type == content_type


@pytest.mark.parametrize(
    ("name", "kind", "api", "content_type"),
    [
        ("csv", "data", "v1", CSV1),
        ("csv", "data", "v2", CSV2),
        ("csvdata", "data", "v2", CSV2),
        ("csvfile", "data", "v1", CSV1),
        ("csvFileWithLabels", "data", "v1", f"{CSV1};labels=both"),
        ("csvfilewithlabels", "data", "v2", f"{CSV2};labels=both"),
        ("SDMX-CSV", "data", "v1", CSV1),
        ("sdmx-csv-2.0", "data", "v1", CSV2),
        ("genericdata", "data", "v2", GENERIC),
        ("GenericData", "data", "v1", GENERIC),
        ("structurespecificdata", "data", "v1", SPECIFIC),
        ("xml", "data", "v2", DATA30),
        ("xml", "data", "v1", GENERIC),
        ("sdmx-ml-3.1", "data", "v1", DATA31),
        ("sdmx-csv-2.1", "data", "v1", CSV21),
        ("json", "data", "v1", JSON1),
        ("json", "data", "v2", JSON21),
        ("SDMX-JSON", "data", "v2", JSON21),
        ("sdmx-json-1.0", "data", "v2", JSON1),
        ("jsondata", "data", "v1", JSON1),
        # A JavaScript parser hard-codes this word and reads SDMX-JSON 2.0 (what-clients-ask, fact 9).
        ("jsondata", "data", "v2", JSON2),
        ("structure", "structure", "v1", ML),
        ("structure", "structure", "v2", ML31),
        ("xml", "structure", "v2", ML31),
        ("structure-2.1", "structure", "v2", ML),
        ("structure-3.0", "structure", "v2", ML30),
        ("jsonstructure", "structure", "v1", JSON10),
        ("jsonstructure", "structure", "v2", JSON),
        ("json", "structure", "v1", JSON10),
        ("jsonstructure-2.0", "structure", "v1", JSON20),
    ],
)
def test_format_beats_accept(name: str, kind: str, api: str, content_type: str):
    assert negotiate("image/png", name, kind, api).content_type == content_type


@pytest.mark.parametrize(
    "accept",
    [
        f"{SDMX}data+json;version=2.2.0",
        f"{SDMX}data+csv;version=3.0.0",
        f"{SDMX}data+xml;version=2.1",
        f"{JSON21};labels=both",
        f"{CSV2};timeFormat=iso",
        f"{SDMX}genericdata+xml;version=2.0",
        f"{CSV1};labels=name",
        f"{CSV1};keys=series",
        f"{CSV2};labels=all",
        f"{GENERIC};labels=both",
        f"{CSV1};q=0",
        "image/png",
        "nonsense",
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(accept: str):
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, "", "data", "v1")
    for content_type in (GENERIC, SPECIFIC, CSV1, CSV2):
        assert content_type in caught.value.text()
    assert caught.value.http == 406


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(NotAcceptable) as caught:
        negotiate("", "genricdata", "data", "v1")
    assert caught.value.nearest[0] == "genericdata"
    assert caught.value.parameter == "format"


def test_a_name_of_the_other_kind_is_unknown():
    with pytest.raises(NotAcceptable):
        negotiate("", "structure", "data", "v1")


@pytest.mark.item("FMT-08", "C-22")
def test_normalized_times_reach_the_writer():
    """`timeFormat=normalized` is understood in every version of SDMX-CSV"""
    assert negotiate(f"{CSV1};timeFormat=normalized", "", "data", "v1").parameters.time_format == "normalized"
    assert negotiate(CSV2, "", "data", "v1").parameters.time_format == "original"


def test_names_are_unique_and_shared_synonyms_have_one_preferred_format():
    for kind in ("data", "structure"):
        of_kind = [f for f in FORMATS if f.kind == kind]
        assert len({f.name for f in of_kind}) == len(of_kind)
        for api in ("v1", "v2"):
            assert sum(api in f.default for f in of_kind) == 1
            for syntax in {f.syntax for f in of_kind}:
                assert sum(api in f.preferred for f in of_kind if f.syntax == syntax) == 1
        names = {f.name for f in of_kind}
        assert not names & {s for f in of_kind for s in f.synonyms}


@pytest.mark.parametrize(
    ("asked", "offered", "fits"),
    [
        ("2.1", "2.1", True),
        ("2.1.0", "2.1", True),
        ("3", "3.0.0", True),
        ("3.0", "3.0.0", True),
        ("3.0.0+", "3.0.1", True),
        ("2.0+.0", "2.1.0", True),
        ("2.0+.0", "3.0.0", False),
        ("2+.0.0", "3.0.0", True),
        ("2+.0.0", "2.1.0", True),
        ("2+.0.1", "2.1.0", True),  # the example of the standard
        ("2+.0.1", "2.0.0", False),
        ("3.0.0+", "3.1.0", False),
        ("~", "2.1.0", True),
        ("2.1", "2.0", False),
        ("2.0.0", "2.0.1", False),
        ("2.0", "2.0.1", False),
        ("1.0.0-wd", "1.0.0", False),
        ("1.0.0.0", "1.0.0", False),
        ("", "1.0.0", False),
    ],
)
def test_versions(asked: str, offered: str, fits: bool):
    assert same_or_newer(asked, offered) is fits
