"""The files of `sdmx/` and `mappings/` become a Catalogue, coherent or not at all (D2): nothing else reads them."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.calculation_types import check_types
from greffe.catalogue.catalogue import Catalogue, Recipient, TableNotProvided
from greffe.catalogue.cell_coherence import check_breaks, check_synonyms
from greffe.catalogue.codelist_extensions import resolved
from greffe.catalogue.coherence import check
from greffe.catalogue.correspondences import check_correspondence, read_correspondence, stands_alone
from greffe.catalogue.faults import Faults
from greffe.catalogue.identity_coherence import check_identities
from greffe.catalogue.map_files import NOT_PROVIDED, read_map
from greffe.catalogue.no_target import NO_TARGET, check_no_target, read_no_target
from greffe.catalogue.policies.coherence import (
    check_contributions,
    check_contributors,
    check_deliveries,
    check_patterns,
    check_protection,
)
from greffe.catalogue.policies.read import FOLDER as POLICIES
from greffe.catalogue.policies.read import check_policies, read_policies
from greffe.catalogue.questionnaire_coherence import check_questionnaires
from greffe.catalogue.questionnaires import Questionnaire, is_questionnaire, read_questionnaire
from greffe.catalogue.representation_files import CONFIDENCES, read_representation
from greffe.catalogue.standard_maps import with_maps
from greffe.catalogue.tree import Node
from greffe.catalogue.vtl_rules import with_rules
from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import BadDefinition, nearest
from greffe.model.maps import Correspondence, RepresentationMap, StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Artefact

_SUFFIXES: Final = {"sdmx": (".json",), "mappings": (".yaml", ".csv")}
_RECIPIENT: Final = "recipient.yaml"


def read_folders(sdmx: Path, mappings: Path) -> dict[str, bytes]:
    """The content of both folders by path, `sdmx/SSER/codelist/CL_SEX.json`, `mappings/ESTAT/crim_just_sex.yaml`."""
    return read_folder("sdmx", sdmx) | read_folder("mappings", mappings)


def read_folder(name: str, folder: Path) -> dict[str, bytes]:
    """The content of a folder by path below `name`, which is sdmx or mappings.

    Pages (.md), hidden files and `sdmx/received/` (kept as received, not in effect) are left out. Raises BadDefinition
    for a folder that is not there and for a file of another kind: it would be overlooked.
    """
    if not folder.is_dir():
        raise BadDefinition(f"There is no folder {name}.", file=str(folder))
    found: dict[str, bytes] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or path.suffix == ".md" or (name == "sdmx" and inside.parts[0] == "received"):
            continue
        if path.suffix not in _SUFFIXES[name]:
            hint = f"Files here end in {', '.join(_SUFFIXES[name])}."
            raise BadDefinition("It would be overlooked.", file=f"{name}/{inside.as_posix()}", hint=hint)
        found[f"{name}/{inside.as_posix()}"] = path.read_bytes()
    return found


def load(files: Mapping[str, bytes], *, held: bool = False) -> Catalogue:
    """The catalogue that the files make, from the folders or from the register alike. `held`: the register holds it already;
    rules of confidentiality that protect nothing are refused when they are handed in, and never shut a house that has them.

    Raises BadDefinition with file, row or path, and the nearest known ids: for what cannot be read, what stands twice,
    what refers to nothing, maps that are incomplete or conflicting, and maps that join unequal types. What each of these
    steps finds is told in one go (`others`), in the order of files and places.
    """
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    artefacts, places = _artefacts(files, sums)
    reader = _MapReader(files, sums)
    correspondences = reader.correspondences()
    maps = reader.maps()
    recipients = {path: _recipient(read_yaml(files[path], path)) for path in _yaml(files, recipients=True)}
    no_target = read_no_target(files[NO_TARGET], NO_TARGET) if NO_TARGET in files else ()
    catalogue = Catalogue(
        artefacts,
        maps,
        tuple(recipients.values()),
        checksum_of(sums),
        sums,
        no_target,
        correspondences,
        read_policies(files),
        _questionnaires(files),
    )
    for kind, reference in catalogue.derived & artefacts.keys():
        raise BadDefinition(f"{kind} {reference} stands in mappings/ already.", file=places[kind, reference])
    faults = Faults()
    for correspondence in correspondences.values():
        with faults:
            check_correspondence(catalogue, correspondence)
    faults.refuse()
    check(catalogue, places, recipients)
    check_types(catalogue)
    check_no_target(catalogue)
    check_policies(catalogue.policies)
    check_patterns(catalogue)
    check_deliveries(catalogue)
    check_questionnaires(catalogue)
    check_contributors(catalogue)
    check_contributions(catalogue)
    if not held:
        check_protection(catalogue)
    check_identities(catalogue)
    check_breaks(catalogue)
    check_synonyms(catalogue)
    return with_rules(with_maps(catalogue))


def checksum_of(sums: Mapping[str, str]) -> str:
    """The name of a catalogue: one checksum over paths and the sha256 of their contents."""
    lines = "".join(f"{path} {checksum}\n" for path, checksum in sorted(sums.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


Key = tuple[str, Reference]


# What a file of that path and checksum holds: most files of a new catalogue are those of the one before.
_READ: Final[dict[tuple[str, str], tuple[Artefact, ...]]] = {}
_KEPT: Final = 4_096


def _read(path: str, content: bytes, checksum: str) -> tuple[Artefact, ...]:
    known = _READ.get((path, checksum))
    if known is None:
        known = tuple(read_message(content, path))
        if len(_READ) >= _KEPT:
            _READ.clear()
        _READ[path, checksum] = known
    return known


def _artefacts(files: Mapping[str, bytes], sums: Mapping[str, str]) -> tuple[dict[Key, Artefact], dict[Key, str]]:
    """Artefacts by kind and reference, inherited codes in place, and the file of each."""
    artefacts: dict[Key, Artefact] = {}
    places: dict[Key, str] = {}
    faults = Faults()
    for path in sorted(p for p in files if p.startswith("sdmx/")):
        with faults:
            found = _read(path, files[path], sums[path])
            if len(found) != 1:
                raise BadDefinition(f"One artefact a file is expected, found {len(found)}.", file=path)
            key = (found[0].kind, found[0].reference)
            if key in artefacts:
                raise BadDefinition(f"{key[0]} {key[1]} stands in {places[key]} already.", file=path)
            artefacts[key], places[key] = found[0], path
    faults.refuse()
    return resolved(artefacts, places), places


class _MapReader:
    """Reads correspondences, structure maps, and each representation map they name once."""

    def __init__(self, files: Mapping[str, bytes], sums: Mapping[str, str]) -> None:
        self.files, self.sums = files, sums
        self.tables: dict[str, RepresentationMap] = {}

    def correspondences(self) -> dict[Reference, Correspondence]:
        """All correspondences by reference; their tables are known from then on."""
        found: dict[Reference, Correspondence] = {}
        faults = Faults()
        for path in sorted(p for p in self.files if stands_alone(p) and p.endswith(".yaml")):
            table = f"{path.removesuffix('.yaml')}.csv"
            with faults:
                if table not in self.files:
                    hint = f"Its rows stand in {table}."
                    raise BadDefinition("The correspondence has no rows.", file=path, hint=hint)
                one = read_correspondence(read_yaml(self.files[path], path), self.files[table], table)
                self.tables[table] = one.table
                self._check_id(table)
                found[one.reference] = one
        faults.refuse()
        return found

    def maps(self) -> dict[Reference, StructureMap]:
        """All structure maps by reference."""
        found: dict[Reference, StructureMap] = {}
        targets: dict[Reference, str] = {}
        faults = Faults()
        for path in _yaml(self.files, recipients=False):
            with faults:
                map_ = self._map(path)
                if map_.reference in found:
                    file = found[map_.reference].file
                    raise BadDefinition(f"The map {map_.reference} stands in {file} already.", file=path)
                if map_.target in targets:
                    raise BadDefinition(f"{targets[map_.target]} leads to {map_.target} already.", file=path)
                found[map_.reference], targets[map_.target] = map_, path
        faults.refuse()
        for path in self.files:
            known = path in self.tables or path == NO_TARGET or path.startswith(POLICIES)
            if path.startswith("mappings/") and path.endswith(".csv") and not known:
                raise BadDefinition("No map names this file.", file=path, hint="Name it in a component, or remove it.")
        return found

    def _map(self, path: str) -> StructureMap:
        map_ = read_map(read_yaml(self.files[path], path), self._table)
        named = {path, *(table.file for table in map_.representation_maps)}
        return replace(map_, checksum=checksum_of({file: self.sums[file] for file in named}))

    def _table(self, node: Node) -> RepresentationMap:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(node.file), node.text()))
        if path not in self.tables:
            if path not in self.files or not path.startswith("mappings/") or not path.endswith(".csv"):
                known = [posixpath.relpath(p, posixpath.dirname(node.file)) for p in self.files if p.endswith(".csv")]
                raise node.wrong(f"There is no file {node.value!r} here.", near=nearest(node.text(), known))
            self.tables[path] = read_representation(self.files[path], path)
            self._check_id(path)
        return self.tables[path]

    def _check_id(self, path: str) -> None:
        for other, table in self.tables.items():
            if other != path and table.reference == self.tables[path].reference:
                raise BadDefinition(f"Its id {table.reference} is that of {other} already.", file=path)


def _yaml(files: Mapping[str, bytes], *, recipients: bool) -> list[str]:
    return sorted(
        p
        for p in files
        if p.startswith("mappings/")
        and p.endswith(".yaml")
        and not stands_alone(p)
        and not is_questionnaire(p)
        and (posixpath.basename(p) == _RECIPIENT) == recipients
    )


def _questionnaires(files: Mapping[str, bytes]) -> dict[str, Questionnaire]:
    found: dict[str, Questionnaire] = {}
    faults = Faults()
    for path in sorted(p for p in files if p.startswith("mappings/") and is_questionnaire(p)):
        with faults:
            one = read_questionnaire(read_yaml(files[path], path))
            if one.id in found:
                raise BadDefinition(f"The questionnaire {one.id} stands in {found[one.id].file} already.", file=path)
            found[one.id] = one
    faults.refuse()
    return found


def _recipient(root: Node) -> Recipient:
    root.only(("id", "names", "dataflows", "notes", "not_provided"), ("id", "names", "dataflows"))
    return Recipient(
        root.child("id").identifier(),
        root.child("names").texts(),
        tuple(node.reference() for node in root.entries("dataflows")),
        root.child("notes").texts() if "notes" in root else {},
        tuple(_table(node) for node in root.entries("not_provided")),
    )


def _table(node: Node) -> TableNotProvided:
    node.only(("table", "kind", "confidence", "reason", "reference"), ("table", "kind", "confidence", "reason"))
    return TableNotProvided(
        node.child("table").text(),
        node.child("kind").word(NOT_PROVIDED),
        node.child("confidence").word(CONFIDENCES),
        node.child("reason").text(),
        node.text_or("reference"),
    )
