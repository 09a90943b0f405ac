"""Like onto like (D16): a map that joins unequal units, populations, moments, rules or fields does not load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import INDICATOR, TIME, MapView
from greffe.catalogue.moments import check_years
from greffe.catalogue.overlap import check_overlaps, check_parts
from greffe.catalogue.reach import Cell, Reached, asked, operands, reached, summed, varying
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.errors import nearest
from greffe.model.expressions import parse
from greffe.model.maps import Calculation, CellType
from greffe.model.structures import Item

RATIOS: Final = ("ratio", "percent")
# What each conversion makes legitimate: axis, and the values it leads from and to (None: any).
_COVERS: Final[dict[str, tuple[tuple[str, tuple[str, ...] | None, tuple[str, ...] | None], ...]]] = {
    "flag_D": tuple((axis, None, None) for axis in ("counting_unit", "population", "offence_rule", "legal_persons")),
    "shift_1jan": (("moment", ("stock_1jan",), ("stock_31dec",)),),
    "lag_1y": (("moment", ("stock_31dec",), ("stock_1jan",)),),
    "to_ratio": (("counting_unit", None, RATIOS),),
    "months_to_days": (("counting_unit", ("month",), ("day",)),),
}
_SHIFTS: Final = ("shift_1jan", "lag_1y")


def check_types(catalogue: Catalogue) -> None:
    """Raises BadDefinition naming map, indicator, cell, both values, and what would make it legitimate."""
    for map_ in catalogue.maps.values():
        _Types(MapView.of(catalogue, map_)).check()


class _Types:
    """The types of one map: those its indicators have, those its cells want."""

    def __init__(self, view: MapView) -> None:
        self.view = view
        self.indicators = self._indicators()

    def _indicators(self) -> Mapping[str, Item]:
        component = self.view.source.component(INDICATOR)
        list_ = self.view.catalogue.codelist(component) if component else None
        if list_ is None:
            raise self.view.wrong(f"{self.view.map.source} has no coded {INDICATOR}, so nothing says what it counts.")
        return {item.id: item for item in list_.items}

    def check(self) -> None:
        """All the checks, mapped cells first, then each calculation with what those before it made."""
        cells = reached(self.view, asked(self.view))
        for cell, indicators in cells.items():
            for type_ in self.of(cell, f"{sorted(indicators)[0]} reaches"):
                for indicator in sorted(indicators):
                    self._compare(indicator, self._declared(indicator), cell, type_)
                    self._check_field(indicator, cell, type_)
        check_years(self.view)
        reaching = {i for indicators in cells.values() for i in indicators}
        self._check_aggregate(reaching)
        check_overlaps(self.view, reaching)
        for calculation in self.view.map.calculations:
            self._check_calculation(calculation, cells)

    def of(self, cell: Cell, who: str) -> list[CellType]:
        """The types that are declared for a cell; none is an error."""
        codes = dict(cell)
        found = [t for t in self.view.map.types if all(codes.get(id_) == code for id_, code in t.cells.items())]
        if not found:
            raise self.view.wrong(
                f"{who} the cell {_shown(cell)}, which has no type.", "$.types", hint="Declare what that cell counts."
            )
        return found

    def _declared(self, indicator: str) -> dict[str, str]:
        """The indicator's own types, from the annotations of its code."""
        item, found = self.indicators[indicator], {}
        for axis, words in TYPE_WORDS.items():
            word = item.annotation(axis.upper())
            if word not in words:
                raise self.view.wrong(
                    f"The indicator {indicator} declares {word!r} as {axis.upper()}.",
                    near=nearest(word, words),
                    hint=f"Annotate its code with one of {', '.join(words)}.",
                )
            found[axis] = word
        return found

    def _compare(self, who: str, have: Mapping[str, str], cell: Cell, type_: CellType, lagged: bool = False) -> None:
        """Refuses an axis on which the two differ without a conversion that covers it."""
        declared = [c.kind for c in type_.conversions if not c.indicators or who in c.indicators]
        for axis in TYPE_WORDS:
            wanted = _wanted(type_)[axis]
            if have[axis] == wanted:
                continue
            legitimate = [kind for kind in _COVERS if _covers(kind, axis, have[axis], wanted)]
            used = [kind for kind in legitimate if kind in declared]
            if not used:
                raise self.view.wrong(
                    f"{who} has {axis} {have[axis]}, the cell {_shown(cell)} has {wanted}.",
                    self._place(type_),
                    hint=_advice(axis, who, legitimate),
                )
            if set(used) <= set(_SHIFTS) and not lagged and not self._time_is_mapped():
                raise self.view.wrong(
                    f"{who} is moved from {have[axis]} to {wanted} by {used[0]}, and {TIME} is copied as it is.",
                    self._place(type_),
                    hint=f"Map {TIME} with a row for each period.",
                )

    def _time_is_mapped(self) -> bool:
        components = any(TIME in c.targets and c.map is not None for c in self.view.map.components)
        return components or any(rule.target == TIME for rule in self.view.map.times)

    def _check_field(self, indicator: str, cell: Cell, type_: CellType) -> None:
        """The territorial field that is selected is the one the cell has."""
        fields = self.view.map.select.get("TERRITOIRE", (type_.territory,))
        if type_.territory not in fields:
            raise self.view.wrong(
                f"{indicator} is read for TERRITOIRE {', '.join(fields)}, "
                f"the cell {_shown(cell)} has {type_.territory}.",
                self._place(type_),
                hint=_advice("territory", indicator, []),
            )

    def _place(self, type_: CellType) -> str:
        return f"$.types[{self.view.map.types.index(type_)}]"

    def _check_aggregate(self, indicators: Iterable[str]) -> None:
        over = self.view.map.aggregate.over if self.view.map.aggregate else ()
        for indicator in sorted(indicators):
            for id_ in (id_ for id_ in over if summed(self.view, indicator, id_)):
                self._additive(indicator, id_, "$.aggregate.over")

    def _additive(self, indicator: str, id_: str, at: str) -> None:
        """An indicator is summed only over what it declares (QR-TYP-03). Sums of indicators are the map's decision."""
        if id_ == INDICATOR:
            return
        allowed = [word for word in self.indicators[indicator].annotation("ADDITIVE_OVER").split(";") if word]
        if id_ not in allowed:
            raise self.view.wrong(
                f"{indicator} does not add up over {id_} (QR-TYP-03).",
                at,
                near=nearest(id_, allowed),
                hint=f"It adds up over {', '.join(allowed) or 'nothing'}.",
            )

    def _check_calculation(self, calculation: Calculation, cells: Reached) -> None:
        """Its operands are reached and go together; what it makes has a type and joins the cells."""
        at = f"$.calculations[{self.view.map.calculations.index(calculation)}]"
        names = _names(calculation)
        read = operands(cells, calculation, names)
        for name in names:
            if not any(dict(cell)[calculation.over] == name for cell in read):
                raise self.view.wrong(f"{calculation.id} reads {name}, and nothing leads to that cell.", at)
        if not read:
            raise self.view.wrong(f"{calculation.id} reads cells that nothing leads to.", f"{at}.where")
        if calculation.kind == "total":
            self._check_total(calculation, read, cells, at)
        for operand, result in read.items():
            for type_ in self.of(result, f"{calculation.id} makes"):
                self._check_result(calculation, operand, cells[operand], result, type_, at)
            cells.setdefault(result, set()).update(cells[operand])

    def _check_total(self, calculation: Calculation, read: Mapping[Cell, Cell], cells: Reached, at: str) -> None:
        check_parts(self.view, calculation.over, calculation.parts, f"{at}.parts")
        for indicator in sorted({i for cell in read for i in cells[cell]}):
            for id_ in varying(self.view, indicator, calculation.over, calculation.parts):
                self._additive(indicator, id_, f"{at}.over")
        seen: dict[tuple[Cell, str], tuple[str, Cell]] = {}
        for operand, result in read.items():
            for axis in ("counting_unit", "moment", "territory"):
                for type_ in self.of(operand, f"{calculation.id} reads"):
                    word, first = seen.setdefault((result, axis), (_wanted(type_)[axis], operand))
                    if word != _wanted(type_)[axis]:
                        raise self.view.wrong(
                            f"{calculation.id} adds {axis} {word} ({_shown(first)}) and {_wanted(type_)[axis]} "
                            f"({_shown(operand)}).",
                            at,
                        )

    def _check_result(
        self, calculation: Calculation, operand: Cell, indicators: set[str], result: Cell, type_: CellType, at: str
    ) -> None:
        for had in self.of(operand, f"{calculation.id} reads"):
            if calculation.kind == "lag":
                self._compare(sorted(indicators)[0], _wanted(had), result, type_, lagged=calculation.years == 1)
            population = calculation.population
            if population is not None and had.territory != population.territory:
                raise self.view.wrong(
                    f"The rate {calculation.id} is over two territories: the cell {_shown(operand)} has "
                    f"{had.territory}, its population {population.territory} (QR-TYP-02).",
                    f"{at}.population.territory",
                    hint="No conversion covers territory: take the population of that field, or leave the rate out.",
                )


def _names(calculation: Calculation) -> tuple[str, ...]:
    """The codes of `over` that are read."""
    if calculation.kind == "total":
        return calculation.parts
    return parse(calculation.expression).names() if calculation.kind == "formula" else ()


def _wanted(type_: CellType) -> dict[str, str]:
    return {
        "counting_unit": type_.counting_unit,
        "population": type_.population,
        "moment": type_.moment,
        "offence_rule": type_.offence_rule,
        "territory": type_.territory,
        "legal_persons": type_.legal_persons,
    }


def _covers(kind: str, axis: str, have: str, wanted: str) -> bool:
    return any(
        axis == on and (before is None or have in before) and (after is None or wanted in after)
        for on, before, after in _COVERS[kind]
    )


def _advice(axis: str, indicator: str, legitimate: list[str]) -> str:
    """What would make it legitimate."""
    if legitimate:
        kinds = " or ".join(legitimate)
        return f"Declare the conversion {kinds} for {indicator} on that type, with its reason, or map onto other cells."
    return f"No conversion covers this difference of {axis}: map onto other cells, or read another indicator."


def _shown(cell: Cell) -> str:
    return ", ".join(f"{id_}={code}" for id_, code in cell) or "of the whole target"
