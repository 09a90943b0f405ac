"""The survey of the demonstration has three editions: two are released, the third is a draft that waits for a signature.

So everybody sees a revision that was planned, and on the page of sign-off what the next one would change.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.markup import escape

from greffe.cli.demo_cast import AUTHOR, FIRST, RELEASER, SECOND, Extract, out, take
from greffe.model.calendar import Words
from greffe.model.instants import PARIS
from greffe.release.calendar import announce
from greffe.release.drafts import Draft
from greffe.release.lifecycle import accept_warnings, approve_draft, dataflow_named, make_draft
from greffe.release.parts import Parts
from greffe.release.people import approvers
from greffe.release.releasing import Terms, make_releases
from greffe.release.revision_policy import PLANNED

FLOW: Final = "OBS_SURVEYS"
REASON: Final = Words(
    "Fifteen answers of 2023 that had been entered twice are taken out.",
    "Quinze réponses de 2023 saisies deux fois sont retirées.",
)
AHEAD: Final = timedelta(days=40)  # the policy asks for 30


def second_edition(parts: Parts, samples: Path) -> None:
    """Released as a planned revision, once the first edition is in effect."""
    made = parts.ledger().releases_of(dataflow_named(parts, FLOW).reference)
    if len(made) > 1:
        return
    while parts.clock() < made[0].effective_at:
        time.sleep(0.1)
    draft = _draft(parts, samples / "estimates/surveys_2.csv")
    for person in (FIRST, SECOND):
        if person.name not in approvers(parts, draft.id, draft.checksum):
            approve_draft(parts, person, draft.id)
    accept_warnings(parts, FIRST, draft.id, "Sizes that are fixed by the sampling plan.")
    (release,) = make_releases(parts, RELEASER, [draft.id], Terms(revision=PLANNED, reason=REASON))
    out.print(escape(f"  released {release}: a planned revision of {made[0]}"))


def third_edition(parts: Parts, samples: Path) -> None:
    """A draft that one approver has signed, and an instant announced for it."""
    flow = dataflow_named(parts, FLOW)
    ledger = parts.ledger()
    if any(d.dataflow == flow.reference and d.last_period == "2025" for d in ledger.drafts.values()):
        return
    draft = _draft(parts, samples / "estimates/surveys_3.csv")
    approve_draft(parts, FIRST, draft.id, "Read against the edition before it.")
    at = (parts.clock() + AHEAD).astimezone(PARIS).replace(hour=8, minute=45, second=0, microsecond=0)
    entry = announce(parts, RELEASER, [FLOW], at)
    out.print(
        escape(f"  draft {draft.id} waits for a second signature; {entry.id} announces it for {at:%Y-%m-%d %H:%M}")
    )


def _draft(parts: Parts, path: Path) -> Draft:
    """Of that edition alone: each is whole."""
    taken = take(parts, Extract(path, "Sample surveys", "SSER", "synthetic", "INT_ESTIMATIONS"))
    return make_draft(
        parts, AUTHOR, dataflow_named(parts, FLOW), lambda stage: None, origin="synthetic", extracts=[taken.record.id]
    )
