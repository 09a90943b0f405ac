"""The table that rules read: every component of the structure in a narrow form, the value as a whole number.

One pass over the checked table pays for some thirty rules: codes become enumerations (a byte or two instead of a
string, so that grouping by fourteen dimensions of five million rows takes less than a second), the value becomes an
integer in units of the measure's last decimal, so that no rule meets a fraction (D17, D21).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from greffe.arrow import integer, text
from greffe.catalogue.policies.breaks import Break
from greffe.engine import Connection, quoted
from greffe.model.rounded import BASE, COMMENTS, ESTIMATED
from greffe.model.structures import Codelist, DataStructure
from greffe.validation.measures import COUNT_UNITS, RATIO_INDICATORS, RATIO_UNITS

TABLE: Final = "checked_facts"
SAID, MARKED, ROUNDED, NOTED = (
    "is_said",
    "is_marked",
    "rounded_to",
    "noted",
)  # columns of a dataset's facts, beside its components
LAST: Final = "last_place"  # one unit of the last decimal with which a value was received, in units of `v`
QUICK: Final = 9  # decimals up to which a number times its scale is worked out in machine words
FEW: Final = 50_000  # rows of a dataset up to which texts are as fast as enumerations, and need no statement each
# A date tells one year from the next, and explains nothing: "Stock on 1 February 2023, for 31 January."
_MONTH: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE: Final = rf"(Stock on |, for )?[0-9]{{1,2}} ({_MONTH})( [0-9]{{4}})?\.?"
_DECIMAL: Final = re.compile(r"DECIMAL\(\d+,(\d+)\)")
BREAKDOWNS: Final = ("INFRACTION", "NATAFF", "NAC", "SEXE", "AGE", "NATIONALITE", "STATUT_PEN", "DETAIL", "INDEX_SSMSI")


@dataclass(frozen=True)
class Facts:
    """Columns of `table`: the dimensions, TIME_PERIOD, `v` (HUGEINT, NULL missing), `year` (INTEGER), `rest` (what
    follows the year in TIME_PERIOD), the attributes. An absent attribute is a column of NULL."""

    structure: DataStructure
    codelists: Mapping[str, Codelist]
    allowed: Mapping[str, frozenset[str]]  # component → codes that constraints allow; absent = all
    annotations: Mapping[str, str]  # DECIMALS_<UNIT> of the dataflow and the structure
    stage: str
    table: str = TABLE
    population: str = ""
    previous: str = ""
    thresholds: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()  # declared of the dataflow
    apart: str = ""  # the table of true values of what is hidden, for the audit's first witness
    finer: int = 0  # decimals of the values at hand; they count where they are more than the structure declares
    spare: int = 0  # how many of those decimals no amount has: rates alone
    received: bool = False  # the texts of the values are at hand, and with them the decimals of each

    def limit(self, rule: str, name: str) -> Fraction:
        """The threshold in force, in its own unit (mappings/policies/thresholds.csv)."""
        return Fraction(self.thresholds[rule, name])

    def share(self, rule: str, name: str) -> Fraction:
        """A threshold in percent, as a share of one."""
        return self.limit(rule, name) / 100

    def units(self, rule: str, name: str) -> Fraction:
        """A threshold of amounts, in the units of `v`."""
        return self.limit(rule, name) * self.scale

    @property
    def dims(self) -> tuple[str, ...]:
        """Ids of the dimensions, time apart."""
        return self.structure.dimension_ids

    @property
    def decimals(self) -> int:
        """Decimals of the measure, or of the finest value where that has more: nothing is rounded before it is compared."""
        return max(self.structure.decimals, self.finer)

    @property
    def scale(self) -> int:
        """10 to the decimals of the measure: `v` = value × scale."""
        return int(10**self.decimals)

    @property
    def amount_scale(self) -> int:
        """10 to the decimals of amounts, which may be fewer where rates are at hand as well."""
        return int(10 ** (self.decimals - self.spare))

    def amount(self, value: str) -> str:
        """SQL: a `v` of an amount in units of `amount_scale`: products of amounts stay within what the engine holds."""
        return f"({value} // {10**self.spare})" if self.spare else value

    def last(self, alias: str) -> str:
        """SQL: one unit of the last decimal with which a value was published, in units of `v`."""
        return f"{alias}.{LAST}" if self.received else "1"

    @property
    def internal(self) -> bool:
        """Whether the table is an internal extract."""
        return self.stage == "internal"

    def has(self, component: str) -> bool:
        """Whether the structure has that component."""
        return self.structure.component(component) is not None

    def first(self, *components: str) -> str:
        """The first of those components that the structure has, or ''."""
        return next((c for c in components if self.has(c)), "")

    def codes(self, component: str) -> frozenset[str]:
        """Codes of a component; empty when it is not coded."""
        list_ = self.codelists.get(component)
        return frozenset(i.id for i in list_.items) if list_ else frozenset()

    def others(self, *without: str) -> tuple[str, ...]:
        """The dimensions but those."""
        return tuple(d for d in self.dims if d not in without)

    @property
    def unit(self) -> str:
        """The dimension or attribute that holds the unit, or ''."""
        return self.first("unit", "UNIT", "UNITE")

    @property
    def status(self) -> str:
        """The attribute that holds the status of an observation."""
        return self.first("OBS_STATUS", "STATUT")

    @property
    def comments(self) -> tuple[str, ...]:
        """Attributes in which an explanation may stand."""
        return tuple(c for c in ("COMMENT_OBS", "FOOTNOTE", "SOURCE_NOTE") if self.has(c))

    def counted(self, alias: str = "") -> str:
        """SQL condition: the observation is an amount that parts of a whole may be summed into (no ratio, no mean)."""
        prefix = f"{alias}." if alias else ""
        if self.unit and not self.internal:
            return f"{prefix}{quoted(self.unit)} IN ({literals(COUNT_UNITS)})"
        if self.unit:
            return f"coalesce({prefix}{quoted(self.unit)}, '') NOT IN ({literals(RATIO_UNITS)})"
        if self.has("INDICATOR"):
            return f"{prefix}INDICATOR NOT IN ({literals(RATIO_INDICATORS)})"
        return "TRUE"

    def margin(self, alias: str) -> str:
        """SQL condition: no cell of a full cube. Below the national level, so many breakdowns at once leave a handful of
        persons in a cell, of which no plausibility can be asked."""
        if not (self.internal and self.has("NIVEAU_GEO")):
            return "TRUE"
        return f"({alias}.cut < {int(self.limit('QR-PLA-05', 'breakdowns'))} OR {alias}.NIVEAU_GEO = 'FR')"

    def explained(self, alias: str) -> str:
        """SQL condition: a break, a different definition or a comment explains what an observation shows."""
        return (
            f"coalesce({alias}.{quoted(self.status)}, '') = 'B'"
            if self.internal
            else f"coalesce({alias}.{SAID}, FALSE)"
        )

    def explained_since(self, alias: str, before: str) -> str:
        """SQL condition: what an observation says of itself explains its change since `before`: a break, or what `before`
        does not say as well. A note that stands with every year, were it only for its date, explains none."""
        if self.internal:
            return self.explained(alias)
        new = [f"NOT contains(coalesce({before}.{NOTED}, ''), {alias}.{NOTED})"]
        if self.status:
            now, then = (f"coalesce({a}.{quoted(self.status)}, '')" for a in (alias, before))
            new += [f"{now} = 'B'", f"{now} = 'D' AND {then} NOT IN ('B', 'D')"]
        return f"({' OR '.join(new)})"

    def marked(self, alias: str = "") -> str:
        """SQL condition: the observation is confidential or suppressed. No message may show a value of it."""
        return "FALSE" if self.internal else f"coalesce({alias + '.' if alias else ''}{MARKED}, FALSE)"

    @property
    def judgements(self) -> str:
        """SQL of the columns SAID, MARKED, ROUNDED (the base in whole units, else NULL) and NOTED (what is said, without
        dates), which `explained`, `marked`, `exact` and `explained_since` read: a rule that asks for no more than these need
        not run again when a status changes that none of them sees. An extract, of millions of rows, goes without."""
        if self.internal:
            return ""
        said = [f"coalesce({quoted(self.status)}, '') IN ('B', 'D')"] if self.status else []
        said += [f"coalesce({quoted(c)}, '') <> ''" for c in self.comments]
        marked = ["coalesce(CONF_STATUS, 'F') <> 'F'"] if self.has("CONF_STATUS") else []
        marked += ["coalesce(OBS_STATUS, '') = 'Q'"] if self.has("OBS_STATUS") else []
        base = "CAST(NULL AS BIGINT)"
        if self.has("OBS_STATUS") and self.has(COMMENTS):
            told = f"nullif(regexp_extract({quoted(COMMENTS)}, {literal(BASE)}, 1), '')"
            base = f"CASE WHEN coalesce(OBS_STATUS, '') = '{ESTIMATED}' THEN TRY_CAST({told} AS BIGINT) END"
        judged = f"({' OR '.join(said) or 'FALSE'}) AS {SAID}, ({' OR '.join(marked) or 'FALSE'}) AS {MARKED}"
        return f", {judged}, {base} AS {ROUNDED}, {self._noted} AS {NOTED}"

    @property
    def _noted(self) -> str:
        """SQL: the notes of an observation, without dates; '' without any."""
        notes = (f"nullif(trim(regexp_replace({quoted(c)}, '{_DATE}', '', 'g'), '; '), '')" for c in self.comments)
        return f"concat_ws('; ', {', '.join(('NULL', *notes))})"

    def hidden(self, alias: str = "") -> str:
        """SQL condition: the observation is one whose value was taken out."""
        return f"({alias + '.' if alias else ''}v IS NULL AND {self.marked(alias)})"

    def exact(self) -> str:
        """SQL condition: the value is there and is the true one, not one rounded for protection."""
        return "v IS NOT NULL" if self.internal else f"(v IS NOT NULL AND {ROUNDED} IS NULL)"


def literals(words: object) -> str:
    """Words as a list of SQL strings, sorted; never empty."""
    found = sorted(map(str, words)) if isinstance(words, tuple | list | set | frozenset) else [str(words)]
    return ", ".join(literal(w) for w in found) or "''"


def literal(word: str) -> str:
    """A word as an SQL string."""
    return "'" + word.replace("'", "''") + "'"


@contextmanager
def prepared(connection: Connection, facts: Facts, source: str) -> Iterator[Facts]:
    """Make `facts.table` from the table or view `source`, and drop it afterwards. Gives the facts with the decimals of the
    values that are there: a structure may declare none, or fewer than were received."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM {quoted(source)}").fetchall()
    present = {text(row[0]).upper() for row in rows}
    facts = _measured(connection, facts, source, {text(row[0]).upper(): text(row[1]) for row in rows})
    types: list[str] = []
    try:
        few = not facts.internal and _few(connection, source)
        columns = [_column(connection, facts, source, c, present, types, few) for c in _components(facts.structure)]
        time = "TIME_PERIOD" if "TIME_PERIOD" in present else "NULL"
        narrow = (
            f"SELECT {', '.join(columns)}, "
            f"{_whole('OBS_VALUE', facts.decimals)} AS v, TRY_CAST({time}[1:4] AS INTEGER) AS year, {time}[5:] AS rest, "
            f"{_cut(facts)} AS cut{_last(facts)} FROM {quoted(source)}"
        )
        judged = f"SELECT *{facts.judgements} FROM ({narrow})" if facts.judgements else narrow
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(facts.table)} AS {judged}")
        yield facts
    finally:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(facts.table)}")
        for name in types:
            connection.execute(f"DROP TYPE IF EXISTS {quoted(name)}")


def _few(connection: Connection, source: str) -> bool:
    found = connection.execute(f"SELECT count(*) FROM {quoted(source)}").fetchone()
    return found is not None and integer(found[0]) <= FEW


def _measured(connection: Connection, facts: Facts, source: str, types: Mapping[str, str]) -> Facts:
    """The facts, told how many decimals the values at hand have. Extracts and drafts have those of their structure, checked
    at their making; a file that somebody published has what it has."""
    held = _DECIMAL.fullmatch(types.get("OBS_VALUE", ""))
    finer = int(held[1]) if held else 0
    if finer <= facts.structure.decimals:
        return facts
    value = f"CAST(OBS_VALUE AS DECIMAL(38,{finer}))"
    decimals = f"length(rtrim(split_part(CAST({value} AS VARCHAR), '.', 2), '0'))"
    amount = facts.counted() if facts.unit.upper() in types else "TRUE"
    found = connection.execute(
        f"SELECT coalesce(max({decimals}) FILTER (WHERE {amount}), 0) FROM {quoted(source)}"
    ).fetchone()
    amounts = max(facts.structure.decimals, integer(found[0]) if found else 0)
    return replace(facts, finer=finer, spare=finer - amounts, received="OBS_TEXT" in types)


def _last(facts: Facts) -> str:
    """SQL of the column LAST. No fewer decimals than are declared: a program may have dropped zeros at the end."""
    if not facts.received:
        return ""
    places = f"greatest(length(split_part(coalesce(OBS_TEXT, ''), '.', 2)), {facts.structure.decimals})"
    return f", CAST(rpad('1', CAST(1 + {facts.decimals} - {places} AS INTEGER), '0') AS HUGEINT) AS {LAST}"


def _whole(value: str, decimals: int) -> str:
    """SQL: a value in units of its last decimal. Numbers of up to 16 digits, nearly all, take a faster way."""
    digits = f"CAST(replace(CAST(CAST({value} AS DECIMAL(38,{decimals})) AS VARCHAR), '.', '') AS HUGEINT)"
    if decimals > QUICK:
        return digits
    narrow = f"CAST(CAST(TRY_CAST({value} AS DECIMAL({16},{decimals})) * {10**decimals} AS BIGINT) AS HUGEINT)"
    return f"coalesce({narrow}, {digits})"


def _cut(facts: Facts) -> str:
    """SQL: by how many breakdowns a row of an extract is cut."""
    if not facts.internal:
        return "0"
    cuts = [f"CAST({quoted(d)} NOT IN ('T', '_Z') AS UTINYINT)" for d in BREAKDOWNS if d in facts.dims]
    return " + ".join(cuts) or "0"


def _components(structure: DataStructure) -> tuple[str, ...]:
    time = (structure.time.id,) if structure.time else ()
    return (*structure.dimension_ids, *time, *(a.id for a in structure.attributes))


def _column(
    connection: Connection, facts: Facts, source: str, component: str, present: set[str], types: list[str], few: bool
) -> str:
    """SQL of one column; codes become an enumeration of the codes that are there, in alphabetical order, unless rows are
    few: the order is that of the texts."""
    name = quoted(component)
    if component.upper() not in present:
        return f"CAST(NULL AS VARCHAR) AS {name}"
    if few or (component not in facts.codelists and component != "TIME_PERIOD"):
        return f"CAST({name} AS VARCHAR) AS {name}"
    type_ = f"checked_{component}"
    list_ = facts.codes(component) if facts.internal else frozenset()
    words = f"SELECT unnest([{literals(list_ | {'_Z'})}]) AS code"
    if not list_:  # of an extract, ingest has checked the codes: the list saves a pass over millions of rows
        words += f" UNION SELECT DISTINCT {name} FROM {quoted(source)} WHERE {name} IS NOT NULL"
    connection.execute(f"CREATE TYPE {quoted(type_)} AS ENUM (SELECT code FROM ({words}) ORDER BY code)")
    types.append(type_)
    return f"TRY_CAST({name} AS {quoted(type_)}) AS {name}"
