"""The certificate of a figure for staff and auditors: internal figures, decisions with names, the chain of custody."""

from __future__ import annotations

from collections.abc import Sequence

from greffe.french import ours
from greffe.model.instants import paris_date, paris_day, paris_time, read
from greffe.release.custody import custody, head_entry, release_entry
from greffe.release.decisions import Decision
from greffe.release.definitions import map_subject
from greffe.release.parts import Parts
from greffe.store.base import Entry
from greffe.store.records import Approval
from greffe.web.pages.blanks import colon
from greffe.web.pages.render import number
from greffe.web.pages.words import Say
from greffe.web.trail.certificate import words
from greffe.web.trail.inside import Inside, people, said_codes
from greffe.web.trail.paper import Certificate, Part
from greffe.web.trail.public import (
    ROWS,
    address_of,
    figure_part,
    file_name,
    joined,
    more,
    state_of,
    value_text,
    verdict,
)


def certificate(parts: Parts, inside: Inside) -> Certificate:
    """Everything that stands behind a figure. Who may read it is asked where the explanation is had (release/told.py)."""
    found, lang = inside.found, inside.lang
    say, key = words(lang), ".".join(found.key.values())
    attributes = dict(found.attributes)
    return Certificate(
        lang=lang,
        title=say("of_figure_staff"),
        figure=value_text(say, found.published, attributes, lang),
        under=f"{inside.labels.key(found.key)}, {found.period}",
        dated=state_of(parts, found.dataflow),
        name=f"{file_name(found.dataflow, str(found.release), key, found.period)}-internal",
        address=parts.settings.public_url,
        parts=[
            figure_part(say, inside.labels, found.dataflow, key, found.period, attributes),
            _release(parts, say, inside),
            *_made(say, inside),
            _internal(say, inside),
            _extracts(parts, say, inside),
            _checks(say, inside),
            _custody(parts, say, inside),
            _verifying(parts, say, inside),
        ],
        synthetic=found.release.origin == "synthetic",
        internal=True,
        back=address_of("/staff/trace", found.dataflow, key, found.period, found.release.number),
    )


def _release(parts: Parts, say: Say, inside: Inside) -> Part:
    found, release = inside.found, inside.found.release
    current = parts.ledger().current(release.dataflow, parts.clock())
    facts = [
        (say("release"), f"{release}" + (f" ({release.vintage})" if release.vintage else "")),
        (say("effective"), paris_time(release.effective_at, inside.lang)),
        (say("standing"), say("is_current") if current == release else say("superseded", release=str(current))),
        (say("origin"), say(release.origin)),
        (say("content"), release.content_hash),
        (say("author"), found.draft_author),
        (say("release_approved"), signed(people(found.draft_signatures, "approver"), say)),
    ]
    facts += [
        (
            say("warnings_accepted"),
            f"{a.person}, {paris_day(a.instant)}{colon(inside.lang)} {ours(a.reason, inside.lang)}",
        )
        for a in found.acceptances
    ]
    return Part(say("release_heading"), [say("partial")] if found.partial else [], facts)


def signed(approvals: Sequence[Approval], say: Say) -> str:
    """Names with their days."""
    return ", ".join(f"{a.person} ({paris_day(a.instant)})" for a in approvals) or say("none")


def _made(say: Say, inside: Inside) -> list[Part]:
    found, lang = inside.found, inside.lang
    authors, approvers = (signed(people(found.map_signatures, role), say) for role in ("author", "approver"))
    facts = [
        (say("map"), f"{found.map.reference} ({found.map.checksum})"),
        (say("author"), authors),
        (say("map_approved"), approvers),
    ]
    steps = [
        ("· " * s.depth + s.key, s.period, number(s.value, lang) if s.value else say("missing"), joined(s.kind, s.told, s.why))
        for s in inside.steps[:ROWS]
    ]  # fmt: skip
    rows = [
        (f"{m.step.file}, {m.step.row_id}", f"{said_codes(m.step.source)} → {said_codes(m.step.target)}",
         joined(m.kind, m.reason, ours(m.step.reference, inside.lang)), decided(m.decision))
        for m in inside.mappings[:ROWS]
    ]  # fmt: skip
    step_heads = tuple(say(w) for w in ("key", "period", "value", "calculation"))
    heads = tuple(say(w) for w in ("row", "codes", "reason", "decided"))
    return [
        Part(say("made"), more(say, len(inside.steps)), facts, [step_heads, *steps] if steps else ()),
        Part(say("mapping_rows"), more(say, len(inside.mappings)), (), [heads, *rows] if rows else ()),
    ]


def decided(decision: Decision | None) -> str:
    """Who decided a row, who approved it, since when."""
    if decision is None:
        return ""
    since = paris_day(decision.since) if decision.since else ""
    return joined(decision.author, ", ".join(decision.approvers), since)


def _internal(say: Say, inside: Inside) -> Part:
    rows = [
        (s.extract, str(s.row), joined(said_codes(s.key), s.period), number(s.text, inside.lang) if s.text else say("missing"), s.status)
        for s in inside.sources[:ROWS]
    ]  # fmt: skip
    heads = tuple(say(w) for w in ("extract", "line", "codes", "value", "status"))
    return Part(say("internal"), more(say, len(inside.sources)), (), [heads, *rows] if rows else ())


def _extracts(parts: Parts, say: Say, inside: Inside) -> Part:
    ledger = parts.ledger()
    records = [ledger.extract(id_) for id_ in ledger.draft(inside.found.release.draft).extracts]
    heads = tuple(say(w) for w in ("extract", "file", "source", "checksum"))
    rows = [
        (r.id, joined(r.file_name, paris_date(r.moment).isoformat()), joined(r.source, r.sender), r.checksum)
        for r in records
    ]
    return Part(say("extracts"), (), (), [heads, *rows] if rows else ())


def _checks(say: Say, inside: Inside) -> Part:
    found = inside.found
    facts = [(say("rules"), ", ".join(found.rules_passed) or say("none"))]
    facts += [(f"{f.rule} ({say(f.severity)})", f.messages.get(inside.lang, "")) for f in found.findings]
    for w in found.waivers:
        facts.append(
            (
                say("waiver", id=str(w.get("id"))),
                joined(*(ours(str(w.get(n) or ""), inside.lang) for n in ("rule", "reason", "reference"))),
            )
        )
    return Part(say("checks"), [verdict(say, found.agrees, dict(found.attributes))], facts)


def _custody(parts: Parts, say: Say, inside: Inside) -> Part:
    entries = custody(parts, inside.found.release, map_subject(inside.found.map))
    heads = tuple(say(w) for w in ("entry", "act", "who", "hash"))
    return Part(say("custody"), (), (), [heads, *(_entry(e, say, inside.lang) for e in entries)])


def _entry(entry: Entry, say: Say, lang: str) -> tuple[str, ...]:
    act = say(f"act_{entry.kind.replace('.', '_')}")
    return (
        str(entry.number),
        f"{act}{colon(lang)} {entry.subject}",
        joined(entry.actor, paris_time(read(entry.instant), lang)),
        entry.hash,
    )


def _verifying(parts: Parts, say: Say, inside: Inside) -> Part:
    entry, head = release_entry(parts, inside.found.release), head_entry(parts)
    told = [say("verify_house", command=f"greffe verify --entry {entry.number}:{entry.hash}")]
    if head is not None:
        told.append(say("verify_head", number=head.number, hash=head.hash))
    return Part(say("verify"), told)
