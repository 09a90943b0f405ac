"""A stale proposal is merged with what took effect since: independent changes both stay, conflicts are told by row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from house import AUTHOR, FIRST, SECOND
from small_catalogue import MAP, SEXES, as_yaml, the_map
from small_house import MAN, NOBODY, OTHER, WOMAN, effective, held, sexes, small_house

from greffe.catalogue.artefact_json import dump_file
from greffe.errors import BadQuery, Denied, Refused
from greffe.model.artefacts import Item
from greffe.model.references import Reference
from greffe.model.structures import AgencyScheme
from greffe.release.approvals import approve_proposal
from greffe.release.people import HOUSE, add_person
from greffe.release.proposals import propose, state_of
from greffe.release.rebasing import conflicts, merge_proposal

REASONED = WOMAN.replace("verified,,", "verified,Asked.,")
AGENCIES = "sdmx/SDMX/agencyscheme/AGENCIES.json"


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path)


def state(parts, proposal):
    ledger = parts.ledger()
    return state_of(ledger, ledger.definitions.proposal(proposal.id), parts.clock())


def test_changes_of_different_rows_both_stay_and_authors_of_both_approve_neither(parts):
    mine = propose(parts, AUTHOR, sexes(MAN, WOMAN, NOBODY), "a row more")
    effective(parts, sexes(MAN, REASONED), OTHER)
    merged = merge_proposal(parts, OTHER, mine.id)
    assert (state(parts, mine), merged.reason, merged.authors) == ("superseded", "a row more", ("gaelle", "camille"))
    add_person(parts, HOUSE, AUTHOR.name, ["author", "approver"])
    with pytest.raises(Denied, match="is an author"):
        approve_proposal(parts, AUTHOR, merged.id)
    with pytest.raises(Refused, match=f"is superseded by {OTHER.name}"):
        approve_proposal(parts, FIRST, mine.id)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, merged.id)
    assert held(parts, SEXES) == sexes(MAN, REASONED, NOBODY)[SEXES]


def test_one_row_changed_by_both_is_told_in_three_versions_and_somebody_chooses(parts):
    mine = propose(parts, AUTHOR, sexes(MAN, REASONED, NOBODY), "a reason and a row")
    effective(parts, sexes(MAN, REASONED.replace("Asked.", "Read.")), OTHER)
    place = f"{SEXES}#r2"
    (conflict,) = conflicts(parts, mine)
    assert (conflict.place, conflict.base, conflict.mine) == (place, WOMAN, REASONED)
    with pytest.raises(Refused) as told:
        merge_proposal(parts, AUTHOR, mine.id)
    for word in (place, f"was: {WOMAN}", f"mine: {REASONED}", "theirs: 2,F,r2,exact,exact,,,verified,Read."):
        assert word in str(told.value)
    assert state(parts, mine) == "open"
    with pytest.raises(BadQuery, match="is no conflict"):
        merge_proposal(parts, AUTHOR, mine.id, {f"{SEXES}#r1": "mine"})
    with pytest.raises(BadQuery, match="is no side"):
        merge_proposal(parts, AUTHOR, mine.id, {place: "ours"})
    merged = merge_proposal(parts, AUTHOR, mine.id, {place: "mine"})
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, merged.id)
    assert held(parts, SEXES) == sexes(MAN, REASONED, NOBODY)[SEXES]


def test_sections_of_a_map_merge(parts):
    """The names changed here, the note of a conversion there."""
    named, noted = the_map(), the_map()
    named["names"] = {"en": "Out of the house"}
    noted["types"][0]["conversions"][0]["reason"] = "A person counts once a case."
    mine = propose(parts, AUTHOR, {MAP: as_yaml(named)}, "a name")
    effective(parts, {MAP: as_yaml(noted)}, OTHER)
    merged = merge_proposal(parts, AUTHOR, mine.id)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, merged.id)
    (map_,) = parts.catalogue().maps.values()
    assert map_.names == {"en": "Out of the house"}
    assert map_.types[0].conversions[0].reason == "A person counts once a case."


def agencies(*ids: str) -> dict[str, bytes]:
    scheme = AgencyScheme(Reference("SDMX", "AGENCIES", "1.0"), {"en": "Agencies"})
    return {AGENCIES: dump_file(replace(scheme, items=tuple(Item(i, {"en": i}) for i in ids)))}


def test_items_of_a_scheme_merge(parts):
    mine = propose(parts, AUTHOR, agencies("SSER", "UNODC"), "the Office")
    effective(parts, agencies("SSER", "ESTAT"), OTHER)
    merged = merge_proposal(parts, AUTHOR, mine.id)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, merged.id)
    assert held(parts, AGENCIES) == agencies("SSER", "ESTAT", "UNODC")[AGENCIES]


def test_what_is_not_stale_is_not_merged(parts):
    mine = propose(parts, AUTHOR, sexes(MAN, WOMAN, NOBODY), "a row more")
    with pytest.raises(Refused, match="nothing to merge"):
        merge_proposal(parts, AUTHOR, mine.id)
    with pytest.raises(Denied):
        merge_proposal(parts, FIRST, mine.id)
