"""Which declared calculations load: order, cycles, weights, units, periods, working cells, published absences (D16, D17)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import small_catalogue as small

from greffe.catalogue.artefact_json import dump_file, read_message
from greffe.catalogue.from_standard import map_files
from greffe.catalogue.load import load
from greffe.errors import BadDefinition
from greffe.model.artefacts import Annotation

STATUSES = small.codelist("CL_OBS_STATUS", "A", "P", "D", "E", "L", "M")
UNITS = small.codelist("CL_UNIT", "NR", "P_HTHAB", "TH")
CONVICTED = small.INDICATORS["CONDAMNES"]


def the_map(*calculations, types=(), **changed):
    """The small map with calculations, and a type for whatever they make."""
    found = small.the_map()
    found["types"] = [*found["types"], *types]
    return found | {"calculations": list(calculations)} | changed


EXACT = small.table(
    "source:INDICATEUR,target:leg",
    "POURS,PROSECUTED,r1,exact,exact,,,recalled,,",
    "CONDAMNES,CONVICTED,r2,exact,exact,,,recalled,,",
    "STOCK,HELD,r3,exact,exact,,,recalled,,",
)  # no row is broader than its target: no flag is asked for


def loaded(map_, indicators=None, **tables):
    """The map, read."""
    files = small.files(map_, **tables) | {small.path(a): dump_file(a) for a in (STATUSES, UNITS)}
    if indicators:
        declared = small.indicators(small.INDICATORS | indicators)
        files[small.path(declared)] = dump_file(declared)
    return next(iter(load(files).maps.values()))


def refused(map_, indicators=None):
    """The error of loading it."""
    with pytest.raises(BadDefinition) as caught:
        loaded(map_, indicators)
    return caught.value


def total(id_, parts, made, over="sex", **more):
    return {"id": id_, "kind": "total", "over": over, "parts": parts, "set": {over: made}, **more}


def split(**changed):
    found = {
        "id": "shares", "kind": "split", "over": "sex", "whole": "M", "weights": {"F": "1/3", "T": "2/3"}, "decimals": 0,
        "reason": "Shares of a survey.", "reference": "M001",
    } | changed  # fmt: skip
    return {key: value for key, value in found.items() if value is not None}


def convert(**changed):
    found = {
        "id": "thousands", "kind": "convert", "factor": "1/1000", "decimals": 1, "where": {"unit": ["NR"]},
        "set": {"unit": "TH"}, "reason": "Asked in thousands.",
    } | changed  # fmt: skip
    return {key: value for key, value in found.items() if value is not None}


def calendar(**changed):
    found = {
        "id": "year", "kind": "calendar", "from": "M", "to": "A", "method": "sum", "where": {"freq": ["M"]},
        "set": {"freq": "A"},
    } | changed  # fmt: skip
    return {key: value for key, value in found.items() if value is not None}


def test_every_kind_loads_as_it_is_declared():
    """Weights and factors are exact; a split is always estimated."""
    shares = loaded(the_map(split())).calculations[0]
    assert (str(shares.weights["F"]), shares.status, shares.reference) == ("1/3", "E", "M001")
    assert str(loaded(the_map(convert())).calculations[0].factor) == "1/1000"
    rest = {"id": "rest", "kind": "complement", "over": "sex", "whole": "M", "parts": ["F"], "set": {"sex": "T"}}
    assert loaded(the_map(rest)).calculations[0].whole == "M"


def test_every_kind_comes_back_from_the_standard_form():
    """Calculations, working codes and published absences stand in annotations of the standard's structure map."""
    rest = {"id": "rest", "kind": "complement", "over": "sex", "whole": "M", "parts": ["F"], "set": {"sex": "T"}}
    mean = calendar(method="mean", decimals=0, least=11, reason="No stock of January was taken.")
    for changed in (
        {"calculations": [split()]},
        {"calculations": [convert()]},
        {"calculations": [convert(factor=1000, decimals=None)]},
        {"calculations": [rest], "working": {"sex": ["M"]}},
        {"calculations": [mean], "select": BY_MONTH, "types": MEANS},
        {"not_provided": [ABSENT]},
    ):
        files = small.files(small.the_map() | changed) | {small.path(a): dump_file(a) for a in (STATUSES, UNITS)}
        declared = small.indicators(small.INDICATORS | STOCK if "select" in changed else small.INDICATORS)
        files[small.path(declared)] = dump_file(declared)
        first = load(files)
        again = load({**files, **map_files(list(first.artefacts.values()), "maps")})
        for field in ("calculations", "working", "not_provided"):
            assert [getattr(m, field) for m in again.maps.values()] == [getattr(m, field) for m in first.maps.values()]
            assert getattr(next(iter(first.maps.values())), field) or field not in changed


SELECT = small.the_map()["select"]
BY_MONTH = {**small.the_map()["select"], "FREQ": ["M"]}


def test_flows_are_summed_over_time_when_they_add_up_over_it():
    """ADDITIVE_OVER of CONDAMNES does not name time; when it does, months make a year."""
    error = refused(the_map(calendar(), select=BY_MONTH))
    assert error.message == "CONDAMNES does not add up over time (QR-TYP-03)."
    both = {"CONDAMNES": (*CONVICTED[:6], "SEXE;time")}
    assert loaded(the_map(calendar(), select=BY_MONTH), both).calculations[0].from_ == "M"


STOCK = {
    "POURS": (*small.INDICATORS["POURS"][:2], "stock_1jan", *small.INDICATORS["POURS"][3:6], "SEXE;time"),
    "CONDAMNES": (*CONVICTED[:2], "stock_1jan", *CONVICTED[3:6], "SEXE;time"),
}
MEANS = [
    one
    for leg, indicator in (("PROSECUTED", "POURS"), ("CONVICTED", "CONDAMNES"))
    for words in [("person", *STOCK[indicator][1:])]
    for one in (
        small.a_type({"leg": leg, "freq": "M"}, words, flag_D="Persons count once a case."),
        small.a_type({"leg": leg, "freq": "A"}, (*words[:2], "mean", *words[3:])),
    )
]


@pytest.mark.parametrize(
    ("method", "makes", "says"),
    [
        ("sum", "stock_1jan", "makes moment stock_1jan"),
        ("last", "stock_31dec", "makes moment stock_31dec"),
        ("mean", "stock_1jan", "makes moment stock_1jan"),
        ("mean", "mean", ""),
        ("first", "stock_1jan", ""),
    ],
)
def test_stocks_are_not_summed(method, makes, says):
    """A mean of stocks is a mean; the first and the last stay the stocks of their day."""
    types = []
    for leg, indicator in (("PROSECUTED", "POURS"), ("CONVICTED", "CONDAMNES")):
        words = ("person", *STOCK[indicator][1:])
        types.append(small.a_type({"leg": leg, "freq": "M"}, words, flag_D="Persons count once a case."))
        types.append(small.a_type({"leg": leg, "freq": "A"}, (*words[:2], makes, *words[3:])))
    one = calendar(method=method, decimals=2 if method == "mean" else None)
    map_ = small.the_map() | {"select": BY_MONTH, "types": types, "calculations": [one]}
    if says:
        assert says in refused(map_, STOCK).message
    else:
        assert loaded(map_, STOCK).calculations


def test_months_become_days_and_persons_never_cases():
    """The pair of units bounds the factor; another pair is refused whatever the factor."""
    declared = {i: ("month", *small.INDICATORS[i][1:]) for i in ("POURS", "CONDAMNES")}
    legs = (("PROSECUTED", "POURS"), ("CONVICTED", "CONDAMNES"))

    def made(factor, unit):
        types = [small.a_type({"leg": leg, "unit": "NR"}, declared[i]) for leg, i in legs]
        types += [small.a_type({"leg": leg, "unit": "TH"}, (unit, *declared[i][1:])) for leg, i in legs]
        return small.the_map() | {"types": types, "calculations": [convert(factor=factor)]}

    assert loaded(made("30.4375", "day"), declared, legs=EXACT).calculations
    assert loaded(made("1/1000", "month"), declared, legs=EXACT).calculations
    error = refused(made("12", "day"), declared)
    assert error.message == "thousands makes month into day with the factor 12."
    assert "no factor does that" in refused(made("30.4375", "case"), declared).message
    word = [small.a_type({"leg": leg}, ("day", *declared[i][1:]), flag_D="by word") for leg, i in legs]
    error = refused(small.the_map() | {"types": word}, declared)
    assert error.hint == "A figure is not turned from month into day by a word: add a calculation of kind convert."


CIRCLE = (
    total("a", ["HELD"], "CASES", "leg"), total("b", ["PROSECUTED", "CASES"], "HELD", "leg"),
)  # fmt: skip


def test_a_circle_is_refused_with_its_path():
    error = refused(the_map(*CIRCLE))
    assert error.message == (
        "The calculations go round in a circle: a → b → a (a reads what b makes, b reads what a makes)."
    )
    assert error.parameter == "$.calculations[0]"


def test_what_comes_later_is_not_read():
    error = refused(the_map(total("a", ["HELD"], "CASES", "leg"), total("b", ["PROSECUTED"], "HELD", "leg")))
    assert error.message == "a reads what b makes, and that comes later."
    assert error.hint == "Put b before a."


def test_two_calculations_do_not_make_one_cell():
    error = refused(the_map(total("a", ["M", "F"], "T"), total("b", ["F"], "T")))
    assert error.message == "a and b both make the cell leg=PROSECUTED, sex=T."


def test_one_calculation_does_not_make_a_cell_twice():
    error = refused(the_map({"id": "a", "kind": "convert", "factor": 2, "reason": "r", "where": {"leg": ["CONVICTED",
        "PROSECUTED"]}, "set": {"leg": "HELD"}}, types=[small.a_type({"leg": "HELD"}, CONVICTED)]))  # fmt: skip
    assert error.message == "a makes the cell leg=HELD twice: of leg=PROSECUTED and of leg=CONVICTED."


CASES = {
    # what is wrong: (calculation, path, what the message says)
    "weights of 11/12": (
        split(weights={"F": "1/3", "T": "7/12"}), "$.calculations[0].weights", "add up to 11/12, not to 1",
    ),
    "weights as floats": (split(weights={"F": 0.5, "T": 0.5}), "$.calculations[0].weights.F", 'Put it in quotes: "30.4375"'),
    "a weight of zero": (split(weights={"F": "0", "T": "1"}), "$.calculations[0].weights.F", "above zero"),
    "one share": (split(weights={"T": "1"}), "$.calculations[0].weights", "At least two shares"),
    "a share of itself": (split(weights={"M": "0.5", "F": "0.5"}), "$.calculations[0].weights", "'M' is the whole"),
    "an unknown share": (split(weights={"F": "0.5", "X": "0.5"}), "$.calculations[0].weights", "'X' is not in"),
    "no justification": (split(reason=None), "$.calculations[0]", "'reason' is missing"),
    "no reference": (split(reference=None), "$.calculations[0]", "'reference' is missing"),
    "no decimals": (split(decimals=None), "$.calculations[0]", "'decimals' is missing"),
    "a factor that rounds": (convert(decimals=None), "$.calculations[0]", "must declare its decimals"),
    "a factor below zero": (convert(factor="-2"), "$.calculations[0].factor", "An exact number above zero"),
    "months of a year backwards": (calendar(**{"from": "S", "to": "Q"}), "$.calculations[0].to", "make A, not Q"),
    "a mean without decimals": (calendar(method="mean"), "$.calculations[0]", "A mean rounds"),
    "a sum of what is there": (calendar(least=11), "$.calculations[0].least", "Only a mean"),
    "a rest of itself": (
        {"id": "r", "kind": "complement", "over": "sex", "whole": "M", "parts": ["M"], "set": {"sex": "T"}},
        "$.calculations[0].parts", "'M' is the whole",
    ),
    "an origin as id": (convert(id="mapped"), "$.calculations[0].id", "choose another id"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_calculation_may_not_say(case):
    calculation, path, says = CASES[case]
    error = refused(the_map(calculation))
    assert (error.parameter, error.file) == (path, small.MAP)
    assert says in error.text()


def test_a_linear_formula_adds_like_to_like():
    """Person-cases and persons are not subtracted; a quotient of them is another matter."""
    types = [
        small.a_type({"leg": "PROSECUTED"}, small.INDICATORS["POURS"]), small.a_type({"leg": "CONVICTED"}, CONVICTED),
        small.a_type({"leg": "HELD"}, CONVICTED),
    ]  # fmt: skip
    formula = {"id": "f", "kind": "formula", "over": "leg", "set": {"leg": "HELD"}}
    map_ = small.the_map() | {"types": types}
    error = refused(map_ | {"calculations": [formula | {"expression": "CONVICTED - PROSECUTED"}]})
    assert error.message == "f adds counting_unit person_case (leg=PROSECUTED) and person (leg=CONVICTED)."
    quotient = formula | {"expression": "CONVICTED / PROSECUTED", "decimals": 2}
    assert "divides, and the cell leg=HELD counts person" in refused(map_ | {"calculations": [quotient]}).message
    types[2] = types[2] | {"counting_unit": "ratio"}
    assert loaded(map_ | {"calculations": [quotient]}, legs=EXACT)


def test_a_whole_and_its_part_are_not_added():
    """T holds M and F: their sum counts men twice; T less F is a complement, and right."""
    files = small.files(small.the_map()) | {small.path(a): dump_file(a) for a in (STATUSES, UNITS)}
    (path,) = [p for p in files if p.endswith("CL_SEX.json")]
    (sexes,) = read_message(files[path], path)
    noted = tuple(replace(i, annotations=(Annotation("TOTAL_OF", "*"),)) if i.id == "T" else i for i in sexes.items)
    files[path] = dump_file(replace(sexes, items=noted))
    both = small.table("source:SEXE,target:sex", "1,M,r1,exact,exact,,,verified,,", "2,T,r2,exact,exact,,,verified,,")
    formula = {"id": "f", "kind": "formula", "over": "sex", "set": {"sex": "F"}}
    for expression, says in (("M + T", "T contains it"), ("T - M", "")):
        map_ = the_map(formula | {"expression": expression})
        changed = {**files, small.MAP: small.files(map_)[small.MAP], small.SEXES: both}
        if not says:
            assert load(changed).maps
            continue
        with pytest.raises(BadDefinition, match=says):
            load(changed)


def test_what_is_computed_does_not_add_up():
    """A percentage is computed again after a sum, never added, subtracted, shared out or summed over time."""
    percent = small.a_type({"leg": "CASES"}, ("percent", *CONVICTED[1:]))
    share = {"id": "p", "kind": "formula", "over": "leg", "set": {"leg": "CASES"}, "decimals": 1,
             "expression": "100 * CONVICTED / PROSECUTED"}  # fmt: skip
    for id_, more in (
        ("t", total("t", ["M", "F"], "T", where={"leg": ["CASES"]})),
        ("y", calendar(id="y", where={"leg": ["CASES"], "freq": ["M"]})),
    ):
        map_ = small.the_map() | {"calculations": [share, more], "select": BY_MONTH if id_ == "y" else SELECT}
        error = refused(map_ | {"types": [*map_["types"], percent]})
        assert f"{id_} would add percent" in error.message


def test_a_share_is_no_formula_and_no_unit():
    """A coefficient between like things is a split in disguise; a factor that keeps the unit is a power of ten."""
    formula = {"id": "f", "kind": "formula", "over": "sex", "set": {"sex": "T"}, "decimals": 0}
    for expression in ("0.037 * M", "0.6 * M + 0.6 * F", "M + 1000", "M + F + F"):
        error = refused(the_map(formula | {"expression": expression}))
        assert error.message == "A formula without a quotient adds and subtracts codes, each once and whole."
    assert "has more than 36 characters" in refused(the_map(formula | {"expression": f"{'9' * 60} * M / F"})).message
    for factor in ("0.037", 2):
        assert "and keeps the unit" in refused(the_map(convert(factor=factor))).message


def test_names_and_numbers_that_cannot_be():
    """An id is a name in VTL too, and a year has twelve months."""
    assert "is no name in VTL" in refused(the_map(total("both-sexes", ["M", "F"], "T"))).message
    mean = calendar(method="mean", decimals=0, least=13, reason="Why not.")
    assert refused(the_map(mean)).message == "There are 12 periods M in one A."


def test_a_working_code_is_read_or_refused():
    """It need not be the recipient's; without a reader it would be a row that silently disappears."""
    legs = small.table("source:INDICATEUR,target:leg", "POURS,W_POURS,r1,exact,broader,,,recalled,,",
                       "CONDAMNES,CONVICTED,r2,exact,exact,,,recalled,,")  # fmt: skip
    formula = {"id": "f", "kind": "formula", "over": "leg", "expression": "W_POURS", "set": {"leg": "PROSECUTED"}}
    found = the_map(
        formula, types=[small.a_type({"leg": "W_POURS"}, ("person", *small.INDICATORS["POURS"][1:]), flag_D="x")]
    )
    found["working"] = {"leg": ["W_POURS"]}
    files = small.files(found, legs=legs) | {small.path(a): dump_file(a) for a in (STATUSES, UNITS)}
    assert next(iter(load(files).maps.values())).working == {"leg": ("W_POURS",)}
    error = refused(small.the_map() | {"working": {"leg": ["HELD"]}})
    assert error.message == "'HELD' is a working code, and no calculation names it among what it reads."
    assert "is not a component" in refused(small.the_map() | {"working": {"legg": ["HELD"]}}).message


ABSENT = {
    "cells": {"leg": "HELD", "sex": "T"}, "kind": "not-available", "reason": "Not held.", "publish": True,
}  # fmt: skip


def test_a_published_absence_names_a_whole_key():
    """What is fixed or copied of one code need not be said again."""
    assert loaded(small.the_map() | {"not_provided": [ABSENT | {"periods": ["2022"]}]}).not_provided[0].publish
    for changed, path, says in (
        ({"cells": {"leg": "HELD"}}, "$.not_provided[0].cells", "names every dimension; sex is not named"),
        ({"kind": "other-house"}, "$.not_provided[0].publish", "not ours to publish"),
        ({"periods": ["2022-13"]}, "$.not_provided[0].periods", "is not a time period"),
        ({"publish": False, "periods": ["2022"]}, "$.not_provided[0].periods", "Add publish: true"),
        (
            {"cells": {**ABSENT["cells"], "unit": "TH"}},
            "$.not_provided[0].cells.unit",
            "unit is NR in every observation",
        ),
    ):
        error = refused(small.the_map() | {"not_provided": [ABSENT | changed]})
        assert error.parameter == path
        assert says in error.text()
    wide = {**small.the_map()["select"], "TERRITOIRE": ["fr_met", "fr_all"]}
    error = refused(small.the_map() | {"select": wide, "not_provided": [ABSENT]})
    assert error.message == "The mandatory attribute TERRITORY of a published cell is not known."


def test_a_published_absence_may_name_the_attributes_it_is_written_with():
    """The cell says its own field; status, reason and confidentiality are not for it to say."""
    wide = small.the_map()
    named = {**ABSENT["cells"], "TERRITORY": "fr_met"}
    assert loaded(wide | {"not_provided": [ABSENT | {"cells": named}]}).not_provided[0].cells["TERRITORY"] == "fr_met"
    for changed, says in (
        ({"cells": {**named, "OBS_STATUS": "A"}}, "OBS_STATUS comes from the kind, the reason and the pipeline."),
        ({"cells": {**named, "TERRITORY": "fr_moon"}}, "fr_moon"),
        ({"cells": named, "publish": False}, "TERRITORY is not a dimension of the target."),
    ):
        assert says in refused(wide | {"not_provided": [ABSENT | changed]}).message
