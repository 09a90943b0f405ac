"""pandaSDMX 1.10, unmodified, in its own environment: lists flows, reads a structure and a series; prints JSON."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")
import pandasdmx  # noqa: E402

base = sys.argv[1]
pandasdmx.add_source({"id": "SSER", "url": f"{base}/sdmx/v1", "name": "Greffe"}, override=True)
client = pandasdmx.Request("SSER")
flows = client.dataflow()
message = client.dataflow("ESTAT_CRIM_OFF_CAT")
structure = message.structure["ESTAT_CRIM_OFF_CAT"]
read = {"dataflow": {}, "datastructure": {}}
for id_ in flows.dataflow:
    one = client.dataflow(id_)
    found = one.dataflow[id_].structure
    read["dataflow"][id_] = found.id
    read["datastructure"][found.id] = len(client.datastructure(found.id).structure[found.id].dimensions.components)
data = client.data("ESTAT_CRIM_OFF_CAT", key="A.ICCS0101.NR.FR", params={"startPeriod": "2020"})
observations = [
    {"period": str(o.dimension.values["TIME_PERIOD"].value), "value": str(o.value)}
    for s in data.data[0].series.values()
    for o in s
]
print(
    json.dumps(
        {
            "flows": sorted(flows.dataflow),
            "read": read,
            "dimensions": [d.id for d in structure.dimensions.components],
            "codes": {k: str(v.name) for k, v in message.codelist["ESTAT_ICCS"].items.items()},
            "observations": observations,
        }
    )
)
