"""The catalogue for harvesters (data.gouv.fr, data.europa.eu): `/catalog.ttl`, `/catalog.jsonld`, `/catalog.rdf`, DCAT-AP 3.

A data set for each public dataflow that has a release now; made once for a state of the register."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Response

from greffe.catalogue.catalogue import Catalogue
from greffe.formats.dcat import SERIALISED, Agent, Described, FileOf, Service, Set, graph, serialised
from greffe.formats.format import AnyFormat
from greffe.formats.negotiation import OFFERED
from greffe.model.periods import span
from greffe.model.releases import Release
from greffe.model.structures import AgencyScheme, Dataflow, Texts
from greffe.release.parts import Parts
from greffe.web.portal.shelf import OnShelf, Shelf
from greffe.web.rest.answers import has, http_date
from greffe.web.strict import only

FILES: Final = (
    "plain-csv", "xlsx", "parquet", "jsonstat", "sdmx-csv-2.0", "sdmx-json-2.1", "sdmx-ml-3.0", "structurespecificdata", "genericdata",
)  # fmt: skip
# Syntax of a format → the EU's word for the file type, and the registered media type.
TYPES: Final = {
    "csv": ("CSV", "text/csv"), "xml": ("XML", "application/xml"), "json": ("JSON", "application/json"),
    "parquet": ("PARQUET", "application/vnd.apache.parquet"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}  # fmt: skip
_TWG: Final = "https://github.com/sdmx-twg/"
_STANDARDS: Final = {"csv": f"{_TWG}sdmx-csv", "xml": f"{_TWG}sdmx-ml", "json": f"{_TWG}sdmx-json"}
_FINEST: Final = "DWMQTSA"
WORDS: Final[dict[str, Texts]] = {
    "title": {"en": "Released justice statistics of France", "fr": "Statistiques de la justice de France diffusées"},
    "text": {
        "en": "Series on justice in France in the shapes in which Eurostat, the UNODC, the CEPEJ and other bodies ask for them.",
        "fr": "Séries sur la justice en France, dans les formes que demandent Eurostat, l’ONUDC, la CEPEJ et d’autres organismes.",
    },
    "synthetic": {"en": "SYNTHETIC: invented figures", "fr": "SYNTHÉTIQUE : chiffres inventés"},
    "real": {"en": "Real figures, released by their producer.", "fr": "Chiffres réels, diffusés par leur producteur."},
    "invented": {
        "en": "Synthetic figures: they are invented, to show how the service works, and say nothing about justice.",
        "fr": "Chiffres synthétiques : inventés pour montrer le service, ils ne disent rien de la justice.",
    },
    "recalled": {
        "en": "The structure is recalled or inferred, not received from the recipient.",
        "fr": "La structure est restituée de mémoire ou déduite, non reçue du destinataire.",
    },
    "none": {"en": "Released justice statistics.", "fr": "Statistiques de la justice diffusées."},
}  # fmt: skip


def router(parts: Parts) -> APIRouter:
    """Routes /catalog.ttl, .jsonld and .rdf."""
    routes, lock = APIRouter(), threading.Lock()
    made: dict[str, tuple[Shelf, bytes]] = {}

    def catalogue(shelf: Shelf, name: str) -> bytes:
        """All three are made of one graph when the first is asked for."""
        with lock:
            if name not in made or made[name][0] is not shelf:
                found = graph(described(parts, shelf))
                made.update({form: (shelf, serialised(found, form)) for form in SERIALISED})
            return made[name][1]

    def offered(name: str) -> None:
        @routes.get(f"/catalog.{name}", include_in_schema=False, dependencies=[Depends(only())])
        def catalog(shelf: OnShelf, if_none_match: Annotated[str, Header()] = "") -> Response:
            body = catalogue(shelf, name)
            headers = {
                "ETag": f'"{hashlib.sha256(body).hexdigest()[:40]}"',
                "Last-Modified": http_date(modified(shelf)),
                "Cache-Control": "public, max-age=0, must-revalidate",
            }
            if has(if_none_match, "", headers):
                return Response(status_code=304, headers=headers)
            return Response(body, media_type=f"{SERIALISED[name][1]}; charset=utf-8", headers=headers)

    for one in SERIALISED:
        offered(one)
    return routes


def modified(shelf: Shelf) -> datetime:
    """When something was last released, or else since when there is a catalogue."""
    return max((r.effective_at for r in shelf.current.values()), default=shelf.since)


def described(parts: Parts, shelf: Shelf) -> Described:
    """The catalogue as it is told."""
    base, now, ledger = parts.settings.public_url, parts.clock(), parts.ledger()
    sets = []
    for id_, release in shelf.current.items():
        out = [r.effective_at for r in ledger.releases_of(release.dataflow) if r.came_out(now)]
        sets.append(_set(base, shelf, shelf.flows[id_], release, min(out)))
    issued = min((s.issued for s in sets), default=None)
    publisher = Agent(f"{base}/#publisher", _house(shelf.catalogue), parts.settings.contact_link)
    return Described(
        f"{base}/#catalogue", WORDS["title"], WORDS["text"], f"{base}/", issued, modified(shelf), publisher, tuple(sets),
        tuple(_services(base)),
    )  # fmt: skip


def _house(catalogue: Catalogue) -> Texts:
    found = (a.names for scheme in catalogue.all(AgencyScheme) for a in scheme.items if a.id == "SSER")
    return next(found, {"en": "SSER"})


def _services(base: str) -> Iterator[Service]:
    for name, titles, path, standard in (
        ("sdmx-1.5", {"en": "SDMX REST 1.5", "fr": "SDMX REST 1.5"}, "/sdmx/v1", f"{_TWG}sdmx-rest/tree/v1.5.0"),
        ("sdmx-2", {"en": "SDMX REST 2.x", "fr": "SDMX REST 2.x"}, "/sdmx/v2", f"{_TWG}sdmx-rest/tree/v2.2.2"),
        ("rest", {"en": "Plain REST", "fr": "REST simple"}, "/api/v1", ""),
    ):
        about = {
            "en": f"Reads figures and structures by HTTP: {titles['en']}.",
            "fr": f"Lit chiffres et structures par HTTP : {titles['fr']}.",
        }
        yield Service(
            f"{base}/#service-{name}", titles, about, f"{base}{path}", f"{base}/api/v1/openapi.json", standard
        )


def _set(base: str, shelf: Shelf, flow: Dataflow, release: Release, issued: datetime) -> Set:
    id_, reference = flow.reference.id, flow.reference
    synthetic = release.origin == "synthetic"
    structure = shelf.catalogue.structure(flow).reference
    iri = f"{base}/data/{quote(id_)}#dataset"
    periods = shelf.span(id_)
    said = WORDS["invented" if synthetic else "real"]
    recalled = flow.annotation("PROVENANCE") not in ("", "verified")
    first = {lang: f"{WORDS['synthetic'][lang]}. " if synthetic else "" for lang in ("en", "fr")}
    about = flow.descriptions or WORDS["none"]
    return Set(
        iri=iri,
        identifier=f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={reference}",
        titles={lang: first.get(lang, "") + text for lang, text in flow.names.items()},
        descriptions={lang: first.get(lang, "") + text for lang, text in about.items()},
        page=f"{base}/data/{quote(id_)}",
        issued=issued,
        modified=release.effective_at,
        version=str(release.number),
        frequency=_frequency(shelf, id_),
        first=_day(periods[:1], first=True),
        last=_day(periods[1:], first=False),
        keywords=_keywords(shelf, id_, synthetic),
        provenance={lang: f"{text} {WORDS['recalled'][lang]}" if recalled else text for lang, text in said.items()},
        structure=f"{base}/sdmx/v2/structure/datastructure/{structure.agency}/{structure.id}/{structure.version}?references=children",
        quality=f"{base}/quality/{quote(id_)}",
        files=tuple(_files(base, flow)),
    )


def _files(base: str, flow: Dataflow) -> Iterator[FileOf]:
    by_name = {f.name: f for f in OFFERED["data"]}
    for name in FILES:
        yield _file(base, flow, by_name[name])


def _file(base: str, flow: Dataflow, one: AnyFormat) -> FileOf:
    reference, (kind, media) = flow.reference, TYPES[one.syntax]
    address = f"{base}/sdmx/v2/data/dataflow/{reference.agency}/{reference.id}/{reference.version}?format={one.name}"
    sdmx = one.media_type.startswith("application/vnd.sdmx.")
    title = f"{kind} ({'SDMX ' + one.version if sdmx else one.name})"
    return FileOf(
        iri=f"{base}/data/{quote(reference.id)}#{one.name}",
        titles={"en": title, "fr": title},
        descriptions={
            "en": f"All released figures of the dataflow, as {title}; labels in French by lang=fr.",
            "fr": f"Tous les chiffres diffusés du flux, en {title} ; libellés en français par lang=fr.",
        },
        access=f"{base}/data/{quote(reference.id)}",
        download=address,
        file_type=kind,
        media_type=media,
        standard=_STANDARDS[one.syntax] if sdmx else "https://json-stat.org/format/" if one.name == "jsonstat" else "",
        service=f"{base}/#service-sdmx-2",
    )


def _frequency(shelf: Shelf, flow: str) -> str:
    """The finest frequency of what is released, as its letter; '' where nothing says."""
    held = shelf.held.get(flow, {})
    letters = {code for d, codes in held.items() if d.upper() == "FREQ" for code in codes}
    return next((letter for letter in _FINEST if letter in letters), "")


def _day(periods: tuple[str, ...], *, first: bool) -> date | None:
    for period in periods:
        return span(period).first if first else span(period).last
    return None


def _keywords(shelf: Shelf, flow: str, synthetic: bool) -> dict[str, list[str]]:
    names = [s.item.names for s in shelf.subjects if flow in s.flows]
    names += [r.names for r in shelf.recipients if flow in shelf.of_recipient(r.id)]
    names += [{"en": "synthetic data", "fr": "données synthétiques"}] if synthetic else []
    names += [{"en": "justice", "fr": "justice"}]
    return {lang: list(dict.fromkeys(n[lang] for n in names if lang in n)) for lang in ("en", "fr")}
