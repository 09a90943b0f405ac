"""A list of publications, taken in one after the other: `samples/published/publications.csv` is one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from greffe.errors import BadInput
from greffe.formats.published.lines import Columns, csv_lines
from greffe.release.parts import Parts
from greffe.release.published import Described, add_publication, file_content
from greffe.store.base import Actor
from greffe.store.publication_records import PublicationRecord

COLUMNS: Final = ("file", "body", "dataset", "dataflow", "retrieved", "url", "series", "period", "value", "note")
FOLDER: Final = "publications"  # beside the list


def add_listed(parts: Parts, who: Actor, listing: Path) -> list[tuple[PublicationRecord, bool]]:
    """Take in every publication of a list, from the folder `publications` beside it; those known before are told as such.

    Columns: those of `greffe publications add`; series, period, value and note describe a plain CSV. Raises BadInput with
    the row of the list, or with what is wrong in the file that it names: what stands above it is taken in then."""
    lines = csv_lines(file_content(listing), listing.name, COLUMNS)
    found = []
    for number, cells in lines.rows:
        row = dict(zip(lines.header, cells, strict=True))
        path = listing.parent / FOLDER / row["file"]
        if Path(row["file"]).name != row["file"] or not path.is_file():
            raise BadInput("There is no such file.", file=listing.name, row=number, column="file", hint=str(path))
        columns = None
        if row["series"]:
            columns = Columns(tuple(row["series"].split("+")), row["period"], row["value"], note=row["note"])
        said = Described(row["body"], row["dataset"], row["dataflow"], row["retrieved"], row["url"], "real", columns)
        found.append(add_publication(parts, who, path, said))
    return found
