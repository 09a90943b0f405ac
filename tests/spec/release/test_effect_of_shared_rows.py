"""A row of a file that all maps read: what is kept of rules makes the answer quick, and no other."""

from __future__ import annotations

import hashlib
import re
import shutil
from unittest.mock import patch

import pytest
from examples import examples
from house import House, new_house
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shipped_catalogue import shipped_files

from greffe.catalogue.load import load
from greffe.release import effect as looked_at
from greffe.release.effect import effect

EXAMPLES = examples(5)
STATUSES = "mappings/common/statut_to_obs_status.csv"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One released dataset, of published figures: final ones (D), and some that were not communicated (NC)."""
    return new_house(tmp_path_factory.mktemp("shared") / "home", "published", "map", "released")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return shipped_files()


def with_status(files: dict[str, bytes], internal: str, target: str) -> dict[str, bytes]:
    changed, count = re.subn(
        rf"^{internal},[A-Z],", f"{internal},{target},", files[STATUSES].decode(), flags=re.MULTILINE
    )
    assert count == 1
    return {**files, STATUSES: changed.encode()}


def tried(house: House, files: dict[str, bytes]):
    return effect(house.parts, load(files), lambda what: None)


def named(findings):
    return {(f.rule, frozenset(f.key.items()), f.period) for f in findings}


def forget(house: House, pattern: str) -> None:
    for path in house.parts.settings.condensed.glob(pattern):
        path.unlink()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    internal=st.sampled_from(["D", "D", "D", "PR", "E", "NC"]),
    target=st.sampled_from(["A", "P", "E", "B", "D", "L", "M", "Q"]),
    offence=st.booleans(),
)
def test_the_quick_answer_is_that_of_a_full_run(house, files, internal, target, offence):
    """With what preparing left, with nothing kept at all, and with what that run left: one answer."""
    changed = with_status(files, internal, target)
    if offence:  # figures move as well
        table = "mappings/ESTAT/index_ssmsi_to_iccs.csv"
        changed[table] = changed[table].replace(b"SSMSI_HOMICIDE,ICCS0101,", b"SSMSI_HOMICIDE,ICCS1001,")
    quick = tried(house, changed)
    shutil.rmtree(house.parts.settings.condensed, ignore_errors=True)
    with patch.object(looked_at, "alike", lambda *_: False):  # every dataset is mapped again, whatever was decided
        full = tried(house, changed)
    assert quick == full
    assert tried(house, changed) == full


@pytest.mark.parametrize(("internal", "again"), [("E", 0), ("D", 1)])
def test_a_row_that_no_row_of_the_source_meets_is_told_at_once(house, files, internal, again):
    """No published figure is an estimate, most are final: what is mapped again is counted."""
    with patch.object(looked_at, "make", wraps=looked_at.make) as made:
        found = tried(house, with_status(files, internal, "M"))
    assert made.call_count == again
    (one,) = found.datasets
    counts = one.comparison
    assert counts.changed + counts.unchanged == house.current().observations
    assert one.changes_anything == counts.moves == bool(again)


def test_a_dataset_of_another_map_is_mapped_again(house, files):
    """Tried on files that differ from those that made the release in a row that matters: a row that meets nothing beside it
    does not hide that difference. Homicides: 15 years, count and rate."""
    table = "mappings/ESTAT/index_ssmsi_to_iccs.csv"
    moved = {**files, table: files[table].replace(b"SSMSI_HOMICIDE,ICCS0101,", b"SSMSI_HOMICIDE,ICCS1001,")}
    both = with_status(moved, "E", "M")
    (one,) = effect(house.parts, load(both), lambda what: None, before=load(moved)).datasets
    assert (one.comparison.added, one.comparison.gone) == (30, 30)


def test_findings_are_those_of_preparing_it(house, files, tmp_path):
    """Final figures become estimates: by the effect, and by a house that has that row from the start."""
    changed = with_status(files, "D", "E")
    (told,) = tried(house, changed).datasets
    folder = tmp_path / "files"
    for path, body in changed.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    other = new_house(tmp_path / "home", sdmx=folder / "sdmx", mappings=folder / "mappings")
    other.take_published()
    new = named(other.draft().findings) - named(told.dataset.findings)
    assert {rule for rule, _, _ in new} == {"QR-MAN-04"}
    assert new == named(told.findings)


def test_kept_answers_that_were_touched_are_never_read(house, files):
    """Every rule silenced by hand in what is kept: the digest does not fit, and all is asked again."""
    changed = with_status(files, "D", "E")
    first = tried(house, changed)
    (path,) = house.parts.settings.condensed.glob("*.answers")
    digest, _, body = path.read_text(encoding="utf-8").partition("\n")
    assert "QR-MAN-04" in body
    path.write_text(f"{digest}\n" + body.replace("QR-MAN-04", "QR-MAN-99"), encoding="utf-8")
    assert tried(house, changed) == first
    path.write_bytes(b"\xff\xfe")
    assert tried(house, changed) == first
    forget(house, "*.answers")
    assert tried(house, changed) == first


def test_preparing_asks_everything_again(house):
    """A draft is never made of what is kept: emptied answers that look whole change nothing in it."""
    wanted = named(house.draft().findings)
    assert any(rule == "QR-PLA-01" and ("freq", "A") in key for rule, key, _ in wanted)
    for path in house.parts.settings.condensed.glob("*.answers"):
        body = re.sub(r": \[.*?\](?=[,}])", ": []", path.read_text(encoding="utf-8").partition("\n")[2])
        path.write_text(f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}", encoding="utf-8")
    shutil.rmtree(house.parts.settings.drafts)
    assert named(house.draft().findings) == wanted
