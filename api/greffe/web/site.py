"""The pages of the service, in one table: a new page is a module with `router(parts)` and two lines here."""

from __future__ import annotations

from typing import Final

import greffe.web.orders.page as orders_page
import greffe.web.pages.preferences as preferences
import greffe.web.pages.static as static
import greffe.web.portal.about as portal_about
import greffe.web.portal.bridge as portal_bridge
import greffe.web.portal.browse as portal_browse
import greffe.web.portal.calendar as portal_calendar
import greffe.web.portal.developers as portal_developers
import greffe.web.portal.flow as portal_flow
import greffe.web.portal.home as portal_home
import greffe.web.portal.quality as portal_quality
import greffe.web.portal.search as portal_search
import greffe.web.portal.trace as portal_trace
import greffe.web.signin.invitation as signin_invitation
import greffe.web.signin.local as signin_local
import greffe.web.signin.oidc as signin_oidc
import greffe.web.staff.account as staff_account
import greffe.web.staff.answers as staff_answers
import greffe.web.staff.answers_back as staff_answers_back
import greffe.web.staff.contributions as staff_contributions
import greffe.web.staff.coverage as staff_coverage
import greffe.web.staff.decisions as staff_decisions
import greffe.web.staff.denied as staff_denied
import greffe.web.staff.drafts as staff_drafts
import greffe.web.staff.effects as staff_effects
import greffe.web.staff.entered as staff_entered
import greffe.web.staff.findings as staff_findings
import greffe.web.staff.findings_acts as staff_findings_acts
import greffe.web.staff.given_up as staff_given_up
import greffe.web.staff.granted as staff_granted
import greffe.web.staff.jobs as staff_jobs
import greffe.web.staff.keys as staff_keys
import greffe.web.staff.made as staff_made
import greffe.web.staff.mappings as staff_mappings
import greffe.web.staff.people as staff_people
import greffe.web.staff.proposal_acts as staff_proposal_acts
import greffe.web.staff.proposals as staff_proposals
import greffe.web.staff.receipts as staff_receipts
import greffe.web.staff.register as staff_register
import greffe.web.staff.releases as staff_releases
import greffe.web.staff.review as staff_review
import greffe.web.staff.rounds as staff_rounds
import greffe.web.staff.signing as staff_signing
import greffe.web.staff.signoff as staff_signoff
import greffe.web.staff.submitting as staff_submitting
import greffe.web.staff.todo as staff_todo
import greffe.web.staff.trace as staff_trace
import greffe.web.staff.transmissions as staff_transmissions
import greffe.web.staff.workbooks as staff_workbooks

PAGES: Final = (
    preferences,
    static,
    portal_home,
    portal_flow,
    portal_search,
    portal_developers,
    portal_calendar,
    portal_browse,
    portal_about,
    portal_trace,
    portal_bridge,
    portal_quality,
    orders_page,
    signin_local,
    signin_oidc,
    signin_invitation,
    staff_todo,
    staff_coverage,
    staff_findings,
    staff_findings_acts,
    staff_trace,
    staff_mappings,
    staff_submitting,
    staff_effects,
    staff_review,
    staff_decisions,
    staff_workbooks,
    staff_proposals,
    staff_proposal_acts,
    staff_releases,
    staff_made,
    staff_transmissions,
    staff_receipts,
    staff_entered,
    staff_given_up,
    staff_answers_back,  # before that of one questionnaire, whose address it has
    staff_answers,
    staff_rounds,
    staff_jobs,
    staff_contributions,
    staff_signoff,
    staff_drafts,
    staff_signing,
    staff_register,
    staff_denied,
    staff_granted,
    staff_people,
    staff_keys,
    staff_account,
)

# The workbench's menu: address → word of common.yaml.
BENCH: Final = (
    ("/staff", "bench_todo"),
    ("/staff/granted", "bench_granted"),
    ("/staff/mappings", "bench_mappings"),
    ("/staff/proposals", "bench_proposals"),
    ("/staff/coverage", "bench_coverage"),
    ("/staff/findings", "bench_findings"),
    ("/staff/trace", "bench_trace"),
    ("/staff/releases", "bench_releases"),
    ("/staff/contributions", "bench_contributions"),
    ("/staff/transmissions", "bench_transmissions"),
    ("/orders", "bench_orders"),
    ("/staff/answers", "bench_answers"),
    ("/staff/jobs", "bench_jobs"),
    ("/staff/register", "bench_register"),
    ("/staff/people", "bench_people"),
)
