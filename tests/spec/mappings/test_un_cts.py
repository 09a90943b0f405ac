"""The sheets of UN-CTS and goal 16.3.2: what a few internal rows become, worked out by hand."""

import pytest
from shipped_maps import map_rows, values

from greffe.engine import opened
from greffe.settings import EngineSettings


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


def test_persons_held_by_citizenship_offence_and_death(connection):
    """Foreigners are three groups; sections are sums of groups and sexes; both sexes of five groups are selected crimes."""
    mapped, found = map_rows(
        connection,
        "MAP_UNODC_CTS_PRISONS",
        """
        INDICATEUR      | FREQ | TIME_PERIOD | INFRACTION | SEXE | AGE | NATIONALITE | DETAIL         | OBS_VALUE
        PRI_DETENUS     | M    | 2022-01     | _Z         | T    | T   | F           | _Z             | 52000
        PRI_DETENUS     | M    | 2022-01     | _Z         | T    | T   | UE          | _Z             | 4000
        PRI_DETENUS     | M    | 2022-01     | _Z         | T    | T   | HUE         | _Z             | 11000
        PRI_DETENUS     | M    | 2022-01     | _Z         | T    | T   | AP          | _Z             | 5
        PRI_DETENUS     | M    | 2022-01     | _Z         | T    | T   | ND          | _Z             | 900
        PRI_DETENUS_INF | M    | 2022-01     | HOMV       | 1    | _Z  | _Z          | _Z             | 800
        PRI_DETENUS_INF | M    | 2022-01     | HOMV       | 2    | _Z  | _Z          | _Z             | 50
        PRI_DETENUS_INF | M    | 2022-01     | HOMV       | T    | _Z  | _Z          | _Z             | 850
        PRI_DETENUS_INF | M    | 2022-01     | HOMI_ROUTE | 1    | _Z  | _Z          | _Z             | 120
        PRI_DETENUS_INF | M    | 2022-01     | HOMI_ROUTE | 2    | _Z  | _Z          | _Z             | 10
        PRI_DETENUS_INF | M    | 2022-01     | HOMI_ROUTE | T    | _Z  | _Z          | _Z             | 130
        PRI_DECES       | A    | 2021        | _Z         | T    | _Z  | _Z          | T              | 150
        PRI_DECES       | A    | 2021        | _Z         | T    | _Z  | _Z          | DECES_SUICIDE  | 100
        PRI_DECES       | A    | 2021        | _Z         | T    | _Z  | _Z          | DECES_ACCIDENT | 4
        PRI_DECES       | A    | 2021        | _Z         | T    | _Z  | _Z          | DECES_AUTRE    | 6
        PRI_ETAB        | A    | 2021        | _Z         | _Z   | _Z  | _Z          | T              | 187
        """,
    )
    assert values(found) == {
        "PERS_HELD.CTZ.CAT03.Total.Total 2021": "52000",
        "PERS_HELD.CTZ.CAT04.Total.Total 2021": "15005",  # 4,000 + 11,000 + 5
        "PERS_HELD.ACTS.CAT12.Male.Total 2021": "920",  # 800 + 120
        "PERS_HELD.ACTS.CAT12.Female.Total 2021": "60",
        "PERS_HELD.ACTS.CAT12.Total.Total 2021": "980",
        "PERS_HELD.CRIME.CAT05.Total.Total 2021": "850",
        "PRIS_MORT.TOTAL.CAT00.Total.Total 2021": "150",
        "PRIS_MORT.DEATH.CAT30.Total.Total 2021": "100",
        "PRIS_MORT.DEATH.CAT32.Total.Total 2021": "10",  # accidents and other causes
        "PRIS_CAP.TOTAL.CAT34.Total.Total 2021": "187",
    }
    assert {k.split(" ")[0] for k, r in found.items() if r["OBS_STATUS"] == "D"} == {
        "PERS_HELD.CRIME.CAT05.Total.Total",  # attempts may be in
        "PRIS_CAP.TOTAL.CAT34.Total.Total",  # UNODC counts wings too
    }
    assert {(u.kind, u.rows) for u in mapped.unmapped} == {("no-target", 1), ("not-applicable", 1)}


@pytest.mark.parametrize(
    ("map_", "indicator", "code", "more"),
    [
        ("MAP_UNODC_CTS_PROSECUTION", "PEN_PQ_POURS", "PERS_PROS", ("T", "_Z")),
        ("MAP_UNODC_PROSECUTION", "PEN_PQ_POURS", "PERS_PROS", ("T", "_Z")),
        ("MAP_UNODC_CTS_COURTS", "PEN_JUG_AUT", "PERS_COURT", ("_Z", "T")),
        ("MAP_UNODC_COURTS", "PEN_JUG_AUT", "PERS_COURT", ("_Z", "T")),
    ],
)
def test_persons_before_prosecutors_and_courts_are_natural_persons(connection, map_, indicator, code, more):
    mapped, found = map_rows(
        connection,
        map_,
        f"""
        INDICATEUR  | TIME_PERIOD | TERRITOIRE  | NATAFF | SEXE | AGE | NATIONALITE | DETAIL    | OBS_VALUE
        {indicator} | 2022        | fr_met_drom | T      | 1    | MIN | {more[0]}   | {more[1]} | 40
        {indicator} | 2022        | fr_met_drom | T      | 1    | MAJ | {more[0]}   | {more[1]} | 500
        {indicator} | 2022        | fr_met_drom | T      | 2    | MIN | {more[0]}   | {more[1]} | 5
        {indicator} | 2022        | fr_met_drom | T      | 2    | MAJ | {more[0]}   | {more[1]} | 60
        {indicator} | 2022        | fr_met_drom | T      | 9    | PM  | {more[0]}   | {more[1]} | 7
        """,
    )
    wanted = {
        "Male.Juveniles": "40", "Male.Adult": "500", "Male.Total": "540", "Female.Juveniles": "5", "Female.Adult": "60",
        "Female.Total": "65", "Total.Juveniles": "45", "Total.Adult": "560", "Total.Total": "605",
    }  # fmt: skip
    assert values(found) == {f"{code}.TOTAL.CAT00.{k} 2022": v for k, v in wanted.items()}
    assert {r["OBS_STATUS"] for r in found.values()} == {"D"}  # persons in cases
    assert [(u.kind, u.rows) for u in mapped.unmapped] == [("not-applicable", 1)]  # seven legal persons


@pytest.mark.parametrize("map_", ["MAP_UNODC_CTS_PERSONNEL", "MAP_UNODC_PERSONNEL"])
def test_staff_is_counted_in_heads(connection, map_):
    _, found = map_rows(
        connection,
        map_,
        """
        INDICATEUR         | TIME_PERIOD | SEXE | OBS_VALUE
        RH_JUGES_PHYS      | 2021        | T    | 7300
        RH_JUGES_PHYS      | 2021        | 2    | 5000
        RH_PROCUREURS_PHYS | 2021        | T    | 2200
        RH_PENIT_PHYS      | 2021        | T    | 43000
        """,
    )
    assert {k: (r["OBS_TEXT"], r["OBS_STATUS"]) for k, r in found.items()} == {
        "CJ_PERSONNEL.PERSONNEL.CAT37.Total.Total 2021": ("7300", "A"),
        "CJ_PERSONNEL.PERSONNEL.CAT37.Female.Total 2021": ("5000", "A"),
        "CJ_PERSONNEL.PERSONNEL.CAT36.Total.Total 2021": ("2200", "A"),
        "CJ_PERSONNEL.PERSONNEL.CAT38.Total.Total 2021": ("43000", "D"),  # probation and headquarters are in
    }


def test_convicted_persons_are_those_of_the_mirror(connection):
    """The sheet and the mirror read the same decisions: equal cells. Only the sheet says what it does not hold."""
    rows = """
        INDICATEUR    | TIME_PERIOD | TERRITOIRE  | INFRACTION | SEXE | AGE | NATIONALITE | OBS_VALUE
        CJN_CONDAMNES | 2021        | fr_met_drom | T          | 1    | T   | T           | 100
        CJN_CONDAMNES | 2021        | fr_met_drom | T          | 2    | T   | T           | 11
        CJN_CONDAMNES | 2021        | fr_met_drom | HOMV       | 1    | T   | T           | 9
        CJN_CONDAMNES | 2021        | fr_met_drom | HOMV       | 2    | T   | T           | 1
        """
    _, sheet = map_rows(connection, "MAP_UNODC_CTS_CONVICTED", rows)
    _, mirror = map_rows(connection, "MAP_UNODC_JUSTICE", rows)
    absent = {f"PERS_CONV.CTZ.{code}.Total.Total 2021" for code in ("CAT03", "CAT04")}
    assert {key for key, row in sheet.items() if row["OBS_STATUS"] == "L"} == absent
    assert values(sheet) == values(mirror) | dict.fromkeys(absent)
    assert values(sheet)["PERS_CONV.TOTAL.CAT00.Total.Total 2021"] == "111"
    assert values(sheet)["HOM_CONV.TOTAL.CAT00.Total.Total 2021"] == "10"


def test_goal_16_3_2(connection):
    """20,343 unsentenced of 70,059 held on 1 January 2019 are 29.0369…: the year 2018."""
    _, found = map_rows(
        connection,
        "MAP_UNODC_SDG",
        """
        INDICATEUR   | FREQ | TIME_PERIOD | SEXE | AGE | OBS_VALUE
        PRI_DETENUS  | M    | 2019-01     | T    | T   | 70059
        PRI_PREVENUS | M    | 2019-01     | T    | T   | 20343
        """,
    )
    assert values(found)["VC_PRS_UNSNT.Total 2018"] == "29.04"
    assert found["VC_PRS_UNSNT.Total 2018"]["OBS_STATUS"] == "D"


def test_the_year_2019_counts_open_appeals_as_sentenced(connection):
    """21,075 untried by length less 2,748 with an open appeal are the 18,327 that UNODC shows for 2019 only."""
    _, found = map_rows(
        connection,
        "MAP_UNODC_CTS_PRISONS",
        """
        INDICATEUR     | FREQ | TIME_PERIOD | SEXE | AGE | DETAIL | OBS_VALUE
        PRI_PREVENUS   | M    | 2020-01     | T    | T   | _Z     | 21075
        PRI_PREVENUS   | M    | 2020-01     | T    | T   | LT6M   | 9000
        PRI_PREVENUS   | M    | 2020-01     | T    | T   | M6_12  | 4923
        PRI_PREVENUS   | M    | 2020-01     | T    | T   | GE12M  | 7152
        PRI_PREV_APPEL | M    | 2020-01     | T    | _Z  | _Z     | 2748
        PRI_CONDAMNES  | M    | 2020-01     | T    | T   | _Z     | 49576
        PRI_PREVENUS   | M    | 2021-01     | T    | T   | _Z     | 19000
        PRI_PREV_APPEL | M    | 2021-01     | T    | _Z  | _Z     | 2000
        """,
    )
    assert values(found) == {
        "PERS_HELD.STATUS.CAT02.Total.Total 2019": "18327",
        "PERS_HELD.STATUS.CAT01.Total.Total 2019": "52324",  # 49,576 + 2,748
        "PERS_UNSENT.LENGTH.CAT24.Total.Total 2019": "18327",
        "PERS_UNSENT.LENGTH.CAT25.Total.Total 2019": "9000",
        "PERS_UNSENT.LENGTH.CAT26.Total.Total 2019": "13923",  # cumulative: 9,000 + 4,923
        "PERS_UNSENT.LENGTH.CAT27.Total.Total 2019": "7152",
        "PERS_HELD.STATUS.CAT02.Total.Total 2020": "19000",
        "PERS_UNSENT.LENGTH.CAT24.Total.Total 2020": "19000",
    }
    assert found["PERS_HELD.STATUS.CAT02.Total.Total 2019"]["OBS_STATUS"] == "B"
    assert found["PERS_HELD.STATUS.CAT02.Total.Total 2020"]["OBS_STATUS"] == "D"
