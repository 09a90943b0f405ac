"""Policy tables: what is wrong in one is said with its file, row and column."""

from dataclasses import replace
from decimal import Decimal

import pytest
from shipped_maps import shipped as shipped_catalogue

from greffe.catalogue.cell_coherence import check_breaks
from greffe.catalogue.policies.read import read_policies
from greffe.errors import BadDefinition
from greffe.settings import shipped

FILE = "mappings/policies/thresholds.csv"
HEADER = "rule,name,value,unit,confidence,reason,reference"
ROW = 'QR-PLA-01,change,25,percent,recalled,"What is usual, and a little more.",'


def read(*lines, file=FILE):
    return read_policies({file: "\n".join((*lines, "")).encode()})


def test_a_threshold_is_read_as_it_stands():
    """A row of the table becomes an exact number with its reason."""
    found, *others = read(HEADER, ROW).thresholds
    assert (found.rule, found.name, found.value, found.unit) == ("QR-PLA-01", "change", Decimal(25), "percent")
    assert found.reason == "What is usual, and a little more."
    assert all((o.rule, o.name) != (found.rule, found.name) for o in others)


@pytest.mark.parametrize(
    ("lines", "row", "column", "message"),
    [
        ((HEADER, ROW, ROW), 3, "name", "QR-PLA-01 has a threshold change already."),
        ((HEADER, ROW.replace("25", "1e3")), 2, "value", "'1e3' is no plain decimal number."),
        ((HEADER, ROW.replace("25", "many")), 2, "value", "'many' is no plain decimal number."),
        ((HEADER, ROW.replace("25", "")), 2, "value", "'' is no plain decimal number."),
        ((HEADER, ROW.replace("percent", " percent")), 2, "unit", "' percent' begins or ends with a blank."),
        ((HEADER, ROW.replace("recalled", "")), 2, "confidence", "It is empty."),
        ((HEADER, ROW + ","), 2, "", "7 cells are expected, found 8."),
        ((HEADER.replace("value", "valeur"), ROW), 1, "valeur", "The header is another one."),
        ((HEADER.removesuffix(",reference"), ROW), 1, "reference", "The header is another one."),
        ((), 1, "rule", "The header is another one."),
        ((HEADER, ROW.replace("PLA-01", "PLA-10")), 2, "rule", "No rule QR-PLA-10 has thresholds."),
        ((HEADER, ROW.replace("change", "chance")), 2, "name", "QR-PLA-01 has no threshold chance."),
        ((HEADER, ROW.replace("percent", "points")), 2, "unit", "The unit of QR-PLA-01 change is percent."),
        ((HEADER, ROW.replace("25", "-25")), 2, "value", "-25 is negative."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(lines, row, column, message):
    """File, row and column are named."""
    with pytest.raises(BadDefinition) as refused:
        read(*lines)
    assert (refused.value.file, refused.value.row, refused.value.column or "") == (FILE, row, column)
    assert refused.value.message == message


def test_a_file_that_no_policy_reads_is_refused():
    """It would be overlooked."""
    with pytest.raises(BadDefinition) as refused:
        read(HEADER, ROW, file="mappings/policies/threshold.csv")
    assert refused.value.nearest[0] == FILE


def test_what_is_near_an_unknown_threshold_is_told():
    """The nearest names of that rule."""
    with pytest.raises(BadDefinition) as refused:
        read(HEADER, ROW.replace("change", "chang"))
    assert refused.value.nearest[0] == "change"


def test_a_threshold_that_a_table_lacks_is_as_shipped():
    """A house decided when QR-PLA-02 had no threshold yet: what it decided holds, and the newer rule has a number."""
    whole = (shipped("mappings") / "policies/thresholds.csv").read_text(encoding="utf-8")
    (line,) = [line for line in whole.splitlines() if line.startswith("QR-PLA-01,change,25,")]
    kept = [other for other in whole.splitlines() if not other.startswith("QR-PLA-02,") and other != line]
    limits = read(*kept, line.replace(",25,", ",30,")).limits
    assert (limits["QR-PLA-01", "change"], limits["QR-PLA-02", "least"]) == (30, 1000)


def test_where_no_table_is_what_is_shipped_is_in_force():
    """An older house has none."""
    assert read_policies({}).limits["QR-PLA-01", "change"] == 25


@pytest.mark.parametrize("rule", ["XSR-01", "QR-XSR-1", "QR-XSR-012", "qr-xsr-01", "JUST_SEX_AGE"])
def test_the_rule_of_an_identity_is_named_as_rules_are(rule):
    file = shipped("mappings") / "policies" / "identities.csv"
    place = "mappings/policies/identities.csv"
    head, first, *_ = file.read_text(encoding="utf-8").splitlines()
    with pytest.raises(BadDefinition) as told:
        read(head, first.replace("QR-XSR-01", rule), file=place)
    assert (told.value.file, told.value.row, told.value.column) == (place, 2, "rule")
    assert f"{rule!r} is no rule." in told.value.message


BREAKS = "mappings/policies/breaks.csv"
BREAK_HEADER = "break_id,flow,cells,periods,explains,reason_fr,reason_en,confidence,reference"
BREAK = "B1,INT_JUSTICE,INDICATEUR=MIN_POURS|PEN_PQ_POURS;AGE=MIN,2021;2021-Q4,any,Nouveau code.,New code.,recalled,"


def test_a_break_is_read_as_it_stands():
    """The first period of each frequency; the reason in both languages, and as it travels."""
    (found,) = read(BREAK_HEADER, BREAK, file=BREAKS).breaks
    assert found.cells == {"INDICATEUR": ("MIN_POURS", "PEN_PQ_POURS"), "AGE": ("MIN",)}
    assert found.periods == ("2021", "2021-Q4")
    assert found.explains == "any"
    assert found.comment == "Break in series: New code."
    assert found.words == {"en": "Break in series: New code.", "fr": "Rupture de série : Nouveau code."}


@pytest.mark.parametrize(
    ("lines", "row", "column", "message"),
    [
        ((BREAK, BREAK), 3, "break_id", "B1 stands in line 2 already."),
        ((BREAK.replace("2021-Q4", "2021-Q5"),), 2, "periods", "'2021-Q5' is no period."),
        ((BREAK.replace("2021-Q4", "2021"),), 2, "periods", "A period stands twice."),
        ((BREAK.replace("2021;2021-Q4", ""),), 2, "periods", "It is empty."),
        ((BREAK.replace("AGE=MIN", "AGE"),), 2, "cells", "'AGE' is not written COMPONENT=CODE."),
        ((BREAK.replace("AGE=", "INDICATEUR="),), 2, "cells", "INDICATEUR stands twice."),
        ((BREAK.replace("Nouveau code.", ""),), 2, "reason_fr", "It is empty."),
        ((BREAK.replace(",any,", ",all,"),), 2, "explains", "'all' is not known here."),
        ((BREAK.replace("recalled", "sure"),), 2, "confidence", "'sure' is not known here."),
    ],
)
def test_a_break_that_cannot_be_read_is_refused_with_its_place(lines, row, column, message):
    with pytest.raises(BadDefinition) as refused:
        read(BREAK_HEADER, *lines, file=BREAKS)
    assert (refused.value.file, refused.value.row, refused.value.column) == (BREAKS, row, column)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("change", "column", "message", "near"),
    [
        (("INT_JUSTICE", "INT_JUSTIC"), "flow", "", "INT_JUSTICE"),
        (("AGE=", "AGES="), "cells", "AGES is no dimension of INT_JUSTICE.", "AGE"),
        (("MIN_POURS|", "MIN_POUR|"), "cells", "'MIN_POUR' is no code of INDICATEUR.", "MIN_POURS"),
    ],
)
def test_a_break_of_what_is_not_there_is_refused_with_what_is_near(change, column, message, near):
    """By the catalogue as shipped, with that row."""
    books = replace(shipped_catalogue(), policies=read(BREAK_HEADER, BREAK.replace(*change), file=BREAKS))
    with pytest.raises(BadDefinition) as refused:
        check_breaks(books)
    assert (refused.value.file, refused.value.row, refused.value.column) == (BREAKS, 2, column)
    assert not message or refused.value.message == message
    assert refused.value.nearest[0] == near
