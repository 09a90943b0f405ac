"""Receipts as the API tells them: they are the OpenAPI description too."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ReceiptOut(BaseModel):
    """A receipt that was taken."""

    transmission: str
    state: str = Field(description="Of the delivery now: sent, acknowledged or refused")
    verdict: str = Field(description="acknowledged, refused or reported")
    sha256: str = Field(description="Of the receipt as it is kept")
    findings: int
    not_sent: int = Field(description="Findings on cells that were not sent")


class TakenOut(BaseModel):
    """A receipt that was taken, however it came."""

    transmission: str
    verdict: str = Field(description="acknowledged, refused or reported")
    name: str
    sha256: str
    at: str = Field(description="UTC")
