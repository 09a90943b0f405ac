"""Warnings are accepted rule by rule; a draft that is sent back loses its signatures until it is prepared again (D1, D19)."""

from __future__ import annotations

import pytest
from house import AUTHOR, FIRST, FLOW, SECOND, new_house

from greffe.errors import BadQuery, Denied, Refused
from greffe.release.lifecycle import accept_warnings, approve_draft, send_back
from greffe.release.people import approvers


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return new_house(tmp_path_factory.mktemp("back") / "home", "published", "map")


def test_every_rule_that_warns_needs_its_acceptance(house):
    draft = house.draft(reason="rule by rule")
    first, *others = sorted({f.rule for f in draft.warnings})
    assert others
    for person in (FIRST, SECOND):
        approve_draft(house.parts, person, draft.id)
    with pytest.raises(BadQuery, match="no warning of QR-SUM-01"):
        accept_warnings(house.parts, FIRST, draft.id, "read", ["QR-SUM-01"])
    accept_warnings(house.parts, FIRST, draft.id, "read", [first])
    left = sum(f.rule != first for f in draft.warnings)
    with pytest.raises(Refused, match=rf"^{left} warnings .* are not accepted \({', '.join(others)}\)"):
        house.release(draft)
    accept_warnings(house.parts, SECOND, draft.id, "read", others)
    assert str(house.release(draft)) == f"{FLOW}#1"
    with pytest.raises(Refused, match=f"{FLOW}#1 is made of draft"):
        send_back(house.parts, FIRST, draft.id, "too late")


def test_what_is_sent_back_is_signed_anew_once_it_is_prepared_again(house):
    draft = house.draft(reason="sent back")
    approve_draft(house.parts, FIRST, draft.id)
    accept_warnings(house.parts, FIRST, draft.id, "read")
    with pytest.raises(Denied, match="is no approver"):
        send_back(house.parts, AUTHOR, draft.id, "mine")
    with pytest.raises(BadQuery, match="needs its reason"):
        send_back(house.parts, SECOND, draft.id, " ")
    back = send_back(house.parts, SECOND, draft.id, "The late report is missing.")
    assert (back.person, back.reason) == (SECOND.name, "The late report is missing.")
    assert approvers(house.parts, draft.id, draft.checksum) == ()
    assert house.parts.ledger().accepted_warnings(draft.id, draft.checksum) == ()
    for act in (
        lambda: approve_draft(house.parts, FIRST, draft.id),
        lambda: accept_warnings(house.parts, FIRST, draft.id, "x"),
    ):
        with pytest.raises(Refused, match=r"elise sent draft .* back: The late report is missing\."):
            act()
    with pytest.raises(Refused, match=r"sent draft .* back already"):
        send_back(house.parts, FIRST, draft.id, "again")
    assert house.draft(reason="sent back").id == draft.id
    assert house.parts.ledger().returned == {}
    assert approve_draft(house.parts, FIRST, draft.id) == 1
