"""Sums of questions of the CEPEJ, deaths in prison, citizenship, answers, headcounts."""

ANSWERS = "CEPEJ_ANSWERS"
PRISONS = "UNODC_PRISONS"
CITIZENS = "ESTAT_CRIM_JUST_CTZ"


def answers(**values):
    """One row a question, in 2022."""
    rows = "\n".join(f"{q} | 2022 | COUNT | {'L' if v == '-' else 'A'} | {v}" for q, v in values.items())
    return f"QUESTION | TIME_PERIOD | UNIT | OBS_STATUS | OBS_VALUE\n{rows}"


def processed(**changed):
    """3 = 3.1 to 3.4: 100 = 40 + 30 + 20 + 10."""
    usual = {"Q107_L3": 100, "Q107_L3_1": 40, "Q107_L3_2": 30, "Q107_L3_3": 20, "Q107_L3_4": 10}
    return answers(**usual | changed)


def test_outcomes_of_question_107_add_up_holds(found):
    """With one line NA nothing can be said, unless the rest is more than the total already."""
    assert found("outcomes_of_question_107_add_up", ANSWERS, processed()) == []


def test_an_outcome_that_is_not_available_leaves_the_sum_open(found):
    assert found("outcomes_of_question_107_add_up", ANSWERS, processed(Q107_L3_4="-", Q107_L3=105)) == []


def test_outcomes_of_question_107_add_up_is_broken(found):
    assert found("outcomes_of_question_107_add_up", ANSWERS, processed(Q107_L3=101)) == [
        "2022 Total 101, but lines 3.1 to 3.4 make 100."
    ]


def discontinued(total):
    return answers(Q107_L3_1=total, Q107_L3_1_1=4, Q107_L3_1_2=3, Q107_L3_1_3=2, Q107_L3_1_4=1)


def test_reasons_of_question_107_add_up_holds(found):
    assert found("reasons_of_question_107_add_up", ANSWERS, discontinued(10)) == []


def test_reasons_of_question_107_add_up_is_broken(found):
    assert found("reasons_of_question_107_add_up", ANSWERS, discontinued(9)) == [
        "2022 Total 9, but lines 3.1.1 to 3.1.4 make 10."
    ]


def test_lines_of_question_94_add_up_holds(found):
    table = answers(Q94=60, Q94_L1=10, Q94_L2=20, Q94_L3=30)
    assert found("lines_of_question_94_add_up", ANSWERS, table) == []


def test_lines_of_question_94_add_up_is_broken(found):
    table = answers(Q94=61, Q94_L1=10, Q94_L2=20, Q94_L3=30)
    assert found("lines_of_question_94_add_up", ANSWERS, table) == ["2022 Total 61, but lines 1 to 3 make 60."]


def deaths(natural, external, suicides=0, homicides=0):
    return f"""
        INDICATOR | DIMENSION | CATEGORY | TIME_PERIOD | OBS_VALUE
        PRIS_MORT | TOTAL     | CAT00    | 2022        | 250
        PRIS_MORT | DEATH     | CAT28    | 2022        | {natural}
        PRIS_MORT | DEATH     | CAT29    | 2022        | {external}
        PRIS_MORT | DEATH     | CAT30    | 2022        | {suicides}
        PRIS_MORT | DEATH     | CAT31    | 2022        | {homicides}
    """


def test_deaths_add_up_holds(found):
    assert found("deaths_add_up", PRISONS, deaths(110, 140)) == []


def test_deaths_add_up_is_broken(found):
    assert found("deaths_add_up", PRISONS, deaths(110, 139)) == [
        "2022 Total 250, but natural and external deaths make 249."
    ]


def test_violent_deaths_stay_within_the_external_holds(found):
    """The rest of the external deaths are accidents."""
    assert found("violent_deaths_stay_within_the_external", PRISONS, deaths(110, 140, 130, 4)) == []


def test_violent_deaths_stay_within_the_external_is_broken(found):
    assert found("violent_deaths_stay_within_the_external", PRISONS, deaths(110, 140, 138, 4)) == [
        "2022 Total 140, but suicides and homicides make 142."
    ]


def citizens(total, unknown="-", status="A"):
    rest = f"UNK | 2022 | A | {unknown}" if unknown != "-" else ""
    return f"""
        citizen | TIME_PERIOD | OBS_STATUS | OBS_VALUE
        TOTAL   | 2022        | {status}   | {total}
        NAT     | 2022        | A          | 80
        FOR     | 2022        | A          | 15
        {rest}
    """


def test_nationalities_make_the_total_or_say_why_holds(found):
    """80 + 15 = 95; with 5 unknown 100."""
    assert found("nationalities_make_the_total_or_say_why", CITIZENS, citizens(95)) == []


def test_unknown_nationality_is_part_of_the_total(found):
    assert found("nationalities_make_the_total_or_say_why", CITIZENS, citizens(100, 5)) == []


def test_a_status_says_why_nationalities_do_not_make_the_total(found):
    assert found("nationalities_make_the_total_or_say_why", CITIZENS, citizens(100, status="D")) == []


def test_nationalities_make_the_total_or_say_why_is_broken(found):
    (finding,) = found("nationalities_make_the_total_or_say_why", CITIZENS, citizens(100), whole=True)
    assert (finding.severity, finding.messages["en"]) == ("info", "Total 100, but the nationalities make 95.")


def staff(fte, question="Q46"):
    return f"""
        QUESTION   | UNIT  | TIME_PERIOD | OBS_VALUE
        {question} | FTE   | 2022        | {fte}
        {question} | COUNT | 2022        | 100
    """


def test_full_time_equivalents_do_not_exceed_the_headcount_holds(found):
    assert found("full_time_equivalents_do_not_exceed_the_headcount", ANSWERS, staff("99.50")) == []


def test_full_time_equivalents_do_not_exceed_the_headcount_is_broken(found):
    assert found("full_time_equivalents_do_not_exceed_the_headcount", ANSWERS, staff("100.50")) == [
        "2022 100.5 full-time equivalents, but 100 persons."
    ]


def answer(value, status):
    return f"QUESTION | UNIT | TIME_PERIOD | OBS_STATUS | OBS_VALUE\nQ46 | FTE | 2022 | {status} | {value}"


def test_answers_are_numbers_or_say_why_not_holds(found):
    """M: cannot exist, which the CEPEJ calls NAP."""
    assert found("answers_are_numbers_or_say_why_not", ANSWERS, answer("-", "M")) == []


def test_answers_are_numbers_or_say_why_not_is_broken(found):
    assert found("answers_are_numbers_or_say_why_not", ANSWERS, answer("-", "O")) == [
        "2022 No number, and status O is neither NA (L) nor NAP (M)."
    ]
