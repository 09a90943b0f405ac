"""Artefacts of the information model as immutable values, every name in every language (SDMX 2.1 and 3.1 in common).

Field order and words follow the standard (ML21-05 to ML21-07, ML3-01 to ML3-05, J-11). References to other artefacts are
`Urn` values; nothing here is resolved. Kinds are the words of REST 2.x paths (`references.KINDS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from greffe.model.references import Reference, Urn

Texts: TypeAlias = Mapping[str, str]  # language → text, e.g. {"en": "Sex", "fr": "Sexe"}


@dataclass(frozen=True)
class Annotation:
    """A note; `type` says what about: PROVENANCE, SOURCE, SOURCE_CODE, COUNTING_UNIT … (see sdmx/README.md)."""

    type: str
    title: str = ""
    texts: Texts = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Item:
    """A code, concept, agency, data provider or category. `parent` is the id of another item of the scheme."""

    id: str
    names: Texts
    descriptions: Texts = field(default_factory=dict)
    parent: str = ""
    annotations: tuple[Annotation, ...] = ()

    def annotation(self, type_: str) -> str:
        """Title of the first annotation of that type, or ''."""
        return next((a.title for a in self.annotations if a.type == type_), "")


@dataclass(frozen=True)
class Maintainable:
    """What every artefact has. `partial` marks an item scheme that was narrowed; `stub` one without its content."""

    kind: ClassVar[str] = ""

    reference: Reference
    names: Texts
    descriptions: Texts = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    partial: bool = False
    stub: bool = False

    @property
    def urn(self) -> Urn:
        """Its own URN."""
        return Urn(self.kind, self.reference)

    def annotation(self, type_: str) -> str:
        """Title of the first annotation of that type, or ''."""
        return next((a.title for a in self.annotations if a.type == type_), "")


@dataclass(frozen=True)
class ItemScheme(Maintainable):
    """A list of items, in the order of the file."""

    items: tuple[Item, ...] = ()

    def item(self, id_: str) -> Item | None:
        """The item of that id."""
        return next((i for i in self.items if i.id == id_), None)


@dataclass(frozen=True)
class Codelist(ItemScheme):
    """A code list."""

    kind = "codelist"


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
class CategoryScheme(ItemScheme):
    """Categories, nested by `parent`."""

    kind = "categoryscheme"


@dataclass(frozen=True)
class Representation:
    """Either an enumeration (code list) or a text type with facets. `decimals` counts digits after the point."""

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
        return next((c for c in self.components if c.id == id_), None)


@dataclass(frozen=True)
class Dataflow(Maintainable):
    """What is published and queried."""

    kind = "dataflow"

    structure: Urn | None = None


@dataclass(frozen=True)
class ProvisionAgreement(Maintainable):
    """Who provides which dataflow."""

    kind = "provisionagreement"

    dataflow: Urn | None = None
    provider: Urn | None = None


@dataclass(frozen=True)
class DataConstraint(Maintainable):
    """Allowed values: component id → codes, one include-region; attached to dataflows, structures or agreements."""

    kind = "dataconstraint"

    role: str = "Allowed"
    attachments: tuple[Urn, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    time_range: tuple[str, str] | None = None


@dataclass(frozen=True)
class Categorisation(Maintainable):
    """Puts an artefact into a category."""

    kind = "categorisation"

    source: Urn | None = None
    target: Urn | None = None


Artefact: TypeAlias = (
    Codelist
    | ConceptScheme
    | AgencyScheme
    | DataProviderScheme
    | CategoryScheme
    | DataStructure
    | Dataflow
    | ProvisionAgreement
    | DataConstraint
    | Categorisation
)
