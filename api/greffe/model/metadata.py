"""Reference metadata: structures, flows, agreements, constraints of it, and the reports themselves (ML3-06, J metadata)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from greffe.model.artefacts import Annotation, Maintainable, Texts
from greffe.model.references import Urn
from greffe.model.structures import Representation


@dataclass(frozen=True)
class MetadataAttribute:
    """A heading of a report. `presentational`: it only holds others. `most` None = any number."""

    id: str
    concept: Urn
    representation: Representation = field(default_factory=Representation)
    presentational: bool = False
    least: int = 0
    most: int | None = 1
    children: tuple[MetadataAttribute, ...] = ()

    def walk(self) -> Iterator[MetadataAttribute]:
        """Itself and everything below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class MetadataStructure(Maintainable):
    """A metadata structure definition: headings, nested."""

    kind = "metadatastructure"

    attributes: tuple[MetadataAttribute, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """Concepts and enumerations."""
        for top in self.attributes:
            for one in top.walk():
                yield one.concept
                if one.representation.enumeration is not None:
                    yield one.representation.enumeration


@dataclass(frozen=True)
class Metadataflow(Maintainable):
    """Reports of one structure about some kinds of artefacts. `targets`: URNs, `*` allowed in their parts."""

    kind = "metadataflow"

    structure: Urn | None = None
    targets: tuple[str, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """Its structure."""
        yield from (urn for urn in (self.structure,) if urn is not None)


@dataclass(frozen=True)
class MetadataProvisionAgreement(Maintainable):
    """Who provides which metadataflow, for which targets."""

    kind = "metadataprovisionagreement"

    metadataflow: Urn | None = None
    provider: Urn | None = None
    targets: tuple[str, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """The metadataflow and the provider."""
        yield from (urn for urn in (self.metadataflow, self.provider) if urn is not None)


@dataclass(frozen=True)
class MetadataConstraint(Maintainable):
    """Allowed values of metadata attributes: dotted id of the attribute → values, one include-region."""

    kind = "metadataconstraint"

    attachments: tuple[Urn, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def uses(self) -> Iterator[Urn]:
        """What it is attached to."""
        yield from self.attachments


Value: TypeAlias = "str | Texts"  # text in no language, or language → text


@dataclass(frozen=True)
class ReportedAttribute:
    """What a report says under a heading; several values stand side by side."""

    id: str
    values: tuple[Value, ...] = ()
    children: tuple[ReportedAttribute, ...] = ()
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class MetadataSet(Maintainable):
    """A report about `targets`, under a metadataflow or under an agreement on one. The agency is the provider's."""

    kind = "metadataset"

    metadataflow: Urn | None = None
    agreement: Urn | None = None
    targets: tuple[Urn, ...] = ()
    attributes: tuple[ReportedAttribute, ...] = ()
    reporting_begin: str = ""
    reporting_end: str = ""

    def uses(self) -> Iterator[Urn]:
        """The flow or agreement, and what it reports on."""
        yield from (urn for urn in (self.metadataflow, self.agreement) if urn is not None)
        yield from self.targets
