"""What must hold of the year, read from the tables of the register with SQL and from what counterparts received: by hand, without
the code that is tried.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from year_counterparts import Received, numbers_in
from year_office import Figures

PARIS = ZoneInfo("Europe/Paris")
# By hand, of the picture in send-a-delivery.md: state → what may come next. Receipts may come again, and may contradict.
NEXT = {
    "": {"built"},
    "built": {"sending", "cancelled"},
    "sending": {"sent", "failed", "uncertain", "sending"},
    "failed": {"sending", "cancelled"},
    "uncertain": {"sending", "sent", "failed", "acknowledged", "refused"},
    "sent": {"acknowledged", "refused"},
    "acknowledged": {"acknowledged", "refused"},
    "refused": {"acknowledged", "refused"},
    "cancelled": set(),
}
ROUND = {
    "": {"asked"},
    "asked": {"answered"},
    "answered": {"again", "accepted"},
    "again": {"answered"},
    "accepted": set(),
}
ARRIVED = ("sent", "acknowledged", "refused")


@dataclass(frozen=True)
class Line:
    """An entry of the register."""

    number: int
    instant: str
    actor: str
    kind: str
    subject: str
    payload: Mapping[str, object]

    @property
    def word(self) -> str:
        return self.kind.partition(".")[2]


@dataclass(frozen=True)
class Run:
    """A run of a job."""

    job: str
    token: int
    due: str
    attempt: int
    started: str
    ended: str
    outcome: str
    said: str
    missed: int


def rows(home: Path | str, query: str) -> list[tuple]:
    """`home`: where the register is a file, or the address of a PostgreSQL database."""
    if isinstance(home, str):
        with psycopg.connect(home) as connection:
            return connection.execute(query.replace("%", "%%").encode()).fetchall()
    with sqlite3.connect(home / "register.db") as connection:
        return connection.execute(query).fetchall()


def lines_of(home: Path | str, kind: str) -> list[Line]:
    found = rows(home, f"SELECT number, instant, actor, kind, subject, payload FROM entries WHERE kind LIKE '{kind}.%'")
    return sorted((Line(*r[:5], json.loads(r[5])) for r in found), key=lambda one: one.number)


def runs_of(home: Path | str) -> list[Run]:
    found = rows(home, "SELECT job, token, due, attempt, started, ended, outcome, said, missed FROM job_runs")
    return [Run(*r) for r in found]


@dataclass
class Told:
    """What the register says of one delivery."""

    built: Line
    state: str = ""
    signed: tuple[str, ...] = ()
    tries: int = 0
    lease: str = ""
    since: str = ""
    left: tuple[int, ...] = ()  # numbers of the entries that it is about to leave

    @property
    def files(self) -> list[tuple[str, str]]:
        return [(f["name"], f["sha256"]) for f in self.built.payload["files"]]

    @property
    def way(self) -> str:
        return f"{self.built.payload['channel']}{'-test' if self.built.payload['test'] else ''}"


def told(home: Path | str) -> dict[str, Told]:
    """Every delivery, its entries followed one by one: a step that is not legal fails."""
    found: dict[str, Told] = {}
    people = {name for (name,) in rows(home, "SELECT name FROM people")}
    for line in lines_of(home, "transmission"):
        assert line.actor in people, line
        assert line.instant.endswith("Z"), line
        datetime.fromisoformat(line.instant)
        if line.word == "built":
            assert line.subject not in found, line
            found[line.subject] = Told(line, "built")
            continue
        one = found[line.subject]
        if line.word == "approved":
            assert (one.state, line.actor != one.built.actor) == ("built", True), (one.state, line)
            one.signed = (*one.signed, line.actor)
        elif line.word != "reported":
            _step(one, line)
    return found


def _step(one: Told, line: Line) -> None:
    number = line.payload.get("attempt", one.tries)
    if line.word in ("sent", "failed", "uncertain") and number < one.tries:  # who was suspended found out how it ended
        one.state = "sent" if line.word == "sent" and one.state in ("sending", "failed", "uncertain") else one.state
        return
    assert line.word in NEXT[one.state], (one.state, line)
    if line.word == "sending":
        standing = one.built.payload["approval"] == "standing"
        assert standing or len(set(one.signed)) >= 2, (one.signed, line)
        assert line.payload["attempt"] == one.tries + 1, line
        if one.state == "sending":  # nobody goes on before the first one's time is over
            assert line.instant >= one.lease, (one.lease, line)
        one.tries, one.lease, one.left = one.tries + 1, str(line.payload["lease"]), (*one.left, line.number)
    elif line.word in ("sent", "failed", "uncertain"):
        assert line.payload["attempt"] == one.tries, line
    one.state, one.since = line.word, line.instant


def houses_stand(home: Path | str, deliveries: Mapping[str, Told]) -> None:
    """Whenever something was about to leave, what a house contributed to it was merged as it is in it, and not reopened."""
    merged: dict[str, list[tuple[int, object]]] = defaultdict(list)
    for line in lines_of(home, "contribution"):
        if line.word in ("merged", "reopened"):
            merged[line.subject].append((line.number, line.payload.get("content")))
    for one in deliveries.values():
        parts = [c for f in one.built.payload["files"] for c in f.get("contributions", [])]
        book = one.built.payload["delivery"] == "BOOK" and not one.built.payload["test"]
        assert parts or not book, one
        for number, part in ((n, c) for n in one.left for c in parts):
            before = [content for at, content in merged[part["id"]] if at < number]
            assert before[-1:] == [part["content"]], (one, part)


def received_well(got: Iterable[Received], figures: Mapping[str, Figures], withdrawn: Mapping[str, datetime]) -> None:
    """Nothing before its hour, after its withdrawal, hidden, or invented but as a test."""
    by_mark = {f.mark: f for f in figures.values()}
    secrets = {f.secret for f in figures.values()}
    for one in got:
        numbers = numbers_in(one.content)
        assert not numbers & secrets, one
        releases = [by_mark[n] for n in numbers if n in by_mark]
        assert releases, one
        for release in releases:
            assert release.effective <= one.at, (one, release)
            gone = withdrawn.get(release.release)
            assert gone is None or one.at <= gone, (one, release, gone)
            assert release.origin == "real" or one.way.endswith("-test"), (one, release)


def nothing_hidden(text: str, figures: Mapping[str, Figures]) -> None:
    """Of logs, mails, alerts: no figure at all."""
    for one in figures.values():
        assert one.secret not in text
        assert one.mark not in text


def once(got: Iterable[Received], deliveries: Mapping[str, Told], *, over: bool) -> None:
    """What came is what the register says, byte for byte, and no file more often than deliveries brought it."""
    came = Counter((r.way, r.name, r.sha256) for r in got if r.way != "hook")
    left = Counter((t.way, *file) for t in deliveries.values() for file in t.files if t.state in ARRIVED)
    may = Counter((t.way, *file) for t in deliveries.values() for file in t.files if t.tries)
    for file, count in came.items():
        assert count <= may[file], (file, count)
    for file, count in left.items():
        assert came[file] >= count, (file, count, came[file])
    if over:
        assert came == left


def jobs_ran_once(runs: Iterable[Run]) -> None:
    """Of a due moment: one run that came to its end, tries counted from one on, a try after another only where that one failed
    or was cut off."""
    by_due = defaultdict(list)
    for run in runs:
        if run.outcome != "skipped":
            by_due[run.job, run.due].append(run)
    for same in by_due.values():
        same.sort(key=lambda r: r.token)
        assert [r.attempt for r in same] == list(range(1, len(same) + 1)), same
        assert all(r.outcome in ("failed", "lost") for r in same[:-1]), same


def due_moments(schedule: str, begin: datetime, end: datetime) -> list[datetime]:
    """By hand, for schedules of this year: minute, an hour or every n hours, day of the month, days of the week. A fixed
    time that is skipped comes right after the gap, one that comes twice at the first; what goes every n hours does so at each."""
    minute, hour, day, _, days = schedule.split()
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    wanted = {names.index(d) for d in days.split(",")} if days != "*" else set(range(7))
    found, at = [], begin.replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    while at <= end:
        local = at.astimezone(PARIS)
        exact = (at + timedelta(minutes=int(minute))).astimezone(PARIS)
        if "/" in hour:
            hit = local.hour % int(hour.partition("/")[2]) == 0
        else:
            hit = local.hour == int(hour) and local.fold == 0
            gap = local.hour == int(hour) + 1 and (at - timedelta(hours=1)).astimezone(PARIS).hour == int(hour) - 1
            exact = local if gap else exact
            hit = hit or gap
        hit = hit and day in ("*", str(local.day))
        if hit and local.weekday() in wanted and begin < exact <= end:
            found.append(exact.astimezone(UTC))
        at += timedelta(hours=1)
    return found


def caught_up(job: str, policy: str, schedule: str, runs: Iterable[Run], begin: datetime) -> None:
    """Every due moment from the beginning to the last one that was dealt with was run, or passed over as the job says."""
    mine = [r for r in runs if r.job == job and r.attempt <= 1]
    mine.sort(key=lambda r: r.token)
    dealt = [datetime.fromisoformat(r.due) for r in mine]
    assert dealt == sorted(set(dealt)), job
    expected = due_moments(schedule, begin, dealt[-1])
    assert set(dealt) <= set(expected), (job, sorted(set(dealt) - set(expected)))
    ran = [r for r in mine if r.outcome != "skipped"]
    if policy == "all":
        assert dealt == expected, job
    else:
        assert len(ran) + sum(r.missed for r in mine) == len(expected), (job, len(expected))
    if policy == "none":
        late = [datetime.fromisoformat(r.started) - datetime.fromisoformat(r.due) for r in ran]
        assert all(one <= timedelta(minutes=5) for one in late), job


def rounds(home: Path | str) -> dict[str, str]:
    """Where each query stands, its steps followed one by one."""
    found: dict[str, str] = defaultdict(str)
    for line in lines_of(home, "round"):
        assert line.word in ROUND[found[line.subject]], line
        found[line.subject] = line.word
    return found


def corrected(deliveries: Mapping[str, Told]) -> None:
    """What was refused was followed by one that was acknowledged; a test may stay refused."""
    for one in deliveries.values():
        said = one.built.payload
        if one.state == "refused" and not said["test"]:
            later = [d for d in deliveries.values() if d.built.number > one.built.number and d.state == "acknowledged"]
            assert any(
                (d.built.payload["delivery"], d.built.payload["year"]) == (said["delivery"], said["year"])
                for d in later
            )


def orders_served(home: Path, got: Iterable[Received], hooked: str) -> None:
    """Of each order a release once; what came by webhook is what was prepared, and of the order `hooked` everything that was
    prepared came, or was given up without having come."""
    prepared: dict[tuple[str, object], object] = {}
    releases: set[tuple[str, object]] = set()
    ended: dict[tuple[str, object], str] = {}
    for line in lines_of(home, "order"):
        key = (line.subject, line.payload.get("number"))
        if line.word in ("prepared", "empty", "dropped") and "release" in line.payload:
            assert (line.subject, line.payload["release"]) not in releases, line
            releases.add((line.subject, line.payload["release"]))
            prepared[key] = line.payload.get("sha256", "")
        if line.word in ("sent", "dropped", "empty"):
            ended[key] = line.word
    came = {}
    for one in got:
        if one.way == "hook":
            id_, _, number = one.key.partition(".")
            came[id_, int(number)] = one.sha256
    assert all(prepared[key] == sha256 for key, sha256 in came.items())
    for key in prepared:
        if key[0] == hooked:
            # What came while its answer was lost is dropped when a newer release overtakes its next try.
            assert ended.get(key) in (("sent", "dropped") if key in came else ("dropped",)), key
