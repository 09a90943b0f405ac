"""Declared calculations name things that exist, and none is its own operand (D17)."""

from __future__ import annotations

from typing import Final

from greffe.catalogue.map_view import INDICATOR, TIME, MapView, misfit, side_of
from greffe.errors import NotFound
from greffe.model.calculations import made, read
from greffe.model.maps import Calculation, Population

ESTIMATED: Final = "E"
# Where a calculation over a dimension names the codes that it reads or makes.
_SAID: Final = {"total": "parts", "complement": "parts", "formula": "expression", "split": "weights"}


def check_calculations(view: MapView) -> None:
    """Gathers what is wrong with working codes and with each calculation that cannot be what it says."""
    with view.faults:
        _check_working(view)
    for number, calculation in enumerate(view.map.calculations):
        with view.faults:
            _check(view, calculation, f"$.calculations[{number}]")


def _check_working(view: MapView) -> None:
    """Working codes stand in coded dimensions, and some calculation reads them."""
    for id_, codes in view.map.working.items():
        at = f"$.working.{id_}"
        if view.known(view.target, id_, at).role != "dimension" or view.target.codes(id_) is None:
            raise view.wrong(f"{id_!r} is not a coded dimension of the target.", at)
        for code in codes:
            reading = (
                c for c in view.map.calculations if code in (*c.where.get(id_, ()), *(read(c) * (c.over == id_)))
            )
            if next(reading, None) is None:
                raise view.wrong(
                    f"{code!r} is a working code, and no calculation names it among what it reads.",
                    at,
                    hint="Working cells are never published: leave the code out, or read it.",
                )


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
        check_status(view, calculation.status, f"{at}.status")
    if calculation.least:
        check_status(view, ESTIMATED, f"{at}.least")
    if calculation.over:
        _check_over(view, calculation, at)
    elif calculation.kind != "calendar" and not _elsewhere(calculation):
        made_ = ", ".join(f"{id_}={code}" for id_, code in calculation.set.items())
        raise view.wrong(
            f"What {calculation.id} makes ({made_}) could be what it reads.",
            f"{at}.where",
            hint="Name other codes in where.",
        )
    if calculation.population is not None:
        _check_population(view, calculation.population, f"{at}.population")


def check_status(view: MapView, status: str, at: str) -> None:
    """The target has that OBS_STATUS."""
    if view.target.component("OBS_STATUS") is None:
        raise view.wrong(f"{view.map.target} has no OBS_STATUS.", at)
    view.code(view.target, "OBS_STATUS", status, at)


def _elsewhere(calculation: Calculation) -> bool:
    """A dimension keeps the result apart from its operands."""
    return any(id_ in calculation.where and code not in calculation.where[id_] for id_, code in calculation.set.items())


def _check_over(view: MapView, calculation: Calculation, at: str) -> None:
    over = calculation.over
    if view.known(view.target, over, f"{at}.over").role != "dimension" or over == TIME:
        raise view.wrong(f"{over!r} is not a dimension of the target.", f"{at}.over")
    place = f"{at}.{_SAID[calculation.kind]}"
    if calculation.kind == "split" and over in calculation.set:
        raise view.wrong(f"The codes of {over} that are made are those of the weights.", f"{at}.set")
    results = [codes.get(over, "") for codes in made(calculation)]
    if "" in results:
        raise view.wrong(f"The code of {over} that is made is missing.", f"{at}.set", hint=f"Add {over}: CODE.")
    names = read(calculation)
    for name in (*names, *results):
        view.code(view.target, over, name, place)
    for result in results:
        if result in names:
            raise view.wrong(f"{result!r} is made of itself.", place)
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
