"""The order of rows in a representation map: none contradicts or hides another (SM-16, SM-17).

Only what follows from two rows alone is refused: a last catch-all may well be hidden by all the rows before it together,
since it is there for codes that do not exist yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.catalogue.patterns import matched
from greffe.errors import BadDefinition
from greffe.model.maps import MapRow, SourceValue

_FIRST, _LAST = "0000-00-00", "9999-12-31"  # open ends; ISO dates sort as texts
_EVERYTHING: Final = (".*", "(.*)", "(?:.*)")
_SOMETHING: Final = (".+", "(.+)", "(?:.+)")  # everything but the empty text


def check_order(rows: Sequence[MapRow], sources: Sequence[str], targets: Sequence[str], file: str) -> None:
    """Raises BadDefinition naming both rows."""
    _check_overlaps(rows, sources, targets, file)
    _check_hidden(rows, sources, file)


def _check_overlaps(rows: Sequence[MapRow], sources: Sequence[str], targets: Sequence[str], file: str) -> None:
    """Two rows with the same source values never hold at the same time, even when they agree: one of them is idle."""
    seen: dict[tuple[SourceValue, ...], list[MapRow]] = {}
    for row in rows:
        for other in seen.setdefault(row.sources, []):
            if not _overlap(row, other):
                continue
            values = _values(row, sources)
            told = f"(row {row.row_id}, row {other.row_id})"
            same = (row.targets, row.has_target) == (other.targets, other.has_target)
            message = f"{values} becomes {_shown(row)} here and {_shown(other)} in line {other.line} {told}."
            if same:
                message = f"{values} becomes {_shown(row)} in line {other.line} already, at the same time {told}."
            hint = "Keep one of the rows, or give them validity that does not overlap."
            raise BadDefinition(message, file=file, row=row.line, column=f"target:{targets[0]}", hint=hint)
        seen[row.sources].append(row)


def _overlap(left: MapRow, right: MapRow) -> bool:
    return (left.valid_from or _FIRST) <= (right.valid_to or _LAST) and (right.valid_from or _FIRST) <= (
        left.valid_to or _LAST
    )


def _check_hidden(rows: Sequence[MapRow], sources: Sequence[str], file: str) -> None:
    """A row that an earlier one always matches before it, for the whole of its validity, is never used."""
    wide: list[MapRow] = []
    for row in rows:
        for other in wide:
            if _holds(other, row) and all(_covers(o, s) for o, s in zip(other.sources, row.sources, strict=True)):
                raise BadDefinition(
                    f"{_values(row, sources)} (row {row.row_id}) is never reached: "
                    f"{_values(other, sources)} in line {other.line} (row {other.row_id}) comes first.",
                    file=file,
                    row=row.line,
                    column=f"source:{sources[0]}",
                    hint="Move the row before it, or remove it: the first row that matches wins.",
                )
        if any(s.match != "exact" for s in row.sources):
            wide.append(row)


def _holds(other: MapRow, row: MapRow) -> bool:
    """The validity of the other includes the row's."""
    return (other.valid_from or _FIRST) <= (row.valid_from or _FIRST) and (row.valid_to or _LAST) <= (
        other.valid_to or _LAST
    )


def _covers(wide: SourceValue, narrow: SourceValue) -> bool:
    """Every value that the narrow one matches is matched by the wide one; False when that cannot be told."""
    if wide == narrow:
        return True
    if wide.match == "regex" and narrow.match == "exact":
        return matched(wide.value, narrow.value) is not None
    if wide.match == narrow.match == "regex":
        return wide.value in _EVERYTHING or (wide.value in _SOMETHING and matched(narrow.value, "") is None)
    if wide.match == "substring" and narrow.match == "exact":
        return narrow.value[wide.start - 1 : wide.end] == wide.value
    return False


def _values(row: MapRow, sources: Sequence[str]) -> str:
    return ", ".join(f"{name}={source.value}" for name, source in zip(sources, row.sources, strict=True))


def _shown(row: MapRow) -> str:
    return "|".join(row.targets) if row.has_target else row.kind
