"""Search over what is released: words in both languages, accents and case aside, typing errors forgiven, ranked, with why.

An index is an immutable value, built once for a catalogue and its releases. A word of the question is met by the same word
or another number or gender of it, by one that begins so, or, when it is not known, by one that few letters set apart. A
dataflow's rank is how much of the question it answers (rare words weigh more), how close each word is, and how little else
the text says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from greffe.mapping.suggest.words import singular
from greffe.query.find_terms import (
    CODE,
    DIMENSION,
    FLOW,
    INDICATOR,
    NOTE,
    RECIPIENT,
    SUBJECT,
    SYNONYM,
    UNITS,
    Place,
    Term,
    split,
)

MOST_LETTERS, MOST_WORDS = 200, 12  # of a question
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_KINDS: Final = {
    FLOW: 1.0,
    CODE: 1.0,
    SYNONYM: 1.0,
    INDICATOR: 0.9,
    SUBJECT: 0.8,
    DIMENSION: 0.7,
    RECIPIENT: 0.7,
    NOTE: 0.45,
}
_OF_UNIT: Final = 0.6  # a code that says how something is counted, against one that says what
_WORSE: Final = 0.05  # of its score that a dataflow loses for each rank below the best
_SAME, _ROOT, _BEGINS, _ONE_OFF, _TWO_OFF, _LONGER = 1.0, 0.97, 0.8, 0.75, 0.6, 0.6
_ENOUGH: Final = 0.3  # of the question's weight must be met
_ALSO, _NEARLY = 6, 0.65  # further codes of a dataflow that are offered, and how good they are against the best


@dataclass(frozen=True)
class Met:
    """A term that answers part of the question, in one place: `words` are the places of the words in the question."""

    term: Term
    place: Place
    words: frozenset[int]
    score: float


@dataclass(frozen=True)
class Hit:
    """A dataflow that answers. `met`: what answers best, together; `also`: further codes that answer as well or nearly."""

    flow: str
    met: tuple[Met, ...]
    also: tuple[Met, ...]
    score: float
    years: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """The codes of all that was met."""
        return tuple(dict.fromkeys(cell for one in self.met for cell in one.place.cells))


class Index:
    """Terms by their words."""

    def __init__(self, terms: Iterable[Term], ranks: Mapping[str, int] | None = None) -> None:
        """`ranks`: of dataflows that answer as well as one another, or nearly, those of a lower number come first."""
        self.terms, self._ranks = tuple(terms), ranks or {}
        self._by_word: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            for word in dict.fromkeys(term.words):
                self._by_word.setdefault(word, []).append(number)
        self._words = sorted(self._by_word)
        self._by_root: dict[str, list[str]] = {}
        for word in self._words:
            self._by_root.setdefault(_root(word), []).append(word)

    def find(self, question: str) -> list[Hit]:
        """The dataflows that answer, best first. A year in the question is a period and no word."""
        wanted = split(question)[:MOST_WORDS]
        years = tuple(sorted(w for w in wanted if _YEAR.fullmatch(w)))
        asked = tuple(dict.fromkeys(w for w in wanted if w not in years)) or years
        years = years if asked != years else ()
        near = [self._near(word) for word in asked]
        weights = [self._weight(found) for found in near]
        met = self._met(near, weights)
        hits = [hit for flow, ones in met.items() if (hit := _hit(flow, ones, weights, years)) is not None]
        return sorted(hits, key=self._order)

    def _order(self, hit: Hit) -> tuple[float, int, str]:
        rank = self._ranks.get(hit.flow, 0)
        return -round(hit.score * (1 - _WORSE * rank), 2), rank, hit.flow

    def _near(self, word: str) -> Mapping[str, float]:
        """Words of the index that may be meant by that one, each with how surely."""
        found = dict.fromkeys(self._by_root.get(_root(word), ()), _ROOT)
        if len(word) >= 3:
            begins = _LONGER if found else _BEGINS
            found |= {w: begins for w in self._words if w not in found and w.startswith(word)}
        if word in self._by_word:
            return {**found, word: _SAME}
        if len(word) >= 4 and not word.isdigit():
            most = 1 if len(word) < 8 else 2
            for other, distance, _ in process.extract(
                word, self._words, scorer=OSA.distance, score_cutoff=most, limit=30
            ):
                close = _ONE_OFF if distance <= 1 else _TWO_OFF
                if len(other) >= 4 and not any(c.isdigit() for c in other):
                    found[other] = max(found.get(other, 0.0), close)
        return found

    def _weight(self, near: Mapping[str, float]) -> float:
        """A word that stands everywhere says little; one that stands nowhere is missed as the rarest."""
        best = max(near.values(), default=0.0)
        count = max((len(self._by_word[w]) for w, sure in near.items() if sure == best), default=0)
        return 1 + math.log((1 + len(self.terms)) / (1 + count))

    def _met(self, near: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, list[Met]]:
        """By dataflow: every term that meets a word of the question, in each of its places there."""
        sure: dict[int, dict[int, tuple[float, str]]] = {}
        for place, found in enumerate(near):
            for word, quality in found.items():
                for number in self._by_word[word]:
                    known = sure.setdefault(number, {})
                    known[place] = max(known.get(place, (0.0, "")), (quality, word))
        whole = sum(weights)
        met: dict[str, list[Met]] = {}
        for number, places in sure.items():
            term = self.terms[number]
            share = sum(weights[p] * quality for p, (quality, _) in places.items()) / whole
            if term.kind == SYNONYM and not set(term.words) <= {w for _, w in places.values()}:
                continue  # half a synonym means something else
            exact = len({w for _, w in places.values()}) / len(set(term.words))
            score = share * (0.6 + 0.4 * exact) * _KINDS[term.kind]
            for where in term.places:
                of_unit = term.kind == CODE and all(d.casefold() in UNITS for d, _ in where.cells) and where.cells
                own = score * _OF_UNIT if of_unit else score
                met.setdefault(where.flow, []).append(Met(term, where, frozenset(places), own))
        return met


def _root(word: str) -> str:
    """Without the endings of number and gender: détenu, détenus, détenue, détenues."""
    one = singular(word)
    return one[:-1] if len(one) > 5 and one.endswith("e") else one


def _hit(flow: str, found: list[Met], weights: Sequence[float], years: tuple[str, ...]) -> Hit | None:
    """What together answers most: the best term, then those that meet what is left of the question, on other dimensions."""
    ranked = sorted(found, key=lambda m: (-m.score, m.term.kind, m.place.cells, m.term.language, m.term.text))
    chosen: list[Met] = []
    covered: set[int] = set()
    for one in ranked:
        taken = {d for m in chosen for d, _ in m.place.cells}
        if one.words <= covered or any(d in taken for d, _ in one.place.cells):
            continue
        chosen.append(one)
        covered |= one.words
    if sum(weights[n] for n in covered) < _ENOUGH * sum(weights):
        return None
    return Hit(flow, tuple(chosen), _also(ranked, chosen), _score(chosen), years)


def _score(chosen: Sequence[Met]) -> float:
    """The best term, and what each further one adds for the words that it alone meets."""
    covered: set[int] = set()
    total = 0.0
    for one in chosen:
        new = one.words - covered
        total += one.score * len(new) / len(one.words) * (1.0 if not covered else 0.9)
        covered |= one.words
    return total


def _also(ranked: Sequence[Met], chosen: Sequence[Met]) -> tuple[Met, ...]:
    """Other codes that meet as many of the words as a chosen one does, each code once."""
    told = {cell for m in chosen for cell in m.place.cells}
    found: dict[tuple[tuple[str, str], ...], Met] = {}
    for one in ranked:
        cells = one.place.cells
        as_good = any(one.words >= m.words and one.score >= _NEARLY * m.score for m in chosen)
        if cells and cells not in found and not set(cells) & told and as_good:
            found[cells] = one
    return tuple(found.values())[:_ALSO]
