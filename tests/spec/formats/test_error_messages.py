"""The standard's error messages, byte for byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime

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
