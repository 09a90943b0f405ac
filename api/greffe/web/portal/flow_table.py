"""The series of a selection as a table: a row each, a column a period, statuses as marks that a legend explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.arrow import text
from greffe.formats.languages import best
from greffe.model.periods import span, without_gaps
from greffe.model.releases import Release
from greffe.model.structures import Codelist, DataStructure
from greffe.query.queries import TIME
from greffe.release.vintages import CONF, Figure, figures
from greffe.store.base import Observations, Selection

ROWS: Final = 30  # series of a page
COLUMNS: Final = 36  # periods that a table shows, the latest
STATUS: Final = "OBS_STATUS"
_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {STATUS: ("", "A"), CONF: ("", "F")}  # what needs no mark


@dataclass(frozen=True)
class Label:
    """A code with its name in the visitor's language (the code itself where there is none)."""

    code: str
    name: str


@dataclass(frozen=True)
class Cell:
    """An observation as it is shown. value None: missing, which is not zero. marks: status codes; notes: numbers of texts."""

    value: str | None
    figure: Figure
    marks: tuple[str, ...] = ()
    notes: tuple[int, ...] = ()

    @property
    def breaks(self) -> bool:
        """From this period on the figures of the series say something else."""
        return self.figure.attributes.get(STATUS) == "B"


@dataclass(frozen=True)
class Row:
    """A series: its key, the labels of the dimensions that vary, the cells of the periods that it has."""

    key: Mapping[str, str]
    labels: Sequence[Label]
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Table:
    """varying: dimensions that differ between the matching series; same: those that do not, with their code. periods: the
    columns, in the order of the calendar; earlier: how many there are before them. series, observations: how many match.
    legend: mark → component and name; notes: texts, in the order of their numbers."""

    varying: Sequence[str]
    same: Mapping[str, Label]
    periods: Sequence[str]
    earlier: int
    rows: Sequence[Row]
    series: int
    observations: int
    legend: Mapping[str, Label]
    notes: Sequence[str]
    attributes: Mapping[str, Sequence[Label]]

    @property
    def missing(self) -> bool:
        """Whether a cell is shown that has no value."""
        return any(c.value is None for r in self.rows for c in r.cells.values())


def table(
    observations: Observations,
    release: Release,
    structure: DataStructure,
    codelists: Mapping[str, Codelist],
    selection: Selection,
    tallies: Mapping[str, Mapping[str, int]],
    lang: str,
    page: int = 1,
) -> Table:
    """A page of the series of a selection, in the order of their keys. `tallies`: how many of them have each code."""
    sizes = observations.counts(release.name, selection)
    varying = [d for d in structure.dimension_ids if len(tallies[d]) > 1]
    same = {d: label(codelists.get(d), next(iter(c)), lang) for d, c in tallies.items() if len(c) == 1}
    found = pages_of(observations, release, structure, selection, page)
    held = {p for cells in found.values() for p in cells}
    periods = without_gaps(sorted(held, key=lambda p: (span(p).first, span(p).last, p)))  # what nobody has is a gap too
    shown = periods[-COLUMNS:]
    marks = _Marks(structure, codelists, lang)
    rows = []
    for place, cells in found.items():
        key = dict(zip(structure.dimension_ids, place, strict=True))
        labels = [label(codelists.get(d), key[d], lang) for d in varying]
        rows.append(Row(key, labels, {p: marks.cell(cells[p]) for p in shown if p in cells}))
    return Table(
        varying, same, shown, len(periods) - len(shown), rows, *sizes, marks.legend, marks.notes,
        _of_series(structure, codelists, found, lang),
    )  # fmt: skip


def label(codes: Codelist | None, code: str, lang: str) -> Label:
    """A code and its name."""
    item = codes.item(code) if codes else None
    return Label(code, best(item.names, lang) if item else code)


def pages_of(
    observations: Observations, release: Release, structure: DataStructure, selection: Selection, page: int = 1
) -> dict[tuple[str, ...], dict[str, Figure]]:
    """Key → period → figure, of the series of a page, in the order of their keys."""
    window = replace(selection, series_only=True, skip=(page - 1) * ROWS, most=ROWS)
    keys = [
        tuple(text(row[d]) for d in structure.dimension_ids)
        for block in observations.select(release.name, window)
        for row in block.series.to_pylist()
    ]
    if not keys:
        return {}
    named = tuple({d: frozenset((c,)) for d, c in zip(structure.dimension_ids, key, strict=True)} for key in keys)
    found: dict[tuple[str, ...], dict[str, Figure]] = {key: {} for key in keys}
    for place, figure in figures(observations.select(release.name, replace(selection, keys=named)), structure):
        found[place[:-1]][place[-1]] = figure
    return found


class _Marks:
    """Gives each status its mark and each text its number, and remembers which were given."""

    def __init__(self, structure: DataStructure, codelists: Mapping[str, Codelist], lang: str) -> None:
        own = [a for a in structure.attributes if a.on_observation]
        self._coded = [a.id for a in own if a.representation.enumeration is not None]
        self._texts = [a.id for a in own if a.representation.enumeration is None]
        self._codelists, self._lang = codelists, lang
        self.legend: dict[str, Label] = {}
        self.notes: list[str] = []

    def cell(self, figure: Figure) -> Cell:
        """What is confidential shows no value, whatever the store holds."""
        said = figure.attributes
        coded = [(a, said[a]) for a in self._coded if a in said and said[a] not in _PLAIN.get(a, ("",))]
        texts = [said[a] for a in self._texts if said.get(a)]
        value = None if figure.confidential else figure.value
        return Cell(value, figure, tuple(self._mark(*c) for c in coded), tuple(self._note(t) for t in texts))

    def _mark(self, component: str, code: str) -> str:
        """A status by its letter; another component's by its letter in brackets, since letters are used again."""
        mark = code if component == STATUS else f"({code})"
        self.legend.setdefault(mark, Label(component, label(self._codelists.get(component), code, self._lang).name))
        return mark

    def _note(self, said: str) -> int:
        if said not in self.notes:
            self.notes.append(said)
        return self.notes.index(said) + 1


def _of_series(
    structure: DataStructure,
    codelists: Mapping[str, Codelist],
    found: Mapping[tuple[str, ...], Mapping[str, Figure]],
    lang: str,
) -> dict[str, list[Label]]:
    """Attributes of the series that are shown: which values each has among them."""
    told: dict[str, dict[str, Label]] = {}
    for attribute in (a.id for a in structure.attributes if not a.on_observation and a.id != TIME):
        for cells in found.values():
            for figure in cells.values():
                code = figure.attributes.get(attribute)
                if code:
                    told.setdefault(attribute, {})[code] = label(codelists.get(attribute), code, lang)
    return {a: list(labels.values()) for a, labels in told.items()}
