"""Rows that come in from a file are asked what each of them would be asked on its own page: what the types lack or count
otherwise, whether the recipient takes a target that its constraint does not allow, and the reason of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import cells_of, dump_representation
from greffe.catalogue.representation_files import read_representation
from greffe.errors import Refused
from greffe.model.maps import MapRow, RepresentationMap
from greffe.release.parts import Parts
from greffe.release.review.admitting import Admission, admission, map_files
from greffe.release.review.outside import Outside, claimed, outside


@dataclass(frozen=True)
class Coming:
    """What rows of a file ask. `outside`: by row id, what of its target the recipient does not take and nobody claimed yet;
    `silent`: row ids that are new or changed and have no reason."""

    admission: Admission
    outside: Mapping[str, tuple[Outside, ...]]
    silent: tuple[str, ...]

    @property
    def left_out(self) -> tuple[Outside, ...]:
        """The same of all rows, each code once."""
        return tuple(dict.fromkeys(one for some in self.outside.values() for one in some))


def asked_of(catalogue: Catalogue, table: RepresentationMap, content: bytes) -> Coming:
    """What the rows of a file that comes in for a table ask of whoever brings it."""
    rows = read_representation(content, table.file).rows
    changed = list(_changed(table, rows))
    left_out = {row.row_id: found for row, moved in changed if moved and (found := _outside(catalogue, table, row))}
    silent = tuple(row.row_id for row, _ in changed if not row.reason.strip())
    return Coming(admission(catalogue, {table.file: rows}), left_out, silent)


def _changed(table: RepresentationMap, rows: tuple[MapRow, ...]) -> Iterator[tuple[MapRow, bool]]:
    """The rows that are new or other than they were, and whether they lead elsewhere."""
    held = {row.row_id: row for row in table.rows}
    for row in rows:
        old = held.get(row.row_id)
        if old is None or cells_of(table, old) != cells_of(table, row):
            yield row, old is None or old.targets != row.targets


def _outside(catalogue: Catalogue, table: RepresentationMap, row: MapRow) -> tuple[Outside, ...]:
    found = outside(catalogue, table, row.targets) if row.has_target else ()
    return found if found and claimed(found, {"reason": row.reason}, True)["reason"] != row.reason.strip() else ()


def brought(
    parts: Parts,
    catalogue: Catalogue,
    table: RepresentationMap,
    content: bytes,
    said: Mapping[str, str] | None,
    claim: bool = False,
) -> dict[str, bytes | None]:
    """The files that a file for a table makes: with `said` (axis → word, conversion → reason) those of the maps too that say
    nothing of a target yet, or something else. `claim`: the recipients take what their constraints do not allow, which the
    reasons of these rows say too. Raises Refused, with what it takes, where something is asked and not answered; what is wrong
    besides is told by `propose`."""
    asked = asked_of(catalogue, table, content)
    if asked.silent:
        raise Refused(
            f"No reason is given for {', '.join(asked.silent)} of {table.file}.",
            hint="Give each its reason in the file.",
        )
    if asked.outside and not claim:
        row_id, found = next(iter(asked.outside.items()))
        raise Refused(
            f"{row_id}: {found[0].text()}",
            hint="Say that the recipient takes it all the same, or choose another target. For the command: --outside.",
        )
    body = _claiming(table, content, asked)
    lack = asked.admission
    if not lack.omissions and not lack.deviations:
        return {table.file: body}
    if lack.faults:
        raise lack.faults[0]
    if said is None:
        raise _unanswered(lack)
    rows = {table.file: read_representation(body, table.file).rows}
    return {table.file: body, **map_files(parts, catalogue, admission(catalogue, rows, said).sayings)}


def _claiming(table: RepresentationMap, content: bytes, asked: Coming) -> bytes:
    """The file, with the claim in the reasons of the rows that lead to what a recipient does not take."""
    if not asked.outside:
        return content
    read = read_representation(content, table.file)
    rows = tuple(
        replace(row, reason=claimed(asked.outside[row.row_id], {"reason": row.reason}, True)["reason"])
        if row.row_id in asked.outside
        else row
        for row in read.rows
    )
    return dump_representation(replace(read, rows=rows))


def _unanswered(found: Admission) -> Refused:
    """What the types lack, or count otherwise, and nobody said anything of."""
    if found.omissions:
        one = found.omissions[0]
        cells = ", ".join(f"{id_}={code}" for id_, code in one.cells.items())
        return Refused(
            f"The types of {one.map.file} leave out {cells}.",
            hint="Propose what they lack with the rows: --types, and --say AXIS=WORD where nothing settles it.",
        )
    other = found.deviations[0]
    return Refused(
        other.text,
        hint=f"Declare it with the rows: --types --say {other.kind}=REASON, which is published with the figures.",
    )
