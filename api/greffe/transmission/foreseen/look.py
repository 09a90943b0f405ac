"""What a detector looks at, and what it gives: series as a recipient sees them; a question with a draft, each sentence sourced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from greffe.catalogue.policies.breaks import Break
from greffe.french import ours
from greffe.model.answers import COMMENT, EXPLANATION, FOOTNOTE, Answer
from greffe.model.structures import Texts

Key = tuple[str, ...]
BREAKS_FILE: Final = "mappings/policies/breaks.csv"


@dataclass(frozen=True)
class Point:
    """An observation: its value, None where there is none, status and comment."""

    value: Decimal | None
    status: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Bridged:
    """Two published figures that differ, as the bridge tells them. `steps`: (line of bridge_steps.csv, its reason)."""

    pair: str
    title: Texts
    sentence: Texts
    steps: tuple[tuple[str, Texts], ...]
    period: str
    explained: bool


@dataclass(frozen=True)
class Look:
    """Series of one dataflow. `source`: where the figures stand, a release or a publication. `years`: those that are asked;
    `step`: years to the figure that the recipient got before. `breaks`: the table, as far as it concerns the flow;
    `laws`: its rows on what the figures are made of. `cells`: (key, year) → name in the questionnaire. `said`: name of a cell
    → what was said of it, now or in the last cycle. `change`: percent, of
    values that were at least `base`; `points`: percentage points of a share, of totals of at least `total`; `repeated`: values up to it
    are too small to ask about. These are thresholds of FORESEEN."""

    flow: str
    source: str
    dimensions: tuple[str, ...]
    series: Mapping[Key, Mapping[str, Point]]
    years: tuple[int, ...]
    step: int = 1
    breaks: tuple[Break, ...] = ()
    laws: tuple[Break, ...] = ()
    labels: Mapping[Key, Texts] = field(default_factory=dict)
    cells: Mapping[tuple[Key, str], str] = field(default_factory=dict)
    said: Mapping[str, Answer] = field(default_factory=dict)
    bridged: tuple[Bridged, ...] = ()
    change: Decimal = Decimal(25)
    base: Decimal = Decimal(100)
    points: Decimal = Decimal(3)
    total: Decimal = Decimal(1000)
    repeated: Decimal = Decimal(1000)

    def pairs(self) -> Iterator[tuple[Key, str, Point, str, Point]]:
        """Key, year before and its point, year and its point: both with a value."""
        for key, points in self.series.items():
            for year in self.years:
                before, now = points.get(str(year - self.step)), points.get(str(year))
                if before and now and before.value is not None and now.value is not None:
                    yield key, str(year - self.step), before, str(year), now

    def since(self, key: Key, period: str) -> list[Point]:
        """The observations of a series after the figure that the recipient got before, up to a year."""
        years = (str(int(period) - n) for n in range(self.step))
        return [p for y in years if (p := self.series[key].get(y)) is not None]

    def met(self, key: Key, period: str) -> tuple[Break, ...]:
        """Rows of the table of breaks that a series met since the figure before: those of its own dataflow, and those that the
        comment of an observation tells."""
        codes = dict(zip(self.dimensions, key, strict=True))
        years = [str(int(period) - n) for n in range(self.step)]
        own = [b for b in self.breaks if b.flow == self.flow and any(b.holds(codes, y) for y in years)]
        comments = [p.comment for p in self.since(key, period)]
        told = [b for b in (*self.breaks, *self.laws) if any(b.comment in c for c in comments)]
        return tuple({b.id: b for b in (*own, *told)}.values())

    def label(self, key: Key) -> Texts:
        """What a series is called; its key where nobody gave it a name."""
        plain = ".".join(key)
        return self.labels.get(key, {"en": plain, "fr": plain})

    def cell(self, key: Key, period: str) -> str:
        """The name of a cell: in the questionnaire, else FLOW/KEY/PERIOD."""
        return self.cells.get((key, period), f"{self.flow}/{'.'.join(key)}/{period}")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a draft and where it is from. `held` is false where it says that nothing is known."""

    texts: Texts
    source: str
    held: bool = True


@dataclass(frozen=True)
class Foreseen:
    """A question that the recipient is likely to ask. `kind`: a key of DETECTORS. `weight`: the more, the likelier."""

    kind: str
    flow: str
    cells: tuple[str, ...]
    period: str
    question: Texts
    answer: tuple[Sentence, ...]
    weight: float = 0

    @property
    def known(self) -> bool:
        """Whether the draft explains it: figures alone do not."""
        return any(s.held and not s.source.startswith("figures") for s in self.answer)

    def draft(self, language: str) -> str:
        """The draft in a language."""
        return " ".join(s.texts[language] for s in self.answer)

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {
            "kind": self.kind, "dataflow": self.flow, "cells": list(self.cells), "period": self.period,
            "question": dict(self.question), "known": self.known,
            "answer": [{**s.texts, "source": s.source, "known": s.held} for s in self.answer],
        }  # fmt: skip


def plain(value: Decimal) -> str:
    """As released, less the `.0` that a spreadsheet leaves on whole numbers."""
    return f"{value.to_integral_value():f}" if value == value.to_integral_value() else f"{value:f}"


def figures(look: Look, key: Key, before: tuple[str, Decimal], now: tuple[str, Decimal]) -> Sentence:
    """Both figures, as they stand in the release."""
    (year, was), (period, value) = before, now
    texts = {
        "en": f"{look.source} gives {plain(was)} for {year} and {plain(value)} for {period}.",
        "fr": f"{look.source} donne {plain(was)} pour {year} et {plain(value)} pour {period}.",
    }
    return Sentence(texts, f"figures: {look.source} {look.flow}/{'.'.join(key)}")


def reasons(met: Sequence[Break]) -> list[Sentence]:
    """Rows of the table of breaks, in their own words; one sentence for rows that say the same."""
    said: dict[str, list[Break]] = {}
    for one in met:
        said.setdefault(one.reasons["en"], []).append(one)
    return [
        Sentence(dict(same[0].reasons), f"{BREAKS_FILE} {', '.join(f'{b.id} ({b.confidence})' for b in same)}")
        for same in said.values()
    ]


def nothing(look: Look, period: str) -> Sentence:
    """The table was looked through and has no row."""
    texts = {
        "en": f"The table of breaks has no row for it in {period}.",
        "fr": f"La table des ruptures n’a pas de ligne à ce sujet en {period}.",
    }
    return Sentence(texts, f"{BREAKS_FILE}: no row of {look.flow}", held=False)


def noted(look: Look, key: Key, period: str, point: Point, met: Sequence[Break]) -> Iterator[Sentence]:
    """What the release notes on the cell besides breaks, and what was said of it by people."""
    rest = point.comment
    for one in met:
        rest = rest.replace(one.comment, "")
    rest = rest.strip("; ")
    if rest:
        texts = {"en": f"The release notes: “{rest}”", "fr": f"La diffusion note : « {ours(rest, 'fr')} »"}
        yield Sentence(texts, f"{look.source} {look.flow}/{'.'.join(key)} {period} COMMENT_OBS")
    answer = look.said.get(look.cell(key, period))
    for part in (EXPLANATION, COMMENT, FOOTNOTE) if answer else ():
        assert answer is not None
        said = answer.said.words.get(part, {})
        if said.get("en") and said.get("fr"):
            yield Sentence({"en": said["en"], "fr": said["fr"]}, f"answer {answer.key} ({part}, {answer.who})")
