"""Indicators without any target: named one by one with the reason, refused when a map reads them all the same."""

from __future__ import annotations

import pytest
import small_catalogue as small

from greffe.catalogue.load import load
from greffe.catalogue.no_target import NO_TARGET, unexplained
from greffe.errors import BadDefinition

ROW = "STOCK,n1,exact,not-available,2008-01-01,,recalled,Nobody asks it.,M999"


def with_rows(*rows, columns="source:INDICATEUR"):
    return small.files() | {NO_TARGET: small.table(columns, *rows)}


def test_an_indicator_that_nobody_asks_says_why():
    (row,) = load(with_rows(ROW)).no_target
    assert (row.sources[0].value, row.kind, row.valid_from) == ("STOCK", "not-available", "2008-01-01")
    assert (row.reason, row.reference, row.confidence) == ("Nobody asks it.", "M999", "recalled")


def test_what_no_map_reads_and_no_row_explains_is_told():
    assert "STOCK" in unexplained(load(small.files()))
    assert "POURS" not in unexplained(load(small.files()))  # a map reads it
    assert "STOCK" not in unexplained(load(with_rows(ROW)))


@pytest.mark.parametrize(
    ("rows", "columns", "says", "place"),
    [
        ((ROW.replace("STOCK", "STOKC"),), "source:INDICATEUR", "'STOKC' is not an internal indicator", "source:INDICATEUR"),
        ((ROW.replace("STOCK", "POURS"),), "source:INDICATEUR", f"POURS has no target here, and {small.MAP} reads it", "source:INDICATEUR"),
        ((ROW, ROW.replace("n1", "n2")), "source:INDICATEUR", "STOCK stands in line 2 already", "source:INDICATEUR"),
        ((ROW.replace("not-available", "exact"),), "source:INDICATEUR", "A row of kind exact needs a target", "kind"),
        ((ROW.replace("exact", "regex"),), "source:INDICATEUR", "An indicator is named, not matched", "match"),
        ((ROW,), "source:SEXE", "One column source:INDICATEUR is expected, found SEXE", ""),
        ((ROW.replace("STOCK", "STOCK,A"),), "source:INDICATEUR,target:leg", "The column is not known", "target:leg"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(rows, columns, says, place):
    with pytest.raises(BadDefinition) as caught:
        load(with_rows(*rows, columns=columns))
    assert says in caught.value.message
    assert (caught.value.file, caught.value.column) == (NO_TARGET, place)


def body(**changed):
    one = {"table": "crim_x", "kind": "other-house", "confidence": "recalled", "reason": "Theirs.", "reference": "M101"}
    recipient = {"id": "BODY", "names": {"en": "A body"}, "dataflows": ["SSER:OUT(1.0.0)"]}
    return small.files() | {
        "mappings/BODY/recipient.yaml": small.as_yaml(recipient | {"not_provided": [one | changed]})
    }


def test_a_recipient_names_the_tables_that_another_house_provides():
    (recipient,) = load(body()).recipients
    (table,) = recipient.not_provided
    assert (table.table, table.kind, table.reason, table.reference) == ("crim_x", "other-house", "Theirs.", "M101")


@pytest.mark.parametrize(("key", "value"), [("kind", "elsewhere"), ("confidence", "sure"), ("tabel", "crim_y")])
def test_a_table_left_out_is_said_in_known_words(key, value):
    with pytest.raises(BadDefinition) as caught:
        load(body(**{key: value}))
    assert caught.value.file == "mappings/BODY/recipient.yaml"
    assert caught.value.parameter.startswith("$.not_provided[0]")
    assert value in caught.value.message or key in caught.value.message
