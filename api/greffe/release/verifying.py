"""To verify all that is kept takes minutes: it is done beside, one at a time for a house, says how far it is, and is recorded.

How far it is lies in a file of the home directory, beside a lock that its process holds: every process of the service shows
the same, and a verification whose process died is seen to have ended without a result.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Final

from greffe.errors import BadQuery, Denied, GreffeError, nearest
from greffe.model.instants import written
from greffe.release.aside import aside, ending
from greffe.release.lone import held, locked
from greffe.release.parts import Parts
from greffe.release.people import has_role, told_roles
from greffe.release.verify import CHAIN, Look, looks
from greffe.release.who_did_what import STAFF
from greffe.store.base import Actor

_LOG: Final = logging.getLogger("greffe")
Beside = Callable[[Parts], Iterable[tuple[str, Look]]]
WHAT: Final = ("chain", "all")
MOST: Final = 100  # faults that are kept in words; all are counted
LONGEST: Final = 3_600.0  # seconds: then it ends without having looked at all, and says so
_PATIENCE: Final = 1.0  # seconds that whoever starts it waits for a quick one
_TELL: Final = 0.3  # seconds from one word on how far it is to the next


@dataclass(frozen=True)
class Verification:
    """The one that runs or ran last. `what`: chain or all; `done` of `total` things were looked at, `at` is the one that is
    looked at now; `count` faults, the first ones in `faults`; `ended` '' while it runs; `late`: it was not finished."""

    what: str
    who: str
    started: str
    total: int
    done: int = 0
    at: str = ""
    faults: tuple[str, ...] = ()
    count: int = 0
    ended: str = ""
    late: bool = False


def start(parts: Parts, who: Actor, what: str, beside: Beside = lambda parts: ()) -> bool:
    """Begin one, unless one runs; wait a moment for its end. `beside`: what else is to be looked at. False when another
    runs. Raises Denied for whoever has none of the house's roles, BadQuery for another `what`."""
    roles = parts.ledger().people.get(who.name, ())
    if not any(has_role(roles, r) for r in STAFF):
        raise Denied(f"{who.name} may not verify what is kept (roles: {told_roles(roles)}).")
    if what not in WHAT:
        raise BadQuery(f"{what[:60]!r} cannot be verified.", parameter="what", nearest=nearest(what, WHAT))
    lock = locked(_file(parts).with_suffix(".lock"))
    if lock is None:
        return False
    todo = [(name, look) for name, look in looks(parts) if what == "all" or name == CHAIN]
    todo += beside(parts) if what == "all" else ()
    state = Verification(what, who.name, written(parts.clock()), len(todo))
    _tell(parts, state)
    aside(partial(_run, parts, who, state, todo, lock), "verification").join(_PATIENCE)
    return True


def standing(parts: Parts) -> tuple[Verification | None, bool]:
    """The one that runs or ran last, None before the first; and whether it runs. One that neither runs nor ended was cut
    off."""
    try:
        told = json.loads(_file(parts).read_text("utf-8"))
        state = Verification(**{**told, "faults": tuple(told["faults"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None, False
    return state, not state.ended and held(_file(parts).with_suffix(".lock"))


def _run(parts: Parts, who: Actor, state: Verification, todo: list[tuple[str, Look]], lock: IO[str]) -> None:
    with lock:  # closing it lets go
        until, told = time.monotonic() + LONGEST, time.monotonic()
        for name, look in todo:
            if ending():
                return  # cut off, as the page will say
            if time.monotonic() > until:
                state = replace(state, late=True)
                break
            if time.monotonic() - told > _TELL:
                told = time.monotonic()
                _tell(parts, replace(state, at=name))
            found = _looked(name, look)
            faults = (*state.faults, *found)[:MOST]
            state = replace(state, done=state.done + 1, faults=faults, count=state.count + len(found))
        state = replace(state, ended=written(parts.clock()))
        try:
            parts.note(who, "register.verified", state.what, _payload(state))
        except GreffeError as error:
            fault = f"This result is not in the register: {error.text()}"
            state = replace(state, faults=(fault, *state.faults)[:MOST], count=state.count + 1)
        _tell(parts, state)


def _looked(name: str, look: Look) -> list[str]:
    try:
        return list(look())
    except Exception as error:  # one thing that cannot be read must not hide the faults of the others
        _LOG.exception("%s was not verified", name)
        return [f"{name}: it could not be looked at ({type(error).__name__})."]


def _payload(state: Verification) -> dict[str, object]:
    told = {"looked_at": state.done, "of": state.total, "faults": state.count, "first_faults": list(state.faults[:10])}
    return {**told, "started": state.started, "late": state.late}


def _file(parts: Parts) -> Path:
    return parts.settings.home / "verification.json"


def _tell(parts: Parts, state: Verification) -> None:
    path = _file(parts)
    half = path.with_suffix(".half")
    with suppress(OSError):  # no room to say how far it is: it goes on, and the register has its result
        half.write_text(json.dumps(asdict(state)), "utf-8")
        half.replace(path)
