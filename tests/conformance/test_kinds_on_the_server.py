"""Every kind of structure that the running server answers for, in its default formats, before XSD and JSON schemas."""

from __future__ import annotations

import httpx
import pytest
from judges import json_errors, xml_errors

from greffe.query import resources

KINDS_1 = [word for word in (*resources.V1, "structure") if word != "actualconstraint"]


@pytest.mark.item("R1-STR-29", "R1-STR-51")
@pytest.mark.parametrize("kind", KINDS_1)
def test_every_resource_of_1_5_is_answered(server, kind):
    """Every resource of 1.5 has an instance here and is answered in valid SDMX-ML 2.1, whole and as stubs."""
    for query in ("", "?detail=allstubs"):
        answer = httpx.get(f"{server}/sdmx/v1/{kind}{query}", timeout=60)
        assert answer.status_code == 200, answer.text
        assert xml_errors(answer.content) == []


@pytest.mark.item("R2-STR-01", "R2-STR-21", "R2-STR-26")
@pytest.mark.parametrize("kind", list(resources.V2))
def test_every_artefact_type_of_2_x_is_answered(server, kind):
    """Every artefact type of 2.x has an instance here and is answered in valid SDMX-JSON 2.1, whole, raw and as stubs."""
    for query in ("", "?detail=raw&references=children", "?detail=allcompletestubs"):
        answer = httpx.get(f"{server}/sdmx/v2/structure/{kind}{query}", timeout=60)
        assert answer.status_code == 200, answer.text
        assert json_errors(answer.content) == []


@pytest.mark.item("R1-STR-41", "R2-STR-11", "R2-STR-40", "R1-STR-20")
def test_items_and_moments_over_http(server):
    """Items, `asOf` and what is not kept are answered over HTTP as the queries say."""
    item = httpx.get(f"{server}/sdmx/v2/structure/agencyscheme/SDMX/AGENCIES/~/SSER").json()["data"]["agencySchemes"][0]
    assert (item["isPartial"], [a["id"] for a in item["agencies"]]) == (True, ["SSER"])
    assert httpx.get(f"{server}/sdmx/v2/structure/dataflow?asOf=1999-12-31T00:00:00Z").status_code == 404
    assert httpx.get(f"{server}/sdmx/v2/structure/dataflow?asOf=2999-12-31T00:00:00Z").status_code == 200
    assert httpx.get(f"{server}/sdmx/v1/actualconstraint").status_code == 404
