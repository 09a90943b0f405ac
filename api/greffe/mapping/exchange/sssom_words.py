"""Our words and those of SSSOM (Simple Standard for Sharing Ontological Mappings, 1.1), one table for both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote

from greffe.mapping.exchange.sets import Column, MappingSet
from greffe.model.maps import KINDS_WITHOUT_TARGET

# SKOS says how the object relates to the subject: the object of broadMatch is the wider one, our `narrower` source.
# A part of a sum is narrower than its target too; the extension slot `kind` tells the two apart.
PREDICATES: Final = {
    "exact": "skos:exactMatch",
    "narrower": "skos:broadMatch",
    "broader": "skos:narrowMatch",
    "aggregate": "skos:broadMatch",
    **dict.fromkeys(KINDS_WITHOUT_TARGET, "skos:exactMatch"),  # no exact match: sssom:NoTermFound
}
# The kind of a row whose file has no slot `kind`.
KIND_OF: Final = {"skos:exactMatch": "exact", "skos:broadMatch": "narrower", "skos:narrowMatch": "broader"}
NO_TERM: Final = "sssom:NoTermFound"
CURATED: Final = "semapv:ManualMappingCuration"  # the only justification a row of ours has: a person decided
# The words of our confidence as the number that SSSOM asks for. An order, not a probability.
CONFIDENCE: Final = {
    "verified": "1.0",
    "verified-secondary": "0.9",
    "inferred": "0.7",
    "recalled": "0.5",
    "recalled-low": "0.3",
    "unverified": "0.2",
    "synthetic": "0.1",
}
# Extension slots of a row: name → type.
ROW_SLOTS: Final = {
    "row_id": "xsd:string",
    "priority": "xsd:integer",
    "kind": "xsd:string",
    "match": "xsd:string",
    "valid_from": "xsd:date",
    "valid_to": "xsd:date",
    "confidence_word": "xsd:string",
    "reference": "xsd:string",
    "status": "xsd:string",
    "review_comments": "xsd:string",
}
# Extension slots of the set.
SET_SLOTS: Final = {
    "file": "xsd:string",
    "source_columns": "xsd:string",
    "target_columns": "xsd:string",
    "checksum": "xsd:string",
}
COLUMNS: Final = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification", "author_id",
    "reviewer_id", "mapping_date", "confidence", "comment", *ROW_SLOTS,
)  # fmt: skip
# Standard columns that another program may add, which say nothing that a row of ours could hold, and may be left out.
DERIVED: Final = (
    "subject_source", "object_source", "subject_source_version", "object_source_version", "subject_type", "object_type",
    "mapping_cardinality", "mapping_provider", "license", "mapping_tool", "mapping_tool_version", "predicate_label",
)  # fmt: skip
# How SSSOM calls what our CSV files call otherwise.
TITLES: Final = {"reason": "comment", "confidence": "confidence_word"}
LICENCE: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
PREFIXES: Final = {
    "sdmx": "urn:sdmx:org.sdmx.infomodel.",
    "greffe": "urn:x-greffe:slot:",
    "person": "urn:x-greffe:person:",
}


def urn_of(base: MappingSet) -> str:
    """The URN of the representation map: id of the mapping set."""
    return f"{PREFIXES['sdmx']}structuremapping.RepresentationMap={base.table.reference}"


def origin(base: MappingSet, side: str) -> tuple[str, str]:
    """Where the values of a side come from, with its version: their code list, else the dataflow, else the map."""
    columns = [c for c in base.columns if c.side == side]
    if len(columns) == 1 and columns[0].codelist is not None:
        return f"sdmx:codelist.Codelist={columns[0].codelist}", columns[0].codelist.version
    if side in base.flows:
        return f"sdmx:datastructure.Dataflow={base.flows[side]}", base.flows[side].version
    return f"sdmx:structuremapping.RepresentationMap={base.table.reference}", base.table.reference.version


def curie_map(base: MappingSet) -> dict[str, str]:
    """Prefixes of the file. A single coded column has its codes' own URNs, others a name made of the map's."""
    found = dict(PREFIXES)
    for side in ("source", "target"):
        columns = [c for c in base.columns if c.side == side]
        list_ = columns[0].codelist
        single = len(columns) == 1 and list_ is not None
        own = f"urn:x-greffe:{side}:{base.table.reference}:"
        found[side] = f"{PREFIXES['sdmx']}codelist.Code={list_}." if single else own
    return found


def entity(side: str, columns: Sequence[Column], values: Sequence[str]) -> str:
    """`source:1`, or of several columns (or an empty value) `source:SEXE=1&AGE=T`; values are percent-encoded."""
    if len(values) == 1 and values[0]:
        return f"{side}:{_encoded(values[0])}"
    return f"{side}:" + "&".join(f"{c.component}={_encoded(v)}" for c, v in zip(columns, values, strict=True))


def values_of(text: str, side: str, columns: Sequence[Column]) -> list[str]:
    """The values in an id. Raises ValueError with what is wrong with it."""
    prefix, colon, local = text.partition(":")
    if not colon or prefix != side:
        raise ValueError(f"{text!r} does not begin with {side}:")
    if "=" not in local:
        if len(columns) != 1:
            raise ValueError(f"{text!r} names one value; {' and '.join(c.component for c in columns)} are expected")
        return [unquote(local, errors="strict")]
    parts = [part.partition("=") for part in local.split("&")]
    if [p[0] for p in parts] != [c.component for c in columns]:
        raise ValueError(f"{text!r} does not name {', '.join(c.component for c in columns)}, in this order")
    return [unquote(p[2], errors="strict") for p in parts]


def _encoded(value: str) -> str:
    return quote(value, safe="")
