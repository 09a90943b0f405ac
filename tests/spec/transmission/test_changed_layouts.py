"""A questionnaire that its recipient lays out otherwise by now does not leave as it was signed: it waits, and is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from house import FIRST, SECOND
from journey_tools import ROOT, run
from questionnaires import SENDER, Desk, desk_at
from site_tools import copied

from greffe.errors import Refused
from greffe.model.transmissions import Transmission
from greffe.release.waiting import waiting_for
from greffe.transmission.building import approve, cancel
from greffe.transmission.channels.channel import Options
from greffe.transmission.plan import plans
from greffe.transmission.sending import send
from greffe.transmission.tasks import answers

Edit = Callable[[str], str]
CEPEJ = "CEPEJ/questionnaires/cepej.yaml"
ASKED = "- cells: {QUESTION: [Q15_2], PART: [T], UNIT: [COUNT]}\n        type: text"


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    found = desk_at(copied(demo_home, tmp_path_factory.mktemp("layouts") / "var"))
    out = found.parts.settings.home / "out"
    out.mkdir()
    (found.parts.settings.home / "channels.toml").write_text(
        f'[cepej]\nkind = "folder"\npath = "{out}"\n[cepej-test]\nkind = "folder"\npath = "{out}"\n'
    )
    return found


def signed(desk: Desk, delivery: str = "CEPEJ_CYCLE", year: int = 2024) -> Transmission:
    one = desk.built(delivery, year)
    for person in (FIRST, SECOND):
        approve(desk.parts, person, one.id)
    return one


def laid_out(desk: Desk, folder: Path, edit: Edit = str) -> None:
    """In force: the shipped mappings with that questionnaire otherwise. What was in force before is no proposal: each differs."""
    shutil.copytree(ROOT / "mappings", folder)
    place = folder / CEPEJ
    text = edit(place.read_text(encoding="utf-8"))
    assert edit is str or text != place.read_text(encoding="utf-8")
    place.write_text(f"# {folder}\n{text}", encoding="utf-8")
    desk.edited(folder)


def replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


def out_of(desk: Desk) -> list[str]:
    return sorted(p.name for p in (desk.parts.settings.home / "out").iterdir() if p.name[0] != ".")


def channels(desk: Desk) -> dict[str, Options]:
    path = str(desk.parts.settings.home / "out")
    return {n: Options(n, "channels.toml", {"kind": "folder", "path": path}) for n in ("cepej", "cepej-test")}


def test_another_layout_keeps_it_here(desk: Desk, tmp_path: Path):
    """Of cells that came or are gone, of a figure without a cell, of a question of another type, of a heading, of a word."""
    one = signed(desk)
    for n, (edit, told) in enumerate(
        (
            (replaced("[APPR, IMPL]", "[T, APPR, IMPL]"), "Gone: 0; new: 1."),
            (replaced("[CRIM, OTHER]", "[CRIM]"), "Gone: 1; new: 0."),
            (replaced("[APPR, IMPL]", "[APPR]"), "no cell by now for figures of CEPEJ_RESOURCES (1)"),
            (
                replaced(ASKED, ASKED.replace("type: text", "type: yes_no")),
                "CEPEJ asks CEPEJ_RESOURCES__Q15_2__T__COUNT__2024",
            ),
            (replaced('en: "General, budget', 'en: "Budget'), "another layout of CEPEJ"),
            (replaced('word: "NAP"', 'word: "N.A.P."'), "does not leave"),
        )
    ):
        laid_out(desk, tmp_path / str(n), edit)
        with pytest.raises(Refused) as error:
            send(desk.parts, SENDER, one.id, channels(desk))
        assert told in error.value.text(), told
        assert "Cancel it, and build another one." in error.value.text()
    now = desk.parts.ledger().transmission(one.id)
    assert (now.state, now.attempts, out_of(desk)) == ("approved", (), [])
    assert cancel(desk.parts, SENDER, one.id, "It is laid out otherwise.").state == "cancelled"


def test_the_command_and_the_unattended_run_tell_it(desk: Desk, tmp_path: Path):
    """It fails as what somebody is to look at, by its name: jobs alert on that. Where
    it is what it was again, it leaves: how sure somebody is of the layout changes nothing of it."""
    laid_out(desk, tmp_path / "before")
    one, home = signed(desk), desk.parts.settings.home
    laid_out(desk, tmp_path / "after", replaced("[CRIM, OTHER]", "[CRIM]"))
    french = run(home, "--lang", "fr", "transmissions", "send", one.id, "--as", SENDER.name)
    assert french.code == 3
    assert "a été établi pour d’autres cellules de CEPEJ que celles qui sont demandées" in french.err
    assert "la première\N{NO-BREAK SPACE}: CEPEJ_RESOURCES__Q16__OTHER__COUNT__2024" in french.err
    unattended = run(home, "transmissions", "run", "--test", "--until", "2026-01-01", "--as", SENDER.name, "--json")
    assert unattended.code == 3
    assert {d["transmission"]: d["what"] for d in json.loads(unattended.out)["done"]}[one.id] == "not sent"
    assert (desk.parts.ledger().transmission(one.id).state, out_of(desk)) == ("approved", [])
    laid_out(desk, tmp_path / "again", replaced("confidence: recalled-low", "confidence: recalled"))
    assert send(desk.parts, SENDER, one.id, channels(desk)).transmission.state == "sent"
    assert len(out_of(desk)) == len(one.files)


def test_a_layout_without_a_place_for_what_is_released_holds_up_that_delivery_alone(desk: Desk, tmp_path: Path):
    """Its plan says which figure has no cell, in both languages; the plans of the others, and what people are to do, are as before."""
    laid_out(desk, tmp_path / "before")
    before = [p.id for p in plans(desk.parts, date(2027, 1, 1), test=True)]
    laid_out(desk, tmp_path / "after", replaced("[APPR, IMPL]", "[APPR]"))
    after = {p.id: p for p in plans(desk.parts, date(2027, 1, 1), test=True)}
    assert list(after) == before
    (held,) = (p for p in after.values() if p.delivery == "CEPEJ_CYCLE" and p.year == 2024)
    (told,) = (o for o in held.obstacles if o.code == "no_cell")
    cell = "A.Q15_1.IMPL.T.EUR.FRA 2024"
    assert told.said() == (
        f"CEPEJ_RESOURCES: the questionnaire CEPEJ has no cell for figures that are released (1); the first: {cell}. "
        "Give them a row in mappings/CEPEJ/questionnaires/cepej.yaml."
    )
    assert f"n’a pas de cellule pour des chiffres diffusés (1) ; le premier : {cell}." in told.said("fr")
    tasks = [t.subject for t in waiting_for(desk.parts, SENDER, [answers])]
    assert tasks
    assert not [s for s in tasks if s.startswith("CEPEJ ")]
