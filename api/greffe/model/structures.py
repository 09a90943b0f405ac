"""The artefacts of data: lists, concepts, structures, flows, agreements, constraints, categories (ML21-05 to 07, J-11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from greffe.model.artefacts import Annotation, Artefact, Item, ItemScheme, Maintainable, Texts
from greffe.model.references import Urn

__all__ = [
    "AgencyScheme", "Annotation", "Artefact", "Categorisation", "CategoryScheme", "Codelist", "CodelistExtension", "Component",
    "ConceptScheme", "DataConstraint", "DataConsumerScheme", "DataProviderScheme", "DataStructure", "Dataflow", "Item",
    "ItemScheme", "Maintainable", "MetadataProviderScheme", "OrganisationUnitScheme", "ProvisionAgreement",
    "Representation", "Texts", "ValueList",
]  # fmt: skip


@dataclass(frozen=True)
class CodelistExtension:
    """Codes of another list that this one takes over, each with `prefix` before its id (ML3-07).

    members: ids, or ids with `%` for any characters. `exclusive` True: all but those; no members = all.
    """

    codelist: Urn
    prefix: str = ""
    members: tuple[str, ...] = ()
    exclusive: bool = False


@dataclass(frozen=True)
class Codelist(ItemScheme):
    """A code list. `items` are all its codes, those of `extensions` included (`catalogue.load` resolves them).

    `inherited`: ids of the codes that came by an extension; they follow the list's own.
    """

    kind = "codelist"

    extensions: tuple[CodelistExtension, ...] = ()
    inherited: frozenset[str] = frozenset()

    def uses(self) -> Iterator[Urn]:
        """The lists that it extends."""
        yield from (e.codelist for e in self.extensions)


@dataclass(frozen=True)
class ValueList(ItemScheme):
    """Values that are no SDMX ids (any characters), each with its meaning (ML3-06). Never partial in SDMX-ML."""

    kind = "valuelist"


@dataclass(frozen=True)
class ConceptScheme(ItemScheme):
    """Concepts."""

    kind = "conceptscheme"


@dataclass(frozen=True)
class AgencyScheme(ItemScheme):
    """Agencies; id AGENCIES, version 1.0."""

    kind = "agencyscheme"


@dataclass(frozen=True)
class DataProviderScheme(ItemScheme):
    """Data providers; id DATA_PROVIDERS, version 1.0."""

    kind = "dataproviderscheme"


@dataclass(frozen=True)
class DataConsumerScheme(ItemScheme):
    """Who takes the data; id DATA_CONSUMERS, version 1.0."""

    kind = "dataconsumerscheme"


@dataclass(frozen=True)
class MetadataProviderScheme(ItemScheme):
    """Metadata providers; id METADATA_PROVIDERS, version 1.0."""

    kind = "metadataproviderscheme"


@dataclass(frozen=True)
class OrganisationUnitScheme(ItemScheme):
    """Units of an organisation, nested by `parent`; version 1.0, as all organisations have in 3.x (ML3-07)."""

    kind = "organisationunitscheme"


@dataclass(frozen=True)
class CategoryScheme(ItemScheme):
    """Categories, nested by `parent`."""

    kind = "categoryscheme"


@dataclass(frozen=True)
class Representation:
    """Either an enumeration (code list or value list) or a text type with facets. `decimals` counts digits after the point."""

    enumeration: Urn | None = None
    text_type: str = "String"
    decimals: int | None = None
    max_length: int | None = None
    pattern: str = ""


@dataclass(frozen=True)
class Component:
    """A dimension, the time dimension, a measure or an attribute of a DSD.

    `relationship` of an attribute: () = data set, ("OBS_VALUE",) = observation, else the dimension ids it hangs on.
    `column` (annotation COLUMN) is the header of an internal extract's column, when it differs from the id in lower case.
    """

    id: str
    concept: Urn
    representation: Representation
    role: str = "dimension"  # dimension | time | measure | attribute
    mandatory: bool = True
    relationship: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    @property
    def column(self) -> str:
        """Header of the column in an internal extract."""
        return next((a.title for a in self.annotations if a.type == "COLUMN"), self.id.lower())

    @property
    def on_observation(self) -> bool:
        """An attribute that is attached to observations."""
        return self.role == "attribute" and self.relationship == ("OBS_VALUE",)


@dataclass(frozen=True)
class DataStructure(Maintainable):
    """A data structure definition: dimensions in order (time apart), one measure OBS_VALUE, attributes."""

    kind = "datastructure"

    dimensions: tuple[Component, ...] = ()
    time: Component | None = None
    measures: tuple[Component, ...] = ()
    attributes: tuple[Component, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """Enumerations and concepts of its components."""
        for component in self.components:
            if component.representation.enumeration is not None:
                yield component.representation.enumeration
            yield component.concept

    @property
    def components(self) -> tuple[Component, ...]:
        """All components: dimensions, time, measures, attributes."""
        return self.dimensions + ((self.time,) if self.time else ()) + self.measures + self.attributes

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        """Ids of the dimensions but time, in the order of the key."""
        return tuple(d.id for d in self.dimensions)

    @property
    def decimals(self) -> int:
        """Decimals of the primary measure: the s of DECIMAL(38,s) (D17)."""
        return next((m.representation.decimals or 0 for m in self.measures), 0)

    def component(self, id_: str) -> Component | None:
        """The component of that id."""
        return self._by_id.get(id_)

    @cached_property
    def _by_id(self) -> dict[str, Component]:
        return {c.id: c for c in reversed(self.components)}


@dataclass(frozen=True)
class Dataflow(Maintainable):
    """What is published and queried."""

    kind = "dataflow"

    structure: Urn | None = None

    def uses(self) -> Iterator[Urn]:
        """Its structure."""
        yield from (urn for urn in (self.structure,) if urn is not None)


@dataclass(frozen=True)
class ProvisionAgreement(Maintainable):
    """Who provides which dataflow."""

    kind = "provisionagreement"

    dataflow: Urn | None = None
    provider: Urn | None = None

    def uses(self) -> Iterator[Urn]:
        """The dataflow and the provider."""
        yield from (urn for urn in (self.dataflow, self.provider) if urn is not None)


@dataclass(frozen=True)
class DataConstraint(Maintainable):
    """Component id → codes, one include-region; attached to dataflows, structures or agreements.

    role: Allowed, or Actual: what is there, as an answer to an availability query (never kept), with its counts. SDMX
    3.1 calls that one an AvailabilityConstraint. `time_range`: first and last period, inclusive.
    """

    kind = "dataconstraint"

    role: str = "Allowed"
    attachments: tuple[Urn, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    time_range: tuple[str, str] | None = None
    series_count: int | None = None
    obs_count: int | None = None

    def uses(self) -> Iterator[Urn]:
        """What it is attached to."""
        yield from self.attachments


@dataclass(frozen=True)
class Categorisation(Maintainable):
    """Puts an artefact into a category."""

    kind = "categorisation"

    source: Urn | None = None
    target: Urn | None = None

    def uses(self) -> Iterator[Urn]:
        """What is categorised, and the category."""
        yield from (urn for urn in (self.source, self.target) if urn is not None)
