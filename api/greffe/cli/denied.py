"""What is denied on the command line is recorded, as it is on pages: who tried which command.

`acting` (common.py) tells who acts; `failing` (show.py) is where every error of a command comes out.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import ContextVar
from typing import Final

from typer.main import get_current_context  # type: ignore[attr-defined]  # typer brings its own click

from greffe.errors import GreffeError
from greffe.release.access.accounts import note_denied
from greffe.release.parts import Parts
from greffe.store.base import Actor

_ACTING: Final[ContextVar[tuple[Parts, Actor] | None]] = ContextVar("acting", default=None)


def acts(parts: Parts | None, who: Actor | None) -> None:
    """Note who acts in this command; nobody yet when None."""
    _ACTING.set(None if parts is None or who is None else (parts, who))


def record() -> None:
    """Enter that the command was denied to whoever acts. What is told to them does not change when it cannot be entered."""
    found, context = _ACTING.get(), get_current_context(silent=True)
    if found is not None:
        with suppress(GreffeError):
            note_denied(*found, context.command_path if context else "a command", found[1].name)
