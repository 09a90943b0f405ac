"""What the bridge answers over HTTP, as models. Numbers are decimal texts: exact, or rounded to 15 decimals."""

from __future__ import annotations

from pydantic import BaseModel, Field


class PairOut(BaseModel):
    """A line of the list of pairs."""

    pair: str = Field(description="Its name (FP01), else its id")
    id: str = Field(description="Two ids of figures, joined by ~")
    concept: str
    title: str
    a: str
    a_value: str
    b: str
    b_value: str
    difference: str = Field(description="b - a")
    state: str = Field(description="equal, explained, partly or open")
    open: str = Field(description="What of the difference has no known reason")
    steps: list[str] = Field(description="Kinds of the steps of the first chain")
    chains: int = Field(description="More than one: which of them holds the figures do not tell")
    origin: str
    basis: str = Field(description="The least sure of what it stands on: recalled (from memory), inferred, verified…")
    moves_nothing: list[str] = Field(
        description="Of an explained pair: dimensions in which the definitions differ too, without moving a figure"
    )
    verdict: str = Field(description="The state in words, with what the definitions differ in without moving a figure")


class PairsOut(BaseModel):
    """Pairs of published figures."""

    count: int = Field(description="Pairs in all; `offset` leads on")
    states: dict[str, int]
    pairs: list[PairOut]
    generated: str


class PublishedPartOut(BaseModel):
    """A published value that a figure or a step was computed of."""

    name: str
    body: str
    dataset: str
    series: str
    period: str
    reference_date: str
    value: str = Field(description="The digits as they were published")
    flag: str
    note: str
    source: str = Field(description="Id of a publication or a release, see sources")
    source_date: str = Field(description="The day on which it was retrieved, or took effect")
    same_as: list[str] = Field(description="Other series that publish the same figure: no evidence beside it")


class FigureOut(BaseModel):
    """A published figure, or one computed of published ones."""

    id: str
    label: str
    value: str
    computed: bool
    expression: str
    period: str = Field(description="As its body labels it")
    reference_date: str = Field(description="The day or year it is really of")
    definition: dict[str, str] = Field(description="Dimension → what it is declared to be")
    confidence: str = Field(description="How sure its definition is: verified, recalled (from memory), inferred…")
    defined_by: str = Field(description="Why it is declared so")
    reference: str
    origin: str
    parts: list[PublishedPartOut]


class StepOut(BaseModel):
    """A step from one figure towards the other. `step` is empty for the reference date and for rounding."""

    kind: str
    label: str
    amount: str
    backwards: bool = Field(description="Declared the other way round")
    reason: str
    step: str
    expression: str
    confidence: str
    reference: str
    parts: list[PublishedPartOut]


class DifferentOut(BaseModel):
    """A dimension in which the definitions differ."""

    dimension: str
    name: str
    a: str
    b: str
    a_confidence: str = Field(description="How sure the definition of the first figure is: verified, recalled…")
    b_confidence: str
    moves_nothing: bool = Field(description="The pair is explained to the last digit without a step in this dimension")


class SourceOut(BaseModel):
    """A publication, or a release of ours. `date`: the day it was retrieved, or took effect."""

    id: str
    body: str
    dataset: str
    date: str
    url: str
    origin: str


class AnswerOut(BaseModel):
    """Why two published figures differ."""

    pair: str
    id: str
    concept: str
    concept_name: str
    title: str
    state: str = Field(description="equal, explained, partly or open")
    result: str = Field(description="In a sentence")
    a: FigureOut
    b: FigureOut
    difference: str = Field(description="b - a")
    chains: list[list[StepOut]] = Field(description="Chains of the fewest steps; of an open pair the part established")
    located: list[StepOut] = Field(description="Where a difference lies that has no known reason")
    untold: list[StepOut] = Field(description="Declared steps that move so little that rounding may hide them")
    remainder: str = Field(description="What no step accounts for")
    basis: str = Field(description="The least sure of the definitions and steps that it stands on")
    open: str = Field(description="What has no known reason: the remainder and what is only located")
    missed: str = Field(
        description="Of rounded figures that stay open: by how much they lie outside what rounding allows once every declared"
        " step was tried, else empty"
    )
    definitions_differ: list[DifferentOut]
    sources: list[SourceOut]
    generated: str
