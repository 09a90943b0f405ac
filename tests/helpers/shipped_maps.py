"""The shipped maps, run on a few internal rows written in a test."""

from functools import cache
from pathlib import Path

from shipped_catalogue import shipped_catalogue
from small_maps import fetch, load, parse

from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection
from greffe.mapping.apply import Mapped, apply
from greffe.model.references import Reference
from greffe.model.structures import Dataflow

ROOT = Path(__file__).resolve().parents[2]
INTERNAL = Reference("SSER", "INT_JUSTICE")
POPULATION = Reference("SSER", "INT_POPULATION")
# What a row of a text table has when the table does not say: a yearly figure of France without breakdown.
DEFAULTS = {
    "extract": "x1", "FREQ": "A", "TERRITOIRE": "fr_all", "NIVEAU_GEO": "FR", "GEO": "FR", "INFRACTION": "_Z",
    "NATAFF": "_Z", "NAC": "_Z", "SEXE": "_Z", "AGE": "_Z", "NATIONALITE": "_Z", "STATUT_PEN": "_Z", "DETAIL": "_Z",
    "UNITE": "", "STATUT": "D", "CONF": "", "NOTE": "",
}  # fmt: skip


@cache
def shipped() -> Catalogue:
    """The catalogue of the repository's own files."""
    return shipped_catalogue()


def map_rows(
    connection: Connection,
    name: str,
    text: str,
    people: dict[str, str] | None = None,
    left_out: tuple[str, ...] = ("UNIT",),
) -> tuple[Mapped, dict[str, dict[str, str | None]]]:
    """Run a shipped map on rows written with | between the cells.

    Gives what the engine said, and the observations by `KEY PERIOD`, the key without frequency, country and what is
    `left_out`, its codes joined by dots: `STOCK.TOTAL.T 2019`. `people`: year → inhabitants of métropole and DROM, for
    rates.
    """
    books = shipped()
    map_ = books.maps[Reference("SSER", name)]
    source = books.structure(books.get(Dataflow, map_.source))
    rows = [DEFAULTS | {"row": str(n)} | row for n, row in enumerate(parse(text), 2)]
    load(connection, "shipped_rows", rows, source.measures[0].representation.decimals or 2, source.dimension_ids)
    mapped = apply(connection, map_, books, "shipped_rows", _population(connection, books, people), "shipped_mapped")
    target = books.structure(books.get(Dataflow, map_.target))
    shown = [d for d in target.dimension_ids if d not in ("FREQ", "REF_AREA", *left_out)]
    found = {
        ".".join(str(r[d]) for d in shown) + f" {r['TIME_PERIOD']}": r for r in fetch(connection, "shipped_mapped")
    }
    return mapped, found


def _population(connection: Connection, books: Catalogue, people: dict[str, str] | None) -> dict[Reference, str]:
    if people is None:
        return {}
    dimensions = books.structure(books.get(Dataflow, POPULATION)).dimension_ids
    who = {"INDICATEUR": "POP_1JAN", "TERRITOIRE": "fr_met_drom", "SEXE": "T", "AGE": "T"}
    rows = [
        DEFAULTS | who | {"row": str(n), "TIME_PERIOD": year, "OBS_VALUE": count}
        for n, (year, count) in enumerate(people.items(), 2)
    ]
    load(connection, "shipped_people", rows, 0, dimensions)
    return {POPULATION: "shipped_people"}


def values(found: dict[str, dict[str, str | None]]) -> dict[str, str | None]:
    """Key and period → the text that is published."""
    return {key: row["OBS_TEXT"] for key, row in found.items()}
