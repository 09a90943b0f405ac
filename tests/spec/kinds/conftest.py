"""`map_rows`: a table of internal observations in, a map, the table of the recipient out."""

from dataclasses import replace

import pytest
from small_maps import POPULATION, SOURCE_DIMENSIONS, catalogue, fetch, load, parse, rows_of

from greffe.engine import opened
from greffe.mapping.apply import apply
from greffe.settings import EngineSettings


@pytest.fixture(scope="session")
def connection(tmp_path_factory):
    """A safe connection."""
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


@pytest.fixture
def map_rows(connection):
    """Apply a map to a text table and compare with another, in the columns that it names; gives what apply said."""

    def check(source, map_, expected, population="INDICATEUR | OBS_VALUE", decimals=2, source_decimals=2, breaks=()):
        load(connection, "source_rows", rows_of(source), source_decimals)
        load(connection, "people", rows_of(population), 0)
        books = catalogue(source_decimals, decimals, breaks)
        mapped = apply(connection, map_, books, "source_rows", {POPULATION: "people"}, "mapped")
        wanted = parse(expected)
        columns = list(wanted[0]) if wanted else expected.split("|")
        columns = [c.strip() for c in columns]
        found = [tuple("-" if row[c] is None else row[c] for c in columns) for row in fetch(connection, "mapped")]
        assert sorted(found) == sorted(tuple(row[c] for c in columns) for row in wanted)
        assert mapped.selected == mapped.mapped + sum(u.rows for u in mapped.unmapped)
        in_one_pass(rows_of(source), map_, books, mapped)
        return mapped

    def in_one_pass(rows, map_, books, mapped):
        """Rows whose keys are known to be unique are brought together first: the same comes out, to the last finding."""
        if len({tuple(r[d] for d in (*SOURCE_DIMENSIONS, "TIME_PERIOD")) for r in rows}) < len(rows):
            return
        again = apply(connection, map_, books, "source_rows", {POPULATION: "people"}, "mapped_again", unique=True)
        assert replace(again, table="mapped") == mapped
        alike = "SELECT count(*) FROM (FROM {} EXCEPT ALL FROM {})".format
        for one, other in (("mapped", "mapped_again"), ("mapped_again", "mapped")):
            assert connection.execute(alike(one, other)).fetchone() == (0,)

    return check
