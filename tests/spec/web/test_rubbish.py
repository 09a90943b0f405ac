"""What thousands of odd addresses and headers found: each is refused in the standard's words, or ignored as HTTP says."""

from __future__ import annotations

import httpx
import pytest
from judges import json_errors, xml_errors

V2 = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0"
PARQUET = f"{V2}?format=parquet"


@pytest.fixture(scope="module")
def whole(server: str) -> bytes:
    return httpx.get(server + PARQUET).content


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("BYTES=0-9", 0, 9),
        ("bytes=-5", -5, -1),
        ("bytes=10-", 10, -1),
        ("bytes=10-99999999999", 10, -1),
        ("bytes=-99999999999", 0, -1),
        ("bytes=3-3, 99999999999-", 3, 3),
    ],
)
def test_a_part_of_a_file(server: str, whole: bytes, asked: str, first: int, last: int):
    """A Parquet file is given in the parts that Range names; what lies behind its end is left out."""
    size = len(whole)
    answer = httpx.get(server + PARQUET, headers={"Range": asked})
    first, last = first % size, last % size
    assert (answer.status_code, answer.content) == (206, whole[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"


def test_several_parts_of_a_file(server: str, whole: bytes):
    """Several parts come as multipart/byteranges."""
    answer = httpx.get(server + PARQUET, headers={"Range": "bytes=0-3,8-11"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert whole[0:4] in answer.content
    assert whole[8:12] in answer.content


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0", "bytes=99999999998-99999999999"])
@pytest.mark.parametrize(("accept", "judge"), [("application/xml", xml_errors), ("application/json", json_errors)])
def test_a_part_behind_the_end(server: str, whole: bytes, asked: str, accept: str, judge):
    """416 with the standard's error message and the size, not an empty text."""
    answer = httpx.get(server + PARQUET, headers={"Range": asked, "Accept": accept})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(whole)}"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == accept
    assert not judge(answer.content)


@pytest.mark.parametrize(
    "asked",
    ["bytes", "bytes=", "bytes=-", "bytes=a-b", "items=0-1", "bytes=10-5", "bytes=0-1;x", "bytes=1-2-3", "bytes=0-" + "9" * 5000,
     "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 400, 2))],
)  # fmt: skip
def test_a_range_that_cannot_be_read_is_ignored(server: str, whole: bytes, asked: str):
    """A Range that cannot be read counts as absent (RFC 9110, 14.2)."""
    answer = httpx.get(server + PARQUET, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, whole)


def test_a_range_is_for_get_and_for_the_same_version(server: str, whole: bytes):
    """HEAD never answers in parts; If-Range with another tag gives the whole file."""
    assert httpx.head(server + PARQUET, headers={"Range": "bytes=0-9"}).status_code == 200
    for range_ in ("bytes=0-9", "bytes=99999999999-"):
        answer = httpx.get(server + PARQUET, headers={"Range": range_, "If-Range": '"other"'})
        assert (answer.status_code, answer.content) == (200, whole)
    tag = httpx.head(server + PARQUET).headers["etag"]
    assert httpx.get(server + PARQUET, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206


@pytest.mark.parametrize("name", ["xlsx", "parquet", "jsonstat", "plain-csv"])
def test_a_version_of_a_format_that_has_none(server: str, name: str):
    """`formatVersion` with a format that has no versions is 406, not a failure of ours."""
    answer = httpx.get(f"{server}{V2}?format={name}&formatVersion=1.0.0")
    assert (answer.status_code, "formatVersion" in answer.text) == (406, True)


@pytest.mark.parametrize("version", ["9" * 5000, "1." + "9" * 5000 + "+.0", "٣.0"])
def test_a_version_of_any_length_in_accept(server: str, version: str):
    """A media type's version of thousands of digits, or in other digits, is one that is not offered."""
    accept = f"application/vnd.sdmx.data+json;version={version}".encode()
    assert httpx.get(server + V2, headers={"Accept": accept}).status_code == 406


@pytest.mark.item("R1-SCH-04", "R2-SCH-03")
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_an_empty_dimension_at_observation_of_a_schema(server: str, api: str):
    """An empty `dimensionAtObservation` of a schema query is 400: it is no default."""
    answer = httpx.get(f"{server}/sdmx/{api}/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0?dimensionAtObservation=")
    assert (answer.status_code, "dimensionAtObservation" in answer.text) == (400, True)


def test_what_is_kept_is_answered_as_what_is_not(server: str):
    """A large answer that lies ready as a file is not given in parts either, unless its format is."""
    address = f"{server}/sdmx/v2/data?format=genericdata"
    first = httpx.get(address, headers={"Accept-Encoding": "identity"})
    assert len(first.content) > 256 * 1024  # large enough to be kept
    again = httpx.get(address, headers={"Accept-Encoding": "identity", "Range": "bytes=0-9"})
    assert (again.status_code, again.content) == (200, first.content)
    assert "accept-ranges" not in again.headers
