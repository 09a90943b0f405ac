"""Small pieces of SQL that several steps share; codes and numbers travel as parameters or tables, never as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from greffe.arrow import pa
from greffe.engine import Connection, quoted
from greffe.errors import BadInput

Value = str | int | list[str]
SHORT: Final = 2_000  # rows


class Parameters:
    """The parameters of one statement. Adding a value gives the text that stands for it."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}

    def add(self, value: Value) -> str:
        """`$p1`, with its type when it is not text."""
        name = f"p{len(self.values) + 1}"
        self.values[name] = value
        return f"CAST(${name} AS HUGEINT)" if isinstance(value, int) else f"${name}"

    def used(self, statement: str) -> dict[str, Value]:
        """Those that stand in a statement: the engine refuses others."""
        return {name: self.values[name] for name in re.findall(r"\$(p[0-9]+)", statement)}

    def among(self, expression: str, codes: Sequence[str]) -> str:
        """`expression` is one of the codes."""
        return f"{expression} IN ({', '.join(self.add(c) for c in codes)})" if codes else "FALSE"


def condition(parameters: Parameters, cells: Mapping[str, Sequence[str]], prefix: str = "") -> str:
    """Every component has one of its codes: a WHERE clause, TRUE when nothing is asked."""
    parts = [parameters.among(prefix + quoted(component), codes) for component, codes in cells.items()]
    return " AND ".join(parts) or "TRUE"


def fill_table(connection: Connection, name: str, columns: Mapping[str, Sequence[str | None]]) -> None:
    """A temporary table of texts. A short one travels as parameters, in a fourth of the time that registering takes."""
    if max(map(len, columns.values()), default=0) <= SHORT:
        lists = {f"c{n}": list(cells) for n, cells in enumerate(columns.values())}
        named = ", ".join(f"unnest(CAST($c{n} AS VARCHAR[])) AS {quoted(c)}" for n, c in enumerate(columns))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {named}", lists)
        return
    arrow = f"{name}_arrow"
    table = pa.table({c: pa.array(list(v), type=pa.string()) for c, v in columns.items()})
    connection.register(arrow, table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM {quoted(arrow)}")
    connection.unregister(arrow)


def exists(connection: Connection, query: str, parameters: Parameters | None = None) -> bool:
    """The query has a row."""
    values = parameters.values if parameters else {}
    return connection.execute(f"SELECT 1 FROM ({query}) LIMIT 1", values).fetchone() is not None


def columns(connection: Connection, table: str) -> tuple[str, ...]:
    """The names of the columns of a table or view."""
    described = connection.execute(f"SELECT * FROM {quoted(table)} LIMIT 0").description or []
    return tuple(str(column[0]) for column in described)


def scale(connection: Connection, table: str) -> int:
    """Decimals of OBS_VALUE. Raises BadInput when it is no DECIMAL: numbers never pass through a double (D17)."""
    described = connection.execute(f"SELECT OBS_VALUE FROM {quoted(table)} LIMIT 0").description or []
    kind = str(described[0][1]) if described else ""
    if not kind.startswith("DECIMAL("):
        raise BadInput(f"OBS_VALUE of {table} is {kind}, not DECIMAL.")
    return int(kind.rstrip(")").split(",")[1])


def decimals_of(text: str) -> str:
    """SQL: digits after the point of a plain decimal text."""
    return f"CASE WHEN position('.' IN {text}) = 0 THEN 0 ELSE length({text}) - position('.' IN {text}) END"


def fewest(value: str, digits: int) -> str:
    """SQL: decimals of a DECIMAL(38,digits) without its trailing zeros."""
    written = f"CAST({value} AS VARCHAR)"
    return f"({digits} - length({written}) + length(rtrim({written}, '0')))" if digits else "0"


def written(value: str, digits: int, decimals: str) -> str:
    """SQL: canonical text of a DECIMAL(38,digits) with that many decimals, at most `digits`; no exponent."""
    text = f"CAST({value} AS VARCHAR)"
    if not digits:
        return text
    cut = f"({digits} - least({decimals}, {digits}) + CASE WHEN {decimals} <= 0 THEN 1 ELSE 0 END)"
    return f"left({text}, length({text}) - {cut})"
