"""Cells, and what arithmetic says of them: the system that whoever reads a table can write down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Equation:
    """The sum of factor × cell over `terms` is nought, or at least nought where `loose` (parts that may lack some of the
    whole). `name` says which relation of the table it is an instance of."""

    terms: tuple[tuple[int, int], ...]  # (cell, factor)
    loose: bool = False
    name: str = ""


@dataclass
class System:
    """Cells by number. `values`: whole numbers, None where nobody but us knows them and we do not either; `known`: whether
    the reader knows the value."""

    values: list[int | None]
    known: list[bool]
    equations: list[Equation]
    _of: list[list[int]] = field(default_factory=list)

    def of(self, cell: int) -> Sequence[int]:
        """Numbers of the equations of a cell."""
        if not self._of:
            self._of = [[] for _ in self.values]
            for number, equation in enumerate(self.equations):
                for one, _ in equation.terms:
                    self._of[one].append(number)
        return self._of[cell]

    def hidden(self, equation: Equation) -> list[int]:
        """The cells of an equation that the reader does not know."""
        return [cell for cell, _ in equation.terms if not self.known[cell]]

    def blocks(self, start: Iterable[int], *, through_known: bool = False) -> Iterator[list[int]]:
        """The cells of `start` with all that hang together with them through equations, in blocks: by unknown cells alone,
        or by every cell."""
        seen: set[int] = set()
        for first in start:
            if first in seen:
                continue
            seen.add(first)
            block, waiting = [], [first]
            while waiting:
                cell = waiting.pop()
                block.append(cell)
                for number in self.of(cell):
                    for other, _ in self.equations[number].terms:
                        if other not in seen and (through_known or not self.known[other]):
                            seen.add(other)
                            waiting.append(other)
            yield sorted(block)

    def equations_of(self, block: Iterable[int]) -> list[int]:
        """Numbers of the equations that a block stands in."""
        return sorted({number for cell in block for number in self.of(cell)})
