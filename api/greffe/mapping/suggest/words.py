"""How alike two labels are: stems weighted by rarity, and letters by threes, in each language on its own."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from greffe.model.structures import Item, Texts

_WORD: Final = re.compile(r"[a-z0-9]+")
STOP: Final = frozenset(
    word
    for line in (
        "a an and are as at by for from in is not of on or than that the their to with within",
        "au aux avec ce ces d dans de des du en et hors l la le les ou par pour qu que qui s sans sur un une",
    )
    for word in line.split()
)
_STEM: Final = 6  # letters of a word that count: homicide(s), detention, détenu(s)
_MARK: Final = 4  # letters of a part of an id that says something
_NOTES: Final = 0.6  # what a word of a definition counts against one of the name
WHOLES: Final = frozenset({"T", "_Z", "_T"})
LANGUAGES: Final = ("fr", "en")


@dataclass(frozen=True, eq=False)
class Term:
    """A code as it is compared: stems and trigrams of its names by language, stems of its notes (`said`), parts of its id
    (ROUTE_ALC: route, alc), its parent. Words are taken apart when somebody compares them first."""

    id: str
    names: Texts
    parent: str
    said: tuple[Texts, ...]
    marks: frozenset[str] = frozenset()

    @cached_property
    def stems(self) -> Mapping[str, frozenset[str]]:
        """Of its names, by language."""
        return {language: stems(self.names.get(language, "")) for language in LANGUAGES}

    @cached_property
    def grams(self) -> Mapping[str, frozenset[str]]:
        """Of its names, by language."""
        return {language: _grams(self.names.get(language, "")) for language in LANGUAGES}

    @cached_property
    def notes(self) -> Mapping[str, frozenset[str]]:
        """Stems of its definition and notes, by language."""
        return {
            language: frozenset(stem for texts in self.said for stem in stems(texts.get(language, "")))
            for language in LANGUAGES
        }

    @property
    def whole(self) -> bool:
        """True for a total and for what does not apply: no part of anything."""
        return self.id in WHOLES or any(name.casefold() in ("total", "ensemble") for name in self.names.values())


def term(item: Item) -> Term:
    """The code with its names, definitions and the texts of its annotations (notes of inclusion)."""
    marks = frozenset(part for part in item.id.casefold().split("_") if len(part) >= _MARK and part.isalpha())
    return Term(item.id, item.names, item.parent, (item.descriptions, *(a.texts for a in item.annotations)), marks)


@lru_cache(maxsize=20_000)
def stems(text: str) -> frozenset[str]:
    """Words without accents, endings and words that say nothing: `Homicides volontaires` → homici, volont."""
    return frozenset(singular(w)[:_STEM] for w in words(text) if w not in STOP)


def words(text: str) -> list[str]:
    """The words of a text in lower case and without accents, in order."""
    return _WORD.findall(bare(text))


def singular(word: str) -> str:
    """French and English plurals alike: drugs, vols, travaux → drug, vol, travau."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2:] != "ss" else word


def bare(text: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _grams(text: str) -> frozenset[str]:
    spread = f"  {' '.join(words(text))} "
    return frozenset(spread[n : n + 3] for n in range(len(spread) - 2)) if spread.strip() else frozenset()


class Rarity:
    """What a stem weighs among these terms: a word that stands in every label says little."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._count: Counter[str] = Counter()
        self._total = 0
        self._known: dict[tuple[Term, Term], tuple[float, str]] = {}
        for one in terms:
            self._total += 1
            self._count.update(set().union(*one.stems.values()))

    def weight(self, stem: str) -> float:
        """Between 1 (in all) and about 1 + ln n (in one or none)."""
        return 1 + math.log((1 + self._total) / (1 + self._count[stem]))

    def alike(self, left: Term, right: Term) -> tuple[float, str]:
        """0 to 1, and the language in which they are most alike. Worked out once for each pair."""
        found = self._known.get((left, right))
        if found is None:
            found = max((self._alike(left, right, language), language) for language in LANGUAGES)
            self._known[left, right] = found
        return found

    def _alike(self, left: Term, right: Term, language: str) -> float:
        a, b = left.stems[language], right.stems[language]
        if not a or not b:
            return 0.0
        common = self._sum(a & b)
        whole = 2 * common / (self._sum(a) + self._sum(b))
        inside = common / min(self._sum(a), self._sum(b))
        noted = _NOTES * self._sum((a & right.notes[language]) | (b & left.notes[language])) / self._sum(a | b)
        g, h = left.grams[language], right.grams[language]
        letters = 2 * len(g & h) / (len(g) + len(h))
        return min(1.0, max(0.65 * whole + 0.15 * inside + 0.2 * letters, noted))

    def _sum(self, found: Iterable[str]) -> float:
        return sum(map(self.weight, sorted(found)))


class Lexicon(dict[str, Term]):
    """The terms of a column by code, with what their words weigh. Empty for a column that takes any value."""

    @cached_property
    def rarity(self) -> Rarity:
        """Worked out once."""
        return Rarity(self.values())
