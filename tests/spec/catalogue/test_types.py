"""Like onto like: which joins of unequal types load, and what the refusal says would make one legitimate (D16)."""

from __future__ import annotations

import pytest
import small_catalogue as small
from shipped_catalogue import shipped_files

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.load import load
from greffe.errors import BadDefinition

LEGS = "source:INDICATEUR,target:leg"
PERIODS = small.table("source:TIME_PERIOD,target:TIME_PERIOD", "2023,2022,r1,exact,exact,,,recalled,,")
LATER = small.table("source:TIME_PERIOD,target:TIME_PERIOD", "2022,2023,r1,exact,exact,,,recalled,,")
CONVICTED = small.INDICATORS["CONDAMNES"]


def the_map(cell, indicator="CONDAMNES", *, shifted=False, **changed):
    """A map of one indicator onto the cells `leg=CONVICTED`, which have the type `cell`."""
    found = small.the_map()
    found["select"] = {**found["select"], "INDICATEUR": [indicator]}
    found["types"] = [cell]
    if shifted:
        found["components"][1] = {"source": ["TIME_PERIOD"], "target": ["TIME_PERIOD"], "map": "dates.csv"}
    return found | changed


def files(map_, indicator="CONDAMNES", indicators=None, *, shifted=""):
    """The small catalogue with that map."""
    found = small.files(map_, legs=small.table(LEGS, f"{indicator},CONVICTED,r1,exact,exact,,,recalled,,"))
    if shifted:
        found["mappings/BODY/dates.csv"] = {"lag_1y": LATER}.get(shifted, PERIODS)
    if indicators:
        declared = small.indicators(indicators)
        found[small.path(declared)] = dump_file(declared)
    return found


def cell(axis="", word="", **conversions):
    """The type of an indicator with one axis changed."""
    axes = [a.lower() for a in small.AXES[:6]]
    words = tuple(word if a == axis else w for a, w in zip(axes, CONVICTED, strict=False))
    return small.a_type({"leg": "CONVICTED"}, words, **conversions)


def refused(files_):
    """The error of loading."""
    with pytest.raises(BadDefinition) as caught:
        load(files_)
    return caught.value


UNEQUAL = {
    # axis, what the cell has instead: conversions that make it legitimate
    ("counting_unit", "case"): ("flag_D",),
    ("counting_unit", "ratio"): ("to_ratio",),
    ("population", "detenus"): ("flag_D",),
    ("offence_rule", "all"): ("flag_D",),
    ("legal_persons", "in"): ("flag_D",),
    ("moment", "stock_31dec"): (),
    ("territory", "fr_all"): (),
}
CONVERSIONS = ("flag_D", "shift_1jan", "lag_1y", "to_ratio")


def test_equal_types_load():
    assert load(files(the_map(cell()))).maps


@pytest.mark.parametrize(("axis", "word"), UNEQUAL)
def test_unequal_types_do_not_load(axis, word):
    error = refused(files(the_map(cell(axis, word))))
    had = CONVICTED[[a.lower() for a in small.AXES].index(axis)]
    assert error.file == small.MAP
    assert error.message == f"CONDAMNES has {axis} {had}, the cell leg=CONVICTED has {word}."
    expected = " or ".join(UNEQUAL[axis, word]) or f"No conversion covers this difference of {axis}"
    assert expected in error.hint


@pytest.mark.parametrize("kind", CONVERSIONS)
@pytest.mark.parametrize(("axis", "word"), UNEQUAL)
def test_a_declared_conversion_covers_what_it_is_for_and_nothing_else(axis, word, kind):
    if axis == "territory" and word == "fr_all":
        small_map = the_map(
            cell(axis, word, **{kind: "because"}), select={**the_map(cell())["select"], "TERRITOIRE": ["fr_all"]}
        )
    else:
        small_map = the_map(cell(axis, word, **{kind: "because"}))
    if kind in UNEQUAL[axis, word]:
        assert load(files(small_map)).maps
    else:
        assert "CONDAMNES has" in refused(files(small_map)).message


@pytest.mark.parametrize(
    ("have", "want", "kind"), [("stock_1jan", "stock_31dec", "shift_1jan"), ("stock_31dec", "stock_1jan", "lag_1y")]
)
def test_a_stock_is_moved_by_rows_of_its_periods(have, want, kind):
    declared = {"CONDAMNES": (*CONVICTED[:2], have, *CONVICTED[3:]), "POP_1JAN": small.INDICATORS["POP_1JAN"]}
    type_ = cell("moment", want, **{kind: "the true dates are rows"})
    error = refused(files(the_map(type_), indicators=declared))
    assert error.message == f"CONDAMNES is moved from {have} to {want} by {kind}, and TIME_PERIOD is copied as it is."
    moved = files(the_map(type_, shifted=True), indicators=declared, shifted=kind)
    assert load(moved).maps
    other = "lag_1y" if kind == "shift_1jan" else "shift_1jan"
    wrong = the_map(cell("moment", want, **{other: "because"}), shifted=True)
    assert f"has moment {have}" in refused(files(wrong, indicators=declared, shifted=other)).message


@pytest.mark.parametrize("kind", ["split_E", "months_to_days"])
def test_what_a_calculation_makes_no_word_declares(kind):
    """The experts' list names six conversions; a split and days of months are calculations here, and a word that covers
    nothing would only look like a reason."""
    error = refused(files(the_map(cell("counting_unit", "day", **{kind: "because"}))))
    assert (error.file, error.parameter) == (small.MAP, "$.types[0].conversions[0].kind")
    assert error.message == f"{kind!r} is not known here."
    assert "Known here: flag_D, shift_1jan, lag_1y, to_ratio." in error.hint


def test_legal_persons_alone_are_no_word():
    """No cell that is sent counts them; whoever declares it is told the words that there are."""
    error = refused(files(the_map(cell("legal_persons", "only"))))
    assert (error.parameter, error.message) == ("$.types[0].legal_persons", "'only' is not known here.")
    assert "Known here: in, out, na." in error.hint


def test_persons_onto_cases_says_which_conversion_would_do():
    error = refused(files(the_map(cell("counting_unit", "case"))))
    assert error.text() == (
        f"{small.MAP}, parameter $.types[0]: CONDAMNES has counting_unit person, the cell leg=CONVICTED has case. "
        "Declare the conversion flag_D for CONDAMNES on that type, with its reason, or map onto other cells."
    )


def test_a_conversion_may_be_for_some_indicators_only():
    map_ = small.the_map()
    map_["types"][0]["conversions"][0]["indicators"] = ["CONDAMNES"]
    assert "POURS has counting_unit person_case" in refused(small.files(map_)).message
    map_["types"][0]["conversions"][0]["indicators"] = ["POURS"]
    assert load(small.files(map_)).maps


def test_every_cell_that_is_reached_has_a_type():
    map_ = small.the_map()
    del map_["types"][1]
    error = refused(small.files(map_))
    assert error.message == "CONDAMNES reaches the cell leg=CONVICTED, which has no type."


def test_fixed_cells_count_too():
    map_ = small.the_map()
    for type_ in map_["types"]:
        type_["cells"]["unit"] = "P_HTHAB"
    assert "which has no type" in refused(small.files(map_)).message
    for type_ in map_["types"]:
        type_["cells"]["unit"] = "NR"
    assert load(small.files(map_)).maps


def test_a_row_of_an_indicator_that_is_not_read_asks_for_no_type():
    """STOCK has a row onto HELD, the map does not select it."""
    assert b"STOCK,HELD" in small.files()[small.LEGS]
    assert load(small.files()).maps


def test_cells_may_depend_on_more_than_the_indicator():
    map_ = the_map(small.a_type({"leg": "CONVICTED", "sex": "M"}, CONVICTED))
    assert refused(files(map_)).message == "CONDAMNES reaches the cell leg=CONVICTED, sex=F, which has no type."
    map_["types"].append(small.a_type({"sex": "F"}, CONVICTED))
    assert load(files(map_)).maps


@pytest.mark.parametrize("word", ["", "persons"])
def test_an_indicator_declares_its_types(word):
    declared = {"CONDAMNES": (word, *CONVICTED[1:]), "POP_1JAN": small.INDICATORS["POP_1JAN"]}
    error = refused(files(the_map(cell()), indicators=declared))
    assert f"The indicator CONDAMNES declares {word!r} as COUNTING_UNIT." in error.message
    assert error.nearest[:1] == (("person",) if word else ())


def test_the_field_that_is_read_is_the_field_of_the_cells():
    map_ = the_map(cell(), select={**the_map(cell())["select"], "TERRITOIRE": ["fr_all"]})
    error = refused(files(map_))
    assert error.message == "CONDAMNES is read for TERRITOIRE fr_all, the cell leg=CONVICTED has fr_met."


BOTH = small.table(
    "source:SEXE,target:sex", "1,T,r1,exact,aggregate,,,verified,,", "2,T,r2,exact,aggregate,,,verified,,"
)


@pytest.mark.parametrize(("additive", "loads"), [("SEXE;time", True), ("time", False), ("", False)])
def test_an_indicator_is_summed_only_over_what_it_adds_up_over(additive, loads):
    declared = {"CONDAMNES": (*CONVICTED[:6], additive), "POP_1JAN": small.INDICATORS["POP_1JAN"]}
    map_ = the_map(cell(), aggregate={"over": ["SEXE"], "reason": "both"})
    found = files(map_, indicators=declared) | {small.SEXES: BOTH}
    if loads:
        assert load(found).maps
    else:
        assert refused(found).message == "CONDAMNES does not add up over SEXE (QR-TYP-03)."


def test_a_sum_that_joins_nothing_of_an_indicator_asks_nothing_of_it():
    """Men and women stay apart: declaring the sum over SEXE does no harm."""
    declared = {"CONDAMNES": (*CONVICTED[:6], ""), "POP_1JAN": small.INDICATORS["POP_1JAN"]}
    map_ = the_map(cell(), aggregate={"over": ["SEXE"], "reason": "other indicators"})
    assert load(files(map_, indicators=declared)).maps


TOTAL = {"id": "t", "kind": "total", "over": "sex", "parts": ["M", "F"], "set": {"sex": "T"}}


@pytest.mark.parametrize(("additive", "loads"), [("SEXE", True), ("time", False)])
def test_a_total_is_over_what_the_indicator_adds_up_over(additive, loads):
    declared = {"CONDAMNES": (*CONVICTED[:6], additive), "POP_1JAN": small.INDICATORS["POP_1JAN"]}
    found = files(the_map(cell(), calculations=[TOTAL]), indicators=declared)
    if loads:
        assert load(found).maps
    else:
        assert refused(found).message == "CONDAMNES does not add up over SEXE (QR-TYP-03)."


def test_a_total_adds_one_kind_of_thing():
    total = {"id": "t", "kind": "total", "over": "leg", "parts": ["PROSECUTED", "CONVICTED"], "set": {"leg": "HELD"}}
    map_ = small.the_map() | {"calculations": [total]}
    map_["types"][0] = small.a_type({"leg": "PROSECUTED"}, small.INDICATORS["POURS"])
    map_["types"].append(small.a_type({"leg": "HELD"}, CONVICTED))
    error = refused(small.files(map_))
    assert error.message == "t adds counting_unit person_case (leg=PROSECUTED) and person (leg=CONVICTED)."


def test_a_calculation_reads_cells_that_something_leads_to():
    total = TOTAL | {"parts": ["M", "F"], "where": {"leg": ["CASES"]}}
    assert "t reads M, and nothing leads to that cell." in refused(files(the_map(cell(), calculations=[total]))).message


def test_what_a_calculation_makes_has_a_type():
    map_ = the_map(small.a_type({"leg": "CONVICTED", "sex": "M"}, CONVICTED), calculations=[TOTAL])
    map_["types"].append(small.a_type({"leg": "CONVICTED", "sex": "F"}, CONVICTED))
    assert refused(files(map_)).message == "t makes the cell leg=CONVICTED, sex=T, which has no type."


def rate(territory):
    """A rate over the population of that field."""
    population = {"dataflow": "SSER:POP(1.0.0)", "select": {"INDICATEUR": ["POP_1JAN"]}, "territory": territory}
    return {
        "id": "r", "kind": "rate", "where": {"unit": ["NR"]}, "set": {"unit": "P_HTHAB"}, "factor": 100000,
        "decimals": 2, "population": population,
    }  # fmt: skip


def rates(result, **population):
    """A map whose numbers have a rate of that type."""
    numbers, made = cell(), result
    numbers["cells"] = {"leg": "CONVICTED", "unit": "NR"}
    made["cells"] = {"leg": "CONVICTED", "unit": "P_HTHAB"}
    found = the_map(numbers, calculations=[rate(population.get("territory", "fr_met"))])
    return found | {"types": [numbers, made]}


def test_a_rate_over_two_territories_is_refused():
    ratio = ("counting_unit", "ratio")
    assert load(files(rates(cell(*ratio)))).maps
    error = refused(files(rates(cell(*ratio), territory="fr_all")))
    assert error.parameter == "$.calculations[0].population.territory"
    assert error.message == (
        "The rate r is over two territories: the cell leg=CONVICTED, unit=NR has fr_met, "
        "its population fr_all (QR-TYP-02)."
    )


PEOPLE = small.INDICATORS["POP_1JAN"]


def over(**words):
    """The indicators, with a population that declares other words."""
    axes = [axis.lower() for axis in small.AXES]
    changed = [words.get(axis, word) for axis, word in zip(axes, PEOPLE, strict=True)]
    return {"CONDAMNES": CONVICTED, "POP_1JAN": tuple(changed)}


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ({"counting_unit": "case"}, "counts case.", "is a formula"),
        (
            {"population": "minors"},
            "counts the population minors; the cell leg=CONVICTED, unit=NR has convicted.",
            "flag_D",
        ),
        ({"moment": "flow_year"}, "has the moment flow_year.", "stock_1jan, stock_31dec, mean"),
        ({"counting_unit": "persn"}, "The indicator POP_1JAN declares 'persn' as COUNTING_UNIT.", "Annotate"),
    ],
)
def test_a_rate_is_over_the_persons_that_it_counts_among(words, message, hint):
    """Convicted persons over juveniles, over cases, over a flow: refused at the population."""
    error = refused(files(rates(cell("counting_unit", "ratio")), indicators=over(**words)))
    assert (error.file, error.parameter) == (small.MAP, "$.calculations[0].population.select")
    assert message in error.message
    assert hint in error.hint


def test_a_rate_over_another_population_is_declared():
    """A flag D says that the convicted are divided by juveniles; the same population, or all, needs no word."""
    flagged = rates(cell("counting_unit", "ratio", flag_D="no other population is held"))
    assert load(files(flagged, indicators=over(population="minors"))).maps
    for own in ("convicted", "all"):
        assert load(files(rates(cell("counting_unit", "ratio")), indicators=over(population=own))).maps


def test_juveniles_are_divided_by_juveniles():
    """Convicted minors over all inhabitants: the whole is not what they are counted among."""
    declared = {"CONDAMNES": ("person", "minors", *CONVICTED[2:]), "POP_1JAN": PEOPLE}
    numbers = rates(cell("counting_unit", "ratio") | {"population": "minors"})
    numbers["types"][0]["population"] = "minors"
    error = refused(files(numbers, indicators=declared))
    assert "counts the population all; the cell leg=CONVICTED, unit=NR has minors." in error.message
    assert "Take the population minors" in error.hint
    among = declared | {"POP_1JAN": ("person", "minors", *PEOPLE[2:])}
    assert load(files(numbers, indicators=among)).maps


def test_a_stock_over_a_population_of_another_day_is_declared():
    """Persons on 31 December over inhabitants of 1 January: shift_1jan on the rate; a flow has no day."""
    declared = {"CONDAMNES": (*CONVICTED[:2], "stock_31dec", *CONVICTED[3:]), "POP_1JAN": PEOPLE}
    for conversions, loads in (({}, False), ({"lag_1y": "no"}, False), ({"shift_1jan": "of the same year"}, True)):
        numbers = rates(cell("counting_unit", "ratio", **conversions) | {"moment": "stock_31dec"})
        numbers["types"][0]["moment"] = "stock_31dec"
        if loads:
            assert load(files(numbers, indicators=declared)).maps
            continue
        error = refused(files(numbers, indicators=declared))
        assert "has the moment stock_1jan; the cell leg=CONVICTED, unit=NR has stock_31dec." in error.message
        assert "Declare the conversion shift_1jan" in error.hint


def test_one_part_is_not_divided_by_the_whole():
    """The shipped rate by age is of all ages; with the ages left in, juveniles would be divided by everybody."""
    shipped = shipped_files()
    path = "mappings/ESTAT/crim_just_age.yaml"
    before, after = b"where: {unit: [NR], age: [TOTAL]}", b"where: {unit: [NR], age: [TOTAL, JUV]}"
    assert shipped[path].count(before) == 1
    error = refused(shipped | {path: shipped[path].replace(before, after)})
    assert (error.file, error.parameter) == (path, "$.calculations[1].population.select.AGE")
    assert "is over AGE T, and the cell age=JUV" in error.message
    assert "comes from MIN alone, a part of it." in error.message


def test_what_is_made_is_of_those_that_it_is_made_of():
    """A rate counts nothing but a ratio, of the same persons at the same time."""
    error = refused(files(rates(cell())))
    assert error.message == "r divides, and the cell leg=CONVICTED, unit=P_HTHAB counts person."
    for axis, word in (("population", "detenus"), ("moment", "mean"), ("offence_rule", "all")):
        result = cell(axis, word) | {"counting_unit": "ratio"}
        assert f"the cell leg=CONVICTED, unit=P_HTHAB has {word}" in refused(files(rates(result))).message


def test_a_lag_makes_a_stock_of_1_january_only_when_that_is_declared():
    declared = {"CONDAMNES": (*CONVICTED[:2], "stock_31dec", *CONVICTED[3:]), "POP_1JAN": small.INDICATORS["POP_1JAN"]}
    lag = {"id": "l", "kind": "lag", "years": 1, "where": {"leg": ["CONVICTED"]}, "set": {"leg": "HELD"}}
    words = list(declared["CONDAMNES"])
    opening = [*words[:2], "stock_1jan", *words[3:]]

    def made(**conversions):
        map_ = the_map(small.a_type({"leg": "CONVICTED"}, tuple(words)), calculations=[lag])
        map_["types"].append(small.a_type({"leg": "HELD"}, tuple(opening), **conversions))
        return files(map_, indicators=declared)

    assert "has moment stock_31dec, the cell leg=HELD has stock_1jan" in refused(made()).message
    assert load(made(lag_1y="the stock of the year before")).maps


@pytest.mark.parametrize(
    ("moment", "years", "declared", "loads"),
    [
        ("flow_year", 2, {}, False),
        ("flow_year", 1, {"reason": "No figure of this year yet."}, False),
        ("flow_year", 1, {"status": "A"}, False),
        ("flow_year", 2, {"status": "A", "reason": "No figure of this year yet."}, True),
        ("stock_1jan", 1, {}, False),
    ],
)
def test_another_year_stands_for_this_one_only_when_that_is_declared(moment, years, declared, loads):
    """A flow of two years ago is no flow of this year; a status and a reason say so."""
    words = (*CONVICTED[:2], moment, *CONVICTED[3:])
    lag = {
        "id": "l",
        "kind": "lag",
        "years": years,
        "where": {"leg": ["CONVICTED"]},
        "set": {"leg": "HELD"},
        **declared,
    }
    map_ = the_map(small.a_type({"leg": "CONVICTED"}, words), calculations=[lag])
    map_["types"].append(small.a_type({"leg": "HELD"}, words))
    found = files(map_, indicators={"CONDAMNES": words, "POP_1JAN": small.INDICATORS["POP_1JAN"]})
    if loads:
        assert load(found).maps
    else:
        error = refused(found)
        assert error.message == f"l takes {moment} of {years} year(s) before for {moment}."
        assert error.parameter == "$.calculations[0]"


@pytest.mark.parametrize(
    ("selected", "pattern", "target", "says"),
    [
        ((), "202(2)", "2021", "2022 stands for 2022 (it lies in that year), found 2021."),
        (("2022-12",), r"(\d{4})-\d\d", "2021", "2022-12 stands for 2022 (it lies in that year), found 2021."),
        (("2021-12",), r"(\d{4})-\d\d", "2021", ""),
        ((), r"(\d{4}).*", r"\1", ""),
    ],
)
def test_a_pattern_keeps_a_period_in_its_year_too(selected, pattern, target, says):
    """Judged by the periods that are selected, or by plain years."""
    map_ = the_map(cell(), shifted=True)
    map_["select"] = {**map_["select"], **({"TIME_PERIOD": list(selected)} if selected else {})}
    found = files(map_, shifted="by a pattern")
    row = f"{pattern},{target},r1,regex,exact,,,recalled,,"
    found["mappings/BODY/dates.csv"] = small.table("source:TIME_PERIOD,target:TIME_PERIOD", row)
    if says:
        assert refused(found).message == says
    else:
        assert load(found).maps
