"""sdmx1, unmodified, on the 2.x entry point: a flow with its structure and data in SDMX-ML 3.0; prints JSON."""

import io
import json
import sys

import httpx
import sdmx

base, flow = sys.argv[1], "ESTAT_CRIM_OFF_CAT"
sdmx.add_source({"id": "SSER", "url": f"{base}/sdmx/v2", "name": "Greffe", "versions": ["3.0.0"]}, override=True)
client = sdmx.Client("SSER")
accept = {"Accept": "application/vnd.sdmx.structure+xml;version=3.0.0"}
message = client.dataflow(flow, agency_id="SSER", params={"references": "descendants"}, headers=accept)
structure = message.structure[flow]
wanted = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
answer = httpx.get(f"{base}/sdmx/v2/data/dataflow/SSER/{flow}/+/A.ICCS0101.NR.FR", headers=wanted)
data = sdmx.to_pandas(sdmx.read_sdmx(io.BytesIO(answer.content), structure=structure).data[0])
found = {
    "dimensions": [d.id for d in structure.dimensions.components],
    "observations": {key[-1]: str(value) for key, value in data.items()},
}
sys.stdout.write(json.dumps(found) + "\n")
