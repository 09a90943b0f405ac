"""A map that cannot do what it says does not load; each refusal says where, what was found, and what is nearest."""

from __future__ import annotations

import pytest
import small_catalogue as small

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.load import load
from greffe.errors import BadDefinition


def refused(map_=None, **tables):
    """The error of loading the small catalogue with that map and those tables."""
    with pytest.raises(BadDefinition) as caught:
        load(small.files(map_, **tables))
    return caught.value


def the_map(**changed):
    """The map with some keys replaced."""
    return small.the_map() | changed


def select(**changed):
    """The map that selects other codes."""
    return the_map(select={**small.the_map()["select"], **changed})


def components(*changed):
    """The map with other components at its end."""
    return the_map(components=[*small.the_map()["components"], *changed])


def without(place):
    """The map without one component."""
    found = list(small.the_map()["components"])
    del found[place]
    return the_map(components=found)


def calculation(**values):
    """The map with one calculation more."""
    return the_map(calculations=[{"id": "x", "set": {"sex": "T"}, **values}])


SEXES = "source:SEXE,target:sex"
MEN, WOMEN = "1,M,r1,exact,exact,,,verified,,", "2,F,r2,exact,exact,,,verified,,"

MAPS = {
    # what is wrong: (map, path, what the message says)
    "source flow": (the_map(source="SSER:INTT(1.0.0)"), "", "no dataflow SSER:INTT(1.0.0). Nearest: SSER:INT(1.0.0)"),
    "target flow": (the_map(target="SSER:OUTT(1.0.0)"), "", "no dataflow SSER:OUTT(1.0.0)."),
    "provider": (the_map(provider="SSERR"), "$.provider", "not a data provider. Nearest: SSER"),
    "scope": (the_map(scope="collection"), "$.scope", "SSER:OUT(1.0.0) is a mirror dataflow, found collection"),
    "selected component": (select(SEX=["1"]), "$.select.SEX", "'SEX' is not a component of SSER:INT(1.0.0). Nearest: SEXE"),
    "selected code": (
        select(INDICATEUR=["POUR"]), "$.select.INDICATEUR",
        "'POUR' is not in SSER:CL_INDICATEUR(1.0.0), the list of INDICATEUR. Nearest: POURS",
    ),
    "selected period": (select(TIME_PERIOD=["2023-13"]), "$.select.TIME_PERIOD", "'2023-13' is not a time period"),
    "selected by value": (select(OBS_VALUE=["1"]), "$.select.OBS_VALUE", "cannot be selected by their value"),
    "source component": (
        components({"source": ["STATU"], "target": ["COMMENT_OBS"]}), "$.components[6].source", "Nearest: STATUT",
    ),
    "target component": (
        components({"source": ["STATUT"], "target": ["COMMENT"]}), "$.components[6].target", "Nearest: COMMENT_OBS",
    ),
    "a computed value": (
        components({"source": ["STATUT"], "target": ["OBS_VALUE"]}), "$.components[6].target", "never computes",
    ),
    "origin": (components({"source": ["STATUT"], "target": ["DATA_ORIGIN"]}), "$.components[6].target", "does not set it"),
    "fixed code": (the_map(fixed={"unit": "NB"}), "$.fixed.unit", "'NB' is not in SSER:CL_UNIT(1.0.0)"),
    "copied code": (
        components({"source": ["CONF"], "target": ["OBS_STATUS"]}), "$.components[6]",
        "CONF is copied into OBS_STATUS, and 'C1' is not in SSER:CL_OBS_STATUS(1.0.0)",
    ),
    "a dimension without a rule": (the_map(fixed={}), "$.components", "The dimension unit of SSER:OUT(1.0.0) has no rule (SM-22)"),
    "the period without a rule": (without(1), "$.components", "The dimension TIME_PERIOD of SSER:OUT(1.0.0) has no rule"),
    "a mandatory attribute without a rule": (without(5), "$.components", "The mandatory attribute TERRITORY of"),
    "two rules": (
        the_map(fixed={"unit": "NR", "sex": "T"}), "$.components[3]", "sex has two rules, fixed.sex and components[3] (SM-23)",
    ),
    "total and parts read": (
        the_map(components=[c for c in small.the_map()["components"] if c["source"] != ["SEXE"]], fixed={"unit": "NR", "sex": "T"}),
        "$.select.SEXE", "SEXE is neither mapped, nor held to one code, nor summed over",
    ),
    "summed over unselected codes": (
        the_map(
            components=[c for c in small.the_map()["components"] if c["source"] != ["SEXE"]],
            fixed={"unit": "NR", "sex": "T"}, aggregate={"over": ["SEXE"], "reason": "x"},
            select={"INDICATEUR": ["POURS"], "FREQ": ["A"], "TERRITOIRE": ["fr_met"]},
        ),
        "$.select.SEXE", "the codes that are summed must be selected",
    ),
    "summed over time": (the_map(aggregate={"over": ["TIME_PERIOD"], "reason": "x"}), "$.aggregate.over", "summed over"),
    "type of no dimension": (
        the_map(types=[small.a_type({"OBS_STATUS": "A"}, small.INDICATORS["POURS"])]), "$.types[0].cells", "not a dimension",
    ),
    "type of no code": (
        the_map(types=[small.a_type({"leg": "PROSECUTE"}, small.INDICATORS["POURS"])]), "$.types[0].cells.leg", "PROSECUTED",
    ),
    "conversion of another indicator": (
        the_map(types=[{
            **small.a_type({}, small.INDICATORS["POURS"]),
            "conversions": [{"kind": "flag_D", "reason": "x", "indicators": ["STOCK"]}],
        }]),
        "$.types[0].conversions[0].indicators", "STOCK is not selected by this map",
    ),
    "not provided": (
        the_map(not_provided=[{"cells": {"leg": "CASE"}, "kind": "other-house", "reason": "x"}]),
        "$.not_provided[0].cells.leg", "Nearest: CASES",
    ),
    "total over no dimension": (
        calculation(kind="total", over="OBS_STATUS", parts=["A"]), "$.calculations[0].over", "not a dimension",
    ),
    "a part that does not exist": (calculation(kind="total", over="sex", parts=["M", "W"]), "$.calculations[0].parts", "'W' is not in"),
    "a total of itself": (
        calculation(kind="total", over="sex", parts=["M", "T"]), "$.calculations[0].parts", "'T' is made of itself",
    ),
    "a total without its code": (
        calculation(kind="total", over="leg", parts=["PROSECUTED"]), "$.calculations[0].set", "The code of leg that is made is missing",
    ),
    "a formula on no code": (
        calculation(kind="formula", over="sex", expression="M + W"), "$.calculations[0].expression", "'W' is not in",
    ),
    "a condition on no code": (
        calculation(kind="total", over="sex", parts=["M", "F"], where={"unit": ["NB"]}), "$.calculations[0].where.unit", "'NB'",
    ),
    "a condition that leaves a part out": (
        calculation(kind="total", over="sex", parts=["M", "F"], where={"sex": ["M"]}), "$.calculations[0].where.sex", "'F' is read",
    ),
    "a result that is its operand": (calculation(kind="lag", years=1), "$.calculations[0].where", "could be what it reads"),
    "a status that does not exist": (
        calculation(kind="total", over="sex", parts=["M", "F"], status="Z"), "$.calculations[0].status", "'Z' is not in",
    ),
}  # fmt: skip


def test_the_map_that_the_cases_change_loads():
    assert len(load(small.files()).maps) == 1


@pytest.mark.parametrize("case", MAPS)
def test_what_a_map_cannot_do(case):
    map_, path, says = MAPS[case]
    files = small.files(map_)
    if not any(c.get("map") == "sexe_to_sex.csv" for c in map_["components"]):
        del files[small.SEXES]
    with pytest.raises(BadDefinition) as caught:
        load(files)
    error = caught.value
    assert (error.file, error.parameter) == (small.MAP, path)
    assert says in error.text()


POPULATIONS = {
    "no such flow": ({"dataflow": "SSER:POPP(1.0.0)"}, "dataflow", "Nearest: SSER:POP(1.0.0)"),
    "no such component": ({"select": {"SEXE": ["T"]}}, "select", "'SEXE' is not a component of SSER:POP(1.0.0)"),
    "no such code": ({"select": {"INDICATEUR": ["POP"]}}, "select.INDICATEUR", "'POP' is not in"),
    "two denominators": ({"select": {"FREQ": ["A", "M"]}}, "select.FREQ", "a rate has one denominator"),
    "no indicator": ({"select": {"FREQ": ["A"]}}, "select", "The INDICATEUR of the population is missing"),
    "two fields": (
        {"select": {"INDICATEUR": ["POP_1JAN"], "TERRITOIRE": ["fr_all"]}}, "territory",
        "The rows selected cover fr_all, found fr_met",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", POPULATIONS)
def test_what_a_population_cannot_be(case):
    changed, place, says = POPULATIONS[case]
    population = {"dataflow": "SSER:POP(1.0.0)", "select": {"INDICATEUR": ["POP_1JAN"]}, "territory": "fr_met"}
    rate = {"kind": "rate", "where": {"unit": ["NR"]}, "set": {"unit": "P_HTHAB"}, "factor": 100000, "decimals": 2}
    error = refused(calculation(**rate, population=population | changed))
    assert error.parameter == f"$.calculations[0].population.{place}"
    assert says in error.text()


TABLES = {
    # what is wrong: (rows, line, column, what the message says)
    "a source code that does not exist": (
        (MEN, "3,F,r2,exact,exact,,,verified,,"), 3, "source:SEXE", "'3' is not in SSER:CL_SEXE(1.0.0), the list of SEXE.",
    ),
    "a target code that does not exist": (
        (MEN, "2,FF,r2,exact,exact,,,verified,,"), 3, "target:sex", "'FF' is not in SSER:CL_SEX(1.0.0), the list of sex. Nearest: F",
    ),
    "a pattern that matches no code": (
        (MEN, "F.*,F,r2,regex,exact,,,verified,,"), 3, "source:SEXE", "regex 'F.*' matches no code of SEXE",
    ),
    "a group that makes no code": (
        (MEN, r"([29]),X\1,r2,regex,exact,,,verified,,"), 3, "target:sex", "'X2' is not in SSER:CL_SEX(1.0.0)",
    ),
    "a substring that no code has": (
        (MEN, "Z,F,r2,substring:1-1,exact,,,verified,,"), 3, "source:SEXE", "substring 'Z' matches no code of SEXE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_rows_name_codes_that_exist(case):
    rows, line, column, says = TABLES[case]
    error = refused(sexes=small.table(SEXES, *rows))
    assert (error.file, error.row, error.column) == (small.SEXES, line, column)
    assert says in error.text()


def test_a_group_of_a_pattern_may_make_codes_that_exist():
    codes = small.codelist("CL_SEX", "M", "F", "T", "S1", "S2")
    files = small.files(sexes=small.table(SEXES, r"([12]),S\1,r1,regex,exact,,,verified,,"))
    assert load(files | {small.path(codes): dump_file(codes)}).maps


def test_a_row_may_leave_an_optional_attribute_empty_but_not_a_dimension():
    table = small.table(
        "source:SEXE,target:sex,target:COMMENT_OBS",
        "1,M,,r1,exact,exact,,,verified,,",
        "2,,men,r2,exact,exact,,,verified,,",
    )
    map_ = the_map(
        components=[
            {**c, "target": ["sex", "COMMENT_OBS"]} if c["source"] == ["SEXE"] else c
            for c in small.the_map()["components"]
        ]
    )
    error = refused(map_, sexes=table)
    assert (error.row, error.column, error.message) == (3, "target:sex", "sex needs a value.")


def test_an_empty_attribute_is_a_source_value():
    table = small.table(
        "source:CONF,target:COMMENT_OBS", "C1,secret,r1,exact,exact,,,verified,,", ",free,r2,exact,exact,,,verified,,"
    )
    files = small.files(components({"source": ["CONF"], "target": ["COMMENT_OBS"], "map": "conf.csv"}))
    assert load(files | {"mappings/BODY/conf.csv": table}).maps


def test_a_broader_source_goes_out_with_the_flag_d_or_not_at_all():
    """QR-MAP-02: the row of POURS is broader; the type of its cell declares the flag. Without that, it does not load."""
    load(small.files())
    error = refused(sexes=small.table(SEXES, MEN.replace("exact,exact", "exact,broader"), WOMEN))
    assert (error.file, error.row, error.column) == (small.SEXES, 2, "kind")
    assert "broader than the target" in error.text()
    assert "flag_D" in error.text()
    types = [small.a_type({"leg": "PROSECUTED"}, small.INDICATORS["POURS"]), *small.the_map()["types"][1:]]
    assert "broader than the target" in refused(the_map(types=types)).text()  # like onto like, and yet broader
