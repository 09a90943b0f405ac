"""What the register says of grants, folded entry by entry.

Kind → payload: grant.proposed {recipient, dataflow, until, reason}; grant.approved (as any approval); grant.ended {reason};
grant.used {release, values, sha256}; subject of all: the grant's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from greffe.model.grants import Grant
from greffe.store.base import Entry
from greffe.store.payload import Fields

Grants = Mapping[str, Grant]


def proposed_payload(grant: Grant) -> dict[str, object]:
    """What grant.proposed appends."""
    return {
        "recipient": grant.recipient,
        "dataflow": str(grant.dataflow),
        "until": grant.until.isoformat(),
        "reason": grant.reason,
    }


def grants_after(grants: Grants, entry: Entry) -> Grants:
    """The grants after an entry of one of their kinds."""
    fields, found = Fields(entry), grants.get(entry.subject)
    if entry.kind == "grant.proposed":
        until = date.fromisoformat(fields.text("until"))
        words = fields.text("recipient"), fields.reference("dataflow"), until, fields.text("reason")
        return {**grants, entry.subject: Grant(entry.subject, *words, entry.actor, entry.instant)}
    if found is None:
        return grants
    if entry.kind == "grant.approved":
        found = replace(found, approvers=tuple(dict.fromkeys((*found.approvers, entry.actor))))
    elif entry.kind == "grant.ended":
        found = replace(found, ended=fields.text("reason"))
    else:
        found = replace(found, uses=found.uses + 1)
    return {**grants, found.id: found}
