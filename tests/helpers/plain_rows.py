"""A small flow as plain rows: blocks for any dimension at observation are made from them, answers compared with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from blocks import HEADER, block, coded, codelist, free

from greffe.model.dataset import DataMessage, DataSet, SeriesBlock
from greffe.model.references import Reference
from greffe.model.structures import Codelist, Dataflow, DataStructure

Row: TypeAlias = dict[str, str]  # component id → text; what is absent is not in it
TIME, VALUE, FLAT = "TIME_PERIOD", "OBS_VALUE", "AllDimensions"
AWKWARD = "5 < 6 & \"7\"\n'é', fin\t\r ]]> \\ 日本"

FREQ = codelist("CL_FREQ", {"A": ("Annual", "Annuelle")})
ICCS = codelist("CL_ICCS", {"0101": ("Homicide", "Homicide"), "0102": ("Attempt", "Tentative")})
GEO = codelist("CL_GEO", {"FR": ("France", "France"), "NA": ('Namibia, "south"', "Namibie")})
STATUS = codelist(
    "CL_OBS_STATUS", {"A": ("Normal", "Normale"), "E": ("Estimate", "Estimée"), "M": ("Missing", "Manque")}
)
_OBSERVATION = (VALUE,)


def structure(id_: str = "CRIME_2", extra: str = "") -> DataStructure:
    """freq, iccs, geo and `extra`, time; attributes of the flow, a group, the series and the observation."""
    dimensions = (coded("freq", FREQ), coded("iccs", ICCS), coded("geo", GEO))
    dimensions += (coded(extra, STATUS),) if extra else ()
    return DataStructure(
        Reference("SSER", id_),
        {"en": id_, "fr": id_},
        dimensions=dimensions,
        time=free(TIME, "time", text_type="ObservationalTimePeriod"),
        measures=(free(VALUE, "measure", text_type="Decimal"),),
        attributes=(
            coded("OBS_STATUS", STATUS, "attribute", _OBSERVATION),
            free("COMMENT_OBS", "attribute", _OBSERVATION),
            free("UNIT_MULT", "attribute", tuple(d.id for d in dimensions), "Integer"),
            free("TERRITORY", "attribute", ("geo",)),
            free("TITLE", "attribute", ()),
        ),
    )


STRUCTURE = structure()
OTHER = structure("CRIME_3", "extra")
CODELISTS: Mapping[str, Codelist] = {"freq": FREQ, "iccs": ICCS, "geo": GEO, "OBS_STATUS": STATUS, "extra": STATUS}
NAMES = {"freq": {"en": "Frequency", "fr": "Fréquence"}, "geo": {"en": "Area", "fr": "Territoire"}}
ATTRIBUTES = tuple(a.id for a in STRUCTURE.attributes)


def _row(iccs: str, geo: str, period: str, value: str | None, **attributes: str | None) -> Row:
    given = {"freq": "A", "iccs": iccs, "geo": geo, TIME: period, VALUE: value, **attributes}
    given |= {"TERRITORY": "métropole & DROM" if geo == "FR" else None, "TITLE": 'Crimes <"enregistrés">'}
    return {id_: text for id_, text in given.items() if text is not None}


# Missing values and attributes, awkward texts, a number that no float holds.
ROWS: Sequence[Row] = (
    _row("0101", "FR", "2021", "12.50", OBS_STATUS="A", UNIT_MULT="0"),
    _row("0101", "FR", "2022", None, OBS_STATUS="M", COMMENT_OBS=AWKWARD, UNIT_MULT="0"),
    _row("0101", "FR", "2023", "0", OBS_STATUS="A", UNIT_MULT="0"),
    _row("0101", "NA", "2022", "-1.5", OBS_STATUS="E"),
    _row("0102", "FR", "2021", "1000000000000000000000.25", COMMENT_OBS=",", UNIT_MULT="3"),
)


def levels_of(found: DataStructure, at: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Dimensions of a series, its attributes (those of the flow too); the others, in the blocks' order."""
    whole = [*found.dimension_ids, TIME]
    at = TIME if at == FLAT else at
    key = [id_ for id_ in whole if id_ != at]
    high = [a.id for a in found.attributes if set(a.relationship) <= set(key)]
    return key, high, [at], [a.id for a in found.attributes if a.id not in high]


def blocks_of(rows: Sequence[Row], at: str = TIME, found: DataStructure = STRUCTURE) -> list[SeriesBlock]:
    """One block for each code of the second dimension, as DataMessage wants them for that dimension at observation."""
    key, high, point, low = levels_of(found, at)
    series_ids, row_ids = key + high, [*point, VALUE, *low]
    ordered = sorted(rows, key=lambda r: [r[id_] for id_ in key + point])
    series = [(k, list(g)) for k, g in groupby(ordered, lambda r: [r.get(id_) for id_ in series_ids])]
    blocks = []
    for _, part in groupby(series, lambda s: s[0][0]):
        of = list(part)
        observations = [[[r.get(id_) for id_ in row_ids] for r in own] for _, own in of]
        blocks.append(block([k for k, _ in of], observations, series_ids, row_ids))
    return blocks


def dataset_of(
    rows: Sequence[Row] = ROWS, at: str = TIME, found: DataStructure = STRUCTURE, **changes: object
) -> DataSet:
    """A data set of those rows."""
    codelists = {d.id: CODELISTS.get(d.id, STATUS) for d in found.dimensions} | {"OBS_STATUS": STATUS}
    given: dict[str, object] = {
        "dataflow": Dataflow(
            Reference("SSER", f"DF_{found.reference.id}"), {"en": "Crimes", "fr": "Crimes"}, structure=found.urn
        ),
        "structure": found,
        "codelists": codelists,
        "blocks": iter(blocks_of(rows, at, found)),
        "attributes": tuple(a.id for a in found.attributes),
        "names": NAMES,
        **changes,
    }
    return DataSet(**given)  # type: ignore[arg-type]


def message_of(*datasets: DataSet, at: str = TIME) -> DataMessage:
    """A message of those data sets."""
    return DataMessage(HEADER, datasets or (dataset_of(at=at),), dimension_at_observation=at)


def expected(
    rows: Sequence[Row], at: str, *, attributes: Sequence[str] = ATTRIBUTES, measures: bool = True,
    observations: bool = True, found: DataStructure = STRUCTURE,
) -> list[Row]:  # fmt: skip
    """What a reader must find: rows with the components that were asked for, sorted; or one row a series."""
    key, high, *_ = levels_of(found, at)
    whole = {*found.dimension_ids, TIME, *attributes} | ({VALUE} if measures else set())
    kept = whole if observations else (set(key) | set(high)) & whole
    plain = {tuple(sorted((k, v) for k, v in row.items() if k in kept)) for row in rows}
    return [dict(row) for row in sorted(plain)]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Rows sorted as `expected` sorts them, each once: twice the same row is an error."""
    plain = [tuple(sorted(row.items())) for row in rows]
    assert len(set(plain)) == len(plain), "a row is there twice"
    return [dict(row) for row in sorted(plain)]
