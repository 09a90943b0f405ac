"""What the plain REST answers, as models: they are the OpenAPI description too."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Indicator(BaseModel):
    """An internal indicator: its definition is public, its data never (D20)."""

    id: str
    names: dict[str, str]
    types: dict[str, str] = Field(description="Counting unit, population, moment, offence rule, territory … (D16)")
    provenance: str = Field(description="verified, recalled or synthetic: how sure the definition is")
    dataflows: list[str] = Field(description="Ids of the target dataflows that are made of it")


class DataflowSummary(BaseModel):
    """A dataflow that is published, with its release that is current."""

    id: str
    reference: str
    names: dict[str, str]
    scope: str = Field(description="collection (what is sent to the recipient) or mirror (the shape it publishes)")
    recipient: str
    provenance: str
    dimensions: list[str]
    release: int | None = Field(description="Number of the current release, null when nothing is released")
    origin: str | None = Field(description="real or synthetic figures")
    links: dict[str, str]


class AdvanceOut(BaseModel):
    """A named recipient who had a release before its hour."""

    release: str
    recipient: str
    names: dict[str, str]
    start: str = Field(description="From when on; UTC")
    reasons: dict[str, str]
    accesses: list[str] = Field(description="When it was handed out; UTC")


class MoveOut(BaseModel):
    """What was announced before, and why that changed."""

    said_at: str
    before: str = Field(description="The instant that was announced until then; UTC")
    dataflows_before: list[str]
    reasons: dict[str, str]


class CalendarEntryOut(BaseModel):
    """Dataflows that are announced to come out together at an instant."""

    id: str
    dataflows: list[str]
    titles: dict[str, str]
    at: str = Field(description="Instant to the second, UTC")
    at_paris: str = Field(description="The same instant in Europe/Paris")
    state: str = Field(description="announced, released, overdue (its instant passed, nothing came) or cancelled")
    announced_at: str
    short_notice: dict[str, str] = Field(description="Why it was announced less than 30 days ahead, else empty")
    moves: list[MoveOut]
    cancelled: dict[str, str] = Field(description="Why it was cancelled, else empty")
    releases: list[str] = Field(description="What came out of it, once it is in effect")
    early_access: list[AdvanceOut] = Field(description="Who had it before; told once it is in effect")


class ReleaseSummary(BaseModel):
    """A release."""

    id: str
    dataflow: str
    number: int
    state: str = Field(description="current, superseded or withdrawn")
    origin: str
    partial: bool = Field(description="Made of an extract whose refused rows were left out on purpose")
    provider: str
    effective_at: str
    observations: int
    series: int
    last_period: str
    content_hash: str
    reason: str
    vintage: str = Field(description="Name of the edition, e.g. 2022-E2: the second whose last period is 2022")
    replaces: str = Field(description="The release that was current when it was made, or empty")
    revision: str = Field(description="planned, exceptional or correction when published values change, else empty")
    notices: dict[str, str] = Field(description="Why published values changed, by language")
    withdrawn_at: str | None
    withdrawal: dict[str, str] = Field(description="Why it was withdrawn, by language")
    calendar: str = Field(description="The entry of the calendar that announced it, or empty")
    early_access: list[AdvanceOut]


class Dimension(BaseModel):
    """One part of a series key."""

    id: str
    code: str
    names: dict[str, str]


class FindingOut(BaseModel):
    """What a rule says of a published observation."""

    rule: str
    severity: str
    key: dict[str, str]
    period: str
    messages: dict[str, str]
    waiver: str = Field(description="Id of the waiver that lets it stand, or empty")


class MappingOut(BaseModel):
    """A mapping row that was used."""

    file: str
    row_id: str
    source: dict[str, str]
    target: dict[str, str]
    kind: str
    reason: str
    reference: str
    confidence: str
    version: str
    approved: str  # "two approvers, 2026-11-02": no names (D20); of the decision of this row, which may be carried over
    carried: bool


class CalculationOut(BaseModel):
    """A declared calculation, without its operands' values."""

    id: str
    kind: str
    expression: str
    factor: int
    decimals: int | None
    reason: str


class ExplanationOut(BaseModel):
    """Where a published figure comes from, without internal values and without names (D20)."""

    series: str
    key: list[Dimension]
    period: str
    published: str | None = Field(description="What this service released, as decimal text; null when missing")
    attributes: dict[str, str]
    release: str
    origin: str
    partial: bool = Field(description="Made of an extract whose refused rows were left out on purpose")
    effective_at: str
    map: str
    map_approved: str = Field(description='E.g. "two approvers, 2026-11-02"')
    release_approved: str
    calculations: list[CalculationOut]
    mappings: list[MappingOut]
    internal_rows: list[str] = Field(
        description="Internal dataflow, and line in its extract, of each internal observation; no values"
    )
    agrees: bool = Field(description="Made again from the kept inputs, it is what was published")
    rules_passed: list[str]
    findings: list[FindingOut]
    waivers: list[dict[str, str]]


class FigureOut(BaseModel):
    """A figure as it was released."""

    value: str | None = Field(description="Decimal text; null when missing, or confidential in one of both releases")
    attributes: dict[str, str]


class CellOut(BaseModel):
    """One observation that differs."""

    how: str = Field(description="added, gone or changed")
    key: dict[str, str]
    period: str
    before: FigureOut | None
    after: FigureOut | None
    difference: str | None = Field(description="After less before, exact; null where one of both is no number")
    percent: str | None = Field(description="The difference in percent of the value before, 4 decimals")
    confidential: bool = Field(description="Confidential in one of both releases: no value is shown of either")


class RevisedOut(BaseModel):
    """Counts of observations that differ."""

    added: int
    gone: int
    changed: int
    confidential: int
    numbers_revised: int
    upward: int
    downward: int


class IndicatorRevisedOut(RevisedOut):
    """Counts and mean revisions of one indicator in one unit, over the observations whose number changed."""

    indicator: str
    unit: str
    mean_revision: str | None
    mean_absolute_revision: str | None
    relative_mean_absolute_revision: str | None = Field(description="In percent of the values before")


class ComparedRelease(BaseModel):
    """One of both releases."""

    id: str
    effective_at: str
    origin: str
    reason: str
    reason_fr: str
    observations: int


class ComparisonOut(BaseModel):
    """What differs between two releases of a dataflow, the largest difference first."""

    model_config = ConfigDict(populate_by_name=True)

    dataflow: str
    from_: ComparedRelease = Field(alias="from")
    to: ComparedRelease
    origin: str
    indicator_dimension: str
    unit_dimension: str
    counts: RevisedOut
    by_indicator: list[IndicatorRevisedOut]
    total: int = Field(description="Cells in all; `offset` leads on")
    cells: list[CellOut]


class GrantedFlow(BaseModel):
    """Values that a dataflow hides and a body may have."""

    dataflow: str
    until: str = Field(description="Last day of the grant, in Paris")
    release: str = Field(description="The release that is current, '' when nothing is")
    link: str


class AdvanceFlow(BaseModel):
    """A release that a body may have before its hour."""

    dataflow: str
    release: str
    begins: str = Field(description="From when on it may be had; UTC")
    embargo_until: str = Field(description="When everybody has it; UTC")
    link: str


class Entitled(BaseModel):
    """What a body may have, as far as the key is for it."""

    recipient: str
    granted: list[GrantedFlow]
    advances: list[AdvanceFlow]


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    parameter: str = ""
    nearest: list[str] = []
    hint: str = ""


class Health(BaseModel):
    """State of the service."""

    status: str
