"""The status of every kind of answer, on a house whose parts fail one after the other."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import FLOW, House, new_house
from judges import json_errors, xml_errors

from greffe.app import create_app
from greffe.errors import Unavailable
from greffe.settings import HttpSettings

V1, V2 = f"/sdmx/v1/data/{FLOW}", f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0"


def made(home: Path, **settings: object) -> House:
    return new_house(home, "published", "map", "released", **settings)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """For tests that only read."""
    return made(tmp_path_factory.mktemp("statuses") / "home")


def client(house: House) -> TestClient:
    return TestClient(create_app(house.parts), raise_server_exceptions=False)


@pytest.mark.item("R2-ERR-01", "R2-ERR-02", "R2-ERR-03", "R2-DATA-51", "ERR-13", "R1-ERR-05", "R1-DATA-18")
def test_200_204_304_and_404(house: House):
    """A match is 200; nothing is 204 without a body on 2.x and 404 on 1.5; what the client has is 304 without a body."""
    web = client(house)
    good = web.get(V2)
    assert good.status_code == 200
    nothing = web.get(f"{V2}?c[TIME_PERIOD]=1900")
    assert (nothing.status_code, nothing.content) == (204, b"")
    assert web.get(f"{V1}?startPeriod=1900&endPeriod=1901").status_code == 404
    again = web.get(V2, headers={"If-None-Match": good.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.item("R2-ERR-05", "R2-ERR-06", "HTTP-13")
def test_nobody_signs_in_to_read(house: House):
    """404: what is not public does not exist for a reader; released data need no sign-in, so 401 and 403 are not used."""
    web = client(house)
    for path in ("/sdmx/v2/data/dataflow/SSER/INT_SSMSI/1.0.0", "/sdmx/v1/data/INT_SSMSI"):
        for headers in ({}, {"Authorization": "Bearer x"}):
            assert web.get(path, headers=headers).status_code == 404
    assert web.get(V2, headers={"Authorization": "Basic eDp4"}).status_code == 200


@pytest.mark.item("R2-ERR-08", "HTTP-17")
def test_413(tmp_path: Path):
    """What is too much at once is 413 with what to do: too many codes in the question, too many series in the answer."""
    house = made(tmp_path / "home", http=replace(HttpSettings(), key_values_limit=3, series_limit=5))
    web = client(house)
    for address in (f"{V2}/A.ICCS0101.NR.FR,A.ICCS0102.NR.BE", V2, V1):
        answer = web.get(address)
        assert (answer.status_code, "Ask for fewer" in answer.text or "wildcard" in answer.text) == (413, True)
    assert web.get(f"{V2}/A.ICCS0101.NR").status_code == 200


@pytest.mark.item("R2-ERR-11")
@pytest.mark.parametrize("path", [V1, V2])
def test_500_never_serves_a_wrong_file(tmp_path: Path, path: str):
    """A damaged release is 500 with the standard's message, says nothing of the server's files, and is never served."""
    house = made(tmp_path / "home")
    for file in house.parts.settings.releases.rglob("*"):
        if file.is_file() and file.name != "manifest.json" and file.suffix != ".sha256":
            file.write_bytes(file.read_bytes()[:-9] + b"tampered!")
    answer = client(house).get(path)
    assert answer.status_code == 500
    assert str(house.parts.settings.home) not in answer.text
    errors = xml_errors(answer.content) if path == V1 else json_errors(answer.content)
    assert errors == []


@pytest.mark.item("R2-ERR-12", "R2-REG-01", "R2-REG-02", "R2-REG-03", "R2-REG-04", "R2-REG-05", "FMT-05")
@pytest.mark.parametrize(
    "path", ["id/1", "provider/SSER/SSER", "dataflow/SSER/X/1.0.0?updatedAfter=2026-01-01T00:00:00Z"]
)
def test_501_registrations(house: House, path: str):
    """501: there is nothing to register: what is released here is served here. Registry messages are not offered."""
    answer = client(house).get(f"/sdmx/v2/registration/{path}")
    assert (answer.status_code, "registration" in answer.text) == (501, True)
    assert json_errors(answer.content) == []


@pytest.mark.item("R2-ERR-13")
def test_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """When the register is away for longer than five seconds nobody can tell what is current: 503 with Retry-After."""
    house = made(tmp_path / "home")
    web = client(house)
    assert web.get(V2).status_code == 200

    def away(*_arguments: object) -> int:
        raise Unavailable("The register is away.")

    monkeypatch.setattr(house.parts.register, "head", away)
    house.clock.forward(seconds=6)
    answer = web.get(V2)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert json_errors(answer.content) == []


def test_503_when_the_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    """A read that fails is 503, says nothing of the server's files to a reader and all to the operator; then it answers again."""
    house = made(tmp_path / "home")
    web = client(house)

    def fails(*_arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(house.parts.settings.home / "releases/x"))

    with monkeypatch.context() as failing:
        failing.setattr(house.parts.observations.__class__, "select", fails)
        for path, read in ((V1, xml_errors), (V2, json_errors)):
            answer = web.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert read(answer.content) == []
            assert str(house.parts.settings.home) not in answer.text
    assert str(house.parts.settings.home / "releases/x") in caplog.text
    assert web.get(V2).status_code == 200


@pytest.mark.item("ML21-11")
def test_messages_have_no_footer(house: House):
    """No footer is written: an empty one is invalid, and what there is to warn of stands in annotations and statuses."""
    web = client(house)
    for name in ("genericdata", "structurespecificdata"):
        assert "Footer" not in web.get(f"{V1}?format={name}").text


@pytest.mark.item("HTTP-01", "HTTP-05", "R1-NEG-02", "R2-DATA-50", "FMT-06")
@pytest.mark.parametrize(
    ("path", "accept", "given"),
    [
        (V1, "application/vnd.sdmx.data+csv; labels=both ;version=1.0.0", "data+csv;version=1.0.0;labels=both"),
        (V1, "application/vnd.sdmx.generictimeseriesdata+xml;version=2.1", "generictimeseriesdata+xml;version=2.1"),
        (V1, "application/vnd.sdmx.structurespecifictimeseriesdata+xml;version=2.1",
         "structurespecifictimeseriesdata+xml;version=2.1"),
        (V1, "application/vnd.sdmx.data+json;version=1.0.0", "data+json;version=1.0.0"),
        (V1, "application/vnd.sdmx.data+json;version=1.0", "data+json;version=1.0.0"),
        (V2, "*/*", "data+json;version=2.1.0"),
        (V2, "application/vnd.sdmx.data+json", "data+json;version=2.1.0"),
        (V2, "application/vnd.sdmx.data+json;version=2.0+.0", "data+json;version=2.1.0"),
        (V2, "application/vnd.sdmx.data+xml;version=3.0+.0", "data+xml;version=3.1.0"),
        (V2, "application/vnd.sdmx.data+xml;version=3.0.0+", "data+xml;version=3.0.0"),
        (V2, "application/vnd.sdmx.data+xml;version=3.0.0", "data+xml;version=3.0.0"),
        (V2, "application/vnd.sdmx.data+csv;keys=both;version=2.0.0", "data+csv;version=2.0.0;keys=both"),
        (V2, "application/vnd.sdmx.data+csv;version=2.1.0;timeFormat=normalized",
         "data+csv;version=2.1.0;timeFormat=normalized"),
    ],
)  # fmt: skip
def test_types_with_versions_and_parameters(house: House, path: str, accept: str, given: str):
    """Every data type of both generations, in any spelling of its parameters; a range of versions gets the highest."""
    answer = client(house).get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"application/vnd.sdmx.{given}")
