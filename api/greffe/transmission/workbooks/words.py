"""What workbooks say themselves, French and English side by side: recipients read the one or the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.transmission.workbooks.answers import CONF, EXPLANATION, STATUS

Both = tuple[str, str]  # French, English
READ_ME: Final = "Lisez-moi Read me"
SYNTHETIC: Final[Both] = (
    "CHIFFRES SYNTHÉTIQUES, inventés pour des essais : ne pas diffuser",
    "SYNTHETIC FIGURES, invented for trials: not for publication",
)
TEST: Final[Both] = ("ESSAI : ce classeur ne vaut pas réponse", "TEST: this workbook is no answer")
QUESTION: Final[Both] = ("Question", "Question")
CODE: Final[Both] = ("Code", "Code")
FRENCH: Final[Both] = ("Libellé (français)", "Label (French)")
ENGLISH: Final[Both] = ("Libellé (anglais)", "Label (English)")
ATTRIBUTES: Final[Mapping[str, Both]] = {
    STATUS: ("Statut", "Status"), CONF: ("Confidentialité", "Confidentiality"), "COMMENT_OBS": ("Commentaire", "Comment"),
    "SOURCE_NOTE": ("Source", "Source"), "FOOTNOTE": ("Note", "Footnote"),
    EXPLANATION: ("Explication de la variation", "Explanation of the variation"),
}  # fmt: skip
FACTS: Final[Mapping[str, Both]] = {
    "recipient": ("Destinataire", "Recipient"), "year": ("Année des données", "Year of the data"),
    "transmission": ("Livraison", "Delivery"), "prepared": ("Préparé (UTC)", "Prepared (UTC)"),
    "layout": ("Sûreté de la mise en page", "Confidence in the layout"),
}  # fmt: skip
CONFIDENCE: Final[Mapping[str, Both]] = {
    "recalled": ("de mémoire", "recalled"), "recalled-low": ("de mémoire, peu sûr", "recalled, not sure"),
    "verified": ("vérifié", "verified"),
}  # fmt: skip
RELEASES: Final[Both] = ("Ce qui remplit les feuilles", "What the sheets are filled from")
RELEASE_COLUMNS: Final[tuple[Both, ...]] = (
    ("Feuille", "Sheet"), ("Diffusion", "Release"), ("Producteur", "Provider"), ("Empreinte (SHA-256)", "Checksum (SHA-256)"),
)  # fmt: skip
NOTHING: Final[Both] = ("rien n’est diffusé", "nothing is released")
LEGEND: Final[Both] = ("Ce qui se lit dans les cellules", "What stands in the cells")
NUMBERS: Final[Both] = (
    "Un nombre est tel que diffusé, sans arrondi. Zéro est un zéro compté.",
    "A number is as released, not rounded. Zero is a counted zero.",
)
EDITING: Final[Both] = (
    "Les cellules de réponse et leurs notes peuvent être modifiées, la structure non. Aucun mot de passe.",
    "Cells of answers and their notes may be edited, the structure may not. There is no password.",
)
NAMED: Final[Both] = (
    "Chaque cellule de réponse porte un nom : flux, codes, année.",
    "Each cell of an answer has a name: dataflow, codes, year.",
)
CONFIDENTIAL: Final[Both] = ("confidentiel", "confidential")
UNHELD: Final[Both] = ("non tenu", "not held")
STATUSES: Final[Both] = ("Statuts présents", "Statuses that occur")
NOT_VALID: Final[Both] = ("Réponse non reconnue", "Answer not recognised")
YES_NO: Final = ("Yes", "No")


def both(pair: Both) -> str:
    """Both languages in one cell, once where they are the same."""
    return pair[0] if pair[0] == pair[1] else f"{pair[0]} / {pair[1]}"
