"""Places, quarters and stocks: what adds up across levels and years."""

JUSTICE = "INT_JUSTICE"
Q91 = "CEPEJ_Q91"

REGIONS = """
        INDICATEUR  | TERRITOIRE  | NIVEAU_GEO | GEO | SEXE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | fr_met_drom | DEP        | 01  | T    | 2022        | 10
        CJN_CONDAMN | fr_met_drom | DEP        | 02  | T    | 2022        | 20
        CJN_CONDAMN | fr_met_drom | DEP        | 03  | T    | 2022        | 5
        CJN_CONDAMN | fr_met_drom | REG        | R1  | T    | 2022        | {first}
        CJN_CONDAMN | fr_met_drom | REG        | R2  | T    | 2022        | 5
        CJN_CONDAMN | fr_met_drom | FR         | FR  | T    | 2022        | 35
"""


def test_departments_make_the_region_holds(found):
    assert found("departments_make_the_region", JUSTICE, REGIONS.format(first=30)) == []


def test_departments_make_the_region_is_broken(found):
    [finding] = found("departments_make_the_region", JUSTICE, REGIONS.format(first=31), whole=True)
    assert (finding.key["NIVEAU_GEO"], finding.key["GEO"], finding.key["SEXE"]) == ("REG", "R1", "T")
    assert finding.messages["en"] == "The region has 31, its 2 departments make 30."


def test_a_region_without_one_of_its_departments_is_left_open(found):
    table = "\n".join(line for line in REGIONS.format(first=31).splitlines() if "| 02 " not in line)
    assert found("departments_make_the_region", JUSTICE, table) == []


def test_regions_make_france_holds(found):
    """Where a breakdown does not apply at one level (`_Z`), the total of the other level stands beside it."""
    table = """
        INDICATEUR  | TERRITOIRE  | NIVEAU_GEO | GEO | AGE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | fr_met_drom | REG        | R1  | _Z  | 2022        | 30
        CJN_CONDAMN | fr_met_drom | REG        | R2  | _Z  | 2022        | 5
        CJN_CONDAMN | fr_met_drom | FR         | FR  | T   | 2022        | 35
        PRI_DETENUS | fr_all      | REG        | R1  | T   | 2022-01     | 30
        PRI_DETENUS | fr_all      | REG        | R2  | T   | 2022-01     | 5
        PRI_DETENUS | fr_all      | COM        | 987 | T   | 2022-01     | 2
        PRI_DETENUS | fr_all      | FR         | FR  | T   | 2022-01     | 37
    """
    assert found("regions_make_france", JUSTICE, table) == []


def test_regions_make_france_is_broken(found):
    assert found("regions_make_france", JUSTICE, REGIONS.format(first=31)) == [
        "2022 France has 35, the regions and collectivities overseas make 36."
    ]


COURTS = """
        INDICATEUR   | TERRITOIRE  | NIVEAU_GEO | GEO  | NAC | TIME_PERIOD | OBS_VALUE
        CIV_CPH_NOUV | fr_met_drom | CA         | CA_A | T   | 2022        | 60
        CIV_CPH_NOUV | fr_met_drom | CA         | CA_B | T   | 2022        | 40
        CIV_CPH_NOUV | fr_met_drom | FR         | FR   | T   | 2022        | {france}
        AJ_ADM       | fr_all      | CA         | CA_A | _Z  | 2022        | 60
        AJ_ADM       | fr_all      | CA         | CA_B | _Z  | 2022        | 40
        AJ_ADM       | fr_all      | CA         | CA_C | _Z  | 2022        | 3
        AJ_ADM       | fr_all      | FR         | FR   | _Z  | 2022        | {whole}
"""


def test_courts_make_france_holds(found):
    """The whole of France has courts that no department belongs to."""
    assert found("courts_make_france", JUSTICE, COURTS.format(france=100, whole=103)) == []


def test_courts_make_france_is_broken(found):
    assert found("courts_make_france", JUSTICE, COURTS.format(france=101, whole=100)) == [
        "2022 France has 100, its 3 courts of appeal make 103.",
        "2022 France has 101, its 2 courts of appeal make 100.",
    ]


QUARTERS = """
        INDICATEUR    | FREQ | TIME_PERIOD | OBS_VALUE
        CIV_CPH_NOUV  | Q    | 2022-Q1     | 10
        CIV_CPH_NOUV  | Q    | 2022-Q2     | 11
        CIV_CPH_NOUV  | Q    | 2022-Q3     | 12
        CIV_CPH_NOUV  | Q    | 2022-Q4     | 13
        CIV_CPH_NOUV  | A    | 2022        | {year}
        CIV_CPH_STOCK | Q    | 2022-Q1     | 10
        CIV_CPH_STOCK | Q    | 2022-Q2     | 10
        CIV_CPH_STOCK | Q    | 2022-Q3     | 10
        CIV_CPH_STOCK | Q    | 2022-Q4     | 10
        CIV_CPH_STOCK | A    | 2022        | 10
"""


def test_quarters_make_the_year_holds(found):
    """A stock is not added over time, and its indicator says so."""
    assert found("quarters_make_the_year", JUSTICE, QUARTERS.format(year=46)) == []


def test_quarters_make_the_year_is_broken(found):
    assert found("quarters_make_the_year", JUSTICE, QUARTERS.format(year=47)) == [
        "2022 The year has 47, its quarters make 46."
    ]


def stock(prefix, pending):
    return f"""
        INDICATEUR     | TIME_PERIOD | OBS_VALUE
        {prefix}_STOCK | 2021        | 1000
        {prefix}_NOUV  | 2022        | 500
        {prefix}_TERM  | 2022        | 480
        {prefix}_STOCK | 2022        | {pending}
    """


def test_stock_follows_from_flows_holds(found):
    assert found("stock_follows_from_flows", JUSTICE, stock("CIV_CPH", 1020)) == []


def test_stock_follows_from_flows_is_broken(found):
    [finding] = found("stock_follows_from_flows", JUSTICE, stock("CIV_CPH", 1021), whole=True)
    assert (finding.rule, finding.severity, finding.key["INDICATEUR"]) == ("QR-ACC-01", "error", "CIV_CPH_STOCK")
    assert finding.messages["en"] == ("Pending 1021, but 1000 a year before, 500 new and 480 resolved make 1020.")
    assert finding.values == {
        "pending": "1021",
        "before": "1000",
        "new": "500",
        "resolved": "480",
        "expected": "1020",
    }


def test_judicial_stock_follows_within_one_percent_holds(found):
    """1 percent of 1,030 is 10.3: 1,030 against 1,020 is within."""
    assert found("judicial_stock_follows_within_one_percent", JUSTICE, stock("CIV_TJ", 1030)) == []


def test_judicial_stock_follows_within_one_percent_is_broken(found):
    [finding] = found("judicial_stock_follows_within_one_percent", JUSTICE, stock("CIV_TJ", 1031), whole=True)
    assert (finding.rule, finding.severity) == ("QR-ACC-04", "warning")


def answers(start, end):
    return f"""
        CASE_STATUS | TIME_PERIOD | OBS_VALUE
        P1          | 2021        | 1000
        P0          | 2022        | {start}
        IN          | 2022        | 500
        RES         | 2022        | 480
        P1          | 2022        | {end}
    """


def test_start_equals_end_of_the_year_before_holds(found):
    assert found("start_equals_end_of_the_year_before", Q91, answers(1000, 1020)) == []


def test_start_equals_end_of_the_year_before_is_broken(found):
    assert found("start_equals_end_of_the_year_before", Q91, answers(990, 1020)) == [
        "2022 Pending on 1 January 990, but 1000 on 31 December of the year before."
    ]


def test_answers_follow_within_one_percent_holds(found):
    assert found("answers_follow_within_one_percent", Q91, answers(1000, 1030)) == []


def test_answers_follow_within_one_percent_is_broken(found):
    assert found("answers_follow_within_one_percent", Q91, answers(1000, 1031)) == [
        "2022 Pending 1031, but 1000 a year before, 500 new and 480 resolved make 1020."
    ]


def test_no_national_cell_is_missing_holds(found):
    """A series that starts later, or a table that is not there at all in a year, is no hole."""
    table = """
        INDICATEUR    | SEXE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN   | 1    | 2019        | 1
        CJN_CONDAMN   | 1    | 2020        | 1
        CJN_CONDAMN   | 1    | 2021        | 1
        CJN_CONDAMN   | 1    | 2022        | 1
        CJN_CONDAMN   | 9    | 2021        | 1
        CJN_CONDAMN   | 9    | 2022        | 1
        CJN_CONDAMNES | 1    | 2019        | 1
        CJN_CONDAMNES | 1    | 2021        | 1
    """
    assert found("no_national_cell_is_missing", JUSTICE, table) == []


def test_no_national_cell_is_missing_is_broken(found):
    """One hole between two years, one at the end of a series that all other years have."""
    table = """
        INDICATEUR  | SEXE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | 1    | 2019        | 1
        CJN_CONDAMN | 1    | 2020        | 1
        CJN_CONDAMN | 1    | 2021        | 1
        CJN_CONDAMN | 1    | 2022        | 1
        CJN_CONDAMN | 2    | 2019        | 1
        CJN_CONDAMN | 2    | 2021        | 1
        CJN_CONDAMN | 2    | 2022        | 1
        CJN_CONDAMN | T    | 2019        | 2
        CJN_CONDAMN | T    | 2020        | 2
        CJN_CONDAMN | T    | 2021        | 2
    """
    findings = found("no_national_cell_is_missing", JUSTICE, table, whole=True)
    assert [(f.key["SEXE"], f.period) for f in findings] == [("2", "2020"), ("T", "2022")]
