"""What a workbook of a map says: its sheets and columns, in French and English, and texts that survive XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.mapping.exchange.sets import MappingSet

FORM: Final = "greffe-map-1"  # what the workbook says it is
README: Final = "À lire - Read me"
ROWS: Final = "Correspondances - Rows"
CODES: Final = "Codes"
TYPES: Final = "Types"
TYPES_SAID: Final = (
    "Ce que comptent les cibles (lecture seule). Une cible qui manque ici : au retour, l’import dit ce qu’il faut ajouter et le "
    "propose avec la ligne (--types, ou la page).",
    "What targets count (read only). A target that is missing here: on return the import says what is to be added and proposes it "
    "with the row (--types, or the page).",
)
FIRST: Final = 3  # the first row with a decision: names and titles stand above
SPARE: Final = 100  # rows for new decisions
REMOVE: Final = "remove"
SIGNED: Final = ("author", "reviewers", "status", "since", "comments")

_TITLES: Final = {
    "row_id": ("Identifiant", "Row id"),
    "action": ("Action (remove : retirer)", "Action"),
    "priority": ("Rang", "Priority"),
    "match": ("Comparaison", "Match"),
    "kind": ("Nature du lien", "Kind"),
    "valid_from": ("Valable du", "Valid from"),
    "valid_to": ("Valable jusqu’au", "Valid to"),
    "confidence": ("Confiance", "Confidence"),
    "reason": ("Motif", "Reason"),
    "reference": ("Référence", "Reference"),
    "author": ("Auteur", "Author"),
    "reviewers": ("Approuvé par", "Approved by"),
    "status": ("État", "Status"),
    "since": ("Depuis", "Since"),
    "comments": ("Commentaires", "Comments"),
    "hash": ("Empreinte", "Fingerprint"),
}
WIDTHS: Final = {"reason": 60, "comments": 40, "row_id": 18, "hash": 18, "reference": 22, "priority": 8}

EXPLAINED: Final = (
    ("Une ligne est une décision : ces valeurs de source deviennent ces valeurs de cible.",
     "A row is a decision: these source values become these target values."),
    ("Les cellules blanches se modifient ; les grises, non (identifiant, libellés, signatures, empreinte).",
     "White cells may be changed; grey ones may not (id, labels, signatures, fingerprint)."),
    ("Les listes proposent les codes valables ; leurs libellés sont dans la feuille « Codes ». Après un changement de code, "
     "le libellé d’à côté reste l’ancien : il n’est pas relu.",
     "Drop-downs give the valid codes; their labels are on the sheet Codes. After a change of code the label beside it is "
     "still the old one: it is not read back."),
    ("Nouvelle décision : remplir une ligne vide du bas, avec un nouvel identifiant. Retirer une décision : action remove. Le "
     "rang est la priorité : la première ligne qui convient l’emporte.",
     "New decision: fill an empty row at the bottom, with a new id. Withdraw one: action remove. Priority: the first row that "
     "matches wins."),
    ("Ni formules, ni cellules fusionnées, ni macros. La protection n’a pas de mot de passe : elle évite les erreurs.",
     "No formulas, no merged cells, no macros. The protection has no password: it prevents slips."),
    ("Au retour, le fichier devient une proposition avec la liste des différences ; rien n’est en vigueur sans deux "
     "approbations. Les signatures ne se mettent pas dans le fichier.",
     "On return the file becomes a proposal with its list of differences; nothing is in effect without two approvals. "
     "Signatures are not made in the file."),
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A column of the sheet of rows. `codes`: name of the list that its cells take, on the sheet Codes."""

    name: str
    french: str
    english: str
    locked: bool = False
    codes: str = ""


def headings(base: MappingSet) -> Iterator[Heading]:
    """The columns, left to right: `label_fr:source:SEXE` stands beside `source:SEXE`."""
    yield _plain("row_id")
    for side in ("source", "target"):
        for column in base.columns:
            if column.side == side:
                yield from _coded(column.name, column.component, coded=column.codes is not None)
        if side == "source":
            yield _plain("match", codes="match")
    yield _plain("kind", codes="kind")
    yield _plain("valid_from")
    yield _plain("valid_to")
    yield _plain("confidence", codes="confidence")
    for name in ("reason", "reference", "priority"):
        yield _plain(name)
    yield _plain("action", codes="action")
    for name in (*SIGNED, "hash"):
        yield _plain(name, locked=True)


def _coded(name: str, component: str, *, coded: bool) -> Iterator[Heading]:
    way = ("Source", "Source") if name.startswith("source:") else ("Cible", "Target")
    yield Heading(name, f"{way[0]} {component}", f"{way[1]} {component}", codes=name if coded else "")
    if coded:
        yield Heading(f"label_fr:{name}", f"{component} : libellé", f"{component}: French label", locked=True)
        yield Heading(f"label_en:{name}", f"{component} : libellé anglais", f"{component}: English label", locked=True)


def _plain(name: str, *, locked: bool = False, codes: str = "") -> Heading:
    return Heading(name, *_TITLES[name], locked=locked, codes=codes)


_MARK: Final = "␛"
# What XML 1.0 cannot carry or changes (CR), what Excel or openpyxl would take for an escape of their own, and the mark.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\ufffe\uffff␛]|_(?=x[0-9A-Fa-f]{4}_)|x(?=005F_)"
)  # fmt: skip
_SAFE: Final = re.compile("␛([0-9A-F]{4})")


def safe(text: str) -> str:
    """The text as a cell carries it: ␛ and four digits for each character that would not come back."""
    return _UNSAFE.sub(lambda found: f"{_MARK}{ord(found[0]):04X}", text)


def plain(text: str) -> str:
    """The text that `safe` was given."""
    return _SAFE.sub(lambda found: chr(int(found[1], 16)), text)


def listed(values: Sequence[str], separator: str) -> str:
    """Several texts in a cell: between separators, or as JSON when that could not be told apart again."""
    simple = all(
        v and v == v.strip() and separator.strip(" ") not in v and "\n" not in v and v[0] != "[" for v in values
    )
    return separator.join(values) if simple else json.dumps(list(values), ensure_ascii=False)


def texts_of(cell: str, separator: str) -> tuple[str, ...]:
    """The texts that `listed` was given. Raises ValueError."""
    if not cell.startswith("["):
        return tuple(cell.split(separator)) if cell else ()
    found: object = json.loads(cell)
    if not isinstance(found, list) or not all(isinstance(v, str) for v in found):
        raise ValueError("no list of texts")
    return tuple(str(v) for v in found)
