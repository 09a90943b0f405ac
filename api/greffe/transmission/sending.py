"""A delivery leaves once and only once: what is about to be done is entered before it is done, and asked for before it is
done again (outbox). The entries are the only memory: whoever is killed is followed by whoever reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from greffe.errors import Conflict, GreffeError, Refused
from greffe.model.instants import read
from greffe.model.instants import written as in_utc
from greffe.model.transmissions import (
    APPROVED,
    ARRIVED,
    BUILT,
    FAILED,
    SENDING,
    SENT,
    UNCERTAIN,
    Transmission,
)
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.store.base import Act, Actor
from greffe.transmission import keeping
from greffe.transmission.channels.channel import (
    ABSENT,
    LEASE,
    PARTLY,
    THERE,
    UNKNOWN,
    Channel,
    NotSent,
    Occupied,
    Options,
    Outgoing,
    Parcel,
    Unsure,
)
from greffe.transmission.contributions.standing import still_merged
from greffe.transmission.holders import has_died, this_process
from greffe.transmission.rights import still_granted, uses
from greffe.transmission.still_fits import still_fits
from greffe.transmission.still_open import still_open
from greffe.transmission.ways import settles_after, way_of

Try: TypeAlias = tuple[str, int]  # of which transmission, and its number


@dataclass(frozen=True)
class Outcome:
    """What became of a try: sent, failed, uncertain; and what the other side said."""

    transmission: Transmission
    said: str


def send(parts: Parts, who: Actor, id_: str, channels: Mapping[str, Options], *, again: bool = True) -> Outcome:
    """Hand a delivery over, or find that it was handed over. Everything is asked again at this moment. `again`: whether what
    did not arrive is tried again; else it is asked for alone, and has failed when it is not there.

    Raises Denied; Refused for what may not leave now; Conflict while somebody else sends it, or who was faster.
    """
    needs(parts, who, "transmitter")
    one = parts.ledger().transmission(id_)
    if one.state not in (BUILT, APPROVED, FAILED, SENDING, UNCERTAIN):
        raise Refused(f"{id_} is {one.state}: it is not sent again.")
    _not_in_other_hands(parts, one)
    channel = way_of(channels, one)
    parcel = _earlier(parts, who, one, channel)
    if isinstance(parcel, Outcome):
        return parcel
    if one.state in (SENDING, UNCERTAIN):
        found = _asked(parts, who, one, channel, parcel)
        if found is not None:
            return found
        _absent_for_good(parts, one, settles_after(channels, one))
        if not again:  # nobody is sending it: it must not look as if somebody were
            said = f"it did not arrive, and was tried {one.tries} times: a person sends it again"
            return _ended(parts, who, (id_, len(one.attempts)), FAILED, said, settled=one.state == UNCERTAIN)
    _may_leave(parts, one)
    number = len(one.attempts) + 1
    lease = in_utc(parts.clock() + LEASE)
    act = Act(
        f"transmission.{SENDING}",
        id_,
        {"attempt": number, "lease": lease, "holder": this_process()},
        once=f"transmission:{id_}:{number}",
    )
    _noted(parts, who, [act, *(uses(parts, one) if number == 1 else ())])
    if parts.ledger().transmission(id_).state != SENDING:
        raise Conflict(f"The recipient has answered {id_} meanwhile: it is not sent again.")
    return _tried(parts, who, (id_, number), channel, parcel)


def settle(
    parts: Parts,
    who: Actor,
    id_: str,
    channels: Mapping[str, Options],
    *,
    arrived: bool,
    reason: str,
    although: bool = False,
) -> Transmission:
    """Say what became of a delivery of which nobody could tell, after asking the recipient: also of one whose sender died, or
    did not end it in time. Where the channel can tell it is asked, and is believed before the person, who may know better than
    it (`although`). Raises Conflict while it may still be sent, Refused for what the other side says that it has."""
    needs(parts, who, "transmitter")
    one = parts.ledger().transmission(id_)
    if not may_be_settled(parts, one):
        _not_in_other_hands(parts, one)
        raise Refused(f"{id_} is {one.state}: there is nothing to settle.")
    if not reason.strip():
        raise Refused("How it was found out is said.", parameter="--reason")
    has = "" if arrived else _has(parts, one, channels)
    if has and not although:
        raise Refused(
            f"The other side says that it has {has} {id_}: as not arrived it would be sent twice.",
            hint="Send it: what is there is entered as sent, and what lacks is completed. Who knows better than the other side says so: "
            "greffe transmissions settle --not-arrived --although-it-says-so.",
        )
    this, said = (id_, len(one.attempts)), f"{who.name}: {reason.strip()}"
    word, beside = (SENT if arrived else FAILED), ({"although": True} if although and not arrived else None)
    return _ended(parts, who, this, word, said, settled=True, beside=beside).transmission


def may_be_settled(parts: Parts, one: Transmission) -> bool:
    """Whether a person may say what became of it: nobody can tell, or its sender is dead or out of time."""
    last = one.attempt
    if one.state == SENDING and last is not None:
        return has_died(last.holder) or parts.clock() >= last.lease_until
    return one.state == UNCERTAIN


def parcel_of(parts: Parts, one: Transmission) -> Parcel:
    """The files of a transmission as they are kept. Raises Broken when one is not what was signed."""
    files = []
    for file in one.files:
        files.append(Outgoing(file.name, keeping.whole(parts, file.sha256), file.sha256, file.size))
    return Parcel(one.key, tuple(files))


def _has(parts: Parts, one: Transmission, channels: Mapping[str, Options]) -> str:
    """What the other side says that it has of a delivery; '' for nothing, or nobody tells now: it is asked again before anything
    is sent."""
    try:
        found = way_of(channels, one).look(parcel_of(parts, one))
    except (NotSent, GreffeError):
        return ""
    return {THERE: "all of", PARTLY: "a part of"}.get(found, "")


def _earlier(parts: Parts, who: Actor, one: Transmission, channel: Channel) -> Outcome | Parcel:
    """A person may have been wrong about what never came: the other side is asked about the keys of then. What it has ends the
    delivery; what it has a part of is completed. Gives the parcel that is to be sent. Raises Refused when it cannot be asked."""
    parcel = parcel_of(parts, one)
    for key, number in one.earlier:
        try:
            found = channel.look(replace(parcel, key=key))
        except NotSent as error:
            raise Refused(f"{one.id} may have arrived as {key}, and the other side cannot be asked: {error}") from error
        if found == THERE:
            return _ended(parts, who, (one.id, number), SENT, f"found at the other side, as {key}", end="found")
        if found == PARTLY:
            return replace(parcel, key=key)
        if found == UNKNOWN and channel.tells:
            raise Refused(f"{one.id} may have arrived as {key}: the other side does not tell. Nothing was sent.")
    return parcel


def _noted(parts: Parts, who: Actor, acts: list[Act]) -> None:
    """Raises Conflict, in words, where another one was faster."""
    try:
        parts.note_all(who, acts)
    except Conflict as error:
        raise Conflict(
            f"Somebody else has {acts[0].subject} in hand, or was done with it just now: here nothing is sent.",
            hint=f"What became of it: greffe transmissions show {acts[0].subject}",
        ) from error


def _whose(parts: Parts, one: Transmission, error: Occupied) -> str:
    """What is in the way, and of which delivery it is, as far as we know."""
    ours = [
        t.id
        for t in parts.ledger().transmissions.values()
        if t.state in ARRIVED
        and (t.channel, t.test) == (one.channel, one.test)
        and error.name in {f.name for f in t.files}
    ]
    return f"{error} It is the file of {ours[-1]}, which nobody took yet." if ours else str(error)


def _not_in_other_hands(parts: Parts, one: Transmission) -> None:
    last = one.attempt
    if one.state == SENDING and last is not None and parts.clock() < last.lease_until:
        raise Conflict(
            f"{last.who} sends {one.id} since {last.began}.", hint=f"Until {in_utc(last.lease_until)} nobody else does."
        )


def _may_leave(parts: Parts, one: Transmission) -> None:
    """Signatures, contributions, structures, embargo, withdrawal, grants, origin, confidentiality: as they are now (D13)."""
    if not one.signed:
        had = ", ".join(one.approvers) or "nobody"
        raise Refused(f"{one.id} is signed by {had}: two people other than {one.author} must.")
    for file in one.files:
        still_merged(parts, one, file)
        still_fits(parts, one, file)
    for file, source in ((f, s) for f in one.files for s in f.sources):
        release = parts.ledger().release(source.release)
        still_granted(parts, one, file, release)
        if release.origin == "synthetic" and not one.test:
            raise Refused(f"{release} is synthetic: it leaves as a test only.")
        still_open(parts, one, file, release)


def _absent_for_good(parts: Parts, one: Transmission, wait: timedelta) -> None:
    """What the other side does not have yet may still be on its way there. Raises Refused until that is over."""
    last = one.attempt
    since = one.said.get(UNCERTAIN, "") if one.state == UNCERTAIN else last.began if last is not None else ""
    if since and parts.clock() < read(since) + wait:
        raise Refused(
            f"{one.id} is not at the other side, where it may still arrive: until {in_utc(read(since) + wait)} it is not sent again.",
            hint="Who has asked the recipient says so: greffe transmissions settle.",
        )


def _asked(parts: Parts, who: Actor, one: Transmission, channel: Channel, parcel: Parcel) -> Outcome | None:
    """What became of a try that did not end, or whose end is not known. None: it did not arrive, and may be tried again."""
    try:
        found = channel.look(parcel)
    except NotSent as error:
        raise Refused(f"{one.id} may have arrived, and the other side cannot be asked: {error}") from error
    this = one.id, len(one.attempts)
    if found == THERE:
        return _ended(parts, who, this, SENT, "found at the other side", settled=one.state == UNCERTAIN)
    if found in (ABSENT, PARTLY):
        return None
    if one.state == UNCERTAIN:
        raise Refused(
            f"Nobody can tell from here whether {one.id} arrived.",
            hint="Ask the recipient, then: greffe transmissions settle.",
        )
    return _ended(parts, who, this, UNCERTAIN, "the try did not end, and the other side does not tell")


def _tried(parts: Parts, who: Actor, this: Try, channel: Channel, parcel: Parcel) -> Outcome:
    """What goes wrong in a way that no channel foresaw may have arrived."""
    try:
        said = channel.deliver(parcel)
    except Occupied as error:
        told = _whose(parts, parts.ledger().transmission(this[0]), error)
        return _ended(parts, who, this, FAILED, told, beside={"waits": True})
    except NotSent as error:
        return _ended(parts, who, this, FAILED, str(error), lasting=error.lasting, after=error.after)
    except (Unsure, GreffeError, OSError) as error:
        return _ended(parts, who, this, UNCERTAIN, str(error))
    except Exception as error:
        return _ended(parts, who, this, UNCERTAIN, f"{type(error).__name__}: {error}")
    return _ended(parts, who, this, SENT, said)


def _ended(
    parts: Parts,
    who: Actor,
    this: Try,
    word: str,
    said: str,
    *,
    settled: bool = False,
    lasting: bool = False,
    after: int = 0,
    beside: Mapping[str, bool] | None = None,
    end: str = "end",
) -> Outcome:
    """One end a try: of two who found it out at once, the second is told to look again. `lasting`: it is not tried again
    before a person says so; `after`: seconds that the other side asks to wait; `beside`: marks of the try that are true;
    `end`: which end it is, where a try has several."""
    id_, number = this
    once = f"transmission:{id_}:{number}:{'settled' if settled else end}"
    told: dict[str, object] = {
        "attempt": number,
        "said": said,
        "settled": settled,
        "lasting": lasting,
        **(beside or {}),
    }
    if after:
        told["again"] = in_utc(parts.clock() + timedelta(seconds=after))
    _noted(parts, who, [Act(f"transmission.{word}", id_, told, once=once)])
    return Outcome(parts.ledger().transmission(id_), said)
