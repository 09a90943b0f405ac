// jsonstat-toolkit (npm), unmodified: reads the service's JSON-stat and prints its cells, dimensions, roles and labels.
import JSONstat from "jsonstat-toolkit";

const [address] = process.argv.slice(2);
const dataset = JSONstat(await (await fetch(address)).json());
const found = {
  class: dataset.class,
  label: dataset.label,
  source: dataset.source,
  updated: dataset.updated,
  ids: dataset.id,
  size: dataset.size,
  role: dataset.role,
  labels: Object.fromEntries(dataset.id.map((id) => [id, dataset.Dimension(id).Category().map((c) => c.label)])),
  rows: dataset.toTable({ type: "arrobj", content: "id", status: true }),
};
process.stdout.write(JSON.stringify(found));
