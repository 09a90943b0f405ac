"""The CEPEJ questionnaire beside question 91: what a few internal rows become, worked out by hand."""

import pytest
from shipped_maps import map_rows, values

from greffe.engine import opened
from greffe.settings import EngineSettings

# What the houses do not hold of the professions: asked, and answered with the reason.
ABSENT = (
    "Q47.T.T", "Q48.T.T", "Q52_1.I1.T", "Q52_1.I2.T", "Q52_1.I3.T", "Q56.T.T", "Q60.T.T", "Q144.T.T", "Q166.T.T", "Q167.T.T",
    "Q202.T.T",
)  # fmt: skip


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


def test_cases_of_courts_and_instances(connection):
    """Five kinds of criminal court are summed and their total is not read; mutual consent is no litigious divorce."""
    _, found = map_rows(
        connection,
        "MAP_CEPEJ_CASES",
        """
        INDICATEUR    | TIME_PERIOD | TERRITOIRE  | NAC | DETAIL  | OBS_VALUE
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z  | ASSISES | 2
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z  | CCD     | 4
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z  | TCORR   | 600
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z  | TPE     | 50
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z  | TPOL    | 340
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z  | T       | 996
        CIV_CC_NOUV   | 2022        | fr_all      | _Z  | _Z      | 16
        CIV_CC_STOCK  | 2021        | fr_all      | _Z  | _Z      | 20
        CIV_CC_STOCK  | 2022        | fr_all      | _Z  | _Z      | 21
        CIV_CA_TERM   | 2022        | fr_met_drom | T   | _Z      | 200
        FAM_DIV_STOCK | 2022        | fr_met_drom | ACC | _Z      | 30
        FAM_DIV_STOCK | 2022        | fr_met_drom | FAU | _Z      | 3
        FAM_DIV_STOCK | 2022        | fr_met_drom | CMJ | _Z      | 9
        FAM_DIV_STOCK | 2022        | fr_met_drom | T   | _Z      | 42
        ENT_PC_OUV    | 2022        | fr_met_drom | T   | _Z      | 50
        """,
    )
    absent = {key for key, row in found.items() if row["OBS_STATUS"] == "L"}
    assert {key: value for key, value in values(found).items() if key not in absent} == {
        "Q94.I1.IN 2022": "996",
        "Q99.I3.IN 2022": "16",
        "Q99.I3.P1 2021": "20",
        "Q99.I3.P1 2022": "21",
        "Q99.I3.P0 2022": "20",  # what was pending on 31 December 2021
        "Q97.I2.RES 2022": "200",
        "Q101_DIV.I1.P1 2022": "33",
        "Q101_INS.I1.IN 2022": "50",
    }
    asked = ["Q94_L1.I1.IN", "Q94_L3.I1.P0", "Q97.I2.GT2", "Q100.I3.RES", "Q101_EMP.I1.P1", "Q101_ROB.I1.GT2"]
    assert absent >= {f"{key} {year}" for key in asked for year in (2021, 2022)}
    assert len(absent) == 2 * 39  # 3 lines of 5, 6 of cases over two years, 4 of Q100, 4 of dismissals, 2 offences of 5
    assert {found[k]["OBS_TEXT"] for k in absent} == {None}
    assert found["Q99.I3.GT2 2022"]["TERRITORY"] == "fr_all"
    assert found["Q97.I2.GT2 2022"]["TERRITORY"] == "fr_met_drom"


def test_orientations_of_the_prosecution_are_persons_and_say_so(connection):
    _, found = map_rows(
        connection,
        "MAP_CEPEJ_PROSECUTION",
        """
        INDICATEUR        | TIME_PERIOD | TERRITOIRE  | NATAFF | SEXE | AGE | NATIONALITE | DETAIL    | STATUT | OBS_VALUE
        PEN_PQ_AFF_RECUES | 2022        | fr_met_drom | T      | _Z   | _Z  | _Z          | _Z        | D      | 4000
        PEN_PQ_ALT        | 2022        | fr_met_drom | T      | _Z   | _Z  | _Z          | _Z        | D      | 350
        PEN_PQ_COMPO      | 2022        | fr_met_drom | T      | _Z   | _Z  | _Z          | _Z        | D      | 70
        PEN_PQ_POURS      | 2022        | fr_met_drom | T      | T    | T   | T           | _Z        | D      | 600
        PEN_PQ_POURS      | 2022        | fr_met_drom | T      | T    | T   | T           | MODE_CRPC | D      | 90
        PEN_PQ_AFF_STOCK  | 2022        | fr_met_drom | _Z     | _Z   | _Z  | _Z          | _Z        | E      | 800
        """,
    )
    assert {k.split(".")[0]: (r["OBS_TEXT"], r["OBS_STATUS"]) for k, r in found.items()} == {
        "Q107_L2": ("4000", "A"),
        "Q107_L3_2": ("420", "D"),  # alternatives and penal orders by consent
        "Q107_L3_3": ("600", "D"),
        "Q107_1": ("90", "D"),
        "Q107_L4": ("800", "E"),
        "Q107_L3_1": (None, "L"),  # not available: written as such
        "Q107_L3_1_1": (None, "L"),
        "Q107_L3_1_4": (None, "L"),
        "Q107_L3_4": (None, "L"),
    }
    assert found["Q107_L3_1_1.T.T 2022"]["COMMENT_OBS"].startswith("Offender not identified")


def test_professionals_on_31_december(connection):
    """Lawyers of 1 January 2023 are those of 31 December 2022; judicial officers exist from then on only."""
    mapped, found = map_rows(
        connection,
        "MAP_CEPEJ_PROFESSIONALS",
        """
        INDICATEUR   | TIME_PERIOD | SEXE | DETAIL | OBS_VALUE
        RH_JUGES     | 2022        | T    | DEG_1  | 5000.5
        RH_JUGES     | 2022        | 2    | _Z     | 4800
        RH_JUGES_OCC | 2022        | _Z   | T      | 26000
        AUX_AVOCATS  | 2023        | T    | _Z     | 75000
        AUX_COMJUST  | 2022        | T    | _Z     | 3600
        AUX_COMJUST  | 2023        | T    | _Z     | 3700
        """,
    )
    assert values(found) == {
        "Q46.I1.T 2022": "5000.5",
        "Q46.T.F 2022": "4800",
        "Q49.T.T 2022": "26000",
        "Q146.T.T 2022": "75000",
        "Q170.T.T 2022": "3700",
    } | dict.fromkeys(f"{question} 2022" for question in ABSENT)
    assert {r["UNIT"] for k, r in found.items() if k.startswith("Q46")} == {"FTE"}
    assert {found[f"{question} 2022"]["OBS_STATUS"] for question in ABSENT} == {"L"}
    assert [(u.kind, u.rows) for u in mapped.unmapped] == [("not-available", 1)]


def test_legal_aid_budgets_and_lengths(connection):
    """Parts of legal aid are summed, euros keep their cents, months of a length are days."""
    _, found = map_rows(
        connection,
        "MAP_CEPEJ_RESOURCES",
        """
        INDICATEUR    | TIME_PERIOD | TERRITOIRE  | NAC | DETAIL | OBS_VALUE
        AJ_ADM        | 2022        | fr_all      | _Z  | CIV    | 400
        AJ_ADM        | 2022        | fr_all      | _Z  | PEN    | 350
        AJ_ADM        | 2022        | fr_all      | _Z  | ADM    | 50
        AJ_ADM        | 2022        | fr_all      | _Z  | AUT    | 100
        AJ_ADM        | 2022        | fr_all      | _Z  | T      | 900
        BUD_P166      | 2022        | none        | _Z  | _Z     | 3600000000.25
        BUD_EXEC      | 2022        | none        | _Z  | _Z     | 9000000000
        FAM_DIV_DUREE | 2022        | fr_met_drom | T   | _Z     | 24
        ENT_PC_DUREE  | 2022        | fr_met_drom | _Z  | _Z     | 1480
        """,
        left_out=(),
    )
    assert {k.split(" ")[0]: (r["OBS_TEXT"], r["OBS_STATUS"]) for k, r in found.items()} == {
        "Q20.T.T.COUNT": ("900", "D"),
        "Q20.CRIM.T.COUNT": ("350", "D"),
        "Q20.OTHER.T.COUNT": ("550", "D"),
        "Q6.T.T.EUR": ("3600000000.25", "D"),
        "Q15_1.IMPL.T.EUR": ("9000000000", "A"),
        "Q102.INSOLVENCY.T.DAYS": ("1480", "A"),
        "Q102.DIVORCE.T.DAYS": ("730.50", "A"),  # 24 months of 30.4375 days
        "Q5.T.T.EUR": (None, "M"),  # France has the euro
        "Q12.T.T.EUR": (None, "L"),
        "Q13.T.T.EUR": (None, "L"),
    }


def test_rates_of_criminal_courts_and_of_the_second_instance(connection):
    """990 of 1,000 resolved are 99.00 percent; 365 × 500 / 990 are 184.343… days; 1,000 cases of 50,000 inhabitants are 2 in
    100. Appeals: 45 of 48 and 365 × 40 / 45 = 324.44 days; 200 of 210 and 365 × 280 / 200 = 511 days."""
    _, found = map_rows(
        connection,
        "MAP_CEPEJ_STAT",
        """
        INDICATEUR    | TIME_PERIOD | TERRITOIRE  | NAC     | DETAIL | OBS_VALUE
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z      | TCORR  | 600
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z      | TPOL   | 400
        PEN_JUG_NOUV  | 2022        | fr_met_drom | _Z      | T      | 1000
        PEN_JUG_TERM  | 2022        | fr_met_drom | _Z      | TCORR  | 590
        PEN_JUG_TERM  | 2022        | fr_met_drom | _Z      | TPOL   | 400
        PEN_JUG_STOCK | 2022        | fr_met_drom | _Z      | TCORR  | 500
        PEN_CA_NOUV   | 2022        | fr_met_drom | _Z      | _Z     | 48
        PEN_CA_TERM   | 2022        | fr_met_drom | _Z      | _Z     | 45
        PEN_CA_STOCK  | 2022        | fr_met_drom | _Z      | _Z     | 40
        CIV_CA_NOUV   | 2022        | fr_met_drom | T       | _Z     | 210
        CIV_CA_NOUV   | 2022        | fr_met_drom | FAMILLE | _Z     | 90
        CIV_CA_TERM   | 2022        | fr_met_drom | T       | _Z     | 200
        CIV_CA_STOCK  | 2022        | fr_met_drom | T       | _Z     | 280
        """,
        {"2022": "50000"},
        left_out=(),
    )
    rates = {k: v for k, v in values(found).items() if k.split(".")[0] in ("CR", "DT", "CASE_PER_100")}
    assert rates == {
        "CR.Q94.I1 2022": "99.00",
        "DT.Q94.I1 2022": "184.34",
        "CASE_PER_100.Q94.I1 2022": "2.00",
        "CR.Q98.I2 2022": "93.75",
        "DT.Q98.I2 2022": "324.44",
        "CASE_PER_100.Q98.I2 2022": "0.10",
        "CR.Q97.I2 2022": "95.24",
        "DT.Q97.I2 2022": "511.00",
        "CASE_PER_100.Q97.I2 2022": "0.42",
    }
