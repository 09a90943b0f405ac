"""What stands in the way of a delivery, each with what would remove it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from greffe.catalogue.policies.deliveries import DSNC, Delivery
from greffe.formats.negotiation import DATA_FORMATS
from greffe.model.dataset_names import NAME
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.deadlines import reaches
from greffe.release.parts import Parts
from greffe.transmission.answers.asked import HALF, MISSING, TO_CONFIRM, Round
from greffe.transmission.answers.observations import homeless
from greffe.transmission.workbooks import kind_of
from greffe.transmission.workbooks.filled import NoCell

READER: Final = "pysdmx"  # with which files in XML are read again; an extra brings it
MARKED_UP: Final = tuple(f.name for f in DATA_FORMATS if f.syntax == "xml")
SYNTHETIC: Final = "synthetic"
NO_CELL: Final = "no_cell"
IN_FRENCH: Final[Mapping[str, str]] = {
    "text": "le texte", "comment": "le commentaire", "source": "la source", "footnote": "la note de bas de page",
    "explanation": "l’explication",
}  # fmt: skip
NAMED: Final = 10  # cells that an obstacle names; `greffe answers list` names all
# Code → English, French; `{…}` are the facts of the obstacle.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "no_way": (
        "{about}: no row of deliveries.csv says how it is sent.",
        "{about} : aucune ligne de deliveries.csv ne dit comment il est transmis.",
    ),
    "no_release": (
        "{about}: nothing is released. Release a draft first.",
        "{about} : rien n’est diffusé. Diffusez d’abord un projet.",
    ),
    "too_old": (
        "{about}: {release} ends with {last}, and data of {year} are asked for.",
        "{about} : {release} s’arrête à {last}, et les données de {year} sont demandées.",
    ),
    "synthetic": (
        "{about}: {release} holds synthetic figures: they are sent as a test only.",
        "{about} : {release} contient des chiffres synthétiques : ils ne partent qu’à titre d’essai.",
    ),
    "no_grant": (
        "{about}: {recipient} has no grant in force, by which it would have what is confidential.",
        "{about} : {recipient} n’a pas d’habilitation en vigueur, qui lui donnerait ce qui est confidentiel.",
    ),
    "format": (
        "{about}: {format} is no format of data here.",
        "{about} : {format} n’est pas un format de données d’ici.",
    ),
    "no_reader": (
        "{about}: a file in {format} is read again before it leaves, which needs pysdmx: pip install greffe[publications].",
        "{about} : un fichier en {format} est relu avant de partir, ce qui demande pysdmx : pip install greffe[publications].",
    ),
    "name": (
        "{about}: {name} does not name data of {year}.",
        "{about} : {name} ne désigne pas des données de {year}.",
    ),
    "no_sheet": (
        "{about}: the questionnaire {questionnaire} has no sheet for it.",
        "{about} : le questionnaire {questionnaire} n’a pas de feuille pour lui.",
    ),
    "no_cell": (
        "{about}: the questionnaire {questionnaire} has no cell for figures that are released ({n}); the first: {cell}. "
        "Give them a row in {file}.",
        "{about} : le questionnaire {questionnaire} n’a pas de cellule pour des chiffres diffusés ({n}) ; le premier : {cell}. "
        "Donnez-leur une ligne dans {file}.",
    ),
    "answers_missing": (
        "{about} {year}, answers that are missing: {n}. {cells}",
        "{about} {year}, réponses manquantes : {n}. {cells}",
    ),
    "answers_to_confirm": (
        "{about} {year}, answers of the last cycle that nobody confirmed: {n}. {cells}",
        "{about} {year}, réponses du dernier cycle que personne n’a confirmées : {n}. {cells}",
    ),
    "answers_half": (
        "{about} {year}, answers that are told in one language alone: {n}. {cells}",
        "{about} {year}, réponses dites dans une seule langue : {n}. {cells}",
    ),
    "answers_homeless": (
        "{about} {year}: the structure has no attribute for the {part} of {cells}.",
        "{about} {year} : la structure n’a pas d’attribut pour {part_fr} de {cells}.",
    ),
    "contribution_missing": (
        "{about}: {house} has not signed its cells; they are due {until} in Paris.",
        "{about} : {house} n’a pas validé ses cellules, attendues le {until} (heure de Paris).",
    ),
    "contribution_late": (
        "{about}: {house} has not signed its cells, which were due {until} in Paris.",
        "{about} : {house} n’a pas validé ses cellules, qui étaient attendues le {until} (heure de Paris).",
    ),
    "contribution_unmerged": (
        "{about}: what {house} signed is not merged yet.",
        "{about} : ce que {house} a validé n’est pas encore fusionné.",
    ),
    "contribution_contradicted": (
        "{about}: {cell} is released as {released}, and {house} says {said} (such cells: {n}). Reopen the contribution, with the reason.",
        "{about} : {cell} est diffusé à {released}, et {house} dit {said} (cellules dans ce cas : {n}). "
        "Rouvrez la contribution, avec la raison.",
    ),
    "contribution_more_asked": (
        "{about}: cells came since that {house} has not answered (such cells: {n}); the first: {cell}. Reopen the contribution.",
        "{about} : des cellules sont venues depuis, auxquelles {house} n’a pas répondu (cellules dans ce cas : {n}) ; "
        "la première : {cell}. Rouvrez la contribution.",
    ),
    "two_files": (
        "{name} would be the name of two files.",
        "{name} serait le nom de deux fichiers.",
    ),
    "under_way": (
        "{id} is under way ({state}): it is sent, settled or cancelled first.",
        "{id} est en cours ({state}) : il est d’abord transmis, réglé ou annulé.",
    ),
    "given_up": (
        "{about} was given up by {who} on {day}: {reason}",
        "{about} : {who} y a renoncé le {day} : {reason}",
    ),
    "same": (
        "Nothing differs from what {id} brought.",
        "Rien ne diffère de ce que {id} a apporté.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Obstacle:
    """`code`: a key of WORDS; `about`: a dataflow or a deadline; `facts`: what the sentence is filled with."""

    code: str
    about: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, about: str, **facts: object) -> Obstacle:
        """An obstacle with its facts."""
        return cls(code, about, tuple((k, str(v)) for k, v in facts.items()))

    def said(self, language: str = "en") -> str:
        """Its sentence."""
        return WORDS[self.code][language == "fr"].format(about=self.about, **dict(self.facts))

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {"code": self.code, "about": self.about, "en": self.said(), "fr": self.said("fr")}


def of_file(flow: Dataflow, row: Delivery, year: int, release: Release | None) -> list[Obstacle]:
    """What stands in the way of one file: no release, one that does not reach the year, a format or a name that cannot be."""
    about, found = flow.reference.id, []
    if release is None:
        found.append(Obstacle.of("no_release", about))
    elif not reaches(release.last_period, year):
        found.append(Obstacle.of("too_old", about, release=release, last=release.last_period, year=year))
    if row.format not in {f.name for f in DATA_FORMATS}:
        found.append(Obstacle.of("format", about, format=row.format))
    elif row.format in MARKED_UP and find_spec(READER) is None:
        found.append(Obstacle.of("no_reader", about, format=row.format))
    name = row.named(about, year, 1)
    match = NAME.fullmatch(name) if row.naming == DSNC else None
    if row.naming == DSNC and (match is None or match["year"] != str(year)):
        found.append(Obstacle.of("name", about, name=name, year=year))
    return found


def book_of(
    parts: Parts, flows: Sequence[Dataflow], row: Delivery, year: int, *, test: bool
) -> tuple[list[tuple[Dataflow, Release]], list[Obstacle]]:
    """What fills a questionnaire, in the order of its sheets, and what stands in the way of it. A sheet that is optional goes
    out without a release, if some other sheet has one; in a test, also one whose release does not reach the year, with the
    cells of that year marked as missing."""
    one, found, faults = parts.catalogue().questionnaires.get(row.questionnaire), list[tuple[Dataflow, Release]](), []
    if one is None or kind_of(row.format) is None:
        return [], [Obstacle.of("format", row.delivery, format=row.format)]
    ids = list(dict.fromkeys(s.flow for s in one.sheets))
    mine = [f for f in flows if row.sends(f.reference.id)]
    faults += [Obstacle.of("no_sheet", f.reference.id, questionnaire=one.id) for f in mine if f.reference.id not in ids]
    for flow in sorted((f for f in mine if f.reference.id in ids), key=lambda f: ids.index(f.reference.id)):
        release, sheet = parts.ledger().current(flow.reference, parts.clock()), one.sheet_of(flow.reference.id)
        if release is not None:
            found.append((flow, release))
        elif sheet is not None and sheet.optional:
            continue
        faults += [o for o in of_file(flow, row, year, release) if o.code != "format"]
    if test and any(reaches(release.last_period, year) for _, release in found):
        faults = [o for o in faults if o.code != "too_old"]
    if not found and not faults:
        faults.append(Obstacle.of("no_release", row.delivery))
    return found, faults


def of_layout(questionnaire: str, error: NoCell) -> Obstacle:
    """A questionnaire that cannot be filled, for it has no place for what is released."""
    return Obstacle.of(
        NO_CELL, error.flow, questionnaire=questionnaire, n=error.figures, cell=error.first, file=error.layout
    )


def of_answers(found: Round, *, all_released: bool) -> list[Obstacle]:
    """Cells that nobody answered, or answers that nobody confirmed, by name. Where a release is still to come, what it will
    fill is not told as missing, nor is what a house answers: its contribution is."""
    obstacles = []
    for state in (MISSING, TO_CONFIRM, HALF) if all_released else (TO_CONFIRM, HALF):
        names = [a.name for a in found.cells if a.state == state]
        if names:
            cells = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
            facts = {"year": found.cycle, "n": len(names), "cells": cells}
            obstacles.append(Obstacle.of(f"answers_{state}", found.questionnaire.id, **facts))
    return obstacles


def of_places(found: Round, structure: DataStructure, flow: str) -> list[Obstacle]:
    """Texts that a file of observations has no attribute for, by part and cell: they would not reach the recipient."""
    cells: dict[str, list[str]] = {}
    for one in found.cells:
        for part in homeless(structure, one.answer.said) if one.answer else ():
            cells.setdefault(part, []).append(one.name)
    return [
        Obstacle.of(
            "answers_homeless",
            flow,
            year=found.cycle,
            part=part,
            part_fr=IN_FRENCH[part],
            cells=", ".join(names[:NAMED]),
        )
        for part, names in cells.items()
    ]


def of_origin(releases: Sequence[Release], *, test: bool) -> list[Obstacle]:
    """Figures that are invented do not leave but as a test (D13)."""
    found = [r for r in releases if r.origin == SYNTHETIC and not test]
    return [Obstacle.of("synthetic", r.dataflow.id, release=r) for r in found]
