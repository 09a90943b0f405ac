"""What can be counted in the file of a release: observations by status, what is missing, what is confidential, breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from greffe.arrow import integer, text
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.mapping.cells import Cells, cells
from greffe.model.allowed import restricting
from greffe.model.maps import StructureMap
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.owners import explained
from greffe.release.parts import Parts
from greffe.release.revisions import leading

_TABLE = "quality_observations"
BREAKS = 200  # that are listed
_FREE = ("", "F")


@dataclass(frozen=True)
class Break:
    """A break of series: the period from which it holds, its text ('' = none given), how many observations say so."""

    period: str
    text: str
    observations: int


@dataclass(frozen=True)
class Counts:
    """observations, of them with a value; by OBS_STATUS and by CONF_STATUS ('' = none). `expected` and `filled`: target
    cells that the constraints allow, None when they are too many to look at. `periods`: first and last."""

    observations: int
    values: int
    series: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    confidentialities: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)  # by OBS_STATUS
    frequencies: Sequence[str] = ()
    units: Sequence[str] = ()
    periods: tuple[str, str] = ("", "")
    breaks: Sequence[Break] = ()
    cells: Cells | None = None

    @property
    def confidential(self) -> int:
        """Observations that may not be shown."""
        return sum(n for code, n in self.confidentialities.items() if code not in _FREE)


def counts(parts: Parts, release: Release, catalogue: Catalogue, flow: Dataflow, map_: StructureMap | None) -> Counts:
    """Count the release. It reads the Parquet, which is checked before."""
    data = parts.observations.file(release.name, "data.parquet")
    structure = catalogue.structure(flow)
    with parts.connection(1) as connection:
        connection.read_parquet(str(data)).create_view(_TABLE)  # each look reads its few columns; a copy would read all
        there = {text(row[0]) for row in connection.execute(f"DESCRIBE {_TABLE}").fetchall()}
        status, confidentiality = (_column(n, there) for n in ("OBS_STATUS", "CONF_STATUS"))
        groups = connection.execute(
            f"SELECT {status}, {confidentiality}, OBS_VALUE IS NULL, count(*) FROM {_TABLE} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        rows = [(text(s), text(c), bool(empty), integer(n)) for s, c, empty, n in groups]
        left = explained(catalogue, flow, map_, catalogue.policies.contributors, (connection, _TABLE)) if map_ else []
        allowed = restricting(catalogue.constraints(flow))
        return Counts(
            observations=sum(n for *_, n in rows),
            values=sum(n for *_, empty, n in rows if not empty),
            series=release.series,
            statuses=_summed((s, n) for s, _, _, n in rows),
            confidentialities=_summed((c, n) for _, c, _, n in rows),
            missing=_summed((s, n) for s, _, empty, n in rows if empty),
            frequencies=_codes(connection, next((d for d in structure.dimension_ids if d.casefold() == "freq"), "")),
            units=_codes(connection, leading(structure)[1]),
            periods=_periods(connection),
            breaks=_breaks(connection, there),
            cells=cells(connection, structure.dimension_ids, allowed, _TABLE, left) if map_ else None,
        )


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for code, count in pairs:
        found[code] = found.get(code, 0) + count
    return dict(sorted(found.items()))


def _column(name: str, there: set[str]) -> str:
    return f"coalesce({quoted(name)}, '')" if name in there else "''"


def _codes(connection: Connection, dimension: str) -> tuple[str, ...]:
    """The codes of a dimension that occur; none of no dimension."""
    if not dimension:
        return ()
    rows = connection.execute(f"SELECT DISTINCT {quoted(dimension)} FROM {_TABLE} ORDER BY 1").fetchall()
    return tuple(text(row[0]) for row in rows)


def _periods(connection: Connection) -> tuple[str, str]:
    row = connection.execute(f"SELECT min(TIME_PERIOD), max(TIME_PERIOD) FROM {_TABLE}").fetchone()
    return (text(row[0]), text(row[1])) if row else ("", "")


def _breaks(connection: Connection, there: set[str]) -> tuple[Break, ...]:
    """Observations with status B, by period and text. The text is public: it is an attribute of the observation."""
    if "OBS_STATUS" not in there:
        return ()
    rows = connection.execute(
        f"SELECT TIME_PERIOD, {_column('COMMENT_OBS', there)}, count(*) FROM {_TABLE} WHERE OBS_STATUS = 'B' "
        f"GROUP BY ALL ORDER BY ALL LIMIT {BREAKS}"
    ).fetchall()
    return tuple(Break(text(period), text(words), integer(count)) for period, words, count in rows)
