"""What is valid in a context: a structure, and the codes that the constraints on it and below leave (R1-SCH-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from greffe.model.dataset import Header
from greffe.model.structures import Artefact, DataStructure, Maintainable, Texts


@dataclass(frozen=True)
class DataValidity:
    """What a schema of data is made from.

    context: the structure, dataflow or agreement that was named. codes: component id → the codes that are allowed, in the
    order of the list, for coded components. names: component id → names of its concept. dimension_at_observation:
    TIME_PERIOD, AllDimensions or a dimension. deletion: the schema is for messages that delete (R2-SCH-04).
    """

    context: Maintainable
    structure: DataStructure
    codes: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Texts] = field(default_factory=dict)
    dimension_at_observation: str = "TIME_PERIOD"
    deletion: bool = False


@dataclass(frozen=True)
class ValidityMessage:
    """The answer to a schema query: what is valid, and the artefacts that say so in a structure message."""

    header: Header
    validity: DataValidity
    artefacts: Sequence[Artefact]
    language: str = "en"
