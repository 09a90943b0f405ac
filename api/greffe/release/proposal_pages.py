"""A proposal as it is shown: its state, who said and signed what, what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from greffe.model.instants import written
from greffe.release.approvals import stale_files
from greffe.release.parts import Parts
from greffe.release.proposals import Proposal, others_on, state_of
from greffe.release.rebasing import conflicts, said
from greffe.store.proposal_records import Closing


def described(parts: Parts, proposal: Proposal) -> dict[str, object]:
    """Everything but the differences, as plain values."""
    ledger, now = parts.ledger(), parts.clock()
    stale = stale_files(ledger, proposal, now)
    return {
        "proposal": proposal.id,
        "state": state_of(ledger, proposal, now),
        "authors": list(proposal.authors),
        "made": proposal.instant,
        "reason": proposal.reason,
        "checksum": proposal.checksum,
        "effective_from": proposal.effective_from,
        "effective_at": written(proposal.effective_at) if proposal.effective_at else "",
        "merges": proposal.merges,
        "closed": _closed(proposal.closing) if proposal.closing else None,
        "approvals": [{"person": a.person, "instant": a.instant, "comment": a.comment} for a in proposal.approvals],
        "comments": [
            {"person": c.person, "instant": c.instant, "file": c.path, "row": c.row, "text": c.text}
            for c in proposal.comments
        ],
        "stale": stale,
        "conflicts": [said(c).removeprefix("- ") for c in conflicts(parts, proposal)] if stale else [],
        "others": [f"{other.id} of {other.author}" for other in others_on(parts, proposal)]
        if not proposal.decided
        else [],
    }


def _closed(closing: Closing) -> dict[str, str]:
    return {
        "how": closing.how,
        "by": closing.by or closing.person,
        "instant": closing.instant,
        "reason": closing.reason,
    }


def told(data: Mapping[str, object]) -> Iterator[str]:
    """Lines for people, of what `described` gives."""
    for one in _list(data, "approvals"):
        yield f"approved by {one['person']} on {one['instant'][:10]}{_tail(one['comment'])}"
    for one in _list(data, "comments"):
        yield f"{one['person']} on {one['instant'][:10]}{_at(one)}: {one['text']}"
    closed = data.get("closed")
    if isinstance(closed, Mapping):
        yield f"{closed['how']} by {closed['by']} on {closed['instant'][:10]}: {closed['reason']}"
    for name, lines in data.items():
        if name in ("stale", "conflicts", "others") and isinstance(lines, Sequence):
            yield from (f"{name}: {line}" for line in lines)


def _list(data: Mapping[str, object], name: str) -> Iterator[Mapping[str, str]]:
    found = data.get(name)
    if isinstance(found, list):
        yield from found


def _tail(comment: str) -> str:
    return f": {comment}" if comment else ""


def _at(comment: Mapping[str, str]) -> str:
    return f" on {comment['file']}{'#' + comment['row'] if comment['row'] else ''}" if comment["file"] else ""
