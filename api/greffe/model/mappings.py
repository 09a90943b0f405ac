"""Maps in the standard's form (3.x: structuremapping; SM-01 to SM-17), as they are exchanged.

The maps that make figures are those of `maps.py`; `catalogue.standard_maps` says them in this form, with what the
standard does not know in annotations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from greffe.model.artefacts import Annotation, Maintainable
from greffe.model.references import Urn
from greffe.model.structures import DataStructure


@dataclass(frozen=True)
class ItemMap:
    """An item of the source scheme becomes one of the target scheme. `regex`: the source is a pattern."""

    source: str
    target: str
    regex: bool = False
    valid_from: str = ""
    valid_to: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class ItemSchemeMap(Maintainable):
    """What the four maps between item schemes share."""

    source: Urn | None = None
    target: Urn | None = None
    items: tuple[ItemMap, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """Both schemes."""
        yield from (urn for urn in (self.source, self.target) if urn is not None)


@dataclass(frozen=True)
class ConceptSchemeMap(ItemSchemeMap):
    """Concepts to concepts."""

    kind = "conceptschememap"


@dataclass(frozen=True)
class CategorySchemeMap(ItemSchemeMap):
    """Categories to categories."""

    kind = "categoryschememap"


@dataclass(frozen=True)
class OrganisationSchemeMap(ItemSchemeMap):
    """Organisations to organisations; both schemes of one kind."""

    kind = "organisationschememap"


@dataclass(frozen=True)
class ReportingTaxonomyMap(ItemSchemeMap):
    """Reporting categories to reporting categories."""

    kind = "reportingtaxonomymap"


@dataclass(frozen=True)
class MappedValue:
    """A source value; a pattern (`regex`), or what stands at those places (1-based, inclusive; 0 = no bound)."""

    value: str
    regex: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class ValueMapping:
    """A row: source values, one a source column, become target values. Dates are dateTimes as written."""

    sources: tuple[MappedValue, ...]
    targets: tuple[str, ...]
    valid_from: str = ""
    valid_to: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class StandardRepresentationMap(Maintainable):
    """Columns are code lists or value lists (Urn) or data types (str)."""

    kind = "representationmap"

    sources: tuple[Urn | str, ...] = ()
    targets: tuple[Urn | str, ...] = ()
    rows: tuple[ValueMapping, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """The lists of its columns."""
        yield from (column for column in (*self.sources, *self.targets) if isinstance(column, Urn))


@dataclass(frozen=True)
class ComponentMapping:
    """Source components become target components, by a representation map (None: copied)."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    map: Urn | None = None


@dataclass(frozen=True)
class StandardStructureMap(Maintainable):
    """From a dataflow or DSD to another. `fixed`: target (or source) component → its one value.

    `structures`: the DSDs behind source and target, once `catalogue.load` has found them; no part of what is said.
    """

    kind = "structuremap"

    source: Urn | None = None
    target: Urn | None = None
    components: tuple[ComponentMapping, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    structures: tuple[DataStructure, DataStructure] | None = field(default=None, compare=False, repr=False)

    def uses(self) -> Iterator[Urn]:
        """Source, target, and the representation maps."""
        yield from (urn for urn in (self.source, self.target) if urn is not None)
        yield from (c.map for c in self.components if c.map is not None)
