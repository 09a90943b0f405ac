"""People of the year: each act is what one of them would do now, seeing what the pages show; which one, the seed says."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from house import FIRST, RELEASER, SECOND
from year_checks import ARRIVED
from year_office import CASES, CLAIRE, KEYS, PRIS, RENE, SENDER, ZOE, Office

from greffe.app import job_tools
from greffe.errors import GreffeError, Refused
from greffe.model.transmissions import Transmission
from greffe.release.lifecycle import dataflow_named, withdraw
from greffe.release.waiting import waiting_for
from greffe.store.ledger import Ledger
from greffe.transmission.answers.acts import confirm, give_rest
from greffe.transmission.answers.asked import MISSING, TO_CONFIRM, asked
from greffe.transmission.building import approve, build, cancel
from greffe.transmission.contributions import acts as houses
from greffe.transmission.contributions.places import board
from greffe.transmission.orders import acts as orders
from greffe.transmission.orders.limits import limits_of
from greffe.transmission.plan import Plan, named_plan
from greffe.transmission.rounds.answering import Given, accept, again, answer
from greffe.transmission.rounds.asking import Asked, ask
from greffe.transmission.sending import send, settle
from greffe.transmission.ways import read_channels

YEARS, SHEET = (2025, 2026), "Court cases"
TURNS = datetime(2027, 4, 15, tzinfo=UTC)  # from then on figures of 2026 come
FLOWS = {"PRIS": PRIS, "CASES": CASES, "BOOK": CASES}


class People:
    """Who acts in an office; `pick` is where chance comes from. `mine`: the standing orders, the one by webhook first."""

    def __init__(self, office: Office, pick: random.Random) -> None:
        self.office, self.pick = office, pick
        self.mine: list[str] = []

    @property
    def ledger(self) -> Ledger:
        return self.office.parts.ledger()

    def acts(self) -> None:
        """One of them does something, if there is something to be done."""
        could = (
            self.releases, self.withdraws, self.builds, self.builds, self.signs, self.signs, self.signs, self.settles,
            self.receipt, self.receipt, self.receipt, self.asks, self.answers, self.contributes, self.contributes,
            self.fills_in, self.fetches, self.gives_up, self.sends, self.pauses,
        )  # fmt: skip
        self.pick.choice(could)()

    def releases(self) -> None:
        """Figures counted again: at once, or at an hour to come."""
        last = 2026 if self.office.clock() >= TURNS else 2025
        after = timedelta(hours=self.pick.choice([0, 0, 9, 60]))
        self.office.put(self.pick.choice([PRIS, CASES]), last, after)

    def withdraws(self) -> None:
        flow = self.pick.choice([PRIS, CASES])
        mine = [r for r in self.ledger.releases.values() if r.dataflow.id == flow and r.withdrawn_at is None]
        self.office.others.take_away()  # what lies in a folder by now came before
        if len(mine) > 1:
            gone = str(self.pick.choice(mine))
            withdraw(self.office.parts, RELEASER, gone, "It was wrong.", "C’était faux.")
            self.office.withdrawn[gone] = self.office.clock()

    def builds(self) -> None:
        """A correction of what left, where something differs."""
        for name in self.pick.sample(list(FLOWS), 3):
            plan = named_plan(self.office.parts, name, self.pick.choice(YEARS))
            if any(o.code == "contribution_contradicted" for o in plan.obstacles):
                self._next_step(f"ESTAT_CTS-{plan.year}-CE", back=True)  # another figure came out since it was merged
                return
            if plan.corrects and plan.ready:
                self._build(plan)
                return

    def _build(self, plan: Plan) -> None:
        try:
            build(self.office.parts, SENDER, plan, "Counted again.")
        except Refused as error:  # another figure came out since the house answered, and its answers were merged
            assert "is released as" in error.message, error
            self._next_step(f"ESTAT_CTS-{plan.year}-CE", back=True)

    def signs(self) -> None:
        for one in self._in("built"):
            for person in self.pick.choice([(FIRST,), (SECOND,), (FIRST, SECOND)]):
                if person.name not in one.approvers and not one.signed:
                    approve(self.office.parts, person, one.id)
            if one.delivery == "BOOK" and self.pick.random() < 0.4:
                self._next_step(f"ESTAT_CTS-{one.year}-CE", back=True)  # what is signed does not leave as it is

    def sends(self) -> None:
        """By hand, whatever failed: what stands in the way is told, and what will never leave as it is given up: a cell is
        confidential by now, or a house counts again."""
        for one in self._in("failed", "approved"):
            try:
                send(self.office.parts, SENDER, one.id, read_channels(self.office.parts.settings.channels))
            except GreffeError as error:
                if any(words in error.message for words in (" hides what ", " was reopened since ")):
                    cancel(self.office.parts, SENDER, one.id, "It cannot leave any more.")

    def settles(self) -> None:
        """The recipient is asked by telephone, and says the truth."""
        for one in self._in("uncertain"):
            settle(
                self.office.parts,
                SENDER,
                one.id,
                read_channels(self.office.parts.settings.channels),
                arrived=self._came(one),
                reason="asked by telephone",
            )

    def _came(self, one: Transmission) -> bool:
        """Whether it is there: what came, less what other deliveries of the same bytes brought."""
        way = f"{one.channel}-test" if one.test else one.channel
        self.office.others.take_away()
        (file,) = one.files
        mine = [r for r in self.office.others.received if (r.way, r.name, r.sha256) == (way, file.name, file.sha256)]
        others = [
            t for t in self.ledger.transmissions.values()
            if t.state in ARRIVED and t.test == one.test and t.files[0].sha256 == file.sha256
        ]  # fmt: skip
        return len(mine) > len(others)

    def receipt(self) -> None:
        """A recipient says what it thinks of something; now and then what nobody can read lies there."""
        inbox = self.office.others.inbox
        for stray in inbox.glob("stray-*"):
            stray.unlink()
        waits = [t for t in self._in("sent") if not t.receipts]
        waits += [t for t in self._in("uncertain") if self._came(t)]
        if waits:
            self._says(self.pick.choice(waits), self.pick.choice(["acknowledged", "acknowledged", "refused"]))
        elif self.pick.random() < 0.3:
            text = self.pick.choice(['{"transmission": "PRIS-2019-1", "verdict": "acknowledged"}', "what is this"])
            (inbox / f"stray-{self.pick.randint(1, 999)}.json").write_text(text, encoding="utf-8")

    def _says(self, one: Transmission, verdict: str) -> None:
        told: dict[str, object] = {"transmission": one.id, "verdict": verdict}
        if verdict == "refused":
            told["findings"] = [{"file": one.files[0].name, "severity": "error", "message": "Please look."}]
        (self.office.others.inbox / f"receipt-{one.id}.json").write_text(json.dumps(told), encoding="utf-8")

    def asks(self) -> None:
        """A recipient asks about a cell."""
        left = [t for t in self._in(*ARRIVED) if not t.test and t.delivery in FLOWS]
        if not left:
            return
        one = self.pick.choice(left)
        flow = FLOWS[one.delivery]
        key, period = ".".join(self._in_order(flow)), one.year
        cell = f"{CASES}__CRM__BRGT__{period}" if one.delivery == "BOOK" else f"{flow}/{key}/{period}"
        ask(self.office.parts, SENDER, one.id, [Asked((cell,), "Why?", "2099-01-31")])

    def _in_order(self, flow: str) -> list[str]:
        parts = self.office.parts
        structure = parts.catalogue().structure(dataflow_named(parts, flow))
        return [KEYS[flow][0][d] for d in structure.dimension_ids]

    def answers(self) -> None:
        """What is asked is answered; what is answered is accepted, or asked again."""
        for query in list(self.ledger.queries.values()):
            if query.state == "asked":
                given = Given("Voir la note.", "See the note.", trace=False)
                answer(self.office.parts, SENDER, query.id, given)
            elif query.state == "answered" and self.pick.random() < 0.4:
                again(self.office.parts, SENDER, query.id, "And before?", "2099-02-28")
            elif query.state == "answered":
                accept(self.office.parts, SENDER, query.id, "By mail.")

    def contributes(self) -> None:
        """The next step of the house that has cells of its own, or back to the first."""
        self._next_step(f"ESTAT_CTS-{self._year()}-CE", back=self.pick.random() < 0.15)

    def _next_step(self, id_: str, *, back: bool = False) -> str:
        parts = self.office.parts
        now = self.ledger.contributions.get(id_)
        state = now.state if now else "open"
        if state in ("signed", "merged") and back:
            houses.reopen(parts, SENDER, id_, "Counted again.")
        elif state == "open":
            own = board(parts, "ESTAT_CTS", int(id_.split("-")[1])).of("CE")
            said = {n: houses.Typed(p.cell.text if p.cell.held else "NA") for n, p in own.items()}
            houses.give(parts, CLAIRE, id_, said)
        elif state == "contributed":
            houses.sign(parts, CLAIRE, id_)
        elif state == "signed":
            try:
                houses.merge(parts, SENDER, id_)
            except Refused as error:  # another figure came out since the house answered
                assert "is released as" in error.message, error
                houses.reopen(parts, SENDER, id_, "Another figure is released.")
        return state

    def fills_in(self, year: int = 0) -> None:
        """Whoever puts the questionnaire together answers the rest of it."""
        parts, cycle = self.office.parts, year or self._year()
        found = asked(parts, "ESTAT_CTS", cycle)
        open_ = [c for c in found.section(SHEET) if not c.house]
        if any(c.state == TO_CONFIRM for c in open_):
            confirm(parts, SENDER, found, section=SHEET)
        elif any(c.state == MISSING for c in open_):
            give_rest(parts, SENDER, found, SHEET, "NA")

    def _year(self) -> int:
        return 2026 if self.office.clock() >= TURNS else 2025

    def gives_up(self) -> None:
        """What is built of a release that was withdrawn does not leave any more."""
        for one in self._in("built", "approved", "failed"):
            if any(s.release in self.office.withdrawn for f in one.files for s in f.sources):
                cancel(self.office.parts, SENDER, one.id, "Withdrawn.")

    def order(self) -> None:
        """Two standing orders: at each release by webhook, and on Mondays by link."""
        tools = job_tools(self.office.parts)
        limits = limits_of(tools.configured.orders, tools.configured.file)
        hook = f"https://localhost:{self.office.others.hook.port}/observatory"
        for who, wanted in (
            (RENE, orders.Wanted("ESTAT", "Prisons", _query(PRIS), way="webhook", to=hook)),
            (ZOE, orders.Wanted("UNODC", "Cases", _query(CASES), when="0 6 * * mon")),
        ):
            made = orders.make_order(self.office.parts, who, wanted, tools.answers, limits, {})
            self.mine.append(made.id)

    def fetches(self) -> None:
        one = self.ledger.orders[self.mine[1]].last
        if one is not None and one.sha256 and self.ledger.release(one.release).readable(self.office.clock()):
            try:
                _, same = orders.fetched(self.office.parts, ZOE, self.mine[1], one.number)
            except Refused as error:  # between two Mondays a newer release may hide what the last file shows
                assert f" hides what {one.release} shows" in error.message, error
                return
            assert same.sha256 == one.sha256

    def pauses(self) -> None:
        """The receiver of webhooks, for a while."""
        state = self.ledger.orders[self.mine[0]].state
        orders.change(self.office.parts, RENE, self.mine[0], "resume" if state == "paused" else "pause")

    def _in(self, *states: str) -> list[Transmission]:
        return [t for t in self.ledger.transmissions.values() if t.state in states]

    def finish(self) -> bool:
        """Whatever is open is brought one step on. Whether anything was."""
        before = self.ledger.head
        for flow in (PRIS, CASES):
            self._figures_of(flow)
        for stray in self.office.others.inbox.glob("stray-*"):
            stray.unlink()
        self.gives_up()
        self.fills_in(2025)
        self.fills_in(2026)
        for year in YEARS:
            self._next_step(f"ESTAT_CTS-{year}-CE")
        self.builds_all()
        for one in self._in("built"):
            for person in (FIRST, SECOND) if not one.signed else ():
                if person.name not in one.approvers:
                    approve(self.office.parts, person, one.id)
        self.settles()
        self.sends()
        for one in self._in("sent"):
            self._says(one, "acknowledged")
        self.answers()
        for query in [q for q in self.ledger.queries.values() if q.state == "answered"]:
            accept(self.office.parts, SENDER, query.id, "By mail.")
        if self.ledger.orders[self.mine[0]].state == "paused":
            self.pauses()
        for one in self.ledger.orders[self.mine[0]].handed:
            if one.state == "failed":
                orders.try_again(self.office.parts, RENE, self.mine[0], one.number)
        return self.ledger.head != before or bool(
            self._in("sent", "built", "approved", "failed", "uncertain", "sending")
        )

    def _figures_of(self, flow: str) -> None:
        """The last year of data is released."""
        reference = dataflow_named(self.office.parts, flow).reference
        current = self.ledger.current(reference, self.office.clock())
        if current is None or current.last_period != "2026":
            self.office.put(flow, 2026)
            self.office.clock.forward(minutes=1)

    def builds_all(self) -> None:
        for name in FLOWS:
            for year in YEARS:
                plan = named_plan(self.office.parts, name, year)
                if plan.ready:
                    self._build(plan)

    def answered(self, states: Mapping[str, str]) -> None:
        """Each round is over, or a task of somebody."""
        waits = {t.subject for t in waiting_for(self.office.parts, SENDER)}
        assert all(state == "accepted" or id_ in waits for id_, state in states.items())


def _query(flow: str) -> str:
    return f"/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0/*?format=csv"
