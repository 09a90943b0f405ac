"""The words and numbers of an answer, in French and English."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Final

from greffe.model.structures import Texts

LANGUAGES: Final = ("en", "fr")
_SHOWN: Final = 2  # decimals of a computed value; five of one that is less than a twentieth
_EXACT: Final = 15  # decimals of a value that is told exactly

WORDS: Final[dict[str, Texts]] = {
    "equal": {"en": "equal", "fr": "égaux"},
    "explained": {"en": "explained", "fr": "expliqué"},
    "partly": {"en": "partly explained", "fr": "expliqué en partie"},
    "open": {"en": "open", "fr": "inexpliqué"},
    "line": {"en": "Line", "fr": "Ligne"},
    "what": {"en": "What", "fr": "Objet"},
    "value": {"en": "Value", "fr": "Valeur"},
    "source": {"en": "Source", "fr": "Source"},
    "date": {"en": "Date", "fr": "Date"},
    "reason": {"en": "Reason and reference", "fr": "Motif et référence"},
    "question": {"en": "Question", "fr": "Question"},
    "first": {"en": "First figure", "fr": "Premier chiffre"},
    "second": {"en": "Second figure", "fr": "Second chiffre"},
    "step": {"en": "Step", "fr": "Étape"},
    "other": {"en": "Other chain, step", "fr": "Autre chaîne, étape"},
    "located": {"en": "Where it lies", "fr": "Où se situe l’écart"},
    "untold": {"en": "Rounding may hide it", "fr": "L’arrondi peut le masquer"},
    "remainder": {"en": "Stays open", "fr": "Reste inexpliqué"},
    "remaining": {"en": "Part of the difference without a known cause", "fr": "Part de l’écart sans cause connue"},
    "difference": {"en": "Difference", "fr": "Écart"},
    "second_less_first": {"en": "Second figure less the first", "fr": "Second chiffre moins le premier"},
    "result": {"en": "Result", "fr": "Résultat"},
    "differ": {"en": "Definitions differ", "fr": "Définitions différentes"},
    "generated": {"en": "Generated", "fr": "Établi"},
    "from": {"en": "from", "fr": "à partir de"},
    "labelled": {"en": "labelled", "fr": "sous le millésime"},
    "retrieved": {"en": "retrieved", "fr": "relevé le"},
    "effective": {"en": "in effect since", "fr": "en vigueur depuis le"},
    "computed": {"en": "computed", "fr": "calculé"},
    "pairs": {"en": "Pairs", "fr": "Paires"},
    "list_pair": {"en": "Pair", "fr": "Paire"},
    "list_title": {"en": "What", "fr": "Objet"},
    "list_a_value": {"en": "First figure", "fr": "Premier chiffre"},
    "list_b_value": {"en": "Second figure", "fr": "Second chiffre"},
    "list_difference": {"en": "Difference", "fr": "Écart"},
    "list_state": {"en": "Result", "fr": "Résultat"},
    "list_open": {"en": "Stays open", "fr": "Reste inexpliqué"},
    "list_basis": {"en": "Rests on what is", "fr": "Repose sur du"},
    "definition": {"en": "definition", "fr": "définition"},
    "unverified": {"en": "not verified", "fr": "non vérifié"},
    "confidence": {"en": "confidence", "fr": "confiance"},
    "synthetic": {"en": "SYNTHETIC: invented figures", "fr": "SYNTHÉTIQUE : chiffres inventés"},
    "verified": {"en": "verified", "fr": "vérifié"},
    "verified-secondary": {"en": "read where it is quoted", "fr": "lu là où il est cité"},
    "recalled": {"en": "from memory", "fr": "de mémoire"},
    "inferred": {"en": "concluded", "fr": "déduit"},
    "reference_date": {"en": "reference date", "fr": "date de référence"},
    "rounding": {"en": "rounding", "fr": "arrondi"},
    "territory": {"en": "territory", "fr": "territoire"},
    "population": {"en": "population", "fr": "population"},
    "appeal": {"en": "appeal status", "fr": "situation d’appel"},
    "counting_unit": {"en": "counting unit", "fr": "unité de compte"},
    "population_vintage": {"en": "population of a rate", "fr": "population d’un taux"},
    "revision": {"en": "edition", "fr": "édition"},
    "scope": {"en": "scope", "fr": "champ"},
    "composition": {"en": "composition", "fr": "composition"},
    "exact": {"en": "not rounded", "fr": "non arrondi"},
    "one_date": {
        "en": "Both figures are of {date}; the first is labelled {a}, the second {b}",
        "fr": "Les deux chiffres sont du {date} ; le premier porte le millésime {a}, le second {b}",
    },
    "rounded": {
        "en": "What is published is rounded: {units}",
        "fr": "Ce qui est publié est arrondi : {units}",
    },
    "to": {"en": "{name} to {unit}", "fr": "{name} à {unit} près"},
    "is_equal": {"en": "Both figures are the same.", "fr": "Les deux chiffres sont égaux."},
    "is_equal_value": {"en": "Both figures are equal in value.", "fr": "Les deux chiffres ont la même valeur."},
    "same_unbridged": {
        "en": "They are not of the same thing: they differ in {dimensions}.",
        "fr": "Ils ne portent pas sur la même chose ; ce qui diffère : {dimensions}.",
    },
    "unbridged": {
        "en": "No step bridges in what they differ: {dimensions}.",
        "fr": "Aucune étape ne relie ce qui diffère : {dimensions}.",
    },
    "moves_nothing": {
        "en": "It leaves a difference of definition that moves no figure here: {dimensions}.",
        "fr": "Il reste une différence de définition qui ne déplace ici aucun chiffre\u00a0: {dimensions}.",
    },
    "moves_none": {"en": "moves no figure here", "fr": "ne déplace ici aucun chiffre"},
    "rounding_no_cause": {
        "en": "Rounding could hide it, but is no cause: no step bridges in what they differ: {dimensions}.",
        "fr": "L’arrondi pourrait le masquer, mais n’en est pas la cause : aucune étape ne relie ce qui diffère : {dimensions}.",
    },
    "open_parts": {
        "en": "{located}: it is known where it lies but not why; {remainder}: nothing is known of it",
        "fr": "{located} : on sait où il se situe mais pas pourquoi ; {remainder} : on n’en sait rien",
    },
    "is_same_stock": {
        "en": "It is the same figure under two labels.",
        "fr": "C’est le même chiffre sous deux millésimes.",
    },
    "is_explained": {
        "en": "The difference of {difference} is explained to the last digit.",
        "fr": "L’écart de {difference} est expliqué au dernier chiffre près.",
    },
    "is_rounded": {
        "en": "The difference of {difference} is explained; the last step lies within the declared rounding.",
        "fr": "L’écart de {difference} est expliqué ; la dernière étape tient dans l’arrondi déclaré.",
    },
    "is_partly": {
        "en": "Of the difference of {difference}, {open} stays open.",
        "fr": "Sur l’écart de {difference}, {open} reste inexpliqué.",
    },
    "is_located": {
        "en": "The difference of {difference} stays open: it is known where {located} lies but not why; {remainder} is not accounted for.",
        "fr": "L’écart de {difference} reste inexpliqué : on sait où se situe {located} mais pas pourquoi ; {remainder} reste sans trace.",
    },
    "is_all_located": {
        "en": "The difference of {difference} stays open: it is known where it lies but not why.",
        "fr": "L’écart de {difference} reste inexpliqué : on sait où il se situe mais pas pourquoi.",
    },
    "is_open": {
        "en": "The difference of {difference} is not explained: it stays open.",
        "fr": "L’écart de {difference} n’est pas expliqué : il reste ouvert.",
    },
    "rests": {
        "en": "It rests on definitions or steps that nobody has confirmed: {confidence}.",
        "fr": "Cela repose sur des définitions ou des étapes que personne n’a confirmées\u00a0: {confidence}.",
    },
    "one_proof": {
        "en": "There are {count} chains, but they read the same figure by {count} routes: it is one proof, not {count}.",
        "fr": "Il y a {count} chaînes, mais elles lisent le même chiffre par {count} voies : c’est une seule preuve, non {count}.",
    },
    "leans": {
        "en": "it reads a figure of the pair, by this or another route ({routes}), and proves nothing",
        "fr": "l’étape lit un chiffre de la paire, par cette voie ou par une autre ({routes}), et ne prouve rien",
    },
    "tried_within": {
        "en": "Tried: {steps}. It leads within the declared rounding of the second figure, but moves less than twice what rounding"
        " may move: it proves nothing.",
        "fr": "Essayé : {steps}. On arrive dans l’arrondi déclaré du second chiffre, mais le déplacement est inférieur au double de"
        " ce que l’arrondi permet : cela ne prouve rien.",
    },
    "tried_missed": {
        "en": "Tried: {steps}. With it, the second figure is still missed by {missed}, rounding allowed for.",
        "fr": "Essayé : {steps}. Le second chiffre reste manqué de {missed}, arrondi compris.",
    },
    "rounding_missed": {
        "en": "The declared rounding misses it by {missed}.",
        "fr": "L’arrondi déclaré le manque de {missed}.",
    },
    "ambiguous": {
        "en": "There are {count} chains of as few steps: the figures do not tell which one holds.",
        "fr": "Il y a {count} chaînes d’aussi peu d’étapes : les chiffres ne disent pas laquelle est la bonne.",
    },
}  # fmt: skip


def word(name: str, language: str, /, **filled: str) -> str:
    """A word or a sentence."""
    return WORDS[name][language].format(**filled)


def exactly(value: Fraction) -> str:
    """The decimal digits of a value for programs; rounded to 15 decimals where they do not end."""
    return _digits(value, _EXACT)


def shown(value: Fraction, language: str, published: str = "", *, signed: bool = False) -> str:
    """A value for people: as many decimals as were published, else two. A computed value that is not told whole has ≈."""
    text = published or _digits(value, _EXACT)
    if not published and (Fraction(text) != value or len(text.partition(".")[2]) > _SHOWN):
        text = _digits(value, _SHOWN if abs(value) >= Fraction(1, 20) else 5, strip=False)
    whole, point, rest = text.lstrip("-").partition(".")
    groups = f"{int(whole):,}".replace(",", "\u202f" if language == "fr" else ",")
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    about = "" if published or Fraction(text) == value else "≈\u00a0"
    return about + sign + groups + point.replace(".", "," if language == "fr" else ".") + rest


def _digits(value: Fraction, decimals: int, *, strip: bool = True) -> str:
    with localcontext() as context:
        context.prec = 60
        found = Decimal(value.numerator) / Decimal(value.denominator)
        text = f"{found.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if strip and "." in text else text
