"""The rows and the maps of the benchmark: court-like rows in Parquet, as a kept extract is, and forty structure maps."""

from __future__ import annotations

from pathlib import Path

from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection
from greffe.model.maps import Aggregate, ComponentMap, MapRow, RepresentationMap, SourceValue, StructureMap
from greffe.model.references import Reference, Urn
from greffe.model.structures import Component, Dataflow, DataStructure, Representation

SOURCE, TARGET = Reference("SSER", "ROWS"), Reference("SSER", "CELLS")
INDICATORS = [f"I{n:02}" for n in range(40)]
SEXES, AGES = ["1", "2", "9"], ["MIN", "MAJ"]
OFFENCES = [f"N{n:02}" for n in range(50)]
PLACES = [f"{n:02}" for n in range(1, 97)]
A_YEAR = len(INDICATORS) * len(SEXES) * len(AGES) * len(OFFENCES) * len(PLACES)  # 1,152,000 rows
STATUSES = {"D": "A", "PR": "P", "E": "E", "NC": "L"}
RANKS = ["L", "E", "P", "A"]  # the strongest first
CONFS = {"": "F", "C1": "C"}


def make(connection: Connection, rows: int, path: Path) -> None:
    """That many rows, in the order of their indicators, each key once; 1 % of the values missing."""
    lists = (INDICATORS, OFFENCES, PLACES, SEXES, AGES)
    names = ("INDICATEUR", "INFRACTION", "GEO", "SEXE", "AGE")
    years = -(-rows // A_YEAR)
    columns, divisor = [], years
    for name, codes in reversed(list(zip(names, lists, strict=True))):
        columns.append(f"({codes!r})[1 + (i // {divisor}) % {len(codes)}] AS {name}")
        divisor *= len(codes)
    cents = "CAST(hash(i) % 500000 AS BIGINT)"
    connection.execute(
        f"COPY (SELECT *, CAST(OBS_VALUE AS VARCHAR) AS OBS_TEXT, "
        f"CASE WHEN OBS_VALUE IS NOT NULL THEN 2::TINYINT END AS OBS_DECIMALS FROM ("
        f"SELECT i + 2 AS row, 'A' AS FREQ, 'fr_met' AS TERRITOIRE, {', '.join(columns)}, "
        f"CAST(2008 + i % {years} AS VARCHAR) AS TIME_PERIOD, "
        f"CASE WHEN hash(i + 1) % 100 > 0 THEN CAST({cents} AS DECIMAL(38,2)) / 100 END::DECIMAL(38,2) AS OBS_VALUE, "
        f"CASE WHEN hash(i + 1) % 100 = 0 THEN 'NC' WHEN i % 11 = 0 THEN 'PR' WHEN i % 13 = 0 THEN 'E' ELSE 'D' END "
        f"AS STATUT, CASE WHEN hash(i + 2) % 50 = 0 THEN 'C1' END AS CONF FROM range({rows}) t(i))) "
        f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )


def catalogue() -> Catalogue:
    """The two dataflows with their structures."""
    source = ("FREQ", "TERRITOIRE", "INDICATEUR", "INFRACTION", "GEO", "SEXE", "AGE")
    target = ("freq", "leg", "iccs", "sex", "age", "geo")
    attributes = ("OBS_STATUS", "CONF_STATUS", "TERRITORY")
    found = {}
    for reference, dimensions, others in ((SOURCE, source, ("STATUT", "CONF")), (TARGET, target, attributes)):
        dsd = _structure(reference, dimensions, others)
        flow = Dataflow(reference, {"en": reference.id}, structure=dsd.urn)
        found |= {(dsd.kind, reference): dsd, (flow.kind, reference): flow}
    return Catalogue(found, {}, (), "0")


def _structure(reference: Reference, dimensions: tuple[str, ...], attributes: tuple[str, ...]) -> DataStructure:
    concept = Urn("conceptscheme", Reference("SSER", "CS"), "X")

    def component(name: str, role: str) -> Component:
        relationship = ("OBS_VALUE",) if role == "attribute" else ()
        return Component(name, concept, Representation(), role, name != "CONF", relationship)

    measure = Component("OBS_VALUE", concept, Representation(text_type="Decimal", decimals=2), "measure")
    return DataStructure(
        reference,
        {"en": reference.id},
        dimensions=tuple(component(d, "dimension") for d in dimensions),
        time=component("TIME_PERIOD", "time"),
        measures=(measure,),
        attributes=tuple(component(a, "attribute") for a in attributes),
    )


def read_by(number: int) -> tuple[str, ...]:
    """The indicators that a map reads: eight of the forty, every fourth map all of them."""
    count = len(INDICATORS) if number % 4 == 0 else 8
    return tuple(INDICATORS[(number + n) % len(INDICATORS)] for n in range(count))


def structure_map(number: int) -> StructureMap:
    """One of the maps: a table per component, rows with patterns among them, a sum over places and offences."""
    return StructureMap(
        reference=Reference("SSER", f"MAP_{number}"),
        file=f"maps/{number}.yaml",
        names={"en": str(number)},
        source=SOURCE,
        target=TARGET,
        provider="SSER",
        scope="mirror",
        select={"FREQ": ("A",), "TERRITOIRE": ("fr_met",), "INDICATEUR": read_by(number)},
        components=(
            *(ComponentMap((a,), (b,)) for a, b in (("FREQ", "freq"), ("TIME_PERIOD", "TIME_PERIOD"), ("AGE", "age"))),
            ComponentMap(("TERRITOIRE",), ("TERRITORY",)),
            _table("INDICATEUR", "leg", {i: f"L{int(i[1:]) // 2:02}" for i in read_by(number)}),
            _table("INFRACTION", "iccs", {f"N{n}.": f"ICCS0{n}" for n in range(5)}, "regex"),
            _table("SEXE", "sex", {"1": "M", "2": "F"}),
            _table("STATUT", "OBS_STATUS", STATUSES),
            _table("CONF", "CONF_STATUS", CONFS),
        ),
        fixed={"geo": "FR"},
        types=(),
        aggregate=Aggregate(("GEO", "INFRACTION", "INDICATEUR"), "places, offences and pairs of indicators"),
    )


def _table(source: str, target: str, rows: dict[str, str], match: str = "exact") -> ComponentMap:
    found = tuple(
        MapRow(f"r{n}", (SourceValue(value, match),), (code,)) for n, (value, code) in enumerate(rows.items())
    )
    reference = Reference("SSER", f"REP_{target.upper()}")
    return ComponentMap((source,), (target,), RepresentationMap(reference, "maps/x.csv", (source,), (target,), found))


def plain_sql(number: int, source: str, into: str) -> str:
    """The same by hand: same selection, a table of codes for each map, joins, one group-by, exact sums; a sum with a missing
    part is missing, statuses by their strength, confidentiality kept."""
    tables = {
        "leg": ("INDICATEUR", {i: f"L{int(i[1:]) // 2:02}" for i in read_by(number)}),
        "iccs": ("INFRACTION", {o: f"ICCS0{o[1]}" for o in OFFENCES}),
        "sex": ("SEXE", {"1": "M", "2": "F"}),
        "status": ("STATUT", {k: str(RANKS.index(v)) for k, v in STATUSES.items()}),
        "conf": ("CONF", CONFS),
    }
    joins = []
    for name, (column, codes) in tables.items():
        values = ", ".join(f"('{k}', '{v}')" for k, v in codes.items())
        cell = f"coalesce(s.{column}, '')" if column == "CONF" else f"s.{column}"
        joins.append(f"JOIN (VALUES {values}) {name}(k, v) ON {cell} = {name}.k")
    chosen = ", ".join(f"'{i}'" for i in read_by(number))
    whole = "count(*) = count(OBS_VALUE)"
    return (
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT s.FREQ AS freq, leg.v AS leg, iccs.v AS iccs, sex.v AS sex, "
        f"s.AGE AS age, 'FR' AS geo, s.TIME_PERIOD, CASE WHEN {whole} THEN sum(OBS_VALUE) END AS OBS_VALUE, "
        f"CASE WHEN {whole} THEN ({RANKS!r})[1 + CAST(min(status.v) AS INTEGER)] ELSE 'L' END AS OBS_STATUS, "
        f"min(conf.v) AS CONF_STATUS, min(s.TERRITOIRE) AS TERRITORY FROM {source} s {' '.join(joins)} "
        f"WHERE s.FREQ = 'A' AND s.TERRITOIRE = 'fr_met' AND s.INDICATEUR IN ({chosen}) "
        "GROUP BY s.FREQ, leg.v, iccs.v, sex.v, s.AGE, s.TIME_PERIOD"
    )
