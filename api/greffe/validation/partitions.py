"""Partitions (model.relations) as conditions of SQL, where the structure of a checked table has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from greffe.engine import quoted
from greffe.model import relations
from greffe.model.relations import Codes
from greffe.validation.facts import Facts, literal


@dataclass(frozen=True)
class Partition(relations.Partition):
    """A partition over the columns of the facts."""

    @classmethod
    def of(cls, one: relations.Partition) -> Partition:
        """The same partition."""
        return cls(**{f.name: getattr(one, f.name) for f in fields(one)})

    def usable(self, facts: Facts) -> bool:
        """Whether the structure has the components and the lists have the codes."""
        if not all(c in facts.dims for c in self.components):
            return False
        wanted = (self.total, *self.parts)
        lists = [facts.codes(c) for c in self.components]
        return all(not codes or all(w[i] in codes for w in wanted) for i, codes in enumerate(lists))

    def is_total(self, alias: str = "") -> str:
        """SQL condition: the row holds the total."""
        return self._is(self.total, alias)

    def is_part(self, alias: str = "") -> str:
        """SQL condition: the row holds a part that must be there."""
        if not self.parts:
            column = f"{alias}{quoted(self.components[0])}"
            return f"({column} NOT IN ({literal(self.total[0])}, '_Z'))"
        return _any(self._is(p, alias) for p in self.parts)

    def is_optional(self, alias: str = "") -> str:
        """SQL condition: the row holds a part that may be absent."""
        return _any(self._is(p, alias) for p in self.optional)

    def limits(self, alias: str = "") -> str:
        """SQL condition of `where`."""
        component, codes = self.where
        if not component:
            return "TRUE"
        return f"{alias}{quoted(component)} IN ({', '.join(literal(c) for c in codes)})"

    def _is(self, codes: Codes, alias: str) -> str:
        pairs = zip(self.components, codes, strict=True)
        return f"({' AND '.join(f'{alias}{quoted(c)} = {literal(code)}' for c, code in pairs)})"


def _any(conditions: Iterator[str]) -> str:
    return f"({' OR '.join(conditions) or 'FALSE'})"


PARTITIONS: Final[tuple[Partition, ...]] = tuple(Partition.of(one) for one in relations.PARTITIONS)
SAID: Final[tuple[Partition, ...]] = tuple(Partition.of(one) for one in relations.SAID)


def partitions(facts: Facts, *rules: str) -> Iterator[Partition]:
    """The partitions that those rules check and that mean something for this structure."""
    return (p for p in (*PARTITIONS, *SAID) if p.rule in rules and p.usable(facts))
