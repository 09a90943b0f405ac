"""Two versions of a file that come from one become one, piece by piece; what both changed differently is a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.release.pieces import HEAD, Piece, Pieces, assembled, read_pieces

ORDER: Final = "(order)"
WHOLE: Final = ""  # the file as such: it is removed, or its columns changed
MINE, THEIRS = "mine", "theirs"
SIDES: Final = (MINE, THEIRS)


@dataclass(frozen=True)
class Disagreement:
    """A piece of a file that both changed, each otherwise: its text in all three versions, None where it is absent."""

    path: str
    row: str
    base: str | None
    mine: str | None
    theirs: str | None

    @property
    def place(self) -> str:
        """`mappings/ESTAT/x.csv#SEX-001`, or the path alone for the file as such."""
        return f"{self.path}#{self.row}" if self.row else self.path


@dataclass(frozen=True)
class Merged:
    """The merged file (None: gone), and what was not decided: there it is as theirs."""

    content: bytes | None
    conflicts: tuple[Disagreement, ...] = ()


def merge_file(
    path: str,
    base: bytes | None,
    mine: bytes | None,
    theirs: bytes | None,
    taking: Mapping[str, str] | None = None,
) -> Merged:
    """Merge what mine and theirs made of base. `taking`: place (see Disagreement) → mine or theirs, where both changed."""
    taken = taking or {}
    if mine in (theirs, base):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    whole = Disagreement(path, WHOLE, *(None if c is None else "(the file)" for c in (base, mine, theirs)))
    if path in taken:
        return Merged(mine if taken[path] == MINE else theirs)
    if mine is None or theirs is None:
        return Merged(theirs, (whole,))
    was, my, their = (read_pieces(path, c) if c is not None else {} for c in (base, mine, theirs))
    if path.endswith(".csv") and my[HEAD] != their[HEAD]:
        return Merged(theirs, (whole,))  # other columns: rows cannot be compared
    rows = {place.removeprefix(f"{path}#"): side for place, side in taken.items() if place.startswith(f"{path}#")}
    pieces, conflicts = merge_pieces(was, my, their, rows)
    found = tuple(Disagreement(path, row, *_texts(row, (was, my, their))) for row in conflicts)
    return Merged(assembled(path, pieces), found)


def _texts(row: str, versions: Sequence[Pieces]) -> list[str | None]:
    if row == ORDER:
        return [" ".join(version) for version in versions]
    return [version[row].text.rstrip("\n") if row in version else None for version in versions]


def merge_pieces(
    base: Pieces, mine: Pieces, theirs: Pieces, taking: Mapping[str, str]
) -> tuple[dict[str, Piece], list[str]]:
    """The merged pieces in order, and the names of those that both changed, each otherwise, and nothing in `taking`
    decides."""
    kept: dict[str, Piece] = {}
    conflicts: list[str] = []
    for name in dict.fromkeys((*theirs, *mine, *base)):
        was, my, their = base.get(name), mine.get(name), theirs.get(name)
        chosen = their
        if my != their and their == was:
            chosen = my
        elif my != their and my != was:
            if name not in taking:
                conflicts.append(name)
            chosen = my if taking.get(name) == MINE else their
        if chosen is not None:
            kept[name] = chosen
    order, clash = _order(base, mine, theirs, kept, taking.get(ORDER, ""))
    return {name: kept[name] for name in order}, [*conflicts, *([ORDER] if clash else [])]


def _order(
    base: Iterable[str], mine: Iterable[str], theirs: Iterable[str], kept: Mapping[str, Piece], taking: str
) -> tuple[list[str], bool]:
    """The order of whoever moved pieces, theirs when nobody did; what the other one added comes after what it followed.

    True with it when both moved pieces, each otherwise."""
    my, their = _among(mine, kept), _among(theirs, kept)
    shared = _among(base, set(my) & set(their))
    i_moved, they_moved = (_among(side, shared) != shared for side in (my, their))
    clash = i_moved and they_moved and _among(my, shared) != _among(their, shared)
    lead_mine = taking == MINE if clash else i_moved and not they_moved
    lead, other = (my, their) if lead_mine else (their, my)
    return _woven(lead, other), clash and taking not in SIDES


def _woven(lead: Sequence[str], other: Sequence[str]) -> list[str]:
    """The names of both: what other alone has comes after what it followed, and after what lead alone has there, since
    in rows first is priority."""
    leading, both = set(lead), set(lead) & set(other)
    followers: dict[str, list[str]] = {"": []}
    anchor = ""
    for name in other:
        anchor = name if name in leading else anchor
        if name not in leading:
            followers.setdefault(anchor, []).append(name)
    found: list[str] = []
    waiting = followers[""]
    for name in lead:
        if name in both:
            found += waiting
            waiting = followers.get(name, [])
        found.append(name)
    return found + waiting


def _among(names: Iterable[str], wanted: Iterable[str]) -> list[str]:
    among = set(wanted)
    return [name for name in names if name in among]
