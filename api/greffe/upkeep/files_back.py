"""`greffe move --undo` where the files went alone: what came since goes back to where these settings say, and the register says so.
Nothing is lost by it, so nothing has to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from greffe.release.parts import Parts
from greffe.release.people import HOUSE
from greffe.store.base import Actor, Register
from greffe.store.chain import FILES_MOVED, MOVED
from greffe.store.depot import ALONE, Depot
from greffe.store.files_place import elsewhere, place_of, said_by, setting_of
from greffe.upkeep.backup import Tell
from greffe.upkeep.move import Place, move
from greffe.upkeep.whereabouts import last_entry


def files_back(
    parts: Parts, who: Actor, depot_at: Callable[[str], Depot], register: Callable[[str], Register], tell: Tell
) -> bool:
    """Bring the files back to the place of these settings; False when they are there, or the register was moved. Raises as `move`
    does."""
    found = said_by(parts.register)
    if _moved(parts) or elsewhere(found, parts.settings.files) is None:
        return False
    files, there = setting_of(found[0]), parts.acting()
    there.settings, there.depot = replace(parts.settings, files=files), depot_at(files) if files else ALONE
    move(there, who, parts.settings, Place(parts.depot, register), tell)
    return True


def settled_here(parts: Parts) -> None:
    """A house that was restored has its files where its settings say: enter it, where the register says another place."""
    if not _moved(parts) and elsewhere(said_by(parts.register), parts.settings.files) is not None:
        parts.note(HOUSE, FILES_MOVED, place_of(parts.settings.files), {"restored": True})


def _moved(parts: Parts) -> bool:
    last = last_entry(parts.register)
    return last is not None and last.kind == MOVED
