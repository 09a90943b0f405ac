"""A questionnaire filled: sheets of rows and columns whose cells hold what is released, or the word for why there is nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from greffe.catalogue.questionnaires import HELD, OTHER, Questionnaire, Rows, Sheet
from greffe.errors import Refused, numbered
from greffe.model.answers import Said
from greffe.model.dataset import DataSet
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow, DataStructure, Texts
from greffe.transmission.workbooks.answers import SHOWN, STATUS, Answer, Key, answers_of
from greffe.transmission.workbooks.limits import UNLIMITED, Limit, limit_of
from greffe.transmission.workbooks.naming import Names

Labels = tuple[str, str]  # French, English


@dataclass(frozen=True)
class Cell:
    """`name`: of the range, the same in every year's workbook but for the year. `number` or `word` is what stands there.

    `held`: the release has this cell. `said`: what a person answered, or said of the figure. `limit`: which numbers it takes."""

    name: str
    key: Key
    period: str
    number: Decimal | None
    word: str
    notes: Mapping[str, str]
    held: bool
    said: Said | None = None
    limit: Limit = UNLIMITED

    @property
    def text(self) -> str:
        """As it is typed: digits with a point and no separators, or the word."""
        return self.word if self.number is None else f"{self.number:f}"


@dataclass(frozen=True)
class Row:
    """`heading`: a line above it, () for none. `cells`: one for each column, None where it is not asked."""

    heading: Labels | tuple[()]
    question: str
    code: str
    labels: Labels
    layout: Rows
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Column:
    """`codes`: of the breakdown, in the order of the layout."""

    codes: tuple[str, ...]
    period: str
    labels: Labels


@dataclass(frozen=True)
class FilledSheet:
    """A sheet. `release`: what it is filled from, None for one that nothing is released for."""

    layout: Sheet
    release: Release | None
    attributes: tuple[str, ...]
    attribute_names: Mapping[str, Texts]
    statuses: Mapping[str, Texts]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Filled:
    """`id`: of the transmission. `recipient`: its name in both languages, by its language."""

    questionnaire: Questionnaire
    id: str
    recipient: Texts
    year: int
    prepared: datetime
    test: bool
    sheets: tuple[FilledSheet, ...]

    @property
    def releases(self) -> tuple[Release, ...]:
        """What it is made of, each once."""
        return tuple(dict.fromkeys(s.release for s in self.sheets if s.release is not None))

    @property
    def synthetic(self) -> bool:
        """Whether some figures are invented."""
        return any(r.origin == "synthetic" for r in self.releases)

    def cells(self) -> Iterator[tuple[FilledSheet, Row, Column, Cell]]:
        """Every cell that is asked, in the order of the questionnaire."""
        for sheet in self.sheets:
            for row in sheet.rows:
                for column, cell in zip(sheet.columns, row.cells, strict=True):
                    if cell is not None:
                        yield sheet, row, column, cell


@dataclass(frozen=True)
class Source:
    """What fills a sheet: a dataflow with its structure and lists; release and data where there are some."""

    flow: Dataflow
    structure: DataStructure
    lists: Mapping[str, Codelist]
    names: Mapping[str, Texts]
    release: Release | None = None
    data: DataSet | None = None


class NoCell(Refused):
    """Released figures that no cell of a questionnaire takes. `flow`: their dataflow; `figures`: how many; `first`: one of them;
    `layout`: the file that lays the questionnaire out."""

    flow, figures, first, layout = "", 0, "", ""

    def of(self, flow: str, figures: int, first: str, layout: str) -> NoCell:
        """The same, saying which."""
        self.flow, self.figures, self.first, self.layout = flow, figures, first, layout
        return self


def filled_sheets(one: Questionnaire, year: int, sources: Mapping[str, Source]) -> tuple[FilledSheet, ...]:
    """Every sheet of a questionnaire. Raises NoCell for released figures of these years that no cell takes."""
    periods, names = [str(y) for y in range(year - one.years + 1, year + 1)], Names()
    held = {flow: answers_of(s.data) if s.data else {} for flow, s in sources.items()}
    found = tuple(_Filling(one, s, sources[s.flow], held[s.flow], periods, names).sheet() for s in one.sheets)
    taken = {(s.layout.flow, c.key, c.period) for s in found for r in s.rows for c in r.cells if c is not None}
    for flow, answers in held.items():
        left = sorted(k for k in answers if k[1] in periods and (flow, *k) not in taken)
        if left:
            first = f"{'.'.join(left[0][0])} {left[0][1]}"
            raise NoCell(
                f"{one.id}: {numbered(len(left), 'figure')} of {flow} have no cell; the first: {first}.",
                hint=f"Give them a row in {one.file}.",
            ).of(flow, len(left), first, one.file)
    return found


class _Filling:
    """One sheet while it is filled."""

    def __init__(
        self, one: Questionnaire, layout: Sheet, source: Source, held: Mapping[tuple[Key, str], Answer],
        periods: Sequence[str], names: Names,
    ) -> None:  # fmt: skip
        self.one, self.layout, self.source, self.held = one, layout, source, held
        self.periods, self.names = periods, names
        self.items = {d: {i.id: i for i in list_.items} for d, list_ in source.lists.items()}

    def sheet(self) -> FilledSheet:
        structure = self.source.structure
        own = {c.id for c in structure.components}
        statuses = {i.id: i.names for i in self.source.lists[STATUS].items} if STATUS in self.source.lists else {}
        columns = tuple(
            Column(codes, period, self._column_labels(codes, period))
            for codes in itertools.product(*self.layout.across.values())
            for period in self.periods
        )
        rows = tuple(row for layout in self.layout.rows for row in self._rows(layout, columns))
        attributes = tuple(a for a in SHOWN if a in own)
        named = {a: self.source.names.get(a, {}) for a in attributes}
        return FilledSheet(self.layout, self.source.release, attributes, named, statuses, columns, rows)

    def _column_labels(self, codes: Sequence[str], period: str) -> Labels:
        said = [self._named(d, c) for d, c in zip(self.layout.across, codes, strict=True)]
        if not said or self.one.years > 1:
            said.append((period, period))
        return _joined(said)

    def _rows(self, layout: Rows, columns: Sequence[Column]) -> Iterator[Row]:
        heading: Labels | tuple[()] = (layout.names["fr"], layout.names["en"]) if layout.names else ()
        for codes in self._keys(layout):
            key = dict(zip(layout.cells, codes, strict=True))
            cells = tuple(self._cell(key, c) if self._asked(layout, c) else None for c in columns)
            question = self.layout.question and self._source_code(self.layout.question, key)
            code = ".".join(c for d, c in key.items() if d != self.layout.question) if question else ".".join(codes)
            yield Row(heading, question, code, self._labels(key), layout, cells)
            heading = ()

    def _keys(self, layout: Rows) -> Iterator[tuple[str, ...]]:
        """The rows of a part: those that are named, or those that the release holds in the order of the lists."""
        known = {d: self._codes(d, codes) for d, codes in layout.cells.items()}
        if not any(HELD in codes for codes in layout.cells.values()):
            yield from itertools.product(*known.values())
            return
        places = {d: {c: n for n, c in enumerate(codes)} for d, codes in known.items()}
        dims = self.source.structure.dimension_ids
        at = [dims.index(d) for d in layout.cells]
        held = {tuple(key[p] for p in at) for key, period in self.held if period in self.periods}
        there = [k for k in held if all(c in places[d] for d, c in zip(places, k, strict=True))]
        yield from sorted(there, key=lambda k: [places[d][c] for d, c in zip(places, k, strict=True)])

    def _codes(self, dimension: str, codes: Sequence[str]) -> Sequence[str]:
        return list(self.items[dimension]) if HELD in codes else codes

    def _asked(self, layout: Rows, column: Column) -> bool:
        return all(
            code in layout.across.get(d, (code,)) for d, code in zip(self.layout.across, column.codes, strict=True)
        )

    def _cell(self, row: Mapping[str, str], column: Column) -> Cell:
        codes = {**self.layout.fixed, **row, **dict(zip(self.layout.across, column.codes, strict=True))}
        key = tuple(codes[d] for d in self.source.structure.dimension_ids)
        own = [c for d, c in codes.items() if d not in self.layout.fixed]
        name = self.names.of((self.layout.flow, *own, column.period))
        limit = limit_of(self.source.flow, self.source.structure, codes)
        answer = self.held.get((key, column.period))
        if answer is None:
            unheld = self.one.unheld
            return Cell(name, key, column.period, None, unheld.word, {}, held=False, limit=limit)
        number = None if answer.confidential else _number(answer.value)
        word = "" if number is not None else self._word(answer)
        return Cell(name, key, column.period, number, word, answer.notes, held=True, limit=limit)

    def _word(self, answer: Answer) -> str:
        if answer.confidential:
            return self.one.confidential.word
        missing = self.one.missing
        return missing.get(answer.notes.get(STATUS, ""), missing[OTHER]).word

    def _labels(self, key: Mapping[str, str]) -> Labels:
        """The names of a row's codes, but for what goes without saying; where all does, of the first one."""
        unsaid = self.layout.unsaid
        said = [self._named(d, c) for d, c in key.items() if not {c, HELD} & set(unsaid.get(d, ()))]
        return _joined(said or [self._named(*next(iter(key.items())))])

    def _named(self, dimension: str, code: str) -> Labels:
        names = self.items[dimension][code].names if dimension in self.items else {}
        return names.get("fr", code), names.get("en", code)

    def _source_code(self, dimension: str, key: Mapping[str, str]) -> str:
        code = key.get(dimension) or self.layout.fixed.get(dimension, "")
        item = self.items.get(dimension, {}).get(code)
        return (item.annotation("SOURCE_CODE") if item else "") or code


def _joined(said: Sequence[Labels]) -> Labels:
    return " – ".join(s[0] for s in said), " – ".join(s[1] for s in said)


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
