"""Quality of a release from what the system knows: measured by hand here, in every format, as a page; nothing internal."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import FIRST, FLOW, PUBLISHED, RELEASER, SECOND, House, new_house
from journey_tools import ROOT
from judges import json_errors, xml_errors
from lxml import html
from released import day, put
from shipped_catalogue import read_plain
from typer.testing import CliRunner

from greffe.app import compose, create_app
from greffe.catalogue.metadata_coherence import check_report
from greffe.cli.whole import app
from greffe.model.calendar import Words
from greffe.model.metadata import MetadataSet
from greffe.model.references import Reference
from greffe.release.calendar import announce, move
from greffe.release.datasets import Dataset
from greffe.release.lifecycle import accept_warnings, approve_draft, dataflow_named, withdraw
from greffe.release.quality import _unmapped
from greffe.release.quality_kept import quality_named
from greffe.release.quality_set import reported

ID = f"RELEASE_QUALITY_{FLOW}"
SET = f"/sdmx/v2/metadata/metadataset/SSER/{ID}"
PAGE = f"/quality/{FLOW}"
INTERNAL_REASON = "Seen with 7731 of the bureau"  # why warnings were accepted: for staff

# Rows `iccs unit period value status confidentiality comment`.
OLD = """
ICCS0101 NR 2019 100 A F
ICCS0101 NR 2020 3 A F
ICCS0101 NR 2022 0 A F
ICCS0501 NR 2020 424242 A F
ICCS0502 NR 2020 9 A F
"""
NEW = """
ICCS0101 NR 2019 100 B F A new <law> counts & more
ICCS0101 NR 2020 2 A F
ICCS0101 NR 2022 4 A F
ICCS0101 P_HTHAB 2022 1.6 A F
ICCS0501 NR 2020 - Q C
ICCS0102 NR 2020 - M F
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The published figures of the police, released once through every step."""
    house = new_house(tmp_path_factory.mktemp("quality") / "home", "published", "map")
    draft = house.draft(reason="first")
    for person in (FIRST, SECOND):
        approve_draft(house.parts, person, draft.id)
    accept_warnings(house.parts, FIRST, draft.id, INTERNAL_REASON)
    house.release(draft)
    house.clock.forward(seconds=6)
    return house


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Releases 1 and 2 as above, 3 withdrawn, 4 to come."""
    house = new_house(tmp_path_factory.mktemp("revised") / "home")
    house.clock.now = day(1)
    put(house, 1, OLD, last_period="2022")
    house.clock.now = day(2)
    put(house, 2, NEW, last_period="2022", notice="Late <reports>", notice_fr="Rapports tardifs", revision="correction")
    house.clock.now = day(3)
    put(house, 3, NEW.replace("100 B", "31337 B"), last_period="2022")
    withdraw(house.parts, RELEASER, f"{FLOW}#3", "wrong")
    put(house, 4, NEW.replace("100 B", "27182 B"), hours=24, last_period="2023")
    return house


@pytest.fixture(scope="module")
def web(real: House) -> TestClient:
    return TestClient(create_app(real.parts), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def revised_web(revised: House) -> TestClient:
    return TestClient(create_app(revised.parts), raise_server_exceptions=False)


def said(report: dict[str, object], lang: str) -> dict[str, str]:
    """Heading → what stands under it, of a report as SDMX-JSON has it."""
    found: dict[str, str] = {}

    def walk(attributes: list[dict[str, object]]) -> None:
        for one in attributes:
            if "value" in one:
                value = one["value"]
                text = value.get(lang) if isinstance(value, dict) else str(value)
                found[str(one["id"])] = f"{found[one['id']]} {text}" if one["id"] in found else text
            walk(one.get("attributes", []))  # type: ignore[arg-type]

    walk(report["attributes"])  # type: ignore[arg-type]
    return found


def report_of(web: TestClient, address: str = f"{SET}/~", lang: str = "en") -> dict[str, str]:
    (found,) = web.get(address).json()["data"]["metadataSets"]
    return said(found, lang)


def test_what_was_published_is_measured(real: House):
    """Counted again from the samples: values, missing ones with their status, periods, days to the release, gaps"""
    with (PUBLISHED / "ssmsi_infractions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    values = sum(bool(r["valeur"]) for r in rows)
    found = quality_named(real.parts, dataflow_named(real.parts, FLOW))
    counts = found.counts
    assert counts.observations == 2 * len(rows)  # each count with its rate
    assert counts.values == 2 * values
    assert counts.missing == {"L": 2 * (len(rows) - values)}
    assert counts.periods == (min(r["periode"] for r in rows), max(r["periode"] for r in rows))
    assert found.days == (date(2026, 11, 24) - date(2022, 12, 31)).days == 1424
    map_ = read_plain((ROOT / "mappings/ESTAT/crim_off_cat.yaml").read_text(encoding="utf-8"))
    declared = [f"iccs={one['cells']['iccs']}" for one in map_["not_provided"]]
    assert [g.codes for g in found.not_provided] == declared
    assert found.unmapped == ()
    assert counts.confidential == 0
    assert found.vintages == ()
    assert [(s.dataflow, s.partial) for s in found.sources] == [("INT_POPULATION", False), ("INT_SSMSI", False)]
    assert found.map_approved == (2, "2026-11-24")
    assert found.warnings_accepted == "2026-11-24"


def test_findings_are_those_that_everybody_sees(real: House, web: TestClient):
    """By rule as many as /api/v1/findings lists; rules without any have passed"""
    listed = Counter(f["rule"] for f in web.get(f"/api/v1/findings/{FLOW}").json())
    found = quality_named(real.parts, dataflow_named(real.parts, FLOW))
    assert {r.rule: r.found for r in found.rules if r.found} == dict(listed)
    assert listed
    assert not {r.rule for r in found.passed} & set(listed)
    texts = report_of(web)
    for rule, count in listed.items():
        assert f"{rule} ({count})" in texts["DATA_VALIDATION"]
    assert "accepted in writing on 2026-11-24" in texts["DATA_VALIDATION"]


def test_what_people_wrote_stands_before_what_is_measured(web: TestClient):
    """The report about the dataflow that is in the catalogue gives its words, in both languages"""
    written = json.loads((ROOT / f"sdmx/SSER/metadataset/QUALITY_{FLOW}.json").read_text(encoding="utf-8"))
    texts = said(written["data"]["metadataSets"][0], "fr")
    found = report_of(web, lang="fr")
    assert set(texts) <= set(found)
    assert found["TIMELINESS"].startswith(texts["TIMELINESS"])
    assert "1\u202f424 jours après" in found["TIMELINESS"]
    assert found["STAT_UNIT"] == texts["STAT_UNIT"]


def test_revisions_are_told_with_direction_and_size(revised_web: TestClient):
    """2020: 3 → 2, 2022: 0 → 4: mean 1.5, mean absolute 2.5, 5 of 3 is 166.6667 %; the public reason in both languages"""
    texts = report_of(revised_web)
    assert f"{FLOW}#2 against {FLOW}#1: 4 observations changed, 2 added, 1 gone." in texts["REV_PRACTICE"]
    assert (
        "2 numbers revised, mean revision 1.500000, mean absolute revision 2.500000 (166.6667 %"
        in texts["REV_PRACTICE"]
    )
    assert "Late <reports>" in texts["REV_PRACTICE"]
    french = report_of(revised_web, lang="fr")["REV_PRACTICE"]
    assert "révision moyenne 1,500000" in french
    assert "Rapports tardifs" in french


def test_breaks_confidentiality_and_completeness_are_counted(revised_web: TestClient):
    """1 of 6 cells is confidential, 4 of 6 have a value, one break with its text"""
    texts = report_of(revised_web)
    assert "1 of 6 observations (16.67 %) are confidential" in texts["CONF_DATA_TR"]
    assert (
        "4 of 6 observations (66.67 %) have a value. Missing by observation status: M 1, Q 1." in texts["COMPLETENESS"]
    )
    assert "2019 (1): A new <law> counts & more" in texts["COMPAR_TIME"]
    assert texts["FLAGS_USED"].split(" ") == ["OBS_A", "OBS_B", "OBS_M", "OBS_Q", "CONF_C", "CONF_F"]


def test_punctuality_is_measured_against_what_was_announced_first(tmp_path: Path):
    """Announced for the 10th, moved to the 14th and released then: four days late; on its day: kept"""
    house = new_house(tmp_path / "home")
    house.clock.now = day(1, 12)
    why = Words("Ready.", "Prêt.")
    entry = announce(house.parts, RELEASER, [FLOW], day(10, 12), reason=why)
    put(house, 1, OLD, hours=9 * 24, last_period="2022", calendar=entry.id)
    house.clock.now = day(10, 13)
    web = TestClient(create_app(house.parts))
    assert "Announced date kept." in report_of(web)["TIMELINESS"]
    late = announce(house.parts, RELEASER, [FLOW], day(20, 12), reason=why)
    move(house.parts, RELEASER, late.id, day(24, 12), Words("Late.", "En retard."))
    put(house, 2, OLD, hours=24 * 13 + 23, last_period="2022", calendar=late.id)
    house.clock.now = day(25)
    assert "4 days after the announced date." in report_of(web)["TIMELINESS"]


@pytest.mark.item("R2-META-01", "R2-META-02", "R2-META-03", "R2-META-04", "R2-META-05")
@pytest.mark.parametrize(
    ("address", "versions"),
    [
        (f"metadataset/SSER/{ID}", ["2.0.0"]),
        (f"metadataset/SSER/{ID}/*", ["1.0.0", "2.0.0"]),
        (f"metadataset/SSER/{ID}/1.0.0", ["1.0.0"]),
        (f"metadataset/SSER/{ID}/3.0.0", []),  # withdrawn
        (f"metadataset/SSER/{ID}/4.0.0", []),  # to come
        ("metadataflow/SSER/QUALITY_REPORTS", ["2.0.0"]),
        (f"structure/dataflow/SSER/{FLOW}", ["2.0.0"]),
        ("structure/dataflow/SSER/CEPEJ_STAT", []),
        (f"metadataset/SSER/{ID}?asOf=2026-12-01T12:00:00Z", ["1.0.0"]),
        (f"metadataset/SSER/{ID}?asOf=2026-12-03T12:00:00Z", ["2.0.0"]),
        (f"metadataset/SSER/{ID}?asOf=2027-12-03T12:00:00Z", ["2.0.0"]),
    ],
)
def test_each_way_finds_the_report_of_the_release(revised_web: TestClient, address: str, versions: list[str]):
    """By its name, its flow, what it is about; its version is the release, the latest is the current one; asOf"""
    for detail in ("full", "allstubs"):
        answer = revised_web.get(f"/sdmx/v2/metadata/{address}{'&' if '?' in address else '?'}detail={detail}")
        sets = answer.json()["data"]["metadataSets"] if answer.status_code == 200 else []
        assert [s["version"] for s in sets if s["id"] == ID] == versions
        assert answer.status_code in (200, 204)


def test_a_message_is_valid_in_every_format(web: TestClient, revised_web: TestClient):
    """SDMX-JSON 2.0 and 2.1, SDMX-ML 3.0 and 3.1 by the standard's schemas; SDMX-CSV has a row"""
    for client in (web, revised_web):
        for version in ("2.0", "2.1"):
            body = client.get(f"{SET}/~?format=metadata-json-{version}").content
            assert json_errors(body, version, "metadata") == []
        for version in ("3.0", "3.1"):
            body = client.get(f"{SET}/~?format=metadata-{version}").content
            assert xml_errors(body) == []
            assert ID.encode() in body
        for version in ("2.0", "2.1"):
            body = client.get(f"{SET}/~?format=metadata-csv-{version}").content
            (row,) = csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True)
            assert row["TARGET_IDS"] == f"SSER:{FLOW}(1.0.0)"
            assert any("424242" in cell for cell in row.values()) is False


def test_reports_hold_what_their_structure_asks_for(real: House, revised: House):
    """Every mandatory heading, codes of its lists, no heading more: also of a dataflow of which nothing is written"""
    for house in (real, revised):
        catalogue = house.parts.catalogue()
        found = quality_named(house.parts, dataflow_named(house.parts, FLOW))
        check_report(catalogue, reported(found, catalogue), "report")
        bare = type(catalogue)(
            {k: a for k, a in catalogue.artefacts.items() if not isinstance(a, MetadataSet)}, catalogue.maps,
            catalogue.recipients, catalogue.checksum,
        )  # fmt: skip
        check_report(bare, reported(found, bare), "report")


def everything(web: TestClient) -> str:
    """What everybody can read of quality, in one text."""
    addresses = [f"{SET}/*?format={f}" for f in ("metadata-json-2.1", "metadata-3.1", "metadata-csv-2.1")]
    addresses += [f"{PAGE}?lang={lang}" for lang in ("en", "fr")]
    addresses += [f"/sdmx/v2/metadata/structure/dataflow/SSER/{FLOW}", "/sdmx/v2/metadata/metadataflow"]
    answers = [web.get(a) for a in addresses]
    assert all(a.status_code == 200 for a in answers)
    return "\n".join(a.text + str(a.headers) for a in answers)


def test_nothing_internal_or_confidential_is_told(web: TestClient, revised_web: TestClient):
    """D20: no names of people, no reason kept for staff, no value of the confidential cell in either release, nothing of
    withdrawn or embargoed releases"""
    text = everything(web)
    for name in ("camille", "driss", "elise", "farid", INTERNAL_REASON, "7731"):
        assert name not in text
    text = everything(revised_web)
    for leak in ("424242", "31337", "27182", f"{FLOW}#3", f"{FLOW}#4", "3.0.0", "2023-12-31"):
        assert leak not in text.replace("version=3.0.0", ""), leak


def test_gaps_of_the_source_are_told_without_their_weight():
    """Codes and reasons are public, row counts and sums of internal data are not; groups that differ in them are one"""
    groups = [
        {"source": {"INDICATEUR": "I", "INFRACTION": "X", "SEXE": "T"}, "indicator": "I",
         "kind": "no-target", "reason": "None there.", "declared": True,
         "rows": rows, "total": total, "first_period": "2019", "last_period": "2020"}
        for rows, total in ((8123, "991"), (1, "2"))
    ]  # fmt: skip
    dataset = Dataset("X#1", "released", Reference("SSER", "X"), "real", (), coverage={"unmapped": groups})
    (gap,) = _unmapped(dataset)
    assert (gap.codes, gap.kind, gap.reason, gap.declared) == (
        "I INFRACTION=X SEXE=T",
        "no-target",
        "None there.",
        True,
    )
    assert not {"8123", "991"} & set(str(gap).replace("'", " ").split())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_is_accessible(web: TestClient, revised_web: TestClient, lang: str):
    """One h1, a caption for each table, a scope for each heading, its language, a title; no script, no foreign resource"""
    for client in (web, revised_web):
        client.cookies.clear()  # a language that was asked for by address is remembered
        answer = client.get(PAGE, headers={"Accept-Language": lang})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-language"] == lang
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        root = html.fromstring(answer.content)
        assert root.get("lang") == lang
        assert len(root.findall(".//h1")) == 1
        assert root.findtext(".//title")
        levels = [int(e.tag[1]) for e in root.iter("h1", "h2", "h3", "h4")]
        assert all(b <= a + 1 for a, b in pairwise(levels))
        tables = root.findall(".//table")
        assert len(tables) >= 5
        for table in tables:
            assert table[0].tag == "caption"
            assert table[0].text
            assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
            assert table.findall("tbody/tr")
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        assert len(ids) == len(set(ids))
        foreign = [e.get("src") or e.get("href") for e in root.iter("script", "img", "link", "iframe")]
        assert all(address.startswith("/") and address[1] != "/" for address in foreign)
        for link in root.iter("a"):
            assert link.get("href", "").startswith(("/", "#"))
            assert link.text_content().strip()


def test_the_page_holds_the_measures_and_a_plot(revised_web: TestClient):
    """The table of revisions and the drawing say the same; text of data is text, never markup"""
    answer = revised_web.get(f"{PAGE}?lang=en")
    root = html.fromstring(answer.content)
    rows = [[c.text_content() for c in tr] for tr in root.findall(".//tbody/tr")]
    assert [f"{FLOW}#2", f"{FLOW}#1", "4", "2", "1", "Late <reports>"] in rows
    assert ["2019", "A new <law> counts & more", "1"] in rows
    assert any(r[2:] == ["2", "1.500000", "2.500000", "166.6667"] for r in rows)
    assert any(r[0].startswith("confidential") and r[1:] == ["1", "16.67"] for r in rows)
    (svg,) = root.findall(".//main//svg")
    heights = [int(r.get("height")) for r in svg.iter("rect")][:3]
    assert heights == [120, 60, 30]  # 4, 2 and 1
    assert svg.get("role") == "img"
    assert "1 424" not in answer.text
    assert "Late &lt;reports&gt;" in answer.text
    first = revised_web.get(f"{PAGE}?release=1&lang=fr")
    assert "première diffusion" in first.text
    assert first.headers["release"] == f"{FLOW}#1"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/quality/NOPE", 404), ("/quality/INT_JUSTICE", 404), (f"{PAGE}?release=3", 404), (f"{PAGE}?release=4", 404),
        (f"{PAGE}?release=9", 404), (f"{PAGE}?lang=de", 406), (f"{PAGE}?release=x", 400), (f"{PAGE}?size=9", 400),
        ("/quality/CEPEJ_STAT", 404),
    ],
)  # fmt: skip
def test_what_there_is_no_page_of(revised_web: TestClient, address: str, status: int):
    """404 for unknown, internal, unreleased, withdrawn and waiting ones; 406 and 400 as everywhere"""
    answer = revised_web.get(address)
    assert answer.status_code == status
    if "release=4" in address:
        assert answer.text.replace("#4", "#9").replace("=4", "=9") == revised_web.get(f"{PAGE}?release=9").text


@pytest.mark.parametrize(
    "address",
    [f"/sdmx/v1/data/{FLOW}", f"/sdmx/v2/data/dataflow/SSER/{FLOW}?format=csv", f"/api/v1/series/{FLOW}?limit=1",
     f"/sdmx/v2/data/dataflow/SSER/{FLOW}?asOf=2026-12-01T12:00:00Z"],
)  # fmt: skip
def test_figures_lead_to_their_quality(revised_web: TestClient, address: str):
    """Link rel=describedby names the page and the report of the very release; both answer"""
    answer = revised_web.get(address)
    links = [part.split(">; ") for part in answer.headers["link"].split(", <")]
    described = [target.lstrip("<") for target, rest in links if rest.startswith('rel="describedby"; type=')]
    number = answer.headers["release"].rpartition("#")[2]
    assert described == [f"{PAGE}?release={number}", f"{SET}/{number}.0.0"]
    assert [revised_web.get(target).status_code for target in described] == [200, 200]


def test_the_page_is_kept_by_its_tag_until_something_changes(tmp_path: Path):
    house = new_house(tmp_path / "home")
    house.clock.now = day(1)
    put(house, 1, OLD, last_period="2022")
    web = TestClient(create_app(house.parts))
    for address in (PAGE, f"{SET}/~"):
        tag = web.get(address).headers["etag"]
        assert web.get(address, headers={"If-None-Match": tag}).status_code == 304
    tags = {a: web.get(a).headers["etag"] for a in (PAGE, f"{SET}/~")}
    house.clock.now = day(2)
    put(house, 2, NEW, last_period="2022")
    for address, tag in tags.items():
        fresh = web.get(address, headers={"If-None-Match": tag})
        assert fresh.status_code == 200
        assert f"{FLOW}#2" in fresh.text
    house.clock.now = day(2) + timedelta(hours=1)
    withdraw(house.parts, RELEASER, f"{FLOW}#2", "wrong")
    for address, tag in tags.items():
        back = web.get(address, headers={"If-None-Match": tag})
        assert back.status_code in (200, 304)
        assert f"{FLOW}#2" not in back.text


def test_synthetic_figures_say_so(tmp_path: Path):
    house = new_house(tmp_path / "home")
    put(house, 1, OLD, origin="synthetic", last_period="2022")
    web = TestClient(create_app(house.parts))
    assert "SYNTHÉTIQUES" in web.get(f"{PAGE}?lang=fr").text
    assert web.get(PAGE).headers["data-origin"] == "synthetic"
    message = web.get(f"{SET}/~").json()
    assert message["meta"]["test"] is True
    assert {"type": "DATA_ORIGIN", "title": "synthetic"} in message["data"]["metadataSets"][0]["annotations"]


def test_the_command_shows_and_writes_the_same(revised: House, revised_web: TestClient, tmp_path: Path):
    """greffe quality FLOW"""
    settings, clock = revised.parts.settings, revised.clock

    def run(*arguments: str):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("greffe.cli.common.compose", lambda _, **_more: compose(settings, clock))
            return CliRunner().invoke(app, ["quality", *arguments])

    found = run(FLOW, "--json", "--out", str(tmp_path / "q.html"), "--lang", "fr")
    assert found.exit_code == 0, found.output
    (report,) = json.loads(found.stdout)["metadataSets"]
    assert said(report, "fr") == report_of(revised_web, lang="fr")
    file = html.fromstring((tmp_path / "q.html").read_bytes())
    page = html.fromstring(revised_web.get(f"{PAGE}?lang=fr").content)
    cells = [
        [[c.text_content() for c in root.iter(tag)] for tag in ("td", "th", "h2", "text")] for root in (file, page)
    ]
    assert cells[0] == cells[1]
    assert len(cells[0][0]) > 30
    assert not list(file.iter("script", "img", "link", "iframe", "a"))
    assert "&#34;" not in file.findtext(".//style")
    assert "166.6667" in run(FLOW).stdout.replace("\n", "")
    assert run(FLOW, "--release", "3").exit_code == 2
    assert run("CRIM_OFF").exit_code == 2
    assert run(FLOW, "--out", "q.pdf").exit_code == 2
