"""The catalogue in DCAT-AP 3: data sets, their distributions, the services that answer. Made as a graph by rdflib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from greffe.formats.dcat_words import (
    CLASSES,
    DCAT_AP,
    EU,
    FRANCE,
    FREQUENCIES,
    IANA,
    JUSTICE,
    LABELS,
    LANGUAGES,
    LICENCE,
    LICENCE_TYPE,
    PUBLIC,
    PUBLISHER_TYPE,
    SCHEMES,
    STABLE,
    VCARD,
)
from greffe.model.structures import Texts

SERIALISED: Final = {
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("xml", "application/rdf+xml"),
}
_PREFIXES: Final = {
    "dcatap": Namespace(str(DCAT_AP)), "vcard": VCARD, "dcat": DCAT, "dct": DCTERMS, "foaf": FOAF,
}  # fmt: skip


@dataclass(frozen=True)
class Agent:
    """Who publishes: names in each language; `contact` is `mailto:…` or the address of a page."""

    iri: str
    names: Texts
    contact: str


@dataclass(frozen=True)
class FileOf:
    """A distribution. `file_type`: the EU's word (CSV, XML …); `media_type`: as IANA registers it, '' of none; `standard`:
    the address of what it conforms to; `packed`: compressed in itself."""

    iri: str
    titles: Texts
    descriptions: Texts
    access: str
    download: str
    file_type: str
    media_type: str
    standard: str = ""
    service: str = ""


@dataclass(frozen=True)
class Service:
    """An entry point. `description`: where it is described for programs; `standard` as above."""

    iri: str
    titles: Texts
    descriptions: Texts
    endpoint: str
    description: str
    standard: str = ""


@dataclass(frozen=True)
class Set:
    """A data set: a dataflow with its current release."""

    iri: str
    identifier: str
    titles: Texts
    descriptions: Texts
    page: str
    issued: datetime
    modified: datetime
    version: str
    frequency: str  # letter, '' of none
    first: date | None
    last: date | None
    keywords: Mapping[str, Sequence[str]]
    provenance: Texts
    structure: str
    quality: str
    files: tuple[FileOf, ...] = ()


@dataclass(frozen=True)
class Described:
    """The whole catalogue."""

    iri: str
    titles: Texts
    descriptions: Texts
    page: str
    issued: datetime | None
    modified: datetime
    publisher: Agent
    sets: tuple[Set, ...] = ()
    services: tuple[Service, ...] = field(default=())


def graph(told: Described) -> Graph:
    """The catalogue as triples."""
    found = Graph()
    for prefix, space in _PREFIXES.items():
        found.bind(prefix, space)
    publisher = _publisher(found, told.publisher)
    catalogue = URIRef(told.iri)
    _add(found, catalogue, RDF.type, DCAT.Catalog)
    _named(found, catalogue, told.titles, told.descriptions)
    _add(found, catalogue, DCTERMS.publisher, publisher)
    _add(found, catalogue, FOAF.homepage, _document(found, told.page))
    _dated(found, catalogue, told.issued, told.modified)
    _licensed(found, catalogue)
    _add(found, catalogue, DCTERMS.conformsTo, _standard(found, str(DCAT_AP)))
    _add(found, catalogue, DCTERMS.spatial, FRANCE)
    _add(found, catalogue, DCAT.themeTaxonomy, URIRef(f"{EU}data-theme"))
    for scheme, titles in SCHEMES.items():
        _add(found, URIRef(scheme), RDF.type, SKOS.ConceptScheme)
        _named(found, URIRef(scheme), titles, {})
    for concept, labels in LABELS.items():
        for language, label in labels.items():
            _add(found, URIRef(concept), SKOS.prefLabel, Literal(label, lang=language))
    for spoken in LANGUAGES.values():
        _add(found, catalogue, DCTERMS.language, spoken)
    for service in told.services:
        _add(found, catalogue, DCAT.service, _service(found, service, told, publisher))
    for one in told.sets:
        _add(found, catalogue, DCAT.dataset, _set(found, one, publisher))
    return found


def serialised(found: Graph, name: str) -> bytes:
    """The graph as `ttl`, `jsonld` or `rdf`."""
    if name == "jsonld":
        return found.serialize(format="json-ld", encoding="utf-8", auto_compact=True)
    return found.serialize(format=SERIALISED[name][0], encoding="utf-8")


def _set(found: Graph, one: Set, publisher: Node) -> Node:
    node = URIRef(one.iri)
    _add(found, node, RDF.type, DCAT.Dataset)
    _named(found, node, one.titles, one.descriptions)
    _add(found, node, DCTERMS.identifier, Literal(one.identifier))
    _add(found, node, DCTERMS.publisher, publisher)
    _add(found, node, DCAT.contactPoint, URIRef(f"{publisher}-contact"))
    _add(found, node, DCAT.theme, JUSTICE)
    _add(found, node, DCAT.landingPage, _document(found, one.page))
    _add(found, node, DCTERMS.accessRights, PUBLIC)
    _add(found, node, DCTERMS.spatial, FRANCE)
    _add(found, node, URIRef(f"{DCAT}version"), Literal(one.version))
    _dated(found, node, one.issued, one.modified)
    for language in LANGUAGES.values():
        _add(found, node, DCTERMS.language, language)
    if one.frequency in FREQUENCIES:
        _add(found, node, DCTERMS.accrualPeriodicity, URIRef(f"{EU}frequency/{FREQUENCIES[one.frequency]}"))
    if one.first is not None and one.last is not None:
        _add(found, node, DCTERMS.temporal, _period(found, URIRef(f"{one.iri}-period"), one.first, one.last))
    for lang, words in one.keywords.items():
        for word in words:
            _add(found, node, DCAT.keyword, Literal(word, lang=lang))
    statement = URIRef(f"{one.iri}-provenance")
    _add(found, node, DCTERMS.provenance, statement)
    _add(found, statement, RDF.type, DCTERMS.ProvenanceStatement)
    for lang, text in one.provenance.items():
        _add(found, statement, RDFS.label, Literal(text, lang=lang))
    _add(found, node, DCTERMS.conformsTo, _standard(found, one.structure))
    _add(found, node, FOAF.page, _document(found, one.quality))
    for file in one.files:
        _add(found, node, DCAT.distribution, _file(found, file, one))
    return node


def _file(found: Graph, file: FileOf, of: Set) -> Node:
    node = URIRef(file.iri)
    _add(found, node, RDF.type, DCAT.Distribution)
    _named(found, node, file.titles, file.descriptions)
    _add(found, node, DCAT.accessURL, URIRef(file.access))
    _add(found, node, DCAT.downloadURL, URIRef(file.download))
    _add(found, node, DCTERMS.format, URIRef(f"{EU}file-type/{file.file_type}"))
    if file.media_type:
        _add(found, node, DCAT.mediaType, URIRef(f"{IANA}{file.media_type}"))
        _add(found, URIRef(f"{IANA}{file.media_type}"), RDF.type, DCTERMS.MediaType)
    _licensed(found, node)
    _dated(found, node, None, of.modified)
    _add(found, node, URIRef("http://data.europa.eu/r5r/availability"), STABLE)
    for language in LANGUAGES.values():
        _add(found, node, DCTERMS.language, language)
    if file.standard:
        _add(found, node, DCTERMS.conformsTo, _standard(found, file.standard))
    if file.service:
        _add(found, node, DCAT.accessService, URIRef(file.service))
    return node


def _service(found: Graph, service: Service, told: Described, publisher: Node) -> Node:
    node = URIRef(service.iri)
    _add(found, node, RDF.type, DCAT.DataService)
    _named(found, node, service.titles, service.descriptions)
    for language, words in {"en": ("API", "justice"), "fr": ("API", "justice")}.items():
        for word in words:
            _add(found, node, DCAT.keyword, Literal(word, lang=language))
    _add(found, node, DCAT.endpointURL, URIRef(service.endpoint))
    _add(found, node, DCAT.endpointDescription, URIRef(service.description))
    _add(found, node, DCTERMS.publisher, publisher)
    _add(found, node, DCAT.contactPoint, URIRef(f"{publisher}-contact"))
    _add(found, node, DCAT.theme, JUSTICE)
    _add(found, node, DCTERMS.accessRights, PUBLIC)
    _licensed(found, node)
    if service.standard:
        _add(found, node, DCTERMS.conformsTo, _standard(found, service.standard))
    for one in told.sets:
        _add(found, node, DCAT.servesDataset, URIRef(one.iri))
    return node


def _publisher(found: Graph, agent: Agent) -> Node:
    node, card = URIRef(agent.iri), URIRef(f"{agent.iri}-contact")
    _add(found, node, RDF.type, FOAF.Agent)
    kind = URIRef(f"{PUBLISHER_TYPE}NationalAuthority")
    _add(found, node, DCTERMS.type, kind)
    _add(found, kind, RDF.type, SKOS.Concept)
    _add(found, kind, SKOS.inScheme, URIRef(f"{PUBLISHER_TYPE}1.0"))
    _add(found, card, RDF.type, VCARD.Organization)
    _add(found, card, RDF.type, VCARD.Kind)
    for language, name in agent.names.items():
        _add(found, node, FOAF.name, Literal(name, lang=language))
        _add(found, card, VCARD.fn, Literal(name, lang=language))
    _add(found, card, VCARD.hasEmail if agent.contact.startswith("mailto:") else VCARD.hasURL, URIRef(agent.contact))
    return node


def _period(found: Graph, node: Node, first: date, last: date) -> Node:
    _add(found, node, RDF.type, DCTERMS.PeriodOfTime)
    _add(found, node, DCAT.startDate, Literal(first.isoformat(), datatype=XSD.date))
    _add(found, node, DCAT.endDate, Literal(last.isoformat(), datatype=XSD.date))
    return node


def _named(found: Graph, node: Node, titles: Texts, descriptions: Texts) -> None:
    for predicate, texts in ((DCTERMS.title, titles), (DCTERMS.description, descriptions)):
        for language, text in texts.items():
            _add(found, node, predicate, Literal(text, lang=language))


def _dated(found: Graph, node: Node, issued: datetime | None, modified: datetime) -> None:
    for predicate, moment in ((DCTERMS.issued, issued), (DCTERMS.modified, modified)):
        if moment is not None:
            _add(found, node, predicate, Literal(moment.replace(microsecond=0).isoformat(), datatype=XSD.dateTime))


def _licensed(found: Graph, node: Node) -> None:
    _add(found, node, DCTERMS.license, LICENCE)
    _add(found, LICENCE, RDF.type, DCTERMS.LicenseDocument)
    _add(found, LICENCE, DCTERMS.type, LICENCE_TYPE)
    _add(found, LICENCE_TYPE, RDF.type, SKOS.Concept)


def _standard(found: Graph, address: str) -> Node:
    node = URIRef(address)
    _add(found, node, RDF.type, DCTERMS.Standard)
    return node


def _document(found: Graph, address: str) -> Node:
    node = URIRef(address)
    _add(found, node, RDF.type, FOAF.Document)
    return node


def _add(found: Graph, subject: Node, predicate: Node, value: Node) -> None:
    found.add((subject, predicate, value))
    table = str(value).removeprefix(EU).partition("/")[0] if str(value).startswith(EU) else ""
    if table in CLASSES and predicate != SKOS.inScheme and predicate != DCAT.themeTaxonomy:
        found.add((value, RDF.type, CLASSES[table]))
        found.add((value, SKOS.inScheme, URIRef(f"{EU}{table}")))
