"""The regions and keys of a recipient's constraint: what it lets in and leaves out, with its dates.

XML and JSON come as the same plain tree (that of JSON), so that there is one reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.received_shapes import TRUE, Wrong
from greffe.errors import BadQuery
from greffe.model.periods import span
from greffe.model.structures import DataConstraint

MOST: Final = 500  # regions of one constraint; keys are without limit
_BOUNDS: Final = {"startPeriod": 0, "afterPeriod": 0, "endPeriod": 1, "beforePeriod": 1}


@dataclass(frozen=True)
class Dates:
    """From the first to the last period, each '' where it is open; `without`: the bounds that are themselves left out."""

    first: str = ""
    last: str = ""
    without: tuple[bool, bool] = (False, False)

    def __bool__(self) -> bool:
        return bool(self.first or self.last)


@dataclass(frozen=True)
class Value:
    """A code, `%` for any characters; `cascade`: "" itself, "true" with all below it, "excluderoot" those below it alone."""

    code: str
    cascade: str = ""
    dates: Dates = Dates()


@dataclass(frozen=True)
class Member:
    """What a region says of a component: values or a range. `include` False: all but those."""

    id: str
    include: bool
    values: tuple[Value, ...] = ()
    range: Dates | None = None
    dates: Dates = Dates()

    @property
    def plain(self) -> bool:
        """Nothing but codes that are let in, or an inclusive range."""
        codes = all(not v.cascade and not v.dates and "%" not in v.code for v in self.values)
        return (
            self.include and codes and not self.dates and (self.range is None or self.range.without == (False, False))
        )


@dataclass(frozen=True)
class Region:
    """A box of codes, or a key. `include` False: what is in it is left out."""

    include: bool
    members: tuple[Member, ...]
    dates: Dates = Dates()
    key: bool = False


@dataclass(frozen=True)
class Limits(DataConstraint):
    """A constraint that says more than one plain region of ours: an observation must be in one of the regions that let in,
    if there are any, and in none that leaves out."""

    regions: tuple[Region, ...] = ()


def regions_of(plain: Mapping[str, object], wrong: Wrong) -> tuple[Region, ...]:
    """`cubeRegions` and `dataKeySets` of a constraint. Raises BadDefinition for what is not understood in them."""
    found = [_region(r, wrong) for r in _tables(plain.get("cubeRegions"), wrong)]
    if len(found) > MOST:
        raise wrong(f"More than {MOST} regions of a constraint are not checked here.")
    for keys in _tables(plain.get("dataKeySets"), wrong):
        include = _true(keys.get("isIncluded", True))
        found += [_region(k, wrong, include, key=True) for k in _tables(keys.get("keys"), wrong)]
    return tuple(found)


def simple(regions: Sequence[Region]) -> tuple[dict[str, tuple[str, ...]], tuple[str, str] | None] | None:
    """Codes and range of one plain region, as constraints of ours have them; None for anything else."""
    if not regions:
        return {}, None
    (first, *rest) = regions
    if rest or first.key or not first.include or first.dates or not all(m.plain for m in first.members):
        return None
    ranges = [(m.id, m.range) for m in first.members if m.range is not None]
    if any(id_ != "TIME_PERIOD" for id_, _ in ranges) or len(ranges) > 1:
        return None
    range_ = ranges[0][1] if ranges else None
    values = {m.id: tuple(v.code for v in m.values) for m in first.members if m.range is None}
    return values, (range_.first, range_.last) if range_ is not None else None


def _region(plain: Mapping[str, object], wrong: Wrong, include: bool = True, *, key: bool = False) -> Region:
    members = [_member(m, wrong) for name in ("keyValues", "components") for m in _tables(plain.get(name), wrong)]
    return Region(include and _true(plain.get("include", True)), tuple(members), _dates(plain, wrong), key)


def _member(plain: Mapping[str, object], wrong: Wrong) -> Member:
    id_ = str(plain.get("id"))
    known = ("id", "include", "values", "value", "timeRange", "validFrom", "validTo", "links")
    for name in plain:
        if name not in known and not (name == "removePrefix" and not _true(plain[name])):
            raise wrong(f"{name} in a region is not checked here: {id_}.")
    values = plain.get("values", [plain["value"]] if "value" in plain else [])
    if not isinstance(values, list):
        raise wrong(f"The values of {id_} are no list.")
    range_ = plain.get("timeRange")
    return Member(
        id_,
        _true(plain.get("include", True)),
        tuple(_value(v, id_, wrong) for v in values),
        None if range_ is None else _range(_table(range_, wrong), id_, wrong),
        _dates(plain, wrong),
    )


def _value(plain: object, id_: str, wrong: Wrong) -> Value:
    if isinstance(plain, str):
        return Value(plain)
    told = _table(plain, wrong)
    for name in told:
        if name not in ("value", "cascadeValues", "validFrom", "validTo", "lang"):
            raise wrong(f"{name} in a region is not checked here: {id_}.")
    cascade = str(told.get("cascadeValues", "false")).lower()
    if cascade not in (*TRUE, "false", "0", "excluderoot"):
        raise wrong(f"cascadeValues={cascade!r} in a region is not checked here: {id_}.")
    kept = "true" if cascade in TRUE else "excluderoot" if cascade == "excluderoot" else ""
    return Value(str(told.get("value", "")), kept, _dates(told, wrong))


def _range(plain: Mapping[str, object], id_: str, wrong: Wrong) -> Dates:
    found, without = ["", ""], [False, False]
    for name, bound in plain.items():
        if name not in _BOUNDS:
            raise wrong(f"{name} of a range of periods is not checked here: {id_}.")
        told = {"period": bound} if isinstance(bound, str) else _table(bound, wrong)
        found[_BOUNDS[name]] = _period(str(told.get("period", "")), wrong)
        without[_BOUNDS[name]] = not _true(told.get("isInclusive", True))
    return Dates(found[0], found[1], (without[0], without[1]))


def _dates(plain: Mapping[str, object], wrong: Wrong) -> Dates:
    first, last = (str(plain.get(name) or "") for name in ("validFrom", "validTo"))
    return Dates(first and _period(first, wrong), last and _period(last, wrong))


def _period(text: str, wrong: Wrong) -> str:
    try:
        span(text)
    except BadQuery as error:
        raise wrong(error.message) from error
    return text


def _true(value: object) -> bool:
    return str(value).lower() in TRUE


def _table(plain: object, wrong: Wrong) -> Mapping[str, object]:
    if not isinstance(plain, dict):
        raise wrong("An object is expected in a region.")
    return plain


def _tables(plain: object, wrong: Wrong) -> Iterator[Mapping[str, object]]:
    if plain is not None and not isinstance(plain, list):
        raise wrong("A list is expected in a constraint.")
    return (_table(one, wrong) for one in plain or [])
