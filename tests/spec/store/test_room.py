"""Derived files go when they must, readers read on, what was damaged is told (D5)."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from greffe.errors import NotFound
from greffe.store import derived
from greffe.store.base import Change, Footprint, Selection
from greffe.store.columnar import ColumnarObservations

TABLE = """
FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT
A    | M   | FR  | 2021        | 12        | A          | NR   |
A    | F   | FR  | 2021        | 34        | A          | NR   | note
"""


def read(store, name="FLOW/1"):
    return [v for b in store.select(name, Selection()) for v in b.observations.column("OBS_VALUE").to_pylist()]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def on_disk(folder):
    """Bytes of files below a folder, by the tools of the system."""
    return sum((Path(top) / f).stat().st_size for top, _, files in os.walk(folder) for f in files)


@pytest.fixture
def three(tmp_path, structure, parquet):
    """Three releases of one flow, each made on the one before, and a change that was asked for."""
    store = ColumnarObservations(tmp_path / "r")
    for number in (1, 2, 3):
        before = f"FLOW/{number - 1}" if number > 1 else ""
        store.save(f"FLOW/{number}", structure, parquet(TABLE.replace("34", f"34{number}")), {}, previous=before)
    list(store.changed(Change("FLOW/3", "FLOW/1", linear=True), Selection()))
    return store


def test_what_is_derived_is_told_apart_and_goes(three, tmp_path):
    """Evicted, a release is its Parquet, its difference and its manifest; the rest comes back when it is asked for"""
    folder = tmp_path / "r/FLOW/3"
    whole, kept = on_disk(folder), sum(f.stat().st_size for f in folder.iterdir() if f.is_file())
    found = three.footprint("FLOW/3")
    assert (found.truth, found.derived) == (kept, whole - kept)
    assert time.time() - found.used < 60
    assert three.evict("FLOW/3") == whole - kept
    assert {p.name for p in folder.iterdir()} == {
        "data.parquet",
        "difference.parquet",
        "manifest.json",
        "manifest.sha256",
    }
    assert three.footprint("FLOW/3").derived == 0
    assert three.evict("FLOW/3") == 0
    assert read(three, "FLOW/3") == ["343", "12"]
    assert on_disk(folder / "serving") == three.footprint("FLOW/3").derived > 0
    assert list(three.mended()) == []  # nothing was damaged


@pytest.mark.parametrize("act", ["evict", "footprint"])
def test_a_release_that_is_not_there(observations, act):
    """Where others may have it, it takes nothing here: nobody asks the bucket for every release to weigh this machine's."""
    if hasattr(observations, "second"):
        assert getattr(observations, act)("FLOW/9") in (0, Footprint(0))
        return
    with pytest.raises(NotFound):
        getattr(observations, act)("FLOW/9")


def test_both_stores_tell_what_a_release_takes(observations, structure, parquet):
    observations.save("FLOW/1", structure, parquet(TABLE), {})
    files = ("data.parquet", "difference.parquet", "manifest.json")
    least = sum(observations.file("FLOW/1", f).stat().st_size for f in files)
    assert least <= observations.footprint("FLOW/1").truth < least + 200  # the seal of the manifest
    observations.evict("FLOW/1")
    assert observations.footprint("FLOW/1").derived == 0
    assert read(observations) == ["34", "12"]


def test_a_pinned_reader_reads_on_and_its_room_is_free_afterwards(three, tmp_path):
    """Evicted by another process in the middle of an answer: the answer goes on, then nothing of it is held open"""
    serving = three._serving("FLOW/2")
    blocks = three.select("FLOW/2", Selection())
    ColumnarObservations(tmp_path / "r").evict("FLOW/2")
    assert [v for b in blocks for v in b.observations.column("OBS_VALUE").to_pylist()] == ["342", "12"]
    assert serving.periods == ["2021"]
    del blocks, serving
    assert any("FLOW/2" in p for p in deleted_but_open())
    three.evict("FLOW/2")  # nothing is there any more, but the files are let go
    assert not any("FLOW/2" in p for p in deleted_but_open())


def deleted_but_open():
    found = []
    for handle in Path("/proc/self/fd").iterdir():
        try:
            target = str(handle.readlink())
        except FileNotFoundError:
            continue
        found += [target] if target.endswith("(deleted)") else []
    return found


def test_readers_and_evictions_at_once(three, tmp_path):
    """Whoever reads while others evict gets every figure, and nothing counts as damaged"""
    end, errors, counts = time.monotonic() + 3, [], [0, 0]

    def reading(store, number):
        while time.monotonic() < end and not errors:
            try:
                assert read(store, f"FLOW/{number}") == [f"34{number}", "12"]
                assert store.counts(f"FLOW/{number}", Selection()) == (2, 2)
                counts[0] += 1
            except Exception as error:
                errors.append(error)

    def evicting():
        store = ColumnarObservations(tmp_path / "r")
        while time.monotonic() < end and not errors:
            for number in (1, 2):
                counts[1] += bool(store.evict(f"FLOW/{number}"))

    other = ColumnarObservations(tmp_path / "r")
    threads = [threading.Thread(target=reading, args=(s, n)) for s in (three, other) for n in (1, 2)]
    threads.append(threading.Thread(target=evicting))
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert min(counts) > 3
    assert list(three.mended()) == []


def test_derived_files_are_bounded(three, tmp_path):
    """The folder that was not used for the longest goes first; the one that is asked for stays, however large"""
    size = on_disk(tmp_path / "r/FLOW/1/serving")
    for age, number in ((300, 1), (100, 2), (200, 3)):
        moment = time.time() - age
        os.utime(tmp_path / f"r/FLOW/{number}/serving", (moment, moment))
    shutil.rmtree(tmp_path / "r/FLOW/3/since-1-linear")
    shutil.rmtree(tmp_path / "r/FLOW/1/serving")
    tight = ColumnarObservations(tmp_path / "r", derived_most=2 * size + 100)
    assert read(tight, "FLOW/1") == ["341", "12"]
    assert [tight.footprint(f"FLOW/{n}").derived > 0 for n in (1, 2, 3)] == [True, True, False]
    none = ColumnarObservations(tmp_path / "r", derived_most=0)
    assert read(none, "FLOW/3") == ["343", "12"]
    assert [none.footprint(f"FLOW/{n}").derived > 0 for n in (1, 2, 3)] == [False, False, True]


def test_a_new_release_makes_room_too(three, tmp_path, structure, parquet):
    tight = ColumnarObservations(tmp_path / "r", derived_most=0)
    tight.save("FLOW/4", structure, parquet(TABLE), {}, previous="FLOW/3")
    assert [tight.footprint(f"FLOW/{n}").derived > 0 for n in (1, 2, 3, 4)] == [False, False, False, True]


def test_what_was_damaged_is_mended_and_told(three, tmp_path, caplog):
    """A damaged derived file is made again from the Parquet by itself, and the operator can see that it was"""
    flip(tmp_path / "r/FLOW/2/serving/observations.arrow")
    assert read(three, "FLOW/2") == ["342", "12"]
    (line,) = three.mended()
    assert line.startswith("FLOW: 20")
    assert "2/serving" in line
    assert "observations.arrow" in line
    assert "Made again from the Parquet" in caplog.text
    assert list(three.verify("FLOW/2")) == []
    with pytest.MonkeyPatch.context() as older:  # of an older form is not damaged
        older.setattr(derived, "FORM", 1)
        three.evict("FLOW/1")
        read(three, "FLOW/1")
    assert read(ColumnarObservations(tmp_path / "r"), "FLOW/1") == ["341", "12"]
    assert len(list(three.mended())) == 1


def test_what_a_kill_left_of_an_eviction_goes_with_the_next(three, tmp_path):
    left = tmp_path / "r/FLOW/1/.serving-abc.tmp"
    shutil.copytree(tmp_path / "r/FLOW/1/serving", left)
    three.evict("FLOW/1")
    assert not left.exists()
