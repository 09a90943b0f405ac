"""Who had a release before its hour: made public once it is in effect."""

from __future__ import annotations

from greffe.model.calendar import Advance, Words
from greffe.model.releases import Release
from greffe.release.parts import Parts
from greffe.web.models import AdvanceOut


def early_access(parts: Parts, release: Release) -> list[AdvanceOut]:
    """Who had a release before its hour: told once it is in effect."""
    if parts.clock() < release.effective_at:
        return []
    return [_advance(parts, a) for a in parts.ledger().advances_of(str(release))]


def _advance(parts: Parts, advance: Advance) -> AdvanceOut:
    names = {p.recipient: Words(p.name_en, p.name_fr) for p in parts.catalogue().policies.advances}
    return AdvanceOut(
        release=advance.release,
        recipient=advance.recipient,
        names=names.get(advance.recipient, Words(advance.recipient, advance.recipient)).as_json(),
        start=advance.start.isoformat(),
        reasons=advance.reason.as_json(),
        accesses=[a.isoformat() for a in advance.accesses],
    )
