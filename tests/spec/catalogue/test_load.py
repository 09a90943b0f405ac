"""Files in, a catalogue out: the same for the same bytes, and nothing that leads nowhere."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import small_catalogue as small

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.load import load, read_folders
from greffe.errors import BadDefinition
from greffe.model.mappings import StandardStructureMap
from greffe.model.references import Reference, Urn
from greffe.model.structures import Categorisation, CategoryScheme, Codelist, DataConstraint, Dataflow, Item


def refused(files):
    """The error of loading them."""
    with pytest.raises(BadDefinition) as caught:
        load(files)
    return caught.value


def test_files_become_artefacts_maps_and_recipients():
    catalogue = load(small.files())
    assert catalogue.get(Codelist, Reference("SSER", "CL_SEXE")) == small.codelist("CL_SEXE", "1", "2", "9", "T")
    (map_,) = catalogue.maps.values()
    assert map_.reference == Reference("SSER", "MAP_OUT")
    assert [t.reference.id for t in map_.representation_maps] == [
        "BODY_INDICATEUR_TO_LEG",
        "BODY_SEXE_TO_SEX",
        "COMMON_STATUT_TO_OBS_STATUS",
    ]
    assert [r.id for r in catalogue.recipients] == ["BODY"]


def test_the_checksum_is_over_sorted_paths_and_contents():
    files = small.files()
    lines = [f"{path} {hashlib.sha256(files[path]).hexdigest()}\n" for path in sorted(files)]
    assert load(files).checksum == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert load(dict(reversed(files.items()))).checksum == load(files).checksum
    assert load(files).files[small.MAP] == hashlib.sha256(files[small.MAP]).hexdigest()


def test_a_maps_checksum_moves_with_its_own_files_only():
    before = load(small.files()).maps[Reference("SSER", "MAP_OUT")].checksum
    files = small.files()
    other = small.path(small.codelist("CL_CONF"))
    files[other] = dump_file(small.codelist("CL_CONF", "C1", "C2"))
    assert load(files).maps[Reference("SSER", "MAP_OUT")].checksum == before
    files[small.STATUSES] = files[small.STATUSES].replace(b",r2,", b",r3,")
    assert load(files).maps[Reference("SSER", "MAP_OUT")].checksum != before


def test_our_maps_are_artefacts_too_and_stand_in_one_place():
    files = small.files()
    catalogue = load(files)
    map_ = catalogue.get(StandardStructureMap, Reference("SSER", "MAP_OUT"))
    assert map_.structures == (small.INT, small.OUT)
    assert {r.id for k, r in catalogue.derived if k == "representationmap"} == {
        "BODY_INDICATEUR_TO_LEG", "BODY_SEXE_TO_SEX", "COMMON_STATUT_TO_OBS_STATUS",
    }  # fmt: skip
    files["sdmx/SSER/structuremap/MAP_OUT.json"] = dump_file(map_)
    error = refused(files)
    assert error.file == "sdmx/SSER/structuremap/MAP_OUT.json"
    assert "stands in mappings/ already" in error.text()


def test_a_categorisation_may_be_of_a_map_of_ours():
    scheme = CategoryScheme(Reference("SSER", "THEMES"), {"en": "Themes"}, items=(Item("A", {"en": "A"}),))
    made = Categorisation(
        Reference("SSER", "C"), {"en": "C"}, source=Urn("structuremap", Reference("SSER", "MAP_OUT")),
        target=Urn("categoryscheme", scheme.reference, "A"),
    )  # fmt: skip
    catalogue = load(small.files() | {small.path(one): dump_file(one) for one in (scheme, made)})
    assert catalogue.get(Categorisation, made.reference) == made


def test_an_artefact_stands_in_one_file():
    files = small.files()
    files["sdmx/SSER/codelist/AGAIN.json"] = files[small.path(small.codelist("CL_SEXE"))]
    error = refused(files)
    assert error.file == "sdmx/SSER/codelist/CL_SEXE.json"
    assert "stands in sdmx/SSER/codelist/AGAIN.json already" in error.message


@pytest.mark.parametrize(
    ("artefact", "says", "nearest"),
    [
        (
            Dataflow(Reference("SSER", "LOST"), {"en": "x"}, structure=Urn("datastructure", Reference("SSER", "INTT"))),
            "The structure leads nowhere",
            "SSER:INT(1.0.0)",
        ),
        (
            replace(small.INT, dimensions=(replace(small.INT.dimensions[0], concept=Urn("conceptscheme", small.CONCEPTS, "SEXEE")),)),
            "The concept of FREQ leads nowhere: 'SEXEE' is not in",
            "SEXE",
        ),
        (
            Categorisation(
                Reference("SSER", "C"), {"en": "x"}, source=small.OUT.urn,
                target=Urn("categoryscheme", Reference("SSER", "NONE"), "A"),
            ),
            "The target leads nowhere",
            "",
        ),
        (
            DataConstraint(Reference("SSER", "K"), {"en": "x"}, attachments=(small.OUT.urn,), values={"sex": ("M", "H")}),
            "'H' is not in SSER:CL_SEX(1.0.0), the list of sex.",
            "",
        ),
        (
            DataConstraint(Reference("SSER", "K"), {"en": "x"}, attachments=(small.OUT.urn,), values={"sexe": ("M",)}),
            "'sexe' is not a component of SSER:OUT(1.0.0).",
            "sex",
        ),
    ],
)  # fmt: skip
def test_references_lead_somewhere(artefact, says, nearest):
    error = refused(small.files() | {small.path(artefact): dump_file(artefact)})
    assert says in error.message
    assert error.file == small.path(artefact)
    assert nearest in error.nearest or not nearest


def test_a_recipient_names_dataflows_that_exist():
    body = {"id": "BODY", "names": {"en": "A body"}, "dataflows": ["SSER:OUTT(1.0.0)"]}
    error = refused(small.files() | {"mappings/BODY/recipient.yaml": small.as_yaml(body)})
    assert "OUTT" in error.message
    assert error.file == "mappings/BODY/recipient.yaml"
    assert error.nearest[0] == "SSER:OUT(1.0.0)"


def test_a_table_that_no_map_names_is_refused():
    error = refused(small.files() | {"mappings/BODY/left.csv": small.table("source:SEXE,target:sex")})
    assert (error.file, error.message) == ("mappings/BODY/left.csv", "No map names this file.")


def test_two_maps_to_one_dataflow_are_refused():
    again = small.the_map() | {"id": "MAP_AGAIN"}
    error = refused(small.files() | {"mappings/BODY/zzz.yaml": small.as_yaml(again)})
    assert f"{small.MAP} leads to SSER:OUT(1.0.0) already" in error.message


def test_folders_are_read_by_path(tmp_path):
    for path, content in {"sdmx/S/codelist/A.json": b"{}", "mappings/B/m.yaml": b"x"}.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "sdmx/README.md").write_text("a page")
    (tmp_path / "sdmx/received").mkdir()
    (tmp_path / "sdmx/received/x.xml").write_text("as received")
    found = read_folders(tmp_path / "sdmx", tmp_path / "mappings")
    assert found == {"sdmx/S/codelist/A.json": b"{}", "mappings/B/m.yaml": b"x"}
    (tmp_path / "mappings/B/n.yml").write_text("overlooked?")
    with pytest.raises(BadDefinition, match=r"mappings/B/n\.yml"):
        read_folders(tmp_path / "sdmx", tmp_path / "mappings")
