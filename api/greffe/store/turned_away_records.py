"""What the register says of receipts that were not taken; subject of all: the id, `receipt.1f2e3d4c5b6a`.

Kind → payload: receipt.turned_away {about, sha256, name, way, fault}; receipt.looked_at {about, reason}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from greffe.model.turned_away import TurnedAway
from greffe.store.base import Entry
from greffe.store.payload import Fields

TURNED_AWAY, LOOKED_AT = "receipt.turned_away", "receipt.looked_at"
KINDS: Final = (TURNED_AWAY, LOOKED_AT)
AllTurnedAway = Mapping[str, TurnedAway]


def turned_away_id(sha256: str, about: str, fault: str, way: str, sender: str) -> str:
    """The same file turned away for the same reason is one thing, however often one sender or one channel tries it."""
    return f"receipt.{hashlib.sha256(f'{sha256} {about} {way} {sender} {fault}'.encode()).hexdigest()[:12]}"


def turned_away_after(known: AllTurnedAway, entry: Entry) -> AllTurnedAway:
    """What was turned away after an entry of one of these kinds."""
    f = Fields(entry)
    if entry.kind == TURNED_AWAY:
        one = TurnedAway(
            entry.subject, f.text("about"), f.text("sha256"), f.text("name"), f.text("way"), f.text("fault"), entry.actor, entry.instant
        )  # fmt: skip
        return {**known, one.id: one}
    found = known.get(entry.subject)
    if found is None:
        return known
    found = replace(found, looked=entry.actor, looked_at=entry.instant, note=f.text("reason"))
    return {**known, found.id: found}
