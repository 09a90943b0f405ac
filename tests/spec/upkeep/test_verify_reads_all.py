"""`greffe verify` reads every file whose checksum an entry names, ends with 7 and names it; nothing ends with a traceback."""

import hashlib
import shutil

import pytest
from house import PUBLISHED, new_house
from journey_tools import inside

from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.transmission import keeping


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A house with a draft, a release, a refused extract, and files that orders and contributions name."""
    house = new_house(tmp_path_factory.mktemp("verified") / "home")
    add_person(house.parts, HOUSE, "gaston", ["administrator"])
    house.take_published()
    wrong = tmp_path_factory.mktemp("wrong") / "population.csv"
    wrong.write_text((PUBLISHED / "population.csv").read_text("utf-8").replace("2022", "20X2"), encoding="utf-8")
    assert not house.take(wrong, "INT_POPULATION").record.accepted
    house.approve_map()
    house.released()
    for kind, text in (("order.delivered", b"an answer"), ("contribution.merged", b"a workbook")):
        sha, _ = keeping.keep(house.parts, [text])
        house.parts.note(Actor("gaston"), kind, "something", {"sha256": sha})
    house.parts.register.close()
    return house.parts.settings.home


@pytest.fixture
def home(built, tmp_path):
    shutil.copytree(built, tmp_path / "home")
    return tmp_path / "home"


def flip(file, at, bit=1):
    body = bytearray(file.read_bytes())
    body[at] ^= bit
    file.write_bytes(body)


def test_a_file_of_each_kind(built, home):
    """Each is flipped alone; its name, or the name of what it belongs to, is in the one fault."""
    assert inside(home, "verify").code == 0
    kept = [hashlib.sha256(text).hexdigest() for text in (b"an answer", b"a workbook")]
    refused = next(built.glob("extracts/*-refused"))
    for path in (
        next(refused.glob("original.*")),
        next(p for p in built.glob("extracts/*/original.*") if p.parent != refused),
        next(built.glob("drafts/*/data.parquet")),
        next(built.glob("releases/*/1/manifest.json")),
        *(built / "transmissions" / sha[:2] / sha for sha in kept),
    ):
        file = home / path.relative_to(built)
        flip(file, 5)
        ran = inside(home, "verify", "--json")
        (fault,) = ran.json()["faults"]
        assert (ran.code, path.name in fault or path.parent.name in fault) == (7, True), fault
        flip(file, 5)
    assert inside(home, "verify").code == 0


def test_a_draft_that_cannot_be_read(built, home):
    """Of every sort of byte of draft.json: no JSON, another name of a field, other letters. The other faults are told beside it."""
    file = next(home.glob("drafts/*/draft.json"))
    body, refused = file.read_bytes(), next(home.glob("extracts/*-refused/original.*"))
    flip(refused, 5)
    for at, bit in ((0, 1), (body.index(b'"id"') + 1, 1), (body.index(b'"data_sha256"') + 2, 1), (40, 128), (-1, 1)):
        flip(file, at, bit)
        ran = inside(home, "verify", "--json")
        assert (ran.code, len(ran.json()["faults"])) == (7, 2), ran
        assert any(file.parent.name in fault for fault in ran.json()["faults"])
        found = inside(home, "findings", file.parent.name)
        assert (found.code, len(found.err.splitlines())) == (7, 1), found
        assert "draft.json" in found.err
        assert "greffe prepare" in found.err
        file.write_bytes(body)
    (file.parent / "data.parquet").unlink()
    assert inside(home, "findings", file.parent.name).code == 7
