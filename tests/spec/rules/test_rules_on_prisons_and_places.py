"""Prisons from month to month and year to year, shares, rates of a sex, places, years, marks."""

JUSTICE = "INT_JUSTICE"
OFFENCES = "ESTAT_CRIM_OFF_CAT"
BY_AGE = "ESTAT_CRIM_PRIS_AGE"
BY_SEX = "ESTAT_CRIM_JUST_SEX"


def movements(stock):
    """1,000 on 1 January 2022, 300 entries and 250 exits: 1,050 on 1 January 2023, within 2 percent."""
    return f"""
        INDICATEUR  | TERRITOIRE | TIME_PERIOD | OBS_VALUE
        PRI_DETENUS | fr_all     | 2022        | 1000
        PRI_ENTREES | fr_all     | 2022        | 300
        PRI_SORTIES | fr_all     | 2022        | 250
        PRI_DETENUS | fr_all     | 2023        | {stock}
    """


def test_prison_stock_follows_from_movements_holds(found):
    """21 of 1,071 is 1.96 percent."""
    assert found("prison_stock_follows_from_movements", JUSTICE, movements(1071)) == []


def test_prison_stock_follows_from_movements_is_broken(found):
    """22 of 1,072 is 2.05 percent."""
    assert found("prison_stock_follows_from_movements", JUSTICE, movements(1072)) == [
        "2023 1072 detainees, but 1000 a year before, 300 entries and 250 exits make 1050."
    ]


def months(last, status="D"):
    """October is no month before December: nothing is asked of it."""
    return f"""
        INDICATEUR  | FREQ | STATUT   | TIME_PERIOD | OBS_VALUE
        PRI_DETENUS | M    | D        | 2022-10     | 500
        PRI_DETENUS | M    | D        | 2022-12     | 1000
        PRI_DETENUS | M    | {status} | 2023-01     | {last}
    """


def test_monthly_prison_stock_moves_little_holds(found):
    assert found("monthly_prison_stock_moves_little", JUSTICE, months(1029)) == []


def test_monthly_prison_stock_moves_little_is_broken(found):
    """Less than 3 percent: 30 of 1,000 is too much."""
    assert found("monthly_prison_stock_moves_little", JUSTICE, months(1030)) == [
        "2023-01 1030 after 1000 a month before."
    ]


def test_a_break_explains_a_month(found):
    assert found("monthly_prison_stock_moves_little", JUSTICE, months(800, "B")) == []


def percentage(indicator, value):
    return f"INDICATEUR | UNITE | TIME_PERIOD | OBS_VALUE\n{indicator} | pourcent | 2022 | {value}"


def test_percentages_are_shares_holds(found):
    """Prison density may be over 100."""
    assert found("percentages_are_shares", JUSTICE, percentage("PRI_DENSITE", "118.20")) == []


def test_percentages_are_shares_is_broken(found):
    assert found("percentages_are_shares", JUSTICE, percentage("PEN_PQ_TXREP", "100.10")) == ["2022 100.1 percent."]


def women(number, age="TOTAL"):
    return f"""
        age   | sex | TIME_PERIOD | OBS_VALUE
        {age} | F   | 2022        | {number}
        {age} | T   | 2022        | 1000
    """


def test_share_of_women_in_prison_is_likely_holds(found):
    assert found("share_of_women_in_prison_is_likely", BY_AGE, women(100)) == []


def test_juveniles_are_not_held_to_the_share_of_women(found):
    assert found("share_of_women_in_prison_is_likely", BY_AGE, women(101, "JUV")) == []


def test_share_of_women_in_prison_is_likely_is_broken(found):
    assert found("share_of_women_in_prison_is_likely", BY_AGE, women(101)) == [
        "2022 101 women among 1000 detainees make 10.10 percent."
    ]


PEOPLE = """
    SEXE | TIME_PERIOD | OBS_VALUE
    T    | 2022        | 1000000
    1    | 2022        | 480000
    2    | 2022        | 520000
"""


def rate_of_women(rate):
    return f"""
        sex | unit     | TIME_PERIOD | OBS_VALUE
        F   | NR       | 2022        | 260
        F   | P_HTHAB  | 2022        | {rate}
    """


def test_rate_of_a_sex_follows_from_its_population_holds(found):
    """260 of 520,000 women: 50 of 100,000."""
    assert found("rate_of_a_sex_follows_from_its_population", BY_SEX, rate_of_women(50), population=PEOPLE) == []


def test_rate_of_a_sex_follows_from_its_population_is_broken(found):
    """260 of the 1,000,000 of both sexes: 26."""
    assert found("rate_of_a_sex_follows_from_its_population", BY_SEX, rate_of_women(26), population=PEOPLE) == [
        "2022 Rate 26.00, expected 50.00 from the count 260 and the population 520000."
    ]


def place(geo):
    return f"age | sex | geo | TIME_PERIOD | OBS_VALUE\nTOTAL | T | {geo} | 2022 | 1"


def test_geo_is_france_holds(found):
    assert found("geo_is_france", BY_AGE, place("FR")) == []


def test_geo_is_france_is_broken(found):
    """FRA is the code of other recipients."""
    assert found("geo_is_france", BY_AGE, place("FRA")) == ["Not French, in 1 observations."]


def years(*which):
    return "iccs | TIME_PERIOD | OBS_VALUE\n" + "\n".join(f"ICCS0301 | {y} | 1" for y in which)


def test_no_year_is_missing_holds(found):
    assert found("no_year_is_missing", OFFENCES, years(2020, 2021, 2022)) == []


def test_no_year_is_missing_is_broken(found):
    assert found("no_year_is_missing", OFFENCES, years(2018, 2021)) == [
        "2019 No observation of this year.",
        "2020 No observation of this year.",
    ]


def turn(last, status, comment="-"):
    return f"""
        iccs     | TIME_PERIOD | OBS_STATUS | COMMENT_OBS | OBS_VALUE
        ICCS0301 | 2020        | A          | -           | 10
        ICCS0301 | 2021        | A          | -           | 20
        ICCS0301 | 2022        | {status}   | {comment}   | {last}
    """


def test_break_that_turns_the_trend_is_documented_holds(found):
    """A note documents it; without a turn, QR-MAN-04 asks for the note as a warning."""
    assert found("break_that_turns_the_trend_is_documented", OFFENCES, turn(15, "B", "new law")) == []


def test_a_break_that_goes_on_is_no_turn(found):
    assert found("break_that_turns_the_trend_is_documented", OFFENCES, turn(25, "B")) == []


def test_break_that_turns_the_trend_is_documented_is_broken(found):
    assert found("break_that_turns_the_trend_is_documented", OFFENCES, turn(15, "B")) == [
        "2022 15 after 20 and 10: a break that turns the trend, without a note."
    ]


def marked(conf, status, value):
    return f"iccs | CONF_STATUS | OBS_STATUS | TIME_PERIOD | OBS_VALUE\nICCS0301 | {conf} | {status} | 2022 | {value}"


def test_confidential_values_are_taken_out_holds(found):
    assert found("confidential_values_are_taken_out", OFFENCES, marked("A", "Q", "-")) == []


def test_confidential_values_are_taken_out_is_broken(found):
    """The finding holds no value."""
    (finding,) = found("confidential_values_are_taken_out", OFFENCES, marked("A", "A", "317"), whole=True)
    assert finding.messages["en"] == "CONF_STATUS A with OBS_STATUS A: the value must be absent, and the status Q."
    assert "317" not in str(finding)


def test_zeros_are_open_and_keys_are_coded_holds(found):
    assert found("zeros_are_open_and_keys_are_coded", OFFENCES, marked("F", "A", "0")) == []


def test_zeros_are_open_and_keys_are_coded_is_broken(found):
    assert found("zeros_are_open_and_keys_are_coded", OFFENCES, marked("A", "A", "0")) == [
        "2022 A zero that is marked as confidential: it points at nobody."
    ]
