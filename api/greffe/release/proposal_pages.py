"""A proposal as it is shown: its state, who said and signed what, what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from greffe.errors import BadDefinition, Refused
from greffe.model.instants import paris_day, written
from greffe.release.approvals import stale_sentences
from greffe.release.decisions import RowChange, changes_of, counted
from greffe.release.parts import Parts
from greffe.release.proposals import Proposal, base_files, others_on, proposed_catalogue, state_of
from greffe.release.rebasing import conflicts, said
from greffe.store.proposal_records import Closing


def described(parts: Parts, proposal: Proposal) -> dict[str, object]:
    """Everything but the differences, as plain values."""
    ledger, now = parts.ledger(), parts.clock()
    stale = stale_sentences(ledger, proposal, now)
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


def row_changes(parts: Parts, proposal: Proposal) -> tuple[RowChange, ...]:
    """What becomes of the decisions on rows; nothing is said where the files do not fit what stands by now."""
    try:
        return changes_of(parts.catalogue_of(base_files(parts, proposal)), proposed_catalogue(parts, proposal))
    except (BadDefinition, Refused):
        return ()


_DECIDED: Final = {
    "carried": "carried over", "new": "new", "changed": "changed", "gone": "gone", "queued": "codes without a row",
}  # fmt: skip


def counts_told(changes: tuple[RowChange, ...]) -> Iterator[str]:
    """How many decisions are carried over, need approval or fall, and the codes that nothing decides, for people."""
    found = counted(changes)
    if found:
        yield f"decisions: {', '.join(f'{found[what]} {said_}' for what, said_ in _DECIDED.items() if what in found)}"
    for change in changes:
        if change.what == "queued":
            yield f"without a row: code {change.row} of {change.file} in {change.map}"


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
        yield f"approved by {one['person']} on {paris_day(one['instant'])}{_tail(one['comment'])}"
    for one in _list(data, "comments"):
        yield f"{one['person']} on {paris_day(one['instant'])}{_at(one)}: {one['text']}"
    closed = data.get("closed")
    if isinstance(closed, Mapping):
        yield f"{closed['how']} by {closed['by']} on {paris_day(closed['instant'])}: {closed['reason']}"
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
