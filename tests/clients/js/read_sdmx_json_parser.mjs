// sdmx-json-parser (npm), unmodified: it adds format=jsondata to the address itself and expects SDMX-JSON 2.0.
import parser from "sdmx-json-parser";

const [address] = process.argv.slice(2);
const reader = new parser.SDMXParser();
await reader.getDatasets(address);
process.stdout.write(JSON.stringify({ name: reader.getName(), dimensions: reader.getDimensions(), data: reader.getData() }));
