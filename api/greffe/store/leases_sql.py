"""Leases in the database of the register (SQLite or PostgreSQL): a job changes hands by one UPDATE … RETURNING (D25)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    RowMapping,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from greffe.model.instants import read, written
from greffe.store.database import reading
from greffe.store.entering import beside
from greffe.store.leases import DONE, LOST, RUNNING, SKIPPED, Claim, Ending, Run, Standing
from greffe.store.tables import JOB_ALERTS, JOB_RUNS, JOBS

NOBODY: Final = {"holder": "", "until": "", "due": "", "attempt": 0, "again": ""}


class SqlLeases:
    """Leases on the engine of a register that is open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standing(self, job: str, now: datetime) -> Standing:
        """See Leases.standing."""
        query = select(JOBS).where(JOBS.c.job == job)
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            fresh = {"job": job, "handled": written(now), "token": 0, **NOBODY}
            with beside(self._engine) as connection:
                connection.execute(_unless_there(self._engine, fresh))
            with reading(self._engine) as connection:
                row = connection.execute(query).mappings().one()
        return _standing(row)

    def claim(self, seen: Standing, wanted: Claim, now: datetime) -> int:
        """See Leases.claim."""
        values = {
            "handled": written(wanted.handled), "holder": wanted.holder, "until": written(wanted.until),
            "due": written(wanted.due), "attempt": wanted.attempt, "again": "",
        }  # fmt: skip
        with beside(self._engine) as connection:
            token = _changed(connection, _free(seen, now), values)
            if not token:
                return 0
            _lose(connection, seen.job, seen.token, now)
            started = {"token": token, "holder": wanted.holder, "missed": wanted.missed, "started": written(now)}
            about = {"job": seen.job, "due": written(wanted.due), "attempt": wanted.attempt}
            connection.execute(insert(JOB_RUNS), {**about, **started, "ended": "", "outcome": RUNNING, "said": ""})
            return token

    def renew(self, job: str, token: int, until: datetime) -> bool:
        """See Leases.renew."""
        with beside(self._engine) as connection:
            changed = connection.execute(update(JOBS).where(_mine(job, token)).values(until=written(until)))
            return changed.rowcount == 1

    def finish(self, job: str, token: int, ending: Ending, now: datetime) -> bool:
        """See Leases.finish."""
        again = written(ending.again) if ending.again else ""
        kept = {"holder": "", "until": "", "again": again} if again else NOBODY
        with beside(self._engine) as connection:
            if not _changed(connection, _mine(job, token), kept):
                return False
            said = {"ended": written(now), "outcome": ending.outcome, "said": ending.said}
            connection.execute(update(JOB_RUNS).where(_run(job, token)).values(**said))
            return True

    def skip(self, seen: Standing, handled: datetime, missed: int, now: datetime) -> bool:
        """See Leases.skip."""
        at = written(now)
        with beside(self._engine) as connection:
            token = _changed(connection, _free(seen, now), {**NOBODY, "handled": written(handled)})
            if not token:
                return False
            _lose(connection, seen.job, seen.token, now)
            about = {"job": seen.job, "token": token, "due": written(handled), "attempt": 0, "holder": ""}
            ended = {"started": at, "ended": at, "outcome": SKIPPED, "said": "", "missed": missed}
            connection.execute(insert(JOB_RUNS), {**about, **ended})
            return True

    def reset(self, job: str, now: datetime) -> None:
        """See Leases.reset."""
        self.standing(job, now)
        with beside(self._engine) as connection:
            token = _changed(connection, JOBS.c.job == job, {**NOBODY, "handled": written(now)})
            _lose(connection, job, token - 1, now)

    def runs(self, job: str = "", most: int = 50) -> tuple[Run, ...]:
        """See Leases.runs."""
        query = select(JOB_RUNS).order_by(JOB_RUNS.c.started.desc(), JOB_RUNS.c.token.desc(), JOB_RUNS.c.job.desc())
        query = query.where(JOB_RUNS.c.job == job) if job else query
        with reading(self._engine) as connection:
            return tuple(_of(row) for row in connection.execute(query.limit(most)).mappings())

    def last(self, job: str, outcomes: tuple[str, ...]) -> Run | None:
        """See Leases.last."""
        query = select(JOB_RUNS).where(JOB_RUNS.c.job == job, JOB_RUNS.c.outcome.in_(outcomes))
        with reading(self._engine) as connection:
            row = connection.execute(query.order_by(JOB_RUNS.c.token.desc()).limit(1)).mappings().one_or_none()
        return _of(row) if row else None

    def forget(self, before: datetime, idle: datetime) -> int:
        """See Leases.forget."""
        newer = JOB_RUNS.alias("newer")
        last = select(func.max(newer.c.token)).where(newer.c.job == JOB_RUNS.c.job).scalar_subquery()
        nothing = and_(JOB_RUNS.c.outcome == DONE, JOB_RUNS.c.said == "", JOB_RUNS.c.ended < written(idle))
        past = or_(JOB_RUNS.c.ended < written(before), nothing)
        old = and_(JOB_RUNS.c.ended != "", past, JOB_RUNS.c.token < last)
        with beside(self._engine) as connection:
            return connection.execute(delete(JOB_RUNS).where(old)).rowcount

    def alerts(self) -> Mapping[str, str]:
        """See Leases.alerts."""
        with reading(self._engine) as connection:
            return {str(name): str(told) for name, told in connection.execute(select(JOB_ALERTS))}

    def set_alert(self, name: str, text: str) -> None:
        """See Leases.set_alert."""
        with beside(self._engine) as connection:
            connection.execute(delete(JOB_ALERTS).where(JOB_ALERTS.c.name == name))
            if text:
                connection.execute(insert(JOB_ALERTS), {"name": name, "told": text})


def _changed(connection: Connection, where: ColumnElement[bool], values: Mapping[str, object]) -> int:
    """The new token of the row that holds this, 0 when none does."""
    statement = update(JOBS).where(where).values(**values, token=JOBS.c.token + 1).returning(JOBS.c.token)
    return int(connection.execute(statement).scalar_one_or_none() or 0)


def _free(seen: Standing, now: datetime) -> ColumnElement[bool]:
    nobody = or_(JOBS.c.holder == "", JOBS.c.until <= written(now))
    return and_(JOBS.c.job == seen.job, JOBS.c.token == seen.token, nobody)


def _mine(job: str, token: int) -> ColumnElement[bool]:
    return and_(JOBS.c.job == job, JOBS.c.token == token, JOBS.c.holder != "")


def _run(job: str, token: int) -> ColumnElement[bool]:
    return and_(JOB_RUNS.c.job == job, JOB_RUNS.c.token == token)


def _lose(connection: Connection, job: str, token: int, now: datetime) -> None:
    lasting = and_(_run(job, token), JOB_RUNS.c.outcome == RUNNING)
    connection.execute(update(JOB_RUNS).where(lasting).values(ended=written(now), outcome=LOST))


def _standing(row: RowMapping) -> Standing:
    return Standing(
        row["job"], read(row["handled"]), row["token"], row["holder"], _instant(row["until"]), _instant(row["due"]),
        row["attempt"], _instant(row["again"]),
    )  # fmt: skip


def _of(row: RowMapping) -> Run:
    return Run(
        row["job"], row["token"], read(row["due"]), row["attempt"], row["holder"], read(row["started"]),
        _instant(row["ended"]), row["outcome"], row["said"], row["missed"],
    )  # fmt: skip


def _instant(text: str) -> datetime | None:
    return read(text) if text else None


def _unless_there(engine: Engine, job: Mapping[str, object]) -> Insert:
    """The row of a job, which another process may have entered meanwhile."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # a tenth of a second that no house on SQLite needs

        return postgresql.insert(JOBS).values(**job).on_conflict_do_nothing()
    return sqlite.insert(JOBS).values(**job).on_conflict_do_nothing()
