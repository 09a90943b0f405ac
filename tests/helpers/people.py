"""Answers for tests of the formats for people's tools: declared decimals, awkward codes, a cross-section, a history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from blocks import STRUCTURE, block, message

from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, SeriesBlock
from greffe.model.references import Reference
from greffe.model.structures import DataStructure

Writer = Callable[[DataMessage, Parameters], Iterator[bytes]]


def with_decimals(decimals: int) -> DataStructure:
    """The structure of `blocks` whose measure declares decimals."""
    (measure,) = STRUCTURE.measures
    representation = replace(measure.representation, decimals=decimals)
    return replace(STRUCTURE, measures=(replace(measure, representation=representation),))


def written(write: Writer, found: DataMessage, **parameters: str) -> bytes:
    return b"".join(write(found, Parameters(**parameters)))


def across() -> SeriesBlock:
    """A cross-section over geo: two areas in one year."""
    return block(
        [("A", "2021", "real")],
        [[("FR", "1.5", "A", None), ("NA", None, "M", "none")]],
        ("freq", "TIME_PERIOD", "DATA_ORIGIN"),
        ("geo", "OBS_VALUE", "OBS_STATUS", "COMMENT_OBS"),
    )


def one(value: str | None = "1", geo: str = "FR", comment: str | None = None) -> SeriesBlock:
    """A series with one observation."""
    return block([("A", geo, "real")], [[("2021", value, "A", comment)]])


def several() -> DataMessage:
    """Two flows in one message, the second with a dimension that the first has not."""
    first = message([one("1")], structure=with_decimals(2)).datasets[0]
    (freq, geo) = STRUCTURE.dimensions
    structure = replace(
        with_decimals(1), reference=Reference("SSER", "PRISON"), dimensions=(freq, geo, replace(geo, id="origin"))
    )
    flow = replace(first.dataflow, reference=Reference("SSER", "PRISON"), names={"en": "Prisons"})
    cells = block(
        [("A", "NA", "FR", "real")],
        [[("2022", "2.5", "A", None)]],
        ("freq", "geo", "origin", "DATA_ORIGIN"),
    )
    second = replace(first, dataflow=flow, structure=structure, blocks=iter([cells]))
    return replace(message([]), datasets=(first, second))


def history() -> DataMessage:
    """What was valid, and what was deleted then."""
    old = message([one("1")], structure=with_decimals(2), valid_to="2026-01-01T00:00:00Z").datasets[0]
    gone = message([one(None)], structure=with_decimals(2), action="D", valid_from="2026-01-01T00:00:00Z").datasets[0]
    return replace(message([]), datasets=(old, gone))
