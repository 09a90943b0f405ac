"""Out and in again is the same map, whatever stands in its cells."""

from __future__ import annotations

from examples import examples
from exchange_tools import mapping_sets
from hypothesis import given, settings

from greffe.catalogue.representation_dump import dump_representation
from greffe.catalogue.representation_files import read_representation
from greffe.mapping.exchange.difference import difference
from greffe.mapping.exchange.files import WRITERS, map_of, read


@settings(max_examples=examples(100), deadline=None)
@given(mapping_sets())
def test_the_csv_file_gives_its_map_back(base):
    assert read_representation(dump_representation(base.table), base.table.file) == base.table


def _comes_back(form, base):
    content = WRITERS[form](base)
    found = read(content, "file", base)
    assert found.problems == ()
    assert found.table == base.table
    assert found.content == dump_representation(base.table)
    assert found.signed == base.signed
    assert found.notes == ()
    assert difference(base.table, found.table) == ()
    assert map_of(content, "file") == str(base.table.reference)
    assert WRITERS[form](base) == content


@settings(max_examples=examples(90), deadline=None)
@given(base=mapping_sets())
def test_out_to_sssom_and_in_again_is_the_same_map(base):
    _comes_back("sssom", base)


@settings(max_examples=examples(15), deadline=None)
@given(base=mapping_sets())
def test_out_to_a_workbook_and_in_again_is_the_same_map(base):
    _comes_back("xlsx", base)
