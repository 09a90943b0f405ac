"""What the register says of clarification rounds, folded entry by entry; subject of all: the id of the query.

Kind → payload: round.asked {transmission, number, cells, deadline, text, source}; round.again {text, deadline};
round.answered {fr, en, proofs [{kind, name, sha256}]}; round.accepted {text}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from greffe.errors import Broken
from greffe.model.rounds import AGAIN, ANSWERED, ASKED, Proof, Query, Turn
from greffe.store.base import Entry
from greffe.store.payload import Fields

Queries = Mapping[str, Query]
WAS_ASKED, WAS_ANSWERED, WAS_ACCEPTED, WAS_ASKED_AGAIN = (
    "round.asked",
    "round.answered",
    "round.accepted",
    "round.again",
)
KINDS: Final = (WAS_ASKED, WAS_ANSWERED, WAS_ACCEPTED, WAS_ASKED_AGAIN)


def queries_after(known: Queries, entry: Entry) -> Queries:
    """The queries after an entry of one of their kinds."""
    fields, act = Fields(entry), entry.kind.partition(".")[2]
    if act == ASKED:
        turn = Turn(ASKED, entry.actor, entry.instant, {"und": fields.text("text")})
        one = Query(
            entry.subject, fields.text("transmission"), fields.integer("number"), fields.texts("cells"),
            fields.text("deadline"), (turn,), fields.text("source"),
        )  # fmt: skip
        return {**known, one.id: one}
    found = known.get(entry.subject)
    if found is None:
        raise Broken(f"Entry {entry.number} ({entry.kind}) of the register: {entry.subject} was never asked.")
    texts = (
        {x: text for x in ("fr", "en") if (text := fields.text(x))} if act == ANSWERED else {"und": fields.text("text")}
    )
    turn = Turn(act, entry.actor, entry.instant, texts, _proofs(entry))
    deadline = fields.text("deadline") or found.deadline if act == AGAIN else found.deadline
    return {**known, found.id: replace(found, turns=(*found.turns, turn), deadline=deadline)}


def _proofs(entry: Entry) -> tuple[Proof, ...]:
    listed = entry.payload.get("proofs", [])
    if not isinstance(listed, list | tuple) or not all(isinstance(p, Mapping) for p in listed):
        raise Broken(f"Entry {entry.number} ({entry.kind}) of the register: field 'proofs' is unreadable.")
    return tuple(Proof(str(p.get("kind")), str(p.get("name")), str(p.get("sha256"))) for p in listed)
