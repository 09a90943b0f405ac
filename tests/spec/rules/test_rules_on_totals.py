"""A total equals its parts: each rule on one table that holds and one that does not."""

JUSTICE = "INT_JUSTICE"
BY_SEX = "ESTAT_CRIM_JUST_SEX"
BY_AGE = "ESTAT_CRIM_JUST_AGE"
BY_STATUS = "ESTAT_CRIM_PRIS_TRI"
UNODC = "UNODC_PRISONS"


def test_sexes_add_up_holds(found):
    """Code 9 (legal persons, unknown) belongs to the total where it is there; a group without a total says nothing."""
    table = """
        INDICATEUR   | SEXE | GEO | NIVEAU_GEO | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN  | 1    | FR  | FR         | 2022        | 90
        CJN_CONDAMN  | 2    | FR  | FR         | 2022        | 10
        CJN_CONDAMN  | T    | FR  | FR         | 2022        | 100
        PEN_PQ_POURS | 1    | FR  | FR         | 2022        | 90
        PEN_PQ_POURS | 2    | FR  | FR         | 2022        | 10
        PEN_PQ_POURS | 9    | FR  | FR         | 2022        | 5
        PEN_PQ_POURS | T    | FR  | FR         | 2022        | 105
        CJN_CONDAMN  | 1    | 01  | DEP        | 2022        | 7
        CJN_CONDAMN  | 1    | FR  | FR         | 2021        | 80
        CJN_CONDAMN  | T    | FR  | FR         | 2021        | 88
    """
    assert found("sexes_add_up", JUSTICE, table) == []


def test_sexes_add_up_is_broken(found):
    table = """
        INDICATEUR   | SEXE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN  | 1    | 2022        | 90
        CJN_CONDAMN  | 2    | 2022        | 10
        CJN_CONDAMN  | T    | 2022        | 101
        PEN_PQ_POURS | 1    | 2022        | 90
        PEN_PQ_POURS | 2    | 2022        | 10
        PEN_PQ_POURS | 9    | 2022        | 5
        PEN_PQ_POURS | T    | 2022        | 100
    """
    assert found("sexes_add_up", JUSTICE, table) == [
        "2022 Total 101, but the sexes make 100.",
        "2022 Total 100, but the sexes make 105.",
    ]


def test_a_part_alone_may_not_exceed_its_total(found):
    """With a part missing the sum is not known; more than the total is wrong all the same."""
    table = """
        INDICATEUR  | SEXE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | 1    | 2022        | 90
        CJN_CONDAMN | T    | 2022        | 50
    """
    assert found("sexes_add_up", JUSTICE, table) == ["2022 Total 50, but the sexes make 90."]


def test_a_missing_value_leaves_the_sum_open(found):
    table = """
        sex | TIME_PERIOD | OBS_VALUE
        M   | 2022        | 90
        F   | 2022        | -
        T   | 2022        | 101
    """
    assert found("sexes_add_up", BY_SEX, table) == []


def test_sexes_of_a_target_add_up_in_counts_only(found):
    """Rates are no parts of a total."""
    table = """
        sex | unit    | TIME_PERIOD | OBS_VALUE
        M   | NR      | 2022        | 90
        F   | NR      | 2022        | 12
        T   | NR      | 2022        | 101
        M   | P_HTHAB | 2022        | 4.10
        F   | P_HTHAB | 2022        | 0.30
        T   | P_HTHAB | 2022        | 2.10
    """
    assert found("sexes_add_up", BY_SEX, table) == ["2022 Total 101, but the sexes make 102."]


def test_ages_add_up_holds(found):
    table = """
        age   | TIME_PERIOD | OBS_VALUE
        ADULT | 2022        | 90
        JUV   | 2022        | 8
        UNK   | 2022        | 2
        TOTAL | 2022        | 100
    """
    assert found("ages_add_up", BY_AGE, table) == []


def test_ages_add_up_is_broken(found):
    """Published by UNODC for 2010: 60,544 persons, 59,856 adults and 692 juveniles."""
    table = """
        INDICATOR | DIMENSION | CATEGORY | AGE       | TIME_PERIOD | OBS_VALUE
        PERS_HELD | TOTAL     | CAT00    | Total     | 2010        | 60544
        PERS_HELD | TOTAL     | CAT00    | Adult     | 2010        | 59856
        PERS_HELD | TOTAL     | CAT00    | Juveniles | 2010        | 692
    """
    assert found("ages_add_up", UNODC, table) == ["2010 Total 60544, but adults and juveniles make 60548."]


def test_nationalities_stay_within_the_total_holds(found):
    """Unknown nationality may be missing from the parts."""
    table = """
        INDICATOR | DIMENSION | CATEGORY | TIME_PERIOD | OBS_VALUE
        PERS_HELD | TOTAL     | CAT00    | 2015        | 66678
        PERS_HELD | CTZ       | CAT03    | 2015        | 52000
        PERS_HELD | CTZ       | CAT04    | 2015        | 14657
    """
    assert found("nationalities_stay_within_the_total", UNODC, table) == []


def test_nationalities_stay_within_the_total_is_broken(found):
    table = """
        INDICATEUR  | NATIONALITE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | F           | 2022        | 90
        CJN_CONDAMN | UE          | 2022        | 20
        CJN_CONDAMN | T           | 2022        | 100
    """
    assert found("nationalities_stay_within_the_total", JUSTICE, table) == [
        "2022 Total 100, but the nationalities make 110."
    ]


def test_untried_and_sentenced_make_the_prisoners_holds(found):
    table = """
        INDICATEUR    | FREQ | TERRITOIRE | STATUT_PEN | TIME_PERIOD | OBS_VALUE
        PRI_PREVENUS  | M    | fr_all     | _Z         | 2022-01     | 30
        PRI_CONDAMNES | M    | fr_all     | _Z         | 2022-01     | 70
        PRI_DETENUS   | M    | fr_all     | _Z         | 2022-01     | 100
        PRI_ENTREES   | A    | fr_all     | PREV       | 2022        | 60
        PRI_ENTREES   | A    | fr_all     | COND       | 2022        | 15
        PRI_ENTREES   | A    | fr_all     | T          | 2022        | 75
    """
    assert found("untried_and_sentenced_make_the_prisoners", JUSTICE, table) == []


def test_untried_and_sentenced_make_the_prisoners_is_broken(found):
    table = """
        INDICATEUR    | FREQ | STATUT_PEN | TIME_PERIOD | OBS_VALUE
        PRI_PREVENUS  | M    | _Z         | 2022-01     | 30
        PRI_CONDAMNES | M    | _Z         | 2022-01     | 70
        PRI_DETENUS   | M    | _Z         | 2022-01     | 99
        PRI_ENTREES   | A    | PREV       | 2022        | 60
        PRI_ENTREES   | A    | COND       | 2022        | 15
        PRI_ENTREES   | A    | T          | 2022        | 80
    """
    assert found("untried_and_sentenced_make_the_prisoners", JUSTICE, table) == [
        "2022-01 Total 99, but untried and sentenced make 100.",
        "2022 Total 80, but untried and sentenced make 75.",
    ]


def test_status_of_prisoners_in_eurostat_and_unodc_codes(found):
    eurostat = """
        leg_stat    | TIME_PERIOD | OBS_VALUE
        PRIS_UNSENT | 2022        | 30
        PRIS_SENT   | 2022        | 71
        TOTAL       | 2022        | 100
    """
    assert found("untried_and_sentenced_make_the_prisoners", BY_STATUS, eurostat) == [
        "2022 Total 100, but untried and sentenced make 101."
    ]


def test_status_of_prisoners_stands_beside_the_total_of_another_dimension(found):
    table = """
        INDICATOR | DIMENSION | CATEGORY | TIME_PERIOD | OBS_VALUE
        PERS_HELD | TOTAL     | CAT00    | 2021        | 69448
        PERS_HELD | STATUS    | CAT01    | 2021        | 50788
        PERS_HELD | STATUS    | CAT02    | 2021        | 18661
    """
    [finding] = found("untried_and_sentenced_make_the_prisoners", UNODC, table, whole=True)
    assert (finding.key["DIMENSION"], finding.key["CATEGORY"]) == ("TOTAL", "CAT00")
    assert finding.messages == {
        "en": "Total 69448, but untried and sentenced make 69449.",
        "fr": "Le total est 69448, mais les prévenus et les condamnés font 69449.",
    }


def test_groups_of_cases_add_up_holds(found):
    table = """
        INDICATEUR   | NAC     | TIME_PERIOD | OBS_VALUE
        CIV_CPH_NOUV | FAMILLE | 2022        | 40
        CIV_CPH_NOUV | AUTRES  | 2022        | 60
        CIV_CPH_NOUV | T       | 2022        | 100
    """
    assert found("groups_of_cases_add_up", JUSTICE, table) == []


def test_groups_of_cases_add_up_is_broken(found):
    table = """
        INDICATEUR   | NAC     | TIME_PERIOD | OBS_VALUE
        CIV_CPH_NOUV | FAMILLE | 2022        | 40
        CIV_CPH_NOUV | AUTRES  | 2022        | 50
        CIV_CPH_NOUV | T       | 2022        | 100
    """
    assert found("groups_of_cases_add_up", JUSTICE, table) == ["2022 Total 100, but the groups of cases make 90."]


LINES = """
        QUESTION | CASE_STATUS | TIME_PERIOD | OBS_VALUE
        Q91_L0   | IN          | 2022        | {total}
        Q91_L1   | IN          | 2022        | 10
        Q91_L2   | IN          | 2022        | 20
        Q91_L3   | IN          | 2022        | 30
        Q91_L4   | IN          | 2022        | 40
"""


def test_lines_of_question_91_add_up_holds(found):
    assert found("lines_of_question_91_add_up", "CEPEJ_Q91", LINES.format(total=100)) == []


def test_lines_of_question_91_add_up_is_broken(found):
    assert found("lines_of_question_91_add_up", "CEPEJ_Q91", LINES.format(total=90)) == [
        "2022 Total 90, but lines 1 to 4 make 100."
    ]


def sections(indicator, total, last, status="A"):
    lines = ["INDICATOR | DIMENSION | CATEGORY | TIME_PERIOD | OBS_STATUS | OBS_VALUE"]
    lines.append(f"{indicator} | TOTAL | CAT00 | 2021 | A | {total}")
    for code in (12, 13, 14, 15, 16, 17, 18, 19, 20, 21):
        lines.append(f"{indicator} | ACTS | CAT{code} | 2021 | {status} | 10")
    lines.append(f"{indicator} | ACTS | CAT23 | 2021 | {status} | {last}")
    return "\n".join(lines)


def test_sections_make_the_total_holds(found):
    assert found("sections_make_the_total", UNODC, sections("PERS_CONV", 107, 7)) == []


def test_sections_make_the_total_is_broken(found):
    assert found("sections_make_the_total", UNODC, sections("PERS_CONV", 110, 7)) == [
        "2021 Total 110, but the ICCS sections make 107."
    ]


def test_multiple_counting_is_said_holds(found):
    """Status D on the sections says it."""
    assert found("multiple_counting_is_said", UNODC, sections("PERS_HELD", 60, 7, "D")) == []


def test_multiple_counting_is_said_is_broken(found):
    assert found("multiple_counting_is_said", UNODC, sections("PERS_HELD", 60, 7)) == [
        "2021 Total 60, but the ICCS sections make 107."
    ]


LENGTHS = """
        INDICATOR   | DIMENSION | CATEGORY | TIME_PERIOD | OBS_VALUE
        PERS_UNSENT | LENGTH    | CAT24    | 2019        | {total}
        PERS_UNSENT | LENGTH    | CAT26    | 2019        | 13923
        PERS_UNSENT | LENGTH    | CAT27    | 2019        | 7152
"""


def test_lengths_make_the_unsentenced_holds(found):
    assert found("lengths_make_the_unsentenced", UNODC, LENGTHS.format(total=21075)) == []


def test_lengths_make_the_unsentenced_is_broken(found):
    """As published for 2019."""
    assert found("lengths_make_the_unsentenced", UNODC, LENGTHS.format(total=18327)) == [
        "2019 Total 18327, but under and over 12 months make 21075."
    ]


def test_totals_are_present_holds(found):
    """The full cube of a large extract has no totals at all: nothing is missing there."""
    table = """
        INDICATEUR  | SEXE | AGE | NIVEAU_GEO | GEO | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | 1    | T   | FR         | FR  | 2022        | 90
        CJN_CONDAMN | T    | T   | FR         | FR  | 2022        | 100
        CJN_CONDAMN | 1    | MIN | DEP        | 01  | 2022        | 3
        CJN_CONDAMN | 2    | MIN | DEP        | 01  | 2022        | 1
    """
    assert found("totals_are_present", JUSTICE, table) == []


def test_totals_are_present_is_broken(found):
    table = """
        INDICATEUR  | SEXE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | 1    | 2021        | 80
        CJN_CONDAMN | T    | 2021        | 88
        CJN_CONDAMN | 1    | 2022        | 90
        CJN_CONDAMN | 2    | 2022        | 10
    """
    [finding] = found("totals_are_present", JUSTICE, table, whole=True)
    assert (finding.key["SEXE"], finding.period) == ("T", "2022")
    assert finding.messages["fr"] == "Le total manque alors que les sexes sont là : leur somme est 100."


def test_a_target_dataset_has_its_totals(found):
    table = """
        sex | TIME_PERIOD | OBS_VALUE
        M   | 2022        | 90
    """
    assert found("totals_are_present", BY_SEX, table) == [
        "2022 The total is absent though the sexes are there: they make 90."
    ]
