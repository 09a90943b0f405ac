"""What a rate divides by (D12, D16): the persons from among whom its numerator comes, counted as a stock, all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from greffe.catalogue.map_view import INDICATOR, TIME, MapView, side_of
from greffe.catalogue.overlap import parts_of
from greffe.catalogue.reach import Cell, leads, shown
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.errors import BadDefinition, nearest
from greffe.model.maps import Calculation, CellType, Population

_PERSONS: Final = ("person", "headcount")
_STOCKS: Final = ("stock_1jan", "stock_31dec", "mean")
# Populations that are a part of the inhabitants; all others are counted among all of them.
_PARTS: Final = ("minors",)
_SHIFTS: Final[Mapping[str, tuple[str, str]]] = {  # conversion: moment of the population, moment of what is counted
    "shift_1jan": ("stock_1jan", "stock_31dec"),
    "lag_1y": ("stock_31dec", "stock_1jan"),
}


def check_denominator(
    view: MapView, calculation: Calculation, population: Population, indicators: Iterable[str], operand: Cell,
    had: CellType, made: CellType, at: str,
) -> None:  # fmt: skip
    """Refuses a rate over what does not count the persons that its numerator (`had`) comes from, unless the type of the
    rate (`made`) declares a conversion that covers it. Raises BadDefinition.

    A population without indicators says nothing of what it counts; its territorial field is checked elsewhere.
    """
    words = _declared(view, population, f"{at}.population.select")
    if words is None:
        return
    indicator = population.select[INDICATOR][0]
    who = f"The rate {calculation.id} is over {indicator}, which"
    of = f"the cell {shown(operand)}"
    kinds = {c.kind for c in made.conversions}
    if words["counting_unit"] not in _PERSONS:
        raise view.wrong(
            f"{who} counts {words['counting_unit']}.", f"{at}.population.select",
            hint=f"A rate is over one of {', '.join(_PERSONS)}; a quotient of other counts is a formula.",
        )  # fmt: skip
    among = had.population if had.population in _PARTS else "all"
    if words["population"] not in (among, had.population) and "flag_D" not in kinds:
        raise view.wrong(
            f"{who} counts the population {words['population']}; {of} has {had.population}.",
            f"{at}.population.select",
            hint=f"Take the population {among}, or declare the conversion flag_D on the type of the rate, with its reason.",
        )
    moment = words["moment"]
    if moment not in _STOCKS:
        raise view.wrong(
            f"{who} has the moment {moment}.", f"{at}.population.select",
            hint=f"A population has one of {', '.join(_STOCKS)}.",
        )  # fmt: skip
    apart = had.moment in _STOCKS and moment != had.moment
    if apart and not any((moment, had.moment) == pair and kind in kinds for kind, pair in _SHIFTS.items()):
        legitimate = [kind for kind, pair in _SHIFTS.items() if pair == (moment, had.moment)]
        raise view.wrong(
            f"{who} has the moment {moment}; {of} has {had.moment}.",
            f"{at}.population.select",
            hint=f"Declare the conversion {legitimate[0]} on the type of the rate, with its reason."
            if legitimate
            else "No conversion covers this difference of moment.",
        )
    _check_codes(view, calculation, population, indicators, operand, f"{at}.population.select")


def _declared(view: MapView, population: Population, at: str) -> Mapping[str, str] | None:
    """What the indicator of a population counts, by axis; None where its dataflow has no indicators."""
    side = side_of(view.catalogue, population.dataflow)
    component = side.component(INDICATOR)
    list_ = view.catalogue.codelist(component) if component else None
    if list_ is None or INDICATOR not in population.select:
        return None
    code = population.select[INDICATOR][0]
    item = next(item for item in list_.items if item.id == code)
    found = {axis: item.annotation(axis.upper()) for axis in ("counting_unit", "population", "moment")}
    for axis, word in found.items():
        if word not in TYPE_WORDS[axis]:
            raise view.wrong(
                f"The indicator {code} declares {word!r} as {axis.upper()}.", at, near=nearest(word, TYPE_WORDS[axis]),
                hint=f"Annotate its code with one of {', '.join(TYPE_WORDS[axis])}.",
            )  # fmt: skip
    return found


def _check_codes(
    view: MapView, calculation: Calculation, population: Population, indicators: Iterable[str], operand: Cell, at: str
) -> None:
    """What is counted in one part is not divided by the whole: juveniles alone by persons of all ages."""
    for dimension, codes in population.select.items():
        component = view.source.component(dimension)
        if dimension in (INDICATOR, TIME) or component is None:
            continue
        below = parts_of(view.catalogue.codelist(component)).get(codes[0], frozenset())
        for indicator in sorted(indicators):
            found = _leading(view, indicator, dimension, operand)
            if len(found) == 1 and found[0] in below:
                raise _part(view, calculation, operand, dimension, (found[0], codes[0]), at)


def _leading(view: MapView, indicator: str, dimension: str, operand: Cell) -> list[str]:
    """The codes of a source dimension from which the cell can come."""
    codes, rules = dict(operand), [r for r in view.map.components if dimension in r.sources]
    return [
        code
        for code, targets in leads(view, indicator, dimension).items()
        if all(
            any(
                all(codes.get(id_, value) == value for id_, value in zip(rule.targets, one, strict=True))
                for one in ones
            )
            for rule, ones in zip(rules, targets, strict=True)
        )
    ]


def _part(
    view: MapView, calculation: Calculation, operand: Cell, dimension: str, codes: tuple[str, str], at: str
) -> BadDefinition:
    return view.wrong(
        f"The rate {calculation.id} is over {dimension} {codes[1]}, and the cell {shown(operand)} comes from {codes[0]} "
        "alone, a part of it.",
        f"{at}.{dimension}",
        hint=f"Select {dimension} {codes[0]} of the population, or leave that cell out of where.",
    )
