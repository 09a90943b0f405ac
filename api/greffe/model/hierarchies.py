"""Hierarchies over codes, dated, and what they are linked to (ML3-06; 2.1: HierarchicalCodelist)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from greffe.model.artefacts import Annotation, Maintainable, Texts
from greffe.model.references import Urn


@dataclass(frozen=True)
class Level:
    """A formal level, the first one at the top."""

    id: str
    names: Texts
    descriptions: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class HierarchicalCode:
    """A code at its place. `valid_from`, `valid_to`: dates (first and last day) of that place, '' = no bound."""

    id: str
    code: Urn
    level: str = ""
    valid_from: str = ""
    valid_to: str = ""
    children: tuple[HierarchicalCode, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    def walk(self) -> Iterator[HierarchicalCode]:
        """Itself and everything below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Hierarchy(Maintainable):
    """A tree over the codes of one or more lists."""

    kind = "hierarchy"

    levels: tuple[Level, ...] = ()
    codes: tuple[HierarchicalCode, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """The codes, each with its list."""
        for top in self.codes:
            yield from (place.code for place in top.walk())


@dataclass(frozen=True)
class HierarchyAssociation(Maintainable):
    """Which hierarchy is used for what (a code list, a dimension's DSD), in which context (a dataflow)."""

    kind = "hierarchyassociation"

    hierarchy: Urn | None = None
    linked: Urn | None = None
    context: Urn | None = None

    def uses(self) -> Iterator[Urn]:
        """The hierarchy, what it is linked to, and the context."""
        yield from (urn for urn in (self.hierarchy, self.linked, self.context) if urn is not None)
