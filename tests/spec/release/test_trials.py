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


@pytest.fixture
def under_way(monkeypatch):
    monkeypatch.setattr(trials, "PATIENCE", 0.1)
    return Trials(None)


def until(true):
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_known_so_far_is_shown_and_the_whole_is_kept(under_way):
    go, begun = threading.Event(), []

    def work(told):
        begun.append(1)
        told(PART, 1, 2)
        go.wait(10)
        return WHOLE

    first = under_way.asked("one", work)
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


def test_one_that_nobody_asks_for_is_given_up_and_begun_again(under_way, monkeypatch):
    monkeypatch.setattr(trials, "FORGOTTEN", 0.2)

    def work(told):
        for done in range(1_000):
            told(PART, done, 1_000)
            time.sleep(0.02)
        return WHOLE

    first = under_way.asked("one", work)
    until(lambda: first.finished)
    assert (first.given_up, first.effect) == (True, PART)
    assert under_way.asked("one", lambda told: WHOLE).effect is WHOLE


def test_two_are_worked_out_at_once_and_few_may_wait(under_way):
    go, running, most = threading.Event(), [], []

    def work(told):
        running.append(1)
        most.append(len(running))
        go.wait(10)
        running.pop()
        return WHOLE

    asked = [under_way.asked(n, work) for n in range(trials.WAITING)]
    assert len(running) == trials.AT_ONCE
    with pytest.raises(TooOften):
        under_way.asked("more", work)
    go.set()
    until(lambda: all(t.finished for t in asked))
    assert max(most) == trials.AT_ONCE
    assert under_way.asked("more", work).effect is WHOLE
