"""Policy tables: what is wrong in one is said with its file, row and column."""

from decimal import Decimal

import pytest

from greffe.catalogue.policies.read import read_policies
from greffe.errors import BadDefinition

FILE = "mappings/policies/thresholds.csv"
HEADER = "rule,name,value,unit,confidence,reason,reference"
ROW = 'QR-PLA-01,change,25,percent,recalled,"What is usual, and a little more.",'


def read(*lines, file=FILE):
    return read_policies({file: "\n".join((*lines, "")).encode()})


def test_a_threshold_is_read_as_it_stands():
    """A row of the table becomes an exact number with its reason."""
    (found,) = read(HEADER, ROW).thresholds
    assert (found.rule, found.name, found.value, found.unit) == ("QR-PLA-01", "change", Decimal(25), "percent")
    assert found.reason == "What is usual, and a little more."


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
    assert refused.value.nearest == (FILE,)
