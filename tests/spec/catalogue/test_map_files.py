"""A structure map is a YAML file; what is unknown, missing, doubled or of the wrong type is refused with its line."""

from __future__ import annotations

import pytest
import small_catalogue as small

from greffe.catalogue.load import load
from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import BadDefinition
from greffe.model.maps import Aggregate, Calculation, Conversion, NotProvided, Population
from greffe.model.references import Reference

RATE = {
    "id": "rate",
    "kind": "rate",
    "where": {"unit": ["NR"]},
    "set": {"unit": "P_HTHAB"},
    "factor": 100000,
    "decimals": 2,
    "population": {"dataflow": "SSER:POP(1.0.0)", "select": {"INDICATEUR": ["POP_1JAN"]}, "territory": "fr_met"},
}


def the_map(**changed):
    """The map with some keys replaced; None leaves a key out."""
    found = small.the_map() | changed
    return {key: value for key, value in found.items() if value is not None}


def read(map_):
    """The map, loaded."""
    return next(iter(load(small.files(map_)).maps.values()))


def refused(content):
    """The error of loading a map, given as plain values or as the text of the file."""
    files = small.files()
    files[small.MAP] = content.encode() if isinstance(content, str) else small.as_yaml(content)
    with pytest.raises(BadDefinition) as caught:
        load(files)
    assert caught.value.file == small.MAP
    return caught.value


def test_a_map_says_what_is_read_how_and_why():
    map_ = read(
        the_map(
            aggregate={"over": ["SEXE"], "reason": "both sexes"},
            calculations=[RATE],
            types=[
                {**t, "cells": {**t["cells"], "unit": u}, "counting_unit": unit or t["counting_unit"]}
                for t in small.the_map()["types"]
                for u, unit in (("NR", ""), ("P_HTHAB", "ratio"))
            ],
            not_provided=[{"cells": {"leg": "CASES"}, "kind": "other-house", "reason": "not ours"}],
        )
    )
    assert (map_.source, map_.target) == (Reference("SSER", "INT"), Reference("SSER", "OUT"))
    assert map_.select["INDICATEUR"] == ("POURS", "CONDAMNES")
    assert [(c.sources, c.targets, c.map and c.map.file) for c in map_.components][:3] == [
        (("FREQ",), ("freq",), None),
        (("TIME_PERIOD",), ("TIME_PERIOD",), None),
        (("INDICATEUR",), ("leg",), small.LEGS),
    ]
    assert map_.types[0].conversions == (Conversion("flag_D", "Persons count once a case."),)
    assert map_.aggregate == Aggregate(("SEXE",), "both sexes")
    population = Population(Reference("SSER", "POP"), {"INDICATEUR": ("POP_1JAN",)}, "fr_met")
    assert map_.calculations == (
        Calculation("rate", "rate", {"unit": ("NR",)}, {"unit": "P_HTHAB"}, factor=100000, decimals=2, population=population),
    )  # fmt: skip
    assert map_.not_provided == (NotProvided({"leg": "CASES"}, "other-house", "not ours"),)


def _component(**changed):
    return [*small.the_map()["components"][:-1], {"source": ["TERRITOIRE"], "target": ["TERRITORY"], **changed}]


def _type(**changed):
    found = {**small.the_map()["types"][1], **changed}
    return [small.the_map()["types"][0], {key: value for key, value in found.items() if value is not None}]


def _rate(**changed):
    return [{key: value for key, value in (RATE | changed).items() if value is not None}]


CASES = {
    # what is wrong: (changed keys, path, what the message says)
    "unknown key": ({"fixd": {}}, "$", "'fixd' is not known here. Nearest: fixed"),
    "missing key": ({"provider": None}, "$", "'provider' is missing"),
    "a code that YAML reads as a truth value": ({"fixed": {"unit": True}}, "$.fixed.unit", "found True. Put it in quotes"),
    "a code that YAML reads as a number": (
        {"select": {"SEXE": [1]}}, "$.select.SEXE[0]", "A text is expected here, found 1. Put it in quotes",
    ),
    "a list for a text": ({"id": ["MAP"]}, "$.id", "A text is expected"),
    "a text for a list": ({"select": {"SEXE": "1"}}, "$.select.SEXE", "A list is expected"),
    "nothing selected": ({"select": {"SEXE": []}}, "$.select.SEXE", "At least one"),
    "a code twice": ({"select": {"SEXE": ["1", "1"]}}, "$.select.SEXE", "'1' stands twice"),
    "no reference": ({"target": "OUT"}, "$.target", "'OUT' is not a reference"),
    "unknown scope": ({"scope": "miror"}, "$.scope", "Nearest: mirror"),
    "no version": ({"version": "v1"}, "$.version", "not a version"),
    "copy of two": ({"components": _component(source=["STATUT", "CONF"])}, "$.components[5]", "Only one component"),
    "no such table": (
        {"components": _component(map="sexe_to_sexx.csv")}, "$.components[5].map", "Nearest: sexe_to_sex.csv",
    ),
    "a table outside": ({"components": _component(map="../../etc/x.csv")}, "$.components[5].map", "There is no file"),
    "other columns": (
        {"components": _component(map="sexe_to_sex.csv")}, "$.components[5].source", "columns of mappings/BODY/sexe",
    ),
    "type without moment": ({"types": _type(moment=None)}, "$.types[1]", "'moment' is missing"),
    "unknown unit": ({"types": _type(counting_unit="persons")}, "$.types[1].counting_unit", "Nearest: person"),
    "unknown conversion": (
        {"types": _type(conversions=[{"kind": "flag_d", "reason": "x"}])}, "$.types[1].conversions[0].kind", "flag_D",
    ),
    "conversion without reason": (
        {"types": _type(conversions=[{"kind": "flag_D"}])}, "$.types[1].conversions[0]", "'reason' is missing",
    ),
    "aggregate without reason": ({"aggregate": {"over": ["SEXE"]}}, "$.aggregate", "'reason' is missing"),
    "unknown calculation": ({"calculations": _rate(kind="ratio")}, "$.calculations[0].kind", "'ratio' is not known"),
    "rate without population": ({"calculations": _rate(population=None)}, "$.calculations[0]", "'population' is missing"),
    "rate without decimals": ({"calculations": _rate(decimals=None)}, "$.calculations[0]", "'decimals' is missing"),
    "rate with parts": ({"calculations": _rate(parts=["M"])}, "$.calculations[0]", "'parts' is not known"),
    "calculation twice": ({"calculations": [RATE, RATE]}, "$.calculations[1].id", "'rate' stands twice"),
    "a formula that cannot be read": (
        {"calculations": [{"id": "x", "kind": "formula", "over": "sex", "expression": "M +", "set": {"sex": "T"}}]},
        "$.calculations[0].expression", "cannot be read",
    ),
    "a formula that rounds": (
        {"calculations": [{"id": "x", "kind": "formula", "over": "sex", "expression": "M / F", "set": {"sex": "T"}}]},
        "$.calculations[0]", "must declare its decimals",
    ),
    "not provided without reason": (
        {"not_provided": [{"cells": {"leg": "CASES"}, "kind": "other-house"}]}, "$.not_provided[0]", "'reason' is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_map_may_not_say(case):
    changed, path, says = CASES[case]
    error = refused(the_map(**changed))
    assert error.parameter == path
    assert says in error.text()


TEXTS = {
    "a key twice": ("id: A\nnames: {en: x}\nid: B\n", 3, "'id' stands twice"),
    "an alias": ("id: A\nnames: &n {en: x}\nfixed: *n\n", 2, "Anchors and aliases are not read here"),
    "an anchor after é and before a tag": ("id: é\nnames: é\nfixed: &n !!str n\n", 3, "Anchors and aliases"),
    "a tag that is plain": ("id: A\nnames: !!str 12\n", 2, "The tag tag:yaml.org,2002:str is not read"),
    "no truth value": ("id: A\nnames: !!bool foo\n", 2, "The tag tag:yaml.org,2002:bool is not read"),
    "no moment": ("id: A\nnames: !!timestamp foo\n", 2, "The tag tag:yaml.org,2002:timestamp is not read"),
    "no number": ("id: A\nnames: [!!int '']\n", 2, "The tag tag:yaml.org,2002:int is not read"),
    "no decimal number": ("id: A\n? !!float ''\n: 1\n", 2, "The tag tag:yaml.org,2002:float is not read"),
    "a tag without a name": ("id: A\nnames: ! x\n", 2, "is not read"),
    "no day": ("id: A\nnames: 2001-13-45\n", 2, "'2001-13-45' is no value that can be read"),
    "no digits": ("id: A\nnames: 0x_\n", 2, "'0x_' is no value that can be read"),
    "a number of 6,000 digits": ("id: A\nnames: 0x" + "f" * 6_000 + "\n", 2, "more than 100 characters"),
    "a number in sixties": ("id: A\nnames: 1:" + "59:" * 3_000 + "1\n", 2, "more than 100 characters"),
    "a long key": (f"id: A\n{'x' * 900}: {{{'y' * 99}: [1, 2]}}\n", 2, "below a key that is too long"),
    "a control": ("id: A\nnames: \a\n", 2, "It is not YAML: control characters are not allowed"),
    "3 MB": ("# " + "x" * (3 << 20), None, "It is larger than 2 MiB"),
    "not YAML": ("id: [A\n", 2, "It is not YAML"),
    "an anchor behind two marks": ("\ufeff" * 2 + "id: &x A\nnames: *x\n", 1, "Anchors and aliases are not read here"),
    "an alias behind three marks": ("\ufeff" * 3 + "id: *x\n", 1, "Anchors and aliases are not read here"),
    "an anchor on a whole file behind a mark": (
        "\ufeff" * 2 + "&x {id: A}\n",
        1,
        "Anchors and aliases are not read here",
    ),
    "a tag behind two marks": ("\ufeff" * 2 + "id: !!str 1\n", 1, "The tag tag:yaml.org,2002:str is not read"),
    "a version": ("%YAML 1.1\n---\nid: A\n", 1, "directives are not read here"),
    "a version behind two marks": ("\ufeff" * 2 + "%YAML 1.1\n---\nid: A\n", 1, "directives are not read here"),
    "a directive behind a separator": ("id: A\n...\u2028%TAG ! x\n", 3, "directives are not read here"),
    "60,000 directives": ("".join(f"%TAG !a{n}! x:{n}\n" for n in range(60_000)), 1, "directives are not read here"),
    "60,000 directives after it": (
        "id: A\n...\n" + "".join(f"%TAG !a{n}! x:\n" for n in range(60_000)),
        3,
        "directives",
    ),
    "a million keys of nothing": ("?\n" * (1 << 20), 2, "The key None stands twice"),
    "a million values": ("[" + "a," * 1_000_000 + "a]", 1, "more than 50000 values and keys"),
    "a hundred thousand keys": (
        "".join(f"k{n}: 1\n" for n in range(100_000)),
        25_000,
        "more than 50000 values and keys",
    ),
    "two documents": ("id: A\n---\nid: B\n", 2, "It is not YAML"),
    "an object of Python": (
        "id: !!python/object:os.system {}\n",
        1,
        "The tag tag:yaml.org,2002:python/object:os.system is not read",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_plain_yaml(case):
    text, line, says = TEXTS[case]
    error = refused(text)
    assert error.row == line
    assert says in error.message


@pytest.mark.parametrize(("content", "row"), [("id: A\n".encode("utf-16"), 1), (b"id: A\nnames: \xff\n", 2)])
def test_yaml_is_utf_8(content, row):
    with pytest.raises(BadDefinition, match="It is not UTF-8 at byte") as found:
        read_yaml(content, "x.yaml")
    assert found.value.row == row


def test_a_mark_of_utf_8_moves_no_place():
    """What is first at the place of a value is no tag and no anchor, whatever stands before it."""
    said = "\ufeff# é!&😀\na: é!\nb: [x&, 'y!', \"!!\", '&a']\nc:\n- {d: , e: 1}\n- 'f'\n"
    value = {"a": "é!", "b": ["x&", "y!", "!!", "&a"], "c": [{"d": None, "e": 1}, "f"]}
    assert read_yaml(said.encode(), "x.yaml").value == value


def test_lines_are_those_of_the_file():
    text = small.as_yaml(small.the_map()).decode()
    line = text.splitlines().index("provider: SSER") + 1
    assert refused(text.replace("provider: SSER", "provider: 1")).row == line
