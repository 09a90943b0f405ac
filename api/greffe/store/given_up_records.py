"""What the register says of missed deadlines that were given up; subject of all: `ESTAT_CTS_JUST-2023`.

Kind → payload: delivery.given_up {delivery, year, deadline, flows, reason}; delivery.taken_up {delivery, year, reason}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.model.given_up import GivenUp
from greffe.store.base import Entry
from greffe.store.payload import Fields

GIVEN_UP, TAKEN_UP = "delivery.given_up", "delivery.taken_up"
GIVING_UP: Final = (GIVEN_UP, TAKEN_UP)
AllGivenUp = Mapping[str, GivenUp]


def given_up_after(known: AllGivenUp, entry: Entry) -> AllGivenUp:
    """What is given up after an entry of one of these kinds."""
    rest = {subject: one for subject, one in known.items() if subject != entry.subject}
    if entry.kind == TAKEN_UP:
        return rest
    f = Fields(entry)
    one = GivenUp(
        f.text("delivery"), f.integer("year"), f.text("deadline"), f.texts("flows"), f.text("reason"), entry.actor, entry.instant
    )  # fmt: skip
    return {**rest, entry.subject: one}
