"""Answers to the CEPEJ questionnaire in two cycles: given, carried forward, confirmed; in the workbook, the order list, SDMX."""

from __future__ import annotations

import csv
import io
import re
import secrets
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from fastapi import FastAPI
from house import AUTHOR, FIRST
from questionnaires import SENDER, Desk, asking_no_house, cells_of, desk_at, opened
from site_tools import copied
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadInput, Conflict, Denied, NotFound, Refused
from greffe.model.answers import AnswerKey
from greffe.model.structures import Dataflow
from greffe.release.access.accounts import digest
from greffe.release.parts import Parts
from greffe.store.access import Session
from greffe.store.base import Actor
from greffe.transmission.answers import tables
from greffe.transmission.answers.acts import Typed, confirm, give, give_rest
from greffe.transmission.answers.asked import MISSING, TO_CONFIRM, Round, asked
from greffe.transmission.building import cancel
from greffe.transmission.foreseen.of_delivery import foreseen_of
from greffe.transmission.plan import named_plan
from greffe.transmission.proof import faults, rebuild
from greffe.web.pages.visitors import cookie_name

LAST, NOW = 2022, 2024
MEDIATION = "CEPEJ_PROFESSIONALS__Q163__T__COUNT__T"  # words
ADVISERS = "CEPEJ_PROFESSIONALS__Q147__T__COUNT__T"  # yes or no
PEOPLE = "CEPEJ_RESOURCES__Q1__T__COUNT"  # a number
CASES = "CEPEJ_Q91__Q91_L1__IN"  # released
BOTH = {"fr": "La conciliation", "en": "Conciliation"}


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The demonstration, in which the cycle of 2022 was answered, all of it by who puts it together."""
    folder = tmp_path_factory.mktemp("answers")
    found = desk_at(copied(demo_home, folder / "home"), asking_no_house(folder))
    give(found.parts, SENDER, key(MEDIATION, LAST), Typed(words={"text": BOTH}))
    give(found.parts, SENDER, key(ADVISERS, LAST), Typed("oui", words={"comment": {"fr": "Seuls.", "en": "Alone."}}))
    give(found.parts, AUTHOR, key(PEOPLE, LAST), Typed("68042591"))
    why = {"fr": "Réforme de 2021.", "en": "Reform of 2021."}
    give(found.parts, AUTHOR, key(CASES, LAST), Typed(words={"explanation": why}))
    return found


def key(stem: str, cycle: int) -> AnswerKey:
    return AnswerKey("CEPEJ", cycle, f"{stem}__{cycle}")


def now(desk: Desk) -> Round:
    return asked(desk.parts, "CEPEJ", NOW)


def states(desk: Desk) -> dict[str, str]:
    found = now(desk)
    return {stem: found.cell(f"{stem}__{NOW}").state for stem in (MEDIATION, ADVISERS, PEOPLE, CASES)}


def test_a_cycle_from_the_last_one_to_the_recipient(desk: Desk):
    """Carried forward, none of it confirmed; one by one, by sheet, said anew; then NA and NAP, each with its own word."""
    assert set(states(desk).values()) == {TO_CONFIRM}
    plan = named_plan(desk.parts, "CEPEJ_CYCLE", NOW)
    told = {o.code: o.said("fr") for o in plan.obstacles}
    assert f"{CASES}__2024" in told["answers_to_confirm"]
    assert "CEPEJ 2024, réponses manquantes : 22." in told["answers_missing"].replace("\u00a0", " ")
    assert not plan.ready

    assert confirm(desk.parts, AUTHOR, now(desk), section="Professionals") == 2
    assert confirm(desk.parts, SENDER, now(desk), names=[f"{CASES}__2024"]) == 1
    with pytest.raises(Refused, match="Nothing is carried forward"):
        confirm(desk.parts, SENDER, now(desk), names=[f"{CASES}__2024"])
    seen = now(desk).cell(f"{PEOPLE}__2024")
    assert seen.earlier is not None
    give(desk.parts, SENDER, key(PEOPLE, NOW), Typed("68606000", seen=seen.earlier.entry))
    with pytest.raises(Conflict, match="answered CEPEJ_RESOURCES__Q1__T__COUNT__2024 meanwhile"):
        give(desk.parts, AUTHOR, key(PEOPLE, NOW), Typed("1", seen=seen.earlier.entry))
    kept = now(desk).cell(f"{ADVISERS}__2024").answer
    assert kept is not None
    assert (kept.who, kept.confirmed_by, kept.carried) == (SENDER.name, AUTHOR.name, str(key(ADVISERS, LAST)))

    give(desk.parts, SENDER, key("CEPEJ_RESOURCES__Q16__CRIM__COUNT", NOW), Typed("NAP"))
    for section in dict.fromkeys(a.section for a in now(desk).cells if a.state == MISSING):
        give_rest(desk.parts, SENDER, now(desk), section, "NA")
    assert {o.code for o in named_plan(desk.parts, "CEPEJ_CYCLE", NOW).obstacles} == {"synthetic"}


def test_workbook_and_order_list_hold_the_answers(desk: Desk):
    one = desk.built("CEPEJ_CYCLE", NOW)
    there = cells_of(opened(desk.content(one)))
    assert there[f"{MEDIATION}__2024"] == "La conciliation / Conciliation"
    assert (there[f"{ADVISERS}__2024"], there[f"{PEOPLE}__2024"]) == ("Yes", 68606000)
    crim, other = (there[f"CEPEJ_RESOURCES__Q16__{x}__COUNT__2024"] for x in ("CRIM", "OTHER"))
    assert (crim, other) == ("NAP", "NA")
    book = opened(desk.content(one))
    titles = [c.value for c in book["Q91"][2]]
    at = titles.index("Explication de la variation / Explanation of the variation: Affaires nouvelles / Incoming cases")
    assert [r[at] for r in book["Q91"].iter_rows(values_only=True) if r[0] == "Q91-L1"] == [
        "Réforme de 2021. / Reform of 2021."
    ]
    order = {r["cell"]: r for r in csv.DictReader(io.StringIO(desk.content(one, ".csv").decode("utf-8-sig")))}
    assert order[f"{ADVISERS}__2024"]["type_in"] == "Yes"
    assert order[f"{CASES}__2024"]["comment"].endswith("Réforme de 2021. / Reform of 2021.")
    status = [order[f"CEPEJ_RESOURCES__Q16__{x}__COUNT__2024"]["status"] for x in ("CRIM", "OTHER")]
    assert status == ["M", "L"]

    give(desk.parts, SENDER, key(ADVISERS, NOW), Typed("No"))
    assert [r.same for r in rebuild(desk.parts, one)] == [True, True]  # what was said later changes nothing of it
    assert list(faults(desk.parts, one)) == []
    cancel(desk.parts, SENDER, one.id, "Said otherwise.")
    again = desk.built("CEPEJ_CYCLE", NOW)
    assert cells_of(opened(desk.content(again)))[f"{ADVISERS}__2024"] == "No"


def test_answers_as_observations(desk: Desk):
    """As pandas reads SDMX-CSV: NA and NAP by their status, no is 0, words are a comment."""
    catalogue = desk.parts.catalogue()
    rows: dict[str, dict[str, str]] = {}
    for id_ in ("CEPEJ_RESOURCES", "CEPEJ_PROFESSIONALS"):
        flow = catalogue.latest(Dataflow, id_)
        content = tables.to_sdmx_csv(now(desk), flow, catalogue.structure(flow))
        table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        assert set(table["STRUCTURE_ID"]) == {f"SSER:{id_}(1.0.0)"}
        rows |= {f"{r['QUESTION']} {r['PART']}": r for r in table.to_dict("records")}
    assert (rows["Q1 T"]["OBS_VALUE"], rows["Q1 T"]["OBS_STATUS"], rows["Q1 T"]["TIME_PERIOD"]) == (
        "68606000", "A", "2024",
    )  # fmt: skip
    assert [(rows[f"Q16 {x}"]["OBS_VALUE"], rows[f"Q16 {x}"]["OBS_STATUS"]) for x in ("CRIM", "OTHER")] == [
        ("", "M"), ("", "L"),
    ]  # fmt: skip
    assert rows["Q147 T"]["OBS_VALUE"] == "0"
    assert rows["Q163 T"]["COMMENT_OBS"] == "La conciliation / Conciliation"


def test_who_may_not_and_what_is_no_answer(desk: Desk):
    with pytest.raises(Denied, match="is neither author nor transmitter"):
        give(desk.parts, FIRST, key(PEOPLE, NOW), Typed("1"))
    with pytest.raises(Refused, match=r"is \d+ in CEPEJ_Q91#\d: a released figure is explained"):
        give(desk.parts, SENDER, key(CASES, NOW), Typed("1"))
    with pytest.raises(NotFound) as error:
        give(desk.parts, SENDER, AnswerKey("CEPEJ", NOW, f"{MEDIATION}_2024"), Typed("NA"))
    assert f"{MEDIATION}__2024" in error.value.nearest
    with pytest.raises(NotFound, match="is not asked for 2023"):
        asked(desk.parts, "CEPEJ", 2023)


def test_a_table_comes_back_whole_or_not_at_all(desk: Desk):
    """Every fault with its row and column; what comes back as it went out changes nothing."""
    went = tables.to_csv(now(desk))
    assert tables.from_csv(desk.parts, SENDER, now(desk), went, "a.csv") == 0
    text = went.decode("utf-8-sig")
    for old, new, row, column in (
        (",68606000,", ",68 606 000,", 2, "value"),
        ("cell,question", "sell,question", 1, "cell"),
        (f"{PEOPLE}__2024", f"{PEOPLE}__2023", 2, "cell"),
        (",explanation_en", ",explanation_de", 1, "explanation_de"),
    ):
        assert text.count(old) == 1
        with pytest.raises(BadInput) as error:
            tables.from_csv(desk.parts, SENDER, now(desk), text.replace(old, new).encode(), "a.csv")
        assert (error.value.file, error.value.row, error.value.column) == ("a.csv", row, column)
    head = desk.parts.ledger().head
    edited = text.replace(",68606000,", ",68606001,")
    assert tables.from_csv(desk.parts, SENDER, now(desk), edited.encode(), "a.csv") == 1
    assert desk.parts.ledger().head == head + 1


def test_a_table_that_was_worked_on_takes_nothing_back(desk: Desk):
    """Who typed into a cell that somebody answered otherwise meanwhile is told, with the row; a row that was left as it went out
    says nothing of it, and a table without editions is taken as it is typed."""
    give(desk.parts, SENDER, key(PEOPLE, NOW), Typed("68606010"))
    text = tables.to_csv(now(desk)).decode("utf-8-sig")
    assert text.count(",68606010,") == 1
    give(desk.parts, SENDER, key(PEOPLE, NOW), Typed("68606017"))
    head = desk.parts.ledger().head
    assert tables.from_csv(desk.parts, SENDER, now(desk), text.encode(), "a.csv") == 0
    typed = text.replace(",68606010,", ",68606011,")
    with pytest.raises(BadInput, match=f"{SENDER.name} answered it otherwise since the table went out") as error:
        tables.from_csv(desk.parts, SENDER, now(desk), typed.encode(), "a.csv")
    assert (error.value.file, error.value.row, error.value.column) == ("a.csv", 2, "cell")
    assert desk.parts.ledger().head == head
    rows = list(csv.DictReader(io.StringIO(typed)))
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name in rows[0] if name != "edition"], extrasaction="ignore")
    writer.writeheader()
    writer.writerow(rows[0])
    assert tables.from_csv(desk.parts, SENDER, now(desk), out.getvalue().encode(), "a.csv") == 1
    again = tables.to_csv(now(desk)).decode("utf-8-sig").replace(",68606011,", ",68606012,")
    assert tables.from_csv(desk.parts, SENDER, now(desk), again.encode(), "a.csv") == 1


def test_other_bodies_and_where_every_sentence_is_from(desk: Desk):
    """FP11 and FP13 (samples of figure_pairs.csv) are of 2022 and of UNODC's own figures; each source of a draft is there."""
    found = foreseen_of(desk.parts, named_plan(desk.parts, "UN_CTS", NOW, test=True))
    assert {s.source for f in found if f.kind == "bodies" for s in f.answer if s.source.startswith("bridge ")} == {
        "bridge FP11", "bridge FP13",
    }  # fmt: skip
    breaks = {b.id: b.reasons for b in desk.parts.catalogue().policies.breaks}
    for one in found:
        for s in one.answer:
            if s.source.startswith("mappings/policies/breaks.csv ") and s.held:
                ids = re.findall(r"[A-Z]+-[A-Z0-9-]+", s.source)
                assert ids
                assert all(breaks[i] == s.texts for i in ids)
            elif "#" in s.source:
                name = re.search(r"\w+#\d+", s.source)
                assert name
                assert name[0] in desk.parts.ledger().releases


def test_a_page_to_answer(desk: Desk):
    """A transmitter answers on the page; what cannot be is told beside the field with what was typed; an approver only looks."""
    page = f"/staff/answers/CEPEJ?cycle={NOW}&cell={PEOPLE}__{NOW}"
    app = create_app(desk.parts)
    client = signed_in(app, desk.parts, SENDER)
    shown = client.get(page).text
    guard, seen = (re.findall(rf'name="{n}" value="([^"]+)"', shown)[0] for n in ("guard", "seen"))
    form = {"guard": guard, "cycle": str(NOW), "cell": f"{PEOPLE}__{NOW}", "seen": seen, "act": "give"}
    wrong = client.post("/staff/answers/CEPEJ", data={**form, "value": "68 millions", "comment_fr": "Au 1er janvier."})
    assert wrong.status_code == 400
    assert "68 millions" in wrong.text
    assert "Au 1er janvier." in wrong.text
    done = client.post("/staff/answers/CEPEJ", data={**form, "value": "68606002"})
    assert done.status_code == 303
    kept = now(desk).cell(f"{PEOPLE}__{NOW}").answer
    assert kept is not None
    assert (kept.said.value, kept.who) == ("68606002", SENDER.name)
    assert client.post("/staff/answers/CEPEJ", data={**form, "value": "1"}).status_code == 409  # seen before that
    reader = signed_in(app, desk.parts, FIRST)
    assert 'name="act" value="give"' not in reader.get(page).text
    for path, status in ((f"{page}x", 404), ("/staff/answers/CEPEJ?cycle=20", 400), ("/staff/answers/CEPEJ?x=1", 400)):
        assert client.get(path).status_code == status


def signed_in(app: FastAPI, parts: Parts, person: Actor) -> TestClient:
    token, at = secrets.token_hex(), parts.clock()
    session = Session(person.name, "local", secrets.token_hex(), at, at, at + timedelta(hours=9))
    parts.access.open_session(digest(token), session)
    cookies = {cookie_name(parts.settings): token}
    return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False, cookies=cookies)
