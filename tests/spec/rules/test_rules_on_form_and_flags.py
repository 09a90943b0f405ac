"""Codes, keys, attributes, numbers, statuses and marks."""

JUSTICE = "INT_JUSTICE"
OFFENCES = "ESTAT_CRIM_OFF_CAT"


def one(**cells):
    usual = {"iccs": "ICCS0301", "TIME_PERIOD": "2022", "OBS_VALUE": "10"} | cells
    return " | ".join(usual) + "\n" + " | ".join(usual.values())


def test_codes_are_known_and_allowed_holds(found):
    assert found("codes_are_known_and_allowed", OFFENCES, one()) == []


def test_codes_are_known_and_allowed_is_broken(found):
    """TOTAL is in the list, and the constraint of the dataflow leaves it out."""
    table = """
        iccs     | OBS_STATUS | TIME_PERIOD | OBS_VALUE
        ICCS9999 | A          | 2022        | 1
        TOTAL    | A          | 2022        | 1
        ICCS0301 | X          | 2022        | 1
    """
    findings = found("codes_are_known_and_allowed", OFFENCES, table, whole=True)
    assert [(f.key, f.messages["en"]) for f in findings] == [
        ({"iccs": "ICCS9999"}, "iccs ICCS9999 is not known, in 1 observations."),
        ({"iccs": "TOTAL"}, "iccs TOTAL is not allowed, in 1 observations."),
        ({}, "OBS_STATUS X is not known, in 1 observations."),
    ]


def test_keys_are_unique_holds(found):
    table = """
        iccs     | TIME_PERIOD | OBS_VALUE
        ICCS0301 | 2021        | 1
        ICCS0301 | 2022        | 1
    """
    assert found("keys_are_unique", OFFENCES, table) == []


def test_keys_are_unique_is_broken(found):
    table = """
        iccs     | TIME_PERIOD | OBS_VALUE
        ICCS0301 | 2022        | 1
        ICCS0301 | 2022        | 8
    """
    assert found("keys_are_unique", OFFENCES, table) == ["2022 2 observations of one key, from 1 to 8."]


def test_dimensions_are_filled_holds(found):
    assert found("dimensions_are_filled", OFFENCES, one()) == []


def test_dimensions_are_filled_is_broken(found):
    assert found("dimensions_are_filled", OFFENCES, one(iccs="-", geo="-")) == ["2022 Without iccs, geo."]


def test_mandatory_attributes_are_filled_holds(found):
    """COMMENT_OBS is optional."""
    assert found("mandatory_attributes_are_filled", OFFENCES, one(COMMENT_OBS="-")) == []


def test_mandatory_attributes_are_filled_is_broken(found):
    assert found("mandatory_attributes_are_filled", OFFENCES, one(OBS_STATUS="-", TERRITORY="-")) == [
        "2022 Without OBS_STATUS, TERRITORY."
    ]


def test_empty_value_has_a_missing_status_holds(found):
    assert found("empty_value_has_a_missing_status", OFFENCES, one(OBS_VALUE="-", OBS_STATUS="L")) == []


def test_empty_value_has_a_missing_status_is_broken(found):
    table = """
        iccs      | OBS_STATUS | TIME_PERIOD | OBS_VALUE
        ICCS0301  | A          | 2022        | -
        ICCS03011 | L          | 2022        | 5
    """
    assert found("empty_value_has_a_missing_status", OFFENCES, table) == [
        "2022 Value  with status A.",
        "2022 Value 5 with status L.",
    ]


def test_counts_are_not_negative_holds(found):
    assert found("counts_are_not_negative", OFFENCES, one(OBS_VALUE="0")) == []


def test_counts_are_not_negative_is_broken(found):
    assert found("counts_are_not_negative", OFFENCES, one(OBS_VALUE="-1")) == ["2022 Negative count -1."]


def test_counts_are_whole_holds(found):
    assert found("counts_are_whole", OFFENCES, one(unit="P_HTHAB", OBS_VALUE="1.46")) == []


def test_counts_are_whole_is_broken(found):
    assert found("counts_are_whole", OFFENCES, one(OBS_VALUE="1.50")) == ["2022 Count 1.5 is not whole."]


def test_decimals_follow_the_unit_holds(found):
    assert found("decimals_follow_the_unit", OFFENCES, one(unit="P_HTHAB", OBS_VALUE="1.46")) == []


def test_decimals_follow_the_unit_is_broken(found):
    assert found("decimals_follow_the_unit", OFFENCES, one(unit="PC", OBS_VALUE="11.46")) == [
        "2022 11.46 has more decimals than its unit."
    ]


def test_small_counts_are_marked_holds(found):
    """A national count, a zero, a count of cases and a marked one need nothing."""
    table = """
        INDICATEUR   | NIVEAU_GEO | GEO  | NAC | SEXE | CONF | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN  | FR         | FR   | _Z  | 1    | -    | 2022        | 3
        CJN_CONDAMN  | DEP        | 01   | _Z  | 1    | -    | 2022        | 0
        CJN_CONDAMN  | DEP        | 02   | _Z  | 1    | C1   | 2022        | 4
        CJN_CONDAMN  | DEP        | 03   | _Z  | 1    | -    | 2022        | 5
        CIV_CPH_NOUV | CA         | CA_A | T   | _Z   | -    | 2022        | 3
    """
    assert found("small_counts_are_marked", JUSTICE, table) == []


def test_small_counts_are_marked_is_broken(found):
    table = """
        INDICATEUR  | NIVEAU_GEO | GEO | SEXE | CONF | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | DEP        | 01  | 1    | -    | 2022        | 4
    """
    assert found("small_counts_are_marked", JUSTICE, table) == ["2022 Small count 4 without its mark C1."]


def test_last_year_is_provisional_holds(found):
    table = """
        INDICATEUR  | SEXE | STATUT | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | 1    | D      | 2021        | 1
        CJN_CONDAMN | 1    | PR     | 2022        | 1
        CJN_CONDAMN | 2    | NC     | 2022        | -
    """
    assert found("last_year_is_provisional", JUSTICE, table) == []


def test_last_year_is_provisional_is_broken(found):
    table = """
        INDICATEUR  | SEXE | STATUT | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | 1    | PR     | 2022        | 1
        CJN_CONDAMN | 2    | D      | 2022        | 1
    """
    assert found("last_year_is_provisional", JUSTICE, table) == [
        "2022 Marked final, though this year, the last one, is provisional."
    ]


def test_a_last_year_that_is_final_throughout_is_said_once(found):
    table = """
        INDICATEUR   | SEXE | STATUT | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN  | 1    | D      | 2022        | 1
        CJN_CONDAMN  | 2    | D      | 2022        | 1
        CIV_CPH_NOUV | _Z   | D      | 2022        | 1
    """
    assert found("last_year_is_provisional", JUSTICE, table) == [
        "2022 The last year is marked final in all its 2 rows."
    ]


def test_special_status_is_explained_holds(found):
    assert found("special_status_is_explained", OFFENCES, one(OBS_STATUS="B", COMMENT_OBS="new recording system")) == []


def test_special_status_is_explained_is_broken(found):
    assert found("special_status_is_explained", OFFENCES, one(OBS_STATUS="E")) == ["2022 Status E without a note."]


def test_known_breaks_are_marked_holds(found):
    """Declared of ICCS0301 in 2016: neither other offences nor other years are asked; a missing value says why it is
    missing, a rounded one that it is rounded."""
    table = """
        iccs      | OBS_STATUS | TIME_PERIOD | OBS_VALUE | COMMENT_OBS
        ICCS0301  | B          | 2016        | 10        | Only part of them was counted before.
        ICCS0301  | A          | 2017        | 10        | -
        ICCS03011 | A          | 2016        | 10        | -
    """
    assert found("known_breaks_are_marked", OFFENCES, table) == []


def test_known_breaks_are_not_asked_of_missing_and_rounded_values(found):
    table = """
        iccs     | unit    | OBS_STATUS | TIME_PERIOD | OBS_VALUE | COMMENT_OBS
        ICCS0301 | P_HTHAB | L          | 2016        | -         | -
        ICCS0301 | NR      | E          | 2016        | 10        | Rounded to base 5 / Arrondi à la base 5
    """
    assert found("known_breaks_are_marked", OFFENCES, table) == []


def test_known_breaks_are_marked_is_broken(found):
    """In whatever status but B, in each unit, on its way and as published."""
    table = """
        iccs     | unit    | OBS_STATUS | TIME_PERIOD | OBS_VALUE
        ICCS0301 | NR      | A          | 2016        | 10
        ICCS0301 | P_HTHAB | P          | 2016        | 1.5
    """
    said = "and the series breaks here (B1): Only part of them was counted before."
    assert found("known_breaks_are_marked", OFFENCES, table) == [f"2016 Status A, {said}", f"2016 Status P, {said}"]


def test_known_breaks_are_marked_is_broken_by_a_publication(found):
    (finding,) = found("known_breaks_are_marked", OFFENCES, one(TIME_PERIOD="2016"), stage="published", whole=True)
    assert (finding.rule, finding.severity, finding.key["iccs"]) == ("QR-STA-03", "error", "ICCS0301")
    assert (
        finding.messages["fr"]
        == "Statut A, et la série est rompue ici (B1) : Une partie seulement était comptée avant."
    )
