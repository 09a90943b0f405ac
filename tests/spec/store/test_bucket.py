"""Releases in an object store: a real S3 server of other people, a line to it that is slow, torn, stale or lies, and machines
that lose their disks. No answer is ever wrong; it is late, or it is an error that says what is the matter."""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import threading
from datetime import timedelta

import pytest
from examples import examples
from house import new_house
from s3_server import credentials, new_bucket

from greffe.errors import BadDefinition, Broken, Conflict, NotFound, Refused, Unavailable
from greffe.store.base import Selection
from greffe.store.bucket import Bucket
from greffe.store.columnar import ColumnarObservations
from greffe.store.depot import LIST, Shelf
from greffe.upkeep import doctor_files

ONE = """
FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT
A    | M   | FR  | 2021        | 12        | A          | NR   |
A    | M   | FR  | 2022        | 34        | A          | NR   |
"""
OTHER = ONE.replace("34", "35")
QUICK = {"patience": timedelta(seconds=1), "retried": 1}


def values(store, name="FLOW/1"):
    return [v for block in store.select(name, Selection()) for v in block.observations["OBS_VALUE"].to_pylist()]


@pytest.fixture
def machine(tmp_path, bucket_url):
    return lambda name, **how: ColumnarObservations(tmp_path / name, depot=Bucket(bucket_url, **how))


@pytest.fixture
def lined(tmp_path, s3, line, structure, parquet):
    """A release in a bucket; machines that reach it by a line which fails on command."""
    url = new_bucket(s3)
    ColumnarObservations(tmp_path / "first", depot=Bucket(url)).save("FLOW/1", structure, parquet(ONE), {})
    line.asked.clear()
    return lambda name: ColumnarObservations(tmp_path / name, depot=Bucket(url, **QUICK))


def test_a_machine_that_lost_its_disk_reads_on(machine, structure, parquet, tmp_path):
    store = machine("a")
    saved = store.save("FLOW/1", structure, parquet(ONE), {"key": "k"})
    assert values(store) == ["12", "34"]
    shutil.rmtree(tmp_path / "a")
    assert values(machine("a")) == values(store) == ["12", "34"]
    assert machine("b").save("FLOW/1", structure, parquet(ONE), {"key": "k"}) == saved


def test_objects_lie_under_their_names_for_whoever_reads_parquet(
    machine, structure, parquet, bucket, bucket_url, tmp_path
):
    """The truth is in the bucket as it is on the disk, with a list; nothing derived is."""
    machine("a").save("FLOW/1", structure, parquet(ONE), {})
    names = {name for name, _ in bucket.names("releases")}
    assert names == {
        f"releases/FLOW/1/{f}" for f in ("data.parquet", "difference.parquet", "manifest.json", "manifest.sha256", LIST)
    }
    body = b"".join(bucket.pieces("releases/FLOW/1/data.parquet"))
    assert body == (tmp_path / "a/FLOW/1/data.parquet").read_bytes()
    listed = json.loads(b"".join(bucket.pieces(f"releases/FLOW/1/{LIST}")))
    assert listed["data.parquet"] == [hashlib.sha256(body).hexdigest(), len(body)]


def test_one_name_has_one_content_whatever_machine_is_faster(machine, structure, parquet):
    machine("a").save("FLOW/1", structure, parquet(ONE), {})
    b = machine("b")
    with pytest.raises(Conflict):
        b.save("FLOW/1", structure, parquet(OTHER), {})
    assert values(b) == ["12", "34"]


def test_two_machines_at_the_same_moment(machine, structure, parquet):
    """Eight of them save one of two contents under one name: those of one content succeed, all others are told."""
    tables = [parquet(ONE), parquet(OTHER)]
    told, start = {}, threading.Barrier(8)

    def save(n):
        store = machine(f"m{n}")
        start.wait()
        try:
            store.save("FLOW/1", structure, tables[n % 2], {})
            told[n] = "saved"
        except Conflict:
            told[n] = "conflict"

    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    winners = {n % 2 for n, said in told.items() if said == "saved"}
    assert len(winners) == 1
    assert told == {n: "saved" if n % 2 in winners else "conflict" for n in range(8)}
    assert values(machine("reader")) == (["12", "34"] if winners == {0} else ["12", "35"])


def test_what_a_kill_left_half_uploaded_is_no_release_and_is_completed(machine, structure, parquet, bucket):
    store = machine("a")
    store.save("FLOW/1", structure, parquet(ONE), {})
    bucket.remove(["releases/FLOW/1/data.parquet", "releases/FLOW/1/manifest.json"])
    with pytest.raises(NotFound):
        values(machine("b"))
    store.save("FLOW/1", structure, parquet(ONE), {})
    assert values(machine("b")) == ["12", "34"]


def test_a_number_that_a_kill_burnt_is_no_place_for_another_content(machine, structure, parquet, bucket):
    machine("a").save("FLOW/1", structure, parquet(ONE), {})
    bucket.remove(["releases/FLOW/1/data.parquet"])
    c = machine("c")
    with pytest.raises(Conflict):
        c.save("FLOW/1", structure, parquet(OTHER), {})
    c.save("FLOW/2", structure, parquet(OTHER), {})
    assert values(machine("b"), "FLOW/2") == ["12", "35"]


@pytest.mark.parametrize("file", ["data.parquet", "manifest.json", "manifest.sha256"])
@pytest.mark.parametrize("how", ["gone", "other bytes"])
def test_a_damaged_disk_is_mended_from_the_bucket(machine, structure, parquet, tmp_path, file, how, caplog):
    machine("a").save("FLOW/1", structure, parquet(ONE), {})
    b = machine("b")
    b.file("FLOW/1", "data.parquet")
    place = tmp_path / "b/FLOW/1" / file
    if how == "gone":
        place.unlink()
    else:
        place.write_bytes(b"abc" + place.read_bytes()[3:])
    assert values(machine("b")) == ["12", "34"]
    b.file("FLOW/1", file if file != "manifest.sha256" else "manifest.json")
    assert list(b.verify("FLOW/1")) == []
    assert "Taken again from the depot" in caplog.text


def test_bytes_that_are_not_what_was_written_are_never_served(lined, line, tmp_path):
    def flipped(method, path, body):
        return body[:-1] + bytes([body[-1] ^ 1]) if path.endswith("data.parquet") else None

    line.fault = flipped
    with pytest.raises(Broken, match="not what was written"):
        values(lined("b"))
    assert not (tmp_path / "b/FLOW/1").exists()
    line.fault = lambda *_: None
    assert values(lined("b")) == ["12", "34"]


def test_one_wrong_answer_is_asked_for_again(lined, line):
    left = [1]

    def once(method, path, body):
        if path.endswith("data.parquet") and left:
            left.pop()
            return body[: len(body) // 2]
        return None

    line.fault = once
    assert values(lined("b")) == ["12", "34"]
    assert not left


def test_a_list_that_is_none_is_said(lined, line):
    line.fault = lambda _method, path, _body: b'{"data.parquet": 7}' if path.endswith(LIST) else None
    with pytest.raises(Broken):
        values(lined("b"))


def test_a_torn_line_is_no_answer(lined, line, tmp_path):
    line.cut = True
    with pytest.raises(Unavailable):
        values(lined("b"))
    assert not list((tmp_path / "b").glob("FLOW/1*"))
    line.cut = False
    assert values(lined("b")) == ["12", "34"]


def test_a_store_that_has_not_heard_of_it_yet_makes_it_late(lined, line):
    line.fault = lambda method, _path, _body: 404 if method == "GET" else None
    b = lined("b")
    with pytest.raises(NotFound):
        values(b)
    line.fault = lambda *_: None
    assert values(b) == ["12", "34"]


@pytest.mark.parametrize("how", ["down", "slow", "500", "503"])
def test_a_store_that_does_not_answer_is_said_in_bounded_time(lined, line, how):
    if how == "down":
        line.down = True
    elif how == "slow":
        line.delay = 3
    else:
        line.fault = lambda *_: int(how)
    with pytest.raises(Unavailable, match="does not answer"):
        values(lined("b"))
    line.down, line.delay, line.fault = False, 0, lambda *_: None
    assert values(lined("b")) == ["12", "34"]


def test_what_was_read_once_needs_no_store(lined, line):
    b = lined("b")
    assert values(b) == ["12", "34"]
    line.down = True
    assert values(b) == ["12", "34"]


def test_a_store_that_refuses_is_said_without_its_secrets(lined, line, caplog):
    line.fault = lambda *_: 403
    with pytest.raises(Refused, match="refuses us") as found:
        values(lined("b"))
    assert "s3cret-of-tests" not in found.value.text() + caplog.text


def test_nothing_is_acknowledged_that_is_not_in_the_store(lined, line, structure, parquet):
    line.down = True
    b = lined("b")
    with pytest.raises(Unavailable):
        b.save("FLOW/2", structure, parquet(OTHER), {})
    line.down = False
    b.save("FLOW/2", structure, parquet(OTHER), {})
    assert values(lined("c"), "FLOW/2") == ["12", "35"]


def test_verify_reads_what_lies_in_the_store(machine, structure, parquet, bucket, tmp_path):
    store = machine("a")
    store.save("FLOW/1", structure, parquet(ONE), {})
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"other bytes")
    bucket.put("releases/FLOW/1/data.parquet", wrong)
    bucket.remove(["releases/FLOW/1/difference.parquet"])
    faults = list(store.verify("FLOW/1"))
    assert len(faults) == 2
    assert all("releases/FLOW/1/d" in f for f in faults)


def test_a_machine_keeps_no_more_than_it_needs(machine, structure, parquet, bucket, tmp_path):
    """What is evicted is gone from the disk and comes back when it is asked for; nothing is fetched to be weighed; what the
    bucket has not whole stays."""
    a, b = machine("a"), machine("b")
    a.save("FLOW/1", structure, parquet(ONE), {})
    assert b.footprint("FLOW/1").truth == 0
    assert b.evict("FLOW/1") == 0
    assert not (tmp_path / "b/FLOW/1").exists()
    size = sum(p.stat().st_size for p in (tmp_path / "a/FLOW/1").rglob("*") if p.is_file())
    assert a.evict("FLOW/1") == size
    assert not (tmp_path / "a/FLOW/1").exists()
    assert values(a) == ["12", "34"]
    bucket.remove(["releases/FLOW/1/data.parquet"])
    a.evict("FLOW/1")
    assert (tmp_path / "a/FLOW/1/data.parquet").is_file()
    assert values(a) == ["12", "34"]


@pytest.mark.parametrize("honest", [True, False])
def test_the_doctor_tries_whether_a_name_is_given_once(tmp_path, bucket_url, monkeypatch, honest):
    parts = new_house(tmp_path / "home", files=bucket_url).parts
    if not honest:
        monkeypatch.setattr(Bucket, "put_new", lambda self, name, content: True)
    found = list(doctor_files.bucket(parts))
    assert [f.hint != "" for f in found] == ([] if honest else [True])
    assert not list(Bucket(bucket_url).names("doctor"))


def test_no_bucket_and_no_address(s3, tmp_path, monkeypatch, structure, parquet):
    credentials(monkeypatch, s3)
    store = ColumnarObservations(tmp_path / "a", depot=Bucket("s3://greffe-nowhere/x"))
    with pytest.raises(Refused, match="no bucket"):
        store.save("FLOW/1", structure, parquet(ONE), {})
    for wrong in ("", "bucket", "ftp://b/x", "s3://", "s3://key:secret@b", "s3://b?x=1"):
        with pytest.raises(BadDefinition, match="no address of a bucket"):
            Bucket(wrong)


def test_names_that_lead_elsewhere_are_none(bucket, tmp_path):
    for wrong in ("../x", "a/../b", "/a", "a//b", "a b", ""):
        with pytest.raises(NotFound):
            Shelf(tmp_path, bucket, "extracts").bring(wrong)


def _killed(url, root, where, path, structure):
    store = ColumnarObservations(root, depot=Bucket(url))
    original = Bucket.put
    left = [where]

    def put(self, name, file):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        original(self, name, file)

    Bucket.put = put
    store.save("FLOW/1", structure, path, {})


@pytest.mark.parametrize("where", range(0, 4, examples(3, 1)))
def test_killed_between_any_two_uploads(machine, structure, parquet, tmp_path, bucket_url, where):
    """A machine that dies in the middle leaves nothing that another one reads as a release; it ends what it began when it is
    back, and meanwhile others take the next number."""
    path = parquet(ONE)
    process = multiprocessing.get_context("spawn").Process(
        target=_killed, args=(bucket_url, tmp_path / "a", where, path, structure)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -9
    with pytest.raises(NotFound):
        values(machine("b"))
    with pytest.raises(Conflict):
        machine("b").save("FLOW/1", structure, parquet(OTHER), {})
    machine("a").save("FLOW/1", structure, path, {})
    assert values(machine("b")) == ["12", "34"]
