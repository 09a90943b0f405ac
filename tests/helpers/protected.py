"""A table of persons by place, offence, sex and age, with all its margins, and what protects it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.identities import Figures, Identity
from greffe.catalogue.policies.protection import ProtectionRule
from greffe.catalogue.relations import relations_of
from greffe.model.findings import Finding
from greffe.model.maps import CellType, StructureMap
from greffe.model.references import Reference, Urn
from greffe.model.structures import Codelist, Component, Dataflow, DataStructure, Item, Representation
from greffe.protection.linked import Linked
from greffe.protection.primary import Target
from greffe.protection.protect import Policy, protect
from greffe.protection.rounding import APART
from greffe.protection.suppress import suppress
from greffe.protection.tables import Earlier

FLOW = "OBS_PERSONS"
THRESHOLD = ProtectionRule(
    "P-1", "*", "all", ("person",), (), "threshold", 5, 0, ("", ""), "suppress", 0, "Small counts."
)
SUB_NATIONAL = ProtectionRule(
    "P-2", "*", "sub-national", ("person",), (), "threshold", 5, 0, ("", ""), "suppress", 0, "Small counts."
)
ROUNDED = ProtectionRule("P-3", "*", "all", ("person",), (), "threshold", 5, 0, ("", ""), "round", 5, "Small counts.")
DIMS = ("sex", "age", "iccs", "geo", "unit")
Key = tuple[str, ...]


@dataclass(frozen=True)
class World:
    catalogue: Catalogue
    structure: DataStructure
    map: StructureMap


def world(offences: int = 3, regions: Mapping[str, Sequence[str]] | None = None) -> World:
    """Code lists: sexes, ages, offences below TOTAL, departments below regions below FR, counts and rates."""
    places = [("FR", "")]
    for region, departments in (regions or {}).items():
        places += [(region, "FR"), *((d, region) for d in departments)]
    lists = {
        "sex": [("T", ""), ("M", ""), ("F", "")],
        "age": [("TOTAL", ""), ("ADULT", ""), ("JUV", "")],
        "iccs": [("TOTAL", ""), *((f"ICCS{n:02}", "TOTAL") for n in range(1, offences + 1))],
        "geo": places,
        "unit": [("NR", ""), ("P_HTHAB", "")],
    }
    concept = Urn("conceptscheme", Reference("SSER", "CS"), "X")
    artefacts = {}
    components = []
    for id_, codes in lists.items():
        list_ = Codelist(
            Reference("SSER", f"CL_{id_.upper()}"), {}, items=tuple(Item(c, {}, parent=p) for c, p in codes)
        )
        artefacts[list_.kind, list_.reference] = list_
        components.append(Component(id_, concept, Representation(list_.urn)))
    structure = DataStructure(
        Reference("SSER", FLOW),
        {},
        dimensions=tuple(components),
        time=Component("TIME_PERIOD", concept, Representation(), "time"),
        measures=(Component("OBS_VALUE", concept, Representation(decimals=2), "measure"),),
        attributes=tuple(
            Component(a, concept, Representation(), "attribute", False, ("OBS_VALUE",))
            for a in ("OBS_STATUS", "CONF_STATUS", "COMMENT_OBS")
        ),
    )
    flow = Dataflow(Reference("SSER", FLOW), {}, structure=structure.urn)
    artefacts[structure.kind, structure.reference] = structure
    artefacts[flow.kind, flow.reference] = flow
    type_ = CellType({"unit": "NR"}, "person", "all", "flow_year", "main", "fr_met_drom", "out")
    map_ = StructureMap(
        Reference("SSER", "MAP"),
        "map.yaml",
        {},
        Reference("SSER", "INT"),
        flow.reference,
        "SSER",
        "mirror",
        {},
        (),
        {},
        (type_,),
    )
    return World(Catalogue(artefacts, {}, (), "checksum"), structure, map_)


def totals(cells: Mapping[Key, int], parents: Sequence[Mapping[str, str]]) -> dict[Key, int]:
    """Every cell with all its margins: in each place of a key a code or one of those above it."""
    found: dict[Key, int] = {}
    for key, value in cells.items():
        above = []
        for code, parent in zip(key, parents, strict=True):
            line = [code]
            while line[-1] in parent:
                line.append(parent[line[-1]])
            above.append(line)
        for one in product(*above):
            found[one] = found.get(one, 0) + value
    return found


@dataclass
class Protected:
    """A table after protection: (sex, age, iccs, geo, unit, period) → value (None: hidden), and CONF_STATUS."""

    values: dict[Key, str | None]
    conf: dict[Key, str]
    status: dict[Key, str]
    findings: tuple[Finding, ...]
    apart: dict[Key, str]

    @property
    def hidden(self) -> set[Key]:
        return {k for k, v in self.values.items() if v is None}


def protected(
    here: World,
    cells: Iterable[tuple[Key, int]],
    rules: Sequence[ProtectionRule] = (THRESHOLD,),
    earlier: Sequence[Earlier] = (),
    marked: Iterable[Key] = (),
    folder: Path | None = None,
    linked: Sequence[Linked] = (),
    identities: Sequence[Identity] = (),
) -> Protected:
    """Protect cells (keys with the period); `folder`: where data.parquet and confidential.parquet are left."""
    columns = [*DIMS, "TIME_PERIOD"]
    with duckdb.connect() as connection:
        named = ", ".join(f"{c} VARCHAR" for c in columns)
        connection.execute(
            f"CREATE TABLE mapped ({named}, OBS_VALUE DECIMAL(38,2), OBS_TEXT VARCHAR, OBS_STATUS VARCHAR, "
            "CONF_STATUS VARCHAR, COMMENT_OBS VARCHAR)"
        )
        marks = set(marked)
        rows = [(*k, v, str(v), "A", "A" if k in marks else "F", None) for k, v in cells]
        _insert(connection, rows)
        target = Target("mapped", here.structure, here.map)
        told = protect(connection, here.catalogue, target, Policy(rules, earlier, linked, identities))
        findings = (*told, *suppress(connection, target))
        found = connection.execute(
            f"SELECT {', '.join(columns)}, OBS_TEXT, CONF_STATUS, OBS_STATUS FROM mapped"
        ).fetchall()
        apart = connection.execute(f"SELECT {', '.join(columns)}, OBS_VALUE FROM {APART}").fetchall()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"COPY (SELECT {', '.join(columns)}, OBS_TEXT AS OBS_VALUE, CONF_STATUS FROM mapped) "
                f"TO '{folder / 'data.parquet'}' (FORMAT parquet)"
            )
            connection.execute(f"COPY {APART} TO '{folder / 'confidential.parquet'}' (FORMAT parquet)")
    width = len(columns)
    return Protected(
        {row[:width]: row[width] for row in found},
        {row[:width]: row[width + 1] for row in found},
        {row[:width]: row[width + 2] for row in found},
        findings,
        {row[:width]: row[width] for row in apart},
    )


def _insert(connection: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> None:
    import pyarrow as pa

    names = [*DIMS, "TIME_PERIOD", "OBS_VALUE", "OBS_TEXT", "OBS_STATUS", "CONF_STATUS", "COMMENT_OBS"]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    types = [pa.string()] * 6 + [pa.int64()] + [pa.string()] * 4
    table = pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})
    connection.register("given", table)
    connection.execute("INSERT INTO mapped SELECT * FROM given")
    connection.unregister("given")


def earlier(name: str, folder: Path) -> Earlier:
    """A release that `protected` left in a folder."""
    return Earlier(name, folder / "data.parquet", folder / "confidential.parquet")


def linked(here: World, name: str, folder: Path) -> Linked:
    """The same as the current release of another dataflow of the same structure."""
    relations = relations_of(here.catalogue.codelists(here.structure), here.structure, here.map)
    return Linked(name, "OTHER", folder / "data.parquet", folder / "confidential.parquet", relations, 2)


def same(own: Mapping[str, str], other: Mapping[str, str]) -> Identity:
    """Figures of the dataflow and of the other one are the same."""
    ours, theirs = ({c: (code,) for c, code in some.items()} for some in (own, other))
    left, right = Figures(FLOW, ours), Figures("OTHER", theirs)
    return Identity(
        "SAME", "QR-XSR-01", "error", left, "=", Decimal(1), right, (), 0, Decimal(0), {}, "inferred", "", "", 2
    )
