"""Structure maps and representation maps as immutable values (SDMX 3.x semantics SM-*, file form D15, types D16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from greffe.model.references import Reference
from greffe.model.structures import Texts

Cells: TypeAlias = Mapping[str, str]  # component id → code: a condition on target cells

# How a row relates its source to its target. The last three have no target and say why.
KINDS_WITH_TARGET = ("exact", "narrower", "broader", "aggregate")
KINDS_WITHOUT_TARGET = ("not-applicable", "not-available", "no-target")
MAPPED, NOT_PROVIDED = "mapped", "not_provided"  # origins of observations that no calculation made
# What makes a difference of types legitimate (D16). A split and days of months are calculations: no word makes them.
CONVERSIONS = ("flag_D", "shift_1jan", "lag_1y", "to_ratio")


@dataclass(frozen=True)
class SourceValue:
    """One source column of a row: a value, compared whole; `match` is exact, regex, or substring with 1-based bounds.

    A regular expression matches the whole value (SM-14). `substring` compares value[start-1:end] (SM-15, end inclusive).
    """

    value: str
    match: str = "exact"  # exact | regex | substring
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class MapRow:
    """A decision: these source values become these target values (a target '' has none). `row_id` is stable."""

    row_id: str
    sources: tuple[SourceValue, ...]
    targets: tuple[str, ...]
    kind: str = "exact"
    valid_from: str = ""  # ISO date, inclusive; bounds the observation's whole period (SM-17)
    valid_to: str = ""
    confidence: str = ""
    reason: str = ""
    reference: str = ""
    line: int = 0  # line of the file, for messages

    @property
    def has_target(self) -> bool:
        """False for a row that says why there is no target."""
        return self.kind not in KINDS_WITHOUT_TARGET


@dataclass(frozen=True)
class RepresentationMap:
    """Rows in file order, which is their priority (SM-16). Columns are components of the two structures."""

    reference: Reference
    file: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    rows: tuple[MapRow, ...]
    names: Texts = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Correspondence:
    """A representation map that stands alone: between code lists, whoever uses it. `file` is its YAML file.

    The columns of `table` are called as their lists, in that order. `provenance` is a level of confidence. An edition of
    an official table says which (`edition`), when it was received (ISO date), the name and the sha256 of the file.
    """

    file: str
    table: RepresentationMap
    sources: tuple[Reference, ...]
    targets: tuple[Reference, ...]
    descriptions: Texts = field(default_factory=dict, hash=False)
    provenance: str = ""
    edition: str = ""
    received: str = ""
    received_file: str = ""
    sha256: str = ""

    @property
    def reference(self) -> Reference:
        """Its own reference, that of its table."""
        return self.table.reference


@dataclass(frozen=True)
class ComponentMap:
    """Source components → target components, through a representation map, or copied 1-1 without one (SM-10)."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    map: RepresentationMap | None = None


@dataclass(frozen=True)
class TimeRule:
    """A time value that is read and written as a period of a frequency (SM-30 to SM-35).

    kind = date-pattern: `source` holds a date written after `pattern` (letters of SM-35), names in `locale`.
    kind = epoch:        `source` holds a whole number of `unit` since the first instant of the period `base`.
    The frequency is `frequency`, or the value of the target component `frequency_dimension`, which another rule gives.
    `resolve` says which instant is taken where the input is longer than a period of the output.
    """

    id: str
    kind: str  # date-pattern | epoch
    source: str
    target: str = "TIME_PERIOD"
    pattern: str = ""
    locale: str = "en"
    resolve: str = "endOfPeriod"  # startOfPeriod | midPeriod | endOfPeriod
    base: str = "1970"
    unit: str = ""  # nanosecond | microsecond | millisecond | second | day
    frequency: str = ""
    frequency_dimension: str = ""


@dataclass(frozen=True)
class Conversion:
    """A declared conversion between unequal types, for some source indicators (all when empty)."""

    kind: str
    reason: str
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellType:
    """What target cells count (D16), with the conversions that make unequal sources legitimate."""

    cells: Cells
    counting_unit: str
    population: str
    moment: str
    offence_rule: str
    territory: str
    legal_persons: str
    conversions: tuple[Conversion, ...] = ()


@dataclass(frozen=True)
class Aggregate:
    """Declared sum over source dimensions that several source rows may differ in when they become one target key."""

    over: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Population:
    """Denominator of a rate: rows of an internal dataflow, found by period; the field it covers (D12)."""

    dataflow: Reference
    select: Mapping[str, tuple[str, ...]]
    territory: str


@dataclass(frozen=True)
class Calculation:
    """A declared calculation on mapped observations, run in the order of the file (D17).

    `where` limits the observations it reads (target component → codes). `set` gives the codes of what it makes.
    kind = total:      sum over dimension `over` of exactly `parts`; a missing part makes the total missing.
    kind = complement: the code `whole` of dimension `over` less exactly `parts`; a missing one makes it missing.
    kind = rate:       observation / population × factor, rounded once, half away from zero, to `decimals`.
    kind = formula:    `expression` over the codes of dimension `over`, e.g. "100 * RES / IN": a quotient of two linear
                       expressions with integer or decimal coefficients, rounded once to `decimals`; a linear expression
                       without quotient is exact.
    kind = split:      the code `whole` of dimension `over` shared out by `weights` (code → share, together one), each to
                       `decimals` by largest remainder, so that the shares add up to the whole. Always estimated (E).
    kind = convert:    observation × factor: another unit of the same thing, rounded once to `decimals` when declared.
    kind = calendar:   periods of the notation `from_` become those of `to` by `method` (sum, mean, first, last). All of
                       them are needed; a mean may be declared of at least `least` of them, and is then estimated.
    kind = lag:        the observation `years` earlier.
    Missing operands give no value: status and reason are carried.
    """

    id: str
    kind: str  # total | complement | rate | formula | split | convert | calendar | lag
    where: Mapping[str, tuple[str, ...]]
    set: Cells
    over: str = ""
    parts: tuple[str, ...] = ()
    whole: str = ""
    expression: str = ""
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    factor: Fraction = Fraction(1)
    decimals: int | None = None
    years: int = 0
    from_: str = ""  # M | Q | T | S, a letter of model.periods.PATTERNS
    to: str = ""  # Q | S | A
    method: str = ""  # sum | mean | first | last
    least: int = 0  # 0: every period is needed
    population: Population | None = None
    reason: str = ""
    reference: str = ""
    status: str = ""  # OBS_STATUS forced on the result, when the reason calls for one


@dataclass(frozen=True)
class NotProvided:
    """Target cells that a recipient has and this map leaves empty, with the reason (listed in coverage).

    `publish`: they are also written, one observation without a value for each of `periods` (each period that the map
    yields when empty), with the status of the kind (L, M) and the reason as comment.
    """

    cells: Cells
    kind: str  # not-available | not-applicable | other-house
    reason: str
    reference: str = ""
    publish: bool = False
    periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class StructureMap:
    """From one internal (or prepared) dataflow to one target dataflow.

    `select` names the source rows this map reads: source component → codes (every dimension that is not mapped must be
    fixed to one code here or be summed over by `aggregate`). Rows outside are not its business; selected rows without a
    target are reported, never dropped in silence (SM-20). Time rules of one target are tried in the order of the file,
    the first that can read the value gives it. `frequency_formats`: frequency → pattern in which periods are written,
    where it is not the usual one (SM-33). `fixed_source`: constants of the map's reverse direction, kept and no
    condition on what is read (SM-12).
    """

    reference: Reference
    file: str
    names: Texts
    source: Reference
    target: Reference
    provider: str
    scope: str  # collection | mirror
    select: Mapping[str, tuple[str, ...]]
    components: tuple[ComponentMap, ...]
    fixed: Cells
    types: tuple[CellType, ...]
    aggregate: Aggregate | None = None
    calculations: tuple[Calculation, ...] = ()
    not_provided: tuple[NotProvided, ...] = ()
    times: tuple[TimeRule, ...] = ()
    frequency_formats: Mapping[str, str] = field(default_factory=dict)
    fixed_source: Cells = field(default_factory=dict)
    working: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # codes that are never published
    checksum: str = ""  # sha256 over the YAML file and the CSV files it names, as read

    @cached_property  # told by their rows: the question is asked of every map, again and again
    def representation_maps(self) -> tuple[RepresentationMap, ...]:
        """The representation maps it uses, each once, in order."""
        return tuple(dict.fromkeys(c.map for c in self.components if c.map is not None))
