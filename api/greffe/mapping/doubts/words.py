"""The questions to experts, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.model.structures import Texts

# The least sure first; `verified` is not asked.
CONFIDENCES: Final = ("recalled-low", "unverified", "recalled", "inferred", "synthetic", "verified-secondary")
SUBJECTS: Final = ("row", "type", "calculation", "not-provided", "no-target", "code")
SUBJECT_NAMES: Final = {
    "row": ("décision", "decision"),
    "type": ("ce que la cellule compte", "what the cell counts"),
    "calculation": ("calcul", "calculation"),
    "not-provided": ("cellule non fournie", "cell not provided"),
    "no-target": ("indicateur sans destinataire", "indicator without recipient"),
    "code": ("code et libellé", "code and label"),
}
_KINDS: Final = {
    "exact": ("équivalent", "equal"),
    "narrower": ("plus étroit que la cible", "narrower than the target"),
    "broader": ("plus large que la cible", "wider than the target"),
    "aggregate": ("une partie de la cible", "one part of the target"),
    "not-applicable": ("sans objet", "not applicable"),
    "not-available": ("non disponible", "not available"),
    "no-target": ("la cible n’existe pas", "there is no target"),
    "other-house": ("relève d’une autre maison", "the matter of another house"),
}
_AXES: Final = {
    "counting_unit": ("unité", "unit"), "population": ("population", "population"), "moment": ("moment", "moment"),
    "offence_rule": ("règle d’infraction", "offence rule"), "territory": ("champ", "territory"),
    "legal_persons": ("personnes morales", "legal persons"),
}  # fmt: skip


def about_row(sources: Mapping[str, Texts], targets: Mapping[str, Texts], kind: str) -> tuple[str, str]:
    """Of a decision: what its source means and where it leads."""
    french, english = _KINDS[kind]
    if not targets:
        return (
            f"« {_said(sources, 'fr')} » n’a pas de cible ({french}). Est-ce juste ?",
            f"“{_said(sources, 'en')}” has no target ({english}). Is this right?",
        )
    return (
        f"« {_said(sources, 'fr')} » devient « {_said(targets, 'fr')} » ({french}). Est-ce juste ?",
        f"“{_said(sources, 'en')}” becomes “{_said(targets, 'en')}” ({english}). Is this right?",
    )


def about_type(words: Mapping[str, str]) -> tuple[str, str]:
    """Of what target cells count."""
    french = ", ".join(f"{_AXES[a][0]} {w}" for a, w in words.items())
    english = ", ".join(f"{_AXES[a][1]} {w}" for a, w in words.items())
    return f"La cellule compte : {french}. Est-ce juste ?", f"The cell counts: {english}. Is this right?"


def about_calculation(id_: str, kind: str) -> tuple[str, str]:
    """Of a declared calculation."""
    return (
        f"La valeur est calculée par {id_} ({kind}). Le destinataire l’attend-il ainsi ?",
        f"The value is calculated by {id_} ({kind}). Does the recipient expect it so?",
    )


def about_gap(kind: str) -> tuple[str, str]:
    """Of target cells that are left empty."""
    french, english = _KINDS[kind]
    return (
        f"Nous ne fournissons pas ces cellules ({french}). Est-ce juste, et quelqu’un d’autre les a-t-il ?",
        f"We do not provide these cells ({english}). Is this right, and does somebody else have them?",
    )


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
