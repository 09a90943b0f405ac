"""When recipients want their answers, and how far each is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from house import PUBLISHED, House, new_house
from icalendar import Calendar
from journey_tools import inside

from greffe.app import create_app
from greffe.catalogue.load import load
from greffe.catalogue.policies.read import read_policies
from greffe.errors import BadDefinition
from greffe.release.deadlines import by_day, due

FILE = "mappings/policies/deadlines.csv"
HEAD = "id,recipient,name_en,name_fr,flows,first_year,every,due,confidence,reason,reference\n"
CTS_PRISONS = "ESTAT_CTS_PRIS"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """It is 24 November 2026."""
    return new_house(tmp_path_factory.mktemp("due") / "home")


def of(house: House, until: date, recipient: str) -> list[tuple[str, int, str, bool]]:
    found = [d for d in due(house.parts, until) if d.deadline.recipient == recipient]
    assert found == sorted(found, key=lambda d: (d.day, d.flow))
    return [(d.day.isoformat(), d.year, d.state, d.late) for d in found]


def test_what_is_due_until_when(house):
    """CEPEJ: five questionnaires of collection, data of 2024 on 1 October 2025 (past, unanswered: late), those of 2026 on
    1 October 2027; the cycle of 2022 lies more than two years back. Its mirror CEPEJ_STAT is nothing that is sent."""
    assert of(house, date(2027, 9, 30), "CEPEJ") == [("2025-10-01", 2024, "no draft", True)] * 5
    assert of(house, date(2027, 10, 1), "CEPEJ") == [
        *[("2025-10-01", 2024, "no draft", True)] * 5,
        *[("2027-10-01", 2026, "no draft", False)] * 5,
    ]
    days = sorted({d[:2] for d in of(house, date(2027, 12, 31), "UNODC")})
    assert days == [("2025-09-30", 2024), ("2026-09-30", 2025), ("2027-09-30", 2026)]


def test_a_deadline_is_one_line_for_all_that_answer_it(house):
    """CEPEJ of 2024 and 2026 with five questionnaires each; what is answered whole is no line any more."""
    found = due(house.parts, date(2027, 12, 31))
    lines = [(a.year, a.left, a.drafted, a.late) for a in by_day(found) if a.deadline.recipient == "CEPEJ"]
    assert lines == [(2024, 5, 0, True), (2026, 5, 0, False)]
    cepej = [d for d in found if d.deadline.recipient == "CEPEJ" and d.year == 2026]
    answered = [replace(d, state="released", held="X#1") for d in cepej]
    (line,) = by_day([*answered[:3], replace(cepej[3], state="draft", held="X-1"), cepej[4]])
    assert (line.left, line.drafted, len(line.flows)) == (2, 1, 5)
    assert by_day(answered) == ()


def test_a_draft_and_a_release_are_seen(tmp_path):
    """The published prison extract ends in 2022: here its last stock is one of 2025, which answers for 2024 (stocks of 1 January)."""
    house = new_house(tmp_path / "home")
    mended = tmp_path / "prisons.csv"
    text = (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").replace(",692,", ",688,")
    mended.write_text(text.replace(",2022-", ",2025-"), encoding="utf-8")
    house.take(mended, "INT_JUSTICE")
    house.approve_map(CTS_PRISONS)

    def state() -> list[tuple[int, str, bool]]:
        found = due(house.parts, date(2026, 12, 31))
        return [(d.year, d.state, d.late) for d in found if d.flow.id == CTS_PRISONS]

    assert state() == [(2024, "no draft", True), (2025, "no draft", True)]
    draft = house.draft(CTS_PRISONS)
    assert draft.last_period[:4] == "2024"
    assert state() == [(2024, "draft", True), (2025, "no draft", True)]
    if draft.errors:
        pytest.fail(str(draft.errors[0]))
    house.sign(draft)
    house.release(draft)
    assert state() == [(2024, "draft", True), (2025, "no draft", True)]
    house.clock.forward(seconds=6)
    assert state() == [(2025, "no draft", True)]  # what is answered and past is not told any more


def test_for_calendar_programs_and_on_the_command_line(house):
    """Days, not hours; how sure each is, in the language asked. States are for staff: the open address has none."""
    client = TestClient(create_app(house.parts))
    answer = client.get("/api/v1/deadlines.ics?lang=fr")
    events = {str(e["uid"]): e for e in Calendar.from_ical(answer.content).events}
    known = events["CEPEJ_2024-2022@greffe.sser"]
    assert known["dtstart"].dt == date(2023, 10, 1)
    assert not isinstance(known["dtstart"].dt, datetime)
    assert known["description"] == "Confiance : vérifiée"
    assert events["UN_CTS-2026@greffe.sser"]["description"] == "Confiance : de mémoire"
    assert events["UN_CTS-2026@greffe.sser"]["summary"] == "UNODC Questionnaire UN-CTS : données de 2026"
    assert "CEPEJ_CYCLE-2026@greffe.sser" in events
    assert "CEPEJ_CYCLE-2025@greffe.sser" not in events  # even years alone
    assert b"draft" not in answer.content
    home = house.parts.settings.home
    shown = inside(home, "deadlines", "--until", "2027-12-31", "--json").json()["deadlines"]
    assert {"due", "recipient", "dataflow", "year", "state", "held", "confidence"} == set(shown[0])
    assert [d["due"] for d in shown] == sorted(d["due"] for d in shown)
    assert datetime.now(UTC).year <= 2027 or not shown
    wrong = inside(home, "deadlines", "--until", "soon")
    assert (wrong.code, "--until" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("A,UNODC,a,b,UNODC_*,2024,1,2025-09-30,recalled,r,", "due", "What comes again needs a rule"),
        ("A,UNODC,a,b,UNODC_*,2024,1,+1 09-31,recalled,r,", "due", "neither a day nor a rule"),
        ("A,UNODC,a,b,UNODC_*,2024,1,september,recalled,r,", "due", "neither a day nor a rule"),
        ("A,UNODC,a,b,UNODC_*,24,1,+1 09-30,recalled,r,", "first_year", "no year of data"),
        ("A,UNODC,a,b,UNODC_*,2024,-1,+1 09-30,recalled,r,", "every", "number of years"),
        ("A,UNODC,a,b,UNODC_*,2024,1,+1 09-30,surely,r,", "confidence", "is not known here"),
        ("A,UNODC,a,,UNODC_*,2024,1,+1 09-30,recalled,r,", "name_fr", "It is empty"),
    ],
)
def test_a_row_that_cannot_be_read(row, column, message):
    with pytest.raises(BadDefinition, match=message) as refused:
        read_policies({FILE: f"{HEAD}{row}\n".encode()})
    assert (refused.value.file, refused.value.row, refused.value.column) == (FILE, 2, column)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("deadlines.csv", "CEPEJ_*", "CEPEG_*", "No dataflow is CEPEG_"),
        ("deadlines.csv", "UN_CTS,UNODC", "UN_CTS,UNDOC", "no recipient UNDOC"),
        ("revisions.csv", "SPACE_I_*", "SPACE_2_*", "No dataflow is SPACE_2_"),
    ],
)
def test_what_speaks_of_nobody_does_not_load(house, file, old, new, message):
    """With the nearest that is there; the first fault is told with its file."""
    path = f"mappings/policies/{file}"
    files = {p: house.parts.register.content(sha) for p, sha in house.parts.effective().files.items()}
    files[path] = files[path].replace(old.encode(), new.encode(), 1)
    with pytest.raises(BadDefinition, match=message) as refused:
        load(files)
    assert refused.value.file == path
    assert refused.value.nearest
