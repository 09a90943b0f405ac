"""Queries of recipients as the API takes and tells them: they are the OpenAPI description too."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from greffe.transmission.rounds.asking import LONGEST, MOST


class NewQuery(BaseModel):
    """A query as it is asked."""

    model_config = ConfigDict(extra="forbid")

    cells: list[str] = Field(
        description="Names of cells of the questionnaire, or FLOW/KEY/PERIOD", max_length=500, min_length=1,
        examples=[["UNODC_CTS_PRISONS/A.PERS_HELD.TOTAL.TOTAL.TOTAL.TOTAL.FR/2024"]],
    )  # fmt: skip
    question: str = Field(description="In words", max_length=LONGEST, examples=["Why is it lower than last year?"])
    deadline: str = Field("", description="The day by which an answer is wanted, 2027-01-31", max_length=10)


class NewQueries(BaseModel):
    """Queries about one delivery: all are taken, or none."""

    model_config = ConfigDict(extra="forbid")

    transmission: str = Field(description="Id of the delivery", max_length=100, examples=["UN_CTS-2024-1"])
    queries: list[NewQuery] = Field(min_length=1, max_length=MOST)


class QueryAct(BaseModel):
    """What is said of an answer: it is accepted, or asked again."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["accepted", "again"]
    text: str = Field(description="Why it is accepted, or what is asked now", max_length=LONGEST)
    deadline: str = Field("", description="Of what is asked again: a day, 2027-01-31", max_length=10)


class ProofOut(BaseModel):
    """What an answer rests on: the trace of a figure, or a pair of the bridge, kept by checksum."""

    kind: str
    name: str
    sha256: str


class TurnOut(BaseModel):
    """One step of a query."""

    act: str = Field(description="asked, answered, again or accepted")
    at: str = Field(description="UTC")
    texts: dict[str, str] = Field(description="By language; `und` for what a recipient wrote")
    proofs: list[ProofOut]


class QueryOut(BaseModel):
    """A query, with what was said of it."""

    id: str
    transmission: str
    state: str = Field(description="asked: it waits for us; answered: it waits for you; accepted: it is over")
    cells: list[str]
    question: str = Field(description="What was asked last")
    deadline: str = Field(description="A day, empty for none")
    since: str = Field(description="When it came to where it stands; UTC")
    turns: list[TurnOut]


class AskedAbout(BaseModel):
    """A delivery that queries may be about."""

    transmission: str
    recipient: str
    year: int
    test: bool
    state: str
    files: list[str]


class QueriesOut(BaseModel):
    """What may be asked about, and what was."""

    deliveries: list[AskedAbout]
    queries: list[QueryOut]
