"""Backups that nobody of ours wrote: check and restore refuse them alike, in one line, and no house is made."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from house import House, new_house
from journey_tools import inside

from greffe.errors import Broken, Refused
from greffe.store.schema import newest_schema
from greffe.upkeep.backup import back_up, packed
from greffe.upkeep.manifest import Kept, Manifest
from greffe.upkeep.places import lists, writing_to


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    found = new_house(tmp_path_factory.mktemp("crafted") / "home", "published", "map", "released")
    found.parts.access.set_password("hanna", "a row of a table that the first schema has not")
    return found


@pytest.fixture
def backup(house: House, tmp_path: Path) -> Iterator[Manifest]:
    """Of one in the folder `backups` and in `one.tar`."""
    back_up(house.parts, writing_to(str(tmp_path / "one.tar")), keys=False, damaged=False, tell=lambda *_: None)
    made = back_up(house.parts, writing_to(str(tmp_path / "backups")), keys=False, damaged=False, tell=lambda *_: None)
    yield made.manifest


def refused(place: Path, home: Path, said: str, code: int = Broken.exit_code) -> None:
    """By both, in one line with that code; nothing is made."""
    for words in (("backup", "check"), ("restore",)):
        done = inside(home, *words, str(place))
        assert (done.code, len(done.err.splitlines())) == (code, 1), done.err + done.out
        assert said in done.err, done.err
    assert not (home / "register.db").exists() or (home / "restoring.json").exists()


@pytest.mark.parametrize("size", [1 << 62, (1 << 63) - 1, 1 << 64])
@pytest.mark.parametrize("member", [0, 5, -1])
def test_a_length_that_no_file_has(backup: Manifest, tmp_path: Path, member: int, size: int):
    body = bytearray((tmp_path / "one.tar").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        found = tar.getmembers()[member]
    header = tarfile.TarInfo(found.name)
    header.size = size
    body[found.offset : found.offset + 512] = header.tobuf(tarfile.GNU_FORMAT)[:512]
    (tmp_path / "other.tar").write_bytes(body)
    refused(tmp_path / "other.tar", tmp_path / "home", "other.tar: It is no backup, or not a whole one.")


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
@pytest.mark.parametrize(("size", "times"), [(0, 5_000), (1 << 62, 2)])
def test_headers_without_end(tmp_path: Path, kind: bytes, size: int, times: int):
    """Each says that the next one belongs to it, or that it has a name that no memory holds."""
    one = tarfile.TarInfo("x")
    one.type, one.size = kind, size
    (tmp_path / "other.tar").write_bytes(one.tobuf(tarfile.GNU_FORMAT)[:512] * times)
    refused(tmp_path / "other.tar", tmp_path / "home", "other.tar: It is no backup, or not a whole one.")


def test_a_list_that_goes_too_deep(backup: Manifest, tmp_path: Path):
    lists(tmp_path / "backups")[0].write_bytes(b"[" * 200_000)
    refused(tmp_path / "backups", tmp_path / "home", "The list of the backup is not what was written.")


def other(backup: Manifest, folder: Path, **changes: object) -> None:
    """The list, sealed anew by who wrote it."""
    for one in lists(folder):
        one.unlink()
    changed = replace(backup, **changes)  # type: ignore[arg-type]
    (folder / f"{changed.name}.backup.json").write_bytes(changed.written())


def test_a_piece_of_the_register_that_goes_too_deep(backup: Manifest, tmp_path: Path):
    body = b"".join(packed([b"[" * 200_000 + b"\n"]))
    sha = hashlib.sha256(body).hexdigest()
    place = tmp_path / "backups" / "objects" / sha[:2] / sha
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(body)
    other(backup, tmp_path / "backups", register=(Kept("register/1-1.jsonl.gz", sha, len(body)),))
    refused(tmp_path / "backups", tmp_path / "home", "It is damaged or written otherwise.")


@pytest.mark.parametrize("schema", ["", "base", "head", "heads", "-1", "+1", "../x", "é", "0000", "0001", "0001\n"])
def test_a_schema_that_it_cannot_be_at(backup: Manifest, tmp_path: Path, schema: str):
    """None, one by a name that only the tool of migrations knows, and one whose tables do not take what is there."""
    other(backup, tmp_path / "backups", schema=schema)
    said = (
        "It is damaged or written otherwise." if schema == "0001" else "The list of the backup is not what was written."
    )
    refused(tmp_path / "backups", tmp_path / "home", said)


def test_a_schema_of_a_newer_version(backup: Manifest, tmp_path: Path):
    other(backup, tmp_path / "backups", schema=f"{int(newest_schema()) + 1:04}")
    refused(tmp_path / "backups", tmp_path / "home", "Use the newer version.", Refused.exit_code)
    assert not (tmp_path / "home").exists()
