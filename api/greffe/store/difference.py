"""What changed from one release to the next: rows inserted, updated, deleted (D5), found by comparing sorted keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from greffe.arrow import pa
from greffe.store.arrays import Codes, Ints, differing, taken
from greffe.store.coded import VALUE, Coded, Layout, Observed, combined


@dataclass(frozen=True)
class Difference:
    """Rows by key with a column ACTION: I and U as they are now, D with the key alone (all else null)."""

    columns: dict[str, Coded]
    values: pa.StringArray
    inserted: int
    updated: int
    deleted: int

    @property
    def changed(self) -> dict[str, int]:
        """The counts by name."""
        return {"inserted": self.inserted, "updated": self.updated, "deleted": self.deleted}

    @staticmethod
    def order(layout: Layout) -> tuple[str, ...]:
        """The columns of the file."""
        return ("ACTION", *layout.key, VALUE, *layout.attributes)


def difference(new: Observed, old: Observed | None) -> Difference:
    """From `old` (None: from nothing) to `new`. Both have the dimensions of `new`'s layout."""
    if old is None:
        actions = Coded(("I",), np.zeros(len(new), np.int32))
        return Difference({"ACTION": actions, **new.columns}, new.values, len(new), 0, 0)
    shared = {n: _unified(new.columns[n], old.columns[n]) for n in new.columns}
    count = len(new)
    keys = combined([c.codes for c in _of(shared, new.layout.key)], [len(c.words) for c in _of(shared, new.layout.key)])
    here, there = _partners(keys[:count], keys[count:])
    partner = np.flatnonzero(here >= 0)
    updated = partner[_differ(new, old, shared, partner, here[partner])]
    inserted, deleted = np.flatnonzero(here < 0), np.flatnonzero(~there)
    action = np.concatenate([np.full(len(a), n, np.int32) for n, a in enumerate((deleted, inserted, updated))])
    rows = np.concatenate([deleted + count, inserted, updated])
    order = np.argsort(keys[rows], kind="stable")
    rows, action = rows[order], action[order]
    gone = action == 0
    columns = {n: c.at(rows) for n, c in shared.items()}
    for name in new.layout.attributes:
        columns[name] = Coded(columns[name].words, np.where(gone, -1, columns[name].codes).astype(np.int32))
    values = taken(new.values, np.where(gone, 0, rows), gone)
    actions = Coded(("D", "I", "U"), action)
    return Difference({"ACTION": actions, **columns}, values, len(inserted), len(updated), len(deleted))


def _of(columns: dict[str, Coded], names: Sequence[str]) -> list[Coded]:
    return [columns[n] for n in names]


def _unified(left: Coded, right: Coded) -> Coded:
    """Both columns one under the other, over the words of both."""
    words = tuple(sorted({*left.words, *right.words}))
    place = {word: n for n, word in enumerate(words)}

    def moved(column: Coded) -> Codes:
        ranks: Codes = np.array([*(place[w] for w in column.words), -1], np.int32)
        return ranks[column.codes]

    return Coded(words, np.concatenate([moved(left), moved(right)]))


def _partners(new: Ints, old: Ints) -> tuple[Ints, Ints]:
    """For each new key the row of the same old key or -1; for each old key whether it is still there. Both sorted."""
    place = np.searchsorted(old, new)
    found = np.zeros(len(new), bool)
    inside = place < len(old)
    found[inside] = old[place[inside]] == new[inside]
    here = np.where(found, place, -1)
    there = np.zeros(len(old), bool)
    there[place[found]] = True
    return here, there


def _differ(new: Observed, old: Observed, shared: dict[str, Coded], rows: Ints, partners: Ints) -> Ints:
    """Which of the pairs differ in the value or an attribute; positions in `rows`."""
    differs = differing(taken(new.values, rows), taken(old.values, partners))
    for name in new.layout.attributes:
        codes = shared[name].codes
        differs = differs | (codes[rows] != codes[len(new) + partners])
    return np.flatnonzero(differs)
