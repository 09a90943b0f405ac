"""The rows of a mapped table and of earlier releases, as cells of one system that a reader of all of them can write down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

from greffe.arrow import integer, pa, text
from greffe.catalogue.policies.identities import Identity
from greffe.catalogue.related_cells import Cells
from greffe.catalogue.relations import Key, Relations
from greffe.engine import Connection, quoted
from greffe.linear.system import Equation, System
from greffe.protection.linked import Linked, Side, exact, links
from greffe.protection.primary import RULE

FREE: Final = "F"
SECONDARY: Final = "D"


@dataclass(frozen=True)
class Earlier:
    """A release of the same dataflow that was public: its data and, where it hid something, the values apart."""

    name: str
    data: Path
    confidential: Path | None = None


@dataclass(frozen=True)
class Rows:
    """Cells of one dataset. `values` in whole units, None where unknown; `rules`: what made them primary."""

    keys: Sequence[Key]
    values: Sequence[int | None]
    published: Sequence[bool]
    conf: Sequence[str]
    rules: Sequence[str]
    name: str = ""  # of the release, '' for the draft
    flow: str = ""  # of the draft


@dataclass
class Joined:
    """The system of a draft and the releases before it. A cell of several datasets with one value is one cell: what is known of
    it from one of them is known. `draft`: number of the cell of each row of the draft."""

    system: System
    draft: list[int]
    followers: list[tuple[int, int]]
    told_by: dict[int, set[str]] = field(default_factory=dict)  # cell → earlier releases that publish it
    conf: dict[int, tuple[str, str]] = field(default_factory=dict)  # hidden cell → status, rule


def read_rows(connection: Connection, table: str, relations: Relations, unit: int, name: str = "") -> Rows:
    """The rows of a table with the columns dimensions, TIME_PERIOD, v (whole, in the last decimal), OBS_VALUE, CONF_STATUS,
    RULE. `unit`: what v is divided by."""
    keys = ", ".join(quoted(c) for c in (*relations.dims, "TIME_PERIOD"))
    found = connection.execute(
        f"SELECT {keys}, v, published, coalesce(CONF_STATUS, '{FREE}'), {RULE} FROM {quoted(table)} ORDER BY {keys}"
    ).fetchall()
    width = len(relations.dims) + 1
    return Rows(
        [tuple(map(text, row[:width])) for row in found],
        [None if row[width] is None else integer(row[width]) // unit for row in found],
        [bool(row[width + 1]) for row in found],
        [text(row[width + 2]) for row in found],
        [text(row[width + 3]) for row in found],
        name,
    )


def put(connection: Connection, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A temporary table of text: `columns` as they are called, `rows` in any number (at once, not one by one)."""
    named = {c: pa.array([row[n] for row in rows], pa.string()) for n, c in enumerate(columns)}
    connection.register(f"{name}_arrow", pa.table(named))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM {quoted(f'{name}_arrow')}")
    connection.unregister(f"{name}_arrow")


def joined(
    relations: Relations,
    draft: Rows,
    earlier: Sequence[Rows],
    linked: Sequence[tuple[Linked, Rows]] = (),
    identities: Sequence[Identity] = (),
) -> Joined:
    """One system of all datasets. `linked`: other dataflows, joined by `identities`; their cells are others."""
    number: dict[tuple[Key, int | str], int] = {}
    system = System([], [], [])
    found = Joined(system, [], [])
    seen: set[tuple[tuple[tuple[int, int], ...], bool]] = set()
    sides: dict[str, list[Side]] = {}
    own = [(relations, "", draft), *((relations, "", rows) for rows in earlier)]
    for of, flow, rows in (*own, *((one.relations, one.dataflow, rows) for one, rows in linked)):
        places = [
            _place(number, system, (flow, *key) if flow else key, value, rows.name)
            for key, value in zip(rows.keys, rows.values, strict=True)
        ]
        if flow or not sides:  # of the draft's own dataflow the draft alone: its cells are those of the releases before
            sides.setdefault(flow, []).append(Side(of.dims, rows.keys, places))
        for n, published in zip(places, rows.published, strict=True):
            if published:
                system.known[n] = True
                if rows.name:
                    found.told_by.setdefault(n, set()).add(rows.name)
        for n, conf, rule in zip(places, rows.conf, rows.rules, strict=True):
            if conf != FREE:
                found.conf.setdefault(n, (conf, rule))
        cells = Cells(of, rows.keys, rows.values)
        for one in cells.equations():
            terms = tuple((places[n], factor) for n, factor in one.terms)
            if (terms, one.loose) not in seen:
                seen.add((terms, one.loose))
                system.equations.append(Equation(terms, one.loose, one.name))
        found.followers += [(places[a], places[b]) for a, b in cells.followers()]
    found.draft = list(sides[""][0].places)
    for identity in identities:
        left, right = ("" if f.dataflow == draft.flow else f.dataflow for f in (identity.left, identity.right))
        for mine, theirs in product(sides.get(left, ()), sides.get(right, ())) if exact(identity) else ():
            for terms in links(identity, mine, theirs, system.values):
                system.equations.append(Equation(terms, False, identity.id))
    return found


def _place(number: dict[tuple[Key, int | str], int], system: System, key: Key, value: int | None, name: str) -> int:
    identity = (key, f"unknown in {name}" if value is None else value)
    if identity not in number:
        number[identity] = len(system.values)
        system.values.append(value)
        system.known.append(False)
    return number[identity]


def rows_by_cell(found: Joined) -> Mapping[int, int]:
    """Row of the draft by the number of its cell."""
    return {cell: row for row, cell in enumerate(found.draft)}
