"""The standard's formats of data, as rows of the table in `negotiation.py` (FMT-02, FMT-07, FMT-08)."""

from __future__ import annotations

from functools import partial
from typing import Final

from greffe.formats import sdmx_csv, sdmx_json, sdmx_ml
from greffe.formats.format import DataWriter, Format

_SDMX: Final = "application/vnd.sdmx."
_XML: Final = ("xml", "sdmx-ml")
_JSON: Final = ("json", "sdmx-json", "sdmxjson")
_CSV: Final = ("csv", "csvdata", "csvfile", "csvfilewithlabels", "sdmx-csv", "sdmxcsv")
_TIME: Final = ("original", "normalized")
_CSV_1: Final = {"labels": ("id", "both"), "timeformat": _TIME}
_CSV_2: Final = {"labels": ("id", "name", "both"), "keys": ("none", "obs", "series", "both"), "timeformat": _TIME}

# `*/*` is generic 2.1 on v1 and the newest JSON on v2 (D27). Where only a syntax is asked for, v2 answers with the
# newest version that older readers read too: sdmx1 knows no ML 3.1, and few know the letter M of CSV 2.1. `jsondata` on
# v2 is JSON 2.0: a JavaScript parser hard-codes that word and expects that version; `json` and the like are the newest.
SDMX_DATA_FORMATS: Final[tuple[Format[DataWriter], ...]] = (
    Format(
        f"{_SDMX}genericdata+xml", "2.1", "xml", "genericdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.GENERIC_DATA),
        (*_XML, "generic", "sdmx-generic"), preferred=("v1",), default=("v1",),
    ),
    Format(
        f"{_SDMX}structurespecificdata+xml", "2.1", "xml", "structurespecificdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.SPECIFIC_DATA),
        ("structurespecific", "structured", "compact", "sdmx-compact"),
    ),
    Format(
        f"{_SDMX}generictimeseriesdata+xml", "2.1", "xml", "generictimeseriesdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.GENERIC_TIME_SERIES),
    ),
    Format(
        f"{_SDMX}structurespecifictimeseriesdata+xml", "2.1", "xml", "structurespecifictimeseriesdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.SPECIFIC_TIME_SERIES),
    ),
    Format(
        f"{_SDMX}data+xml", "3.0.0", "xml", "sdmx-ml-3.0", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.DATA_3_0), _XML, preferred=("v2",),
        aliases=(f"{_SDMX}structurespecificdata+xml;version=3.0.0",),
    ),
    Format(
        f"{_SDMX}data+xml", "3.1.0", "xml", "sdmx-ml-3.1", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.DATA_3_1), _XML,
        aliases=(f"{_SDMX}structurespecificdata+xml;version=3.1.0",),
    ),
    Format(
        f"{_SDMX}data+json", "2.1.0", "json", "sdmx-json-2.1", "data",
        partial(sdmx_json.write, version="2.1"), _JSON, preferred=("v2",), default=("v2",),
    ),
    Format(
        f"{_SDMX}data+json", "2.0.0", "json", "sdmx-json-2.0", "data",
        partial(sdmx_json.write, version="2.0"), (*_JSON, "jsondata"),
    ),
    Format(
        f"{_SDMX}data+json", "1.0.0", "json", "sdmx-json-1.0", "data",
        partial(sdmx_json.write, version="1.0"), (*_JSON, "jsondata"), preferred=("v1",),
        aliases=(f"{_SDMX}data+json;version=1.0.0-wd", f"{_SDMX}data+json;version=1.0.0-cts"),
    ),
    Format(
        f"{_SDMX}data+csv", "1.0.0", "csv", "sdmx-csv-1.0", "data",
        partial(sdmx_csv.write, version="1.0"), _CSV, preferred=("v1",), choices=_CSV_1,
    ),
    Format(
        f"{_SDMX}data+csv", "2.0.0", "csv", "sdmx-csv-2.0", "data",
        partial(sdmx_csv.write, version="2.0"), _CSV, preferred=("v2",), choices=_CSV_2,
    ),
    Format(
        f"{_SDMX}data+csv", "2.1.0", "csv", "sdmx-csv-2.1", "data",
        partial(sdmx_csv.write, version="2.1"), _CSV, choices=_CSV_2,
    ),
)  # fmt: skip
