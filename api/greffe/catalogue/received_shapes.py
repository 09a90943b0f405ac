"""What a recipient says of the values of a component: its facets, of XML or JSON, read or refused by name, never passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from greffe.errors import BadDefinition, BadQuery
from greffe.model.periods import span
from greffe.model.references import Urn
from greffe.model.structures import Representation

Wrong: TypeAlias = Callable[[str], BadDefinition]

_READ: Final = (
    "textType", "decimals", "minLength", "maxLength", "minValue", "maxValue", "pattern", "isSequence", "interval",
    "startValue", "endValue", "timeInterval", "startTime", "endTime",
)  # fmt: skip
_WITHOUT_EFFECT: Final = ("isMultiLingual", "isMultilingual")  # a text in one language is one of several
_SEQUENCE: Final = ("interval", "startValue", "endValue", "timeInterval")
_STEP: Final = re.compile(r"P([1-9][0-9]*)([YMWD])")
TRUE: Final = ("true", "1")
INCREMENTAL, EXCLUSIVE = "Incremental", "ExclusiveValueRange"


@dataclass(frozen=True)
class Shape(Representation):
    """A representation with the facets that none of ours has.

    `min_value` and `max_value` are inclusive unless the text type says otherwise. A sequence of numbers is `start_value` and
    every `interval` after it up to `end_value`; of periods `start_time` and every `step` (months, days) after it. Without a
    sequence `start_time` and `end_time` are bounds. `sentinels`: values beside all that, with a meaning of their own.
    `least` and `most`: how many values stand in one place, None without end.
    """

    min_length: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    start_value: Decimal | None = None
    interval: Decimal | None = None
    end_value: Decimal | None = None
    start_time: str = ""
    end_time: str = ""
    step: tuple[int, int] = (0, 0)
    sentinels: tuple[str, ...] = ()
    least: int = 1
    most: int | None = 1

    @property
    def as_ours(self) -> Representation:
        """Itself, or a representation as ours are when it says no more."""
        plain = (self.enumeration, self.text_type, self.decimals, self.max_length, self.pattern)
        return Representation(*plain) if self == Shape(*plain) else self


@dataclass(frozen=True)
class Told:
    """What a message says: facets by their names in XML, `sentinels`, `least` and `most` as they are written ('' = not)."""

    enumeration: Urn | None
    facets: Mapping[str, str]
    sentinels: tuple[str, ...] = ()
    least: str = ""
    most: str = ""


def shape(id_: str, told: Told, wrong: Wrong) -> Shape:
    """The representation of a component. Facets of an enumeration say nothing that its codes do not."""
    coded = told.enumeration is not None
    facets = {
        k: v for k, v in told.facets.items() if not coded or k in ("textType", "decimals", "maxLength", "pattern")
    }
    for name in facets:
        if name not in (*_READ, *_WITHOUT_EFFECT):
            raise wrong(f"The facet {name} is not checked here: {id_}.")
    type_ = facets.get("textType", "String")
    sequence = facets.get("isSequence", "false") in TRUE or type_ == INCREMENTAL
    for name in _SEQUENCE:
        if name in facets and not sequence:
            raise wrong(f"{name} of {id_} needs isSequence.")
    if sequence and not ({"startValue", "interval"} <= {*facets} or {"startTime", "timeInterval"} <= {*facets}):
        raise wrong(f"A sequence needs startValue and interval, or startTime and timeInterval: {id_}.")
    read = _Facets(id_, facets, wrong)
    return Shape(
        told.enumeration, type_, read.whole("decimals"), read.whole("maxLength"), facets.get("pattern", ""),
        read.whole("minLength"), read.number("minValue"), read.number("maxValue"), read.number("startValue"),
        read.number("interval"), read.number("endValue"), read.period("startTime"), read.period("endTime"), read.step(),
        told.sentinels, _count(id_, "minOccurs", told.least or "1", wrong),
        None if told.most == "unbounded" else _count(id_, "maxOccurs", told.most or "1", wrong),
    )  # fmt: skip


def _count(id_: str, name: str, found: str, wrong: Wrong) -> int:
    if not (found.isascii() and found.isdigit()):
        raise wrong(f"{name} of {id_} is no whole number: {found!r}.")
    return int(found)


@dataclass(frozen=True)
class _Facets:
    """Facets of a component as numbers and periods."""

    id_: str
    facets: Mapping[str, str]
    wrong: Wrong

    def number(self, name: str) -> Decimal | None:
        """A number, or none."""
        try:
            return Decimal(self.facets[name]) if name in self.facets else None
        except InvalidOperation as error:
            raise self.wrong(f"{name} of {self.id_} is no number: {self.facets[name]!r}.") from error

    def whole(self, name: str) -> int | None:
        """A whole number, or none."""
        found = self.facets.get(name)
        return None if found is None else _count(self.id_, name, found, self.wrong)

    def period(self, name: str) -> str:
        """A period of the calendar, or ''."""
        found = self.facets.get(name, "")
        try:
            return found and str(span(found) and found)
        except BadQuery as error:
            raise self.wrong(f"{name} of {self.id_}: {error.message}") from error

    def step(self) -> tuple[int, int]:
        """Months and days between two periods of a sequence."""
        found = self.facets.get("timeInterval", "")
        if not found:
            return 0, 0
        match = _STEP.fullmatch(found)
        if match is None:
            raise self.wrong(
                f"timeInterval of {self.id_} is checked in years, months, weeks or days, one of them: {found!r}."
            )
        number = int(match[1])
        return {"Y": (12 * number, 0), "M": (number, 0), "W": (0, 7 * number), "D": (0, number)}[match[2]]
