"""Who runs a job: the same on memory, SQLite and PostgreSQL; of several at once one, and who lost it cannot end it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from greffe.store.leases import Claim, Ending

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def claim(due=NOON, holder="one", attempt=1, now=NOON, **more):
    return Claim(due, attempt, holder, now + 5 * MINUTE, due, **more)


def test_a_job_begins_where_it_is_first_seen_and_is_held_renewed_and_given_back(leases):
    seen = leases.standing("j", NOON)
    assert (seen.handled, seen.token, seen.holder, seen.due) == (NOON, 0, "", None)
    assert leases.standing("j", NOON + MINUTE) == seen
    token = leases.claim(seen, claim(NOON + MINUTE, missed=3), NOON + MINUTE)
    assert token == 1
    assert leases.claim(seen, claim(holder="two"), NOON + MINUTE) == 0
    held = leases.standing("j", NOON)
    assert (held.holder, held.due, held.handled, held.attempt) == ("one", NOON + MINUTE, NOON + MINUTE, 1)
    assert leases.claim(held, claim(holder="two"), NOON + MINUTE) == 0
    assert leases.renew("j", token, NOON + 20 * MINUTE)
    assert leases.claim(held, claim(holder="two"), NOON + 10 * MINUTE) == 0
    assert leases.finish("j", token, Ending("done", "{}"), NOON + 2 * MINUTE)
    assert not leases.finish("j", token, Ending("done", "{}"), NOON + 2 * MINUTE)
    assert not leases.renew("j", token, NOON + 30 * MINUTE)
    (run,) = leases.runs("j")
    assert (run.outcome, run.started, run.ended, run.missed) == ("done", NOON + MINUTE, NOON + 2 * MINUTE, 3)
    after = leases.standing("j", NOON)
    assert (after.holder, after.due, after.again) == ("", None, None)
    assert leases.claim(held, claim(holder="two"), NOON + 30 * MINUTE) == 0  # seen before it ended


def test_what_is_over_is_taken_over_and_the_slow_one_cannot_end_it(leases):
    old = leases.claim(leases.standing("j", NOON), claim(), NOON)
    late = NOON + 5 * MINUTE
    new = leases.claim(leases.standing("j", NOON), claim(holder="two", attempt=2, now=late), late)
    assert new == old + 1
    assert not leases.renew("j", old, late + MINUTE)
    assert not leases.finish("j", old, Ending("done", "mine"), late)
    assert leases.finish("j", new, Ending("failed", "x", late + MINUTE), late)
    assert [(r.holder, r.outcome, r.attempt, r.said) for r in leases.runs("j")] == [
        ("two", "failed", 2, "x"), ("one", "lost", 1, ""),
    ]  # fmt: skip
    waits = leases.standing("j", NOON)
    assert (waits.due, waits.attempt, waits.again, waits.holder) == (NOON, 2, late + MINUTE, "")


def test_of_many_at_once_one_has_it(leases):
    seen, won, ready = leases.standing("j", NOON), [], threading.Barrier(6)

    def try_it(n):
        ready.wait()
        token = leases.claim(seen, claim(holder=f"h{n}"), NOON)
        if token:
            won.append((n, token))

    threads = [threading.Thread(target=try_it, args=(n,)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [token for _, token in won] == [1]
    assert leases.standing("j", NOON).holder == f"h{won[0][0]}"


def test_many_who_see_a_job_first_make_one_row(leases):
    found, ready = [], threading.Barrier(4)

    def look(n):
        ready.wait()
        found.append(leases.standing("new", NOON + n * MINUTE))

    threads = [threading.Thread(target=look, args=(n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_skipped_reset_forgotten_and_alerts(leases):
    seen = leases.standing("j", NOON)
    assert leases.skip(seen, NOON + MINUTE, 4, NOON + 9 * MINUTE)
    assert not leases.skip(seen, NOON + MINUTE, 4, NOON + 9 * MINUTE)
    (run,) = leases.runs()
    assert (run.outcome, run.missed, run.due) == ("skipped", 4, NOON + MINUTE)
    token = leases.claim(leases.standing("j", NOON), claim(NOON + 900 * MINUTE), NOON + 10 * MINUTE)
    leases.reset("j", NOON + 11 * MINUTE)
    assert not leases.finish("j", token, Ending("done", ""), NOON)
    assert leases.standing("j", NOON) == replace(seen, handled=NOON + 11 * MINUTE, token=token + 1)
    assert leases.last("j", ("lost",)).token == token
    assert leases.last("j", ("done",)) is None
    for n in (20, 21):
        again = leases.claim(leases.standing("i", NOON), claim(now=NOON + n * MINUTE), NOON + n * MINUTE)
        assert leases.finish("i", again, Ending("done", ""), NOON + n * MINUTE)
    assert leases.forget(NOON, NOON) == 0
    assert leases.forget(NOON, NOON + 60 * MINUTE) == 1  # nothing to say; the last run of a job is kept
    assert leases.forget(NOON + 60 * MINUTE, NOON) == 1
    assert [r.outcome for r in leases.runs("j")] == ["lost"]
    assert len(leases.runs()) == 2
    leases.set_alert("a", "one")
    leases.set_alert("a", "two")
    leases.set_alert("b", "")
    assert leases.alerts() == {"a": "two"}
    leases.set_alert("a", "")
    assert leases.alerts() == {}
