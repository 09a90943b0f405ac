"""What a release changes of published figures is declared and held to the policy; why is told to everybody, beside them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import FLOW, PUBLISHED, RELEASER, House, new_house
from journey_tools import inside
from openpyxl import load_workbook

from greffe.app import create_app
from greffe.catalogue.policies.read import read_policies
from greffe.catalogue.policies.revisions import policy_for
from greffe.errors import BadDefinition, BadQuery, Refused
from greffe.model.calendar import Words
from greffe.release.lifecycle import withdraw
from greffe.release.releasing import Terms, make_releases

WHY = Words("Two reports were counted twice.", "Deux signalements étaient comptés deux fois.")
# Of 2008: 975 homicides, of 2022: 821, in the sample; the shipped policy plans changes of the last year and the one before.
LINES = (PUBLISHED / "ssmsi_infractions.csv").read_text(encoding="utf-8").splitlines()


def late(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    """An extract with later versions of some rows: text in the sample, and what stands there now."""
    rows = [next(x for x in LINES if old in x).replace(old, new).replace(",D,,1,", ",R,,2,") for old, new in changes]
    path = tmp_path / f"{name}.csv"
    path.write_text("\n".join([LINES[0], *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = new_house(tmp_path / "home", "published", "map", "released")
    made.clock.forward(days=1)
    return made


def signed(house: House, extract: Path) -> str:
    house.take(extract, "INT_SSMSI")
    draft = house.draft(reason=extract.stem)
    house.sign(draft)
    return draft.id


def test_a_change_that_is_not_declared_is_refused_with_what_would_be_legitimate(house, tmp_path):
    """975 → 977 in 2008; the rate of 2008 changes with it: 975 / 64.007 million is 1.523 per 100,000, 977 is 1.526."""
    draft = signed(house, late(tmp_path, "old", (",975,", ",977,")))
    with pytest.raises(
        Refused, match=r"2 published values of 2008 change against ESTAT_CRIM_OFF_CAT#1, and no revision"
    ) as refused:
        make_releases(house.parts, RELEASER, [draft], Terms())
    assert "revisions of 2021 and later are planned" in refused.value.hint
    assert "--revision correction" in refused.value.hint
    with pytest.raises(Refused, match="which is not planned"):
        make_releases(house.parts, RELEASER, [draft], Terms(revision="planned"))
    for reason in (Words(), Words("Only English.")):
        with pytest.raises(BadQuery, match="in both languages"):
            make_releases(house.parts, RELEASER, [draft], Terms(revision="correction", reason=reason))
    with pytest.raises(BadQuery) as unknown:
        make_releases(house.parts, RELEASER, [draft], Terms(revision="corection"))
    assert unknown.value.nearest[0] == "correction"
    made = make_releases(house.parts, RELEASER, [draft], Terms(revision="correction", reason=WHY))[0]
    assert (made.vintage, made.replaces, made.revision) == ("2022-E2", f"{FLOW}#1", "correction")


def test_a_change_of_the_last_two_years_is_planned_and_no_change_is_none(house, tmp_path):
    draft = signed(house, late(tmp_path, "new", (",821,", ",830,")))
    with pytest.raises(Refused, match="no revision is declared") as refused:
        make_releases(house.parts, RELEASER, [draft], Terms())
    assert refused.value.hint.startswith("--revision planned")
    assert make_releases(house.parts, RELEASER, [draft], Terms(revision="planned"))[0].revision == "planned"
    house.clock.forward(seconds=6)
    same = house.draft(reason="the same figures again")
    house.sign(same)
    with pytest.raises(Refused, match="No published value changes"):
        make_releases(house.parts, RELEASER, [same.id], Terms(revision="planned"))
    assert make_releases(house.parts, RELEASER, [same.id], Terms())[0].vintage == "2022-E3"


def test_what_is_released_keeps_its_kind(house, tmp_path):
    """The same draft again is the same release (D4), with its kind or without; with another kind it is refused by name."""
    draft = signed(house, late(tmp_path, "new", (",821,", ",830,")))
    made = make_releases(house.parts, RELEASER, [draft], Terms(revision="planned"))
    assert make_releases(house.parts, RELEASER, [draft], Terms(revision="planned")) == made
    assert make_releases(house.parts, RELEASER, [draft], Terms()) == made
    head = house.parts.register.head()
    with pytest.raises(Refused, match=f"{FLOW}#2 is made of this draft as revision planned") as refused:
        make_releases(house.parts, RELEASER, [draft], Terms(revision="correction", reason=WHY))
    assert refused.value.parameter == "--revision"
    first = house.parts.ledger().release(f"{FLOW}#1").draft
    with pytest.raises(Refused, match=f"{FLOW}#1 is made of this draft and is no revision"):
        make_releases(house.parts, RELEASER, [first], Terms(revision="planned"))
    assert house.parts.register.head() == head


def test_the_reason_stands_beside_the_figures(house, tmp_path):
    """In the header Link, the message's Source, the workbook's read-me sheet, the JSON of series, the list of releases."""
    draft = signed(house, late(tmp_path, "old", (",975,", ",977,")))
    client = TestClient(create_app(house.parts))
    told = f'</api/v1/releases/{FLOW}/2>; rel="describedby"'
    assert "/releases/" not in client.get(f"/sdmx/v1/data/{FLOW}").headers["link"]
    made = make_releases(house.parts, RELEASER, [draft], Terms(revision="correction", reason=WHY))[0]
    house.clock.forward(seconds=6)
    answer = client.get(f"/sdmx/v1/data/{FLOW}", headers={"Accept-Language": "fr"})
    assert answer.headers["link"].split(", ")[0] == told
    assert f"{FLOW}#2; correction : {WHY.fr}" in answer.text
    book = load_workbook(io.BytesIO(client.get(f"/sdmx/v1/data/{FLOW}?format=xlsx&lang=fr").content))
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows(max_row=20) for c in row]
    assert any(WHY.fr in text for text in cells)
    assert client.get(f"/api/v1/series/{FLOW}?lang=en").json()["notice"] == f"correction: {WHY.en}"
    page = client.get(f"/api/v1/releases/{FLOW}/2").json()
    assert (page["vintage"], page["replaces"], page["revision"]) == ("2022-E2", f"{FLOW}#1", "correction")
    assert page["notices"] == {"en": WHY.en, "fr": WHY.fr}
    withdraw(house.parts, RELEASER, str(made), "It was wrong.", "C’était faux.")
    back = client.get(f"/sdmx/v1/data/{FLOW}")
    assert back.headers["release"] == f"{FLOW}#1"
    assert back.headers["link"].split(", ")[0] == told
    page = client.get(f"/api/v1/releases/{FLOW}/2").json()
    assert (page["state"], page["withdrawal"]) == ("withdrawn", {"en": "It was wrong.", "fr": "C’était faux."})
    withdraw(house.parts, RELEASER, f"{FLOW}#1", "All of it.", "Tout.")
    gone = client.get(f"/sdmx/v1/data/{FLOW}")
    assert gone.status_code == 404
    assert f"{FLOW}#2 was withdrawn: It was wrong / C’était faux." in gone.text


def test_a_release_that_was_withdrawn_before_its_hour_is_told_nobody(house, tmp_path):
    draft = signed(house, late(tmp_path, "old", (",975,", ",977,")))
    at = house.clock().replace(year=2027)
    made = make_releases(house.parts, RELEASER, [draft], Terms(at, revision="correction", reason=WHY))[0]
    withdraw(house.parts, RELEASER, str(made), "It was wrong.", "C’était faux.")
    client = TestClient(create_app(house.parts))
    assert "/releases/" not in client.get(f"/sdmx/v1/data/{FLOW}").headers["link"]
    assert client.get(f"/api/v1/releases/{FLOW}/2").status_code == 404


def test_on_the_command_line_a_withdrawal_has_its_reason_in_both_languages(house):
    home = house.parts.settings.home
    said = ("withdraw", f"{FLOW}#1", "--as", "farid", "--reason", "Wrong.")
    refused = inside(home, *said)
    assert (refused.code, "--reason-fr" in refused.err) == (2, True), refused.err
    assert inside(home, *said, "--reason-fr", "Faux.").code == 0


def test_the_shipped_policy():
    """As `release.md` of the domain has it: the record is final after N+2, the civil register one year back, prison for
    errors only."""
    file = "mappings/policies/revisions.csv"
    content = (Path(__file__).resolve().parents[3] / file).read_bytes()
    policies = read_policies({file: content}).revisions
    found = {
        flow: policy_for(flow, policies).planned_years
        for flow in ("ESTAT_CRIM_JUST_SEX", "CEPEJ_CASES", "ESTAT_CRIM_PRIS_CAP", "UNODC_CTS_PROSECUTION", FLOW)
    }
    assert found == {
        "ESTAT_CRIM_JUST_SEX": 2, "CEPEJ_CASES": 1, "ESTAT_CRIM_PRIS_CAP": None, "UNODC_CTS_PROSECUTION": 1, FLOW: 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("X_*,-1,,recalled,r,", "planned_years"),
        ("X_*,1,five,recalled,r,", "most_percent"),
        ("X_*,1,,sure,r,", "confidence"),
        ("X_*,1,,recalled,,", "reason"),
    ],
)
def test_a_row_of_the_policy_that_cannot_be_read(row, column):
    file = "mappings/policies/revisions.csv"
    head = "flows,planned_years,most_percent,confidence,reason,reference\n"
    with pytest.raises(BadDefinition) as refused:
        read_policies({file: f"{head}{row}\n".encode()})
    assert (refused.value.file, refused.value.row, refused.value.column) == (file, 2, column)


def test_of_two_that_go_out_together_the_one_that_changes_is_the_revision(house, tmp_path):
    """The other one is new: it has nothing to revise, and no notice."""
    capacity = "ESTAT_CRIM_PRIS_CAP"
    mended = tmp_path / "prisons.csv"  # 692 juveniles of 2010, of whom 688 by sex
    mended.write_text(
        (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").replace(",692,", ",688,"), encoding="utf-8"
    )
    house.take(mended, "INT_JUSTICE")
    house.approve_map(capacity)
    new = house.draft(capacity)
    house.sign(new)
    draft = signed(house, late(tmp_path, "old", (",975,", ",977,")))
    with pytest.raises(Refused, match="nothing to revise"):
        make_releases(house.parts, RELEASER, [new.id], Terms(revision="correction", reason=WHY))
    with pytest.raises(BadQuery, match="is that of a revision"):
        make_releases(house.parts, RELEASER, [new.id], Terms(reason=WHY))
    made = make_releases(house.parts, RELEASER, [new.id, draft], Terms(revision="correction", reason=WHY))
    assert [(r.dataflow.id, r.revision, r.notice, r.notice_fr, r.replaces) for r in made] == [
        (capacity, "", "", "", ""),
        (FLOW, "correction", WHY.en, WHY.fr, f"{FLOW}#1"),
    ]
