"""The pages of the service, in one table: a new page is a module with `router(parts)` and two lines here."""

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
import greffe.web.pages.preferences as preferences
import greffe.web.pages.static as static
import greffe.web.portal.flow as portal_flow
import greffe.web.portal.home as portal_home
import greffe.web.signin.invitation as signin_invitation
import greffe.web.signin.local as signin_local
import greffe.web.signin.oidc as signin_oidc
import greffe.web.staff.findings as staff_findings
import greffe.web.staff.findings_acts as staff_findings_acts
import greffe.web.staff.todo as staff_todo

PAGES: Final = (
    preferences,
    static,
    portal_home,
    portal_flow,
    signin_local,
    signin_oidc,
    signin_invitation,
    staff_todo,
    staff_findings,
    staff_findings_acts,
)

# The workbench's menu: address → word of common.yaml.
BENCH: Final = (
    ("/staff", "bench_todo"),
    ("/staff/findings", "bench_findings"),
)
