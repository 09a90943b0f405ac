"""After reading: what the parts of hierarchies, maps, processes, VTL schemes and reports say of each other holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.metadata_coherence import check_constraint, check_report
from greffe.errors import BadDefinition, nearest
from greffe.model.artefacts import Artefact, ItemScheme, item_paths
from greffe.model.hierarchies import HierarchicalCode, Hierarchy
from greffe.model.kinds import CLASSES
from greffe.model.mappings import ItemSchemeMap, StandardRepresentationMap, StandardStructureMap
from greffe.model.metadata import MetadataConstraint, MetadataSet
from greffe.model.references import Urn
from greffe.model.reporting import Process, ProcessStep
from greffe.model.structures import Dataflow, DataStructure
from greffe.model.transformations import VtlMapping, VtlMappingScheme

_OPEN: Final = ("0000-00-00", "9999-99-99")  # bounds of what has none


def check_parts(catalogue: Catalogue, artefact: Artefact, file: str) -> None:
    """Raises BadDefinition for the first part that does not fit. Its references lead somewhere, as was seen before."""
    match artefact:
        case Hierarchy():
            levels = [level.id for level in artefact.levels]
            _check_places(artefact.codes, levels, file)
        case ItemSchemeMap():
            _check_items(catalogue, artefact, file)
        case StandardStructureMap():
            _check_structure_map(catalogue, artefact, file)
        case StandardRepresentationMap():
            _check_rows(catalogue, artefact, file)
        case Process():
            _check_steps(artefact, file)
        case VtlMappingScheme():
            _check_aliases(artefact, file)
        case MetadataConstraint():
            check_constraint(catalogue, artefact, file)
        case MetadataSet():
            check_report(catalogue, artefact, file)


def known(what: str, id_: str, among: Collection[str], where: str, file: str) -> None:
    """Raises BadDefinition, with the nearest, for an id that is not among those."""
    if id_ not in among:
        raise BadDefinition(f"{what}: {id_!r} is not in {where}.", file=file, nearest=nearest(id_, among))


def _check_places(
    codes: Iterable[HierarchicalCode], levels: list[str], file: str, above: str = "", within: tuple[str, str] = _OPEN
) -> None:
    """Ids of neighbours differ, levels go down, and a place is valid within the time of what it is below; a bound that
    it does not have is that of what it is below."""
    seen: set[str] = set()
    for place in codes:
        path = f"{above}{place.id}"
        if place.id in seen:
            raise BadDefinition(f"The place {path} stands twice.", file=file)
        seen.add(place.id)
        first, last = place.valid_from or within[0], place.valid_to or within[1]
        if first < within[0] or last > within[1] or first > last:
            bounds = [f"from {_said(low)} to {_said(high)}" for low, high in ((first, last), within)]
            raise BadDefinition(f"{path} is valid {bounds[0]}, and what it is below {bounds[1]}.", file=file)
        for child in place.children:
            if place.level and child.level and levels.index(child.level) <= levels.index(place.level):
                raise BadDefinition(
                    f"{path}.{child.id} is of the level {child.level}, which is not below {place.level}.", file=file
                )
        _check_places(place.children, levels, file, f"{path}.", (first, last))


def _said(bound: str) -> str:
    return "ever" if bound in _OPEN else bound


def _ids(catalogue: Catalogue, urn: Urn) -> list[str]:
    found = catalogue.get(CLASSES[urn.kind], urn.reference)
    return item_paths(found) if isinstance(found, ItemScheme) else []


def _check_items(catalogue: Catalogue, map_: ItemSchemeMap, file: str) -> None:
    """What is mapped, and what it becomes, are items; a pattern matches at least one."""
    if map_.source is None or map_.target is None:
        return
    sources, targets = _ids(catalogue, map_.source), _ids(catalogue, map_.target)
    for item in map_.items:
        if not item.regex:
            known("source of an item", item.source, sources, str(map_.source.reference), file)
        if item.target:
            known("target of an item", item.target, targets, str(map_.target.reference), file)


def _check_structure_map(catalogue: Catalogue, map_: StandardStructureMap, file: str) -> None:
    """Components exist on both sides, and a representation map has a column for each of its own."""
    source, target = (_components(catalogue, urn) for urn in (map_.source, map_.target))
    if source is None or target is None:
        return
    for mapping in map_.components:
        for id_ in mapping.sources:
            known("source component", id_, source, str(map_.source), file)
        for id_ in mapping.targets:
            known("target component", id_, target, str(map_.target), file)
        if mapping.map is None or ("representationmap", mapping.map.reference) in catalogue.derived:
            continue
        table = catalogue.get(StandardRepresentationMap, mapping.map.reference)
        if (len(table.sources), len(table.targets)) != (len(mapping.sources), len(mapping.targets)):
            raise BadDefinition(
                f"{table.reference} has {len(table.sources)} source and {len(table.targets)} target columns, and maps"
                f" {', '.join(mapping.sources)} to {', '.join(mapping.targets)}.",
                file=file,
            )
    for fixed in map_.fixed:
        side, urn = (source, map_.source) if fixed.of_source else (target, map_.target)
        known("fixed component", fixed.component, side, str(urn), file)
    for dates in (*map_.epochs, *map_.date_patterns):
        for one, other in dates.components:
            known("source component", one, source, str(map_.source), file)
            known("target component", other, target, str(map_.target), file)
        if dates.frequency_dimension:
            known("frequency dimension", dates.frequency_dimension, target, str(map_.target), file)
        for format_ in dates.formats:
            known("frequency format", format_, [f.id for f in map_.frequency_formats], str(map_.reference), file)


def _components(catalogue: Catalogue, urn: Urn | None) -> list[str] | None:
    """Ids of the components of a structure of data; None for structures of metadata."""
    if urn is None or urn.kind not in ("dataflow", "datastructure"):
        return None
    if urn.kind == "dataflow":
        structure = catalogue.structure(catalogue.get(Dataflow, urn.reference))
    else:
        structure = catalogue.get(DataStructure, urn.reference)
    return [c.id for c in structure.components]


def _check_rows(catalogue: Catalogue, map_: StandardRepresentationMap, file: str) -> None:
    """Values of a column that is a list are in the list; patterns and parts of values are not looked up."""
    sources, targets = (_columns(catalogue, columns) for columns in (map_.sources, map_.targets))
    for row in map_.rows:
        for place, value in enumerate(row.sources):
            if place in sources and value.value and not (value.regex or value.start or value.end):
                known("source value", value.value, sources[place], str(map_.sources[place]), file)
        for place, text in enumerate(row.targets):
            if place in targets and text:
                known("target value", text, targets[place], str(map_.targets[place]), file)


def _columns(catalogue: Catalogue, columns: Iterable[Urn | str]) -> Mapping[int, frozenset[str]]:
    lists = ((place, column) for place, column in enumerate(columns) if isinstance(column, Urn))
    return {place: frozenset(_ids(catalogue, column)) for place, column in lists}


def _check_steps(process: Process, file: str) -> None:
    """A transition leads to a step of the process."""
    steps = dict(_steps(process.steps))
    for path, step in steps.items():
        for transition in step.transitions:
            known(f"transition {transition.id} of {path}", transition.target, steps, str(process.reference), file)


def _steps(steps: Iterable[ProcessStep], above: str = "") -> Iterator[tuple[str, ProcessStep]]:
    for step in steps:
        yield f"{above}{step.id}", step
        yield from _steps(step.children, f"{above}{step.id}.")


def _check_aliases(scheme: VtlMappingScheme, file: str) -> None:
    """An alias means one thing."""
    aliases = [item.alias for item in scheme.items if isinstance(item, VtlMapping)]
    for alias in aliases:
        if aliases.count(alias) > 1:
            raise BadDefinition(f"The alias {alias!r} stands twice in {scheme.reference}.", file=file)
