"""Jobs beside the server or alone: one look after the other, until it is told to stop; what a look raises ends no loop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from greffe.errors import Refused
from greffe.jobs.running import Ran, Tools, new_holder, run_due
from greffe.jobs.works import WORKS

_LOG: Final = logging.getLogger("greffe.jobs")
LOOK: Final = 10.0  # seconds from one look to the next


def run_until(stop: threading.Event, tools: Tools, tell: Callable[[Ran], None], seconds: float = LOOK) -> None:
    """Look, wait, look again. A job that is running when `stop` is set is ended first."""
    holder, told = new_holder(), ""
    while not stop.is_set():
        try:
            for ran in run_due(tools, WORKS, holder):
                tell(ran)
                if stop.is_set():
                    return
        except Refused as error:  # the register was moved
            if error.message != told:
                _LOG.warning("The jobs stand still: %s", error.message)
            told = error.message
        except Exception:  # the register is away: what is due is still due at the next look
            _LOG.exception("The jobs could not be looked at.")
        stop.wait(seconds)


def logged(ran: Ran) -> None:
    """A line of the log for what was done, or went wrong: no text of an error, which may hold a figure or a name."""
    if ran.report.written():
        said = {"job": ran.job, "outcome": ran.outcome, "attempt": ran.attempt, "counts": dict(ran.report.counts)}
        error = {"class": ran.report.kind} if ran.report.kind else {}
        _LOG.info("job", extra={"fields": said | error})
