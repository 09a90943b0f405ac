"""Calculations in words, with the numbers they were made of: "975 / 64007193 × 100000, rounded to 2"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from greffe.french import ours
from greffe.mapping.population import Denominator
from greffe.model.maps import Calculation, NotProvided
from greffe.model.structures import Texts
from greffe.model.trace import Trace

# Kind of calculation → what it is called in English and in French.
CALCULATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "total": ("total of parts", "total de parties"),
    "complement": ("the whole less parts", "le tout moins des parties"),
    "rate": ("rate on a population", "taux rapporté à une population"),
    "formula": ("formula", "formule"),
    "split": ("share of a whole, estimated", "part d’un tout, estimée"),
    "convert": ("another unit", "autre unité"),
    "calendar": ("longer period", "période plus longue"),
    "lag": ("an earlier observation", "observation antérieure"),
}
# Kind of a mapping row or of a cell that is not provided → what it is called in French and in English.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "exact": ("équivalent", "equal"),
    "narrower": ("plus étroit que la cible", "narrower than the target"),
    "broader": ("plus large que la cible", "wider than the target"),
    "aggregate": ("une partie de la cible", "one part of the target"),
    "not-applicable": ("sans objet", "not applicable"),
    "not-available": ("non disponible", "not available"),
    "no-target": ("la cible n’existe pas", "there is no target"),
    "other-house": ("relève d’un autre service", "the matter of another house"),
}


def kind_word(kind: str, lang: str) -> str:
    """What a kind is called; one that is none of ours is called by itself."""
    return KINDS[kind][lang == "en"] if kind in KINDS else kind


@dataclass(frozen=True)
class Phrases:
    """The few words among the numbers, in one language; {} is what is told."""

    of: str
    remainder: str
    sum_of: str
    rounding: str
    decimal: str  # what is counted, of one
    several: str

    def rounded(self, decimals: int) -> str:
        """`, rounded to 2`, `, arrondi à 1 décimale`."""
        return self.rounding.format(decimals) + (self.decimal if decimals < 2 else self.several)


PHRASES: Final = {
    "en": Phrases(", of {}", "by largest remainder", "sum of {} observations", ", rounded to {}", "", ""),
    "fr": Phrases(
        ", de {}", "au plus fort reste", "somme de {} observations", ", arrondi à {}", " décimale", " décimales"
    ),
}
TOLD: Final = 12  # parts of a sum that are written out in words
# A code in quotes, or a bare one that does not stand inside a number.
_NAMES: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"|(?<![\w.])([A-Za-z_]\w*)")


def in_words(
    calculation: Calculation, result: Trace, operands: Sequence[Trace], denominator: Denominator | None
) -> Texts:
    """A calculation with its numbers, in English and French; `?` stands for what is missing."""
    return {
        language: _told(phrases, calculation, result, operands, denominator) for language, phrases in PHRASES.items()
    }


def _told(
    phrases: Phrases,
    calculation: Calculation,
    result: Trace,
    operands: Sequence[Trace],
    denominator: Denominator | None,
) -> str:
    rounding = "" if calculation.decimals is None else phrases.rounded(calculation.decimals)
    first = (operands[0].text if operands else "") or "?"
    if calculation.kind == "lag":
        return first + phrases.of.format(operands[0].period) if operands else ""
    if calculation.kind == "rate":
        below = denominator.observation.text if denominator else ""
        return f"{first} / {below or '?'} × {calculation.factor}{rounding}"
    if calculation.kind == "convert":
        return f"{first} × {number(calculation.factor)}{rounding}"
    if calculation.kind == "split":
        weight = number(calculation.weights[result.key[calculation.over]])
        return f"{first} × {weight}{rounding} {phrases.remainder}"
    if calculation.kind == "calendar":
        return _of_periods(phrases, calculation, operands) + rounding
    values = {o.key[calculation.over]: o.text or "?" for o in operands}
    if calculation.kind == "complement":
        return " − ".join(values.get(code, "?") for code in (calculation.whole, *calculation.parts)) + rounding
    if calculation.kind == "total":
        return _sum(phrases, [values.get(p, "?") for p in calculation.parts]) + rounding
    words = _NAMES.sub(lambda m: values.get(m[1] or m[2] or m[3], "?"), calculation.expression)
    return words.replace("*", "×") + rounding


def _of_periods(phrases: Phrases, calculation: Calculation, operands: Sequence[Trace]) -> str:
    if calculation.method in ("first", "last"):
        return (operands[0].text or "?") + phrases.of.format(operands[0].period) if operands else ""
    valued = [o for o in operands if o.text] if calculation.least else operands
    added = " + ".join(o.text or "?" for o in valued)
    return f"({added}) / {len(valued)}" if calculation.method == "mean" else added


def number(value: Fraction) -> str:
    """An exact number as a decimal when it is one, else as a fraction."""
    for digits in range(16):
        if (value * 10**digits).denominator == 1:
            whole = str(int(value * 10**digits)).rjust(digits + 1, "0")
            return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
    return str(value)


def sum_in_words(texts: Sequence[str]) -> Texts:
    """The parts of a sum, or how many they are, in English and French."""
    return {language: _sum(phrases, texts) for language, phrases in PHRASES.items()}


def _sum(phrases: Phrases, texts: Sequence[str]) -> str:
    if len(texts) > TOLD:
        return phrases.sum_of.format(len(texts))
    return " + ".join(t or "?" for t in texts)


def joined(*several: Texts) -> Texts:
    """One sentence after the other, in each language; {} when nothing is said."""
    return {lang: "; ".join(t[lang] for t in several if t.get(lang)) for lang in PHRASES if any(several)}


def left_in_words(entry: NotProvided) -> Texts:
    """Why a cell is left empty: its kind, the reason, the reference."""
    why = f"{entry.reason}{f' ({entry.reference})' if entry.reference else ''}"
    reference = f" ({ours(entry.reference, 'fr')})" if entry.reference else ""
    return {"en": f"{entry.kind}: {why}", "fr": f"{KINDS[entry.kind][0]} : {ours(entry.reason, 'fr')}{reference}"}
