"""Formats of reference metadata (R2-META-06, FMT-03)."""

from __future__ import annotations

from functools import partial
from typing import Final

from greffe.formats import metadata_csv, metadata_json, metadata_ml
from greffe.formats.format import Format, MetadataWriter

_XML: Final = ("genericmetadata", "xml", "sdmx-ml")
_JSON: Final = ("jsonmetadata", "json", "sdmx-json")
_CSV: Final = ("csvmetadata", "csv", "sdmx-csv")
_LABELS: Final = {"labels": ("id", "name", "both")}
METADATA_FORMATS: Final[tuple[Format[MetadataWriter], ...]] = (
    Format(
        "application/vnd.sdmx.metadata+json", "2.1.0", "json", "metadata-json-2.1", "metadata",
        partial(metadata_json.write, version="2.1"), _JSON, preferred=("v2",), default=("v2",),
    ),
    Format(
        "application/vnd.sdmx.metadata+json", "2.0.0", "json", "metadata-json-2.0", "metadata",
        partial(metadata_json.write, version="2.0"), _JSON,
    ),
    Format(
        "application/vnd.sdmx.metadata+xml", "3.1.0", "xml", "metadata-3.1", "metadata",
        partial(metadata_ml.write, version="3.1"), _XML, preferred=("v2",),
    ),
    Format(
        "application/vnd.sdmx.metadata+xml", "3.0.0", "xml", "metadata-3.0", "metadata",
        partial(metadata_ml.write, version="3.0"), _XML,
    ),
    Format(
        "application/vnd.sdmx.metadata+csv", "2.1.0", "csv", "metadata-csv-2.1", "metadata",
        partial(metadata_csv.write, version="2.1"), _CSV, preferred=("v2",), choices=_LABELS,
    ),
    Format(
        "application/vnd.sdmx.metadata+csv", "2.0.0", "csv", "metadata-csv-2.0", "metadata",
        partial(metadata_csv.write, version="2.0"), _CSV, choices=_LABELS,
    ),
)  # fmt: skip
