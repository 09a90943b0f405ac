"""Small invented structures, maps and text tables for tests of the mapping: no file is read.

Source SSER:SMALL: FREQ INDICATEUR TERRITOIRE SEXE AGE GEO, attributes UNITE STATUT CONF NOTE.
Target SSER:TARGET: freq kind sex unit geo, attributes OBS_STATUS CONF_STATUS COMMENT_OBS TERRITORY DATA_ORIGIN
FOOTNOTE.
"""

from decimal import Context, Decimal
from fractions import Fraction

import pyarrow as pa

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.breaks import Break
from greffe.catalogue.policies.read import Policies
from greffe.model.maps import (
    Aggregate,
    Calculation,
    CellType,
    ComponentMap,
    Conversion,
    MapRow,
    Population,
    RepresentationMap,
    SourceValue,
    StructureMap,
    TimeRule,
)
from greffe.model.references import Reference, Urn
from greffe.model.structures import Component, Dataflow, DataStructure, Representation

SOURCE = Reference("SSER", "SMALL")
TARGET = Reference("SSER", "TARGET")
POPULATION = Reference("SSER", "PEOPLE")
CONCEPT = Urn("conceptscheme", Reference("SSER", "CS"), "X")
SOURCE_DIMENSIONS = ("FREQ", "INDICATEUR", "TERRITOIRE", "SEXE", "AGE", "GEO")
SOURCE_ATTRIBUTES = ("UNITE", "STATUT", "CONF", "NOTE")
TARGET_DIMENSIONS = ("freq", "kind", "sex", "unit", "geo")
TARGET_ATTRIBUTES = ("OBS_STATUS", "CONF_STATUS", "COMMENT_OBS", "TERRITORY", "DATA_ORIGIN", "FOOTNOTE")
WIDE = Context(prec=60)
MANDATORY = ("OBS_STATUS", "CONF_STATUS", "TERRITORY", "UNITE", "STATUT")

# What a row of a text table has when the table does not say.
DEFAULTS = {
    "FREQ": "A", "INDICATEUR": "POURS", "TERRITOIRE": "fr_met", "SEXE": "T", "AGE": "T", "GEO": "FR", "STATUT": "D",
    "UNITE": "nombre", "CONF": "", "NOTE": "", "TIME_PERIOD": "2023", "OBS_VALUE": "", "extract": "x1",
}  # fmt: skip
STATUSES = {"D": "A", "PR": "P", "E": "E", "B": "B", "NC": "L", "SO": "M", "S": "Q"}


def structure(reference, dimensions, attributes, decimals):
    """A DSD without code lists."""

    def component(name, role, relationship=()):
        mandatory = role != "attribute" or name in MANDATORY
        return Component(name, CONCEPT, Representation(), role, mandatory, relationship)

    return DataStructure(
        reference,
        {"en": reference.id},
        dimensions=tuple(component(d, "dimension") for d in dimensions),
        time=component("TIME_PERIOD", "time"),
        measures=(Component("OBS_VALUE", CONCEPT, Representation(text_type="Decimal", decimals=decimals), "measure"),),
        attributes=tuple(component(a, "attribute", ("OBS_VALUE",)) for a in attributes),
    )


def catalogue(source_decimals=2, target_decimals=2, breaks=()):
    """Two dataflows with their structures, and the one of the population; breaks that are declared."""
    artefacts = {}
    for reference, dimensions, attributes, decimals in (
        (SOURCE, SOURCE_DIMENSIONS, SOURCE_ATTRIBUTES, source_decimals),
        (POPULATION, SOURCE_DIMENSIONS, SOURCE_ATTRIBUTES, 0),
        (TARGET, TARGET_DIMENSIONS, TARGET_ATTRIBUTES, target_decimals),
    ):
        dsd = structure(reference, dimensions, attributes, decimals)
        flow = Dataflow(reference, {"en": reference.id}, structure=Urn("datastructure", reference))
        artefacts |= {("datastructure", reference): dsd, ("dataflow", reference): flow}
    return Catalogue(artefacts, {}, (), "0", policies=Policies(breaks=tuple(breaks)))


def broken(flow, cells, *periods, id_="BREAK-1", reason="new law"):
    """A declared break of SMALL or TARGET."""
    return Break(id_, flow, cells, periods, {"en": reason, "fr": f"{reason}, en français"}, "verified", "")


def parse(text):
    """Rows of a table written with | between the cells; `-` stands for NULL, '' for an empty cell."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    head, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(head, cells, strict=True)) for cells in body]


def rows_of(text):
    """Source rows of a text table, with defaults; `row` counts from 2, as in a file with a header."""
    return [DEFAULTS | {"row": str(n)} | row for n, row in enumerate(parse(text), 2)]


def load(connection, name, rows, decimals=2, dimensions=SOURCE_DIMENSIONS):
    """A source table in the shape of a kept extract, with the column `extract`."""
    columns = {"extract": pa.string(), "row": pa.int64()}
    columns |= {d: pa.string() for d in (*dimensions, "TIME_PERIOD")}
    columns |= {"OBS_VALUE": pa.decimal128(38, decimals), "OBS_TEXT": pa.string(), "OBS_DECIMALS": pa.int8()}
    columns |= {a: pa.string() for a in SOURCE_ATTRIBUTES} | {"superseded": pa.bool_()}
    arrays = {}
    for column, kind in columns.items():
        if column == "row":
            values = [int(r["row"]) for r in rows]
        elif column == "OBS_VALUE":
            values = [exact(r["OBS_VALUE"], decimals) for r in rows]
        elif column == "OBS_TEXT":
            values = [r["OBS_VALUE"] for r in rows]
        elif column == "OBS_DECIMALS":
            values = [len(r["OBS_VALUE"].partition(".")[2]) if r["OBS_VALUE"] else None for r in rows]
        elif column == "superseded":
            values = [False] * len(rows)
        else:
            empty = None if column in SOURCE_ATTRIBUTES else ""
            values = [r[column] or empty for r in rows]
        arrays[column] = pa.array(values, type=kind)
    connection.register(f"{name}_a", pa.table(arrays))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_a")
    connection.unregister(f"{name}_a")


def exact(text, decimals):
    """The value of a received text, with the column's decimals; None when it is empty."""
    if text == "":
        return None
    return Decimal(text.replace(",", ".").replace(" ", "")).quantize(Decimal(1).scaleb(-decimals), context=WIDE)


def fetch(connection, table):
    """Rows of a mapped table as text, NULL as None."""
    cursor = connection.execute(f'SELECT * FROM "{table}"')
    names = [d[0] for d in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{k: None if v is None else str(v) for k, v in row.items()} for row in found]


def representation(sources, targets, *lines, file="MAPS/test.csv"):
    """A representation map. A line is `sources > targets`, then words `match=`, `kind=`, `from=`, `to=`, `reason=`."""
    rows = []
    for number, line in enumerate(lines, 2):
        values, _, rest = line.partition(">")
        target, *options = rest.split(";")
        said = dict(o.strip().split("=", 1) for o in options)
        kinds = said.get("match", "exact").split("|")
        cells = [v.strip() for v in values.split("|")]
        kinds = kinds * len(cells) if len(kinds) == 1 else kinds
        rows.append(
            MapRow(
                row_id=f"r{number - 1:03}",
                sources=tuple(source_value(v, k) for v, k in zip(cells, kinds, strict=True)),
                targets=tuple(t.strip() for t in target.split("|")),
                kind=said.get("kind", "exact"),
                valid_from=said.get("from", ""),
                valid_to=said.get("to", ""),
                reason=said.get("reason", ""),
                line=number,
            )
        )
    name = "_".join(targets).upper()
    return RepresentationMap(Reference("SSER", f"REP_{name}"), file, tuple(sources), tuple(targets), tuple(rows))


def source_value(value, match):
    """`substring:1-4` has its bounds in its name."""
    if match.startswith("substring"):
        start, end = match.split(":")[1].split("-")
        return SourceValue(value, "substring", int(start), int(end))
    return SourceValue(value, match)


def component(sources, targets, *lines):
    """A component map with a representation map."""
    sources, targets = sources.split(), targets.split()
    return ComponentMap(tuple(sources), tuple(targets), representation(sources, targets, *lines))


def copy(source, target):
    """An implicit component map."""
    return ComponentMap((source,), (target,))


STATUS_MAP = component("STATUT", "OBS_STATUS", *(f"{k} > {v}" for k, v in STATUSES.items()))
CONF_MAP = component("CONF", "CONF_STATUS", " > F", "C1 > A")
BASE = (
    copy("FREQ", "freq"), copy("TIME_PERIOD", "TIME_PERIOD"), copy("TERRITOIRE", "TERRITORY"), STATUS_MAP, CONF_MAP,
)  # fmt: skip
PLAIN = (copy("INDICATEUR", "kind"), copy("SEXE", "sex"), copy("GEO", "geo"))


def small_map(
    *components, select=None, fixed=None, types=(), aggregate=None, calculations=(), times=(), formats=None, **more
):
    """A structure map from SMALL to TARGET. Targets that no given component or time rule covers are copied or fixed."""
    covered = {t for c in components for t in c.targets} | {rule.target for rule in times}
    rest = tuple(c for c in (*BASE, *PLAIN) if not set(c.targets) & covered)
    constants = {"unit": "NR"} if fixed is None else fixed
    return StructureMap(
        reference=Reference("SSER", "MAP_TEST"),
        file="MAPS/test.yaml",
        names={"en": "Test"},
        source=SOURCE,
        target=TARGET,
        provider="SSER",
        scope="mirror",
        select={"FREQ": ("A",)} if select is None else select,
        components=(*components, *(c for c in rest if not set(c.targets) & set(constants))),
        fixed={k: v for k, v in constants.items() if k not in covered},
        types=types,
        aggregate=aggregate,
        calculations=calculations,
        times=tuple(times),
        frequency_formats=formats or {},
        **more,
    )


def dated(pattern, frequency="", **more):
    """A time rule that reads NOTE after a date pattern."""
    return TimeRule(more.pop("id", "T1"), "date-pattern", "NOTE", pattern=pattern, frequency=frequency, **more)


def counted(unit, frequency="", **more):
    """A time rule that reads NOTE as a number of units since 1970."""
    return TimeRule(more.pop("id", "T1"), "epoch", "NOTE", unit=unit, frequency=frequency, **more)


def over(*dimensions):
    """A declared sum."""
    return Aggregate(dimensions, "declared")


def flagged(cells, reason, *indicators):
    """A type whose conversion is the flag D."""
    return CellType(cells, "person", "suspects", "flow_year", "main", "fr_met", "out",
                    (Conversion("flag_D", reason, indicators),))  # fmt: skip


def total(over_, parts, set_, where=None, **more):
    """A total over one dimension."""
    return Calculation("total", "total", where or {}, set_, over=over_, parts=tuple(parts), **more)


def rate(where, set_, factor=100_000, decimals=2, territory="fr_met", select=None, **more):
    """A rate on the population of France."""
    chosen = {"INDICATEUR": ("POP",), "SEXE": ("T",)} if select is None else select
    population = Population(POPULATION, chosen, territory)
    return Calculation("rate", "rate", where, set_, factor=factor, decimals=decimals, population=population, **more)


def formula(over_, expression, set_, decimals=None, where=None, **more):
    """A formula over the codes of a dimension."""
    return Calculation("formula", "formula", where or {}, set_, over=over_, expression=expression,
                       decimals=decimals, **more)  # fmt: skip


def lag(where, set_, years=1, **more):
    """The observation of earlier years."""
    return Calculation("lag", "lag", where, set_, years=years, **more)


def complement(over_, whole, parts, set_, where=None, **more):
    """A whole less its parts."""
    return Calculation("rest", "complement", where or {}, set_, over=over_, whole=whole, parts=tuple(parts), **more)


def split(over_, whole, weights, decimals=0, where=None, set_=None, **more):
    """A whole shared out by weights, given as text."""
    exact_weights = {code: Fraction(weight) for code, weight in weights.items()}
    return Calculation("split", "split", where or {}, set_ or {}, over=over_, whole=whole, weights=exact_weights,
                       decimals=decimals, status="E", reason="declared shares", reference="a decision", **more)  # fmt: skip


def convert(where, set_, factor, decimals=None, **more):
    """An observation times an exact factor, given as text."""
    return Calculation("convert", "convert", where, set_, factor=Fraction(factor), decimals=decimals, **more)


def calendar(from_, to, method, set_, where=None, decimals=None, least=0, **more):
    """Shorter periods brought together."""
    return Calculation("calendar", "calendar", where or {}, set_, from_=from_, to=to, method=method,
                       decimals=decimals, least=least, **more)  # fmt: skip
