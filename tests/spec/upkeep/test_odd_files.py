"""In the place of a stored file is something else: a folder, a link to nowhere, a pipe, half of it. It is told by verify and by the
doctor, by its name, and neither ends there; a page of all dataflows stands, and a lost release is no dataset that never was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from acts_under_faults import Acts, given, state, wrong
from deliveries import PRIS
from examples import SOAK
from house_files import DERIVED, doctor, files
from journey_tools import inside
from starlette.testclient import TestClient

from greffe.app import compose, create_app
from greffe.errors import Absent, Broken
from greffe.settings import read_settings

pytest_plugins = ("acts_under_faults",)

RELEASE = f"releases/{PRIS}/1"
WAYS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda p: p.mkdir(),
    "a link to nowhere": lambda p: p.symlink_to(p.with_name("nowhere")),
    "a link to itself": lambda p: p.symlink_to(p),
    "a pipe": os.mkfifo,
    "nothing": lambda p: None,
    "empty": lambda p: p.touch(),
}


@pytest.fixture(scope="module")
def later(acts: Acts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("odd") / "later"
    shutil.copytree(acts.folder / "later", home)
    state(home)
    return home


def replaced(home: Path, relative: str, way: str) -> Path:
    path = home / relative
    path.unlink()
    WAYS[way](path)
    return path


def test_each_kind_of_file(later: Path, tmp_path: Path):
    """In make test each kind in one way and the next kind in the next; in make soak each file in each."""
    before, ways = state(later), list(WAYS)
    every = [str(p.relative_to(later)) for p in files(later).values()]
    assert len(every) > 10
    for number, relative in enumerate(every):
        for way in ways if SOAK else [ways[number % len(ways)]]:
            home = given(later, tmp_path / "home")
            replaced(home, relative, way)
            derived = any(d in f"/{relative}" for d in DERIVED)
            name = relative.rpartition("/")[2]
            assert derived or any(name in line for line in doctor(home)), (relative, way)
            assert derived or wrong(home), (relative, way)
            try:
                there = state(home)
            except (Broken, Absent) as error:
                assert "manifest" in name, (relative, way, error)
            else:
                assert there["answers"] == before["answers"], (relative, way)


def test_one_odd_file_hides_no_other(later: Path, tmp_path: Path):
    home = given(later, tmp_path / "home")
    (extract,) = sorted(home.glob("extracts/*/original.csv"))[:1]
    odd = [str(extract.relative_to(home)), f"{RELEASE}/data.parquet", f"{RELEASE}/difference.parquet"]
    for relative in odd:
        replaced(home, relative, "a folder")
    ran = inside(home, "verify", "--json")
    assert ran.code == 7
    told = "\n".join(ran.json()["faults"])
    assert all(word in told for word in odd), told
    assert all(name in "\n".join(doctor(home)) for name in odd)


def test_a_seal_that_is_damaged_is_named_and_not_its_manifest(later: Path, tmp_path: Path):
    for damage in (lambda b: b + b"x", lambda b: b[:20], lambda b: b"", lambda b: b.replace(b"  ", b" ")):
        home = given(later, tmp_path / "home")
        seal = home / RELEASE / "manifest.sha256"
        body = damage(seal.read_bytes())
        seal.unlink()
        seal.write_bytes(body)
        told = [line for line in wrong(home) if PRIS in line]
        assert told, body
        assert all("manifest.sha256" in line for line in told), told


@pytest.mark.parametrize("lost", ["manifest.json", "manifest.sha256", ""])
def test_pages_of_all_dataflows_stand_and_the_lost_one_says_so(later: Path, tmp_path: Path, lost: str):
    home = given(later, tmp_path / "home")
    aside = tmp_path / "aside"
    (home / RELEASE / lost).rename(aside)
    parts = compose(read_settings({"GREFFE_WARM": "0", "GREFFE_POLL_SECONDS": "0"}, home=home))
    client = TestClient(create_app(parts), raise_server_exceptions=False)
    for page in ("/", "/calendar", "/search?q=prison", "/catalog.jsonld", "/recipients/ESTAT", "/bridge"):
        assert client.get(page, headers={"Accept": "text/html"}).status_code == 200, page
    shown = client.get("/recipients/ESTAT?lang=en", headers={"Accept": "text/html"}).text
    for asked in (f"/sdmx/v2/data/dataflow/SSER/{PRIS}/*", f"/sdmx/v1/data/{PRIS}", f"/data/{PRIS}"):
        answer = client.get(asked)
        assert answer.status_code == 500, asked
        assert "restores it" in answer.text, asked
        assert str(home) not in answer.text, asked
    aside.rename(home / RELEASE / lost)
    assert client.get(f"/sdmx/v1/data/{PRIS}").status_code == 200
    assert "cannot be read for now" in shown
