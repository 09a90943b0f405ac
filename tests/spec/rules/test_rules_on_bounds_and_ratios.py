"""What cannot be more than something else, and ratios that follow from what they are made of."""

import pytest

JUSTICE = "INT_JUSTICE"
Q91 = "CEPEJ_Q91"
OFFENCES = "ESTAT_CRIM_OFF_CAT"


def test_minors_do_not_exceed_all_ages_holds(found):
    table = """
        INDICATEUR  | AGE | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | MIN | 2022        | 10
        CJN_CONDAMN | T   | 2022        | 10
    """
    assert found("minors_do_not_exceed_all_ages", JUSTICE, table) == []


def test_minors_do_not_exceed_all_ages_is_broken(found):
    table = """
        age   | TIME_PERIOD | OBS_VALUE
        JUV   | 2022        | 11
        TOTAL | 2022        | 10
    """
    assert found("minors_do_not_exceed_all_ages", "ESTAT_CRIM_JUST_AGE", table) == [
        "2022 11 minors, but 10 persons of all ages."
    ]


def pair(part, whole, less, more):
    return f"""
        INDICATEUR | TIME_PERIOD | OBS_VALUE
        {part}     | 2022        | {less}
        {whole}    | 2022        | {more}
    """


def test_detained_do_not_exceed_committed_holds(found):
    assert found("detained_do_not_exceed_committed", JUSTICE, pair("PRI_DETENUS", "PRI_ECROUES", 70, 80)) == []


def test_detained_do_not_exceed_committed_is_broken(found):
    assert found("detained_do_not_exceed_committed", JUSTICE, pair("PRI_DETENUS", "PRI_ECROUES", 81, 80)) == [
        "2022 81 detained, but 80 under committal."
    ]


def test_convicted_do_not_exceed_convictions_holds(found):
    assert found("convicted_do_not_exceed_convictions", JUSTICE, pair("CJN_CONDAMNES", "CJN_CONDAMN", 5, 5)) == []


def test_convicted_do_not_exceed_convictions_is_broken(found):
    assert found("convicted_do_not_exceed_convictions", JUSTICE, pair("CJN_CONDAMNES", "CJN_CONDAMN", 6, 5)) == [
        "2022 6 persons convicted, but 5 convictions."
    ]


def test_prosecuted_do_not_exceed_suspects_holds(found):
    table = pair("PEN_PQ_POURS", "PEN_PQ_AUT_TRAIT", 5, 9)
    assert found("prosecuted_do_not_exceed_suspects", JUSTICE, table) == []


def test_prosecuted_do_not_exceed_suspects_is_broken(found):
    table = pair("PEN_PQ_POURS", "PEN_PQ_AUT_POURSUIV", 6, 5)
    assert found("prosecuted_do_not_exceed_suspects", JUSTICE, table) == [
        "2022 6 (PEN_PQ_POURS), but 5 (PEN_PQ_AUT_POURSUIV)."
    ]


def legal_aid(asked):
    return f"""
        INDICATEUR | TIME_PERIOD | OBS_VALUE
        AJ_ADM     | 2022        | 90
        AJ_REJ     | 2022        | 10
        AJ_DEM     | 2022        | {asked}
    """


def test_legal_aid_decisions_do_not_exceed_applications_holds(found):
    assert found("legal_aid_decisions_do_not_exceed_applications", JUSTICE, legal_aid(100)) == []


def test_legal_aid_decisions_do_not_exceed_applications_is_broken(found):
    assert found("legal_aid_decisions_do_not_exceed_applications", JUSTICE, legal_aid(99)) == [
        "2022 90 admissions and 10 refusals, but 99 applications."
    ]


def old_cases(old):
    return f"""
        CASE_STATUS | TIME_PERIOD | OBS_VALUE
        P1          | 2022        | 100
        GT2         | 2022        | {old}
    """


def test_old_cases_do_not_exceed_pending_holds(found):
    assert found("old_cases_do_not_exceed_pending", Q91, old_cases(18)) == []


def test_old_cases_do_not_exceed_pending_is_broken(found):
    assert found("old_cases_do_not_exceed_pending", Q91, old_cases(101)) == [
        "2022 101 cases pending over two years, but 100 pending."
    ]


def test_offence_is_at_least_each_part_holds(found):
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS0301  | 2022        | 100
        ICCS03011 | 2022        | 100
    """
    assert found("offence_is_at_least_each_part", OFFENCES, table) == []


def test_offence_is_at_least_each_part_is_broken(found):
    """However far apart: ICCS03 holds ICCS03011, though ICCS0301 between them is not reported."""
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS03    | 2022        | 99
        ICCS03011 | 2022        | 100
    """
    [finding] = found("offence_is_at_least_each_part", OFFENCES, table, whole=True)
    assert finding.key["iccs"] == "ICCS03"
    assert finding.messages["fr"] == "99, mais 100 dans ICCS03011, qu’elle contient."


def test_offence_is_at_least_the_sum_of_its_parts_holds(found):
    """ICCS03 holds ICCS0301, which holds the two others: they are not counted twice."""
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS03    | 2022        | 110
        ICCS0301  | 2022        | 100
        ICCS03011 | 2022        | 60
        ICCS03012 | 2022        | 40
    """
    assert found("offence_is_at_least_the_sum_of_its_parts", OFFENCES, table) == []


def test_offence_is_at_least_the_sum_of_its_parts_is_broken(found):
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS0301  | 2022        | 99
        ICCS03011 | 2022        | 60
        ICCS03012 | 2022        | 40
    """
    assert found("offence_is_at_least_the_sum_of_its_parts", OFFENCES, table) == [
        "2022 99, but 100 in the 2 reported offences that it holds."
    ]


def density(percent):
    return f"""
        INDICATEUR  | FREQ | TERRITOIRE | SEXE | AGE | UNITE    | TIME_PERIOD | OBS_VALUE
        PRI_DETENUS | M    | fr_all     | T    | T   | personne | 2022-01     | 69448
        PRI_CAPA    | M    | fr_all     | _Z   | _Z  | place    | 2022-01     | 60619
        PRI_DENSITE | M    | fr_all     | _Z   | _Z  | pourcent | 2022-01     | {percent}
    """


@pytest.mark.parametrize("percent", ["114.6", "114.66", "114.5"])
def test_density_is_detained_over_places_holds(found, percent):
    """69448 / 60619 = 1.145647...: 114.5 and 114.66 are within 0.1."""
    assert found("density_is_detained_over_places", JUSTICE, density(percent)) == []


def test_density_is_detained_over_places_is_broken(found):
    assert found("density_is_detained_over_places", JUSTICE, density("114.7")) == [
        "2022-01 Density 114.7, but 69448 detained over 60619 places make 114.56."
    ]


def test_national_density_is_likely_holds(found):
    assert found("national_density_is_likely", JUSTICE, density("250")) == []


def test_national_density_is_likely_is_broken(found):
    assert found("national_density_is_likely", JUSTICE, density("1.15")) == ["2022-01 Density 1.15."]


def court(new, resolved, pending=0):
    return f"""
        CASE_STATUS | TIME_PERIOD | OBS_VALUE
        IN          | 2022        | {new}
        RES         | 2022        | {resolved}
        P1          | 2022        | {pending}
    """


def test_clearance_rate_is_likely_holds(found):
    assert found("clearance_rate_is_likely", Q91, court(100, 140)) == []


def test_clearance_rate_is_likely_is_broken(found):
    assert found("clearance_rate_is_likely", Q91, court(300, 200)) == [
        "2022 200 resolved over 300 new cases make 66.67 percent, outside 70 to 140."
    ]


def test_clearance_rate_is_possible_holds(found):
    assert found("clearance_rate_is_possible", Q91, court(100, 500)) == []


def test_clearance_rate_is_possible_is_broken(found):
    [finding] = found("clearance_rate_is_possible", Q91, court(100, 501), whole=True)
    assert finding.messages["fr"] == "501 affaires terminées pour 100 nouvelles font 501,00 %, hors de 0 à 500."


def test_disposition_time_is_possible_holds(found):
    assert found("disposition_time_is_possible", Q91, court(1, 100, 1000)) == []


def test_disposition_time_is_possible_is_broken(found):
    """365 × 1001 / 100 = 3653.65 days."""
    assert found("disposition_time_is_possible", Q91, court(1, 100, 1001)) == [
        "2022 1001 pending and 100 resolved in the year: 3653.65 days."
    ]
