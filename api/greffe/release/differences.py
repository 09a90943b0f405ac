"""What a proposal changes, file by file and piece by piece: rows added, gone, changed with before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from greffe.release.parts import Parts
from greffe.release.pieces import Piece, read_pieces
from greffe.release.proposals import Asked
from greffe.store.proposal_records import Proposal


@dataclass(frozen=True)
class Difference:
    """One piece of a file (a row, a section, an item). `how`: added | gone | changed; `before`, `after`: the cells that
    differ (all of them of what is added or gone)."""

    path: str
    row: str
    how: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {
            "file": self.path, "row": self.row, "how": self.how,
            "before": dict(self.before), "after": dict(self.after),
        }  # fmt: skip


def differences(parts: Parts, proposal: Proposal) -> tuple[Difference, ...]:
    """What the proposal changes in what it was made on."""
    found: list[Difference] = []
    for path, sha in sorted(proposal.files.items()):
        before, after = (parts.register.content(s) if s else None for s in (proposal.before[path], sha))
        found += difference(path, before, after)
    return tuple(found)


def foreseen(parts: Parts, asked: Asked) -> tuple[Difference, ...]:
    """What files would change that nobody has proposed yet."""
    found: list[Difference] = []
    for path in sorted(asked.files):
        before = parts.register.content(asked.before[path]) if asked.before[path] else None
        found += difference(path, before, asked.contents.get(path))
    return tuple(found)


def difference(path: str, before: bytes | None, after: bytes | None) -> Iterator[Difference]:
    """What differs between two versions of a file (None: no file), in the order of the later one, then what is gone."""
    old, new = (read_pieces(path, content) if content is not None else {} for content in (before, after))
    for row in dict.fromkeys((*new, *old)):
        was, now = old.get(row), new.get(row)
        if was != now:
            how = "added" if was is None else "gone" if now is None else "changed"
            yield Difference(path, row, how, _cells(was, now), _cells(now, was))
    moved = [row for row in new if row in old], [row for row in old if row in new]
    if moved[0] != moved[1]:
        yield Difference(path, "(order)", "changed", {"rows": " ".join(moved[1])}, {"rows": " ".join(moved[0])})


def _cells(one: Piece | None, other: Piece | None) -> dict[str, str]:
    if one is None:
        return {}
    return {k: v for k, v in one.cells.items() if other is None or other.cells.get(k) != v}
