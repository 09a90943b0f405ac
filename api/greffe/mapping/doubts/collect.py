"""The doubts of a catalogue, by recipient and house, the least sure first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import INDICATOR
from greffe.catalogue.no_target import NO_TARGET
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.mapping.doubts.definitions import definitions
from greffe.mapping.doubts.words import (
    CONFIDENCES,
    NOTHING,
    SUBJECTS,
    about_calculation,
    about_code,
    about_gap,
    about_pattern,
    about_row,
    about_taken,
    about_type,
    either,
)
from greffe.mapping.exchange.sets import WORKING, Column, mapping_set
from greffe.model.maps import MapRow, RepresentationMap, SourceValue, StructureMap
from greffe.model.structures import Codelist, Dataflow, DataProviderScheme, ProvisionAgreement, Texts

INTERNAL: Final = "SSER"  # what is ours alone: internal lists, indicators without a recipient
_INDICATORS: Final = "CL_INDICATEUR"
# Applications that one house runs: recalled.
_APPLICATIONS: Final = {"GENESIS": "DAP", "Casier judiciaire": "CJN", "Cour de cassation": "CCASS", "Chorus": "SG-BUD"}
_ICCS_OWNER: Final = {"ICCS": "UNODC"}


@dataclass(frozen=True)
class Doubt:
    """One question. `place` is the file and row id, path or code from which it comes; `houses` own the source."""

    recipient: str
    houses: tuple[str, ...]
    subject: str
    confidence: str
    place: str
    source: str
    target: str
    question: tuple[str, str]  # French, English
    reason: str = ""
    reference: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)  # target component → code, where it names one
    map: str = ""  # of what one structure map says: its reference

    @property
    def rank(self) -> tuple[object, ...]:
        """Sorts: recipient, house, confidence (least sure first), subject, place."""
        return (
            self.recipient, self.houses, CONFIDENCES.index(self.confidence), SUBJECTS.index(self.subject), self.place,
        )  # fmt: skip


def doubts(catalogue: Catalogue) -> tuple[Doubt, ...]:
    """All questions, sorted by recipient, house and confidence.

    Rows and codes say how sure they are; types and calculations are our reading of a recipient's notion (inferred), and
    cells that are not provided are recalled: no recipient has confirmed any of them.
    """
    found = [*_rows(catalogue), *_no_target(catalogue), *_codes(catalogue), *_definitions(catalogue)]
    for map_ in catalogue.maps.values():
        found += _of_map(catalogue, map_)
    return tuple(sorted((d for d in found if d.confidence in CONFIDENCES), key=lambda d: d.rank))


def _rows(catalogue: Catalogue) -> Iterator[Doubt]:
    seen: set[str] = set()
    for map_ in catalogue.maps.values():
        for table in map_.representation_maps:
            if table.file in seen:
                continue
            seen.add(table.file)
            columns = mapping_set(catalogue, table).columns
            recipient = table.file.split("/")[1]
            for row in table.rows:
                houses = _houses(catalogue, _indicators(table, row), map_.provider)
                yield _row(table.file, recipient, columns, row, houses)
    for one in catalogue.correspondences.values():
        if one.table.file not in seen:
            columns = mapping_set(catalogue, one.table).columns
            for row in one.table.rows:
                yield _row(one.table.file, INTERNAL, columns, row, _houses(catalogue, [], INTERNAL))


def _indicators(table: RepresentationMap, row: MapRow) -> list[str]:
    return [
        s.value for id_, s in zip(table.sources, row.sources, strict=True) if id_ == INDICATOR and s.match == "exact"
    ]


def _row(file: str, recipient: str, columns: Sequence[Column], row: MapRow, houses: tuple[str, ...]) -> Doubt:
    sources = [c for c in columns if c.side == "source"]
    targets = [c for c in columns if c.side == "target"] if row.has_target else []
    said = {c.name: _source_names(c, s) for c, s in zip(sources, row.sources, strict=True)}
    question = about_row(said, {c.name: _names(c, v) for c, v in zip(targets, row.targets, strict=False)}, row.kind)
    cells = {c.component: v for c, v in zip(targets, row.targets, strict=False) if v and "\\" not in v}
    return Doubt(
        recipient, houses, "row", row.confidence, f"{file}#{row.row_id}", _shown(sources, [s.value for s in row.sources]),
        _shown(targets, row.targets), question, row.reason, row.reference, cells,
    )  # fmt: skip


def _source_names(column: Column, source: SourceValue) -> Texts:
    return _names(column, source.value) if source.match == "exact" else about_pattern(source, column.codes)


def _names(column: Column, value: str) -> Texts:
    """The names of a code of the column; a value without a name stands for itself."""
    if not value:
        return NOTHING
    return about_taken(value) if "\\" in value else (column.codes or {}).get(value, {"en": value})


def _shown(columns: Sequence[Column], values: Iterable[str]) -> str:
    return ", ".join(f"{c.component}={v}" for c, v in zip(columns, values, strict=False))


def _cells(cells: Mapping[str, str]) -> str:
    return ", ".join(f"{id_}={code}" for id_, code in cells.items())


def _no_target(catalogue: Catalogue) -> Iterator[Doubt]:
    names = _items(catalogue, _INDICATORS)
    for row in catalogue.no_target:
        indicator = row.sources[0].value
        question = about_row({INDICATOR: names.get(indicator, {"en": indicator})}, {}, row.kind)
        houses = _houses(catalogue, [indicator], INTERNAL)
        yield Doubt(
            INTERNAL, houses, "no-target", row.confidence, f"{NO_TARGET}#{row.row_id}", f"{INDICATOR}={indicator}", "",
            question, row.reason, row.reference,
        )  # fmt: skip


def _items(catalogue: Catalogue, id_: str) -> Mapping[str, Texts]:
    return {i.id: i.names for list_ in catalogue.all(Codelist) if list_.reference.id == id_ for i in list_.items}


def _of_map(catalogue: Catalogue, map_: StructureMap) -> Iterator[Doubt]:
    """Types, calculations and cells that are not provided."""
    recipient = map_.file.split("/")[1]
    structure = catalogue.structure(catalogue.get(Dataflow, map_.target))
    lists = catalogue.codelists(structure)

    def names(id_: str, code: str) -> Texts:
        item = lists[id_].item(code) if id_ in lists else None
        return item.names if item else WORKING if code in map_.working.get(id_, ()) else {"en": code}

    def named(cells: Mapping[str, str]) -> dict[str, Texts]:
        return {id_: names(id_, code) for id_, code in cells.items()}

    houses = _houses(catalogue, map_.select.get(INDICATOR, ()), map_.provider)
    source = map_.reference.id
    for number, type_ in enumerate(map_.types):
        words = {axis: str(getattr(type_, axis)) for axis in TYPE_WORDS}
        reason = " ".join(c.reason for c in type_.conversions)
        place = f"{map_.file}#types[{number}]"
        question = about_type(named(type_.cells), words)
        yield Doubt(
            recipient, houses, "type", "inferred", place, source, _cells(type_.cells), question, reason, "", type_.cells,
            str(map_.reference),
        )  # fmt: skip
    for calculation in map_.calculations:
        made = named(calculation.set)
        if calculation.weights:  # a split sets no code: its weights name those that it makes
            made[calculation.over] = either([names(calculation.over, code) for code in calculation.weights])
        question = about_calculation(made, calculation.id, calculation.kind)
        place = f"{map_.file}#{calculation.id}"
        target = _cells(calculation.set)
        yield Doubt(
            recipient, houses, "calculation", "inferred", place, source, target, question, calculation.reason, "",
            calculation.set, str(map_.reference),
        )  # fmt: skip
    for number, gap in enumerate(map_.not_provided):
        place = f"{map_.file}#not_provided[{number}]"
        yield Doubt(
            recipient, houses, "not-provided", "recalled", place, source, _cells(gap.cells),
            about_gap(named(gap.cells), gap.kind), gap.reason, gap.reference, gap.cells, str(map_.reference),
        )  # fmt: skip


def _codes(catalogue: Catalogue) -> Iterator[Doubt]:
    """Codes of our files: of a recipient by the prefix of the list, else internal."""
    bodies = [r.id for r in catalogue.recipients]
    for list_ in catalogue.all(Codelist):
        id_ = list_.reference.id
        recipient = next((b for b in bodies if id_.startswith(f"{b}_")), _ICCS_OWNER.get(id_, INTERNAL))
        for item in list_.items:
            if item.id not in list_.inherited:
                question = about_code(str(list_.reference), item.names)
                place = f"{list_.reference}.{item.id}"
                word = item.annotation("PROVENANCE") or list_.annotation("PROVENANCE")
                yield Doubt(recipient, (INTERNAL,), "code", word, place, "", item.id, question)


def _definitions(catalogue: Catalogue) -> Iterator[Doubt]:
    """Of published figures and of the steps between them."""
    for recipient, word, place, text, question, reason, reference in definitions(
        catalogue.policies.bridge, {r.id for r in catalogue.recipients}, INTERNAL
    ):
        yield Doubt(recipient, (INTERNAL,), "definition", word, place, text, "", question, reason, reference)


def _houses(catalogue: Catalogue, indicators: Iterable[str], provider: str) -> tuple[str, ...]:
    """Houses known to own these indicators, by agreement or by the application they come from; else who provides the map."""
    owners: set[str] = set()
    wanted = set(indicators)
    for agreement in catalogue.all(ProvisionAgreement):
        named = set(agreement.annotation("INDICATORS").split(";")) & wanted
        if named and agreement.provider is not None:
            owners.add(agreement.provider.item)
    providers = {item.id for scheme in catalogue.all(DataProviderScheme) for item in scheme.items}
    lists = [list_ for list_ in catalogue.all(Codelist) if list_.reference.id == _INDICATORS]
    for item in (list_.item(indicator) for list_ in lists for indicator in wanted):
        owners |= _of_application(item.annotation("SOURCE_APPLICATION"), providers) if item is not None else set()
    return tuple(sorted(owners)) or (provider,)


def _of_application(application: str, providers: set[str]) -> set[str]:
    """`Harmonie (DAP)` names its house; an application of one house alone does as well."""
    named = {word for word in re.findall(r"[A-Z-]+", application) if word in providers}
    return named | {house for name, house in _APPLICATIONS.items() if name in application}
