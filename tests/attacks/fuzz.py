"""Coverage-guided fuzzing of what reads other people's bytes: addresses and files. (atheris; Linux on x86-64)

PYTHONPATH=api:tests/helpers python tests/attacks/fuzz.py TARGET -max_total_time=60 FOLDER     a corpus that grows, and what is
found lies there; `make soak` runs each TARGET for a minute. What a reader raises must be an error of ours, with a sentence;
anything else is a finding, whose bytes are written to crash-…: they become a seed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["greffe.query", "greffe.model", "greffe.formats", "greffe.ingest", "greffe.catalogue",
                                         "greffe.transmission.reading", "greffe.mapping.exchange.books"]):  # fmt: skip
    from greffe.catalogue.received import read_received
    from greffe.catalogue.tree import read_json
    from greffe.errors import GreffeError
    from greffe.formats.accept import ranges
    from greffe.formats.published.read import read_lines
    from greffe.ingest import csv, parquet, xlsx
    from greffe.ingest.report import File, ReadOptions
    from greffe.mapping.exchange.books import opened, rows_of
    from greffe.model.periods import span
    from greffe.query import rest_v1, rest_v2
    from greffe.query.availability import parse_availability
    from greffe.query.parameters import path_parts
    from greffe.transmission.reading import read_receipt

FOLDER = Path(tempfile.mkdtemp(prefix="greffe-fuzz-"))


def addresses(data: bytes) -> None:
    """The part of an address behind /sdmx/v1/ and /sdmx/v2/, with its query."""
    path, _, query = data.decode("ascii", "replace").partition("?")
    for read in (
        rest_v1.parse_data, rest_v1.parse_structure, rest_v2.parse_data, rest_v2.parse_structure,
        lambda parts, raw: parse_availability(parts, raw, 1), lambda parts, raw: parse_availability(parts, raw, 2),
    ):  # fmt: skip
        _tried(lambda read=read: read(path_parts(path), query))


def words(data: bytes) -> None:
    """Periods and media ranges."""
    text = data.decode("latin-1")
    _tried(lambda: span(text))
    _tried(lambda: ranges(text))


def messages(data: bytes) -> None:
    """SDMX-ML, SDMX-JSON, SDMX-CSV, TSV, receipts, artefacts."""
    _tried(lambda: read_lines(data, "a"))
    _tried(lambda: read_received(data, "a"))
    _tried(lambda: read_json(data, "a"))
    for name in ("a.json", "a.csv"):
        _tried(lambda name=name: read_receipt(data, name, {"F": ("GEO",)}))


def files(data: bytes) -> None:
    """Extracts: CSV, XLSX, Parquet; workbooks that come back."""
    for reader, ending in ((csv, "csv"), (xlsx, "xlsx"), (parquet, "parquet")):
        file, options = File(FOLDER / f"a.{ending}", f"a.{ending}"), ReadOptions()
        file.path.write_bytes(data)
        _tried(lambda r=reader, f=file, o=options: list(r.batches(f, r.header(f, o), o)))

    def book() -> None:
        with opened(data, "a.xlsx") as found:
            for name in found.sheetnames:
                list(rows_of(found, name, "a.xlsx"))

    _tried(book)


def _tried(read: Callable[[], object]) -> None:
    try:
        read()
    except GreffeError as error:
        assert error.text()


TARGETS = {one.__name__: one for one in (addresses, words, messages, files)}

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
