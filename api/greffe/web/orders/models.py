"""Standing orders as the API takes and tells them: they are the OpenAPI description too."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NewOrder(BaseModel):
    """An order as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(description="The body that the key reads for", max_length=100, examples=["ESTAT"])
    title: str = Field(
        description="What it is called, at most 100 characters", max_length=100, examples=["Prisons, monthly"]
    )
    query: str = Field(
        "", description="An address of data of SDMX REST 1.5 or 2.x, with its format", max_length=2_000,
        examples=["/sdmx/v2/data/dataflow/SSER/CEPEJ_Q91/1.0.0/*?format=csv"],
    )  # fmt: skip
    when: str = Field("release", description="release, or five fields of cron in Europe/Paris", max_length=100)
    way: Literal["link", "webhook", "channel"] = Field("link", description="How it is delivered")
    to: str = Field("", description="The https address of a webhook, or the name of a channel", max_length=1_000)
    granted: bool = Field(False, description="The whole of a release with the values that a grant opens; by link alone")
    dataflow: str = Field("", description="Id of the dataflow, of an order of values by grant", max_length=100)


class OrderAct(BaseModel):
    """What is done with an order."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["pause", "resume", "end"]


class DeliveryAct(BaseModel):
    """What a body says of a delivery: that it came and holds, that it does not; that it is to be tried again; whether one of
    which nobody can tell arrived."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["acknowledged", "refused", "again", "arrived", "lost"]
    said: str = Field("", description="In words, at most 500 characters", max_length=500)


class DeliveryOut(BaseModel):
    """One release for one order."""

    number: int
    release: str
    state: str = Field(
        description="ready, sending, failed, uncertain, sent, empty (nothing matches) or dropped (may not leave)"
    )
    at: str = Field(description="When it was made; UTC")
    name: str
    media_type: str
    size: int = Field(description="Bytes")
    sha256: str
    tries: int
    next_try: str | None = Field(description="When it is tried again; UTC")
    said: str = Field(description="What the other side said, or why it did not leave")
    fetched: int = Field(description="How often it was fetched by link")
    verdict: str = Field(description="The receipt: acknowledged, refused or empty")
    receipt: str
    link: str = Field(description="Where its file is, empty when there is none")


class OrderOut(BaseModel):
    """A standing order."""

    id: str
    body: str
    title: str
    query: str
    dataflow: str
    when: str
    way: str
    to: str
    granted: bool
    state: str = Field(description="active, paused or ended")
    reason: str
    made_at: str
    deliveries: list[DeliveryOut]
    secret: str = Field("", description="Of a webhook: whsec_…, told when it is made")
