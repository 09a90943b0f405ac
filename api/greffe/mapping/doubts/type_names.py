"""The words of the types (D16) and of calculations as experts read them: French, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

AXES: Final = {
    "counting_unit": ("unité", "unit"), "population": ("population", "population"), "moment": ("moment", "moment"),
    "offence_rule": ("infractions", "offences"), "territory": ("champ", "territory"),
    "legal_persons": ("personnes morales", "legal persons"),
}  # fmt: skip
_NONE: Final = ("sans objet", "not applicable")
TYPE_NAMES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "counting_unit": {
        "person": ("personne", "person"), "person_case": ("personne dans une affaire", "person in a case"),
        "case": ("affaire", "case"), "conviction": ("condamnation", "conviction"), "offence": ("infraction", "offence"),
        "sentence": ("peine", "sentence"), "decision": ("décision", "decision"), "measure": ("mesure", "measure"),
        "deed": ("acte", "deed"), "application": ("demande", "application"), "admission": ("admission", "admission"),
        "movement": ("mouvement (entrée ou sortie)", "movement (entry or release)"), "death": ("décès", "death"),
        "headcount": ("effectif physique", "headcount"), "fte": ("équivalent temps plein", "full-time equivalent"),
        "place": ("place", "place"), "facility": ("établissement", "facility"),
        "service_point": ("point de service", "service point"), "euro": ("euro", "euro"), "day": ("jour", "day"),
        "month": ("mois", "month"), "percent": ("pour cent", "per cent"), "ratio": ("rapport", "ratio"), "none": _NONE,
    },
    "population": {
        "all": ("toutes", "all"), "suspects": ("mis en cause", "suspects"), "defendants": ("prévenus jugés", "defendants"),
        "convicted": ("condamnés", "convicted persons"), "minors": ("mineurs", "minors"),
        "ecroues": ("écroués", "persons under committal"), "detenus": ("écroués détenus", "detainees"),
        "ecroues_non_detenus": ("écroués non détenus", "persons under committal outside prison"),
        "prevenus_detenus": ("prévenus détenus", "untried detainees"),
        "prevenus_appel": ("prévenus détenus, appelants compris", "untried detainees, appellants included"),
        "condamnes_detenus": ("condamnés détenus", "sentenced detainees"),
        "probationers": ("personnes suivies en milieu ouvert", "probationers"),
        "aid_applicants": ("demandeurs d’aide juridictionnelle", "legal aid applicants"),
        "professionals": ("professions du droit", "legal professions"), "staff": ("agents", "staff"), "none": _NONE,
    },
    "moment": {
        "flow_year": ("flux de l’année", "flow of the year"), "stock_1jan": ("stock au 1er janvier", "stock on 1 January"),
        "stock_31dec": ("stock au 31 décembre", "stock on 31 December"), "mean": ("moyenne", "mean"), "none": _NONE,
    },
    "offence_rule": {
        "main": ("la principale", "the main one"), "all": ("toutes", "all of them"), "none": _NONE,
    },
    "territory": {
        "fr_met": ("métropole", "metropolitan France"),
        "fr_met_drom": ("métropole et DROM", "metropolitan France and overseas departments (DROM)"),
        "fr_all": ("métropole, DROM, COM et Nouvelle-Calédonie",
                   "metropolitan France, DROM, overseas communities (COM) and New Caledonia"),
        "none": _NONE,
    },
    "legal_persons": {
        "in": ("comprises", "included"), "out": ("exclues", "left out"), "na": _NONE,
    },
}  # fmt: skip
