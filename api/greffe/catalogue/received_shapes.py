"""What an XML message says of the values of a component, and of a region: read, or refused by name, never passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from lxml import etree

from greffe.errors import BadDefinition, BadQuery
from greffe.model.periods import span
from greffe.model.references import Urn
from greffe.model.structures import Representation

Wrong: TypeAlias = Callable[[etree._Element, str], BadDefinition]

_READ: Final = ("textType", "decimals", "minLength", "maxLength", "minValue", "maxValue", "pattern")
# What several languages say is one text here; values beside the range only let more in.
_WITHOUT_EFFECT: Final = ("isMultiLingual", "sentinelValues")
_BOUNDS: Final = {"StartPeriod": 0, "AfterPeriod": 0, "EndPeriod": 1, "BeforePeriod": 1}


@dataclass(frozen=True)
class Shape(Representation):
    """A representation with the facets that none of ours has. `min_value` and `max_value` are inclusive."""

    min_length: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None


def shape(
    element: etree._Element, id_: str, enumeration: Urn | None, form: etree._Element | None, wrong: Wrong
) -> Shape:
    """The representation of a component. Facets of an enumeration say nothing that its codes do not."""
    facets = {str(k): str(v) for k, v in form.items()} if form is not None else {}
    for name in facets:
        if enumeration is None and name not in (*_READ, *_WITHOUT_EFFECT):
            raise wrong(element, f"The facet {name} is not checked here: {id_}.")

    def number(name: str) -> Decimal | None:
        try:
            return Decimal(facets[name]) if name in facets else None
        except InvalidOperation as error:
            raise wrong(element, f"{name} of {id_} is no number: {facets[name]!r}.") from error

    def whole(name: str) -> int | None:
        found = facets.get(name)
        if found is not None and not (found.isascii() and found.isdigit()):
            raise wrong(element, f"{name} of {id_} is no whole number: {found!r}.")
        return None if found is None else int(found)

    return Shape(
        enumeration, facets.get("textType", "String"), whole("decimals"), whole("maxLength"), facets.get("pattern", ""),
        whole("minLength"), number("minValue"), number("maxValue"),
    )  # fmt: skip


def member(element: etree._Element, wrong: Wrong) -> tuple[tuple[str, ...], tuple[str, str] | None]:
    """Codes of a component in a region, or its first and last period, inclusive, '' where it is open."""
    id_ = str(element.get("id"))
    _only(element, id_, {"include": ("true", "1")}, wrong)
    codes: list[str] = []
    periods: tuple[str, str] | None = None
    for one in element.iterchildren(tag=etree.Element):
        if _name(one) == "Value":
            _only(one, id_, {"cascadeValues": ("false", "0")}, wrong)
            codes.append((one.text or "").strip())
        elif _name(one) == "TimeRange":
            periods = _time_range(one, id_, wrong)
        else:
            raise wrong(one, f"{_name(one)} in a region is not checked here: {id_}.")
    return tuple(codes), periods


def _only(element: etree._Element, id_: str, known: Mapping[str, tuple[str, ...]], wrong: Wrong) -> None:
    """No attribute but those that change nothing."""
    for name, value in ((str(n), str(v)) for n, v in element.items()):
        if not (name.startswith("{") or name == "id" or value in known.get(name, ())):
            raise wrong(element, f"{name}={value!r} in a region is not checked here: {id_}.")


def _time_range(element: etree._Element, id_: str, wrong: Wrong) -> tuple[str, str]:
    found = ["", ""]
    if id_ != "TIME_PERIOD":
        raise wrong(element, f"A range of periods is not checked here: {id_}.")
    for one in element.iterchildren(tag=etree.Element):
        period = (one.text or "").strip()
        if _name(one) not in _BOUNDS:
            raise wrong(one, f"{_name(one)} of a range of periods is not checked here: {id_}.")
        if str(one.get("isInclusive", "true")) not in ("true", "1"):
            raise wrong(one, f"Only inclusive bounds of periods are checked here: {id_}.")
        try:
            span(period)
        except BadQuery as error:
            raise wrong(one, error.message) from error
        found[_BOUNDS[_name(one)]] = period
    return found[0], found[1]


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
