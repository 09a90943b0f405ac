"""By what a file brings what not everybody has: a release before its hour (release.advances), or values that a release hides
(release.grants). Which right it is stands in the plan and in what is signed; it is asked for again when the file leaves.

A release before its hour goes into deliveries that two people sign each time; what is hidden, by rows of deliveries.csv whose
content is `granted`. Tests and questionnaires bring what everybody has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from greffe.catalogue.policies.deliveries import EACH, GRANTED, Delivery
from greffe.errors import GreffeError, Refused
from greffe.formats.embargoed import embargoed
from greffe.formats.filled import filled
from greffe.model.dataset import DataSet
from greffe.model.instants import paris_date, paris_time, read, written
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.transmissions import ADVANCE, GRANT, Right, SentFile, Transmission
from greffe.release.advances import open_to, window
from greffe.release.grants import granted, hidden_of
from greffe.release.parts import Parts
from greffe.store.base import Act

HINT: Final = "Cancel it, and build another one."


def release_for(parts: Parts, flow: Reference, row: Delivery, recipient: str, *, test: bool) -> Release | None:
    """What a file of a dataflow is made of: the current release, or a newer one that its recipient may have by now."""
    ledger, now = parts.ledger(), parts.clock()
    current = ledger.current(flow, now)
    if test or row.approval != EACH:
        return current
    ahead = [r for r in ledger.releases_of(flow) if open_to(parts, r, recipient)]
    return max((r for r in (current, *ahead) if r is not None), key=lambda r: r.number, default=None)


def rights_of(
    parts: Parts, row: Delivery, release: Release, recipient: str, *, test: bool
) -> tuple[tuple[Right, ...], bool]:
    """By what a file of that release would leave now, beside that it is released; and whether it lacks a grant for that."""
    found, lacks = list[Right](), False
    if not test and not release.readable(parts.clock()):
        found.append(Right(ADVANCE, str(release), written(release.effective_at)))
    if not test and row.content == GRANTED:
        try:
            one = granted(parts, recipient, release)
            found.append(Right(GRANT, one.id, one.until.isoformat()))
        except GreffeError:
            lacks = True
    return tuple(found), lacks


def still_granted(parts: Parts, one: Transmission, file: SentFile, release: Release) -> None:
    """Raises Refused for a release that was withdrawn, or is under embargo and not the recipient's by now; and where the grant
    by which a file brings what is hidden is over."""
    if not release.readable(parts.clock()):
        _out_or_ahead(parts, one, file, release)
    for right in file.by(GRANT):
        grant = parts.ledger().grants.get(right.id)
        state = grant.state(paris_date(parts.clock())) if grant is not None else "unknown"
        if grant is None or state != "in force" or grant.recipient != one.recipient:
            raise Refused(f"Grant {right.id} is {state}: {file.name} does not leave.", hint=HINT)


def _out_or_ahead(parts: Parts, one: Transmission, file: SentFile, release: Release) -> None:
    state = "was withdrawn" if release.withdrawn_at else "is under embargo"
    mine = any(r.id == str(release) for r in file.by(ADVANCE))
    if mine and open_to(parts, release, one.recipient):
        return
    when = window(parts, release, one.recipient) if mine and not release.withdrawn_at else None
    if when is not None:
        raise Refused(
            f"{release} is under embargo, and {one.recipient} may have it from {paris_time(when[0])} on: {file.name} does not leave.",
            hint=HINT,
        )
    raise Refused(f"{release} {state}: {file.name} does not leave.", hint=HINT)


def uses(parts: Parts, one: Transmission) -> list[Act]:
    """What is entered when a delivery leaves the first time: that it brings what not everybody has, to whom."""
    acts = []
    for file in one.files:
        for right in file.rights:
            if right.kind == ADVANCE and read(right.until) > parts.clock():
                acts.append(Act("advance.accessed", right.id, {"to": one.recipient}))
            elif right.kind == GRANT:
                values = sum(map(len, hidden_of(parts, parts.ledger().release(file.release)).values()))
                told = {"release": file.release, "values": values, "sha256": file.sha256}
                acts.append(Act("grant.used", right.id, told))
    return acts


def marked(parts: Parts, dataset: DataSet, release: Release, rights: tuple[Right, ...]) -> DataSet:
    """A data set with what is hidden, where a grant says so; each observation tells that it is under embargo."""
    for right in rights:
        dataset = (
            filled(dataset, hidden_of(parts, release)) if right.kind == GRANT else embargoed(dataset, read(right.until))
        )
    return dataset


def told(rights: tuple[Right, ...], recipient: str) -> str:
    """What the header of a file says of them, '' for none."""
    words = {
        ADVANCE: lambda r: f"Under embargo until {paris_time(read(r.until))}, for {recipient}; ",
        GRANT: lambda r: f"Confidential values by grant {r.id}, for {recipient}; ",
    }
    return "".join(words[r.kind](r) for r in rights)


def faults(parts: Parts, one: Transmission) -> Iterator[str]:
    """Rights that a delivery names and the register does not."""
    ledger = parts.ledger()
    for right in dict.fromkeys(r for f in one.files for r in f.rights):
        known = right.id in ledger.grants if right.kind == GRANT else (right.id, one.recipient) in ledger.advances
        if not known:
            yield f"{one.id}: the register has no {right.kind} {right.id} for {one.recipient}."
