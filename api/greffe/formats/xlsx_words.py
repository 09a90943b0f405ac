"""What the read-me sheet of a workbook says, in the languages of the service."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "en": {
        "sheet": "Read me",
        "title": "Title",
        "dataflow": "Dataflow",
        "structure": "Data structure",
        "release": "Release",
        "origin": "Origin of the figures",
        "warning": "WARNING",
        "source": "Source",
        "prepared": "In effect since",
        "licence": "Licence",
        "licence_url": "Text of the licence",
        "language": "Language of the labels",
        "query": "Address of this answer",
        "how": "How to read this file",
        "rows": "One row is one observation. The first line holds the ids of the components; filters stand on it.",
        "codes": "Codes are text (0101 keeps its zero), values are numbers. Each code list has its own sheet.",
        "empty": "An empty value is missing, it is not zero: OBS_STATUS and CONF_STATUS say why.",
        "long": "{count} values are kept as text: Excel would round their digits (more than 15), or they are no numbers.",
        "columns": "Columns",
        "id": "Id",
        "name": "Name",
        "list": "Sheet of the code list",
        "legend": "Statuses that occur",
        "code": "Code",
        "parent": "Parent",
    },
    "fr": {
        "sheet": "À lire",
        "title": "Titre",
        "dataflow": "Flux de données",
        "structure": "Structure de données",
        "release": "Publication",
        "origin": "Origine des chiffres",
        "warning": "ATTENTION",
        "source": "Source",
        "prepared": "En vigueur depuis",
        "licence": "Licence",
        "licence_url": "Texte de la licence",
        "language": "Langue des libellés",
        "query": "Adresse de cette réponse",
        "how": "Comment lire ce fichier",
        "rows": "Une ligne est une observation. La première ligne porte les identifiants des composants, avec les filtres.",
        "codes": "Les codes sont du texte (0101 garde son zéro), les valeurs des nombres. Chaque liste de codes a sa feuille.",
        "empty": "Une valeur vide est manquante, elle n'est pas nulle : OBS_STATUS et CONF_STATUS disent pourquoi.",
        "long": "{count} valeurs restent du texte : Excel arrondirait leurs chiffres (plus de 15), ou ce ne sont pas des nombres.",
        "columns": "Colonnes",
        "id": "Identifiant",
        "name": "Nom",
        "list": "Feuille de la liste de codes",
        "legend": "Statuts présents",
        "code": "Code",
        "parent": "Parent",
    },
}


def words(language: str) -> dict[str, str]:
    """The words in that language (`fr-CA` as `fr`), else in English."""
    return WORDS.get(language.split("-")[0], WORDS["en"])
