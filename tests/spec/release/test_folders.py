"""A folder that was exported a while ago: what its owner edited is proposed, what others changed since stays theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from house import AUTHOR, FIRST
from journey_tools import inside as run
from small_catalogue import LEGS, SEXES, STATUSES, files
from small_house import NOON, OTHER, effective, held, small_house

from greffe.errors import BadInput, BadQuery, Refused
from greffe.release.definitions import EXPORTED, export_folders
from greffe.release.folders import propose_folders, settled
from greffe.release.proposals import propose


def said(path: str, reason: str) -> bytes:
    """The shipped file with a reason in its last row."""
    head, _, last = files()[path].decode().rstrip("\n").rpartition("\n")
    cells = last.split(",")
    return "\n".join((head, ",".join((*cells[:-2], reason, cells[-1])), "")).encode()


@pytest.fixture
def old(tmp_path):
    """A house, and a folder that was exported before two files of it were changed."""
    parts = small_house(tmp_path / "house")
    folder = tmp_path / "work"
    export_folders(parts, folder)
    first = effective(parts, {SEXES: said(SEXES, "Asked.")}, OTHER)
    second = effective(parts, {LEGS: said(LEGS, "Asked.")}, OTHER)
    return parts, folder, first, second


def proposed(parts, folder, told=None):
    tell = (lambda line: None) if told is None else told.append
    return propose_folders(parts, AUTHOR, folder / "sdmx", folder / "mappings", "mine", tell=tell)


@pytest.mark.parametrize("noted", [True, False])
def test_an_old_folder_does_not_put_back_what_others_changed(old, noted):
    """One file is edited, two are as they once were: the first alone is proposed, the others are told; with the note that
    the export left and without it."""
    parts, folder, first, second = old
    if not noted:
        (folder / EXPORTED).unlink()
    (folder / STATUSES).write_bytes(said(STATUSES, "Mine."))
    told: list[str] = []
    made = proposed(parts, folder, told)
    assert made is not None
    assert list(made.files) == [STATUSES]
    assert sorted(told) == [
        f"{LEGS} is as it was until {second.id} of gaelle, effective 2026-11-24: left alone.",
        f"{SEXES} is as it was until {first.id} of gaelle, effective 2026-11-24: left alone.",
    ]
    assert held(parts, SEXES) == said(SEXES, "Asked.")


def test_an_untouched_old_folder_proposes_nothing(old):
    parts, folder, *_ = old
    assert proposed(parts, folder) is None


def test_what_was_edited_in_an_old_folder_and_changed_by_another_is_refused_with_who_did(old):
    parts, folder, first, _ = old
    (folder / SEXES).write_bytes(said(SEXES, "Mine."))
    with pytest.raises(Refused, match=f"{SEXES} by {first.id} of gaelle") as refused:
        proposed(parts, folder)
    assert "Export into a new folder" in refused.value.text()
    (folder / SEXES).unlink()  # removed is edited, too
    with pytest.raises(Refused, match=first.id):
        proposed(parts, folder)


def test_with_a_fresh_export_or_a_file_that_is_named_one_goes_back_on_purpose(old, tmp_path):
    """The same old content is an edit where it stands in a folder of today, and where somebody names the file."""
    parts, *_ = old
    fresh = tmp_path / "fresh"
    export_folders(parts, fresh)
    (fresh / SEXES).write_bytes(files()[SEXES])
    made = proposed(parts, fresh)
    assert made is not None
    assert list(made.files) == [SEXES]
    again = settled(parts, {SEXES: files()[SEXES]}, tmp_path, named=True)
    assert (list(again.files), again.left_alone) == ([SEXES], ())
    assert list(settled(parts, {SEXES: files()[SEXES]}, tmp_path).files) == []


def test_a_note_of_another_house_says_nothing_and_one_that_is_broken_is_told(old):
    parts, folder, *_ = old
    (folder / EXPORTED).write_text('{"catalogue": "other", "files": {}}')
    (folder / SEXES).write_bytes(said(SEXES, "Mine."))
    made = proposed(parts, folder)
    assert made is not None
    assert list(made.files) == [SEXES]
    for broken in ("{", "[]", '{"files": 1}'):
        (folder / EXPORTED).write_text(broken)
        with pytest.raises(BadInput, match="not what greffe export wrote"):
            proposed(parts, folder)


def test_a_day_that_is_past_is_refused_and_today_in_paris_is_not(tmp_path):
    """At 23:30 UTC it is tomorrow in Paris: the day of UTC lies in the past there."""
    parts = small_house(tmp_path)
    today = NOON.date()
    wanted = {SEXES: said(SEXES, "Mine.")}
    with pytest.raises(BadQuery, match="2026-11-23 lies in the past"):
        propose(parts, AUTHOR, wanted, "mine", today - timedelta(days=1))
    assert propose(parts, AUTHOR, wanted, "mine", today).effective_from == "2026-11-24"
    parts.clock.forward(hours=11, minutes=30)
    with pytest.raises(BadQuery, match="2026-11-24 lies in the past"):
        propose(parts, AUTHOR, wanted, "mine", today)
    assert propose(parts, AUTHOR, wanted, "mine", today + timedelta(days=1)).effective_from == "2026-11-25"
    assert len(parts.ledger().definitions.proposals) == 2


def test_on_the_command_line(old, monkeypatch):
    """`greffe propose FOLDER` and `greffe effect FOLDER` leave the same files alone and say so."""
    parts, folder, first, second = old
    settings = parts.settings
    monkeypatch.setenv("GREFFE_SDMX", str(settings.sdmx))
    monkeypatch.setenv("GREFFE_MAPPINGS", str(settings.mappings))
    looked = run(settings.home, "effect", str(folder))
    assert looked.code == 0, looked.err
    assert "nothing would change" in looked.out
    assert f"{SEXES} is as it was until {first.id}" in " ".join(looked.err.split())
    (folder / STATUSES).write_bytes(said(STATUSES, "Mine."))
    made = run(settings.home, "propose", str(folder), "--as", AUTHOR.name, "--reason", "mine", "--json")
    assert made.code == 0, made.err
    assert made.json()["files"] == [STATUSES]
    assert [line.split(" of ")[0] for line in sorted(made.json()["left_alone"])] == [
        f"{LEGS} is as it was until {second.id}", f"{SEXES} is as it was until {first.id}",
    ]  # fmt: skip
    (folder / SEXES).write_bytes(said(SEXES, "Mine."))
    for what in (folder, folder / SEXES):
        refused = run(settings.home, "propose", str(what), "--as", AUTHOR.name, "--reason", "mine")
        assert refused.code == Refused.exit_code
        assert f"{SEXES} by {first.id} of gaelle" in " ".join(refused.err.split())
    absent = run(settings.home, "propose", str(folder / "no"), "--as", FIRST.name, "--reason", "x")
    assert "does not exist" in absent.err
