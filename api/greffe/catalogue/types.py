"""Like onto like (D16): a map that joins unequal units, populations, moments, rules or fields does not load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Final

from greffe.catalogue.map_view import INDICATOR, TIME, MapView
from greffe.catalogue.moments import check_lags, check_years
from greffe.catalogue.overlap import check_overlaps
from greffe.catalogue.reach import Cell, Reached, asked, reached, shown, summed
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.errors import BadDefinition, nearest
from greffe.model.maps import CellType
from greffe.model.relations import RATE_UNITS
from greffe.model.structures import Item

RATIOS: Final = ("ratio", "percent")
UNIT_DIMENSIONS: Final = ("unit", "UNIT")  # as Eurostat and the others write it
# What each conversion makes legitimate: axis, and the values it leads from and to (None: any).
_COVERS: Final[dict[str, tuple[tuple[str, tuple[str, ...] | None, tuple[str, ...] | None], ...]]] = {
    "flag_D": tuple((axis, None, None) for axis in ("counting_unit", "population", "offence_rule", "legal_persons")),
    "shift_1jan": (("moment", ("stock_1jan",), ("stock_31dec",)),),
    "lag_1y": (("moment", ("stock_31dec",), ("stock_1jan",)),),
    "to_ratio": (("counting_unit", None, RATIOS),),
}
# Counting units that a factor leads between, with the least and the greatest factor that makes sense.
UNITS: Final[Mapping[tuple[str, str], tuple[Fraction, Fraction]]] = {
    ("month", "day"): (Fraction(28), Fraction(31)),
    ("day", "month"): (Fraction(1, 31), Fraction(1, 28)),
}
_MEASURES: Final = ("ratio", "percent", "euro", "day", "month")  # what no count stands for, flagged or not
_SHIFTS: Final = ("shift_1jan", "lag_1y")


class NoType(BadDefinition):
    """A map reaches a cell, and nothing says what that cell counts. `cell`: over the dimensions that types and calculations of the
    map speak of."""

    cell: Cell = ()


class Unlike(BadDefinition):
    """A map counts otherwise than what reaches it, and a conversion would declare that: `kind`, on `type`, for `indicators` (all
    when empty). `axis` on which they differ, '' where the row itself says so (broader); `have`, `wants`: its words."""

    map: str  # the file of the map
    kind: str
    type: CellType
    indicators: tuple[str, ...] = ()
    axis: str = ""
    have: str = ""
    wants: str = ""

    @classmethod
    def of(cls, error: BadDefinition, map_: str, kind: str, type_: CellType) -> Unlike:
        """The same fault with the conversion that would do."""
        found = cls(
            error.message,
            file=error.file,
            row=error.row,
            column=error.column,
            parameter=error.parameter,
            hint=error.hint,
        )
        found.map, found.kind, found.type = map_, kind, type_
        return found


class Types:
    """The types of one map: those its indicators have, those its cells want."""

    def __init__(self, view: MapView) -> None:
        self.view = view
        self.held: dict[Cell, tuple[CellType, ...]] = {}  # what was asked for and found
        self._told: set[tuple[str, str, str]] = set()  # who, axis and type of what is gathered
        self._of: dict[Cell, list[CellType]] = {}
        self._declared: dict[str, dict[str, str]] = {}
        self._places = {id(type_): place for place, type_ in reversed([*enumerate(view.map.types)])}
        self._types = _by_dimensions(view.map.types)
        self.indicators = self._indicators()

    def _indicators(self) -> Mapping[str, Item]:
        component = self.view.source.component(INDICATOR)
        list_ = self.view.catalogue.codelist(component) if component else None
        if list_ is None:
            raise self.view.wrong(f"{self.view.map.source} has no coded {INDICATOR}, so nothing says what it counts.")
        return {item.id: item for item in list_.items}

    def check(self) -> Reached:
        """The checks of mapped cells, which gather faults: the cells with the indicators that reach them."""
        cells, faults = reached(self.view, asked(self.view)), self.view.faults
        for cell, indicators in cells.items():
            with faults:
                for type_ in self.of(cell, f"{sorted(indicators)[0]} reaches"):
                    for indicator in sorted(indicators):
                        with faults:
                            self.compare(indicator, self.declared(indicator), cell, type_)
                            self._check_field(indicator, cell, type_)
        reaching = {i for indicators in cells.values() for i in indicators}
        for check in (check_years, check_lags):
            with faults:
                check(self.view)
        for unit in (d for d in UNIT_DIMENSIONS if d in self.view.target.structure.dimension_ids):
            self._check_rates(unit)
        for look in (self._check_aggregate, partial(check_overlaps, self.view)):
            with faults:
                look(reaching)
        return cells

    def _check_rates(self, unit: str) -> None:
        """Nothing that is counted goes out in the unit of a rate: a rate is calculated, or counted in its own unit."""
        tables = [c.map for c in self.view.map.components if c.map is not None and unit in c.targets]
        codes = {self.view.map.fixed.get(unit, ""), *(code for t in tables for r in t.rows for code in r.targets)}
        if not codes & RATE_UNITS.keys():
            return
        for cell, indicators in reached(self.view, asked(self.view) | {unit}).items():
            rate, who = dict(cell).get(unit, ""), sorted(indicators)[0]
            types = self.of(cell, f"{who} reaches") if rate in RATE_UNITS else []
            for type_ in (t for t in types if t.counting_unit not in RATIOS):
                with self.view.faults:
                    raise self.view.wrong(
                        f"{who} reaches the cell {shown(cell)}, which counts {type_.counting_unit} in {rate}.",
                        self._place(type_),
                        hint="A calculation of kind rate makes rates.",
                    )

    def of(self, cell: Cell, who: str) -> list[CellType]:
        """The types that are declared for a cell; none is an error."""
        found = self._of.get(cell)
        if found is None:
            codes = dict(cell)
            places = (table.get(tuple(codes.get(d) for d in dims), ()) for dims, table in self._types.items())
            found = self._of[cell] = [self.view.map.types[n] for n in sorted(n for some in places for n in some)]
        if not found:
            error = NoType(
                f"{who} the cell {shown(cell)}, which has no type.",
                file=self.view.map.file,
                parameter="$.types",
                hint="Declare what that cell counts.",
            )
            error.cell = cell
            raise error
        self.held[cell] = tuple(found)
        return found

    def declared(self, indicator: str) -> dict[str, str]:
        """The indicator's own types, from the annotations of its code."""
        if indicator not in self._declared:
            self._declared[indicator] = self._annotated(indicator)
        return self._declared[indicator]

    def _annotated(self, indicator: str) -> dict[str, str]:
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

    def compare(
        self, who: str, have: Mapping[str, str], cell: Cell, type_: CellType, only: Iterable[str] = TYPE_WORDS,
        lagged: bool = False,
    ) -> None:  # fmt: skip
        """Gathers each axis, of those in `only`, on which the two differ without a conversion that covers it."""
        declared = [c.kind for c in type_.conversions if not c.indicators or who in c.indicators]
        for axis in only:
            said, wants = (who, axis, self._place(type_)), wanted(type_)[axis]
            if have[axis] == wants or said in self._told:
                continue
            with self.view.faults:
                self._told.add(said)  # of the cells of a type the first stands for the others
                self._compare_axis(who, (axis, have[axis], wants), cell, type_, declared, lagged)
                self._told.remove(said)

    def _compare_axis(
        self, who: str, words: tuple[str, str, str], cell: Cell, type_: CellType, declared: list[str], lagged: bool
    ) -> None:
        axis, have, wants = words
        scaled = (have, wants) in UNITS  # the figure itself changes: no word makes that legitimate
        legitimate = [kind for kind in _COVERS if not scaled and _covers(kind, axis, have, wants)]
        used = [kind for kind in legitimate if kind in declared]
        if not used:
            error = self.view.wrong(
                f"{who} has {axis} {have}, the cell {shown(cell)} has {wants}.",
                self._place(type_),
                hint=_advice(axis, who, legitimate, (have, wants)),
            )
            raise self._unlike(error, who, words, type_, legitimate)
        if set(used) <= set(_SHIFTS) and not lagged and not self._time_is_mapped():
            raise self.view.wrong(
                f"{who} is moved from {have} to {wants} by {used[0]}, and {TIME} is copied as it is.",
                self._place(type_),
                hint=f"Map {TIME} with a row for each period.",
            )

    def _unlike(
        self, error: BadDefinition, who: str, words: tuple[str, str, str], type_: CellType, legitimate: list[str]
    ) -> BadDefinition:
        """The error with the conversion that would do; what a calculation makes is declared in the file of its map alone."""
        if not legitimate or who not in self.indicators:
            return error
        found = Unlike.of(error, self.view.map.file, legitimate[0], type_)
        found.indicators, (found.axis, found.have, found.wants) = (who,), words
        return found

    def _time_is_mapped(self) -> bool:
        components = any(TIME in c.targets and c.map is not None for c in self.view.map.components)
        return components or any(rule.target == TIME for rule in self.view.map.times)

    def _check_field(self, indicator: str, cell: Cell, type_: CellType) -> None:
        """The territorial field that is selected is the one the cell has."""
        fields = self.view.map.select.get("TERRITOIRE", (type_.territory,))
        if type_.territory not in fields:
            raise self.view.wrong(
                f"{indicator} is read for TERRITOIRE {', '.join(fields)}, "
                f"the cell {shown(cell)} has {type_.territory}.",
                self._place(type_),
                hint=_advice("territory", indicator, [], ("", "")),
            )
        homeless = set(fields) - {t.territory for t in self.view.map.types}
        if homeless:
            raise self.view.wrong(
                f"TERRITOIRE {sorted(homeless)[0]} is read, and no cell has that field.",
                "$.select.TERRITOIRE",
                hint="Select the fields that the types declare.",
            )

    def _place(self, type_: CellType) -> str:
        return f"$.types[{self._places[id(type_)]}]"

    def _check_aggregate(self, indicators: Iterable[str]) -> None:
        over = self.view.map.aggregate.over if self.view.map.aggregate else ()
        for indicator in sorted(indicators):
            for id_ in (id_ for id_ in over if summed(self.view, indicator, id_)):
                self.additive(indicator, id_, "$.aggregate.over")

    def additive(self, indicator: str, id_: str, at: str) -> None:
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


def _by_dimensions(
    types: Sequence[CellType],
) -> Mapping[tuple[str, ...], Mapping[tuple[str | None, ...], Sequence[int]]]:
    """The places of types by the dimensions and the codes that they name: a map has hundreds, and each cell asks for its own."""
    found: dict[tuple[str, ...], dict[tuple[str | None, ...], list[int]]] = {}
    for place, type_ in enumerate(types):
        dims = tuple(type_.cells)
        found.setdefault(dims, {}).setdefault(tuple(type_.cells[d] for d in dims), []).append(place)
    return found


def wanted(type_: CellType) -> dict[str, str]:
    """The words of a cell type by axis."""
    return {
        "counting_unit": type_.counting_unit,
        "population": type_.population,
        "moment": type_.moment,
        "offence_rule": type_.offence_rule,
        "territory": type_.territory,
        "legal_persons": type_.legal_persons,
    }


def _covers(kind: str, axis: str, have: str, wants: str) -> bool:
    if kind == "flag_D" and axis == "counting_unit" and {have, wants} & set(_MEASURES):
        return False  # a count that deviates is still a count
    return any(
        axis == on and (before is None or have in before) and (after is None or wants in after)
        for on, before, after in _COVERS[kind]
    )


def _advice(axis: str, indicator: str, legitimate: list[str], between: tuple[str, str]) -> str:
    """What would make it legitimate."""
    if legitimate:
        kinds = " or ".join(legitimate)
        return f"Declare the conversion {kinds} for {indicator} on that type, with its reason, or map onto other cells."
    if between in UNITS:
        return (
            f"A figure is not turned from {between[0]} into {between[1]} by a word: add a calculation of kind convert."
        )
    return f"No conversion covers this difference of {axis}: map onto other cells, or read another indicator."
