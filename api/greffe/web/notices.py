"""Why published figures changed or were withdrawn: told beside the figures, as a link to the release and in its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from greffe.model.calendar import Words
from greffe.model.releases import Release
from greffe.release.parts import Parts

KINDS = {
    "en": {"planned": "planned revision", "exceptional": "exceptional revision", "correction": "correction"},
    "fr": {"planned": "révision prévue", "exceptional": "révision exceptionnelle", "correction": "correction"},
}


def link_of(parts: Parts, releases: Iterable[Release]) -> dict[str, str]:
    """The header Link (RFC 8288) to the pages that say why the figures of those releases are other ones than before: of a
    release that revised them, and of one that was withdrawn and would be read instead."""
    ledger, now = parts.ledger(), parts.clock()
    told: dict[str, None] = {}
    for one in releases:
        if one.revision:
            told[_page(one)] = None
        later = (r for r in ledger.releases_of(one.dataflow) if r.number > one.number)
        told.update(dict.fromkeys(_page(r) for r in later if was_public(r, now)))
    return {"Link": ", ".join(f'<{page}>; rel="describedby"' for page in told)} if told else {}


def was_public(one: Release, now: datetime) -> bool:
    """Whether a release was readable before it was withdrawn: what never was is nobody's business."""
    return one.withdrawn_at is not None and one.effective_at <= one.withdrawn_at <= now


def notice(releases: Sequence[Release], language: str) -> str:
    """`correction: two courts were counted twice`, for those that revise published figures; else ''."""
    found = []
    for one in releases:
        if one.revision:
            kind = KINDS.get(language, KINDS["en"])[one.revision]
            why = Words(one.notice, one.notice_fr).in_(language)
            colon = " : " if language == "fr" else ": "
            found.append(f"{kind}{colon}{why}" if why else kind)
    return "; ".join(dict.fromkeys(found))


def _page(one: Release) -> str:
    return f"/api/v1/releases/{one.dataflow.id}/{one.number}"
