"""Reference metadata: reports by their own name, by their flow, or by what they are about (R2-META)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadDefinition, BadQuery, nearest
from greffe.model.artefacts import Maintainable, Texts
from greffe.model.metadata import (
    MetadataAttribute,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataSet,
    MetadataStructure,
    ReportedAttribute,
)
from greffe.model.references import AGENCY, ID, Reference, Urn, version_key
from greffe.model.reports import Report
from greffe.model.structures import Codelist, ConceptScheme, ItemScheme, ValueList
from greffe.query import resources, versions
from greffe.query.parameters import PRESENTATION, Spec, agencies, choice, ids, moment, read_parameters, text, word

WAYS: Final = ("metadataset", "metadataflow", "structure")
DETAILS: Final = ("full", "allstubs")
PARAMETERS: Final[dict[str, Spec]] = {
    "detail": text("allstubs: without what the reports say", "", DETAILS, "full"),
    "asOf": text("As it was at that moment", "2026-01-01T00:00:00Z"),
    "labels": text("SDMX-CSV: ids, names or both", "", ("id", "name", "both"), "id"),
    **PRESENTATION,
}


@dataclass(frozen=True)
class MetadataQuery:
    """Which reports. `way` says what agencies, ids and versions name: the reports, their flows, or what they are about.

    kinds: of what they are about, () = any. providers: agency ('' = any) and id. Empty tuples mean any.
    """

    way: str
    agencies: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("~",)
    kinds: tuple[str, ...] = ()
    providers: tuple[tuple[str, str], ...] = ()
    stubs: bool = False
    as_of: datetime | None = None


def parse_metadata(parts: Sequence[str], raw_query: str) -> MetadataQuery:
    """The parts after `metadata`: `metadataset/{providerID}/{metadatasetID}/{version}`, `metadataflow/{agencyID}/{id}/
    {version}/{providerRef}` or `structure/{artefactType}/{agencyID}/{id}/{version}`. Raises BadQuery."""
    way = parts[0] if parts else ""
    if way not in WAYS:
        raise BadQuery(f"{way!r} is no way to ask for metadata.", parameter="path", nearest=nearest(way, WAYS) or WAYS)
    most = 3 if way == "metadataset" else 4
    rest = list(parts[1:])
    if len(rest) > most:
        raise BadQuery("The path has too many parts.", parameter="path")
    kinds: tuple[str, ...] = ()
    if way == "structure":
        kinds = _kinds(word(2, rest.pop(0)) if rest else "*")
    agency, id_, version, provider = (*rest, *("*", "*", "~", "*")[len(rest) :])
    given = read_parameters(raw_query, PARAMETERS)
    return MetadataQuery(
        way,
        agencies(agency, 2),
        ids(id_, 2, "an id"),
        versions.asked_v2(version),
        kinds,
        _providers(provider),
        choice(given, "detail", DETAILS, "full") == "allstubs",
        moment(given, "asOf"),
    )


def _kinds(kind: str) -> tuple[str, ...]:
    if kind not in resources.V2:
        raise BadQuery(f"{kind!r} is no artefact type.", parameter="artefactType", nearest=nearest(kind, resources.V2))
    return () if kind == "*" else resources.V2[kind]


def _providers(part: str) -> tuple[tuple[str, str], ...]:
    """`AGENCY.PROVIDER` or `PROVIDER`, joined with commas."""
    found = [word(2, p) for p in part.split(",")]
    if "*" in found:
        return ()
    for one in found:
        if not re.fullmatch(rf"(?:(?:{AGENCY}|\*)\.)?{ID}", one):
            raise BadQuery(f"{one!r} names no provider.", parameter="providerRef", hint="Write ID or AGENCY.ID.")
    split = [one.rpartition(".") for one in found]
    return tuple(("" if agency == "*" else agency, id_) for agency, _, id_ in split)


def metadata(
    query: MetadataQuery,
    catalogue: Catalogue,
    outlines: Sequence[MetadataSet] = (),
    whole: Callable[[MetadataSet], MetadataSet] = lambda report: report,
) -> list[Report]:
    """The reports that match, by reference; [] when there is none (204).

    `outlines`: reports beside those of the catalogue, of which `whole` gives what they say once they match.
    """
    sets = sorted(
        [*catalogue.all(MetadataSet), *outlines],
        key=lambda s: (s.reference.agency, s.reference.id, version_key(s.reference.version)),
    )
    match query.way:
        case "metadataset":
            wanted = _named(query, (s.reference for s in sets))
            found = [s for s in sets if s.reference in wanted]
        case "metadataflow":
            flows = _named(query, (f.reference for f in catalogue.all(Metadataflow)))
            found = [s for s in _latest(sets) if _flow(s, catalogue).reference in flows]
            found = [s for s in found if not query.providers or _provided(s, query.providers, catalogue)]
        case _:
            named = _structures(query, catalogue)
            found = [s for s in _latest(sets) if any((t.kind, t.reference) in named for t in s.targets)]
    said = [whole(s) for s in found]
    return [_report(_stub(s) if query.stubs else s, catalogue) for s in said]


def _named(query: MetadataQuery, references: Iterable[Reference]) -> set[Reference]:
    return versions.named(references, query.agencies, query.ids, query.versions)


def _latest(sets: Sequence[MetadataSet]) -> list[MetadataSet]:
    """Of each report its latest version: the address names a version of something else."""
    wanted = versions.named((s.reference for s in sets), (), (), "~")
    return [s for s in sets if s.reference in wanted]


def _structures(query: MetadataQuery, catalogue: Catalogue) -> set[tuple[str, Reference]]:
    """Artefacts of those names, kind by kind."""
    by_kind: dict[str, list[Reference]] = {}
    for kind, reference in catalogue.artefacts:
        if not query.kinds or kind in query.kinds:
            by_kind.setdefault(kind, []).append(reference)
    return {(kind, r) for kind, references in by_kind.items() for r in _named(query, references)}


def _flow(report: MetadataSet, catalogue: Catalogue) -> Metadataflow:
    """The flow that it belongs to, through its agreement where it names that."""
    urn = report.metadataflow
    if urn is None and report.agreement is not None:
        urn = catalogue.get(MetadataProvisionAgreement, report.agreement.reference).metadataflow
    return catalogue.get(Metadataflow, _there(urn, report).reference)


def _there(urn: Urn | None, artefact: Maintainable) -> Urn:
    if urn is None:
        raise BadDefinition(f"{artefact.kind} {artefact.reference} lacks a reference that it needs.")
    return urn


def _provided(report: MetadataSet, wanted: Sequence[tuple[str, str]], catalogue: Catalogue) -> bool:
    """Whether one of them provides it: the provider of its agreement, or of one on its flow who maintains it."""
    flow = _flow(report, catalogue).urn
    found = {("", report.reference.agency)}
    for agreement in catalogue.all(MetadataProvisionAgreement):
        own = agreement.urn == report.agreement
        its = report.agreement is None and agreement.metadataflow == flow
        if agreement.provider and (own or (its and agreement.provider.item == report.reference.agency)):
            found |= {("", agreement.provider.item), (agreement.provider.reference.agency, agreement.provider.item)}
    return bool(found & set(wanted))


def _stub(report: MetadataSet) -> MetadataSet:
    """Its name, what it is about, and its headings, since a message without any is not valid (SDMX-JSON)."""
    headings = tuple(ReportedAttribute(one.id) for one in report.attributes)
    return replace(report, stub=True, descriptions={}, annotations=(), attributes=headings)


def _report(report: MetadataSet, catalogue: Catalogue) -> Report:
    flow = _flow(report, catalogue)
    structure = catalogue.get(MetadataStructure, _there(flow.structure, flow).reference)
    headings = dict(_headings(structure.attributes, ""))
    return Report(
        report,
        flow,
        structure,
        tuple(_target_names(t, catalogue) for t in report.targets),
        {id_: _concept_names(one.concept, catalogue) for id_, one in headings.items()},
        {
            id_: {i.id: i.names for i in catalogue.get(_LISTS[urn.kind], urn.reference).items}
            for id_, one in headings.items()
            if (urn := one.representation.enumeration) is not None
        },
    )


_LISTS: Final[Mapping[str, type[ItemScheme]]] = {"codelist": Codelist, "valuelist": ValueList}


def _headings(attributes: Iterable[MetadataAttribute], above: str) -> Iterator[tuple[str, MetadataAttribute]]:
    for one in attributes:
        yield above + one.id, one
        yield from _headings(one.children, f"{above}{one.id}.")


def _concept_names(concept: Urn, catalogue: Catalogue) -> Texts:
    item = catalogue.get(ConceptScheme, concept.reference).item(concept.item)
    return item.names if item is not None else {}


def _target_names(target: Urn, catalogue: Catalogue) -> Texts:
    artefact = catalogue.artefacts.get((target.kind, target.reference))
    if isinstance(artefact, ItemScheme) and target.item:
        item = artefact.item(target.item.split(".")[-1])
        return item.names if item is not None else {}
    return artefact.names if artefact is not None else {}
