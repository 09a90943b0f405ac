"""What differs between two structures, in sentences that are right for one and for many."""

from __future__ import annotations

import pytest
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.vtl_rules import rule_schemes
from greffe.model.references import Reference, Urn
from greffe.model.structures import Codelist, Component, DataStructure, Item, Representation
from greffe.model.transformations import RulesetScheme
from greffe.validation.structural.breaks import breaks
from greffe.validation.structural.sides import Side, Used

CONCEPT = Urn("conceptscheme", Reference("SSER", "CS"), "X")
LIST = Urn("codelist", Reference("SSER", "OFFENCES"))


def side(*attributes: str, codes: str = "A") -> Side:
    """A structure of one dimension with those attributes, and its list."""
    made = [Component(a, CONCEPT, Representation(), "attribute", False, ("OBS_VALUE",)) for a in attributes]
    dimension = Component("iccs", CONCEPT, Representation(LIST))
    structure = DataStructure(Reference("SSER", "X"), {}, dimensions=(dimension,), attributes=tuple(made))
    items = tuple(Item(c, {}) for c in codes.split())
    return Side(structure, {"iccs": Codelist(LIST.reference, {}, items=items)}, {})


def told(mine: Side, theirs: Side) -> list[tuple[str, str]]:
    return [(f.messages["en"], f.messages["fr"]) for f in breaks(mine, theirs, Used())]


def test_an_attribute_of_ours():
    assert told(side("FOOTNOTE"), side()) == [
        (
            "Undeclared component: FOOTNOTE is an attribute of ours and none of theirs.",
            "Composant non déclaré : FOOTNOTE est chez nous (attribut) et n’est pas chez eux.",
        )
    ]


@pytest.mark.parametrize(
    ("codes", "en", "fr"),
    [
        ("A B", "iccs has 1 new code: B.", "iccs a 1 nouveau code : B."),
        ("A B C", "iccs has 2 new codes: B, C.", "iccs a 2 nouveaux codes : B, C."),
    ],
)
def test_one_new_code_or_several(codes, en, fr):
    assert told(side(), side(codes=codes)) == [(f"Changed code: {en}", f"Code changé : {fr}")]


def test_rulesets_say_the_sum_of_their_parts_in_french():
    names = {
        (scheme.reference.id, item.id): item.names["fr"]
        for scheme in rule_schemes(shipped_catalogue())
        if isinstance(scheme, RulesetScheme)
        for item in scheme.items
    }
    assert names["VTL_RULES_ESTAT_CRIM_JUST_SEX", "QR_SUM_01"] == "QR-SUM-01 : le total est la somme des sexes"
    assert names["VTL_RULES_ESTAT_CRIM_JUST_AGE", "QR_SUM_02"].endswith("est la somme des majeurs et des mineurs")
    assert not [name for name in names.values() if "de les" in name]
