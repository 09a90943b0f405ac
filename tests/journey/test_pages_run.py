"""What pages show is run as it stands, in order, on the demonstration; what they say comes out is compared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_blocks import ROOT, blocks_of, page_files
from page_reader import Reader
from page_scenes import SCENES, SERVED
from site_tools import Site, copied

FRENCH = ROOT / "docs/fr"  # the same blocks: tests/architecture/test_page_blocks.py
RUN = [
    str(p.relative_to(ROOT))
    for p in page_files()
    if FRENCH not in p.parents and any(b.kind in {"run", "file"} for b in blocks_of(p))
]


def own(demo_home: Path, home: Path) -> Path:
    """A copy of the demonstration that nobody else of the machine may enter."""
    copied(demo_home, home).chmod(0o750)
    return home


@pytest.fixture(scope="module")
def site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    served = Site(own(demo_home, tmp_path_factory.mktemp("pages") / "home"))
    yield served
    served.stop()


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of one's own, with the samples that pages name; settings of a run of tests are none here."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GREFFE_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("page", [p for p in RUN if p not in SCENES or p in SERVED])
def test_what_a_page_shows_runs(site: Site, tmp_path: Path, page: str, request: pytest.FixtureRequest):
    """From top to bottom; these pages share a house, which is served."""
    reader = Reader(site.home, tmp_path, site.base)
    scene = SCENES[page](reader, request.getfixturevalue) if page in SCENES else iter(())
    reader.follow(blocks_of(ROOT / page), scene)


@pytest.mark.parametrize("page", [p for p in RUN if p in SCENES and p not in SERVED])
def test_what_a_page_shows_runs_in_its_scene(
    demo_home: Path, tmp_path: Path, page: str, request: pytest.FixtureRequest
):
    """From top to bottom, in a house of its own, in which that has happened which the page takes for granted (page_scenes.py)."""
    reader = Reader(own(demo_home, tmp_path / "home"), tmp_path, "")
    reader.follow(blocks_of(ROOT / page), SCENES[page](reader, request.getfixturevalue))


def test_every_scene_is_of_a_page_that_runs():
    assert sorted(set(SCENES) - set(RUN)) == []
    assert set(SCENES) >= SERVED
    files = {b.page for p in page_files() if FRENCH not in p.parents for b in blocks_of(p) if b.kind == "file"}
    assert sorted(files - set(SCENES)) == [], "a scene says what reads the file"
