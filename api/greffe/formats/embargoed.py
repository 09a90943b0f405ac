"""A data set that is handed out before its hour says so in every observation (QR-EMB-02)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from greffe.arrow import pa, texts
from greffe.errors import Refused
from greffe.model.dataset import DataSet, SeriesBlock

EMBARGO, CONF = "EMBARGO_DATE", "CONF_STATUS"
FREE: Final = ("F", None)
_TEXTS: Final = pa.dictionary(pa.int32(), pa.string())


def embargoed(dataset: DataSet, until: datetime) -> DataSet:
    """The same with EMBARGO_DATE filled and CONF_STATUS N where the structure has that attribute, else CONF_STATUS E.

    Marks of confidentiality stay as they are: they last longer. Raises Refused for a structure that has neither.
    """
    known = [a.id for a in dataset.structure.attributes]
    if CONF not in known:
        raise Refused(f"{dataset.structure.reference} has no {CONF}: a file could not say that it is under embargo.")
    written = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = tuple(a for a in known if a in (*dataset.attributes, CONF, EMBARGO))
    mark = "N" if EMBARGO in known else "E"
    return replace(dataset, blocks=_marked(dataset.blocks, mark, written), attributes=wanted)


def _marked(blocks: Iterator[SeriesBlock], mark: str, until: str) -> Iterator[SeriesBlock]:
    for block in blocks:
        yield replace(
            block, series=_table(block.series, mark, until), observations=_table(block.observations, mark, until)
        )


def _table(table: pa.Table, mark: str, until: str) -> pa.Table:
    for place, name in enumerate(table.column_names):
        if name == CONF:
            cells = [mark if code in FREE else code for code in texts(table.column(name))]
        elif name == EMBARGO:
            cells = [until] * table.num_rows
        else:
            continue
        table = table.set_column(place, name, pa.array(cells, _TEXTS))
    return table
