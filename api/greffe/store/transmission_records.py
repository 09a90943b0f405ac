"""What the register says of transmissions, folded entry by entry; subject of all: the id of the transmission.

Kind → payload: transmission.built {delivery, deadline, recipient, year, number, channel, test, approval, plan, catalogue, prepared,
files, corrects, reason, foreseen}, a file of several dataflows with `beside` [{dataflow, release}], a questionnaire with `answers` and
`contributions` [{id, house, content, signatory, signed, workbook}], one of what not everybody has with `rights` [{kind, id, until}],
one whose header names the dataflow with `by_flow`;
transmission.approved (as any approval);
transmission.sending {attempt, lease, holder?}; transmission.failed, .uncertain, .sent {attempt, said, settled, lasting, again?, although?,
waits?};
transmission.acknowledged, .refused, .reported {sha256, name, said}; transmission.cancelled {reason};
transmission.entered {sha256, name, cells, same, differences: cell → other or not entered}, of a form that is filled on line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Final

from greffe.errors import BadQuery, Broken
from greffe.model import instants
from greffe.model.contributions import Contributed
from greffe.model.references import parse_reference
from greffe.model.transmissions import (
    ACKNOWLEDGED,
    APPROVED,
    CANCELLED,
    FAILED,
    REFUSED,
    SENDING,
    SENT,
    UNCERTAIN,
    Attempt,
    Beside,
    Entered,
    Receipt,
    Right,
    SentFile,
    Transmission,
)
from greffe.store.base import Entry
from greffe.store.payload import Fields

Transmissions = Mapping[str, Transmission]
ANSWERED: Final = (ACKNOWLEDGED, REFUSED)
KINDS: Final = (
    "built", "approved", "sending", "failed", "uncertain", "sent", "acknowledged", "refused", "reported", "cancelled", "entered",
)  # fmt: skip


def built_payload(one: Transmission) -> dict[str, object]:
    """What transmission.built appends."""
    foreseen = {"foreseen": one.foreseen} if one.foreseen else {}
    return {
        "delivery": one.delivery,
        "deadline": one.deadline,
        "recipient": one.recipient,
        "year": one.year,
        "number": one.number,
        "channel": one.channel,
        "test": one.test,
        "approval": one.approval,
        "plan": one.plan,
        "catalogue": one.catalogue,
        "prepared": instants.written(one.prepared),
        "files": [_told(f) for f in one.files],
        "corrects": one.corrects,
        "reason": one.reason,
        **foreseen,
    }


def _told(file: SentFile) -> dict[str, object]:
    """A file of one dataflow is told as it always was."""
    found = asdict(file) | {"dataflow": str(file.dataflow)}
    del found["beside"]
    if not file.answers:
        del found["answers"]
    del found["contributions"], found["rights"]
    if not file.by_flow:
        del found["by_flow"]
    if file.rights:
        found["rights"] = [asdict(r) for r in file.rights]
    if file.contributions:
        found["contributions"] = [asdict(c) for c in file.contributions]
    if file.beside:
        found["beside"] = [{"dataflow": str(b.dataflow), "release": b.release} for b in file.beside]
    return found


def transmissions_after(known: Transmissions, entry: Entry) -> Transmissions:
    """The transmissions after an entry of one of their kinds."""
    fields, word = Fields(entry), entry.kind.partition(".")[2]
    if word == "built":
        return {**known, entry.subject: _built(entry, fields)}
    found = known.get(entry.subject)
    if found is None:
        return known  # of a delivery that a newer program built in another way
    if word == "approved":
        found = replace(found, approvers=tuple(dict.fromkeys((*found.approvers, entry.actor))))
        found = replace(found, state=APPROVED) if found.signed and found.state == "built" else found
    elif word == SENDING and found.state in ANSWERED:
        return known  # the recipient answered meanwhile; the sender looks before it hands anything over
    elif word == SENDING:
        lease = instants.read(fields.text("lease"))
        attempt = Attempt(fields.integer("attempt"), entry.actor, entry.instant, lease, holder=fields.text("holder"))
        found = replace(found, state=SENDING, attempts=(*found.attempts, attempt))
    elif word in (SENT, FAILED, UNCERTAIN):
        found = _ended(found, fields, word)
    elif word == "entered":
        counts = fields.integer("cells"), fields.integer("same")
        looked = Entered(
            fields.text("sha256"), fields.text("name"), *counts, fields.table("differences"), entry.instant, entry.actor
        )
        found = replace(found, entered=(*found.entered, looked))
    elif word == CANCELLED:
        found = replace(found, state=CANCELLED, cancelled=fields.text("reason"))
    else:
        receipt = Receipt(
            word, fields.text("sha256"), fields.text("name"), fields.text("said"), entry.instant, entry.actor
        )
        reported = SENT if found.state == FAILED else found.state  # of a try that failed, and its file was read
        state = word if word in ANSWERED else reported
        found = replace(found, state=state, receipts=(*found.receipts, receipt))
    return {**known, found.id: replace(found, said={**found.said, word: entry.instant})}


def _ended(found: Transmission, fields: Fields, word: str) -> Transmission:
    """How a try ended; only the last one says where the delivery stands, unless an earlier one turns out to have arrived."""
    number, said, settled = fields.integer("attempt"), fields.text("said"), fields.flag("settled")
    lasting, again = fields.flag("lasting"), fields.text("again")
    although, waits = fields.flag("although"), fields.flag("waits")
    known = next((a for a in found.attempts if a.number == number), None)
    if known is not None and known.settled and not settled and word != SENT:
        return found  # who asked the recipient knows better than the sender that comes back late
    attempts = tuple(
        replace(a, ended=word, said=said, settled=settled, lasting=lasting, again=again, although=although, waits=waits)
        if a.number == number
        else a
        for a in found.attempts
    )
    state = word if word == SENT or number == len(attempts) else found.state
    state = found.state if found.state in ANSWERED else state  # what the recipient said outlasts what the sender found
    return replace(found, attempts=attempts, state=state)


def _built(entry: Entry, fields: Fields) -> Transmission:
    return Transmission(
        id=entry.subject,
        delivery=fields.text("delivery"),
        deadline=fields.text("deadline"),
        recipient=fields.text("recipient"),
        year=fields.integer("year"),
        number=fields.integer("number"),
        channel=fields.text("channel"),
        test=fields.flag("test"),
        approval=fields.text("approval"),
        plan=fields.text("plan"),
        catalogue=fields.text("catalogue"),
        prepared=fields.instant("prepared"),
        author=entry.actor,
        files=_files(entry),
        corrects=fields.text("corrects"),
        reason=fields.text("reason"),
        foreseen=fields.text("foreseen"),
        said={"built": entry.instant},
    )


def _files(entry: Entry) -> tuple[SentFile, ...]:
    listed = entry.payload.get("files")
    if not isinstance(listed, list | tuple):
        raise _wrong(entry)
    return tuple(_file(entry, one) for one in listed)


def _file(entry: Entry, one: object) -> SentFile:
    if not isinstance(one, Mapping):
        raise _wrong(entry)
    cells = {str(k): v for k, v in one.items()}
    try:
        texts = {k: str(cells[k]) for k in (
            "name", "release", "format", "content", "sender", "receiver", "agreement", "sha256",
        )}  # fmt: skip
        return SentFile(
            dataflow=parse_reference(str(cells["dataflow"])),
            observations=int(str(cells["observations"])),
            size=int(str(cells["size"])),
            since=str(cells.get("since", "")),
            beside=_beside(cells.get("beside", [])),
            answers=str(cells.get("answers", "")),
            contributions=_contributions(cells.get("contributions", [])),
            rights=_rights(cells.get("rights", [])),
            by_flow=cells.get("by_flow", False) is True,
            **texts,
        )
    except (KeyError, ValueError, BadQuery) as error:
        raise _wrong(entry) from error


def _beside(listed: object) -> tuple[Beside, ...]:
    if not isinstance(listed, list | tuple) or not all(isinstance(b, Mapping) for b in listed):
        raise ValueError("no list of dataflows")
    return tuple(Beside(parse_reference(str(b["dataflow"])), str(b["release"])) for b in listed)


def _contributions(listed: object) -> tuple[Contributed, ...]:
    if not isinstance(listed, list | tuple) or not all(isinstance(c, Mapping) for c in listed):
        raise ValueError("no list of contributions")
    return tuple(Contributed(*(str(c[f.name]) for f in fields(Contributed))) for c in listed)


def _rights(listed: object) -> tuple[Right, ...]:
    if not isinstance(listed, list | tuple) or not all(isinstance(r, Mapping) for r in listed):
        raise ValueError("no list of rights")
    return tuple(Right(*(str(r[f.name]) for f in fields(Right))) for r in listed)


def _wrong(entry: Entry) -> Broken:
    return Broken(f"Entry {entry.number} ({entry.kind}) of the register: its files are unreadable.")
