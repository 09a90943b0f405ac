"""Policies speak of dataflows and recipients that are there: a pattern that means nothing would be overlooked."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies import deadlines, revisions
from greffe.errors import BadDefinition, nearest


def check_patterns(catalogue: Catalogue) -> None:
    """Raise BadDefinition for a pattern that no dataflow has, and a recipient that nobody is."""
    flows = [d.reference.id for d in catalogue.dataflows()]
    for policy in catalogue.policies.revisions:
        _check(policy.flows, flows, revisions.FILE)
    recipients = [r.id for r in catalogue.recipients]
    for deadline in catalogue.policies.deadlines:
        if deadline.recipient not in recipients:
            raise BadDefinition(
                f"{deadline.id}: there is no recipient {deadline.recipient}.",
                file=deadlines.FILE,
                column="recipient",
                nearest=nearest(deadline.recipient, recipients),
            )
        for pattern in deadline.flows:
            _check(pattern, flows, deadlines.FILE)


def _check(pattern: str, flows: Sequence[str], file: str) -> None:
    if not any(fnmatchcase(flow, pattern) for flow in flows):
        near = nearest(pattern, flows)
        raise BadDefinition(f"No dataflow is {pattern}.", file=file, column="flows", nearest=near)
