"""Eurostat's tables on a few rows: every cell worked out by hand."""

import csv

import pytest
from shipped_maps import ROOT, map_rows, shipped, values

from greffe.engine import opened
from greffe.settings import EngineSettings

YEARS = {"2022-10": "2022"}  # else the stock of 1 January stands for the year before
PEOPLE = {"2022": "50000000"}  # a round number: one in 100,000 is 500 persons


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


def flow_rows(head, *rows):
    """Rows of the year 2022 in métropole and DROM."""
    lines = [f"TERRITOIRE | TIME_PERIOD | {head}", *(f"fr_met_drom | 2022 | {row}" for row in rows)]
    return "\n".join(lines)


def stock_rows(head, *rows):
    """Rows of 1 January 2021, whole France."""
    lines = [f"FREQ | TERRITOIRE | TIME_PERIOD | {head}", *(f"M | fr_all | 2021-01 | {row}" for row in rows)]
    return "\n".join(lines)


def test_citizenship(connection):
    """Men and women add up; foreigners are 15 + 25 + 7 + 8 + 1; the 4 unknown are in the total only, the 9 legal
    persons in nothing. 260 of 50 million are 0.52 in 100,000."""
    mapped, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_JUST_CTZ",
        flow_rows(
            "INDICATEUR | NATAFF | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "PEN_PQ_POURS | T | 1 | T | F | 180",
            "PEN_PQ_POURS | T | 2 | T | F | 20",
            "PEN_PQ_POURS | T | 1 | T | UE | 15",
            "PEN_PQ_POURS | T | 1 | T | HUE | 25",
            "PEN_PQ_POURS | T | 2 | T | UE | 7",
            "PEN_PQ_POURS | T | 2 | T | HUE | 8",
            "PEN_PQ_POURS | T | 1 | T | AP | 1",
            "PEN_PQ_POURS | T | 1 | T | ND | 4",
            "PEN_PQ_POURS | T | 1 | T | T | 225",
            "PEN_PQ_POURS | T | 2 | T | T | 35",
            "PEN_PQ_POURS | T | 9 | PM | ND | 9",
            "PEN_PQ_POURS | T | 9 | PM | T | 9",
        ),
        PEOPLE,
    )
    assert values(found) == {
        "A.PER_PRSC.NAT.NR.FR 2022": "200",
        "A.PER_PRSC.FOR.NR.FR 2022": "56",
        "A.PER_PRSC.TOTAL.NR.FR 2022": "260",
        "A.PER_PRSC.TOTAL.P_HTHAB.FR 2022": "0.52",
    }
    assert found["A.PER_PRSC.NAT.NR.FR 2022"]["OBS_STATUS"] == "D"  # person-cases for persons
    assert sorted((u.row_id, u.total) for u in mapped.unmapped) == [
        ("CTZ-006", "4"),
        ("CTZ-007", "9"),  # of their citizenship unknown, and of their total
        ("CTZ-007", "9"),
    ]


def test_persons_convicted_are_no_deviation_and_nothing_is_read_before_2008(connection):
    head = "TERRITOIRE | TIME_PERIOD | INDICATEUR | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE"
    rows = [f"fr_met_drom | {year} | CJN_CONDAMNES | T | 1 | T | F | 50" for year in (2007, 2008)]
    _, found = map_rows(connection, "MAP_ESTAT_CRIM_JUST_CTZ", "\n".join([head, *rows]), {})
    assert values(found) == {"A.PER_CNV.NAT.NR.FR 2008": "50"}
    assert found["A.PER_CNV.NAT.NR.FR 2008"]["OBS_STATUS"] == "A"


def test_bribery(connection):
    """Convicted: the group CORRUPT, 30 + 10; prosecuted: all of C3, 70 + 30, of another definition. 40 and 100 of
    50 million are 0.08 and 0.20 in 100,000."""
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_JUST_BRI",
        flow_rows(
            "INDICATEUR | INFRACTION | NATAFF | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "CJN_CONDAMNES | CORRUPT | _Z | 1 | T | T | 30",
            "CJN_CONDAMNES | CORRUPT | _Z | 2 | T | T | 10",
            "CJN_CONDAMNES | PROBITE_AUT | _Z | 1 | T | T | 500",
            "PEN_PQ_POURS | _Z | C3 | 1 | T | T | 70",
            "PEN_PQ_POURS | _Z | C3 | 2 | T | T | 30",
            "PEN_PQ_POURS | _Z | C3 | 9 | PM | T | 15",
        ),
        PEOPLE,
    )
    assert values(found) == {
        "A.PER_CNV.M.NR.FR 2022": "30",
        "A.PER_CNV.F.NR.FR 2022": "10",
        "A.PER_CNV.T.NR.FR 2022": "40",
        "A.PER_CNV.T.P_HTHAB.FR 2022": "0.08",
        "A.PER_PRSC.M.NR.FR 2022": "70",
        "A.PER_PRSC.F.NR.FR 2022": "30",
        "A.PER_PRSC.T.NR.FR 2022": "100",
        "A.PER_PRSC.T.P_HTHAB.FR 2022": "0.20",
    }
    assert {k[2:10]: r["OBS_STATUS"] for k, r in found.items() if ".T.NR." in k} == {"PER_CNV.": "A", "PER_PRSC": "D"}


def test_homicide_and_sexual_offences(connection):
    """Sexual assault is two groups, 600 + 150 men and 12 + 3 women; homicide may hold attempts. 765 of 50 million are
    1.53 in 100,000."""
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_HOM_SOFF",
        flow_rows(
            "INDICATEUR | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "CJN_CONDAMNES | HOMV | 1 | T | T | 400",
            "CJN_CONDAMNES | AGR_SEX | 1 | T | T | 600",
            "CJN_CONDAMNES | ATT_SEX_MIN | 1 | T | T | 150",
            "CJN_CONDAMNES | AGR_SEX | 2 | T | T | 12",
            "CJN_CONDAMNES | ATT_SEX_MIN | 2 | T | T | 3",
            "CJN_CONDAMNES | HOMV_T | 1 | T | T | 77",
        ),
        PEOPLE,
    )
    assert values(found) == {
        "A.ICCS0101.PER_CNV.M.NR.FR 2022": "400",
        "A.ICCS03012.PER_CNV.M.NR.FR 2022": "750",
        "A.ICCS03012.PER_CNV.F.NR.FR 2022": "15",
        "A.ICCS03012.PER_CNV.T.NR.FR 2022": "765",
        "A.ICCS03012.PER_CNV.T.P_HTHAB.FR 2022": "1.53",
    } | {key: None for key in found if key.startswith("A.ICCS0101.PER_CNV.T")}  # no women: a part of the sum is missing
    assert found["A.ICCS0101.PER_CNV.M.NR.FR 2022"]["OBS_STATUS"] == "D"
    assert found["A.ICCS03012.PER_CNV.M.NR.FR 2022"]["OBS_STATUS"] == "A"


def test_trafficking(connection):
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_THB_SCNV",
        flow_rows(
            "INDICATEUR | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "CJN_CONDAMNES | TRAITE | 1 | T | T | 90",
            "CJN_CONDAMNES | TRAITE | 2 | T | T | 35",
            "CJN_CONDAMNES | PROXEN | 1 | T | T | 800",
        ),
        PEOPLE,
    )
    assert values(found) == {
        "A.PER_CNV.M.NR.FR 2022": "90",
        "A.PER_CNV.F.NR.FR 2022": "35",
        "A.PER_CNV.T.NR.FR 2022": "125",
        "A.PER_CNV.T.P_HTHAB.FR 2022": "0.25",
    }


def test_smuggling_cannot_be_isolated(connection):
    mapped, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_SMU",
        flow_rows(
            "INDICATEUR | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "CJN_CONDAMNES | ETRANG | 1 | T | T | 2000",
        ),
    )
    assert sorted(found) == [f"A.PER_CNV.T.NR.FR {year}" for year in range(2016, 2024)]
    assert {(r["OBS_TEXT"], r["OBS_STATUS"]) for r in found.values()} == {(None, "L")}
    assert found["A.PER_CNV.T.NR.FR 2022"]["COMMENT_OBS"].endswith("NATINF or the French classification of offences is needed.")
    assert [(u.row_id, u.kind, u.total) for u in mapped.unmapped] == [("SMU-001", "not-available", "2000")]


def test_personnel(connection):
    """Heads as delivered; all prison staff for one code, so of another definition; no rate over two fields."""
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_JUST_JOB",
        "INDICATEUR | TIME_PERIOD | SEXE | OBS_VALUE\n"
        "RH_JUGES_PHYS | 2022 | 1 | 2100\nRH_JUGES_PHYS | 2022 | 2 | 4900\nRH_JUGES_PHYS | 2022 | T | 7000\n"
        "RH_PROCUREURS_PHYS | 2022 | T | 2200\nRH_PENIT_PHYS | 2022 | T | 42000\nRH_JUGES_PHYS | 2012 | T | 6500",
    )
    assert values(found) == {
        "A.OC2612A.M.NR.FR 2022": "2100",
        "A.OC2612A.F.NR.FR 2022": "4900",
        "A.OC2612A.T.NR.FR 2022": "7000",
        "A.OC2611A.T.NR.FR 2022": "2200",
        "A.OC5413A.T.NR.FR 2022": "42000",
    }
    assert {k[2:9]: r["OBS_STATUS"] for k, r in found.items()} == {"OC2612A": "A", "OC2611A": "A", "OC5413A": "D"}


def test_cases_of_first_instance(connection):
    """Civil and commercial: 1,500,000 + 130,000 + 110,000; criminal: the total of the courts. 1,740,000 of 50 million
    are 3,480 in 100,000."""
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_CRT_CASE",
        flow_rows(
            "INDICATEUR | NAC | DETAIL | OBS_VALUE",
            "CIV_TJ_NOUV | T | _Z | 1500000",
            "CIV_TC_NOUV | T | _Z | 130000",
            "CIV_CPH_NOUV | T | _Z | 110000",
            "CIV_TJ_NOUV | FAMILLE | _Z | 400000",
            "PEN_JUG_TERM | _Z | T | 950000",
            "PEN_JUG_TERM | _Z | TCORR | 600000",
            "PEN_JUG_STOCK | _Z | T | 700000",
        ),
        PEOPLE,
    )
    assert values(found) == {
        "A.CIV_COM.BRGT.NR.FR 2022": "1740000",
        "A.CRM.RES.NR.FR 2022": "950000",
        "A.CRM.PEND.NR.FR 2022": "700000",
        "A.CIV_COM.BRGT.P_HTHAB.FR 2022": "3480.00",
        "A.CRM.RES.P_HTHAB.FR 2022": "1900.00",
        "A.CRM.PEND.P_HTHAB.FR 2022": "1400.00",
    }


def test_persons_tried(connection):
    """Tried: 503,000 persons less 3,000 legal ones. Convicted: 432,000 sentenced and 6,000 exempted less 2,000 legal ones.
    Acquitted: another source, legal persons in. 500,000 of 50 million are 1,000 in 100,000."""
    mapped, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_CRT_PER",
        flow_rows(
            "INDICATEUR | NATAFF | SEXE | AGE | DETAIL | OBS_VALUE",
            "PEN_JUG_AUT | T | T | T | T | 503000",
            "PEN_JUG_AUT | T | T | PM | T | 3000",
            "PEN_JUG_AUT | T | T | T | ISSUE_COND | 432000",
            "PEN_JUG_AUT | T | T | PM | ISSUE_COND | 1500",
            "PEN_JUG_AUT | T | T | T | ISSUE_DISP | 6000",
            "PEN_JUG_AUT | T | T | PM | ISSUE_DISP | 500",
            "PEN_JUG_AUT | T | T | T | ISSUE_RELAX | 26000",
            "PEN_JUG_AUT | T | T | PM | ISSUE_RELAX | 1000",
            "PEN_RELAX | T | _Z | _Z | _Z | 28000",
        ),
        PEOPLE,
    )
    assert {key: value for key, value in values(found).items() if ".NR." in key} == {
        "A.PER_BRGT.NR.FR 2022": "500000",
        "A.PER_CNV.NR.FR 2022": "436000",
        "A.PER_ACQ.NR.FR 2022": "28000",
    }
    assert values(found)["A.PER_BRGT.P_HTHAB.FR 2022"] == "1000.00"
    assert {r["OBS_STATUS"] for r in found.values()} == {"D"}
    assert {(u.row_id, u.total) for u in mapped.unmapped} == {("CPE-013", "26000"), ("CPE-015", "1000")}


def test_prisoners_by_age_and_sex_as_published(connection):
    """Every published figure comes out digit for digit under its year: the stock of 1 January 2021 is shown for 2020,
    that of 1 October 2022 for 2022."""
    with (ROOT / "samples/published/prisons.csv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["indicateur"] == "PRI_DETENUS"]
    head = "INDICATEUR | FREQ | TERRITOIRE | TIME_PERIOD | SEXE | AGE | OBS_VALUE"
    text = [f"PRI_DETENUS | M | fr_all | {r['periode']} | {r['sexe']} | {r['age']} | {r['valeur']}" for r in rows]
    _, found = map_rows(connection, "MAP_ESTAT_CRIM_PRIS_AGE", "\n".join([head, *text]))
    ages, sexes = {"T": "TOTAL", "MIN": "JUV", "MAJ": "ADULT"}, {"T": "T", "1": "M", "2": "F"}
    assert values(found) == {
        f"A.{ages[r['age']]}.{sexes[r['sexe']]}.NR.FR {YEARS.get(r['periode'], str(int(r['periode'][:4]) - 1))}": r[
            "valeur"
        ]
        for r in rows
    }
    assert len(found) == 127
    assert found["A.TOTAL.T.NR.FR 2020"]["COMMENT_OBS"] == "Stock on 1 January 2021."  # the true date travels
    moved = found["A.TOTAL.T.NR.FR 2022"]
    assert moved["COMMENT_OBS"].startswith("Stock on 1 October 2022.; Break in series: Stock of 1 October 2022;")
    assert {key[2:] for key, row in found.items() if row["OBS_STATUS"] == "B"} == {"TOTAL.T.NR.FR 2022", "JUV.T.NR.FR 2022"}
    assert values(found)["A.TOTAL.T.NR.FR 2020"] == "62543"
    assert values(found)["A.TOTAL.T.NR.FR 2022"] == "72350"
    assert values(found)["A.JUV.F.NR.FR 2020"] == "25"


def test_prisoners_by_citizenship(connection):
    """Foreigners: 5,000 + 10,000 + 3; the row without citizenship is the total."""
    mapped, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_PRIS_CTZ",
        stock_rows(
            "INDICATEUR | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "PRI_DETENUS | T | T | _Z | 62543",
            "PRI_DETENUS | T | T | F | 47500",
            "PRI_DETENUS | T | T | UE | 5000",
            "PRI_DETENUS | T | T | HUE | 10000",
            "PRI_DETENUS | T | T | AP | 3",
            "PRI_DETENUS | T | T | ND | 40",
        ),
    )
    assert values(found) == {
        "A.TOTAL.NR.FR 2020": "62543",
        "A.NAT.NR.FR 2020": "47500",
        "A.FOR.NR.FR 2020": "15003",
    }
    assert [(u.row_id, u.total) for u in mapped.unmapped] == [("PCZ-006", "40")]


def test_the_sheet_of_persons(connection):
    """By sex, by age, by citizenship, and some offences by sex: men 300, women 60; minors 30 + 5; French 250 + 50,
    foreign 40 + 10. Convicted of rape: men 90 and women 1. Nothing crossed, no legal person."""
    mapped, found = map_rows(
        connection,
        "MAP_ESTAT_CTS_JUST",
        flow_rows(
            "INDICATEUR | INFRACTION | NATAFF | SEXE | AGE | NATIONALITE | OBS_VALUE",
            "PEN_PQ_POURS | _Z | T | 1 | T | T | 300",
            "PEN_PQ_POURS | _Z | T | 2 | T | T | 60",
            "PEN_PQ_POURS | _Z | T | 9 | PM | T | 12",
            "PEN_PQ_POURS | _Z | T | 1 | MIN | T | 30",
            "PEN_PQ_POURS | _Z | T | 2 | MIN | T | 5",
            "PEN_PQ_POURS | _Z | T | 1 | T | F | 250",
            "PEN_PQ_POURS | _Z | T | 2 | T | F | 50",
            "PEN_PQ_POURS | _Z | T | 1 | T | UE | 40",
            "PEN_PQ_POURS | _Z | T | 2 | T | HUE | 10",
            "PEN_PQ_POURS | _Z | T | 1 | MIN | F | 25",
            "CJN_CONDAMNES | VIOLS | _Z | 1 | T | T | 90",
            "CJN_CONDAMNES | VIOLS | _Z | 2 | T | T | 1",
            "CJN_CONDAMNES | VIOLS | _Z | 1 | MIN | T | 20",
        ),
    )
    assert values(found) == {
        "A.TOTAL.PER_PRSC.M.TOTAL.TOTAL.NR.FR 2022": "300",
        "A.TOTAL.PER_PRSC.F.TOTAL.TOTAL.NR.FR 2022": "60",
        "A.TOTAL.PER_PRSC.T.TOTAL.TOTAL.NR.FR 2022": "360",
        "A.TOTAL.PER_PRSC.T.JUV.TOTAL.NR.FR 2022": "35",
        "A.TOTAL.PER_PRSC.T.TOTAL.NAT.NR.FR 2022": "300",
        "A.TOTAL.PER_PRSC.T.TOTAL.FOR.NR.FR 2022": "50",
        "A.ICCS03011.PER_CNV.M.TOTAL.TOTAL.NR.FR 2022": "90",
        "A.ICCS03011.PER_CNV.F.TOTAL.TOTAL.NR.FR 2022": "1",
        "A.ICCS03011.PER_CNV.T.TOTAL.TOTAL.NR.FR 2022": "91",
        "A.ICCS0101.PER_PRSC.T.TOTAL.TOTAL.NR.FR 2022": None,  # not to be isolated among natures of case
        "A.ICCS03011.PER_PRSC.T.TOTAL.TOTAL.NR.FR 2022": None,
        "A.ICCS03012.PER_PRSC.T.TOTAL.TOTAL.NR.FR 2022": None,
        "A.ICCS02043_02044.PER_PRSC.T.TOTAL.TOTAL.NR.FR 2022": None,
    }
    assert sorted((u.row_id, u.total) for u in mapped.unmapped) == [
        ("CTO-010", "20"),
        ("CTP-007", "12"),
        ("CTP-009", "25"),
    ]
    assert found["A.ICCS03011.PER_CNV.M.TOTAL.TOTAL.NR.FR 2022"]["SOURCE_NOTE"].startswith("Ministry of Justice")


def test_the_sheet_of_prisons_says_the_true_date(connection):
    """2022 is the stock of 1 October for the total (72,350 in 60,709 places), of 1 January 2023 for the offences."""
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CTS_PRIS",
        "FREQ | TERRITOIRE | TIME_PERIOD | INDICATEUR | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE\n"
        "M | fr_all | 2022-10 | PRI_DETENUS | _Z | T | T | _Z | 72350\n"
        "M | fr_all | 2022-10 | PRI_CAPA | _Z | _Z | _Z | _Z | 60709\n"
        "M | fr_all | 2023-01 | PRI_DETENUS | _Z | T | T | _Z | 72173\n"
        "M | fr_all | 2023-01 | PRI_DETENUS_INF | AGR_SEX | 1 | _Z | _Z | 3000\n"
        "M | fr_all | 2023-01 | PRI_DETENUS_INF | ATT_SEX_MIN | 1 | _Z | _Z | 200\n"
        "M | fr_all | 2024-01 | PRI_DETENUS | _Z | T | T | UE | 5000\n"
        "M | fr_all | 2024-01 | PRI_DETENUS | _Z | T | T | AP | 3\n"
        "M | fr_all | 2024-01 | PRI_PREVENUS | _Z | 2 | T | _Z | 700",
    )
    assert values(found) == {
        "A.PRIS_ACT_CAP.TOTAL.TOTAL.TOTAL.TOTAL.T.NR.FR 2022": "72350",
        "A.PRIS_OFF_CAP.TOTAL.TOTAL.TOTAL.TOTAL.T.NR.FR 2022": "60709",
        "A.PRIS_ACT_CAP.ICCS03012.TOTAL.TOTAL.TOTAL.M.NR.FR 2022": "3200",
        "A.PRIS_ACT_CAP.TOTAL.TOTAL.FOR.TOTAL.T.NR.FR 2023": "5003",
        "A.PRIS_ACT_CAP.TOTAL.PRIS_UNSENT.TOTAL.TOTAL.F.NR.FR 2023": "700",
    }
    assert {row["FOOTNOTE"] for key, row in found.items() if key.endswith("2022")} == {
        "Stock on 1 October 2022.",
        "Stock on 1 January 2023.",
    }
    assert found["A.PRIS_ACT_CAP.TOTAL.PRIS_UNSENT.TOTAL.TOTAL.F.NR.FR 2023"]["OBS_STATUS"] == "D"


@pytest.mark.parametrize(
    ("sheet", "mirror"),
    [
        ("ESTAT_CTS_JOB", "ESTAT_CRIM_JUST_JOB"),
        ("ESTAT_CTS_CRT_CASE", "ESTAT_CRIM_CRT_CASE"),
        ("ESTAT_CTS_CRT_PER", "ESTAT_CRIM_CRT_PER"),
    ],
)
def test_a_sheet_decides_as_its_mirror_and_has_no_rate(sheet, mirror):
    """The same rows of the same representation maps; what Eurostat computes is never sent."""
    of = {m.target.id: m for m in shipped().maps.values()}
    tables = {t.reference for t in of[mirror].representation_maps}
    assert tables <= {t.reference for t in of[sheet].representation_maps}
    assert of[sheet].select == of[mirror].select
    assert (of[sheet].scope, of[mirror].scope) == ("collection", "mirror")


def test_no_collection_computes_a_rate():
    for map_ in shipped().maps.values():
        if map_.target.id.startswith("ESTAT_") and map_.scope == "collection":
            assert {c.kind for c in map_.calculations} <= {"total", "complement"}
            assert map_.fixed["unit"] == "NR"
