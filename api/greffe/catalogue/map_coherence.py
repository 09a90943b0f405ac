"""A map can do what it says: components and codes exist, each target has one rule, no source row is counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from greffe.catalogue.calculation_coherence import check_calculations
from greffe.catalogue.map_view import INDICATOR, TIME, MapView, filled, matching, misfit
from greffe.catalogue.not_provided_coherence import check_not_provided
from greffe.catalogue.time_coherence import check_times
from greffe.errors import BadDefinition, nearest
from greffe.model.maps import ComponentMap, MapRow, RepresentationMap
from greffe.model.structures import DataProviderScheme

MEASURE: Final = "OBS_VALUE"
ORIGIN: Final = "DATA_ORIGIN"  # the pipeline knows whether its inputs are real, a map does not
_MOST_COMBINATIONS: Final = 10_000  # of values that one row of patterns is tried on


def check_map(view: MapView) -> None:
    """Raises BadDefinition with everything that does not hold, in the order of the file."""
    _check_head(view)
    _check_select(view)
    for number, component in enumerate(view.map.components):
        with view.faults:
            _check_component(view, component, f"$.components[{number}]")
    _check_fixed(view)
    check_times(view)
    _check_rules(view)
    _check_reading(view)
    _check_cells(view)
    check_calculations(view)
    check_not_provided(view)
    view.faults.refuse()


def _check_head(view: MapView) -> None:
    schemes = list(view.catalogue.all(DataProviderScheme))
    providers = {item.id for scheme in schemes for item in scheme.items}
    if view.map.provider not in providers:
        with view.faults:
            raise view.wrong(
                f"{view.map.provider!r} is not a data provider.",
                "$.provider",
                near=nearest(view.map.provider, providers),
            )
    scope = view.target.dataflow.annotation("SCOPE")
    if scope and scope != view.map.scope:
        with view.faults:
            raise view.wrong(f"{view.map.target} is a {scope} dataflow, found {view.map.scope}.", "$.scope")


def _check_select(view: MapView) -> None:
    for id_, codes in view.map.select.items():
        at = f"$.select.{id_}"
        with view.faults:
            if view.known(view.source, id_, at).role == "measure":
                raise view.wrong("Rows cannot be selected by their value.", at)
            for code in codes:
                with view.faults:
                    view.code(view.source, id_, code, at)


def _check_component(view: MapView, component: ComponentMap, at: str) -> None:
    for id_ in component.sources:
        measure = view.known(view.source, id_, f"{at}.source").role == "measure"
        if measure and (component.sources, component.targets) != ((MEASURE,), (MEASURE,)):
            raise view.wrong("A map never computes: the value is copied.", f"{at}.source")
    for id_ in component.targets:
        if id_ == ORIGIN:
            raise view.wrong(f"{ORIGIN} follows from the inputs; a map does not set it.", f"{at}.target")
        if view.known(view.target, id_, f"{at}.target").role == "measure" and component.sources != (MEASURE,):
            raise view.wrong("A map never computes: the value is copied.", f"{at}.target")
    if component.map is None:
        _check_copy(view, component.sources[0], component.targets[0], at)
    else:
        _Rows(view, component.map).check()


def _check_copy(view: MapView, source: str, target: str, at: str) -> None:
    """Copied codes stand in the target's list: those selected, or all of the source's."""
    values, codes = view.values(source), view.target.codes(target)
    outside = [v for v in values if v not in codes] if values is not None and codes is not None else []
    if outside:
        raise view.wrong(
            f"{source} is copied into {target}, and {misfit(view.target, target, outside[0])[0]}",
            at,
            near=nearest(outside[0], codes or ()),
            hint=f"Select other codes of {source}, or name a map.",
        )


class _Rows:
    """The rows of one representation map, as this structure map uses them."""

    def __init__(self, view: MapView, table: RepresentationMap) -> None:
        self.view, self.table = view, table
        self.needed = [self._needed(t) for t in table.targets]

    def _needed(self, target: str) -> bool:
        found = self.view.target.component(target)
        return found is not None and (found.role != "attribute" or found.mandatory)

    def check(self) -> None:
        """Every source value can occur, every target value can be written."""
        for row in self.table.rows:
            with self.view.faults:
                self._check_sources(row)
            with self.view.faults:
                for targets in self._targets(row) if row.has_target else ():
                    self._check_targets(row, targets)

    def wrong(self, row: MapRow, column: str, message: str, near: tuple[str, ...] = ()) -> BadDefinition:
        """The error about a cell of the CSV file."""
        return BadDefinition(message, file=self.table.file, row=row.line, column=column, nearest=near)

    def _check_sources(self, row: MapRow) -> None:
        for id_, source in zip(self.table.sources, row.sources, strict=True):
            found = self.view.source.component(id_)
            empty = source.value == "" and found is not None and found.role == "attribute"
            if source.match == "exact":
                message, near = ("", ()) if empty else misfit(self.view.source, id_, source.value)
                if message:
                    raise self.wrong(row, f"source:{id_}", message, near)
            elif matching(source, self.view.source.codes(id_)) == ():
                raise self.wrong(row, f"source:{id_}", f"{source.match} {source.value!r} matches no code of {id_}.")

    def _targets(self, row: MapRow) -> Iterator[tuple[str, ...]]:
        """The targets this row can set: more than one only where they take groups of a pattern."""
        patterned = any(s.match == "regex" for s in row.sources)
        if not patterned or not any("\\" in t for t in row.targets):
            yield row.targets
            return
        values = [matching(s, self.view.source.codes(i)) for i, s in zip(self.table.sources, row.sources, strict=True)]
        known = [v for v in values if v is not None]
        if len(known) < len(values):
            return  # patterns on free values: what they make is judged when it is made
        for number, combination in enumerate(product(*known)):
            if number >= _MOST_COMBINATIONS:
                return
            yield filled(row, combination)

    def _check_targets(self, row: MapRow, targets: tuple[str, ...]) -> None:
        for id_, value, needed in zip(self.table.targets, targets, self.needed, strict=True):
            if value == "" and needed:
                raise self.wrong(row, f"target:{id_}", f"{id_} needs a value.")
            message, near = misfit(self.view.target, id_, value) if value else ("", ())
            if message:
                raise self.wrong(row, f"target:{id_}", message, near)


def _check_fixed(view: MapView) -> None:
    for id_, code in view.map.fixed.items():
        at = f"$.fixed.{id_}"
        with view.faults:
            if id_ == ORIGIN or view.known(view.target, id_, at).role == "measure":
                raise view.wrong(f"{id_} cannot be fixed by a map.", at)
            view.code(view.target, id_, code, at)
    for id_, code in view.map.fixed_source.items():
        at = f"$.fixed_source.{id_}"
        with view.faults:
            if view.known(view.source, id_, at).role == "measure":
                raise view.wrong(f"{id_} cannot be fixed by a map.", at)
            view.code(view.source, id_, code, at)


def _check_rules(view: MapView) -> None:
    """One rule for every dimension, the period and every mandatory attribute; never two for one (SM-22, SM-23)."""
    places: dict[str, list[str]] = {id_: [f"fixed.{id_}"] for id_ in view.map.fixed}
    for number, component in enumerate(view.map.components):
        for id_ in component.targets:
            places.setdefault(id_, []).append(f"components[{number}]")
    for id_ in {rule.target: None for rule in view.map.times}:  # those of one target are tried in order: one rule
        places.setdefault(id_, []).append("times")
    for id_, found in places.items():
        with view.faults:
            if len(found) > 1:
                raise view.wrong(f"{id_} has two rules, {' and '.join(found)} (SM-23).", f"$.{found[1]}")
    for needed in view.target.structure.components:
        if needed.role == "measure" or needed.id == ORIGIN or needed.id in places:
            continue
        if needed.role != "attribute" or needed.mandatory:
            what = "mandatory attribute" if needed.role == "attribute" else "dimension"
            with view.faults:
                raise view.wrong(
                    f"The {what} {needed.id} of {view.map.target} has no rule (SM-22).",
                    "$.components",
                    hint=f"Fix it, copy it or map it; nearest source components: {', '.join(_like(view, needed.id))}.",
                )


def _like(view: MapView, id_: str) -> tuple[str, ...]:
    ids = [c.id for c in view.source.structure.components]
    return nearest(id_, ids) or tuple(ids[:3])


def _check_reading(view: MapView) -> None:
    """Every source dimension is mapped, held to one code, or summed over: otherwise margins are counted twice."""
    mapped = {id_ for component in view.map.components for id_ in component.sources}
    mapped |= {rule.source for rule in view.map.times}
    over = view.map.aggregate.over if view.map.aggregate else ()
    for id_ in over:
        with view.faults:
            if view.known(view.source, id_, "$.aggregate.over").role not in ("dimension", "time") or id_ == TIME:
                raise view.wrong(f"{id_!r} is not a dimension that can be summed over.", "$.aggregate.over")
    for id_ in view.source.structure.dimension_ids:
        with view.faults:
            _check_read(view, id_, id_ in mapped, id_ in over)


def _check_read(view: MapView, id_: str, mapped: bool, over: bool) -> None:
    held = len(view.map.select.get(id_, ())) == 1
    if not (held or mapped or over):
        raise view.wrong(
            f"The source dimension {id_} is neither mapped, nor held to one code, nor summed over: "
            "its total and its parts would both be read.",
            f"$.select.{id_}",
            hint=f"Select one code of {id_}, map it, or name it in aggregate.over.",
        )
    if over and not mapped and id_ not in view.map.select:
        raise view.wrong(f"{id_} is summed over, so the codes that are summed must be selected.", f"$.select.{id_}")


def _check_cells(view: MapView) -> None:
    """Conditions on target cells, and the indicators that conversions name."""
    for number, type_ in enumerate(view.map.types):
        _check_conditions(view, type_.cells, f"$.types[{number}].cells")
        for place, conversion in enumerate(type_.conversions):
            at = f"$.types[{number}].conversions[{place}].indicators"
            for indicator in conversion.indicators:
                with view.faults:
                    view.known(view.source, INDICATOR, at)
                    view.code(view.source, INDICATOR, indicator, at)
                    if indicator not in (view.values(INDICATOR) or ()):
                        near = nearest(indicator, view.values(INDICATOR) or ())
                        raise view.wrong(f"{indicator} is not selected by this map.", at, near=near)
    for number, left_out in enumerate(view.map.not_provided):
        roles = ("dimension", "attribute") if left_out.publish else ("dimension",)
        _check_conditions(view, left_out.cells, f"$.not_provided[{number}].cells", roles)


def _check_conditions(
    view: MapView, cells: Mapping[str, str], at: str, roles: tuple[str, ...] = ("dimension",)
) -> None:
    """`roles`: a cell that is published may also name the attributes that it is written with."""
    for id_, code in cells.items():
        with view.faults:
            if view.known(view.target, id_, at).role not in roles:
                raise view.wrong(f"{id_} is not a dimension of the target.", at)
            view.code(view.target, id_, code, f"{at}.{id_}")
