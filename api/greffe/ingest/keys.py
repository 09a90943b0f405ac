"""QR-KEY-01 and versions: a key stands once in a version, and the highest version of a key counts (D4).

Keys are compared by two 64-bit hashes of their words in opposite orders (128 bits together: no two of a million million
keys are expected to meet), so that millions of them fit into memory; only rows whose first hash occurs twice are looked
at again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from greffe.arrow import integer
from greffe.engine import Connection, quoted
from greffe.ingest.report import MOST_ERRORS, TooManyErrors
from greffe.ingest.spellings import Layout
from greffe.ingest.sql import PROBLEMS, Values, add_rows, number
from greffe.ingest.stage import STAGED
from greffe.ingest.words import ambiguous

PART: Final = 1_000_000  # rows whose keys are compared at a time
SHARED: Final = "ingest_shared"  # first hashes that more than one row has
REPEATED: Final = "ingest_repeated"  # row, version and both hashes of rows that share a key with another
SUPERSEDED: Final = "ingest_superseded"  # row: a higher version of its key stands in the file
DOUBLES: Final = "ingest_doubles"  # one line per key and version that stands more than once
RULE: Final = "QR-KEY-01"


def check_keys(connection: Connection, layout: Layout, rows: int) -> Iterator[int]:
    """Doubled keys become problems; the table SUPERSEDED says which rows a later version replaces. `rows`: how many are staged;
    the keys of PART of them or so are compared at a time, and how many that makes is told. Raises TooManyErrors.

    Rows that differ are all refused, with the other versions of their key: none of them can stand for it. Of rows that
    are alike in everything, all but the first are. Rows with an unreadable version are left to the check of versions.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {SUPERSEDED} (row BIGINT)")
    parts = -(-rows // PART)
    for part in range(parts):
        if _find_repeated(connection, layout, part, parts):
            connection.execute(
                f"INSERT INTO {SUPERSEDED} SELECT r.row FROM {REPEATED} r JOIN "
                f"(SELECT a, b, max(version) AS highest FROM {REPEATED} GROUP BY a, b) USING (a, b) WHERE r.version < highest"
            )
            _find_doubles(connection, layout)
            if number(connection, f"SELECT count(*) FROM {DOUBLES}"):
                _report(connection, layout)
        yield rows * (part + 1) // parts


def _find_repeated(connection: Connection, layout: Layout, part: int, parts: int) -> bool:
    """The table REPEATED for one part of the keys; whether there are any. Memory goes by the keys of a part, and not by rows:
    that one key stands in all of them is found before its rows are laid down."""
    values = Values()
    same = ambiguous(connection)
    words = [_canonical(values, column, same.get(column, {})) for column in layout.key]
    version = layout.column("VERSION")
    of_version = f"TRY_CAST({quoted(version)} AS BIGINT)" if version else "1"
    hashed = f"SELECT *, hash({', '.join(words)}) AS a FROM {STAGED}"
    mine = f"({hashed}) WHERE a % {parts} = {part}" if parts > 1 else f"({hashed})"
    keys = f"SELECT row, {of_version} AS version, a, hash({', '.join(reversed(words))}) AS b FROM {mine}"
    values.run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE {SHARED} AS SELECT a FROM {mine} GROUP BY a HAVING count(*) > 1",
    )
    if not number(connection, f"SELECT count(*) FROM {SHARED}"):
        return False
    repeated = f"SELECT k.* FROM ({keys}) k SEMI JOIN {SHARED} USING (a) WHERE version IS NOT NULL"
    times = f"SELECT count(*) - 1 AS n, min(row) AS first FROM ({repeated}) GROUP BY a, b, version HAVING count(*) > 1"
    more, first = values.run(connection, f"SELECT coalesce(sum(n), 0), min(first) FROM ({times})")[0]
    if integer(more) > MOST_ERRORS:
        raise TooManyErrors(RULE, layout.value, integer(first))
    values.run(connection, f"CREATE OR REPLACE TEMP TABLE {REPEATED} AS {repeated}")
    return True


def _canonical(values: Values, column: str, same: Mapping[str, str]) -> str:
    """SQL: the word to compare by: '' and _Z, a code and its original spelling are one."""
    if not same:
        return quoted(column)
    cases = " ".join(f"WHEN {values.add(word)} THEN {values.add(least)}" for word, least in same.items())
    return f"CASE {quoted(column)} {cases} ELSE {quoted(column)} END"


def _find_doubles(connection: Connection, layout: Layout) -> None:
    """Per key and version: first and last row, how many, and whether they say different things."""
    carried = [c for c in layout.columns if c not in layout.key]
    told = ", ".join(f"s.{quoted(c)}" for c in carried)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {DOUBLES} AS SELECT a, b, version, min(row) AS first, max(row) AS last, "
        f"count(*) AS times, min(told) <> max(told) AS differs FROM (SELECT r.*, hash({told}) AS told FROM {REPEATED} r "
        f"SEMI JOIN (SELECT a, b, version FROM {REPEATED} GROUP BY ALL HAVING count(*) > 1) USING (a, b, version) "
        f"JOIN {STAGED} s USING (row)) GROUP BY a, b, version"
    )


def _report(connection: Connection, layout: Layout) -> None:
    found = f"s.{quoted(layout.value)}"
    rows = f"FROM {REPEATED} r JOIN {DOUBLES} d USING (a, b, version) JOIN {STAGED} s USING (row)"
    values = Values()
    several = values.add("one value per key and version; see also row ")
    others = f"concat({several}, CASE WHEN s.row = d.first THEN d.last ELSE d.first END)"
    add_rows(
        connection, values, rule=RULE, column=layout.value, found=found, expected=others,
        says="is one of several for this key: two values for one key", rows=f"{rows} WHERE d.differs",
    )  # fmt: skip
    values = Values()
    once = values.add("each key once in a version; it stands in row ")
    add_rows(
        connection, values, rule=RULE, column=layout.value, found=found, expected=f"concat({once}, d.first)",
        says="stands in another row already: duplicate key", rows=f"{rows} WHERE NOT d.differs AND s.row > d.first",
    )  # fmt: skip
    values = Values()
    other = values.add("a version of this key that has one value; see row ")
    add_rows(
        connection, values, rule=RULE, column=layout.value, found=found, expected=f"concat({other}, d.first)",
        says="cannot stand for its key: two values for one key in another version",
        rows=f"FROM {REPEATED} r JOIN (SELECT a, b, min(first) AS first FROM {DOUBLES} WHERE differs GROUP BY a, b) d "
        f"USING (a, b) JOIN {STAGED} s USING (row) ANTI JOIN (SELECT row FROM {PROBLEMS} WHERE rule = '{RULE}') USING (row)",
    )  # fmt: skip
