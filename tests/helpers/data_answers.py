"""Data messages as each format writes them, and the schemas that judge structure-specific ones."""

from __future__ import annotations

import csv
import io
from functools import cache

from plain_rows import OTHER, STRUCTURE, dataset_of

from greffe.formats import schema_ml, sdmx_csv, sdmx_ml
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage
from greffe.model.validity import DataValidity

ML = {
    "generic 2.1": sdmx_ml.GENERIC_DATA,
    "specific 2.1": sdmx_ml.SPECIFIC_DATA,
    "specific 3.0": sdmx_ml.DATA_3_0,
    "specific 3.1": sdmx_ml.DATA_3_1,
}
EDITIONS = {"2.1": schema_ml.V21, "3.0": schema_ml.V30, "3.1": schema_ml.V31}


def xml(message: DataMessage, variant: sdmx_ml.Variant) -> bytes:
    return b"".join(sdmx_ml.write(message, Parameters(), variant))


def table(message: DataMessage, version: str, parameters: Parameters | None = None) -> list[dict[str, str]]:
    body = b"".join(sdmx_csv.write(message, parameters or Parameters(), version)).decode()
    return list(csv.DictReader(io.StringIO(body, newline=""), strict=True))


@cache
def payload(version: str, at: str, other: bool = False) -> bytes:
    codes = {"freq": ("A",), "iccs": ("0101", "0102"), "geo": ("FR", "NA"), "OBS_STATUS": ("A", "E", "M"),
             "extra": ("A", "E", "M")}  # fmt: skip
    found = OTHER if other else STRUCTURE
    valid = DataValidity(dataset_of([], found=found).dataflow, found, codes, {}, at)
    return b"".join(schema_ml.write(valid, EDITIONS[version]))
