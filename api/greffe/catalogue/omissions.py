"""A cell that a map reaches and of which its `types` say nothing: what may be said of it, and what the cells beside it settle.

What a map says of a cell is never changed here: two cells that differ in one code and count different things stay apart. Only
what is left unsaid may be added, and on every axis on which the cells beside it agree it is what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import MapView
from greffe.catalogue.reach import Cell, asked, reached, shown
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import Types, wanted
from greffe.errors import BadQuery, nearest
from greffe.model.maps import Cells, CellType, Conversion, StructureMap

Held: TypeAlias = Mapping[Cell, tuple[CellType, ...]]  # the types that a map declares for each of its cells


@dataclass(frozen=True)
class Omission:
    """`cells`: the condition that the type of the cell would have. `beside`: the types of the cells that differ least from it.
    `settled`: axis → the word on which these agree; `open`: axis → the words that they have, the commonest first.
    `conversions`: those that all of them declare alike."""

    map: StructureMap
    cell: Cell
    cells: Cells
    beside: tuple[CellType, ...]
    settled: Mapping[str, str]
    open: Mapping[str, tuple[str, ...]]
    conversions: tuple[Conversion, ...]

    def type_(self, said: Mapping[str, str]) -> CellType:
        """What the cell counts, with the words of an author where nothing settles it. Raises BadQuery for a word that is not
        known or is missing, and for one that says otherwise than the cells beside it."""
        words = dict(self.settled)
        for axis, word in said.items():
            if word and words.get(axis, word) != word:
                raise BadQuery(
                    f"The cells beside {shown(self.cell)} have {axis} {words[axis]}, found {word}.",
                    parameter=axis,
                    hint="Where the recipient defines that cell otherwise, propose the file of the map itself.",
                )
        for axis in self.open:
            word = said.get(axis, "")
            if word not in TYPE_WORDS[axis]:
                raise BadQuery(
                    f"{word!r} does not say what {shown(self.cell)} counts.",
                    parameter=axis,
                    nearest=nearest(word, TYPE_WORDS[axis]),
                    hint=f"Say the {axis}: {', '.join(TYPE_WORDS[axis])}.",
                )
            words[axis] = word
        return CellType(dict(self.cells), **words, conversions=self.conversions)


def omission(map_: StructureMap, held: Held, cell: Cell) -> Omission:
    """What the map, as it is effective, settles of a cell that it says nothing of. `held`: the `typed_cells` of the map."""
    beside = list(_beside(held, cell))
    keys = Counter(tuple(sorted(t.cells)) for _, types in beside for t in types)
    dims = max(keys, key=lambda k: (keys[k], len(k)), default=tuple(id_ for id_, _ in cell))
    alike = [(differ, t) for differ, types in beside for t in types if tuple(sorted(t.cells)) == dims]
    types = _once([t for _, t in alike])
    codes = dict(cell)
    settled, open_ = {}, {}
    for axis, known in TYPE_WORDS.items():
        words = _settled(alike, axis)
        if len(words) == 1:
            settled[axis] = words[0]
        else:
            common = Counter(wanted(t)[axis] for t in types)
            open_[axis] = tuple(sorted(common, key=lambda w: (-common[w], known.index(w))))
    return Omission(map_, cell, {d: codes[d] for d in dims}, types, settled, open_, _shared(types))


def _beside(held: Held, cell: Cell) -> Iterator[tuple[frozenset[str], tuple[CellType, ...]]]:
    """The types of the cells that differ from this one in as few dimensions as any, with these dimensions."""
    codes = dict(cell)
    apart = {other: frozenset(id_ for id_, code in other if codes.get(id_) != code) for other in held}
    least = min((len(differ) for differ in apart.values()), default=0)
    for other, differ in apart.items():
        if len(differ) == least:
            yield differ, held[other]


def _settled(alike: Sequence[tuple[frozenset[str], CellType]], axis: str) -> list[str]:
    """Words on which all cells that differ in the same dimension agree: one when it is settled, several when dimensions
    speak against each other, none when nobody agrees."""
    groups: dict[frozenset[str], set[str]] = {}
    for differ, type_ in alike:
        groups.setdefault(differ, set()).add(wanted(type_)[axis])
    return sorted({next(iter(words)) for words in groups.values() if len(words) == 1})


def _shared(types: Sequence[CellType]) -> tuple[Conversion, ...]:
    """The conversions that all declare alike; a deviation (flag_D) that one cell alone declares is that cell's."""
    if not types:
        return ()
    first, *others = types
    return tuple(
        c for c in first.conversions if all(c in t.conversions for t in others) and (others or c.kind != "flag_D")
    )


def _once(types: Sequence[CellType]) -> tuple[CellType, ...]:
    found: list[CellType] = []
    for type_ in types:
        if type_ not in found:
            found.append(type_)
    return tuple(found)


def own_words(trial: Catalogue, map_: StructureMap, cell: Cell) -> dict[str, str]:
    """The types of the first indicator that reaches a cell; none for a cell that is calculated. `map_` is of the trial."""
    view = MapView.of(trial, map_)
    indicators = reached(view, asked(view)).get(cell, set())
    return Types(view).declared(min(indicators)) if indicators else {}
