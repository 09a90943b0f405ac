"""The query of a dataflow's page as an address, and as code that is ready to run; every one of them is run by a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from greffe.model import instants
from greffe.model.structures import Dataflow, DataStructure
from greffe.web.pages.words import Say
from greffe.web.portal.flow_query import Asked


@dataclass(frozen=True)
class Query:
    """The question of a page to the SDMX interface. `moment`: asks for the release that was in effect then, by REST 2.x;
    None: for the one that is current whenever it is asked, by REST 1.5, which more clients speak."""

    base: str
    flow: Dataflow
    structure: DataStructure
    asked: Asked
    moment: datetime | None = None

    @property
    def path(self) -> str:
        """Without parameters, from the root of the site."""
        r = self.flow.reference
        if self.moment is not None:
            return f"/sdmx/v2/data/dataflow/{r.agency}/{r.id}/{r.version}"
        return f"/sdmx/v1/data/{r.agency},{r.id},{r.version}/{self.asked.key(self.structure)}"

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """All but the format; on 2.x codes are conditions."""
        a = self.asked
        if self.moment is None:
            return tuple((n, v) for n, v in (("startPeriod", a.start), ("endPeriod", a.end)) if v)
        periods = "+".join(f"{o}:{v}" for o, v in (("ge", a.start), ("le", a.end)) if v)
        codes = [(f"c[{d}]", ",".join(a.codes[d])) for d in self.structure.dimension_ids if a.codes.get(d)]
        time = [("c[TIME_PERIOD]", periods)] if periods else []
        return (*codes, *time, ("asOf", instants.written(self.moment)))

    def local(self, format_: str, **more: str) -> str:
        """The address in a format, from the root of the site. Brackets are escaped: curl takes them for a pattern."""
        said = [*self.parameters, ("format", format_), *more.items()]
        return f"{self.path}?{urlencode(said, safe=':,+', quote_via=quote)}"

    def address(self, format_: str, **more: str) -> str:
        """The whole address in a format."""
        return f"{self.base}{self.local(format_, **more)}"


def whole(query: Query) -> Query:
    """The same of all series and periods."""
    return Query(query.base, query.flow, query.structure, Asked(), query.moment)


@dataclass(frozen=True)
class Snippet:
    """Code for a tool. id: a word for addresses of this page; name: of the tool, as its users write it."""

    id: str
    name: str
    code: str


def snippets(query: Query, say: Say) -> Sequence[Snippet]:
    """Code that fetches the figures of the query, for each tool."""
    return tuple(_snippets(query, say))


def _snippets(query: Query, say: Say) -> Iterator[Snippet]:
    csv, parquet = query.address("csv"), query.address("parquet")
    generic = query.address("genericdata")
    json_ = query.address("jsondata", dimensionAtObservation="AllDimensions")
    yield Snippet("pandas", "Python (pandas)", _PANDAS.format(url=csv, text=say("code_text")))
    yield Snippet("sdmx1", "Python (sdmx1)", _sdmx1(query, generic))
    yield Snippet("readr", "R (readr)", _READR.format(url=csv, text=say("code_text")))
    yield Snippet("rsdmx", "R (rsdmx)", _RSDMX.format(url=generic))
    yield Snippet("fetch", "JavaScript (fetch)", _FETCH.format(url=json_))
    yield Snippet("d3", "JavaScript (d3, Observable)", _D3.format(url=csv))
    yield Snippet("duckdb", "DuckDB", _DUCKDB.format(url=parquet, extension=say("code_httpfs")))
    yield Snippet("excel", "Excel (Power Query)", _EXCEL.format(url=csv))
    yield Snippet("curl", "curl", f'curl --fail --output {query.flow.reference.id}.csv "{csv}"')


def _sdmx1(query: Query, url: str) -> str:
    """By flow and key where the service's source is asked as it is; a dated question by its address."""
    if query.moment is not None:
        return _SDMX1_DATED.format(url=url)
    key = query.asked.key(query.structure)
    said = "" if key == "all" else f', key="{key}"'
    pairs = ", ".join(f'"{n}": "{v}"' for n, v in query.parameters)
    params = f", params={{{pairs}}}" if pairs else ""
    return _SDMX1.format(base=query.base, flow=query.flow.reference.id, key=said, params=params)


_PANDAS: Final = """import pandas as pd

# {text}
data = pd.read_csv(
    "{url}",
    dtype=str,
    keep_default_na=False,
)
data["OBS_VALUE"] = pd.to_numeric(data["OBS_VALUE"].replace("", None))
print(data[["TIME_PERIOD", "OBS_VALUE"]])"""
_SDMX1: Final = """import sdmx

sdmx.add_source({{"id": "SSER", "name": "Greffe", "url": "{base}/sdmx/v1"}})
message = sdmx.Client("SSER").data("{flow}"{key}{params})
data = sdmx.to_pandas(message)
print(data)"""
_SDMX1_DATED: Final = """import sdmx

message = sdmx.read_url(
    "{url}"
)
data = sdmx.to_pandas(message)
print(data)"""
_READR: Final = """library(readr)

# {text}
data <- read_csv(
  "{url}",
  col_types = cols(.default = col_character(), OBS_VALUE = col_double()),
  na = ""
)
print(data[, c("TIME_PERIOD", "OBS_VALUE")])"""
_RSDMX: Final = """library(rsdmx)

data <- as.data.frame(readSDMX(
  "{url}"
))
print(data[, c("obsTime", "obsValue")])"""
_FETCH: Final = """const answer = await fetch("{url}");
const {{ data }} = await answer.json();
const dimensions = (data.structure ?? data.structures[0]).dimensions.observation;
const rows = Object.entries(data.dataSets[0].observations).map(([place, [value]]) => {{
  const codes = place.split(":").map((n, i) => [dimensions[i].id, dimensions[i].values[n].id ?? dimensions[i].values[n].value]);
  return {{ ...Object.fromEntries(codes), value }};
}});
console.table(rows);"""
_D3: Final = """import * as d3 from "d3";

const rows = await d3.csv("{url}", (row) => ({{
  ...row,
  OBS_VALUE: row.OBS_VALUE === "" ? null : Number(row.OBS_VALUE),
}}));
console.table(rows);"""
_DUCKDB: Final = """-- {extension}
SELECT * FROM read_parquet('{url}');"""
_EXCEL: Final = """let
    Source = Csv.Document(
        Web.Contents("{url}"),
        [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]
    ),
    Headers = Table.PromoteHeaders(Source, [PromoteAllScalars = true]),
    Numbers = Table.TransformColumnTypes(Headers, {{{{"OBS_VALUE", type number}}}}, "en-US")
in
    Numbers"""
