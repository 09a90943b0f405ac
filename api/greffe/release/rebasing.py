"""A stale proposal is merged with what took effect since: a new proposal of both, nobody's work is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from shlex import quote

from greffe.errors import BadQuery, Refused, nearest, numbered
from greffe.model.instants import paris_date
from greffe.release.merging import SIDES, Disagreement, Merged, merge_file
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposals import Proposal, effect_instant, propose, stale_files, standing, state_of
from greffe.store.base import Actor


def merge_proposal(
    parts: Parts, who: Actor, id_: str, taking: Mapping[str, str] | None = None, reason: str = ""
) -> Proposal:
    """Propose what a stale proposal and the files that hold by now say together, three ways: row by row, section by
    section, item by item. The stale one is superseded by it; its authors do not approve it.

    `taking`: place (`mappings/ESTAT/x.csv#SEX-001`, or a whole file) → mine or theirs, where both changed. Raises Refused
    with every place that both changed otherwise, in all three versions; BadQuery for a choice that nothing asks for.
    """
    needs(parts, who, "author")
    ledger, now = parts.ledger(), parts.clock()
    proposal = ledger.definitions.proposal(id_)
    state = state_of(ledger, proposal, now)
    if state != "open" or not stale_files(ledger, proposal, now):
        raise Refused(f"Proposal {id_} is {state}, and nobody changed its files since: there is nothing to merge.")
    choices = taking or {}
    check_choices(conflicts(parts, proposal), choices)
    merged = _merged(parts, proposal, choices)
    left = [conflict for one in merged.values() for conflict in one.conflicts]
    if left:
        raise Refused(
            f"{numbered(len(left), 'place was', 'places were')} changed by both, each otherwise:\n{chr(10).join(map(said, left))}",
            hint=f"Choose: greffe proposals merge {id_} --take {quote(f'{left[0].place}=mine')} (or theirs).",
        )
    held = _held(parts, proposal)
    files = {path: one.content for path, one in merged.items() if one.content is not None or path in held}
    starts = date.fromisoformat(proposal.effective_from) if proposal.effective_from else None
    if starts is not None and starts < paris_date(now):
        starts = None  # its day passed while it waited: the merged one takes effect once it is approved
    return propose(parts, who, files, reason or proposal.reason, starts, merges=proposal)


def conflicts(parts: Parts, proposal: Proposal) -> tuple[Disagreement, ...]:
    """Places of an open proposal that others changed since it was made, each otherwise."""
    return tuple(c for one in _merged(parts, proposal, {}).values() for c in one.conflicts)


def said(conflict: Disagreement) -> str:
    """A conflict in one line, all three versions."""
    versions = zip(("was", "mine", "theirs"), (conflict.base, conflict.mine, conflict.theirs), strict=True)
    return f"- {conflict.place}: " + "; ".join(f"{n}: {'absent' if v is None else _line(v)}" for n, v in versions)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


def _held(parts: Parts, proposal: Proposal) -> Mapping[str, str]:
    now = parts.clock()
    return standing(parts.ledger(), effect_instant(proposal.effective_from, now), now).files


def _merged(parts: Parts, proposal: Proposal, taking: Mapping[str, str]) -> dict[str, Merged]:
    held = _held(parts, proposal)

    def content(sha: str) -> bytes | None:
        return parts.register.content(sha) if sha else None

    return {
        path: merge_file(path, content(proposal.before[path]), content(sha), content(held.get(path, "")), taking)
        for path, sha in proposal.files.items()
    }


def check_choices(found: tuple[Disagreement, ...], taking: Mapping[str, str]) -> None:
    """Raise BadQuery for a choice where nothing is to be chosen, or that is no side."""
    places = {c.place for c in found} | {c.path for c in found}
    for place, side in taking.items():
        if place not in places:
            raise BadQuery(f"{place} is no conflict.", parameter="--take", nearest=nearest(place, places))
        if side not in SIDES:
            raise BadQuery(f"{side!r} is no side.", parameter="--take", hint=f"Take {' or '.join(SIDES)}.")
