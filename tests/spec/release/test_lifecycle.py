"""Draft → two approvals → released at a stated instant → withdrawn; who may do what, and what stops it (D1, D4, D6, D19)."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import AUTHOR, FIRST, FLOW, PUBLISHED, RELEASER, SECOND, House, new_house

from greffe.app import create_app
from greffe.cli.trail import show_explanation
from greffe.errors import BadInput, BadQuery, Broken, Denied, NotFound, Refused, Unavailable
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow
from greffe.release.definitions import export_folders
from greffe.release.explain import explain
from greffe.release.folders import propose_folders
from greffe.release.lifecycle import (
    accept_warnings,
    approve_draft,
    dataflow_named,
    send_back,
    withdraw,
)
from greffe.release.people import HOUSE, add_person
from greffe.release.releasing import make_release
from greffe.release.verify import faults
from greffe.release.waivers import approve_waiver, propose_waiver, waived_of
from greffe.store.base import Actor
from greffe.store.records import Approval, Waiver

KEY = f"{FLOW}/A.ICCS0101.NR.FR"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return new_house(tmp_path / "home", "published", "map")


def test_two_approvers_who_are_not_the_author_make_a_release(house):
    draft = house.draft()
    with pytest.raises(Denied, match="is no approver"):
        approve_draft(house.parts, AUTHOR, draft.id)
    approve_draft(house.parts, FIRST, draft.id)
    with pytest.raises(Refused, match="already approved"):
        approve_draft(house.parts, FIRST, draft.id)
    accept_warnings(house.parts, FIRST, draft.id, "read")
    with pytest.raises(Refused, match="1 of 2 approvals"):
        house.release(draft)
    approve_draft(house.parts, SECOND, draft.id)
    assert str(house.release(draft)) == f"{FLOW}#1"


def test_the_author_may_not_approve_even_with_the_role(house):
    """Three different persons (D1)."""
    add_person(house.parts, HOUSE, AUTHOR.name, ["author", "approver"])
    draft = house.draft()
    with pytest.raises(Denied, match="is the author"):
        approve_draft(house.parts, AUTHOR, draft.id)


def test_nobody_accepts_the_warnings_of_their_own_draft_nor_sends_it_back(house):
    """With the role too (D1); and what is denied comes before what else stands in the way."""
    add_person(house.parts, HOUSE, AUTHOR.name, ["author", "approver"])
    draft = house.draft()
    with pytest.raises(Denied, match="is the author"):
        accept_warnings(house.parts, AUTHOR, draft.id, "my own")
    with pytest.raises(Denied, match="is the author"):
        send_back(house.parts, AUTHOR, draft.id, "my own")
    assert house.parts.ledger().acceptances == ()
    send_back(house.parts, FIRST, draft.id, "Look again.")
    with pytest.raises(Denied, match="is the author"):
        approve_draft(house.parts, AUTHOR, draft.id)
    with pytest.raises(Denied, match="is no approver"):
        approve_draft(house.parts, RELEASER, draft.id)


def test_a_stranger_and_a_wrong_role_are_denied(house):
    draft = house.draft()
    house.sign(draft)
    with pytest.raises(Denied):
        make_release(house.parts, AUTHOR, draft.id)
    with pytest.raises(Denied):
        make_release(house.parts, Actor("nobody"), draft.id)


def test_warnings_need_a_written_acceptance(house):
    draft = house.draft()
    assert draft.warnings
    for person in (FIRST, SECOND):
        approve_draft(house.parts, person, draft.id)
    with pytest.raises(Refused, match=r"warnings .* are not accepted"):
        house.release(draft)
    with pytest.raises(BadQuery, match="needs its reason"):
        accept_warnings(house.parts, FIRST, draft.id, " ")


def test_a_map_without_its_two_approvals_releases_nothing(tmp_path):
    house = new_house(tmp_path / "home", "published")
    draft = house.draft()
    house.sign(draft)
    with pytest.raises(Refused, match=r"The map .* has 0 of 2 approvals"):
        house.release(draft)


def test_an_edited_map_takes_effect_with_its_approvals_and_the_draft_is_made_again(house, tmp_path):
    """The signatures under the change stand for the map (D15); the draft was made with the one before."""
    draft = house.draft()
    house.sign(draft)
    export_folders(house.parts, tmp_path / "edited")
    table = tmp_path / "edited/mappings/ESTAT/index_ssmsi_to_iccs.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("the code was made for it.", "edited reason.", 1), encoding="utf-8"
    )
    assert house.change(tmp_path / "edited").effective_at == house.clock()
    with pytest.raises(Refused, match="changed since draft"):
        house.release(draft)
    again = house.draft()
    assert again.id != draft.id
    house.sign(again)
    assert str(house.release(again)) == f"{FLOW}#1"


def test_importing_what_is_there_changes_nothing_and_export_gives_the_bytes_back(house, tmp_path):
    settings = house.parts.settings
    assert propose_folders(house.parts, AUTHOR, settings.sdmx, settings.mappings, "a look") is None
    export_folders(house.parts, tmp_path / "out")
    for folder, source in (("sdmx", settings.sdmx), ("mappings", settings.mappings)):
        written = [p for p in (tmp_path / "out" / folder).rglob("*") if p.is_file()]
        assert written
        assert all(p.read_bytes() == (source / p.relative_to(tmp_path / "out" / folder)).read_bytes() for p in written)


def test_the_same_draft_is_the_same_release_and_the_same_job_the_same_draft(house):
    draft = house.draft()
    assert house.draft() == draft
    house.sign(draft)
    first = house.release(draft)
    assert house.release(draft) == first
    assert len(house.parts.ledger().releases) == 1


def test_nothing_is_readable_before_its_instant(house):
    """Embargo: a release takes effect at a stated instant, not before (D6, QR-EMB-01)."""
    client = TestClient(create_app(house.parts))
    draft = house.draft()
    house.sign(draft)
    at = house.clock() + timedelta(days=7)
    release = house.release(draft, at)
    assert release.effective_at == at

    def answers() -> list[int]:
        return [
            client.get(path).status_code
            for path in (
                f"/sdmx/v1/data/{FLOW}",
                f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0",
                f"/api/v1/series/{FLOW}",
                f"/api/v1/findings/{FLOW}",
                f"/api/v1/explain/{FLOW}/A.ICCS0101.NR.FR/2022",
                f"/api/v1/releases/{FLOW}/1",
            )
        ]

    assert answers() == [404] * 6
    assert client.get("/api/v1/releases").json() == []
    with pytest.raises(NotFound):
        explain(house.parts, KEY, "2022")
    with pytest.raises(NotFound):
        explain(house.parts, KEY, "2022", 1)
    house.clock.forward(days=7, seconds=-1)
    assert answers() == [404] * 6
    house.clock.forward(seconds=1)
    assert answers() == [200] * 6


def test_a_release_takes_effect_five_seconds_after_its_commit_at_the_earliest(house):
    draft = house.draft()
    house.sign(draft)
    with pytest.raises(Refused, match="is past"):
        house.release(draft, house.clock() - timedelta(days=1))
    release = house.release(draft, house.clock() + timedelta(seconds=1))
    assert release.effective_at == house.clock() + timedelta(seconds=5)
    assert house.current() is None


def test_a_withdrawn_release_is_not_readable_and_the_one_before_is_current_again(house):
    first = house.released()
    second = house.released(reason="a second look")
    assert house.current() == second
    with pytest.raises(BadQuery):
        withdraw(house.parts, RELEASER, str(second), "")
    withdraw(house.parts, RELEASER, str(second), "wrong population")
    assert house.current() == first
    with pytest.raises(Refused, match="was withdrawn"):
        withdraw(house.parts, RELEASER, str(second), "again")
    withdraw(house.parts, RELEASER, str(first), "all of it")
    assert house.current() is None
    assert TestClient(create_app(house.parts)).get(f"/sdmx/v1/data/{FLOW}").status_code == 404


def test_an_open_error_stops_and_a_waiver_of_two_others_lets_it_pass(tmp_path):
    """D19, on real figures: 692 juveniles of 2010, of whom 688 by sex."""
    house = new_house(tmp_path / "home")
    house.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    house.approve_map("UNODC_PRISONS")
    draft = house.draft("UNODC_PRISONS")
    assert {"QR-SUM-01", "QR-SUM-02"} <= {f.rule for f in draft.errors}
    with pytest.raises(Refused, match="errors are open"):
        approve_draft(house.parts, FIRST, draft.id)
    flow = dataflow_named(house.parts, "UNODC_PRISONS").reference
    for error in draft.errors:
        waiver = propose_waiver(
            house.parts, AUTHOR, Waiver("", error.rule, flow, error.key, error.period, "as published", "UNODC, 2023")
        )
        with pytest.raises(Denied):
            approve_waiver(house.parts, AUTHOR, waiver.id)
        approve_waiver(house.parts, FIRST, waiver.id)
        assert not house.parts.ledger().waiver(waiver.id).in_force
        approve_waiver(house.parts, SECOND, waiver.id)
    house.sign(draft)
    house.release(draft)
    house.clock.forward(seconds=6)
    key = "UNODC_PRISONS/A.PERS_HELD.TOTAL.CAT00.Total.Juveniles.Counts.FRA"
    found = explain(house.parts, key, "2010")
    assert (found.published, found.agrees) == ("692", True)
    assert {(w["rule"], w["reference"]) for w in found.waivers} == {("QR-SUM-01", "UNODC, 2023")}
    assert len(found.waivers) == 2  # on the internal row, and on the published observation


def test_a_waiver_needs_its_reason_and_reference(house):
    flow = dataflow_named(house.parts, FLOW).reference
    with pytest.raises(BadQuery, match="reason and the publication"):
        propose_waiver(house.parts, AUTHOR, Waiver("", "QR-SUM-01", flow, {}, "", "because", " "))


def test_files_that_a_killed_release_left_behind_do_not_block_the_next(house):
    draft = house.draft()
    house.sign(draft)
    orphan = house.parts.settings.releases / FLOW / "1"
    other = house.draft(reason="never released")
    flow = house.parts.catalogue().latest(Dataflow, FLOW)
    house.parts.observations.save(f"{FLOW}/1", house.parts.catalogue().structure(flow), other.data, {"killed": True})
    assert orphan.is_dir()
    made = house.release(draft)
    assert made.number == 2
    house.clock.forward(seconds=6)
    assert house.current() == made
    assert explain(house.parts, KEY, "2022").agrees


def test_a_changed_draft_or_release_is_refused_never_served(house):
    draft = house.draft()
    house.sign(draft)
    whole = draft.data.read_bytes()
    draft.data.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Broken, match="not what was written"):
        house.release(draft)
    draft.data.write_bytes(whole)
    release = house.release(draft)
    house.clock.forward(seconds=6)
    served = house.parts.settings.releases / release.name / "data.parquet"
    served.chmod(0o644)
    served.write_bytes(served.read_bytes()[:-1] + b"x")
    assert list(house.parts.observations.verify(release.name))


def test_real_and_synthetic_never_mix_in_a_release(house, tmp_path):
    """D13."""
    copy = tmp_path / "invented.csv"
    shutil.copy(PUBLISHED / "ssmsi_infractions.csv", copy)
    copy.write_text(copy.read_text().replace(",975,", ",976,"))
    house.take(copy, "INT_SSMSI", origin="synthetic")
    with pytest.raises(Refused, match="never mixes them"):
        house.draft()
    assert house.draft(origin="real").origin == "real"
    assert house.draft(origin="synthetic").origin == "synthetic"


def test_a_later_extract_wins_for_an_equal_key(house, tmp_path):
    copy = tmp_path / "later.csv"
    lines = (PUBLISHED / "ssmsi_infractions.csv").read_text().splitlines()
    copy.write_text(
        "\n".join(
            [lines[0], next(x for x in lines if ",975," in x).replace(",975,", ",977,").replace(",D,,1,", ",R,,2,")]
        )
        + "\n"
    )
    house.released()
    house.clock.forward(days=1)
    house.take(copy, "INT_SSMSI")
    second = house.released(reason="late report")
    found = explain(house.parts, KEY, "2008")
    assert (found.release, found.published, found.agrees) == (second, "977", True)
    assert explain(house.parts, KEY, "2009").published == "804"
    assert explain(house.parts, KEY, "2008", 1).published == "975"


def test_a_partial_extract_is_marked_and_so_is_what_is_made_of_it(tmp_path):
    """D18."""
    house = new_house(tmp_path / "home")
    bad = tmp_path / "bad.csv"
    bad.write_text((PUBLISHED / "ssmsi_infractions.csv").read_text().replace("SSMSI_CYBER", "SSMSI_CYBR", 1))
    assert not house.take(bad, "INT_SSMSI").record.accepted
    assert house.parts.ledger().accepted == ()
    taken = house.take(bad, "INT_SSMSI", partial="the source mends it next week")
    assert (taken.record.accepted, taken.record.partial, taken.record.refused) == (True, True, 1)
    house.take(PUBLISHED / "population.csv", "INT_POPULATION")
    assert house.draft().partial is True


def test_the_register_tells_who_did_what_when(house):
    house.released()
    entries = list(house.parts.register.read())
    kinds = [e.kind for e in entries]
    for kind in (
        "catalogue.imported",
        "extract.accepted",
        "map.approved",
        "draft.prepared",
        "draft.approved",
        "release.made",
    ):
        assert kind in kinds
    made = next(e for e in entries if e.kind == "release.made")
    assert (made.actor, made.established) == ("farid", "cli-asserted")
    assert made.instant == datetime(2026, 11, 24, 9, 0, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert list(house.parts.register.verify()) == []


def test_a_confidential_cell_leaks_nowhere(tmp_path):
    """Its value, and the rate made of it, are out of every answer; the marker and the status are in (QR-CNF-03)."""
    house = new_house(tmp_path / "home")
    marked = tmp_path / "marked.csv"
    lines = (PUBLISHED / "ssmsi_infractions.csv").read_text().splitlines()
    assert sum("SSMSI_HOMICIDE,821," in x for x in lines) == 1
    marked.write_text("\n".join(x.replace(",821,infraction,D,,", ",821,infraction,D,C1,") for x in lines) + "\n")
    house.take(marked, "INT_SSMSI")
    house.take(PUBLISHED / "population.csv", "INT_POPULATION")
    house.approve_map()
    draft = house.draft()
    if draft.errors:
        pytest.fail(str(draft.errors[0]))
    house.sign(draft)
    release = house.release(draft)
    house.clock.forward(seconds=6)
    client = TestClient(create_app(house.parts))
    answers = [
        client.get(path).text
        for path in (
            f"/sdmx/v1/data/{FLOW}/A.ICCS0101..FR?startPeriod=2022",
            f"/sdmx/v1/data/{FLOW}/A.ICCS0101..FR?startPeriod=2022&format=structurespecificdata",
            f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.ICCS0101.*.FR?c[TIME_PERIOD]=2022&format=csv",
            f"/api/v1/series/{FLOW}?key=A.ICCS0101..FR&start=2022",
            f"/api/v1/explain/{FLOW}/A.ICCS0101.NR.FR/2022",
            f"/api/v1/explain/{FLOW}/A.ICCS0101.P_HTHAB.FR/2022",
            f"/api/v1/findings/{FLOW}",
        )
    ]
    for text in answers:
        assert "ICCS0101" in text
        assert "821" not in text.replace("CL_", "")
        assert "1.21" not in text
    rows = [r for r in answers[2].splitlines() if ",2022," in r]
    assert len(rows) == 2
    assert all(",2022,,Q,A," in r for r in rows)
    whole = (house.parts.settings.releases / release.name / "data.parquet").read_bytes()
    assert b"1.21" not in whole


def test_an_artefact_that_was_effective_does_not_change_within_its_version(house, tmp_path):
    """Three-part versions are immutable (R2-VER-07, D14): no label of a released figure changes behind it."""
    export_folders(house.parts, tmp_path / "edited")
    path = tmp_path / "edited/sdmx/SSER/codelist/ESTAT_ICCS.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"Intentional homicide"', '"Murder"'), encoding="utf-8")
    before = house.parts.catalogue().checksum
    with pytest.raises(Refused, match="codelist SSER:ESTAT_ICCS"):
        propose_folders(house.parts, AUTHOR, tmp_path / "edited/sdmx", tmp_path / "edited/mappings", "a label")
    assert house.parts.catalogue().checksum == before
    with pytest.raises(Denied):
        propose_folders(house.parts, FIRST, tmp_path / "edited/sdmx", tmp_path / "edited/mappings", "a label")


def test_a_waived_error_on_an_internal_row_shows_on_the_figure_made_of_it(tmp_path):
    """D19: the waiver travels with the observation and shows in explain, without the internal value for the public."""
    house = new_house(tmp_path / "home")
    house.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    house.approve_map("ESTAT_CRIM_PRIS_CAP")
    flow = dataflow_named(house.parts, "ESTAT_CRIM_PRIS_CAP").reference
    draft = house.draft("ESTAT_CRIM_PRIS_CAP")
    for error in draft.errors:
        wanted = Waiver("", error.rule, flow, error.key, error.period, "as published", "UNODC, 2023")
        waiver = propose_waiver(house.parts, AUTHOR, wanted)
        for person in (FIRST, SECOND):
            approve_waiver(house.parts, person, waiver.id)
    house.sign(draft)
    house.release(draft)
    house.clock.forward(seconds=6)
    client = TestClient(create_app(house.parts))
    found = client.get("/api/v1/explain/ESTAT_CRIM_PRIS_CAP/A.PRIS_ACT_CAP.NR.FR/2010").json()
    assert [w["rule"] for w in found["waivers"]] == ["QR-SUM-02"]
    assert found["waivers"][0]["reference"] == "UNODC, 2023"
    assert found["findings"] == []
    assert client.get("/api/v1/explain/ESTAT_CRIM_PRIS_CAP/A.PRIS_ACT_CAP.NR.FR/2015").json()["waivers"] == []


def test_kept_extracts_are_read_only_as_they_were_written(house):
    """D18: a changed, damaged or lost extract stops what would be made of it, and verify tells every fault."""
    house.released()
    extract = next(e for e in house.parts.ledger().accepted if e.dataflow.id == "INT_SSMSI")
    folder = house.parts.settings.extracts / extract.id
    assert faults(house.parts) == []
    whole = (folder / "rows.parquet").read_bytes()
    (folder / "rows.parquet").chmod(0o644)
    (folder / "rows.parquet").write_bytes(whole + b"x")
    for act in (lambda: house.draft(reason="again"), lambda: explain(house.parts, KEY, "2022")):
        with pytest.raises(Broken, match="not what was written"):
            act()
    assert [f for f in faults(house.parts) if extract.id in f]
    (folder / "rows.parquet").write_bytes(whole)
    assert faults(house.parts) == []
    shutil.rmtree(folder)
    assert len(faults(house.parts)) == 2
    with pytest.raises(Broken):
        explain(house.parts, KEY, "2022")


def test_verify_goes_on_after_the_first_fault(house):
    first = house.released()
    second = house.released(reason="again")
    for one in (first, second):
        shutil.rmtree(house.parts.settings.releases / one.name)
    told = faults(house.parts)
    assert [any(str(one) in f for f in told) for one in (first, second)] == [True, True]


def test_an_empty_draft_is_not_approved(tmp_path):
    house = new_house(tmp_path / "home")
    house.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    draft = house.draft("CEPEJ_Q91")
    assert draft.observations == 0
    with pytest.raises(Refused, match="no observation"):
        approve_draft(house.parts, FIRST, draft.id)


def test_figures_of_another_origin_do_not_replace_a_release(house, tmp_path):
    house.released()
    copy = tmp_path / "invented.csv"
    copy.write_text((PUBLISHED / "ssmsi_infractions.csv").read_text().replace(",975,", ",976,"))
    house.take(copy, "INT_SSMSI", origin="synthetic")
    draft = house.draft(origin="synthetic")
    house.sign(draft)
    with pytest.raises(Refused, match="holds real figures"):
        house.release(draft)


def test_one_key_with_one_version_and_two_values_in_two_extracts_is_an_error(house, tmp_path):
    """D4: a correction has a higher version."""
    copy = tmp_path / "other.csv"
    copy.write_text((PUBLISHED / "ssmsi_infractions.csv").read_text().replace(",975,", ",976,"))
    house.clock.forward(days=1)
    house.take(copy, "INT_SSMSI")
    (error,) = [f for f in house.draft().errors if f.rule == "QR-KEY-01"]
    assert (error.key["INDEX_SSMSI"], error.period, dict(error.values)) == (
        "SSMSI_HOMICIDE", "2008", {"one": "975", "other": "976"},
    )  # fmt: skip


def test_the_same_file_does_not_change_its_origin(house):
    with pytest.raises(BadInput, match="accepted as real"):
        house.take(PUBLISHED / "ssmsi_infractions.csv", "INT_SSMSI", origin="synthetic")


@pytest.mark.parametrize(
    ("rule", "key", "period"),
    [
        ("QR-RAT-99", {"geo": "FR"}, "2022"),
        ("QR-RAT-01", {}, "2022"),
        ("QR-RAT-01", {"goe": "FR"}, "2022"),
        ("QR-RAT-01", {"geo": "XX"}, "2022"),
        ("QR-RAT-01", {"geo": "FR"}, "20x2"),
    ],
    ids=["rule", "no key", "component", "code", "period"],
)
def test_a_waiver_is_about_something_that_exists(house, rule, key, period):
    flow = dataflow_named(house.parts, FLOW).reference
    with pytest.raises(BadQuery):
        propose_waiver(house.parts, AUTHOR, Waiver("", rule, flow, key, period, "because", "there"))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("QR-CNF-02", "keeps a value hidden or the data readable"),
        ("QR-COD-01", "keeps a value hidden or the data readable"),
        ("QR-EMB-01", "refuses a file, a map or an act"),
    ],
)
def test_what_guards_confidentiality_form_or_embargo_is_not_waived(house, rule, says):
    """A waiver is for an error in a figure that its owner has published: a cell that can be recomputed is none."""
    flow = dataflow_named(house.parts, FLOW).reference
    with pytest.raises(Refused, match=says):
        propose_waiver(house.parts, AUTHOR, Waiver("", rule, flow, {"geo": "FR"}, "2022", "because", "there"))
    assert not [w for w in house.parts.ledger().waivers.values() if w.rule == rule]


def test_a_waiver_of_confidentiality_from_before_is_not_signed_and_lifts_nothing(house):
    """As one asked for, and signed, by a version of the program that allowed it."""
    flow = dataflow_named(house.parts, FLOW).reference
    old = Waiver("W-old", "QR-CNF-02", flow, {"geo": "FR"}, "2022", "because", "there")
    house.parts.note(AUTHOR, "waiver.proposed", old.id, old.payload())
    with pytest.raises(Refused, match="QR-CNF-02 cannot be waived"):
        approve_waiver(house.parts, FIRST, old.id)
    for person in (FIRST, SECOND):
        house.parts.note(person, "waiver.approved", old.id, Approval(old.id, old.id).payload())
    assert house.parts.ledger().waiver(old.id).in_force
    error = Finding("QR-CNF-02", "error", {"geo": "FR"}, "2022", {"en": "Suppressed, but …", "fr": "Masquée, mais …"})
    assert [f.waiver for f in waived_of(house.parts, str(flow), [error])] == [""]


def test_a_person_keeps_her_roles_and_the_house_steps_back_behind_an_administrator(house):
    add_person(house.parts, HOUSE, AUTHOR.name, ["approver"])
    assert house.parts.ledger().people[AUTHOR.name] == ("author", "approver")
    add_person(house.parts, HOUSE, "chef", ["administrator"])
    with pytest.raises(Denied, match="by an administrator now"):
        add_person(house.parts, HOUSE, "mallory", ["administrator"])
    add_person(house.parts, Actor("chef"), "nadia", ["auditor"])


def test_a_higher_version_settles_a_clash(house, tmp_path):
    text = (PUBLISHED / "ssmsi_infractions.csv").read_text()
    for name, value, version in (("one", "976", "1"), ("two", "977", "2")):
        house.clock.forward(days=1)
        path = tmp_path / f"{name}.csv"
        header, *rows = text.splitlines()
        row = next(r for r in rows if ",975," in r).replace(",975,", f",{value},").replace(",D,,1,", f",D,,{version},")
        path.write_text(f"{header}\n{row}\n")
        house.take(path, "INT_SSMSI")
    assert house.draft().errors == ()
    house.released()
    assert explain(house.parts, KEY, "2008").published == "977"


def test_the_last_reading_serves_for_five_seconds_when_the_register_is_away(house, monkeypatch):
    """D6: after that nobody can tell what is current, and "latest" is 503."""
    house.released()
    client = TestClient(create_app(house.parts), raise_server_exceptions=False)
    assert client.get(f"/sdmx/v1/data/{FLOW}").status_code == 200

    def away(*_arguments: object) -> int:
        raise Unavailable("The register is away.")

    monkeypatch.setattr(house.parts.register, "head", away)
    house.clock.forward(seconds=4)
    assert client.get(f"/sdmx/v1/data/{FLOW}").status_code == 200
    house.clock.forward(seconds=1)
    answer = client.get(f"/sdmx/v1/data/{FLOW}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_an_explanation_says_of_each_row_who_decided_it_and_the_public_sees_no_name(house, tmp_path):
    """D14, D20: the change of one row leaves the decisions on the others as they were."""
    house.clock.forward(days=1)
    export_folders(house.parts, tmp_path / "edited")
    table = tmp_path / "edited/mappings/ESTAT/index_ssmsi_to_iccs.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Line published by Eurostat as Intentional", "As Eurostat has it: Intentional", 1))
    house.change(tmp_path / "edited")
    house.released()
    found = explain(house.parts, KEY, "2022")
    rows = {row_id: decision for (_, row_id), decision in found.decisions.items()}
    changed, other = rows.pop("IDX-001"), next(iter(rows.values()))
    assert (changed.author, changed.since[:10], changed.carried) == (AUTHOR.name, "2026-11-25", False)
    assert (other.author, other.since[:10], other.carried) == (HOUSE.name, "2026-11-24", True)
    assert changed.approvers == other.approvers == (FIRST.name, SECOND.name)
    answer = TestClient(create_app(house.parts)).get(f"/api/v1/explain/{FLOW}/A.ICCS0101.NR.FR/2022")
    mapping = next(m for m in answer.json()["mappings"] if m["row_id"] == "IDX-001")
    assert (mapping["version"], mapping["approved"], mapping["carried"]) == (
        "1.0.0",
        "two approvers, 2026-11-25",
        False,
    )
    assert not any(name in answer.text for name in (AUTHOR.name, FIRST.name, SECOND.name))


def test_the_days_of_an_explanation_are_those_of_paris(tmp_path, capsys):
    """D3: signed at 23:30 UTC is signed the next day, for staff and the public; the instants of --json stay UTC."""
    house = new_house(tmp_path / "home")
    house.clock.forward(hours=14, minutes=30)
    house.take_published()
    house.approve_map()
    house.released()
    found = explain(house.parts, KEY, "2022")
    show_explanation(found, "en", False)
    shown = capsys.readouterr().out
    assert "by greffe on 2026-11-24, approved by" in shown  # the house brought its maps at 09:00
    assert shown.count("2026-11-24") == 1
    assert "in effect 2026-11-25 00:30:0" in shown
    assert "elise on 2026-11-25" in shown
    assert "UTC" not in shown
    assert all(d.since.startswith("2026-11-24T23:30") for d in found.decisions.values())
    answer = TestClient(create_app(house.parts)).get(f"/api/v1/explain/{FLOW}/A.ICCS0101.NR.FR/2022").json()
    assert {m["approved"] for m in answer["mappings"]} == {"two approvers, 2026-11-25"}
