"""Policy tables: what is wrong in one is said with its file, row and column."""

from decimal import Decimal

import pytest

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
