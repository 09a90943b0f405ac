"""The seven tables of the bridge, read one by one and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.policies.bridge import concepts, layouts, series, steps
from greffe.catalogue.policies.bridge.concepts import FigureOf, Words
from greffe.catalogue.policies.bridge.layouts import Layout
from greffe.catalogue.policies.bridge.series import PublishedSeries, ReferenceDate
from greffe.catalogue.policies.bridge.steps import NamedPair, Step
from greffe.errors import BadDefinition, nearest
from greffe.model.expressions import Quotient

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    series.SERIES_FILE: series.SERIES_KEY,
    series.DATES_FILE: series.DATES_KEY,
    concepts.CONCEPTS_FILE: concepts.CONCEPTS_KEY,
    concepts.WORDS_FILE: concepts.WORDS_KEY,
    steps.STEPS_FILE: steps.STEPS_KEY,
    steps.PAIRS_FILE: steps.PAIRS_KEY,
    layouts.FILE: layouts.KEY,
}


@dataclass(frozen=True)
class Bridge:
    """Everything declared about published figures. Nothing declared: nothing is compared."""

    series: tuple[PublishedSeries, ...] = ()
    dates: Mapping[str, Mapping[str, ReferenceDate]] = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    figures: tuple[FigureOf, ...] = ()
    steps: tuple[Step, ...] = ()
    pairs: tuple[NamedPair, ...] = ()
    layouts: tuple[Layout, ...] = ()


def read_bridge(files: Mapping[str, bytes]) -> Bridge:
    """The tables that are there, each for itself. Raises BadDefinition."""
    read = {
        "series": (series.SERIES_FILE, series.read_series),
        "dates": (series.DATES_FILE, series.read_dates),
        "words": (concepts.WORDS_FILE, concepts.read_words),
        "figures": (concepts.CONCEPTS_FILE, concepts.read_concepts),
        "steps": (steps.STEPS_FILE, steps.read_steps),
        "pairs": (steps.PAIRS_FILE, steps.read_pairs),
        "layouts": (layouts.FILE, layouts.read_layouts),
    }
    return Bridge(**{name: reader(files[file], file) for name, (file, reader) in read.items() if file in files})  # type: ignore[arg-type]


def check_bridge(bridge: Bridge) -> None:
    """Raise BadDefinition for a name that another table does not have: series, calendar, definition, concept, figure."""
    _check_series(bridge)
    _check_figures(bridge)
    _check_steps(bridge)
    figures = sorted({f.name for f in bridge.figures})
    for pair in bridge.pairs:
        for column, text in (("a", pair.a), ("b", pair.b)):
            name = text.partition("@")[0].partition(".")[0]
            _known(steps.PAIRS_FILE, pair.line, column, name, figures, "figure")


def _check_series(bridge: Bridge) -> None:
    copies = {s.name: s.copy_of for s in bridge.series}
    for one in bridge.series:
        if one.copy_of:
            _known(series.SERIES_FILE, 0, "copy_of", one.copy_of, list(copies), f"series {one.name}: published series")
            if one.copy_of == one.name or copies[one.copy_of]:
                wrong = (
                    f"{one.name} passes on {one.copy_of}, which is itself or passes on another: name the first of them."
                )
                raise BadDefinition(wrong, file=series.SERIES_FILE, column="copy_of")
        if one.date.startswith(series.CALENDAR):
            name = one.date.removeprefix(series.CALENDAR)
            _known(series.SERIES_FILE, 0, "date", name, sorted(bridge.dates), f"series {one.name}: calendar")


def _check_figures(bridge: Bridge) -> None:
    for figure in bridge.figures:
        file = concepts.CONCEPTS_FILE
        _known(file, figure.line, "concept", figure.concept, sorted(bridge.words.get(concepts.CONCEPT, {})), "concept")
        _names(bridge, file, figure.line, "expression", figure.expression)
        for dimension, code in figure.definition.items():
            _known(file, figure.line, dimension, code, sorted(bridge.words.get(dimension, {})), "definition")


def _check_steps(bridge: Bridge) -> None:
    for step in bridge.steps:
        file = steps.STEPS_FILE
        _known(file, step.line, "concept", step.concept, sorted({f.concept for f in bridge.figures}), "concept")
        for column, code in (("from", step.from_), ("to", step.to)):
            _known(file, step.line, column, code, sorted(bridge.words.get(step.dimension, {})), "definition")
        for column, read in (("amount", step.amount), ("factor", step.factor)):
            if read is not None:
                _names(bridge, file, step.line, column, read)


def _names(bridge: Bridge, file: str, line: int, column: str, read: Quotient) -> None:
    known = [s.name for s in bridge.series]
    for name in read.names():
        _known(file, line, column, name.partition("@")[0], known, "published series")


def _known(file: str, line: int, column: str, name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        row = line or None
        near = nearest(name, known)
        raise BadDefinition(f"There is no {what} {name!r}.", file=file, row=row, column=column, nearest=near)
