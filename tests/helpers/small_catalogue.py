"""The files of a very small catalogue, made in memory: two flows, one map, one recipient.

Source SSER:INT (FREQ INDICATEUR TERRITOIRE SEXE; attributes STATUT CONF), target SSER:OUT (freq leg sex unit;
attributes OBS_STATUS TERRITORY DATA_ORIGIN COMMENT_OBS), population SSER:POP (FREQ INDICATEUR TERRITOIRE).
Tests take `files()`, change one thing, and load.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from greffe.catalogue.artefact_json import dump_file
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Annotation,
    Artefact,
    Codelist,
    Component,
    ConceptScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Item,
    Representation,
)

MAP = "mappings/BODY/out.yaml"
LEGS = "mappings/BODY/indicateur_to_leg.csv"
SEXES = "mappings/BODY/sexe_to_sex.csv"
STATUSES = "mappings/common/statut_to_obs_status.csv"
HEADER = "row_id,match,kind,valid_from,valid_to,confidence,reason,reference"
CONCEPTS = Reference("SSER", "CS")

# Indicator → what it counts: unit, population, moment, offence rule, field, legal persons, additive over.
INDICATORS = {
    "POURS": ("person_case", "suspects", "flow_year", "main", "fr_met", "out", "SEXE;time"),
    "CONDAMNES": ("person", "convicted", "flow_year", "main", "fr_met", "out", "SEXE"),
    "STOCK": ("person", "convicted", "stock_1jan", "main", "fr_met", "out", "SEXE"),
    "POP_1JAN": ("person", "all", "stock_1jan", "none", "fr_met", "na", ""),
}
AXES = ("COUNTING_UNIT", "POPULATION", "MOMENT", "OFFENCE_RULE", "TERRITORY", "LEGAL_PERSONS", "ADDITIVE_OVER")


def codelist(id_: str, *codes: str) -> Codelist:
    """A code list of ours whose names are the codes."""
    return Codelist(Reference("SSER", id_), {"en": id_}, items=tuple(Item(c, {"en": c}) for c in codes))


def indicators(declared: Mapping[str, tuple[str, ...]] | None = None) -> Codelist:
    """CL_INDICATEUR with the types of each."""
    items = tuple(
        Item(id_, {"en": id_}, annotations=tuple(Annotation(a, w) for a, w in zip(AXES, words, strict=True)))
        for id_, words in (declared or INDICATORS).items()
    )
    return Codelist(Reference("SSER", "CL_INDICATEUR"), {"en": "Indicators"}, items=items)


LISTS = (
    codelist("CL_FREQ", "A", "M"),
    codelist("CL_TERRITOIRE", "fr_met", "fr_all"),
    codelist("CL_SEXE", "1", "2", "9", "T"),
    codelist("CL_STATUT", "D", "PR"),
    codelist("CL_CONF", "C1"),
    codelist("CL_LEG", "PROSECUTED", "CONVICTED", "HELD", "CASES"),
    codelist("CL_SEX", "M", "F", "T"),
    codelist("CL_UNIT", "NR", "P_HTHAB"),
    codelist("CL_OBS_STATUS", "A", "P", "D"),
    codelist("CL_DATA_ORIGIN", "real", "synthetic"),
)


def _coded(id_: str, list_: str, role: str = "dimension", relationship: tuple[str, ...] = ()) -> Component:
    enumeration = Urn("codelist", Reference("SSER", list_)) if list_ else None
    mandatory = id_ not in ("CONF", "COMMENT_OBS")
    return Component(
        id_, Urn("conceptscheme", CONCEPTS, id_), Representation(enumeration), role, mandatory, relationship
    )


def structure(id_: str, dimensions: Mapping[str, str], attributes: Mapping[str, str]) -> DataStructure:
    """A DSD: component id → code list ('' = not coded)."""
    time = Representation(text_type="ObservationalTimePeriod")
    return DataStructure(
        Reference("SSER", id_),
        {"en": id_},
        dimensions=tuple(_coded(d, list_) for d, list_ in dimensions.items()),
        time=Component("TIME_PERIOD", Urn("conceptscheme", CONCEPTS, "TIME_PERIOD"), time, "time"),
        measures=(
            Component("OBS_VALUE", Urn("conceptscheme", CONCEPTS, "OBS_VALUE"), Representation(text_type="Decimal"), "measure"),
        ),
        attributes=tuple(_coded(a, list_, "attribute", ("OBS_VALUE",)) for a, list_ in attributes.items()),
    )  # fmt: skip


INT = structure(
    "INT",
    {"FREQ": "CL_FREQ", "INDICATEUR": "CL_INDICATEUR", "TERRITOIRE": "CL_TERRITOIRE", "SEXE": "CL_SEXE"},
    {"STATUT": "CL_STATUT", "CONF": "CL_CONF"},
)
POP = structure("POP", {"FREQ": "CL_FREQ", "INDICATEUR": "CL_INDICATEUR", "TERRITOIRE": "CL_TERRITOIRE"}, {})
OUT = structure(
    "OUT",
    {"freq": "CL_FREQ", "leg": "CL_LEG", "sex": "CL_SEX", "unit": "CL_UNIT"},
    {"OBS_STATUS": "CL_OBS_STATUS", "TERRITORY": "CL_TERRITOIRE", "DATA_ORIGIN": "CL_DATA_ORIGIN", "COMMENT_OBS": ""},
)


def artefacts() -> list[Artefact]:
    """Every artefact of the small catalogue."""
    ids = dict.fromkeys(c.id for s in (INT, POP, OUT) for c in s.components)
    flows = [
        Dataflow(s.reference, s.names, annotations=(Annotation("SCOPE", scope),), structure=s.urn)
        for s, scope in ((INT, "internal"), (POP, "internal"), (OUT, "mirror"))
    ]
    return [
        AgencyScheme(Reference("SDMX", "AGENCIES", "1.0"), {"en": "Agencies"}, items=(Item("SSER", {"en": "SSER"}),)),
        DataProviderScheme(
            Reference("SSER", "DATA_PROVIDERS", "1.0"), {"en": "Providers"}, items=(Item("SSER", {"en": "SSER"}),)
        ),
        ConceptScheme(CONCEPTS, {"en": "Concepts"}, items=tuple(Item(i, {"en": i}) for i in ids)),
        *LISTS, indicators(), INT, POP, OUT, *flows,
    ]  # fmt: skip


def path(artefact: Artefact) -> str:
    """Its file."""
    return f"sdmx/{artefact.reference.agency}/{artefact.kind}/{artefact.reference.id}.json"


def a_type(cells: Mapping[str, str], words: tuple[str, ...], **conversions: str) -> dict[str, object]:
    """A cell type from the words of an indicator; conversions as kind=reason."""
    axes = dict(zip((a.lower() for a in AXES[:6]), words, strict=False))
    found: dict[str, object] = {"cells": dict(cells), **axes}
    if conversions:
        found["conversions"] = [{"kind": kind, "reason": reason} for kind, reason in conversions.items()]
    return found


def the_map() -> dict[str, object]:
    """The YAML of the map as plain values, to be changed by a test."""
    return {
        "id": "MAP_OUT",
        "version": "1.0.0",
        "names": {"en": "Out"},
        "source": "SSER:INT(1.0.0)",
        "target": "SSER:OUT(1.0.0)",
        "provider": "SSER",
        "scope": "mirror",
        "select": {"INDICATEUR": ["POURS", "CONDAMNES"], "FREQ": ["A"], "TERRITOIRE": ["fr_met"], "SEXE": ["1", "2"]},
        "components": [
            {"source": ["FREQ"], "target": ["freq"]},
            {"source": ["TIME_PERIOD"], "target": ["TIME_PERIOD"]},
            {"source": ["INDICATEUR"], "target": ["leg"], "map": "indicateur_to_leg.csv"},
            {"source": ["SEXE"], "target": ["sex"], "map": "sexe_to_sex.csv"},
            {"source": ["STATUT"], "target": ["OBS_STATUS"], "map": "../common/statut_to_obs_status.csv"},
            {"source": ["TERRITOIRE"], "target": ["TERRITORY"]},
        ],
        "fixed": {"unit": "NR"},
        "types": [
            a_type({"leg": "PROSECUTED"}, ("person", *INDICATORS["POURS"][1:]), flag_D="Persons count once a case."),
            a_type({"leg": "CONVICTED"}, INDICATORS["CONDAMNES"]),
        ],
    }


def table(columns: str, *rows: str) -> bytes:
    """A CSV file: `source:SEXE,target:sex` and rows such as `1,M,r1,exact,exact,,,recalled,,`."""
    return "\n".join([f"{columns},{HEADER}", *rows, ""]).encode()


def files(map_: object = None, **changed: bytes) -> dict[str, bytes]:
    """All files. `map_` replaces the YAML; `legs`, `sexes`, `statuses` replace a CSV."""
    return {path(a): dump_file(a) for a in artefacts()} | {
        MAP: as_yaml(the_map() if map_ is None else map_),
        LEGS: changed.get("legs")
        or table(
            "source:INDICATEUR,target:leg",
            "POURS,PROSECUTED,r1,exact,broader,,,recalled,,",
            "CONDAMNES,CONVICTED,r2,exact,exact,,,recalled,,",
            "STOCK,HELD,r3,exact,exact,,,recalled,,",
        ),
        SEXES: changed.get("sexes")
        or table("source:SEXE,target:sex", "1,M,r1,exact,exact,,,verified,,", "2,F,r2,exact,exact,,,verified,,"),
        STATUSES: changed.get("statuses")
        or table("source:STATUT,target:OBS_STATUS", "D,A,r1,exact,exact,,,recalled,,", "PR,P,r2,exact,exact,,,recalled,,"),
        "mappings/BODY/recipient.yaml": as_yaml(
            {"id": "BODY", "names": {"en": "A body"}, "dataflows": ["SSER:OUT(1.0.0)"]}
        ),
    }  # fmt: skip


class _Plain(yaml.SafeDumper):
    """Writes a value that stands in two places twice: aliases are refused."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def as_yaml(value: object) -> bytes:
    """Plain values as YAML."""
    return yaml.dump(value, Dumper=_Plain, allow_unicode=True, sort_keys=False).encode()
