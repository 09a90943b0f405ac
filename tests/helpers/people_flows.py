"""Two small flows with figures that tests of data queries can work by hand, and what they ask and show."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
from blocks import coded as coded_as
from blocks import codelist, concept, free

from greffe.catalogue.catalogue import Catalogue
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import (
    Annotation,
    ConceptScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Item,
    ProvisionAgreement,
)
from greffe.query.answer import data
from greffe.query.parameters import path_parts
from greffe.query.rest_v1 import parse_data as v1
from greffe.query.rest_v2 import parse_data as v2
from greffe.store.columnar import ColumnarObservations
from greffe.store.memory import MemoryObservations

FREQ = codelist("CL_FREQ", {c: (c, c) for c in "AQ"})
GEO = codelist("CL_GEO", {c: (c, c) for c in ("BE", "DE", "FR", "FRM")})
SEX = codelist("CL_SEX", {c: (c, c) for c in "FMT"})
STATUS = codelist("CL_OBS_STATUS", {c: (c, c) for c in "ABMP"})
DIMENSIONS = ("FREQ", "GEO", "SEX")
STRUCTURE = DataStructure(
    Reference("SSER", "PEOPLE"),
    {"en": "People"},
    dimensions=(coded_as("FREQ", FREQ), coded_as("GEO", GEO), coded_as("SEX", SEX)),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(
        free("TITLE", "attribute", ("GEO",)),
        free("DECIMALS", "attribute", DIMENSIONS, "Integer"),
        coded_as("OBS_STATUS", STATUS, "attribute", ("OBS_VALUE",)),
        free("COMMENT", "attribute", ("OBS_VALUE",)),
    ),
)
# Another structure: no SEX, no OBS_STATUS.
SHORT = DataStructure(
    Reference("SSER", "AREAS"),
    {"en": "Areas"},
    dimensions=(coded_as("FREQ", FREQ), coded_as("GEO", GEO)),
    time=STRUCTURE.time,
    measures=STRUCTURE.measures,
    attributes=(),
)
PEOPLE = Dataflow(STRUCTURE.reference, {"en": "People"}, structure=STRUCTURE.urn)
AREAS = Dataflow(SHORT.reference, {"en": "Areas"}, structure=SHORT.urn)
SECRET = replace(AREAS, reference=Reference("SSER", "SECRET"), annotations=(Annotation("SCOPE", "internal"),))
EMPTY = replace(AREAS, reference=Reference("SSER", "UNRELEASED"))
PROVIDERS = DataProviderScheme(
    Reference("SSER", "DATA_PROVIDERS", "1.0"), {"en": "P"}, items=(Item("P1", {"en": "1"}), Item("P2", {"en": "2"}))
)


def agreement(id_, provider, flow=PEOPLE):
    urn = Urn("dataproviderscheme", PROVIDERS.reference, provider)
    return ProvisionAgreement(Reference("SSER", id_), {"en": id_}, dataflow=flow.urn, provider=urn)


COMPONENTS = dict.fromkeys(c.id for c in STRUCTURE.components)
CONCEPTS = ConceptScheme(concept("X").reference, {"en": "C"}, items=tuple(Item(c, {"en": c}) for c in COMPONENTS))
ARTEFACTS = (
    FREQ, GEO, SEX, STATUS, STRUCTURE, SHORT, PEOPLE, AREAS, SECRET, EMPTY, PROVIDERS, CONCEPTS,
    agreement("PA1", "P1"), agreement("PA2", "P2"), agreement("PA3", "P1", AREAS),
)  # fmt: skip
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in ARTEFACTS}, {}, (), "c")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TABLE = """
FREQ | GEO | SEX | TIME_PERIOD | OBS_VALUE | TITLE   | DECIMALS | OBS_STATUS | COMMENT
A    | FR  | M   | 2020        | 10        | France  | 0        | A          |
A    | FR  | M   | 2021        | 9.50      | France  | 0        | P          | revised soon
A    | FR  | F   | 2020        | 100       | France  | 2        | A          |
A    | FR  | F   | 2021        |           | France  | 2        | M          | no answer
A    | BE  | M   | 2021        | 9.5       | Belgium | 0        | B          | break
A    | BE  | F   | 2020        | -3        | Belgium | 10       | A          |
Q    | FR  | M   | 2020-Q4     | 2         |         | 0        | A          |
"""
AREA_TABLE = """
FREQ | GEO | TIME_PERIOD | OBS_VALUE
A    | DE  | 2021        | 50
A    | FR  | 2021        | 60
"""
RELEASES = {
    "PEOPLE": Release(PEOPLE.reference, 1, "h1", NOW, NOW, "real", "P1", 7, 5),
    "AREAS": Release(AREAS.reference, 1, "h2", NOW, NOW, "real", "P1", 2, 2),
    "SECRET": Release(SECRET.reference, 1, "h3", NOW, NOW, "real", "P1", 2, 2),
}


def parquet(path, table):
    lines = [[c.strip() or None for c in line.split("|")] for line in table.strip().splitlines()]
    pq.write_table(
        pa.table({h: pa.array([r[n] for r in lines[1:]], pa.string()) for n, h in enumerate(lines[0])}), path
    )
    return path


def stores(folder):
    """Both stores, by name, not yet filled."""
    return {"memory": MemoryObservations(), "columnar": ColumnarObservations(folder / "r")}


def asking(store, folder):
    """A function that answers `v1 PEOPLE?…` or an address of 2.x from that store."""
    for flow, structure, table in ((PEOPLE, STRUCTURE, TABLE), (AREAS, SHORT, AREA_TABLE), (SECRET, SHORT, AREA_TABLE)):
        id_ = flow.reference.id
        store.save(RELEASES[id_].name, structure, parquet(folder / f"{id_}.parquet", table), {})

    def released(flow):
        found = RELEASES.get(flow.reference.id)
        return [found] if found else []

    def asked(address, **options):
        path, _, query = address.partition("?")
        parse, path = (v1, path[3:]) if path.startswith("v1 ") else (v2, path)
        return data(parse(path_parts(path), query), CATALOGUE, released, NOW, store, **options)

    return asked


def rows(answer):
    """`A.FR.M 2020` for each observation in the order of the answer; of a series without one the key alone."""
    found = []
    for block in (b for d in answer.datasets for b in d.blocks):
        table = block.observations.to_pylist()
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            dims = [d for d in (*DIMENSIONS, "TIME_PERIOD") if d in series]
            key = ".".join(series[d] for d in dims if series[d])
            mine, table = table[:count], table[count:]
            found += [f"{key} {next(iter(r.values()))}" for r in mine] if mine else [key]
    return found
