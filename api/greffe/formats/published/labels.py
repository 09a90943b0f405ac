"""Labels that a CSV carries beside its codes are taken off: `labels=both` and `labels=name` of SDMX-CSV 1.0 and 2.0."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from greffe.formats.published.lines import Lines

_NAMED: Final = "STRUCTURE_NAME"  # the column that SDMX-CSV 2.0 has when names stand in columns of their own


def without_labels(lines: Lines, declared: Collection[str], coded: Collection[str]) -> Lines:
    """The same lines with ids as columns and codes as cells. `declared`: ids of the components; `coded`: those with a list.

    `freq: Time frequency` is the column freq, `A: Annual` in it the code A: also where only the cells carry a label. With a
    column STRUCTURE_NAME, the column after a component, itself none, holds names and goes."""
    ids = [c if c in declared else c.partition(":")[0].strip() for c in lines.header]
    labelled = {
        i
        for i, id_ in enumerate(ids)
        if id_ in coded and (lines.header[i] != id_ or all(":" in row[i] for _, row in lines.rows if row[i]))
    }
    kept = [i for i in range(len(ids)) if not _is_name(lines.header, ids, i, declared)]
    return lines.turned(
        tuple(ids[i] for i in kept),
        lambda row: [row[i].partition(":")[0].strip() if i in labelled else row[i] for i in kept],
    )


def _is_name(header: Sequence[str], ids: Sequence[str], at: int, declared: Collection[str]) -> bool:
    return _NAMED in header and at > 0 and ids[at] not in declared and ids[at - 1] in declared
