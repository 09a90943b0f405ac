"""Sets the log of a process up: where it goes, in which form, from which level on."""

from __future__ import annotations

import logging
import os
import sys
import threading
from types import TracebackType
from typing import Final

from greffe.logs.asked import Asked
from greffe.logs.forms import HUMAN, JSON, as_json, as_text, event
from greffe.logs.lines import Lines
from greffe.logs.requests import Answered, Told, for_people, in_json

LEVELS: Final = ("debug", "info", "warning", "error")
AUTO: Final = "auto"
FORMS: Final = (AUTO, JSON, HUMAN)
_OWN: Final = logging.getLogger("greffe")
_STDERR: Final = 2


class _Handler(logging.Handler):
    def __init__(self, lines: Lines, form: str) -> None:
        super().__init__()
        self.lines = lines
        self._written = as_json if form == JSON else as_text

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put(self._written(event(record)))


class Log:
    """The log of a process. `requests` writes the line of a request, that of a probe at level debug alone; None when the
    level leaves them out."""

    def __init__(self, form: str = AUTO, level: str = "info", descriptor: int = _STDERR) -> None:
        chosen = form if form != AUTO else HUMAN if os.isatty(descriptor) else JSON
        self.form, self.level = chosen, level
        self.lines = Lines(descriptor)
        wanted = LEVELS.index(level) <= LEVELS.index("info")
        written = (in_json if chosen == JSON else for_people)(self.lines)
        self.requests: Told | None = None if not wanted else written if level == "debug" else _without_probes(written)
        self._install(chosen, level)

    def _install(self, form: str, level: str) -> None:
        handler = _Handler(self.lines, form)
        for logger, from_ in ((logging.getLogger(), "WARNING"), (_OWN, level.upper())):
            logger.handlers = [handler]
            logger.setLevel(max(logging.getLevelName(from_), logging.getLevelName(level.upper())))
        _OWN.propagate = False
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
            served = logging.getLogger(
                name
            )  # whoever set it up before in this process: what it says goes where ours goes
            served.handlers, served.propagate = [], True
            served.setLevel(logging.NOTSET)
        sys.excepthook = _unforeseen
        threading.excepthook = lambda said: _unforeseen(said.exc_type, said.exc_value, said.exc_traceback)

    def close(self) -> None:
        """Write what waits."""
        self.lines.close()


def _without_probes(written: Told) -> Told:
    def told(asked: Asked, answered: Answered) -> None:
        if not (answered.route.startswith("/health/") and answered.status < 500):
            written(asked, answered)

    return told


def _unforeseen(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None:
        _OWN.error("It ends by an error that was not foreseen.", exc_info=(kind, error, trace))
