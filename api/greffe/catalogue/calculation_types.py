"""Like onto like (D16), calculations among it: operands go together, and what is made counts what its cell says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final

from greffe.catalogue.broader import check_broader
from greffe.catalogue.calculation_order import check_order
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.denominators import check_denominator
from greffe.catalogue.faults import Faults
from greffe.catalogue.map_view import MapView
from greffe.catalogue.overlap import check_parts
from greffe.catalogue.reach import Cell, Reached, operands, published, shown, varying
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import RATIOS, UNITS, Types, wanted
from greffe.errors import BadDefinition
from greffe.model.calculations import adds, quotient, read
from greffe.model.expressions import CONSTANT
from greffe.model.maps import Calculation, CellType, StructureMap

_ADDED: Final = ("counting_unit", "moment", "territory")  # on which things that are added up are of one kind
_SHARED: Final = ("population", "offence_rule", "territory", "legal_persons")
_QUOTIENTS: Final = ("ratio", "percent", "day", "month")
# What each method of a calendar reads and makes: moments.
_MOMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "sum": {"flow_year": "flow_year"},
    "mean": {"stock_1jan": "mean", "stock_31dec": "mean", "mean": "mean"},
    "first": {"stock_1jan": "stock_1jan", "stock_31dec": "stock_31dec"},
    "last": {"stock_1jan": "stock_1jan", "stock_31dec": "stock_31dec"},
}


def check_types(catalogue: Catalogue, maps: Iterable[StructureMap] | None = None) -> None:
    """Raises BadDefinition naming map, indicator, cell, both values, and what would make it legitimate, for each. `maps`:
    those that are looked at, all of the catalogue when left out."""
    faults, looked_at = Faults(), tuple(catalogue.maps.values() if maps is None else maps)
    for map_ in looked_at:
        with faults:
            _check_map(Types(MapView.of(catalogue, map_)))
    faults.refuse()
    for map_ in looked_at:
        with faults:
            view = MapView.of(catalogue, map_)
            check_broader(view)
            view.faults.refuse()
    faults.refuse()


def typed_cells(catalogue: Catalogue, map_: StructureMap) -> Mapping[Cell, tuple[CellType, ...]]:
    """The cells that a map reaches or calculates, with the types that it declares for them; those without are left out."""
    types = Types(MapView.of(catalogue, map_))
    with Faults():
        _check_map(types)
    return types.held


def _check_map(types: Types) -> None:
    cells, gathered = types.check(), types.view.faults
    for cell in published(types.view):
        cells.setdefault(cell, set())
    with gathered:
        check_order(types.view, tuple(cells))
        for number, calculation in enumerate(types.view.map.calculations):  # none is judged in an order that cannot be
            with gathered:
                _check(types, calculation, cells, f"$.calculations[{number}]")
    gathered.refuse()


def _check(types: Types, calculation: Calculation, cells: Reached, at: str) -> None:
    """Its operands are reached and go together; what it makes has a type and joins the cells."""
    found = operands(cells, calculation)
    for name in read(calculation) if calculation.over else ():
        if not any(dict(cell)[calculation.over] == name for cell in found):
            raise types.view.wrong(f"{calculation.id} reads {name}, and nothing leads to that cell.", at)
    if not found:
        raise types.view.wrong(f"{calculation.id} reads cells that nothing leads to.", f"{at}.where")
    if adds(calculation) and calculation.kind != "split":
        _check_sum(types, calculation, found, cells, at)
    elif adds(calculation) or (calculation.kind == "calendar" and calculation.method == "sum"):
        for operand in found:
            _check_countable(types, calculation, operand, at)
    for operand, results in found.items():
        for result in results:
            for type_ in types.of(result, f"{calculation.id} makes"):
                for had in types.of(operand, f"{calculation.id} reads"):
                    _check_result(_Made(types, calculation, sorted(cells[operand]), operand, result, at), had, type_)
            cells.setdefault(result, set()).update(cells[operand])
    if calculation.kind not in ("lag", "convert", "calendar"):  # which keep the type of their one operand
        _check_shared(types, calculation, found, at)


def _check_shared(types: Types, calculation: Calculation, found: Mapping[Cell, tuple[Cell, ...]], at: str) -> None:
    """What all operands of a result have in common the result has too: of whom, by which rule, in which field."""
    had: dict[Cell, dict[str, set[str]]] = {}
    for operand, results in found.items():
        for result in results:
            words = had.setdefault(result, {axis: set() for axis in _SHARED})
            for type_ in types.of(operand, f"{calculation.id} reads"):
                for axis in _SHARED:
                    words[axis].add(wanted(type_)[axis])
    for result, words in had.items():
        common = {axis: next(iter(found_)) for axis, found_ in words.items() if len(found_) == 1}
        for type_ in types.of(result, f"{calculation.id} makes"):
            types.compare(calculation.id, common, result, type_, tuple(common))
            if not adds(calculation) and type_.counting_unit not in _QUOTIENTS:
                raise types.view.wrong(
                    f"{calculation.id} divides, and the cell {shown(result)} counts {type_.counting_unit}.",
                    at,
                    hint=f"A quotient is one of {', '.join(_QUOTIENTS)}.",
                )


def _check_sum(
    types: Types, calculation: Calculation, found: Mapping[Cell, tuple[Cell, ...]], cells: Reached, at: str
) -> None:
    for names in _alike(calculation):
        check_parts(types.view, calculation.over, names, at)
    for indicator in sorted({i for cell in found for i in cells[cell]}):
        for id_ in varying(types.view, indicator, calculation.over, read(calculation)):
            types.additive(indicator, id_, f"{at}.over")
    seen: dict[tuple[Cell, str], tuple[str, Cell]] = {}
    for operand, results in found.items():
        _check_countable(types, calculation, operand, at)
        for axis in _ADDED:
            for type_ in types.of(operand, f"{calculation.id} reads"):
                word, first = seen.setdefault((results[0], axis), (wanted(type_)[axis], operand))
                if word != wanted(type_)[axis]:
                    raise types.view.wrong(
                        f"{calculation.id} adds {axis} {word} ({shown(first)}) and {wanted(type_)[axis]} "
                        f"({shown(operand)}).",
                        at,
                    )


def _alike(calculation: Calculation) -> tuple[tuple[str, ...], ...]:
    """The codes that are added, and those that are subtracted: none of them holds another of its own side."""
    form = quotient(calculation).numerator
    added = tuple(name for name, share in form.items() if name != CONSTANT and share > 0)
    return added, tuple(name for name, share in form.items() if name != CONSTANT and share < 0)


def _check_countable(types: Types, calculation: Calculation, operand: Cell, at: str) -> None:
    """Rates and percentages are not added, shared out or summed over time: they are computed again from their parts."""
    for type_ in types.of(operand, f"{calculation.id} reads"):
        if type_.counting_unit in RATIOS:
            raise types.view.wrong(
                f"{calculation.id} would add {type_.counting_unit} ({shown(operand)}), which does not add up.",
                at,
                hint="Compute it again from what it is made of, after the sum.",
            )


class _Made:
    """One result of one operand, with the indicators it is made of."""

    def __init__(
        self, types: Types, calculation: Calculation, indicators: list[str], operand: Cell, result: Cell, at: str
    ) -> None:
        self.types, self.calculation, self.indicators = types, calculation, indicators
        self.operand, self.result, self.at = operand, result, at

    def compare(self, have: Mapping[str, str], type_: CellType, *but: str, lagged: bool = False) -> None:
        """The result's type is the operand's, on every axis but some."""
        axes = [axis for axis in TYPE_WORDS if axis not in but]
        self.types.compare(self.calculation.id, have, self.result, type_, axes, lagged)

    def wrong(self, message: str, hint: str) -> BadDefinition:
        """The error about this calculation."""
        return self.types.view.wrong(message, self.at, hint=hint)


def _check_result(made: _Made, had: CellType, type_: CellType) -> None:
    if made.calculation.kind in _RESULTS:
        _RESULTS[made.calculation.kind](made, had, type_)
    elif adds(made.calculation):
        made.compare(wanted(had), type_, *(axis for axis in TYPE_WORDS if axis not in _ADDED))


def _check_lag(made: _Made, had: CellType, type_: CellType) -> None:
    """The indicator is named, as conversions may be for some indicators only."""
    lagged = made.calculation.years == 1
    who = made.indicators[0] if made.indicators else made.calculation.id
    made.types.compare(who, wanted(had), made.result, type_, lagged=lagged)


def _check_rate(made: _Made, had: CellType, type_: CellType) -> None:
    population = made.calculation.population
    if population is not None and had.territory != population.territory:
        raise made.types.view.wrong(
            f"The rate {made.calculation.id} is over two territories: the cell {shown(made.operand)} has "
            f"{had.territory}, its population {population.territory} (QR-TYP-02).",
            f"{made.at}.population.territory",
            hint="No conversion covers territory: take the population of that field, or leave the rate out.",
        )
    if population is not None:
        check_denominator(
            made.types.view, made.calculation, population, made.indicators, made.operand, had, type_, made.at
        )
    made.compare(wanted(had), type_, "counting_unit")


def _check_convert(made: _Made, had: CellType, type_: CellType) -> None:
    """A factor changes the unit that is written, and never what is counted: persons do not become cases."""
    made.compare(wanted(had), type_, "counting_unit")
    if had.counting_unit == type_.counting_unit:
        if not _power_of_ten(made.calculation.factor):
            raise made.wrong(
                f"{made.calculation.id} multiplies {had.counting_unit} by {made.calculation.factor} and keeps the unit.",
                "A factor that keeps the unit is a power of ten (thousands); a share is a split.",
            )
        return
    bounds = UNITS.get((had.counting_unit, type_.counting_unit))
    units = f"{had.counting_unit} into {type_.counting_unit}"
    if bounds is None:
        known = ", ".join(f"{one} into {other}" for one, other in UNITS)
        raise made.wrong(
            f"{made.calculation.id} makes {units}, and no factor does that.",
            f"A factor keeps the counting unit, or makes {known}.",
        )
    if not bounds[0] <= made.calculation.factor <= bounds[1]:
        raise made.wrong(
            f"{made.calculation.id} makes {units} with the factor {made.calculation.factor}.",
            f"It lies between {bounds[0]} and {bounds[1]}.",
        )


def _power_of_ten(factor: Fraction) -> bool:
    whole = max(factor.numerator, factor.denominator)
    return min(factor.numerator, factor.denominator) == 1 and str(whole).strip("0") == "1"


def _check_calendar(made: _Made, had: CellType, type_: CellType) -> None:
    """Flows are summed, stocks are not; an indicator is summed over time only when it adds up over it."""
    method, legitimate = made.calculation.method, _MOMENTS[made.calculation.method]
    made.compare(wanted(had), type_, "moment")
    if legitimate.get(had.moment) != type_.moment:
        words = ", ".join(f"{one} into {other}" for one, other in legitimate.items())
        raise made.wrong(
            f"{made.calculation.id} makes moment {type_.moment} ({shown(made.result)}) of {had.moment} by {method}.",
            f"The method {method} makes {words}.",
        )
    for indicator in made.indicators if method == "sum" else ():
        made.types.additive(indicator, "time", f"{made.at}.method")


_RESULTS: Final[Mapping[str, Callable[[_Made, CellType, CellType], None]]] = {
    "lag": _check_lag,
    "rate": _check_rate,
    "convert": _check_convert,
    "calendar": _check_calendar,
}
