"""The workbook of a house: which columns it has, where answers stand, and what it says in French and English.

A row a cell of the questionnaire, its notes beside it in both languages; those of the house are open, all others locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.catalogue.questionnaires import CHOICE, NUMBER, TEXT, YES_NO
from greffe.model.answers import COMMENT, EXPLANATION, FOOTNOTE, MISSING, SOURCE
from greffe.model.answers import TEXT as WORDS
from greffe.transmission.workbooks.words import CODE, ENGLISH, FRENCH, QUESTION, Both
from greffe.transmission.workbooks.words import YES_NO as YES_NO_WORDS

EDITION: Final = "GREFFE_EDITION"  # the name of the cell that says of which contribution it is, and the how-manieth
SIGNATORY: Final = "GREFFE_SIGNED_BY"
TITLE_ROW, HEADER_ROW = 1, 2
COLUMN: Final[Both] = ("Colonne", "Column")
OWNER: Final[Both] = ("Service", "House")
RELEASED: Final[Both] = ("Déjà diffusé", "Released already")
ANSWER: Final[Both] = ("Réponse", "Answer")
# Part of an answer, language → title of its column, in the order of the columns.
TOLD: Final[Mapping[tuple[str, str], Both]] = {
    (WORDS, "fr"): ("Texte de la réponse, en français", "Text of the answer, in French"),
    (WORDS, "en"): ("Texte de la réponse, en anglais", "Text of the answer, in English"),
    (COMMENT, "fr"): ("Commentaire, en français", "Comment, in French"),
    (COMMENT, "en"): ("Commentaire, en anglais", "Comment, in English"),
    (SOURCE, "fr"): ("Source, en français", "Source, in French"),
    (SOURCE, "en"): ("Source, en anglais", "Source, in English"),
    (FOOTNOTE, "fr"): ("Note, en français", "Footnote, in French"),
    (FOOTNOTE, "en"): ("Note, en anglais", "Footnote, in English"),
    (EXPLANATION, "fr"): ("Explication de la variation, en français", "Explanation of the variation, in French"),
    (EXPLANATION, "en"): ("Explication de la variation, en anglais", "Explanation of the variation, in English"),
}
LABELS: Final = (QUESTION, CODE, FRENCH, ENGLISH, COLUMN, OWNER, RELEASED)
WIDTHS: Final = (12, 34, 46, 46, 34, 12, 16, 18)
OWNER_AT, ANSWER_AT = 6, 8
TOLD_AT: Final = {key: ANSWER_AT + place for place, key in enumerate(TOLD, 1)}
LAST_COLUMN: Final = ANSWER_AT + len(TOLD)
FACTS: Final[Mapping[str, Both]] = {
    "house": ("Service", "House"), "questionnaire": ("Questionnaire", "Questionnaire"),
    "year": ("Année des données", "Year of the data"), "until": ("À rendre avant le (heure de Paris)", "Due before (in Paris)"),
    "edition": ("Édition", "Edition"), "signatory": ("Validé par (nom, fonction)", "Signed by (name, office)"),
}  # fmt: skip
HOW: Final[tuple[Both, ...]] = (
    (
        "Seules les cellules sur fond jaune sont à remplir : ce sont celles de votre service.",
        "Only cells on yellow are to be filled in: those of your house.",
    ),
    (
        "Un nombre s’écrit en chiffres. NA : existe, et n’est pas connu. NAP : n’existe pas en France.",
        "A number is written in digits. NA: it exists and is not known. NAP: it does not exist in France.",
    ),
    (
        "Les autres cellules sont montrées, avec le service qui en répond. Elles ne sont pas à modifier.",
        "All other cells are shown, with the house that answers for them. They are not to be changed.",
    ),
    (
        "N’insérez, ne déplacez et ne renommez rien : un classeur modifié est refusé, cellule par cellule.",
        "Insert, move and rename nothing: a workbook that was altered is refused, cell by cell.",
    ),
    (
        "Quand tout est rempli, écrivez ci-dessus qui valide, et renvoyez le classeur.",
        "When all is filled in, write above who signs, and send the workbook back.",
    ),
)  # fmt: skip
NOT_VALID: Final[Both] = ("Réponse non reconnue", "Answer not recognised")


def choices_of(type_: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """The words that may stand in an answer of that type."""
    own = {NUMBER: (), TEXT: (), YES_NO: YES_NO_WORDS, CHOICE: choices}[type_]
    return (*own, *MISSING)
