"""Effects that take long are worked out beside: what is known so far, once for all who ask, given up when nobody does."""

from __future__ import annotations

import threading
import time

import pytest

from greffe.errors import BadDefinition, TooOften
from greffe.release import trials
from greffe.release.effect import Effect
from greffe.release.trials import Trials

PART, WHOLE = Effect((), ("A",), (), (), 0), Effect((), ("A", "B"), (), (), 0)


LONG = 60.0  # seconds that nothing here takes, on however busy a machine


@pytest.fixture
def under_way(monkeypatch):
    """Who asks waits for the end, which is told at once."""
    monkeypatch.setattr(trials, "PATIENCE", LONG)
    return Trials(None)


@pytest.fixture
def hasty(monkeypatch):
    """`hasty(…)` is asked by somebody who waits for the least time only."""

    def asked(of, key, work):
        with monkeypatch.context() as short:
            short.setattr(trials, "PATIENCE", 0.0)
            short.setattr(trials, "LEAST", 0.0)
            return of.asked(key, work)

    return asked


def until(true):
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_is_known_so_far_is_shown_and_the_whole_is_kept(under_way, hasty):
    go, begun = threading.Event(), []

    def work(told):
        begun.append(1)
        told(PART, 1, 2)
        go.wait(LONG)
        return WHOLE

    first = hasty(under_way, "one", work)
    until(lambda: first.done)
    assert hasty(under_way, "one", work) is first
    assert (first.finished, first.effect, first.done, first.total) == (False, PART, 1, 2)
    go.set()
    until(lambda: first.finished)
    assert under_way.asked("one", work).effect is WHOLE
    assert begun == [1]
    assert under_way.asked("other", lambda told: PART).effect is PART


def test_a_fault_is_told_to_everybody_who_asks_and_another_failure_is_tried_again(under_way):
    tries = []

    def wrong(told):
        tries.append(1)
        raise BadDefinition("It does not hold together.")

    for _ in range(2):
        with pytest.raises(BadDefinition):
            under_way.asked("wrong", wrong)
    assert tries == [1]
    with pytest.raises(Exception, match="could not be worked out"):
        under_way.asked("broken", lambda told: 1 / 0)
    assert under_way.asked("broken", lambda told: WHOLE).effect is WHOLE


def test_one_that_nobody_asks_for_is_given_up_and_begun_again(under_way, hasty, monkeypatch):
    monkeypatch.setattr(trials, "FORGOTTEN", LONG)

    def work(told):
        for done in range(100_000):
            told(PART, done, 100_000)
            time.sleep(0.005)
        return WHOLE

    first = hasty(under_way, "one", work)
    until(lambda: first.done)
    monkeypatch.setattr(trials, "FORGOTTEN", 0.0)
    until(lambda: first.finished)
    assert (first.given_up, first.effect) == (True, PART)
    monkeypatch.setattr(trials, "FORGOTTEN", LONG)
    assert under_way.asked("one", lambda told: WHOLE).effect is WHOLE


def test_two_are_worked_out_at_once_and_few_may_wait(under_way, hasty):
    go, running, most = threading.Event(), [], []

    def work(told):
        running.append(1)
        most.append(len(running))
        go.wait(LONG)
        running.pop()
        return WHOLE

    asked = [hasty(under_way, n, work) for n in range(trials.WAITING)]
    until(lambda: len(running) == trials.AT_ONCE)
    assert len(running) == trials.AT_ONCE
    with pytest.raises(TooOften):
        under_way.asked("more", work)
    go.set()
    until(lambda: all(t.finished for t in asked))
    assert max(most) == trials.AT_ONCE
    assert under_way.asked("more", work).effect is WHOLE
