"""Our maps in the standard's form become our files again: nothing of a map is lost on the way (SM-02 to SM-17)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from shipped_catalogue import shipped_catalogue, shipped_files

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.from_standard import map_files
from greffe.catalogue.load import load
from greffe.catalogue.maps_ml import read_maps_ml
from greffe.errors import BadDefinition
from greffe.formats import structure_json, structure_ml
from greffe.model.artefacts import Maintainable
from greffe.model.dataset import Header
from greffe.model.maps import MapRow, RepresentationMap, StructureMap

FILES = shipped_files()
CATALOGUE = shipped_catalogue()
HEADER = Header("M1", "2026-11-24T10:00:00Z")
MAPS = list(CATALOGUE.maps.values())
FORMS = ("structure-3.0", "structure-3.1", "jsonstructure-2.0", "jsonstructure-2.1")


def artefacts_of(map_: StructureMap) -> list[Maintainable]:
    keys = [("structuremap", map_.reference), *(("representationmap", t.reference) for t in map_.representation_maps)]
    return [CATALOGUE.artefacts[key] for key in keys]


def sent(form: str, artefacts: list[Maintainable]) -> list[Maintainable]:
    """What another service reads of what we write."""
    if form.startswith("structure-"):
        body = b"".join(structure_ml.write(HEADER, artefacts, version=form[-3:]))
        return read_maps_ml(body, "maps.xml")
    body = b"".join(structure_json.write(HEADER, artefacts, version=f"{form[-3:]}.0"))
    return read_message(body, "maps.json")


def plain(map_: StructureMap) -> StructureMap:
    """The map without what is not of its content: lines of files and the checksum of their bytes."""

    def row(found: MapRow) -> MapRow:
        return replace(found, line=0)

    def table(found: RepresentationMap | None) -> RepresentationMap | None:
        return None if found is None else replace(found, rows=tuple(row(r) for r in found.rows))

    components = tuple(replace(c, map=table(c.map)) for c in map_.components)
    return replace(map_, components=components, checksum="")


@pytest.mark.parametrize("form", FORMS)
def test_every_shipped_map_comes_back(form: str):
    """Tables byte for byte; of a YAML file all but its comments."""
    made = map_files(sent(form, [a for map_ in MAPS for a in artefacts_of(map_)]), "maps")
    assert made.keys() == {p for m in MAPS for p in (m.file, *(t.file for t in m.representation_maps))}
    for path in made:
        assert made[path] == FILES[path] or path.endswith(".yaml")
    again = load({**FILES, **made}).maps
    assert {r: plain(m) for r, m in again.items()} == {r: plain(m) for r, m in CATALOGUE.maps.items()}


def test_what_is_missing_is_named():
    map_, *tables = artefacts_of(MAPS[0])
    with pytest.raises(BadDefinition, match=r"uses .*, which is not here"):
        map_files([map_, *tables[1:]], "maps.json")
    bare = replace(tables[0], rows=(replace(tables[0].rows[0], annotations=()),))
    with pytest.raises(BadDefinition, match=r"has no id \(annotation ROW_ID\)"):
        map_files([map_, bare, *tables[1:]], "maps.json")
    astray = replace(map_, annotations=tuple(a for a in map_.annotations if a.type != "FILE"))
    with pytest.raises(BadDefinition, match="names no file of mappings/"):
        map_files([astray, *tables], "maps.json")


def test_a_map_of_another_house_makes_no_file():
    map_, *tables = artefacts_of(MAPS[0])
    foreign = replace(map_, annotations=())
    assert map_files([foreign, *tables], "maps.json") == {}
    assert json.loads(b"".join(structure_json.write(HEADER, [foreign])))["data"]["structureMaps"]
