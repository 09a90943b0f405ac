"""Cells of one dataset, and every instance among them of what `relations` says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from greffe.catalogue.calculated import Calculated
from greffe.catalogue.relations import ALL, Key, Mate, Relations, Sum, Tree
from greffe.linear.system import Equation
from greffe.model.relations import END, INCOMING, RESOLVED, START, Codes

_YEAR: Final = re.compile(r"(\d{4})(.*)", re.DOTALL)


class Cells:
    """Cells of one dataset with their places, for what relations say of them. `values`: whole numbers, None unknown."""

    def __init__(self, relations: Relations, keys: Sequence[Key], values: Sequence[int | None]) -> None:
        self.relations, self.keys, self.values = relations, keys, values
        self.number = {key: n for n, key in enumerate(keys)}
        self._at = {d: n for n, d in enumerate(relations.dims)}
        self._counted = [n for n, key in enumerate(keys) if relations.counted(key)]
        self._calculated = Calculated(self._at, self.number, keys, values)

    def equations(self) -> Iterator[Equation]:
        """Every instance of a sum, of a parent and its children, of stocks and flows, among the cells that count."""
        for one in self.relations.sums:
            yield from self._sum(one)
        for tree in self.relations.trees:
            yield from self._tree(tree)
        if self.relations.state:
            yield from self._stocks()
        for made in self.relations.linear:
            yield from self._calculated.linear(made)
        for longer in self.relations.longer:
            yield from self._calculated.longer(longer)

    def _sum(self, one: Sum) -> Iterator[Equation]:
        at = [self._at[c] for c in one.components]
        limits = [(self._at[c], codes) for c, codes in (one.where or {}).items() if c in self._at and codes]
        groups: dict[Key, dict[Codes, int]] = {}
        members = {one.total, *one.parts, *one.optional}
        for n in self._counted:
            key = self.keys[n]
            codes = tuple(key[a] for a in at)
            if (one.parts and codes not in members) or any(key[a] not in allowed for a, allowed in limits):
                continue
            groups.setdefault(_without(key, at), {})[codes] = n
        for group in groups.values():
            if one.total not in group:
                continue
            parts = [c for c in group if c != one.total and ALL not in c]
            complete = all(p in group for p in one.parts) or (
                not any(p in group for p in one.parts) and any(o in group for o in one.optional)
            )
            if parts and (one.parts or len(parts) > 1):
                yield from self._total(
                    one.name, group[one.total], [group[p] for p in parts], complete and not one.bound
                )

    def _tree(self, tree: Tree) -> Iterator[Equation]:
        at = [self._at[tree.component]]
        groups: dict[Key, dict[str, int]] = {}
        for n in self._counted:
            groups.setdefault(_without(self.keys[n], at), {})[self.keys[n][at[0]]] = n
        for group in groups.values():
            for code in group:
                children = tree.children.get(code, ())
                parts = [group[c] for c in children if c in group]
                if parts:
                    yield from self._total(tree.component, group[code], parts, len(parts) == len(children))

    def _total(self, name: str, total: int, parts: Sequence[int], complete: bool) -> Iterator[Equation]:
        """Equal where the figures add up, at most the total where they do not; where a figure is unknown, what the relation
        says. Figures that contradict it are no secret's business: the rules of sums speak of them."""
        values = [self.values[n] for n in (total, *parts)]
        known = [v for v in values if v is not None]
        loose = not complete
        if len(known) == len(values):
            left = known[0] - sum(known[1:])
            if left < 0:
                return
            loose = left > 0
        yield Equation(((total, 1), *((p, -1) for p in parts)), loose, name)

    def _stocks(self) -> Iterator[Equation]:
        """Pending at the start + new - resolved = pending at the end; the start is the end of the year before."""
        at = self._at[self.relations.state]
        found: dict[tuple[Key, str], int] = {}
        for n in self._counted:
            key = self.keys[n]
            found[_without(key, [at, len(key) - 1]), f"{key[at]}@{key[-1]}"] = n
        for (rest, place), end in found.items():
            code, _, period = place.partition("@")
            year = _YEAR.fullmatch(period)
            if code != END or year is None:
                continue
            before = f"{END}@{int(year[1]) - 1:04}{year[2]}"
            start = f"{START}@{period}" if self.relations.starts else before
            terms = [
                (found.get((rest, p)), f)
                for p, f in ((start, 1), (f"{INCOMING}@{period}", 1), (f"{RESOLVED}@{period}", -1))
            ]
            yield from self._balance([*terms, (end, -1)])
            if self.relations.starts:
                after = f"{START}@{int(year[1]) + 1:04}{year[2]}"
                yield from self._balance([(end, 1), (found.get((rest, after)), -1)])

    def _balance(self, terms: Sequence[tuple[int | None, int]]) -> Iterator[Equation]:
        there = tuple((n, f) for n, f in terms if n is not None)
        if len(there) < len(terms):
            return
        values = [self.values[n] for n, _ in there]
        known = [v for v in values if v is not None]
        if len(known) == len(values) and sum(v * f for v, (_, f) in zip(known, there, strict=True)) != 0:
            return
        yield Equation(there, False, "stock")

    def followers(self) -> Iterator[tuple[int, int]]:
        """Pairs (cell, other): when the cell is hidden, so must the other be, which gives it away."""
        for mate in self.relations.mates:
            for n, key in enumerate(self.keys):
                other = self._other(key, mate)
                if other is not None and other != n:
                    yield n, other
                    yield other, n
        for longer in self.relations.longer:
            yield from self._calculated.rounded(longer)
        for made in self.relations.made:
            for n, key in enumerate(self.keys):
                if made.component in self._at and key[self._at[made.component]] in made.operands:
                    other = self.number.get(self._with(key, made.result))
                    if other is not None and other != n:
                        yield n, other

    def _other(self, key: Key, mate: Mate) -> int | None:
        if any(c not in self._at or key[self._at[c]] not in codes for c, codes in mate.where.items()):
            return None
        return self.number.get(self._with(key, mate.set, mate.years))

    def _with(self, key: Key, codes: Mapping[str, str], years: int = 0) -> Key:
        found = list(key)
        for component, code in codes.items():
            if component in self._at:
                found[self._at[component]] = code
        year = _YEAR.fullmatch(key[-1])
        if years and year is not None:
            found[-1] = f"{int(year[1]) + years:04}{year[2]}"
        return tuple(found)


def _without(key: Key, at: Sequence[int]) -> Key:
    return tuple(code for n, code in enumerate(key) if n not in at)
