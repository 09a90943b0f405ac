"""The standard's error messages, byte for byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from judges import xml_errors

from greffe.formats.errors import error_json, error_ml


def test_sdmx_ml():
    assert error_ml(140, 'parameter "detail": <full> & co').decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<mes:Error xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"'
        ' xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">'
        '<mes:ErrorMessage code="140"><com:Text xml:lang="en">parameter &quot;detail&quot;: &lt;full&gt; &amp; co'
        "</com:Text></mes:ErrorMessage></mes:Error>\n"
    )


def test_a_text_that_quotes_what_xml_cannot_carry_is_still_an_error_message():
    assert '<com:Text xml:lang="fr">clé \ufffd</com:Text>' in error_ml(140, "clé \x00", "fr").decode()


def test_sdmx_json():
    assert json.loads(error_json(100, "No results found", 'no "x"', datetime(2026, 11, 24, 10, tzinfo=UTC))) == {
        "meta": {
            "schema": "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
            "id": "error",
            "prepared": "2026-11-24T10:00:00+00:00",
            "sender": {"id": "SSER"},
        },
        "errors": [{"code": 100, "title": "No results found", "detail": 'no "x"'}],
    }


@pytest.mark.item("ERR-11", "ML21-12", "ML3-01")
@pytest.mark.parametrize(("version", "part"), [("2.1", "v2_1"), ("3.0", "v3_0"), ("3.1", "v3_1")])
def test_sdmx_ml_of_each_version(version: str, part: str):
    """An error is told in the namespaces of the version asked for."""
    body = error_ml(100, "No results found", "en", version)
    assert f"schemas/{part}/message" in body.decode()
    assert xml_errors(body) == []
