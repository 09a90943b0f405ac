"""An effect on many datasets takes longer than people wait: it is worked out beside, and who asks gets what is known so far.

Kept for the state of the register it was asked in. At most two are worked out at once, and one that nobody asks for any more
is given up.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from functools import partial
from typing import Final

from greffe.errors import BadDefinition, EngineFailed, GreffeError, TooOften
from greffe.release.aside import aside, ending
from greffe.release.effect import Effect, Told
from greffe.release.few import Few
from greffe.release.parts import Parts

_LOG: Final = logging.getLogger("greffe")
KEPT: Final = 16
AT_ONCE: Final = 2
WAITING: Final = 8  # that may run or wait for their turn
PATIENCE: Final = 0.6  # seconds that who asks waits for the whole, what was done before it included
LEAST: Final = 0.1
FORGOTTEN: Final = 15.0  # seconds after which one that nobody asks for is given up
Work = Callable[[Told], Effect]


class Trial:
    """One effect: what is known of it so far, after `done` of `total` maps (0 of 0 while they are counted)."""

    def __init__(self) -> None:
        self.effect: Effect | None = None
        self.done = self.total = 0
        self.fault: GreffeError | None = None
        self.over, self.given_up = threading.Event(), False
        self.asked = time.monotonic()

    @property
    def finished(self) -> bool:
        """Whether `effect` is the whole, or there is none."""
        return self.over.is_set()

    def told(self, found: Effect, done: int, total: int) -> None:
        """What is known after some maps."""
        if ending() or time.monotonic() - self.asked > FORGOTTEN:
            raise _GivenUp
        self.effect, self.done, self.total = found, done, total


class _GivenUp(Exception):
    pass


class Trials:
    """The effects of a house that are worked out or were of late."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts  # held, so that it stays the one that this was made of
        self._kept: Few[Hashable, Trial] = Few(KEPT)
        self._lock, self._turn, self._alive = threading.Lock(), threading.Semaphore(AT_ONCE), 0

    def asked(self, key: Hashable, work: Work, since: float | None = None) -> Trial:
        """The effect of that name, begun if it is not known, after a moment. `since`: when somebody began to wait for it, as
        time.monotonic says it, now when left out. Raises what stood in its way; TooOften while too
        many wait."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.given_up:
                if self._alive >= WAITING:
                    raise TooOften("Too many effects are being worked out.", wait=5)
                self._alive += 1
                found = self._kept.keep(key, Trial())
                aside(partial(self._run, found, work), "effect")
        found.asked = time.monotonic()
        waited = 0.0 if since is None else time.monotonic() - since
        found.over.wait(max(LEAST, PATIENCE - waited))
        if found.fault is not None:
            raise found.fault
        return found

    def _run(self, trial: Trial, work: Work) -> None:
        try:
            with self._turn:
                trial.effect = work(trial.told)
        except _GivenUp:
            trial.given_up = True
        except GreffeError as error:
            trial.fault, trial.given_up = error, not isinstance(error, BadDefinition)  # another try may succeed
        except Exception as error:
            _LOG.exception("An effect was not worked out.")
            trial.fault, trial.given_up = EngineFailed("It could not be worked out."), True
            trial.fault.__cause__ = error
        finally:
            with self._lock:
                self._alive -= 1
            trial.over.set()
