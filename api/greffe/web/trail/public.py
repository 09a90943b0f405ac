"""The certificate of a published figure for everybody: no internal value, no name, no sum over hidden figures (D20)."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlencode

from greffe.mapping.words import kind_word
from greffe.model.instants import paris_time
from greffe.model.structures import Dataflow
from greffe.release.custody import release_entry, seal
from greffe.release.parts import Parts
from greffe.web.models import ExplanationOut
from greffe.web.pages.blanks import colon
from greffe.web.pages.labels import Labels
from greffe.web.pages.render import number
from greffe.web.pages.words import Say
from greffe.web.trail.certificate import words
from greffe.web.trail.paper import Certificate, Part

ROWS = 200  # of a table in a certificate


def certificate(parts: Parts, flow: Dataflow, told: ExplanationOut, lang: str) -> Certificate:
    """What everybody may be given of a figure."""
    say, catalogue = words(lang), parts.catalogue()
    key = told.series.rpartition("/")[2]
    labels = Labels(catalogue, catalogue.structure(flow), lang)
    return Certificate(
        lang=lang,
        title=say("of_figure"),
        figure=value_text(say, told.published, told.attributes, lang),
        under=f"{labels.key({d.id: d.code for d in told.key})}, {told.period}",
        dated=state_of(parts, flow),
        address=parts.settings.public_url,
        name=file_name(flow, told.release, key, told.period),
        parts=[
            figure_part(say, labels, flow, key, told.period, told.attributes),
            _release(parts, say, told),
            _made(say, told, lang),
            _checks(say, told, lang),
            verifying(parts, say, told.release),
        ],
        synthetic=told.origin == "synthetic",
        back=address_of("/trace", flow, key, told.period, parts.ledger().release(told.release).number),
    )


def address_of(base: str, flow: Dataflow, key: str, period: str, release: int) -> str:
    """The page of a figure, of exactly that release."""
    return f"{base}/{flow.reference.id}?{urlencode({'key': key, 'period': period, 'release': release})}"


def state_of(parts: Parts, flow: Dataflow) -> datetime:
    """Since when what is told of a dataflow is as it is: its last release or withdrawal."""
    now = parts.clock()
    return max(instant for r in parts.ledger().releases_of(flow.reference) for instant in r.instants(now))


def value_text(say: Say, published: str | None, attributes: dict[str, str], lang: str) -> str:
    """A published value, or why there is none."""
    if published is not None:
        return number(published, lang)
    return say("withheld") if attributes.get("CONF_STATUS", "F") != "F" else say("missing")


def file_name(flow: Dataflow, release: str, key: str, period: str) -> str:
    """A name that every file system takes."""
    said = f"{flow.reference.id}-{release.rpartition('#')[2]}-{key}-{period}"
    return re.sub(r"[^A-Za-z0-9._-]", "_", said)[:120]


def figure_part(say: Say, labels: Labels, flow: Dataflow, key: str, period: str, attributes: dict[str, str]) -> Part:
    """Which figure it is, code by code."""
    codes = dict(zip(labels.structure.dimension_ids, key.split("."), strict=True))
    facts = [
        (say("flow"), f"{name_of(flow, labels.lang)} ({flow.reference})"),
        (say("key"), key),
        (say("period"), period),
    ]
    facts += [(labels.concept(d), f"{labels.code(d, c)} ({d} = {c})") for d, c in codes.items()]
    facts += [(labels.concept(a), _said(labels, a, v)) for a, v in attributes.items()]
    return Part(say("which"), facts=facts)


def name_of(flow: Dataflow, lang: str) -> str:
    """The name of a dataflow."""
    return flow.names.get(lang) or flow.names.get("en") or flow.reference.id


def _said(labels: Labels, id_: str, value: str) -> str:
    name = labels.code(id_, value)
    return value if name == value else f"{name} ({value})"


def _release(parts: Parts, say: Say, told: ExplanationOut) -> Part:
    release = parts.ledger().release(told.release)
    entry = release_entry(parts, release)
    current = parts.ledger().current(release.dataflow, parts.clock())
    standing = say("is_current") if current == release else say("superseded", release=str(current))
    facts = [
        (say("release"), f"{release}" + (f" ({release.vintage})" if release.vintage else "")),
        (say("effective"), paris_time(release.effective_at, "fr" if say("lang") == "fr" else "en")),
        (say("standing"), standing),
        (say("origin"), say(release.origin)),
        (say("content"), release.content_hash),
        (say("entry"), str(entry.number)),
        (say("seal"), seal(entry)),
        (say("release_approved"), told.release_approved),
    ]
    return Part(say("release_heading"), [say("partial")] if told.partial else [], facts)


def _made(say: Say, told: ExplanationOut, lang: str) -> Part:
    facts = [(say("map"), told.map), (say("map_approved"), told.map_approved)]
    facts += [(say("calculation"), joined(f"{c.id}{colon(lang)} {c.expression}", c.reason)) for c in told.calculations]
    rows = [
        (f"{m.file}, {m.row_id}", f"{_codes(m.source)} → {_codes(m.target)}",
         kind_word(m.kind, lang), joined(m.reason, m.reference), m.approved)
        for m in told.mappings[:ROWS]
    ]  # fmt: skip
    heads = tuple(say(w) for w in ("row", "codes", "kind", "reason", "approved"))
    internal = [say("internal_rows", count=number(len(told.internal_rows), lang))] if told.internal_rows else []
    return Part(say("made"), [*internal, *more(say, len(told.mappings))], facts, [heads, *rows] if rows else ())


def joined(*texts: str) -> str:
    """Those that say something."""
    return " · ".join(t.rstrip(".") for t in texts if t)


def more(say: Say, count: int) -> list[str]:
    """That a table does not hold all."""
    return [say("more", shown=ROWS, count=count)] if count > ROWS else []


def _codes(codes: dict[str, str]) -> str:
    return ", ".join(f"{k}={v}" for k, v in codes.items())


def _checks(say: Say, told: ExplanationOut, lang: str) -> Part:
    facts = [(say("rules"), ", ".join(told.rules_passed) or say("none"))]
    facts += [(f"{f.rule} ({say(f.severity)})", f.messages.get(lang, "")) for f in told.findings]
    facts += [
        (say("waiver", id=w["id"]), f"{w['rule']}{colon(lang)} {w['reason']} ({w['reference']})") for w in told.waivers
    ]
    return Part(say("checks"), [verdict(say, told.agrees, told.attributes)], facts)


def verdict(say: Say, agrees: bool, attributes: dict[str, str]) -> str:
    """What came of making the figure again."""
    return say("agrees") if agrees else say("differs")


def verifying(parts: Parts, say: Say, release: str) -> Part:
    """How to hold the certificate against the service and its register."""
    found = parts.ledger().release(release)
    entry = release_entry(parts, found)
    address = f"{parts.settings.public_url}/trace/{found.dataflow.id}"
    return Part(say("verify"), [
        say("verify_public", address=address), say("verify_house", command=f"greffe verify --entry {entry.number}:{seal(entry)}"),
        say("verify_seal"),
    ])  # fmt: skip
