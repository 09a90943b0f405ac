"""The pages of the service, in one table: a new page is a module with `router(parts)` and a line here."""

from __future__ import annotations

from typing import Final

from greffe.web.pages import preferences, static
from greffe.web.portal import flow, home
from greffe.web.signin import invitation, local
from greffe.web.staff import (
    decisions,
    effects,
    findings,
    findings_acts,
    mappings,
    proposal_acts,
    proposals,
    review,
    submitting,
    todo,
    workbooks,
)

PAGES: Final = (
    *(home, flow, static, preferences, local, invitation),
    *(todo, findings, findings_acts),
    *(mappings, submitting, effects, review, decisions, workbooks, proposals, proposal_acts),
)
