"""Small answers for tests of formats: a structure, blocks from plain rows, a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from greffe.model.dataset import DataMessage, DataSet, Header, SeriesBlock
from greffe.model.references import Reference, Urn
from greffe.model.structures import Codelist, Component, Dataflow, DataStructure, Item, Representation

HEADER = Header(id="M1", prepared="2026-11-24T10:00:00+00:00", receiver="ESTAT", test=True, source="Données & essais")
SCHEME = Reference("SSER", "CS_MAIN")


def concept(id_: str) -> Urn:
    return Urn("conceptscheme", SCHEME, id_)


def codelist(id_: str, codes: Mapping[str, tuple[str, str]]) -> Codelist:
    items = tuple(Item(code, {"en": en, "fr": fr}) for code, (en, fr) in codes.items())
    return Codelist(Reference("SSER", id_), {"en": id_, "fr": id_}, items=items)


FREQ = codelist("CL_FREQ", {"A": ("Annual", "Annuelle")})
GEO = codelist("CL_GEO", {"FR": ("France", "France"), "NA": ('Namibia, "south"', "Namibie")})
STATUS = codelist("CL_OBS_STATUS", {"A": ("Normal value", "Valeur normale"), "M": ("Missing", "Manquante")})


def coded(id_: str, codelist_: Codelist, role: str = "dimension", relationship: tuple[str, ...] = ()) -> Component:
    urn = Urn("codelist", codelist_.reference)
    return Component(id_, concept(id_), Representation(urn), role, relationship=relationship)


def free(id_: str, role: str, relationship: tuple[str, ...] = (), text_type: str = "String") -> Component:
    return Component(id_, concept(id_), Representation(text_type=text_type), role, False, relationship)


STRUCTURE = DataStructure(
    Reference("SSER", "CRIME"),
    {"en": "Crime", "fr": "Crimes"},
    dimensions=(coded("freq", FREQ), coded("geo", GEO)),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(
        coded("OBS_STATUS", STATUS, "attribute", ("OBS_VALUE",)),
        free("DATA_ORIGIN", "attribute", ("freq", "geo")),
        free("COMMENT_OBS", "attribute", ("OBS_VALUE",)),
    ),
)
DATAFLOW = Dataflow(STRUCTURE.reference, {"en": "Crime, recorded", "fr": "Crimes"}, structure=STRUCTURE.urn)
CODELISTS = {"freq": FREQ, "geo": GEO, "OBS_STATUS": STATUS}
NAMES = {
    "freq": {"en": "Frequency", "fr": "Fréquence"},
    "geo": {"en": "Area", "fr": "Territoire"},
    "TIME_PERIOD": {"en": "Time", "fr": "Période"},
    "OBS_VALUE": {"en": "Value", "fr": "Valeur"},
    "OBS_STATUS": {"en": "Status", "fr": "Statut"},
}
Row = Sequence[str | None]


def codes(values: Sequence[str | None]) -> pa.DictionaryArray:
    return pa.array(values, pa.dictionary(pa.int32(), pa.string()))


def block(
    series: Sequence[Row],
    observations: Sequence[Sequence[Row]],
    series_ids: Sequence[str] = ("freq", "geo", "DATA_ORIGIN"),
    observation_ids: Sequence[str] = ("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT_OBS"),
) -> SeriesBlock:
    """A block of series rows and, for each of them, its observation rows."""
    rows = [row for of_one in observations for row in of_one]
    return SeriesBlock(
        pa.table({id_: codes([row[i] for row in series]) for i, id_ in enumerate(series_ids)}),
        pa.array([len(of_one) for of_one in observations], pa.int64()),
        pa.table(
            {
                id_: pa.array([row[i] for row in rows], pa.string())
                if id_ == "OBS_VALUE"
                else codes([row[i] for row in rows])
                for i, id_ in enumerate(observation_ids)
            }
        ),
    )


def message(blocks: Iterable[SeriesBlock], **changes: object) -> DataMessage:
    """One data set in a message; `changes` are of the data set, or of the message where it has such a field."""
    own = {name: changes.pop(name) for name in ("header", "language", "dimension_at_observation") if name in changes}
    found: dict[str, object] = {
        "dataflow": DATAFLOW,
        "structure": STRUCTURE,
        "codelists": CODELISTS,
        "blocks": iter(blocks),
        "attributes": tuple(a.id for a in STRUCTURE.attributes),
        "names": NAMES,
        **changes,
    }
    return DataMessage(**({"header": HEADER, "datasets": (DataSet(**found),)} | own))  # type: ignore[arg-type]


AWKWARD = "5 < 6 & \"7\"\n'é', fin\t\r"
TWO = block(
    [("A", "FR", "real"), ("A", "NA", None)],
    [
        [("2021", "12.50", "A", None), ("2022", None, "M", AWKWARD)],
        [("2022", "0", "A", None)],
    ],
)
