"""`greffe move --undo`: a register that a move closed is opened again, and its copy is closed: never are both open unseen.

    look    into the copy, at the address in register.moved: what was entered there after register.arrived would be lost
    close   the copy: its last entry is register.moved, with the address here
    open    the register here: register.arrived

All of it while nobody else writes here: a move that still runs opens its copy before, and is then seen, or not at all. Cut off after
closing, both are closed, and the same call takes it up again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from greffe.errors import BadQuery, Conflict, GreffeError, NotFound, Refused
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.store.base import Actor, Entry, Register
from greffe.store.chain import ARRIVED, MOVED
from greffe.store.database import as_it_is, translated, writing
from greffe.store.entering import enter
from greffe.store.filling import head_of
from greffe.upkeep.whereabouts import last_entry, same, without_password

CLOSED, EMPTY, UNSEEN = STATES = ("closed", "empty", "unseen")


def undo(parts: Parts, who: Actor, opened: Callable[[str], Register], *, at: str = "", unseen: str = "") -> str:
    """Open a register again that says it was moved, once its copy is closed; what became of the copy: closed, empty (there was
    nothing to close), unseen.

    opened: the register of an address, as it is; at: the address of the copy with its password; unseen: why it may be opened
    although the copy cannot be looked into, '' when it may not. Raises Refused when the register was not moved, the copy has
    entries of its own, or cannot be looked into; BadQuery, Conflict, Denied."""
    needs(parts, who, "administrator")
    here = as_it_is(parts.settings.register_url)
    try:
        with writing(here) as held:
            last = _moved(parts)
            url, why = _address(last.subject, at), unseen.strip()
            copy, state = _looked_into(url, last, opened, why)
            if copy is not None:
                _close(parts, who, copy, last)
            seen = {"undone": True, **({"unseen": why} if state == UNSEEN else {})}
            enter(held, who, parts.clock(), ARRIVED, without_password(parts.settings.register_url), seen)
            return state
    finally:
        here.dispose()


def _moved(parts: Parts) -> Entry:
    """The entry by which the register was moved. Raises Refused when it was not, or is itself the copy, which was never opened."""
    last = last_entry(parts.register)
    if last is None or last.kind != MOVED:
        raise Refused("This register was not moved.")
    if same(last.subject, parts.settings.register_url):
        raise Refused(
            "This is the copy of a register whose move did not end.",
            hint="With the settings from before the move: greffe move --to goes on, greffe move --undo takes the register back.",
        )
    return last


def _looked_into(url: URL, last: Entry, opened: Callable[[str], Register], why: str) -> tuple[Register | None, str]:
    """The copy that is to be closed, where there is one, and what becomes of it. Raises Refused."""
    try:
        copy = _copy(url, last, opened)
    except GreffeError as error:
        if isinstance(error, Conflict) and last.payload.get("undone") is True:
            raise Refused(
                f"This register was given up for the one at {last.subject}, which works.",
                hint="Move back instead: there, greffe move --to a file that names an empty database.",
            ) from error
        if not why:
            raise Refused(
                f"The copy at {last.subject} cannot be looked into: {error.text()}",
                hint="What was entered there would be lost. Name its settings with --to where the address needs a password, "
                "or say with --unseen why it does not matter.",
            ) from error
        return None, UNSEEN
    return (None, EMPTY) if copy is None else (copy, CLOSED)


def _address(said: str, at: str) -> URL:
    """Where the copy is. Raises BadQuery when `at` is another place than the entry says."""
    if not at:
        url = make_url(said)
        # The entry has no password: PGPASSWORD or ~/.pgpass may have it.
        return URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    if not same(at, said):
        raise BadQuery(f"This register was moved to {said}.", parameter="--to", hint="Name the settings of that.")
    return make_url(at)


def _copy(url: URL, last: Entry, opened: Callable[[str], Register]) -> Register | None:
    """The copy, which continues what was left; None when nothing was copied yet."""
    address = url.render_as_string(hide_password=False)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NotFound("There is no register.")
    engine = as_it_is(address)
    try:
        with translated():
            if not head_of(engine)[0]:
                return None
    finally:
        engine.dispose()
    copy = opened(address)
    own = next(iter(copy.read(after=last.number - 1)), None)
    if own is None or own.hash != last.hash:
        raise Conflict("It is no copy of this register.")
    return copy


def _close(parts: Parts, who: Actor, copy: Register, last: Entry) -> None:
    """Let the copy take nothing more. Raises Refused when something of its own was entered, Conflict when that happens meanwhile."""
    here, arrived = without_password(parts.settings.register_url), last.number + 1
    head = copy.head()
    end = next(iter(copy.read(after=head - 1)))
    closed = head > arrived and end.kind == MOVED and end.subject == here and end.payload.get("undone") is True
    lost = head - arrived - closed
    if lost > 0:
        raise Refused(
            f"The register at {last.subject} has entries since it arrived there, which would be lost: {lost}.",
            hint="Move back instead: there, greffe move --to a file that names an empty database.",
        )
    if closed or head < arrived:  # a copy that never arrived ends with register.moved
        return
    if copy.append(who, parts.clock(), MOVED, here, {"undone": True}).number != arrived + 1:
        copy.append(who, parts.clock(), ARRIVED, last.subject, {"undone": True})
        raise Conflict("Something was entered in the copy meanwhile.", hint="It is open as it was; move back instead.")
