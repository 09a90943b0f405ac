"""What releases say, cell by cell: the key of a cell and its period lead to value, statuses, comment, source, footnote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from greffe.arrow import texts
from greffe.formats.components import TIME, VALUE
from greffe.model.dataset import DataSet

FREE: Final = "F"
STATUS, CONF = "OBS_STATUS", "CONF_STATUS"
SHOWN: Final = (STATUS, CONF, "COMMENT_OBS", "SOURCE_NOTE", "FOOTNOTE")  # beside the answers, in this order
EXPLANATION: Final = "EXPLANATION"  # no attribute of a structure: a person said it of a variation
Key = tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """`value`: the decimal text as released, '' where it is missing. `notes`: attribute → text, the empty ones left out."""

    value: str
    notes: Mapping[str, str]

    @property
    def confidential(self) -> bool:
        """Whether the recipient is told that it is, and nothing else."""
        return self.notes.get(CONF, FREE) not in ("", FREE)


def answers_of(dataset: DataSet) -> dict[tuple[Key, str], Answer]:
    """(codes in the order of the structure, period) → what is released."""
    return dict(_each(dataset))


def _each(dataset: DataSet) -> Iterator[tuple[tuple[Key, str], Answer]]:
    dims = dataset.structure.dimension_ids
    for block in dataset.blocks:
        keys = [texts(block.series.column(d)) for d in dims]
        columns = {n: texts(block.observations.column(n)) for n in block.observations.column_names}
        noted = [n for n in SHOWN if n in columns]
        owners = [place for place, count in enumerate(block.counts.to_pylist()) for _ in range(count or 0)]
        for row, owner in enumerate(owners):
            notes = {n: columns[n][row] or "" for n in noted}
            answer = Answer(columns[VALUE][row] or "", {n: text for n, text in notes.items() if text})
            yield (tuple(k[owner] or "" for k in keys), columns[TIME][row] or ""), answer
