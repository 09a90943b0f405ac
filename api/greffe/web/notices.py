"""Why published figures changed or were withdrawn: told beside the figures, as a link to the release and in its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from greffe.model.calendar import Words
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.release.parts import Parts
from greffe.release.quality_kept import quality_links

KINDS = {
    "en": {"planned": "planned revision", "exceptional": "exceptional revision", "correction": "correction"},
    "fr": {"planned": "révision prévue", "exceptional": "révision exceptionnelle", "correction": "correction"},
}


DESCRIBED = 5  # flows of whose quality a header tells


def link_of(parts: Parts, releases: Iterable[Release], first: Sequence[str] = ()) -> dict[str, str]:
    """The header Link (RFC 8288): the links in `first`; then the pages that say why the figures of those releases are other
    ones than before, of a release that revised them, and of one that was withdrawn and would be read instead; then of each
    flow, what describes the quality of the release that stands last."""
    ledger, now = parts.ledger(), parts.clock()
    told: dict[str, None] = {}
    last: dict[Reference, Release] = {}
    for one in releases:
        last[one.dataflow] = one
        if one.revision:
            told[_page(one)] = None
        later = (r for r in ledger.releases_of(one.dataflow) if r.number > one.number)
        told.update(dict.fromkeys(_page(r) for r in later if was_public(r, now)))
    why = [f'<{page}>; rel="describedby"' for page in told]
    quality = [link for one in list(last.values())[:DESCRIBED] for link in quality_links(one)]
    found = [*first, *why, *quality]
    return {"Link": ", ".join(found)} if found else {}


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
