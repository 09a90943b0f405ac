"""Data queries over HTTP: what each of them asks is answered in the formats, with the right status."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import httpx
import pytest
from judges import json_errors, xml_errors

FLOW = "ESTAT_CRIM_OFF_CAT"
V1, V2 = f"v1/data/{FLOW}", f"v2/data/dataflow/SSER/{FLOW}"
ASKED = {
    "filters": f"{V2}?c[geo]=FR&c[OBS_STATUS]=ne:Z&c[OBS_VALUE]=gt:0",
    "cross-section": f"{V2}?dimensionAtObservation=iccs",
    "cross-section 1.5": f"{V1}?dimensionAtObservation=unit",
    "flat": f"{V2}?dimensionAtObservation=AllDimensions&limit=5",
    "sorted": f"{V2}?sort=OBS_VALUE:desc+TIME_PERIOD&limit=10",
    "history": f"{V2}?includeHistory=true",
    "history 1.5": f"{V1}?includeHistory=true",
    "changes": f"{V2}?updatedAfter=2020-01-01T00:00:00Z",
    "series": f"{V2}?attributes=none&measures=none&limit=3",
    "flows": "v2/data/dataflow/SSER/*/*?limit=20",
    "agreements": "v2/data/provisionagreement/SSER?limit=20",
}
FORMATS = [
    "data+csv;version=2.1.0", "data+json;version=2.1.0", "data+json;version=1.0.0", "data+xml;version=3.1.0",
    "data+xml;version=3.0.0", "structurespecificdata+xml;version=2.1", "genericdata+xml;version=2.1",
]  # fmt: skip


def get(server: str, address: str, media_type: str = "data+csv;version=2.1.0") -> httpx.Response:
    return httpx.get(f"{server}/sdmx/{address}", headers={"Accept": f"application/vnd.sdmx.{media_type}"})


def table(server: str, address: str) -> list[dict[str, str]]:
    answer = get(server, address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("media_type", FORMATS)
@pytest.mark.parametrize("asked", ASKED)
def test_every_question_is_answered_in_every_format(server, asked, media_type):
    """Each kind of data query is answered in each format of SDMX, and the standard's schema has nothing against it."""
    answer = get(server, ASKED[asked], media_type)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(f"application/vnd.sdmx.{media_type}")
    if "+xml" in media_type:
        assert xml_errors(answer.content, lax=True) == []
    elif "+json" in media_type:
        assert json_errors(answer.content, media_type.partition("version=")[2].removesuffix(".0"), "data") == []


@pytest.mark.item("R2-DATA-10", "R2-DATA-43", "R2-GEN-05")
def test_figures_are_filtered_and_sorted(server):
    """Filters on the measure and sort by it hold over HTTP; `+` may be raw."""
    everything = table(server, V2)
    values = [Decimal(r["OBS_VALUE"]) for r in everything if r["OBS_VALUE"]]
    middle = sorted(values)[len(values) // 2]
    found = table(server, f"{V2}?c[OBS_VALUE]=ge:{middle}+lt:{max(values)}&sort=OBS_VALUE:desc+TIME_PERIOD")
    shown = [Decimal(r["OBS_VALUE"]) for r in found]
    assert shown == sorted((v for v in values if middle <= v < max(values)), reverse=True)


@pytest.mark.item("R2-DATA-43")
def test_a_sorted_answer_in_json_has_each_series_once(server):
    """In SDMX-JSON a series stands once, however its observations are sorted."""
    pairs: list[list[str]] = []
    answer = get(server, f"{V2}?sort=OBS_VALUE:desc", "data+json;version=2.1.0")

    def noted(found: list[tuple[str, object]]) -> dict[str, object]:
        if found and isinstance(found[0][1], dict) and "observations" in found[0][1]:
            pairs.append([key for key, _ in found])
        return dict(found)

    json.loads(answer.text, object_pairs_hook=noted)
    assert pairs
    assert all(len(set(keys)) == len(keys) for keys in pairs)


@pytest.mark.item("R1-DATA-18", "R2-DATA-42", "R2-DATA-51")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{V2}?offset=999999", 204),
        (f"{V2}?c[OBS_VALUE]=gt:1E30", 204),
        (f"{V2}?updatedAfter=2999-01-01T00:00:00Z", 204),
        (f"{V1}?updatedAfter=2999-01-01T00:00:00Z", 404),
        (f"{V2}?asOf=2001-01-01T00:00:00Z", 404),
        (f"{V2}?updatedAfter=2026-02-01T00:00:00Z&asOf=2026-01-01T00:00:00Z", 400),
        (f"{V2}?sort=NOTHING", 400),
        (f"{V2}?c[NOTHING]=1", 422),
        (f"{V2}?dimensionAtObservation=NOTHING", 422),
        (f"{V1}?dimensionAtObservation=NOTHING", 403),
        (f"{V2}/*/A.B.C.D.E.F.G", 400),
    ],
)
def test_the_status_says_what_happened(server, address, status):
    """204 (2.x) or 404 (1.5) for nothing, 400 for what cannot be read, 422 (403 on 1.5) for what means nothing here."""
    assert get(server, address).status_code == status
