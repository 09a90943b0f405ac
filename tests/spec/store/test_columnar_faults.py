"""Files of releases when things go wrong: flipped bytes, half-written folders, kills, rivals, evicted serving files."""

import hashlib
import json
import multiprocessing
import os
import resource
import shutil
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from greffe.errors import Broken, NotFound
from greffe.store import derived, manifest, serving
from greffe.store.base import Change, Selection
from greffe.store.columnar import ColumnarObservations

TABLE = """
FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT
A    | M   | FR  | 2021        | 12        | A          | NR   |
A    | F   | FR  | 2021        | 34        | A          | NR   | note
"""
FILES = [
    "data.parquet", "difference.parquet", "manifest.json", "manifest.sha256", "serving/series.arrow",
    "serving/observations.arrow", "serving/keys.npy", "serving/serving.json",
]  # fmt: skip
DERIVED = [f for f in FILES if f.startswith("serving/")]


@pytest.fixture
def root(tmp_path, structure, parquet):
    ColumnarObservations(tmp_path / "r").save("FLOW/1", structure, parquet(TABLE), {})
    return tmp_path / "r"


def read(store, name="FLOW/1"):
    return [v for b in store.select(name, Selection()) for v in b.observations.column("OBS_VALUE").to_pylist()]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_the_folder_holds_exactly_the_files_that_it_should(root):
    found = {str(p.relative_to(root / "FLOW/1")) for p in (root / "FLOW/1").rglob("*") if p.is_file()}
    assert found == set(FILES)
    assert {p.name for p in (root / "FLOW").iterdir()} == {"1", ".lock"}


@pytest.mark.parametrize("file", FILES)
def test_a_flipped_byte_is_told(root, file):
    flip(root / "FLOW/1" / file)
    assert len(list(ColumnarObservations(root).verify("FLOW/1"))) == 1


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_told(root, file):
    (root / "FLOW/1" / file).unlink()
    assert len(list(ColumnarObservations(root).verify("FLOW/1"))) == 1


@pytest.mark.parametrize("opened_before", [True, False])
@pytest.mark.parametrize("file", ["manifest.json", "manifest.sha256"])
def test_a_flipped_byte_of_the_manifest_is_never_served(root, file, opened_before):
    store = ColumnarObservations(root)
    if opened_before:
        assert read(store) == ["34", "12"]
    flip(root / "FLOW/1" / file)
    with pytest.raises(Broken):
        store.select("FLOW/1", Selection())
    with pytest.raises(Broken):
        store.available("FLOW/1", Selection())


@pytest.mark.parametrize("opened_before", [True, False])
@pytest.mark.parametrize("harm", [flip, Path.unlink], ids=["flipped", "missing"])
@pytest.mark.parametrize("file", DERIVED)
def test_a_damaged_serving_file_is_made_again(root, file, harm, opened_before):
    store = ColumnarObservations(root)
    before = {p.name: p.read_bytes() for p in (root / "FLOW/1/serving").iterdir()}
    if opened_before:
        assert read(store) == ["34", "12"]
    harm(root / "FLOW/1" / file)
    assert read(store) == ["34", "12"]
    assert dict(store.available("FLOW/1", Selection()))["SEX"] == ("F", "M")
    assert {p.name: p.read_bytes() for p in (root / "FLOW/1/serving").iterdir()} == before
    assert list(store.verify("FLOW/1")) == []


@pytest.mark.parametrize("file", DERIVED)
def test_a_damaged_serving_file_is_broken_when_the_truth_is_damaged_too(root, file):
    flip(root / "FLOW/1" / file)
    flip(root / "FLOW/1/data.parquet")
    with pytest.raises(Broken, match=r"data\.parquet"):
        ColumnarObservations(root).select("FLOW/1", Selection())


def test_serving_files_of_an_older_form_are_made_again(root, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(derived, "FORM", 1)
        shutil.rmtree(root / "FLOW/1/serving")
        assert read(ColumnarObservations(root)) == ["34", "12"]
    old = (root / "FLOW/1/serving/serving.json").read_text()
    assert read(ColumnarObservations(root)) == ["34", "12"]
    assert (root / "FLOW/1/serving/serving.json").read_text() != old


def test_files_that_were_wrong_when_their_checksums_were_taken_are_made_again(root):
    """What a disk took without a word is not what it has: the list says what is there, and it is no index."""
    folder = root / "FLOW/1/serving"
    keys, said = folder / "keys.npy", json.loads((folder / "serving.json").read_text())
    intact = keys.read_bytes()
    keys.write_bytes(intact[:128])
    files = said["files"] | {"keys.npy": hashlib.sha256(intact[:128]).hexdigest()}
    seal = derived._seal(files, ColumnarObservations(root)._written("FLOW/1").saved.content_hash)
    (folder / "serving.json").write_text(json.dumps(said | {"files": files, "seal": seal}))
    assert len(list(ColumnarObservations(root).verify("FLOW/1"))) == 1
    store = ColumnarObservations(root)
    assert read(store) == ["34", "12"]
    assert keys.read_bytes() == intact
    assert len(list(store.mended())) == 1
    assert list(store.verify("FLOW/1")) == []


def test_an_index_that_the_disk_does_not_take_is_no_index(tmp_path):
    """It has room for the head and for nothing else: numpy's own way of writing ends as if all were well."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (128, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            serving._write_keys(np.arange(5), tmp_path / "keys.npy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    serving._write_keys(np.arange(5), tmp_path / "keys.npy")
    assert np.load(tmp_path / "keys.npy").tolist() == [0, 1, 2, 3, 4]


def test_a_reader_of_files_that_are_replaced_reads_on(root):
    store = ColumnarObservations(root)
    blocks = store.select("FLOW/1", Selection())
    flip(root / "FLOW/1/serving/keys.npy")
    assert read(ColumnarObservations(root)) == ["34", "12"]
    assert [v for b in blocks for v in b.observations.column("OBS_VALUE").to_pylist()] == ["34", "12"]


@pytest.mark.parametrize("file", ["observations.arrow", "serving.json"])
def test_what_changed_is_made_again_too(root, structure, parquet, file):
    store = ColumnarObservations(root)
    store.save("FLOW/2", structure, parquet(TABLE.replace("34", "35")), {}, previous="FLOW/1")
    change = Change("FLOW/2", "FLOW/1", linear=True)

    def changed():
        return [v for b in store.changed(change, Selection()) for v in b.observations.column("OBS_VALUE").to_pylist()]

    assert changed() == ["35"]
    flip(root / "FLOW/2/since-1-linear" / file)
    assert changed() == ["35"]
    store.evict("FLOW/2")
    assert not list((root / "FLOW/2").glob("since*"))
    flip(root / "FLOW/2/difference.parquet")
    with pytest.raises(Broken):
        changed()


@pytest.mark.parametrize("file", ["data.parquet", "difference.parquet"])
def test_a_flipped_file_is_not_handed_out_nor_built_upon(root, file, structure, parquet):
    store = ColumnarObservations(root)
    store.file("FLOW/1", file)
    flip(root / "FLOW/1" / file)
    with pytest.raises(Broken):
        store.file("FLOW/1", file)
    if file == "data.parquet":
        store.evict("FLOW/1")
        with pytest.raises(Broken):
            store.select("FLOW/1", Selection())
        with pytest.raises(Broken):
            store.save("FLOW/2", structure, parquet(TABLE), {}, previous="FLOW/1")
        with pytest.raises(NotFound):
            store.select("FLOW/2", Selection())


def test_serving_files_of_another_release_are_not_served(root, structure, parquet):
    store = ColumnarObservations(root)
    store.save("FLOW/2", structure, parquet(TABLE.replace("34", "35")), {}, previous="FLOW/1")
    shutil.rmtree(root / "FLOW/1/serving")
    shutil.copytree(root / "FLOW/2/serving", root / "FLOW/1/serving")
    assert read(store) == ["34", "12"]


def test_evicted_serving_files_are_made_again(root):
    store = ColumnarObservations(root)
    before = {p.name: p.read_bytes() for p in (root / "FLOW/1/serving").iterdir()}
    store.evict("FLOW/1")
    assert not (root / "FLOW/1/serving").exists()
    assert list(store.verify("FLOW/1")) == []
    assert read(store) == ["34", "12"]
    assert {p.name: p.read_bytes() for p in (root / "FLOW/1/serving").iterdir()} == before


def test_a_half_written_folder_is_no_release(root):
    (root / "FLOW/2").mkdir()
    shutil.copy(root / "FLOW/1/data.parquet", root / "FLOW/2")
    store = ColumnarObservations(root)
    with pytest.raises(Broken):
        store.select("FLOW/2", Selection())
    assert len(list(store.verify("FLOW/2"))) == 1


def test_what_a_kill_left_behind_is_swept_away(root, structure, parquet):
    left = root / "FLOW/.2-abcdef.tmp"
    shutil.copytree(root / "FLOW/1", left)
    store = ColumnarObservations(root)
    with pytest.raises(NotFound):
        store.select("FLOW/2", Selection())
    store.save("FLOW/2", structure, parquet(TABLE), {})
    assert {p.name for p in (root / "FLOW").iterdir()} == {"1", "2", ".lock"}


def _die(root, structure, path, step, call):
    calls = []
    module = derived if step == "write_serving" else manifest
    original = getattr(module, step)

    def dying(*arguments):
        calls.append(1)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments)

    setattr(module, step, dying)
    ColumnarObservations(Path(root)).save("FLOW/2", structure, path, {}, "FLOW/1")


@pytest.mark.parametrize(
    ("step", "call"), [("write_flat", 1), ("difference", 1), ("write_flat", 2), ("write_serving", 1)]
)
def test_a_kill_while_saving_shows_nothing_and_blocks_nothing(root, structure, parquet, step, call):
    path = parquet(TABLE.replace("34", "35"))
    worker = multiprocessing.get_context("spawn").Process(target=_die, args=(str(root), structure, path, step, call))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert len(list((root / "FLOW").glob(".2-*.tmp"))) == 1
    store = ColumnarObservations(root)
    with pytest.raises(NotFound):
        store.select("FLOW/2", Selection())
    store.save("FLOW/2", structure, path, {}, "FLOW/1")
    assert read(store, "FLOW/2") == ["35", "12"]
    assert list((root / "FLOW").glob(".*.tmp")) == []


def test_rivals_save_one_release_once(root, structure, parquet):
    path, results = parquet(TABLE), []

    def work():
        results.append(ColumnarObservations(root).save("FLOW/2", structure, path, {}))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 4
    assert all(r == results[0] for r in results)


def test_only_so_many_releases_stay_open(root, structure, parquet):
    store = ColumnarObservations(root, opened_most=2)
    for n in range(2, 6):
        store.save(f"FLOW/{n}", structure, parquet(TABLE.replace("34", str(n))), {})
    for n in (2, 3, 4, 5, 2):
        assert read(store, f"FLOW/{n}") == [str(n), "12"]
    assert [p.parent.name for p in store._served.opened] == ["5", "2"]
