"""A suppressed cell that the published ones give away is named, and no value with it."""

import pytest

RULE = "suppressed_cells_stay_hidden"
BY_SEX = "ESTAT_CRIM_JUST_SEX"
BY_AGE = "ESTAT_CRIM_JUST_AGE"
UNODC = "UNODC_PRISONS"
Q91 = "CEPEJ_Q91"
STAT = "CEPEJ_STAT"


def cells(columns, text):
    """A table of cells `codes year value`, separated by commas; Q is a suppressed cell, a dash a missing one."""
    names = columns.split()
    lines = [" | ".join((*names, "TIME_PERIOD", "OBS_STATUS", "CONF_STATUS", "OBS_VALUE"))]
    for cell in text.split(","):
        *codes, year, value = cell.split()
        status = {"Q": ("Q", "A", "-"), "-": ("M", "F", "-")}.get(value, ("A", "F", value))
        lines.append(" | ".join((*codes, year, *status)))
    return "\n".join(lines)


@pytest.fixture
def given_away(found):
    """Codes and year of the cells that the rule names, sorted; every finding is an error without a value."""

    def find(flow, columns, text):
        findings = found(RULE, flow, cells(columns, text), whole=True)
        for f in findings:
            assert (f.rule, f.severity, f.values) == ("QR-CNF-02", "error", {})
            assert f.messages["en"].endswith("Suppress another cell or mark it in the source.")
            assert f.messages["fr"].endswith("Masquer une autre cellule ou la marquer dans la source.")
            for value in ("821", "179", "1000", "82.1"):
                assert not any(value in m for m in f.messages.values())
        return sorted(" ".join((*(f.key[c] for c in columns.split()), f.period)) for f in findings)

    return find


def test_suppressed_cells_stay_hidden_holds(given_away):
    """Two suppressed cells of a sum, a missing one beside, another year: none can be computed."""
    table = "T 2020 1000, M 2020 Q, F 2020 Q, T 2021 -, M 2021 Q, F 2021 179, T 2022 1000, M 2022 821, F 2022 179"
    assert given_away(BY_SEX, "sex", table) == []


def test_suppressed_cells_stay_hidden_is_broken(found):
    findings = found(RULE, BY_SEX, cells("sex", "T 2020 1000, M 2020 821, F 2020 Q"), whole=True)
    assert [(f.rule, f.severity, f.key["sex"], f.period, f.values) for f in findings] == [
        ("QR-CNF-02", "error", "F", "2020", {})
    ]
    assert findings[0].messages == {
        "en": "Suppressed, but the published cells of one sum (the total, the sexes) give its value by difference. "
        "Suppress another cell or mark it in the source.",
        "fr": "Masquée, mais les cellules publiées d’une somme (le total, les sexes) donnent sa valeur par différence. "
        "Masquer une autre cellule ou la marquer dans la source.",
    }


@pytest.mark.parametrize(
    ("flow", "columns", "table", "named"),
    [
        (BY_SEX, "sex", "T 2020 Q, M 2020 821, F 2020 179", ["T 2020"]),
        (BY_SEX, "sex", "T 2020 1000, M 2020 821, F 2020 179, UNK 2020 Q", ["UNK 2020"]),
        (BY_SEX, "sex", "T 2020 1000, M 2020 821, F 2020 Q, UNK 2020 Q", []),
        (BY_SEX, "sex", "T 2020 1000, M 2020 821, F 2020 Q, UNK 2020 -", []),
        (BY_SEX, "sex", "T 2020 Q, UNK 2020 821", ["T 2020"]),
        (BY_SEX, "sex", "T 2020 1000, F 2020 Q", []),
        (BY_SEX, "sex", "M 2020 821, F 2020 Q", []),
        (BY_AGE, "age", "TOTAL 2020 1000, ADULT 2020 Q, JUV 2020 179", ["ADULT 2020"]),
        ("ESTAT_CRIM_PRIS_TRI", "leg_stat", "TOTAL 2020 1000, PRIS_SENT 2020 821, PRIS_UNSENT 2020 Q", ["PRIS_UNSENT 2020"]),
        (Q91, "QUESTION CASE_STATUS", "Q91_L0 IN 2020 Q, Q91_L1 IN 2020 1, Q91_L2 IN 2020 2, Q91_L3 IN 2020 3, "
         "Q91_L4 IN 2020 4", ["Q91_L0 IN 2020"]),
    ],
)  # fmt: skip
def test_a_sum_gives_one_unknown_away(given_away, flow, columns, table, named):
    assert given_away(flow, columns, table) == named


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("Total Total 2020 1000, Male Total 2020 821, Female Total 2020 Q", ["Female Total 2020"]),
        ("Total Total 2020 1000, Total Adult 2020 821, Total Juveniles 2020 Q", ["Total Juveniles 2020"]),
        (
            "Total Total 2020 9, Male Total 2020 Q, Female Total 2020 Q, Male Adult 2020 Q, Female Adult 2020 Q, "
            "Total Adult 2020 8, Total Juveniles 2020 1, Male Juveniles 2020 1, Female Juveniles 2020 -",
            [],
        ),
    ],
)
def test_sexes_and_ages_of_unodc(given_away, table, named):
    table = ", ".join(f"PERS_HELD TOTAL CAT00 {cell.strip()}" for cell in table.split(","))
    named = [f"PERS_HELD TOTAL CAT00 {cell}" for cell in named]
    assert given_away(UNODC, "INDICATOR DIMENSION CATEGORY SEX AGE", table) == named


SECTIONS = (12, 13, 14, 15, 16, 17, 18, 19, 20, 21)


@pytest.mark.parametrize("indicator", ["PERS_CONV", "PERS_HELD"])
def test_sections_of_unodc(given_away, indicator):
    sections = ", ".join(f"{indicator} ACTS CAT{n} 2020 5" for n in SECTIONS)
    table = f"{indicator} TOTAL CAT00 2020 1000, {sections}, {indicator} ACTS CAT23 2020 Q"
    assert given_away(UNODC, "INDICATOR DIMENSION CATEGORY", table) == [f"{indicator} ACTS CAT23 2020"]


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("PERS_HELD TOTAL CAT00 2020 9, PERS_HELD STATUS CAT01 2020 Q, PERS_HELD STATUS CAT02 2020 4", "STATUS CAT01"),
        ("PERS_HELD TOTAL CAT00 2020 9, PERS_HELD CTZ CAT03 2020 8, PERS_HELD CTZ CAT04 2020 Q", "CTZ CAT04"),
        ("PERS_HELD LENGTH CAT24 2020 9, PERS_HELD LENGTH CAT26 2020 8, PERS_HELD LENGTH CAT27 2020 Q", "LENGTH CAT27"),
    ],
)
def test_other_sums_of_unodc(given_away, table, named):
    assert given_away(UNODC, "INDICATOR DIMENSION CATEGORY", table) == [f"PERS_HELD {named} 2020"]


def test_sections_that_are_counted_more_than_once_give_nothing(found):
    """A note at one of them says so: the sections of persons held then make more than the total."""
    lines = ["INDICATOR | DIMENSION | CATEGORY | TIME_PERIOD | OBS_STATUS | CONF_STATUS | COMMENT_OBS | OBS_VALUE"]
    lines += ["PERS_HELD | TOTAL | CAT00 | 2020 | A | F | - | 100", "PERS_HELD | ACTS | CAT23 | 2020 | Q | A | - | -"]
    lines += [f"PERS_HELD | ACTS | CAT{n} | 2020 | A | F | every offence | 15" for n in SECTIONS]
    assert found(RULE, UNODC, "\n".join(lines)) == []


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("P0 2020 1000, IN 2020 Q, RES 2020 821, P1 2020 179", ["IN 2020"]),
        ("P0 2020 1000, IN 2020 5, RES 2020 821, P1 2020 Q", ["P1 2020"]),
        ("P0 2020 1000, IN 2020 Q, RES 2020 Q, P1 2020 179", []),
        ("P0 2020 1000, IN 2020 Q, RES 2020 -, P1 2020 179", []),
        ("P0 2020 1000, IN 2020 Q, RES 2020 821", []),
        ("P0 2021 Q, P1 2020 179", ["P0 2021"]),
        ("P0 2021 821, P1 2020 Q", ["P1 2020"]),
        ("P0 2021 Q, P1 2020 Q", []),
        ("P0 2021 Q, P1 2019 179", []),
        ("P0 2021 -, P1 2020 Q", []),
    ],
)
def test_stocks_and_flows(given_away, table, named):
    assert given_away(Q91, "CASE_STATUS", table) == named


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("P1 2019 1000, IN 2020 821, RES 2020 Q, P1 2020 179", ["RES 2020"]),
        ("P1 2019 Q, IN 2020 821, RES 2020 5, P1 2020 179", ["P1 2019"]),
        ("P1 2018 1000, IN 2020 821, RES 2020 Q, P1 2020 179", []),
        ("CR 2020 82.1, IN 2020 Q, RES 2020 821", ["IN 2020"]),
        ("CR 2020 82.1, IN 2020 1000, RES 2020 Q", ["RES 2020"]),
        ("CR 2020 Q, IN 2020 1000, RES 2020 821", ["CR 2020"]),
        ("DT 2020 82.1, P1 2020 Q, RES 2020 821", ["P1 2020"]),
        ("CR 2020 82.1, IN 2020 Q, RES 2020 Q, DT 2020 Q, P1 2020 179", []),
        ("CR 2020 Q, DT 2020 82.1, IN 2020 Q, RES 2020 821, P1 2020 179", []),
    ],
)
def test_ratios_of_courts(given_away, table, named):
    assert given_away(STAT, "INDICATOR", table) == named


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("P_HTHAB 2020 82.1, NR 2020 Q", ["NR 2020"]),
        ("P_HTHAB 2020 Q, NR 2020 1000", ["P_HTHAB 2020"]),
        ("P_HTHAB 2020 Q, NR 2020 Q", []),
        ("P_HTHAB 2020 82.1, NR 2021 Q", []),
        ("P_HTHAB 2020 -, NR 2020 Q", []),
    ],
)
def test_a_rate_and_its_count(given_away, table, named):
    assert given_away("ESTAT_CRIM_OFF_CAT", "unit", table) == named


def test_a_cell_is_named_for_every_sum_that_gives_it_away(found):
    """The keys are those of the cells, not of the totals."""
    text = cells(
        "leg_stat unit sex",
        "PER_CNV NR T 2020 1000, PER_CNV NR M 2020 821, PER_CNV NR F 2020 Q, PER_CNV P_HTHAB F 2020 82.1",
    )
    findings = found(RULE, BY_SEX, text, whole=True)
    assert [(f.key["unit"], f.key["sex"]) for f in findings] == [("NR", "F"), ("NR", "F")]
    assert len({f.messages["en"] for f in findings}) == 2


def systems(found, table):
    """What the rule names of UNODC's sexes and ages, with what it says."""
    text = cells("INDICATOR DIMENSION CATEGORY SEX AGE", table.replace("S ", "PERS_HELD TOTAL CAT00 "))
    findings = found(RULE, UNODC, text, whole=True)
    return sorted((f.key["SEX"], f.key["AGE"], "several relations" in f.messages["en"]) for f in findings)


def test_a_chain_of_differences_is_followed_to_its_end(found):
    """Women by difference from the total, then adult women from the women: no single relation gives the second."""
    table = (
        "S Total Total 2020 1000, S Male Total 2020 821, S Female Total 2020 Q, "
        "S Female Adult 2020 Q, S Female Juveniles 2020 9"
    )
    assert systems(found, table) == [("Female", "Adult", True), ("Female", "Total", False)]


def test_a_system_in_which_every_relation_has_two_unknowns(found):
    """Men and women, adults and juveniles, all four parts hidden: nought juveniles leave nought of each sex, and so all."""
    table = (
        "S Total Total 2020 1000, S Male Total 2020 821, S Female Total 2020 179, S Total Adult 2020 1000, "
        "S Total Juveniles 2020 0, S Male Adult 2020 Q, S Male Juveniles 2020 Q, S Female Adult 2020 Q, "
        "S Female Juveniles 2020 Q"
    )
    assert {(s, a) for s, a, _ in systems(found, table)} == {
        ("Male", "Adult"), ("Male", "Juveniles"), ("Female", "Adult"), ("Female", "Juveniles"),
    }  # fmt: skip


def test_a_system_with_room_gives_nothing(found):
    table = (
        "S Total Total 2020 1000, S Male Total 2020 821, S Female Total 2020 179, S Total Adult 2020 900, "
        "S Total Juveniles 2020 100, S Male Adult 2020 Q, S Male Juveniles 2020 Q, S Female Adult 2020 Q, "
        "S Female Juveniles 2020 Q"
    )
    assert systems(found, table) == []


PARTS = ("Male Adult", "Male Juveniles", "Female Adult", "Female Juveniles")


@pytest.mark.parametrize(
    ("juveniles", "given"), [(100, set()), (0, set(PARTS))], ids=["a system with room", "a system without"]
)
@pytest.mark.parametrize("kept", [(1, 0, 0, 0), (0, 0, 0, 0), None], ids=["not true", "true", "not whole"])
def test_true_values_decide_nothing(found, juveniles, given, kept):
    """The audit may begin with the values that are kept apart: true, tampered with or in part, it says what it says without."""
    margins = f"S Total Total 2020 1000, S Male Total 2020 821, S Female Total 2020 179, S Total Adult 2020 {1000 - juveniles}"
    published = f"{margins}, S Total Juveniles 2020 {juveniles}, " + ", ".join(f"S {part} 2020 Q" for part in PARTS)
    true = (821 - juveniles // 2, juveniles // 2, 179 - juveniles // 2, juveniles // 2)
    values = [t + k for t, k in zip(true, kept, strict=True)] if kept else true[:1]
    apart = ", ".join(f"S {part} 2020 {value}" for part, value in zip(PARTS, values, strict=False))
    columns = "INDICATOR DIMENSION CATEGORY SEX AGE"
    texts = [cells(columns, text.replace("S ", "PERS_HELD TOTAL CAT00 ")) for text in (published, apart)]
    findings = found(RULE, UNODC, texts[0], apart=texts[1], whole=True)
    assert {f"{f.key['SEX']} {f.key['AGE']}" for f in findings} == given
    assert all(f.values == {} for f in findings)


def rounded(columns, text):
    """Cells as in `cells`, where `~10` is 10 rounded to base 5."""
    lines = cells(columns, text.replace("~", "")).splitlines()
    note = "see below; Rounded to base 5 / Arrondi à la base 5"
    found = [f"{lines[0]} | COMMENT_OBS"]
    for line, cell in zip(lines[1:], text.split(","), strict=True):
        found.append(f"{line.replace('| A | F |', '| E | F |')} | {note}" if "~" in cell else f"{line} | -")
    return "\n".join(found)


@pytest.mark.parametrize(
    ("flow", "columns", "table", "named"),
    [
        (BY_SEX, "unit", "NR 2020 ~10, P_HTHAB 2020 Q", []),
        (BY_SEX, "unit", "NR 2020 10, P_HTHAB 2020 Q, NR 2021 ~10, P_HTHAB 2021 Q", ["P_HTHAB 2020"]),
        (BY_SEX, "unit", "NR 2020 Q, P_HTHAB 2020 82.1", ["NR 2020"]),
        (BY_SEX, "sex", "T 2020 ~1000, M 2020 821, F 2020 Q", []),
        (BY_SEX, "sex", "T 2020 1000, M 2020 821, F 2020 Q, T 2021 ~1000, M 2021 821, F 2021 Q", ["F 2020"]),
        # the total is at most 4, the men are 4: no woman is left
        (BY_SEX, "sex", "T 2020 ~0, M 2020 4, F 2020 Q", ["F 2020"]),
        (BY_SEX, "sex", "T 2020 ~0, M 2020 3, F 2020 Q", []),
        # the total and the men are each from 6 to 14: women from 0 to 8
        (BY_SEX, "sex", "T 2020 ~10, M 2020 ~10, F 2020 Q", []),
        # new cases are at most 4, and 4 were resolved: none is pending
        (Q91, "CASE_STATUS", "P0 2020 0, IN 2020 ~0, RES 2020 4, P1 2020 Q", ["P1 2020"]),
        (Q91, "CASE_STATUS", "P0 2020 0, IN 2020 ~5, RES 2020 4, P1 2020 Q", []),
        (STAT, "INDICATOR", "CR 2020 Q, IN 2020 1000, RES 2020 ~820", []),
    ],
)  # fmt: skip
def test_a_rounded_value_is_anything_less_than_its_base_away(found, flow, columns, table, named):
    findings = found(RULE, flow, rounded(columns, table), whole=True)
    assert sorted(" ".join((*(f.key[c] for c in columns.split()), f.period)) for f in findings) == named


@pytest.mark.parametrize(("status", "note"), [("E", "Rounded"), ("A", "Rounded to base 5 / Arrondi à la base 5")])
def test_only_what_protection_has_rounded_is_an_interval(found, status, note):
    """An estimate, or a note of that text beside another status, is an exact value."""
    lines = ["unit | TIME_PERIOD | OBS_STATUS | CONF_STATUS | COMMENT_OBS | OBS_VALUE"]
    lines += [f"NR | 2020 | {status} | F | {note} | 10", "P_HTHAB | 2020 | Q | D | - | -"]
    assert len(found(RULE, BY_SEX, "\n".join(lines))) == 1
