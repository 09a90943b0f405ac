"""What waits of questionnaires and clarification rounds: answers that are open, queries of recipients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from greffe.model.instants import PARIS, paris_date, read
from greffe.model.rounds import ASKED
from greffe.model.transmissions import ARRIVED
from greffe.release.parts import Parts
from greffe.release.tasks.task import Asker, Task
from greffe.transmission.answers.asked import OPEN, asked
from greffe.transmission.workbooks.filled import NoCell

AHEAD: Final = timedelta(days=90)
LATE_FOR: Final = timedelta(days=365)  # after that nobody waits for the answers of a cycle


def queries(parts: Parts, who: Asker) -> Iterator[Task]:
    """Queries that wait for our answer, for transmitters."""
    for one in parts.ledger().queries.values() if who.has("transmitter") else ():
        if one.state == ASKED:
            place = f"/staff/transmissions/{one.transmission}/queries/{one.number}"
            due = _ends(date.fromisoformat(one.deadline)) if one.deadline else None
            yield Task("query", one.id, place, read(one.since), due, len(one.cells), one.turns[-1].who)


def answers(parts: Parts, who: Asker) -> Iterator[Task]:
    """Questionnaires with answers that are missing or not confirmed, for authors and transmitters: those that are due soon, or
    were due and did not leave."""
    if not who.has("author", "transmitter"):
        return
    catalogue, today = parts.catalogue(), paris_date(parts.clock())
    left = {(t.delivery, t.year) for t in parts.ledger().transmissions.values() if t.state in ARRIVED and not t.test}
    left |= {(g.delivery, g.year) for g in parts.ledger().given_up.values()}
    rows = {
        (r.questionnaire, r.deadline): r.delivery
        for r in catalogue.policies.deliveries
        if r.questionnaire and r.handed_over
    }
    for (questionnaire, deadline_id), delivery in rows.items():
        deadline = next(d for d in catalogue.policies.deadlines if d.id == deadline_id)
        for year, day in deadline.days(today + AHEAD):
            if day < today - LATE_FOR or (delivery, year) in left or questionnaire not in catalogue.questionnaires:
                continue
            try:
                counts = asked(parts, questionnaire, year).counts()
            except NoCell:
                continue  # its layout is to be mended first: the plan of the delivery tells that
            count = sum(counts[state] for state in OPEN)
            if count:
                place = f"/staff/answers/{questionnaire}?cycle={year}"
                subject = f"{questionnaire} {year}"
                yield Task("answers", subject, place, _ends(day) - AHEAD, _ends(day), count)


def _ends(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), PARIS)
