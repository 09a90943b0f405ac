"""opensdmx, unmodified, in its own environment (Python 3.12 or newer): what it finds and reads; prints JSON.

Its requests are printed too: they are kept in recorded.json, and asked again by hand where no such Python is found.
"""

import json
import os
import sys
import tempfile

os.environ["OPENSDMX_CACHE_DIR"] = tempfile.mkdtemp()
import httpx
import opensdmx

base = sys.argv[1]
asked = []
send = httpx.Client.send


def recorded(self, request, **options):
    answer = send(self, request, **options)
    address = str(request.url).replace(base, "")
    asked.append({"address": address, "accept": request.headers.get("accept", ""), "status": answer.status_code})
    return answer


httpx.Client.send = recorded
opensdmx.set_provider(f"{base}/sdmx/v1", agency_id="SSER", rate_limit=0.0)
flows = opensdmx.all_available()
dataset = opensdmx.load_dataset("ESTAT_CRIM_OFF_CAT")
values = opensdmx.get_dimension_values(dataset, "iccs")
available = opensdmx.get_available_values(dataset)
chosen = opensdmx.set_filters(dataset, freq="A", iccs="ICCS0101", unit="NR", geo="FR")
data = opensdmx.get_data(chosen, start_period="2020")
print(
    json.dumps(
        {
            "flows": sorted(flows["df_id"].to_list()),
            "dimensions": sorted(dataset["dimensions"], key=lambda d: dataset["dimensions"][d]["position"]),
            "codes": dict(zip(values["id"].to_list(), values["name"].to_list(), strict=True)),
            "available": {k: v["id"].to_list() for k, v in available.items()},
            "observations": [[str(r["TIME_PERIOD"]), str(r["OBS_VALUE"])] for r in data.to_dicts()],
            "asked": asked,
        }
    )
)
