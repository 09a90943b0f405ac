"""Cells that are published as not provided: whole keys, with a status, a comment and every mandatory attribute."""

from __future__ import annotations

from typing import Final

from greffe.catalogue.calculation_coherence import check_status
from greffe.catalogue.map_view import TIME, MapView
from greffe.model.calculations import settled
from greffe.model.maps import NotProvided

_STATUSES: Final = {"not-available": "L", "not-applicable": "M"}
_GIVEN: Final = ("OBS_STATUS", "COMMENT_OBS", "CONF_STATUS", "DATA_ORIGIN")  # by the kind, the reason, the pipeline


def check_not_provided(view: MapView) -> None:
    """Gathers the published cells that could not be observations."""
    for number, one in enumerate(view.map.not_provided):
        if one.publish:
            with view.faults:
                _check(view, one, f"$.not_provided[{number}]")


def _check(view: MapView, one: NotProvided, at: str) -> None:
    fixed = settled(view.map)
    for id_, code in one.cells.items():
        if id_ in fixed and fixed[id_] != code:
            raise view.wrong(f"{id_} is {fixed[id_]} in every observation of this map.", f"{at}.cells.{id_}")
        if id_ in _GIVEN:
            raise view.wrong(f"{id_} comes from the kind, the reason and the pipeline.", f"{at}.cells.{id_}")
        if code in view.map.working.get(id_, ()):
            raise view.wrong(f"{code!r} is a working code, which nobody is sent.", f"{at}.cells.{id_}")
    missing = [d for d in view.target.structure.dimension_ids if d not in one.cells and d not in fixed]
    if missing:
        raise view.wrong(
            f"A published cell names every dimension; {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not named.",
            f"{at}.cells",
            hint="Name the code of each, or leave publish out: the cell is then listed in coverage.",
        )
    check_status(view, _STATUSES[one.kind], f"{at}.publish")
    if view.target.component("COMMENT_OBS") is None:
        raise view.wrong(f"{view.map.target} has no COMMENT_OBS, so the reason could not travel.", f"{at}.publish")
    for component in view.target.structure.components:
        unknown = component.role == "attribute" and component.id not in (*_GIVEN, *fixed, *one.cells)
        if unknown and component.mandatory:
            raise view.wrong(
                f"The mandatory attribute {component.id} of a published cell is not known.",
                f"{at}.publish",
                hint="Name its code in `cells`, unless the map fixes it or copies it from a component of one selected code.",
            )
    for period in one.periods:
        view.code(view.target, TIME, period, f"{at}.periods")
