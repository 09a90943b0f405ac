"""VTL schemes: transformations, rulesets, operators, types, names, mappings (SDMX 2.1 section 6 on VTL, R1-STR-23 to 28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greffe.model.artefacts import Item, ItemScheme
from greffe.model.references import Urn


@dataclass(frozen=True)
class Transformation(Item):
    """`result` := expression, or <- when `persistent`."""

    expression: str = ""
    result: str = ""
    persistent: bool = False


@dataclass(frozen=True)
class Ruleset(Item):
    """type: datapoint | hierarchical; scope: variable | valuedomain."""

    definition: str = ""
    type: str = "datapoint"
    scope: str = "variable"


@dataclass(frozen=True)
class UserDefinedOperator(Item):
    """`define operator … end operator`."""

    definition: str = ""


@dataclass(frozen=True)
class CustomType(Item):
    """How a VTL scalar type is written in SDMX."""

    scalar_type: str = ""
    data_type: str = ""
    literal_format: str = ""
    output_format: str = ""
    null_value: str = ""


@dataclass(frozen=True)
class NamePersonalisation(Item):
    """Another name for something that VTL names by itself."""

    artefact: str = ""
    default_name: str = ""
    personalised_name: str = ""


@dataclass(frozen=True)
class VtlMapping(Item):
    """The alias under which VTL knows a dataflow, code list or concept."""

    alias: str = ""
    mapped: Urn | None = None


@dataclass(frozen=True)
class VtlScheme(ItemScheme):
    """What the six schemes share. A mapping scheme has no VTL version."""

    vtl_version: str = ""
    mapping_scheme: Urn | None = None
    name_scheme: Urn | None = None
    type_scheme: Urn | None = None
    ruleset_schemes: tuple[Urn, ...] = ()
    operator_schemes: tuple[Urn, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """Other schemes, and what is mapped."""
        yield from (urn for urn in (self.mapping_scheme, self.name_scheme, self.type_scheme) if urn is not None)
        yield from (*self.ruleset_schemes, *self.operator_schemes)
        yield from (i.mapped for i in self.items if isinstance(i, VtlMapping) and i.mapped is not None)


@dataclass(frozen=True)
class TransformationScheme(VtlScheme):
    """Transformations, in the order in which they run."""

    kind = "transformationscheme"


@dataclass(frozen=True)
class RulesetScheme(VtlScheme):
    """Rulesets."""

    kind = "rulesetscheme"


@dataclass(frozen=True)
class UserDefinedOperatorScheme(VtlScheme):
    """Operators."""

    kind = "userdefinedoperatorscheme"


@dataclass(frozen=True)
class CustomTypeScheme(VtlScheme):
    """Types."""

    kind = "customtypescheme"


@dataclass(frozen=True)
class NamePersonalisationScheme(VtlScheme):
    """Names."""

    kind = "namepersonalisationscheme"


@dataclass(frozen=True)
class VtlMappingScheme(VtlScheme):
    """Aliases."""

    kind = "vtlmappingscheme"
