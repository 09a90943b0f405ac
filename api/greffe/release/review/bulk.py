"""Decisions on many items at once: which they are, and those that have no target."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, nearest
from greffe.release.review.codes import Codes, subtree
from greffe.release.review.queue import Queue, Waiting

MOST = 500  # items of one decision


def chosen(catalogue: Catalogue, queue: Queue, items: Sequence[str], top: str = "") -> tuple[Waiting, ...]:
    """The lines of items, and with `top` those whose source is that code or lies below it. Raises BadQuery."""
    known = {line.item: line for line in queue.lines}
    for item in items:
        if item not in known:
            raise BadQuery(f"There is no row {item!r}.", parameter="item", nearest=nearest(item, known))
    found = {item: known[item] for item in items}
    if top:
        found |= {line.item: line for line in _below(catalogue, queue, top)}
    if not found:
        raise BadQuery("Nothing is chosen.", parameter="item", hint="Tick rows, or name the top of a subtree.")
    if len(found) > MOST:
        raise BadQuery(f"{len(found)} rows are chosen; at most {MOST} are decided at once.", parameter="item")
    return tuple(found.values())


def _below(catalogue: Catalogue, queue: Queue, top: str) -> list[Waiting]:
    codes, table = Codes(catalogue, queue.table), queue.table
    holders = [n for n, c in enumerate(table.sources) if top in codes.of("source", c)]
    if not holders:
        every = [code for c in table.sources for code in codes.of("source", c)]
        raise BadQuery(f"{top!r} is no source code.", parameter="top", nearest=nearest(top, every))
    trees = {n: subtree(codes.of("source", table.sources[n]), top) for n in holders}
    return [line for line in queue.lines if any(line.values[n] in tree for n, tree in trees.items())]


@dataclass(frozen=True)
class Split:
    """Lines that are decided on at once. `taken`: those on which nobody decided yet, and decided ones that were asked for;
    `replaced`: of them the decided ones; `left`: decided ones that stay as they are."""

    taken: tuple[Waiting, ...]
    replaced: tuple[Waiting, ...]
    left: tuple[Waiting, ...]


def split(lines: Sequence[Waiting], named: Collection[str], every: bool) -> Split:
    """What somebody decided is replaced where its row is named, or where `every` decided one is asked for. Raises BadQuery when
    nothing is left to decide."""
    replaced = tuple(w for w in lines if w.shown is not None and (every or w.item in named))
    left = tuple(w for w in lines if w.shown is not None and w not in replaced)
    taken = tuple(w for w in lines if w not in left)
    if not taken:
        raise BadQuery(
            f"All {len(left)} rows are decided already; they stay as they are.",
            parameter="decided",
            hint="Tick the rows, or say that decided ones are replaced too.",
        )
    return Split(taken, replaced, left)


def without_target(queue: Queue, line: Waiting, kind: str, reason: str) -> dict[str, str]:
    """The cells that say a line has no target, and why."""
    return {**line.validity(), **{f"target:{c}": "" for c in queue.table.targets}, "kind": kind, "reason": reason}
