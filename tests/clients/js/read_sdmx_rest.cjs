// sdmx-rest (npm), unmodified: the queries it builds for both generations, executed; prints what came back as JSON.
const sdmx = require("sdmx-rest");

const [base] = process.argv.slice(2);
const flow = "SSER,ESTAT_CRIM_OFF_CAT,1.0.0";

async function main() {
  const found = {};
  for (const [name, api, path] of [["v1", "v1.5.0", "v1"], ["v2", "v2.0.0", "v2"]]) {
    const service = sdmx.getService({ id: "GREFFE", url: `${base}/sdmx/${path}`, api });
    const ask = async (query, accept) => {
      const address = sdmx.getUrl(query, service);
      const text = await sdmx.request(query, service, { headers: { accept } });
      return { address: address.replace(base, ""), text };
    };
    const csv = name === "v1" ? "application/vnd.sdmx.data+csv;version=1.0.0" : "application/vnd.sdmx.data+csv;version=2.0.0";
    const structure = name === "v1" ? "application/vnd.sdmx.structure+xml;version=2.1" : "application/vnd.sdmx.structure+json;version=2.0.0";
    found[name] = {
      data: await ask(sdmx.getDataQuery({ flow, key: name === "v1" ? "A.ICCS0101.NR.FR" : "A.ICCS0101.NR.FR" }), csv),
      structure: await ask(sdmx.getMetadataQuery({ resource: "codelist", agency: "SSER", id: "ESTAT_ICCS" }), structure),
      availability: await ask(sdmx.getAvailabilityQuery({ flow }), structure),
      schema: await ask(
        sdmx.getSchemaQuery({ context: "dataflow", agency: "SSER", id: "ESTAT_CRIM_OFF_CAT" }),
        name === "v1" ? "application/vnd.sdmx.schema+xml;version=2.1" : "application/vnd.sdmx.schema+xml;version=3.0.0"
      ),
    };
  }
  process.stdout.write(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
