"""What is decided about a proposal: two approvals and it takes effect, a rejection, a withdrawal; and what is said.

The second signature and the effect are one entry of the register: there is no moment at which one is without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadDefinition, BadQuery, Conflict, Denied, NotFound, Refused, nearest
from greffe.model.instants import paris_day
from greffe.model.maps import StructureMap
from greffe.release.definitions import map_subject
from greffe.release.parts import Parts
from greffe.release.people import author_of, needs, signed_by_two
from greffe.release.pieces import read_pieces
from greffe.release.proposals import Proposal, effect_instant, map_files, same_map, stale_files, standing, state_of
from greffe.release.proposed_files import check_kept
from greffe.store.base import Actor
from greffe.store.definitions import NEEDED, changed
from greffe.store.ledger import Ledger
from greffe.store.proposal_records import Comment, effect_payload
from greffe.store.records import Approval

_TRIES = 50  # how often a decision is looked at again because others decided meanwhile


def approve_proposal(parts: Parts, who: Actor, id_: str, comment: str = "") -> Proposal:
    """Sign a proposal: its files and what they were before. With the second signature it takes effect, at its date.

    Raises Denied (no approver, or an author), Refused (decided, signed before, stale, or in the way of one that waits
    for its date), BadDefinition (its files do not fit what others have changed since)."""
    needs(parts, who, "approver")
    return _decided(parts, id_, partial(_approved, parts, who, comment))


def reject_proposal(parts: Parts, who: Actor, id_: str, reason: str) -> Proposal:
    """Say no, with the reason; it is kept. Raises Denied unless an approver does it who is no author, Refused."""
    needs(parts, who, "approver")
    _reasoned(reason)

    def reject(ledger: Ledger, proposal: Proposal) -> None:
        if who.name in proposal.authors:
            raise Denied(
                f"{who.name} is an author of {id_}.", hint=f"Authors withdraw: greffe proposals withdraw {id_}."
            )
        _open(ledger, proposal, parts.clock())
        parts.note(who, "proposal.rejected", id_, {"reason": reason}, once=ledger.definitions.once)

    return _decided(parts, id_, reject)


def withdraw_proposal(parts: Parts, who: Actor, id_: str, reason: str) -> Proposal:
    """Take a proposal back before it has taken effect, approved or not. Its authors do, or an administrator."""
    _reasoned(reason)

    def withdraw(ledger: Ledger, proposal: Proposal) -> None:
        if who.name not in proposal.authors:
            needs(parts, who, "administrator")
        now = parts.clock()
        if state_of(ledger, proposal, now) != "approved":
            _open(ledger, proposal, now)
        parts.note(who, "proposal.withdrawn", id_, {"reason": reason}, once=ledger.definitions.once)

    return _decided(parts, id_, withdraw)


def comment_proposal(parts: Parts, who: Actor, id_: str, text: str, place: str = "") -> Proposal:
    """Say something about a proposal, about a file of it, or about a row: `mappings/ESTAT/x.csv#SEX-001`, or SEX-001
    alone where one file of it has such a row. Raises BadQuery, NotFound."""
    proposal = parts.ledger().definitions.proposal(id_)
    if not text.strip():
        raise BadQuery("The comment is empty.")
    path, row = _place(parts, proposal, place)
    parts.note(who, "proposal.commented", id_, Comment(id_, text, path, row).payload())
    return parts.ledger().definitions.proposal(id_)


def _place(parts: Parts, proposal: Proposal, place: str) -> tuple[str, str]:
    if not place or place in proposal.files:
        return place, ""
    path, _, row = place.rpartition("#")
    known = [(p, r) for p, rows in _rows(parts, proposal) for r in rows]
    found = [(p, r) for p, r in known if r == row and path in ("", p)]
    if len(found) != 1:
        what = f"{len(found)} files have a row {row}" if found else f"Nothing of {proposal.id} is at {place!r}"
        names = [f"{p}#{r}" for p, r in found or known]
        rows = [] if path else [r for _, r in known]  # a row alone is near to rows, not to whole places
        raise NotFound(
            f"{what}.",
            parameter="--row",
            nearest=names[:3] if found else nearest(place, [*rows, *names, *proposal.files]),
        )
    return found[0]


def _rows(parts: Parts, proposal: Proposal) -> Iterator[tuple[str, dict[str, None]]]:
    """Row ids of each CSV file, as proposed and as before."""
    for path, sha in proposal.files.items():
        if path.endswith(".csv"):
            contents = [parts.register.content(s) for s in (proposal.before[path], sha) if s]
            yield path, dict.fromkeys(row for content in contents for row in read_pieces(path, content))


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise BadQuery("A reason is needed.", parameter="--reason")


def _decided(parts: Parts, id_: str, decide: Callable[[Ledger, Proposal], None]) -> Proposal:
    """Decide on the state as it is; when another decision came first, look again."""
    for _ in range(_TRIES):
        ledger = parts.ledger()
        try:
            decide(ledger, ledger.definitions.proposal(id_))
        except Conflict:
            continue
        return parts.ledger().definitions.proposal(id_)
    raise Conflict(f"Others decide all the time; {id_} was not decided on.", hint="Try again.")


def _open(ledger: Ledger, proposal: Proposal, now: datetime) -> None:
    state = state_of(ledger, proposal, now)
    if state != "open":
        closing = proposal.closing
        by = f" by {closing.person or closing.by} on {paris_day(closing.instant)}: {closing.reason}" if closing else ""
        raise Refused(f"Proposal {proposal.id} is {state}{by}.", hint="Make another proposal.")


def _approved(parts: Parts, who: Actor, comment: str, ledger: Ledger, proposal: Proposal) -> None:
    now = parts.clock()
    if who.name in proposal.authors:
        raise Denied(f"{who.name} is an author of {proposal.id}: two other people approve it.")
    _open(ledger, proposal, now)
    if who.name in {a.person for a in proposal.approvals}:
        raise Refused(f"{who.name} has already approved {proposal.id}.")
    check_fresh(ledger, proposal, now)
    at = effect_instant(proposal.effective_from, now)
    signed = (*proposal.approvals, Approval(proposal.id, proposal.checksum, comment=comment))
    maps = _effects(parts, ledger, proposal, at, now)
    last = len(signed) == NEEDED
    payload = effect_payload(signed[-1], at, maps) if last else signed[-1].payload()
    kind = "proposal.effective" if last else "proposal.approved"
    parts.register.append(who, now, kind, proposal.id, payload, once=ledger.definitions.once)


def check_fresh(ledger: Ledger, proposal: Proposal, now: datetime) -> None:
    """Raise Refused for a proposal made on files that others have changed since: nothing is overwritten."""
    found = stale_sentences(ledger, proposal, now)
    if found:
        raise Refused(
            f"Proposal {proposal.id} is stale: {'; '.join(found)}.", hint=f"greffe proposals merge {proposal.id}"
        )


def stale_sentences(ledger: Ledger, proposal: Proposal, now: datetime) -> list[str]:
    """What makes a proposal stale, a sentence a file: who changed it, by which proposal, when."""
    said = []
    for path, version in stale_files(ledger, proposal, now).items():
        by = ledger.definitions.proposals.get(version.proposal)
        who = f"by proposal {by.id} of {by.author}" if by else "by an import"
        said.append(f"{path} was changed {who}, effective {paris_day(version.instant)}")
    return said


def _effects(parts: Parts, ledger: Ledger, proposal: Proposal, at: datetime, now: datetime) -> dict[str, str]:
    """Lay the proposal over what holds at its instant and over what waits for a later one: all of it must load, and
    nobody's files be overwritten. Returns the maps, subject → checksum, that its signatures stand for."""
    before = standing(ledger, at, now).files
    after = changed(before, proposal.files)
    old, new = parts.catalogue_of(before), parts.catalogue_of(after)
    check_kept(old, new)
    maps = _signed_maps(parts, old, new, proposal)
    for later in ledger.definitions.after(max(at, now)):
        waiting = ledger.definitions.proposals.get(later.proposal)
        taken = sorted(later.change.keys() & proposal.files.keys())
        if waiting is not None and taken:
            raise Refused(
                f"Proposal {waiting.id} of {waiting.author} sets {taken[0]} from {paris_day(later.instant)} on, as it was "
                f"before {proposal.id}.",
                hint=f"Withdraw it first: greffe proposals withdraw {waiting.id}.",
            )
        after = changed(after, later.change)
        try:
            new = parts.catalogue_of(after)
        except BadDefinition as error:
            raise Refused(
                f"With proposal {later.proposal}, effective {paris_day(later.instant)}: {error.text()}"
            ) from error
        maps |= _signed_maps(parts, parts.catalogue_of(later.files), new, proposal)
    return maps


def _signed_maps(parts: Parts, old: Catalogue, new: Catalogue, proposal: Proposal) -> dict[str, str]:
    """The maps that become others. Two signatures under a change stand for a whole map when what did not change had its
    two before, or when all of it is new: nobody signs what nobody read."""
    found: dict[str, str] = {}
    for map_ in new.maps.values():
        before = next((m for m in old.maps.values() if same_map(m, map_)), None)
        if before is not None and before.checksum == map_.checksum:
            continue
        if before is None or map_files(map_) <= proposal.files.keys() or _whole(parts, before):
            found[map_subject(map_)] = map_.checksum
    return found


def _whole(parts: Parts, map_: StructureMap) -> bool:
    subject = map_subject(map_)
    return signed_by_two(parts, subject, map_.checksum, author_of(parts, subject, map_.checksum))
