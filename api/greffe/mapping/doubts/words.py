"""The questions to experts, in French and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from greffe.catalogue.patterns import matched
from greffe.mapping.doubts.type_names import AXES, TYPE_NAMES
from greffe.mapping.words import CALCULATIONS, KINDS
from greffe.model.maps import SourceValue
from greffe.model.structures import Texts

# The least sure first; `verified` is not asked.
CONFIDENCES: Final = ("recalled-low", "unverified", "recalled", "inferred", "synthetic", "verified-secondary")
SUBJECTS: Final = ("row", "type", "calculation", "not-provided", "no-target", "code", "definition")
SUBJECT_NAMES: Final = {
    "row": ("décision", "decision"),
    "type": ("ce que la cellule compte", "what the cell counts"),
    "calculation": ("calcul", "calculation"),
    "not-provided": ("cellule non fournie", "cell not provided"),
    "no-target": ("indicateur sans destinataire", "indicator without recipient"),
    "code": ("code et libellé", "code and label"),
    "definition": ("définition d’un chiffre publié", "definition of a published figure"),
}
ANY: Final[Texts] = {"fr": "toute valeur", "en": "any value"}
NOTHING: Final[Texts] = {"fr": "(vide)", "en": "(empty)"}
_SHOWN: Final = 4  # codes of a pattern whose names are written out


def about_row(sources: Mapping[str, Texts], targets: Mapping[str, Texts], kind: str) -> tuple[str, str]:
    """Of a decision: what its source means and where it leads."""
    french, english = KINDS[kind]
    if not targets:
        return (
            f"« {_said(sources, 'fr')} » n’a pas de cible ({french}). Est-ce juste ?",
            f"“{_said(sources, 'en')}” has no target ({english}). Is this right?",
        )
    return (
        f"« {_said(sources, 'fr')} » devient « {_said(targets, 'fr')} » ({french}). Est-ce juste ?",
        f"“{_said(sources, 'en')}” becomes “{_said(targets, 'en')}” ({english}). Is this right?",
    )


def about_type(cells: Mapping[str, Texts], words: Mapping[str, str]) -> tuple[str, str]:
    """Of what target cells count: axis of the type → its word."""
    french, english = (
        ", ".join(f"{AXES[a][n]}{colon} {TYPE_NAMES[a][w][n]}" for a, w in words.items())
        for n, colon in enumerate((" :", ":"))
    )
    here, there = _cells(cells)
    return f"{here} : que compte-t-on ? {french}. Est-ce juste ?", f"{there} count: {english}. Is this right?"


def about_calculation(cells: Mapping[str, Texts], id_: str, kind: str) -> tuple[str, str]:
    """Of a declared calculation."""
    english, french = CALCULATIONS[kind]
    here, there = _cells(cells)
    return (
        f"{here} : la valeur est calculée ({french}, {id_}). Le destinataire l’attend-il ainsi ?",
        f"{there} are calculated ({english}, {id_}). Does the recipient expect it so?",
    )


def about_gap(cells: Mapping[str, Texts], kind: str) -> tuple[str, str]:
    """Of target cells that are left empty."""
    french, english = KINDS[kind]
    here, there = _cells(cells)
    return (
        f"{here} : nous ne les fournissons pas ({french}). Est-ce juste, et quelqu’un d’autre les a-t-il ?",
        f"{there} are not provided by us ({english}). Is this right, and does somebody else have them?",
    )


def _cells(cells: Mapping[str, Texts]) -> tuple[str, str]:
    if not cells:
        return "Toutes les cellules", "All cells"
    return f"Cellules « {_said(cells, 'fr')} »", f"Cells “{_said(cells, 'en')}”"


def about_pattern(source: SourceValue, codes: Mapping[str, Texts] | None) -> Texts:
    """What a source value that is a pattern stands for: the names of the codes that it matches."""
    if source.match == "substring":
        places = f"{source.start}-{source.end}"
        return {
            "fr": f"toute valeur dont les caractères {places} sont « {source.value} »",
            "en": f"any value whose characters {places} are “{source.value}”",
        }
    if source.value in (".*", ".+"):
        return ANY
    found = [code for code in codes or () if matched(source.value, code)]
    if not found:
        return {"fr": f"toute valeur de la forme {source.value}", "en": f"any value of the form {source.value}"}
    if codes is not None and len(found) == len(codes):
        return ANY
    return either([(codes or {})[code] for code in found])


def either(found: Sequence[Texts]) -> Texts:
    """Several names as one: `Males or Females`, at most a few and how many others."""
    said = {}
    for language, word, rest in (("fr", " ou ", "autres"), ("en", " or ", "others")):
        shown = [_name(names, language) for names in found[:_SHOWN]]
        more = len(found) - _SHOWN
        said[language] = word.join([*shown, f"{more} {rest}"] if more > 0 else shown)
    return said


def about_taken(target: str) -> Texts:
    """What a target value that takes groups of the source's pattern stands for."""
    return {"fr": f"ce que la source porte ({target})", "en": f"what the source holds ({target})"}


def about_code(list_: str, names: Texts) -> tuple[str, str]:
    """Of a code of a list."""
    return (
        f"Le code existe-t-il dans {list_}, et signifie-t-il « {_name(names, 'fr')} » ?",
        f"Does the code exist in {list_}, and does it mean “{_name(names, 'en')}”?",
    )


def _said(columns: Mapping[str, Texts], language: str) -> str:
    return " ; ".join(_name(names, language) for names in columns.values())


def _name(names: Texts, language: str) -> str:
    return names.get(language) or names.get("en") or names.get("fr") or next(iter(names.values()), "")
