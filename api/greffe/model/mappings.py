"""Maps in the standard's form (3.x: structuremapping; SM-01 to SM-17), as they are exchanged.

The maps that make figures are those of `maps.py`; `catalogue.standard_maps` says them in this form, with what the
standard does not know in annotations.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    """A row: source values, one a source column, become target values: one a target column, the last ones may be left
    out (SM-13). Dates are dateTimes as written."""

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
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class FixedMapping:
    """The values that a component always has: of the target or, for the reverse direction, of the source (SM-12)."""

    component: str
    values: tuple[str, ...] = ()
    of_source: bool = False
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class DateMapping:
    """Dates of the source in SDMX notation: what SM-30 and SM-31 share.

    components: pairs of source and target. Either `frequency`, one code for all, or `frequency_dimension`, the output
    component that gives it, with ids of frequency formats in `formats`. resolve: startOfPeriod, midPeriod, endOfPeriod.
    """

    id: str
    components: tuple[tuple[str, str], ...]
    frequency: str = ""
    frequency_dimension: str = ""
    formats: tuple[str, ...] = ()
    resolve: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class DatePatternMapping(DateMapping):
    """Dates by a pattern of letters, read in a locale (SM-30, SM-35)."""

    pattern: str = ""
    locale: str = "en"


@dataclass(frozen=True)
class EpochMapping(DateMapping):
    """Dates as a number of `unit`s since `base` (SM-31)."""

    base: str = ""
    unit: str = "second"


@dataclass(frozen=True)
class FrequencyFormat:
    """How periods of a frequency are written, where that is not the standard's form (SM-33)."""

    id: str
    frequency: str
    pattern: str
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class StandardStructureMap(Maintainable):
    """From a dataflow or DSD to another: components, fixed values, dates (SM-01, SM-02).

    `structures`: the DSDs behind source and target, once `catalogue.load` has found them; no part of what is said.
    """

    kind = "structuremap"

    source: Urn | None = None
    target: Urn | None = None
    components: tuple[ComponentMapping, ...] = ()
    fixed: tuple[FixedMapping, ...] = ()
    epochs: tuple[EpochMapping, ...] = ()
    date_patterns: tuple[DatePatternMapping, ...] = ()
    frequency_formats: tuple[FrequencyFormat, ...] = ()
    structures: tuple[DataStructure, DataStructure] | None = field(default=None, compare=False, repr=False)

    def uses(self) -> Iterator[Urn]:
        """Source, target, and the representation maps."""
        yield from (urn for urn in (self.source, self.target) if urn is not None)
        yield from (c.map for c in self.components if c.map is not None)
