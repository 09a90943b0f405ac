"""Is everything that is kept what was written: register, extracts, drafts, releases; every fault, not the first alone."""

from __future__ import annotations

from greffe.errors import GreffeError
from greffe.release.drafts import read_draft
from greffe.release.parts import Parts
from greffe.release.sources import faults as extract_faults


def faults(parts: Parts) -> list[str]:
    """Faults as sentences; empty when all is as written."""
    ledger = parts.ledger()
    found = list(parts.register.verify())
    for extract in ledger.accepted:
        found += extract_faults(parts.settings.extracts, extract)
    for draft in ledger.drafts.values():
        try:
            if read_draft(parts.settings.drafts / draft.id).checksum != draft.checksum:
                found.append(f"draft {draft.id}: it is not the one that was entered.")
        except GreffeError as error:
            found.append(f"draft {draft.id}: {error.text()}")
    for release in ledger.releases.values():
        try:
            found += [f"{release}: {fault}" for fault in parts.observations.verify(release.name)]
        except GreffeError as error:
            found.append(f"{release}: {error.text()}")
    return found
