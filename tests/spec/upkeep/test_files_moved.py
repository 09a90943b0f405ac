"""Files that were moved are in one place: who has settings of another enters nothing, and is told both; the way back loses nothing."""

import shutil
from dataclasses import replace

import pytest
from house import AUTHOR, PUBLISHED, new_house
from journey_tools import inside

from greffe.app import compose
from greffe.errors import Refused
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.store.base import Actor
from greffe.transmission import keeping


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("files") / "home")
    add_person(house.parts, HOUSE, "gaston", ["administrator"])
    house.take_published()
    house.approve_map()
    house.released()
    house.parts.register.close()
    return house.parts.settings.home


@pytest.fixture
def home(built, tmp_path):
    shutil.copytree(built, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def to(tmp_path):
    """The words of a move to settings that say this."""

    def write(**said):
        file = tmp_path / "to.toml"
        file.write_text("".join(f'{k} = "{v}"\n' for k, v in said.items()))
        return ["move", "--to", str(file), "--as", "gaston"]

    return write


def took(home, **environ):
    """Another extract is taken in."""
    words = ["--dataflow", "INT_POPULATION", "--origin", "real", "--as", AUTHOR.name]
    return inside(home, "ingest", str(PUBLISHED / "population.csv"), *words, **environ)


def test_old_settings_enter_nothing_and_are_told_both(home, to, bucket_url):
    """A process that was there before too: where it would enter, not where it begins."""
    before = compose(replace(_settings(home), files=""))
    assert inside(home, *to(files=bucket_url)).code == 0
    head = before.register.head()
    for words in (
        ["prepare", "OBS_SURVEYS", "--as", AUTHOR.name, "--reason", "Again."],
        ["people", "--add", "zoe", "--role", "author", "--as", "gaston"],
        ["jobs", "run", "--once"],
        ["serve", "--port", "1"],
    ):
        ran = inside(home, *words)
        assert (ran.code, len(ran.err.splitlines())) == (3, 1), (words, ran)
        assert f'files = "{bucket_url}"' in ran.err
        assert 'files = ""' in ran.err
    with pytest.raises(Refused, match="The files were moved"):
        before.note(Actor("gaston"), "order.asked", "something", {})
    assert before.register.head() == head
    told = inside(home, "doctor", "--json")
    assert (told.code, "The files were moved" in told.out) == (7, True)
    assert inside(home, "releases").code == 0
    new = {"GREFFE_FILES": f"{bucket_url}/"}  # the same place, written otherwise
    assert inside(home, "verify", **new).code == 0
    assert "The files were moved" not in inside(home, "doctor", "--json", **new).out
    assert inside(home, "people", "--add", "zoe", "--role", "author", "--as", "gaston", **new).code == 0


@pytest.mark.parametrize("way", ["undo", "back"])
def test_the_way_back_brings_what_came_since(home, to, bucket_url, way):
    assert inside(home, *to(files=bucket_url)).code == 0
    there = compose(replace(_settings(home), files=bucket_url))
    sha, _ = keeping.keep(there, [b"since"])
    there.note(Actor("gaston"), "order.delivered", "something", {"sha256": sha})
    (home / "transmissions" / sha[:2] / sha).unlink()
    shutil.rmtree(home / "releases")
    words = ["move", "--undo", "--as", "gaston"] if way == "undo" else to(files="")
    ran = inside(home, *words, **({} if way == "undo" else {"GREFFE_FILES": bucket_url}))
    assert ran.code == 0, ran
    assert inside(home, "verify").code == 0
    assert inside(home, "people", "--add", "zoe", "--role", "author", "--as", "gaston").code == 0
    ran = inside(home, "people", "--add", "max", "--role", "author", "--as", "gaston", GREFFE_FILES=bucket_url)
    assert (ran.code, "The files were moved" in ran.err) == (3, True)
    assert inside(home, "move", "--undo", "--as", "gaston").code == 3


def test_files_that_go_with_the_register(home, to, bucket_url, tmp_path):
    """The new register says where they are; the old one, opened again, that they are where they were."""
    url = f"sqlite:///{tmp_path / 'there.db'}"
    assert inside(home, *to(files=bucket_url, register=url)).code == 0
    ran = inside(home, "people", "--add", "zoe", "--role", "author", "--as", "gaston", GREFFE_REGISTER=url)
    assert (ran.code, f'files = "{bucket_url}"' in ran.err) == (3, True)
    assert inside(home, "move", "--undo", "--as", "gaston").code == 0
    assert inside(home, "people", "--add", "zoe", "--role", "author", "--as", "gaston").code == 0


def test_a_backup_is_restored_to_another_place(home, to, bucket_url, tmp_path):
    assert inside(home, *to(files=bucket_url)).code == 0
    assert inside(home, "backup", str(tmp_path / "one.tar"), GREFFE_FILES=bucket_url).code == 0
    assert inside(tmp_path / "again", "restore", str(tmp_path / "one.tar")).code == 0
    assert inside(tmp_path / "again", "people", "--add", "zoe", "--role", "author", "--as", "gaston").code == 0


def test_a_register_has_its_whole_path(home, to):
    ran = inside(home, *to(register="sqlite:///there.db"))
    assert (ran.code, "sqlite:////srv/register.db" in ran.err) == (2, True), ran


def _settings(home):
    return read_settings({"GREFFE_WARM": "0"}, home=home)
