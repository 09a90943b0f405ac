"""What a comparison of two releases says to people, in both languages."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "en": {
        "read_me": "Read me", "summary": "Summary", "changed": "Changed", "added": "Added", "gone": "Gone",
        "title": "Two releases compared", "dataflow": "Dataflow", "older": "Before", "newer": "After",
        "effective": "In effect since", "reason": "Reason given", "warning": "WARNING",
        "synthetic": "SYNTHETIC figures, invented for trials", "counts": "Observations that differ",
        "how": "How to read this file",
        "lines": (
            "One row is one observation of one of the two releases. Codes are text, values are numbers.",
            "Difference: after less before, exact. Revision: the difference in percent of the value before, rounded once to "
            "4 decimals, half away from zero; empty where the value before is zero or one of both is missing.",
            "An empty value is missing, it is not zero. The largest differences stand first; units differ from row to row.",
            "A value that is confidential in either release is left out in both: its row shows CONF_STATUS alone.",
            "Summary: mean revision (direction), mean absolute revision (size) and its share of the values before, over the "
            "observations whose number changed; never across units.",
        ),
        "period": "Period", "before": "Value before", "after": "Value after", "difference": "Difference",
        "percent": "Revision (%)", "attributes": "Other changes", "confidential": "confidential",
        "indicator": "Indicator", "unit": "Unit", "label": "Label", "numbers": "Numbers revised", "mean": "Mean revision",
        "mean_absolute": "Mean absolute revision", "relative": "Mean absolute revision (%)", "up": "Upward",
        "down": "Downward", "all": "All", "long": "More digits than Excel keeps: the cell is text.",
    },
    "fr": {
        "read_me": "À lire", "summary": "Synthèse", "changed": "Modifiées", "added": "Ajoutées", "gone": "Disparues",
        "title": "Deux diffusions comparées", "dataflow": "Flux de données", "older": "Avant", "newer": "Après",
        "effective": "En vigueur depuis", "reason": "Motif donné", "warning": "ATTENTION",
        "synthetic": "Chiffres SYNTHÉTIQUES, inventés pour essai", "counts": "Observations qui diffèrent",
        "how": "Comment lire ce fichier",
        "lines": (
            "Une ligne est une observation de l’une des deux diffusions. Les codes sont du texte, les valeurs des nombres.",
            "Différence : après moins avant, exacte. Révision : la différence en pourcentage de la valeur d’avant, arrondie "
            "une fois à 4 décimales, en s’éloignant de zéro à mi-chemin ; vide si la valeur d’avant est nulle ou si l’une "
            "des deux manque.",
            "Une valeur vide est manquante, elle n’est pas nulle. Les plus grandes différences viennent d’abord ; les unités "
            "changent d’une ligne à l’autre.",
            "Une valeur confidentielle dans l’une des deux diffusions est omise dans les deux : sa ligne montre CONF_STATUS "
            "seul.",
            "Synthèse : révision moyenne (sens), révision absolue moyenne (ampleur) et sa part dans les valeurs d’avant, sur "
            "les observations dont le nombre a changé ; jamais d’une unité à l’autre.",
        ),
        "period": "Période", "before": "Valeur avant", "after": "Valeur après", "difference": "Différence",
        "percent": "Révision (%)", "attributes": "Autres changements", "confidential": "confidentiel",
        "indicator": "Indicateur", "unit": "Unité", "label": "Libellé", "numbers": "Nombres révisés",
        "mean": "Révision moyenne", "mean_absolute": "Révision absolue moyenne",
        "relative": "Révision absolue moyenne (%)", "up": "À la hausse", "down": "À la baisse", "all": "Ensemble",
        "long": "Plus de chiffres qu’Excel n’en garde : la cellule est du texte.",
    },
}  # fmt: skip


def word(lang: str, name: str) -> str:
    """A word in that language."""
    found = WORDS[lang][name]
    return found if isinstance(found, str) else " ".join(found)


def lines(lang: str) -> tuple[str, ...]:
    """How to read a comparison, a sentence each."""
    found = WORDS[lang]["lines"]
    return (found,) if isinstance(found, str) else tuple(found)
