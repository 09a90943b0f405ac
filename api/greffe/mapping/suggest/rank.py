"""Candidates for the targets of a source: each target column is judged by four witnesses, whose doubts multiply."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from greffe.catalogue.map_view import matching
from greffe.errors import BadQuery, known_words, nearest
from greffe.mapping.suggest.words import WHOLES, Lexicon, Term
from greffe.model.maps import MapRow, RepresentationMap

_LABELS, _NEIGHBOURS, _OTHERS, _PARENT = 0.9, 0.85, 0.9, 0.5  # how far each witness is believed
_PER_COLUMN: Final = 8  # codes of a column that are combined with those of the others
_KNOWN: Final = 1.05  # a combination that the map has already
_PARTS: Final = 0.35  # how near any two parts are: a total is none
_MARKED: Final = 0.45  # how near two codes are whose ids share a part, at least
_SIBLING: Final = 0.5  # how near two codes under one parent are, at least


@dataclass(frozen=True)
class Reason:
    """Why a target is proposed, for people, and what it weighs (0 to 100)."""

    french: str
    english: str
    weight: int


@dataclass(frozen=True)
class Candidate:
    """Target values in the order of the map's columns; score 0 to 100."""

    targets: tuple[str, ...]
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Elsewhere:
    """A row of another map: its exact sources by component, its coded targets with the id of their list."""

    sources: Mapping[str, str]
    targets: tuple[tuple[str, Term], ...]
    where: str


@dataclass(frozen=True)
class Ground:
    """What is known where a map stands: the terms of its columns, and rows of other maps about the same codes.

    others: component and code of a source → the rows of other maps that name it. lists: id of the list of each target
    column. Terms of a column without codes are empty.
    """

    table: RepresentationMap
    sources: Sequence[Lexicon]
    targets: Sequence[Lexicon]
    lists: Sequence[str] = ()
    others: Mapping[tuple[str, str], Sequence[Elsewhere]] | None = None


def suggest(ground: Ground, values: Sequence[str], most: int = 10) -> tuple[Candidate, ...]:
    """The best targets for these source values, best first.

    Rows of the map with just these values are the older decisions about them: they count as neighbours do, fully.
    """
    judged = [_Column(ground, values, place).judged() for place in range(len(ground.table.targets))]
    if not all(judged):
        return ()
    known = {row.targets for row in ground.table.rows if row.has_target}
    best = [sorted(column.items(), key=lambda c: (-c[1][0], c[0]))[:_PER_COLUMN] for column in judged]
    tuples = set(product(*([code for code, _ in column] for column in best)))
    tuples |= {t for t in known if all(code in column for code, column in zip(t, judged, strict=True))}
    found: list[tuple[float, Candidate]] = []
    for targets in tuples:
        scores = [column[code] for code, column in zip(targets, judged, strict=True)]
        score = min(1.0, sum(s for s, _ in scores) / len(scores) * (_KNOWN if targets in known else 1))
        reasons = sorted((r for _, rs in scores for r in rs), key=lambda r: (-r.weight, r.english))
        found.append((score, Candidate(targets, round(100 * score), tuple(dict.fromkeys(reasons)))))
    found.sort(key=lambda c: (-c[0], c[1].targets))
    return tuple(candidate for score, candidate in found[:most] if score > 0)


class _Column:
    """One target column: what speaks for each of its codes."""

    def __init__(self, ground: Ground, values: Sequence[str], place: int) -> None:
        self.ground, self.values, self.place = ground, values, place
        self.terms = ground.targets[place]
        self.asked = [terms.get(v) for terms, v in zip(ground.sources, values, strict=True)]
        # A total, or a dimension that does not apply, says nothing beside a code that does.
        self.telling = [n for n, v in enumerate(values) if v and v not in WHOLES] or list(range(len(values)))
        self.rarity = self.terms.rarity
        self.found: dict[str, list[tuple[float, Reason]]] = defaultdict(list)

    def judged(self) -> dict[str, tuple[float, tuple[Reason, ...]]]:
        """Code → how sure (0 to 1), and why. Codes of the list, or without one the values that the map has."""
        self._labels()
        self._neighbours()
        self._others()
        self._under_a_parent()
        codes = set(self.terms) or {r.targets[self.place] for r in self.ground.table.rows if r.has_target}
        judged: dict[str, tuple[float, tuple[Reason, ...]]] = {}
        for code in codes:
            doubt = 1.0
            for weight, _ in self.found.get(code, ()):
                doubt *= 1 - weight
            judged[code] = (1 - doubt, tuple(reason for _, reason in self.found.get(code, ())))
        return judged

    def _say(self, code: str, weight: float, french: str, english: str) -> None:
        if weight >= 0.01:
            name = self.ground.table.targets[self.place]
            self.found[code].append(
                (weight, Reason(f"{name} {code} : {french}", f"{name} {code}: {english}", round(100 * weight)))
            )

    def _labels(self) -> None:
        for code, target in self.terms.items():
            best, language, of = 0.0, "", None
            for asked in (self.asked[n] for n in self.telling):
                fits = asked is not None and asked.whole >= target.whole  # a part is no total
                alike, in_language = self.rarity.alike(asked, target) if asked is not None and fits else (0.0, "")
                if alike > best:
                    best, language, of = alike, in_language, asked
            if of is not None:
                ours, theirs = of.names.get(language, of.id), target.names.get(language, code)
                self._say(
                    code,
                    _LABELS * best**1.5,
                    f"libellés proches, « {ours} » et « {theirs} »",
                    f"similar labels, “{ours}” and “{theirs}”",
                )

    def _neighbours(self) -> None:
        """How rows with the same or near source codes are mapped; a column counts by how far it decides this target."""
        rows = [r for r in self.ground.table.rows if r.has_target and all(s.match == "exact" for s in r.sources)]
        weights = [self._decides(rows, column) for column in range(len(self.values))]
        best: dict[str, tuple[float, MapRow]] = {}
        for row in rows:
            near = [self._near(column, row.sources[column].value) for column in range(len(self.values))]
            found = sum(w * n for w, n in zip(weights, near, strict=True)) / sum(weights)
            code = row.targets[self.place]
            if found > best.get(code, (0.0, row))[0]:
                best[code] = (found, row)
        for code, (found, row) in best.items():
            said = ", ".join(s.value for s in row.sources)
            self._say(
                code,
                _NEIGHBOURS * found**3,
                f"{said} y mène (ligne {row.row_id})",
                f"{said} leads there (row {row.row_id})",
            )

    def _decides(self, rows: Sequence[MapRow], column: int) -> float:
        """How much better the target is known by the code of a source column than without it; never quite nothing."""
        every = Counter(r.targets[self.place] for r in rows)
        groups: dict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            groups[row.sources[column].value][row.targets[self.place]] += 1
        if not rows:
            return 0.05
        alone = max(every.values()) / len(rows)
        known = sum(max(g.values()) for g in groups.values()) / len(rows)
        return 0.05 + max(0.0, known - alone) / (1 if len(groups) < 2 else len(groups) ** 0.25)

    def _near(self, column: int, code: str) -> float:
        asked, other = self.asked[column], self.ground.sources[column].get(code)
        if code == self.values[column]:
            return 1.0
        if asked is None or other is None or (code in WHOLES) != (self.values[column] in WHOLES):
            return 0.0
        alike = max(_PARTS, self.ground.sources[column].rarity.alike(asked, other)[0] * 0.9)
        if asked.marks & other.marks:
            alike = max(alike, _MARKED)
        return max(alike, _SIBLING) if asked.parent and asked.parent == other.parent else alike

    def _others(self) -> None:
        """How other maps lead the same source codes: to the same list directly, to another by the labels."""
        best: dict[str, tuple[float, str, str]] = {}
        asked = {self.ground.table.sources[n]: self.values[n] for n in self.telling}
        rows = {row.where: row for key in asked.items() for row in (self.ground.others or {}).get(key, ())}
        for row in rows.values():
            told = {c: v for c, v in row.sources.items() if v not in WHOLES or c in asked}
            shared = sum(asked.get(c) == v for c, v in told.items()) / len(asked.keys() | told.keys())
            for list_, other in row.targets:
                if other.whole and any(v not in WHOLES for v in asked.values()):
                    continue  # of the row's other dimensions
                for target, candidate in self.terms.items():
                    same = bool(self.ground.lists) and list_ == self.ground.lists[self.place]
                    found = float(target == other.id) if same else 0.8 * self.rarity.alike(other, candidate)[0] ** 1.5
                    found *= shared**2
                    if found > best.get(target, (0.0, "", ""))[0]:
                        best[target] = (found, f"{', '.join(told.values())} → {other.id}", row.where)
        for target, (found, said, where) in best.items():
            self._say(
                target, _OTHERS * found, f"une autre table a {said} ({where})", f"another map has {said} ({where})"
            )

    def _under_a_parent(self) -> None:
        """Where the parent of a source code leads, its targets' children are likely."""
        parents = {(n, t.parent) for n, t in enumerate(self.asked) if t is not None and t.parent}
        for row in self.ground.table.rows:
            if row.has_target and any(row.sources[n].value == parent for n, parent in parents):
                above = row.targets[self.place]
                for code, target in self.terms.items():
                    if target.parent == above and above:
                        self._say(
                            code,
                            _PARENT * 0.3,
                            f"sous {above}, où mène le parent",
                            f"under {above}, where the parent leads",
                        )


def unmapped_codes(ground: Ground, column: int = 0) -> tuple[str, ...]:
    """Codes of a source column that no row names, exactly or by its pattern, in the order of the list."""
    codes = ground.sources[column]
    named = {code for row in ground.table.rows for code in matching(row.sources[column], codes) or ()}
    return tuple(code for code in codes if code not in named)


def question(ground: Ground, text: str, file: str) -> list[str]:
    """`CODE`, or `COMPONENT=CODE,COMPONENT=CODE`, as one value for each source column, '' where nothing is said.

    Raises BadQuery: a component that is no source, a code of no column or of several, or of another column.
    """
    columns = ground.table.sources
    if "=" not in text:
        holders = [c for c, terms in zip(columns, ground.sources, strict=True) if text in terms]
        if len(holders) != 1:
            every = [code for terms in ground.sources for code in terms]
            said = f"is a code of {' and '.join(holders)}" if holders else "is no source code of the map"
            near = () if holders else nearest(text, every)
            hint = f"Say which: {holders[0]}={text}." if holders else known_words(near, every)
            raise BadQuery(f"{text!r} {said}.", file=file, parameter="CODE", nearest=near, hint=hint)
        return [text if c == holders[0] else "" for c in columns]
    said_of = dict(part.partition("=")[::2] for part in text.split(","))
    for component, code in said_of.items():
        if component not in columns:
            message = f"{component!r} is no source of the map."
            near = nearest(component, columns)
            raise BadQuery(message, file=file, parameter="CODE", nearest=near, hint=known_words(near, columns))
        terms = ground.sources[columns.index(component)]
        if terms and code not in terms:
            near, hint = nearest(code, terms), known_words(nearest(code, terms), terms)
            raise BadQuery(f"{code!r} is no code of {component}.", file=file, parameter="CODE", nearest=near, hint=hint)
    return [said_of.get(c, "") for c in columns]
