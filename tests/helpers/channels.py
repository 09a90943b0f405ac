"""Everything that anybody can ask about a dataflow over HTTP, and what is answered."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient
from house import FLOW, House

from greffe.app import create_app

# What anybody can ask about the flow; with {flow}.
CHANNELS = (
    "/",
    "/quality/{flow}",
    "/quality/{flow}?release=1",
    "/sdmx/v1/data/{flow}",
    "/sdmx/v1/data/{flow}?format=sdmx-csv",
    "/sdmx/v1/data/{flow}?includeHistory=true",
    "/sdmx/v1/data/{flow}?updatedAfter=2020-01-01",
    "/sdmx/v1/availableconstraint/{flow}",
    "/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0",
    "/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0?asOf=2099-01-01",
    "/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0?format=csv",
    "/sdmx/v2/data/*/*/*/*",
    "/sdmx/v2/availability/dataflow/SSER/{flow}/1.0.0",
    "/sdmx/v2/metadata/structure/dataflow/SSER/{flow}",
    "/sdmx/v1/data/{flow}?format=xlsx",
    "/sdmx/v1/data/{flow}?format=parquet",
    "/api/v1/series/{flow}",
    "/api/v1/series/{flow}/A.ICCS0101.NR.FR",
    "/api/v1/findings/{flow}",
    "/api/v1/dataflows",
    "/api/v1/dataflows/{flow}",
    "/api/v1/releases",
    "/api/v1/releases/{flow}/1",
    "/api/v1/explain/{flow}/A.ICCS0101.NR.FR/2022",
    "/api/v1/dataflows/{flow}/compare?from=1&to=2",
    "/api/v1/bridge",
    "/api/v1/bridge/FP01",
    "/api/v1/indicators",
    "/api/v1/indicators/SSMSI_INFR",
    "/api/v1/calendar",
    "/api/v1/calendar.ics",
    "/api/v1/granted/ESTAT",
    "/api/v1/granted/ESTAT/{flow}",
    "/api/v1/advance/ESTAT/{flow}",
    "/api/v1/register",
    "/data/{flow}",
    "/trace/{flow}?key=A.ICCS0101.NR.FR&period=2022",
    "/search?q=homicide",
    "/search?q=ICCS0502+2022",
    "/calendar",
    "/feeds/releases.atom",
    "/feeds/{flow}.atom",
    "/catalog.ttl",
    "/sitemap.xml",
    "/health/ready",
)


def seen(house: House, flow: str = FLOW) -> list[tuple[int, str, bytes]]:
    """All of them: status, tag and bytes; a refusal without the moment at which it was written."""
    client = TestClient(create_app(house.parts))
    answers = [client.get(path.format(flow=flow)) for path in CHANNELS]
    moment = rb"20\d\d-\d\d-\d\dT[\d:.]+(Z|\+00:00)"
    return [
        (
            a.status_code,
            a.headers.get("etag", ""),
            _told(a.content, path) if a.is_success else re.sub(moment, b"", a.content),
        )
        for path, a in zip(CHANNELS, answers, strict=True)
    ]


def _told(content: bytes, path: str) -> bytes:
    """The bridge prints the day on which it is asked."""
    return re.sub(rb'"generated":"[\d-]+"', b"", content) if "bridge" in path else content
