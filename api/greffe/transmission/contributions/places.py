"""The cells of a questionnaire in one cycle, each with the house that owns it and what stands there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal, InvalidOperation
from functools import cached_property

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, Refused, nearest
from greffe.model.contributions import Contribution
from greffe.model.structures import Dataflow
from greffe.release.contributing import house_of
from greffe.release.parts import Parts
from greffe.transmission.files import sources_of
from greffe.transmission.workbooks.answered import answered
from greffe.transmission.workbooks.answers import CONF, FREE
from greffe.transmission.workbooks.filled import Cell, Column, Filled, FilledSheet, Row, filled_sheets


@dataclass(frozen=True)
class Place:
    """A cell: where it stands, whose it is ('' where no table says), and what a release or a merged answer says there."""

    sheet: FilledSheet
    row: Row
    column: Column
    cell: Cell
    house: str

    @property
    def name(self) -> str:
        """The key of its answer."""
        return self.cell.name

    @property
    def confidential(self) -> bool:
        """Whether what is released is hidden: nobody is asked to type it."""
        return self.cell.notes.get(CONF, FREE) not in ("", FREE)

    @property
    def line(self) -> str:
        """Its row, as sheets show it."""
        return " ".join(filter(None, (self.row.question, self.row.code)))

    @property
    def column_name(self) -> str:
        """Its column, as sheets show it."""
        return self.column.labels[1] or self.column.period

    def refused(self, house: str) -> Refused:
        """What is told to a house that says something of a cell of another."""
        owner = self.house or "nobody"
        sheet, column = self.sheet.layout.id, self.column_name
        return Refused(
            f"This cell is of {owner}, not of {house}: sheet {sheet}, row {self.line}, column {column}.",
            hint="Who owns a cell is said in mappings/policies/contributors.csv.",
        )


@dataclass(frozen=True)
class Board:
    """A questionnaire of one cycle as it stands now."""

    filled: Filled
    places: tuple[Place, ...]

    def of(self, house: str) -> dict[str, Place]:
        """The cells that a house is asked for, by name, in the order of the questionnaire."""
        return {p.name: p for p in self.places if p.house == house and not p.confidential}

    @cached_property
    def by_name(self) -> Mapping[str, Place]:
        """Name → cell."""
        return {p.name: p for p in self.places}

    def place(self, name: str) -> Place:
        """A cell by its name. Raises NotFound with the nearest."""
        found = self.by_name.get(name)
        if found is None:
            near = nearest(name, self.by_name)
            raise NotFound(f"{self.filled.questionnaire.id} has no cell {name}.", nearest=near)
        return found


def board(parts: Parts, questionnaire: str, year: int) -> Board:
    """A questionnaire filled with what is released and answered now. Raises NotFound."""
    catalogue = parts.catalogue()
    if questionnaire not in catalogue.questionnaires:
        raise NotFound(
            f"There is no questionnaire {questionnaire}.", nearest=nearest(questionnaire, catalogue.questionnaires)
        )
    one, ledger, now = catalogue.questionnaires[questionnaire], parts.ledger(), parts.clock()
    flows = [catalogue.latest(Dataflow, flow).reference for flow in dict.fromkeys(s.flow for s in one.sheets)]
    releases = [r for flow in flows if (r := ledger.current(flow, now)) is not None]
    sources = sources_of(parts, catalogue, one, releases)
    said = {cell: a.said for cell, a in ledger.answers.get(f"{questionnaire}/{year}", {}).items()}
    sheets = answered(one, filled_sheets(one, year, sources), said)
    filled = Filled(one, "", {}, year, now.astimezone(UTC).replace(microsecond=0), False, sheets)
    dims = {flow: source.structure.dimension_ids for flow, source in sources.items()}
    return Board(filled, tuple(placed(catalogue, filled, dims)))


def placed(catalogue: Catalogue, filled: Filled, dims: Mapping[str, Iterable[str]]) -> Iterable[Place]:
    """Every cell with its owner. `dims`: dimensions of each dataflow, in order."""
    for sheet, row, column, cell in filled.cells():
        codes = dict(zip(dims[sheet.layout.flow], cell.key, strict=True))
        yield Place(sheet, row, column, cell, house_of(catalogue, filled.questionnaire.id, sheet.layout.flow, codes))


def refuse_foreign(found: Board, house: str, names: Iterable[str]) -> None:
    """Raise Refused for the first cell that is of another house, by sheet, row, column and owner; NotFound for none."""
    for name in names:
        place = found.place(name)
        if place.house != house:
            raise place.refused(house)


def agrees(place: Place, one: Contribution) -> bool:
    """Whether what a house says of a cell is what is released there, or nothing is: a figure is never typed over."""
    said, cell = one.cells.get(place.name), place.cell
    if said is None or not cell.held:
        return True
    if cell.number is not None:
        return bool(said.value) and place.row.layout.type == "number" and cell.number == _number(said.value)
    return said.missing == missing_of(cell)


def missing_of(cell: Cell) -> str:
    """NA or NAP, as the status of a released cell without a figure says; '' for one with a figure."""
    if cell.number is not None or not cell.held:
        return ""
    return "NAP" if cell.notes.get("OBS_STATUS") == "M" else "NA"


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
