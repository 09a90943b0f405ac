"""Declared calculations name things that exist, and none is its own operand (D17)."""

from __future__ import annotations

from greffe.catalogue.map_view import INDICATOR, TIME, MapView, misfit, side_of
from greffe.errors import NotFound
from greffe.model.expressions import parse
from greffe.model.maps import Calculation, Population


def check_calculations(view: MapView) -> None:
    """Raises BadDefinition for the first calculation that cannot be what it says."""
    for number, calculation in enumerate(view.map.calculations):
        _check(view, calculation, f"$.calculations[{number}]")


def _check(view: MapView, calculation: Calculation, at: str) -> None:
    for id_, codes in calculation.where.items():
        view.known(view.target, id_, f"{at}.where")
        for code in codes:
            view.code(view.target, id_, code, f"{at}.where.{id_}")
    for id_, code in calculation.set.items():
        if view.known(view.target, id_, f"{at}.set").role != "dimension":
            raise view.wrong(f"{id_!r} is not a dimension of the target.", f"{at}.set")
        view.code(view.target, id_, code, f"{at}.set.{id_}")
    if calculation.status:
        if view.target.component("OBS_STATUS") is None:
            raise view.wrong(f"{view.map.target} has no OBS_STATUS.", f"{at}.status")
        view.code(view.target, "OBS_STATUS", calculation.status, f"{at}.status")
    if calculation.over:
        _check_over(view, calculation, at)
    elif not _elsewhere(calculation):
        made = ", ".join(f"{id_}={code}" for id_, code in calculation.set.items())
        raise view.wrong(
            f"What {calculation.id} makes ({made}) could be what it reads.",
            f"{at}.where",
            hint="Name other codes in where.",
        )
    if calculation.population is not None:
        _check_population(view, calculation.population, f"{at}.population")


def _elsewhere(calculation: Calculation) -> bool:
    """A dimension keeps the result apart from its operands."""
    return any(id_ in calculation.where and code not in calculation.where[id_] for id_, code in calculation.set.items())


def _check_over(view: MapView, calculation: Calculation, at: str) -> None:
    over = calculation.over
    if view.known(view.target, over, f"{at}.over").role != "dimension" or over == TIME:
        raise view.wrong(f"{over!r} is not a dimension of the target.", f"{at}.over")
    if over not in calculation.set:
        raise view.wrong(f"The code of {over} that is made is missing.", f"{at}.set", hint=f"Add {over}: CODE.")
    total = calculation.kind == "total"
    names = calculation.parts if total else parse(calculation.expression).names()
    place = f"{at}.parts" if total else f"{at}.expression"
    for name in names:
        view.code(view.target, over, name, place)
    if calculation.set[over] in names:
        raise view.wrong(f"{calculation.set[over]!r} is made of itself.", place)
    if over in calculation.where:
        missing = [name for name in names if name not in calculation.where[over]]
        if missing:
            raise view.wrong(f"{missing[0]!r} is read, and where leaves it out.", f"{at}.where.{over}")


def _check_population(view: MapView, population: Population, at: str) -> None:
    try:
        side = side_of(view.catalogue, population.dataflow)
    except NotFound as error:
        raise view.wrong(error.message, f"{at}.dataflow", near=error.nearest) from error
    for id_, codes in population.select.items():
        view.known(side, id_, f"{at}.select")
        if len(codes) != 1:
            raise view.wrong(f"One code of {id_} is expected: a rate has one denominator.", f"{at}.select.{id_}")
        view.code(side, id_, codes[0], f"{at}.select.{id_}")
    if side.component(INDICATOR) is not None and INDICATOR not in population.select:
        raise view.wrong(f"The {INDICATOR} of the population is missing.", f"{at}.select")
    message, near = misfit(side, "TERRITOIRE", population.territory)
    fields = population.select.get("TERRITOIRE", (population.territory,))
    if message or fields != (population.territory,):
        message = message or f"The rows selected cover {fields[0]}, found {population.territory}."
        raise view.wrong(message, f"{at}.territory", near=near)
