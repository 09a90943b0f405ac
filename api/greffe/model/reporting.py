"""What is asked for and how it is made: reporting taxonomies (questionnaires) and processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from greffe.model.artefacts import Annotation, Item, ItemScheme, Maintainable, Texts
from greffe.model.references import Urn


@dataclass(frozen=True)
class ReportingCategory(Item):
    """A part of a questionnaire: `structures` (DSDs, MSDs) or `flows` (dataflows, metadataflows) that answer it."""

    structures: tuple[Urn, ...] = ()
    flows: tuple[Urn, ...] = ()


@dataclass(frozen=True)
class ReportingTaxonomy(ItemScheme):
    """A questionnaire: categories nested by `parent`. Items are `ReportingCategory`."""

    kind = "reportingtaxonomy"

    def uses(self) -> Iterator[Urn]:
        """What answers its parts."""
        for item in self.items:
            if isinstance(item, ReportingCategory):
                yield from (*item.structures, *item.flows)


@dataclass(frozen=True)
class InputOutput:
    """Something that goes into a step or comes out of it: an artefact, under a local name."""

    object: Urn
    local_id: str = ""


@dataclass(frozen=True)
class Transition:
    """From a step to another one (dotted id), when the condition holds."""

    id: str
    target: str
    conditions: Texts = field(default_factory=dict)
    local_id: str = ""


@dataclass(frozen=True)
class ProcessStep:
    """A step; `computation` says in words what is done, `software` by which program."""

    id: str
    names: Texts
    descriptions: Texts = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    inputs: tuple[InputOutput, ...] = ()
    outputs: tuple[InputOutput, ...] = ()
    computation: Texts = field(default_factory=dict)
    software: str = ""
    transitions: tuple[Transition, ...] = ()
    children: tuple[ProcessStep, ...] = ()

    def walk(self) -> Iterator[ProcessStep]:
        """Itself and everything below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Process(Maintainable):
    """Steps in order."""

    kind = "process"

    steps: tuple[ProcessStep, ...] = ()

    def uses(self) -> Iterator[Urn]:
        """Inputs and outputs of all steps."""
        for top in self.steps:
            for step in top.walk():
                yield from (one.object for one in (*step.inputs, *step.outputs))
