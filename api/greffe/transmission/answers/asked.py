"""What a questionnaire asks in a cycle, cell by cell: what is released, what was answered, what is carried forward, what lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.questionnaires import Questionnaire
from greffe.errors import NotFound, nearest
from greffe.model.answers import Answer, AnswerKey, Said
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, Texts
from greffe.release.contributing import contact_of, house_of
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.store.answer_records import Answers
from greffe.transmission.files import asking, sources_of
from greffe.transmission.workbooks.filled import Cell, Column, FilledSheet, Row, filled_sheets

# What becomes of a cell: the figure of a release, without and with words; an answer of this cycle; then what stands in the way;
# and what a house is asked for, by its contribution.
RELEASED, EXPLAINED, ANSWERED, TO_CONFIRM, HALF, MISSING, OF_HOUSE = (
    "released", "explained", "answered", "to_confirm", "half", "missing", "of_house",
)  # fmt: skip
STATES: Final = (MISSING, TO_CONFIRM, HALF, OF_HOUSE, ANSWERED, EXPLAINED, RELEASED)
OPEN: Final = (MISSING, TO_CONFIRM, HALF)
_KEPT: Final = (
    32  # cycles of questionnaires that are held as releases fill them: a plan of all deliveries looks at some ten
)


@dataclass(frozen=True)
class Asked:
    """A cell. `release`: what fills its sheet, '' for nothing. `earlier`: what was said of it in the last cycle.
    `house`: that alone answers it, by its contribution; '' for who puts the questionnaire together."""

    cell: Cell
    sheet: FilledSheet
    row: Row
    column: Column
    answer: Answer | None
    earlier: Answer | None
    house: str = ""

    @property
    def name(self) -> str:
        """Of the range in the workbook."""
        return self.cell.name

    @property
    def section(self) -> str:
        """The sheet that it stands on."""
        return self.sheet.layout.id

    @property
    def line(self) -> str:
        """Its row, as sheets show it."""
        return " ".join(filter(None, (self.row.question, self.row.code)))

    @property
    def column_name(self) -> str:
        """Its column, as sheets show it."""
        return self.column.labels[1] or self.column.period

    @property
    def release(self) -> str:
        """The release that has the cell, '' for none."""
        return str(self.sheet.release) if self.cell.held and self.sheet.release else ""

    @property
    def said(self) -> Said | None:
        """What is said of it now, be it not confirmed."""
        found = self.answer or self.earlier
        return found.said if found else None

    @property
    def state(self) -> str:
        """One of STATES: what a house is to answer waits for its contribution, and stands in nobody else's way."""
        found = self._state
        return OF_HOUSE if self.house and found in OPEN else found

    @property
    def _state(self) -> str:
        if self.answer is not None:
            if self.answer.said.half:
                return HALF
            if self.cell.held:
                return EXPLAINED if self.answer.said.words else RELEASED
            return ANSWERED if self.answer.said.answers else MISSING
        if self.earlier is not None and (self.earlier.said.notes if self.cell.held else self.earlier.said.answers):
            return TO_CONFIRM
        return RELEASED if self.cell.held else MISSING

    @property
    def labels(self) -> Texts:
        """Question and column, in both languages."""
        joined = [" – ".join(filter(None, (self.row.labels[n], self.column.labels[n]))) for n in (0, 1)]
        return {"fr": joined[0], "en": joined[1]}


@dataclass(frozen=True)
class Round:
    """A questionnaire in one cycle. `last`: the cycle before of which there are answers, 0 for none. `gone`: cells that were
    answered then and are no longer asked."""

    questionnaire: Questionnaire
    cycle: int
    last: int
    cells: tuple[Asked, ...]
    gone: tuple[str, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Asked]:
        """Name → cell."""
        return {a.name: a for a in self.cells}

    def cell(self, name: str) -> Asked:
        """A cell by its name. Raises NotFound with the nearest."""
        if name not in self.by_name:
            near = nearest(name, self.by_name)
            raise NotFound(f"{self.questionnaire.id} has no cell {name!r} in {self.cycle}.", nearest=near)
        return self.by_name[name]

    def section(self, id_: str) -> tuple[Asked, ...]:
        """The cells of a sheet. Raises NotFound with the nearest."""
        ids = [s.id for s in self.questionnaire.sheets]
        if id_ not in ids:
            raise NotFound(f"{self.questionnaire.id} has no sheet {id_!r}.", nearest=nearest(id_, ids) or ids)
        return tuple(a for a in self.cells if a.section == id_)

    def only(self, flows: Collection[str]) -> Round:
        """What sheets of those dataflows ask: a delivery may hold some of them."""
        return replace(self, cells=tuple(a for a in self.cells if a.sheet.layout.flow in flows))

    def counts(self, cells: Iterable[Asked] | None = None) -> dict[str, int]:
        """State → how many cells, in the order of STATES."""
        found = [a.state for a in (self.cells if cells is None else cells)]
        return {state: found.count(state) for state in STATES}

    @property
    def answers(self) -> dict[str, Answer]:
        """What was answered in this cycle, of cells that are asked."""
        return {a.name: a.answer for a in self.cells if a.answer is not None}


def asked(parts: Parts, questionnaire: str, cycle: int) -> Round:
    """A questionnaire in a cycle, filled from what is released now. Raises NotFound for one that is not there, or a cycle
    that no deadline asks."""
    catalogue = parts.catalogue()
    one = named(catalogue, questionnaire)
    known = cycles(catalogue, one)
    if cycle not in known:
        near = [str(y) for y in sorted(known, key=lambda y: abs(y - cycle))[:2]]
        raise NotFound(f"{one.id} is not asked for {cycle}.", nearest=near)
    ledger, now = parts.ledger(), parts.clock()
    flows = [catalogue.latest(Dataflow, id_) for id_ in dict.fromkeys(s.flow for s in one.sheets)]
    releases = [r for f in flows if (r := ledger.current(f.reference, now)) is not None]
    filled = _filled(parts, catalogue, one, cycle, releases)
    found = in_cycle(one, cycle, filled.sheets, ledger.answers)
    return replace(found, cells=tuple(replace(c, house=filled.houses.get(c.name, "")) for c in found.cells))


def asked_by(parts: Parts, flow: Dataflow) -> str:
    """The questionnaire that asks what a dataflow says, '' for none."""
    one = asking(parts.catalogue(), flow.reference.id)
    return one.id if one else ""


def asked_of(parts: Parts, flow: Dataflow, year: int) -> Round | None:
    """What is asked of a dataflow alone; None where nobody answered any of it, in this cycle or before."""
    questionnaire, id_ = asked_by(parts, flow), flow.reference.id
    for round_, cells in parts.ledger().answers.items():
        name, _, cycle = round_.partition("/")
        if name == questionnaire and int(cycle) <= year and any(c.startswith(f"{id_}__") for c in cells):
            return asked(parts, questionnaire, year).only([id_])
    return None


def in_cycle(one: Questionnaire, cycle: int, sheets: Sequence[FilledSheet], answers: Answers) -> Round:
    """The cells of filled sheets with what was said of them, in this cycle and in the last one."""
    last = max((c for c in _answered(answers, one.id) if c < cycle), default=0)
    mine, before = answers.get(f"{one.id}/{cycle}", {}), answers.get(f"{one.id}/{last}", {})
    cells, met = [], set[str]()
    for sheet in sheets:
        for row in sheet.rows:
            for column, cell in zip(sheet.columns, row.cells, strict=True):
                if cell is not None:
                    earlier = _earlier(before, cell.name, cycle - last)
                    met |= {earlier.key.cell} if earlier else set()
                    cells.append(Asked(cell, sheet, row, column, mine.get(cell.name), earlier))
    gone = tuple(c for c in before if c not in met and int(c.rpartition("__")[2]) > last - one.years + cycle - last)
    return Round(one, cycle, last, tuple(cells), gone)


def named(catalogue: Catalogue, questionnaire: str) -> Questionnaire:
    """A questionnaire by its id. Raises NotFound with the nearest."""
    if questionnaire not in catalogue.questionnaires:
        near = nearest(questionnaire, catalogue.questionnaires) or list(catalogue.questionnaires)
        raise NotFound(f"There is no questionnaire {questionnaire}.", nearest=near)
    return catalogue.questionnaires[questionnaire]


def cycles(catalogue: Catalogue, one: Questionnaire, until: date = date(2100, 12, 31)) -> list[int]:
    """The years of data for which a deadline up to a day asks dataflows of a questionnaire, in order."""
    flows = {s.flow for s in one.sheets}
    asking = [d for d in catalogue.policies.deadlines if any(d.asks(f) for f in flows)]
    return sorted({year for d in asking for year, _ in d.days(until)})


def key_of(round_: Round, cell: Asked) -> AnswerKey:
    """Under which key an answer to a cell stands."""
    return AnswerKey(round_.questionnaire.id, round_.cycle, cell.name)


def _answered(answers: Answers, id_: str) -> list[int]:
    return [int(r.partition("/")[2]) for r, cells in answers.items() if r.partition("/")[0] == id_ and cells]


def _earlier(before: Mapping[str, Answer], name: str, apart: int) -> Answer | None:
    """What was said of the same year, where it was asked already; else of the year that stood in that place."""
    stem, _, period = name.rpartition("__")
    return before.get(name) or before.get(f"{stem}__{int(period) - apart}")


@dataclass(frozen=True)
class _Filled:
    """The sheets of a cycle, and by the name of a cell the house that alone answers it, where that is not the contact."""

    sheets: tuple[FilledSheet, ...]
    houses: Mapping[str, str]


_held: Final[Few[tuple[str, ...], _Filled]] = Few(_KEPT)


def _filled(parts: Parts, catalogue: Catalogue, one: Questionnaire, cycle: int, releases: Sequence[Release]) -> _Filled:
    """Made once for the same catalogue and releases: neither what a release says nor whose a cell is changes."""
    key = (catalogue.checksum, one.id, str(cycle), *(f"{r} {r.content_hash}" for r in releases))
    found = _held.get(key)
    if found is None:
        sheets = filled_sheets(one, cycle, sources_of(parts, catalogue, one, releases))
        found = _held.keep(key, _Filled(sheets, _houses(catalogue, one, sheets)))
    return found


def _houses(catalogue: Catalogue, one: Questionnaire, sheets: Sequence[FilledSheet]) -> dict[str, str]:
    contact = contact_of(catalogue, one.id)
    found = {}
    for sheet in sheets:
        flow = sheet.layout.flow
        dims = catalogue.structure(catalogue.latest(Dataflow, flow)).dimension_ids
        for cell in (c for row in sheet.rows for c in row.cells if c is not None):
            house = house_of(catalogue, one.id, flow, dict(zip(dims, cell.key, strict=True)))
            if house != contact:
                found[cell.name] = house
    return found
