"""A table of the pivot as the artefacts of one edition: two code lists, two correspondences; and back from a catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.correspondences import FOLDER, correspondence_files
from greffe.errors import BadQuery, NotFound, nearest
from greffe.mapping.pivot.table import Offence, PivotTable, Post
from greffe.model.artefacts import Annotation, Item, Texts
from greffe.model.maps import Correspondence, MapRow, RepresentationMap, SourceValue
from greffe.model.references import Reference
from greffe.model.structures import Codelist

AGENCY: Final = "SSER"
NATINF_LIST, NFI_LIST, ICCS_LIST = "CL_NATINF", "CL_NFI", "ICCS"
TO_NFI, TO_ICCS = "NATINF_TO_NFI", "NFI_TO_ICCS"
ORIGINS: Final = {"real": "verified", "synthetic": "synthetic"}  # origin → confidence of what the table says
_EDITION: Final = re.compile(r"(\d{4})-(\d{1,2})(?:\.(\d{1,3}))?")
_REASON: Final = "As in the official table."
_NO_KIND: Final = "As in the official table, which does not say the relation: taken as a part of the target."


@dataclass(frozen=True)
class Edition:
    """What is said of a file: its edition (2026-1, a correction 2026-1.2), name, sha256, day of receipt, origin."""

    id: str
    file: str
    sha256: str
    received: str
    origin: str = "real"

    def check(self) -> None:
        """Raises BadQuery for an edition or an origin that is none."""
        _ = self.version, self.confidence

    @property
    def version(self) -> str:
        """Of its artefacts: 2026-1 → 2026.1.0. Raises BadQuery."""
        found = _EDITION.fullmatch(self.id)
        if found is None:
            hint = "Year and number, 2026-1; a correction of it 2026-1.2."
            raise BadQuery(f"{self.id!r} is no edition.", parameter="--edition", hint=hint)
        return f"{int(found[1])}.{int(found[2])}.{int(found[3] or 0)}"

    @property
    def confidence(self) -> str:
        """How sure rows and codes are. Raises BadQuery for an unknown origin."""
        if self.origin not in ORIGINS:
            near = nearest(self.origin, ORIGINS)
            raise BadQuery(f"{self.origin!r} is no origin.", parameter="--origin", nearest=near)
        return ORIGINS[self.origin]


@dataclass(frozen=True)
class Artefacts:
    """Of an edition: its code lists and its correspondences."""

    lists: tuple[Codelist, ...]
    correspondences: tuple[Correspondence, ...]


def artefacts_of(table: PivotTable, edition: Edition, iccs: Reference) -> Artefacts:
    """What an edition is made of; `iccs`: the list of the targets."""
    lists = (_natinf(table, edition), _nfi(table, edition))
    natinf, nfi = (list_.reference for list_ in lists)
    to_nfi = _correspondence(edition, TO_NFI, natinf, nfi, tuple(_to_nfi(table, edition)))
    return Artefacts(lists, (to_nfi, _correspondence(edition, TO_ICCS, nfi, iccs, tuple(_to_iccs(table, edition)))))


def files_of(artefacts: Artefacts, edition: Edition) -> dict[str, bytes]:
    """The files of an edition by path: `sdmx/SSER/codelist/CL_NATINF_2026-1.json` …"""
    found = {list_file(list_.reference.id, edition.id): dump_file(list_) for list_ in artefacts.lists}
    for one in artefacts.correspondences:
        found |= correspondence_files(one)
    return found


def with_edition(catalogue: Catalogue, artefacts: Artefacts) -> Catalogue:
    """The catalogue with an edition in it, for comparing: nothing is checked, `load` does that."""
    lists = {(list_.kind, list_.reference): list_ for list_ in artefacts.lists}
    ids = {one.reference.id for one in artefacts.correspondences}
    others = {r: one for r, one in catalogue.correspondences.items() if r.id not in ids}
    mine = {one.reference: one for one in artefacts.correspondences}
    return replace(catalogue, artefacts={**catalogue.artefacts, **lists}, correspondences={**others, **mine})


def list_file(id_: str, edition: str) -> str:
    """Where a code list of an edition stands."""
    return f"sdmx/{AGENCY}/codelist/{id_}_{edition}.json"


def _natinf(table: PivotTable, edition: Edition) -> Codelist:
    items = (
        Item(one.code, {"fr": one.label}, annotations=(Annotation("NATURE", one.nature),))
        for one in table.latest.values()
    )
    names = {"en": "NATINF, natures of offences", "fr": "NATINF, natures d’infraction"}
    return _list(NATINF_LIST, names, edition, tuple(items))


def _nfi(table: PivotTable, edition: Edition) -> Codelist:
    items = (
        Item(
            post.code, {"fr": post.label}, parent=post.parent,
            annotations=(Annotation("LEVEL", str(post.level)), *_spelled(post)),
        )
        for post in table.posts.values()
    )  # fmt: skip
    names = {"en": "NFI, French classification of offences", "fr": "NFI, nomenclature française des infractions"}
    return _list(NFI_LIST, names, edition, tuple(items))


def _spelled(post: Post) -> tuple[Annotation, ...]:
    return (Annotation("SOURCE_CODE", post.spelling),) if post.spelling != post.code else ()


def _list(id_: str, names: Texts, edition: Edition, items: tuple[Item, ...]) -> Codelist:
    said = {
        "PROVENANCE": edition.confidence,
        "SOURCE": edition.file,
        "EDITION": edition.id,
        "RECEIVED": edition.received,
        "SHA256": edition.sha256,
    }
    full = {language: f"{name}{_of(edition)[language]}" for language, name in names.items()}
    annotations = tuple(Annotation(type_, title) for type_, title in said.items())
    return Codelist(Reference(AGENCY, id_, edition.version), full, annotations=annotations, items=items)


def _of(edition: Edition) -> Texts:
    synthetic = edition.origin == "synthetic"
    return {
        "en": f" ({'synthetic' if synthetic else 'edition'} {edition.id})",
        "fr": f" ({'édition synthétique' if synthetic else 'édition'} {edition.id})",
    }


def _correspondence(
    edition: Edition, id_: str, source: Reference, target: Reference, rows: tuple[MapRow, ...]
) -> Correspondence:
    file = f"{FOLDER}{id_.lower()}"
    ends = id_.split("_TO_")
    names = {
        "en": f"{ends[0]} to {ends[1]}{_of(edition)['en']}",
        "fr": f"{ends[0]} vers {ends[1].replace('ICCS', 'CICS')}{_of(edition)['fr']}",
    }
    reference = Reference(AGENCY, id_, edition.version)
    table = RepresentationMap(reference, f"{file}.csv", (source.id,), (target.id,), rows, names)
    return Correspondence(
        f"{file}.yaml", table, (source,), (target,), {}, edition.confidence, edition.id, edition.received,
        edition.file, edition.sha256,
    )  # fmt: skip


def _to_nfi(table: PivotTable, edition: Edition) -> list[MapRow]:
    """A NATINF code is one part of its post. The id of a row names both, so that a code that moves is a new decision."""
    ids: set[str] = set()
    rows: list[MapRow] = []
    for one in table.offences:
        id_ = f"{one.code}-{one.nfi}"
        id_ = f"{id_}-{one.valid_from}" if id_ in ids else id_
        ids.add(id_)
        rows.append(
            MapRow(
                id_, (SourceValue(one.code),), (one.nfi,), "aggregate", one.valid_from, one.valid_to,
                edition.confidence, _REASON, f"NATINF, edition {edition.id}",
            )
        )  # fmt: skip
    return rows


def _to_iccs(table: PivotTable, edition: Edition) -> list[MapRow]:
    return [
        MapRow(
            f"{post.code}-{post.iccs}", (SourceValue(post.code),), (post.iccs,), post.kind,
            confidence=edition.confidence, reason=_NO_KIND if post.kind == "aggregate" else _REASON,
            reference=f"NFI, edition {edition.id}",
        )
        for post in table.posts.values() if post.iccs
    ]  # fmt: skip


def edition_of(catalogue: Catalogue) -> str:
    """The edition of the pivot in a catalogue, '' when none was imported."""
    found = _alone(catalogue, TO_NFI)
    return found.edition if found else ""


def table_of(catalogue: Catalogue) -> PivotTable:
    """The table that a catalogue holds. Raises NotFound when none was imported."""
    to_nfi, to_iccs = _alone(catalogue, TO_NFI), _alone(catalogue, TO_ICCS)
    if to_nfi is None or to_iccs is None:
        raise NotFound("No table of the pivot was imported.", hint="greffe pivot import FILE --edition 2026-1 …")
    codes = {item.id: item for item in catalogue.get(Codelist, to_nfi.sources[0]).items}
    targets = {row.sources[0].value: row for row in to_iccs.table.rows}
    posts: dict[str, Post] = {}
    for item in catalogue.get(Codelist, to_nfi.targets[0]).items:
        row = targets.get(item.id)
        posts[item.id] = Post(
            item.id, item.annotation("SOURCE_CODE") or item.id, item.names["fr"], int(item.annotation("LEVEL")),
            item.parent, row.targets[0] if row else "", row.kind if row else "",
        )  # fmt: skip
    offences = (
        Offence(
            row.sources[0].value, codes[row.sources[0].value].names["fr"],
            codes[row.sources[0].value].annotation("NATURE"), row.targets[0], row.valid_from, row.valid_to,
        )
        for row in to_nfi.table.rows
    )  # fmt: skip
    return PivotTable(posts, tuple(offences))


def _alone(catalogue: Catalogue, id_: str) -> Correspondence | None:
    return next((one for one in catalogue.correspondences.values() if one.reference.id == id_), None)
