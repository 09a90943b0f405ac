"""Taking candidates: the cells that make a line lead there, why it does, and what becomes of many lines at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.trial import faults_of, with_rows
from greffe.errors import BadDefinition, BadQuery
from greffe.mapping.suggest.rank import Candidate, suggest
from greffe.model.maps import MapRow, RepresentationMap
from greffe.release.review.admitting import Admission
from greffe.release.review.candidates import MOST, verdict_on
from greffe.release.review.outside import Outside, outside
from greffe.release.review.pending import rows_with
from greffe.release.review.queue import Queue, Waiting, sources_of
from greffe.release.review.sharing import plain_kind

LEAST: Final = 50  # score of what is taken without anybody looking at it: below, what holds together may mean anything
_REASONS: Final = 3  # of a candidate, that are kept as the reason of its row

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Best:
    """`wanted`: item → its cells. `left`: the items that stay as they are: no likely candidate of theirs holds together, or the best
    is where they lead already. `open`: those of them whose best candidate would be kept once its author has answered."""

    wanted: Mapping[str, Cells]
    left: tuple[str, ...]
    open: tuple[Open, ...] = ()


@dataclass(frozen=True)
class Open:
    """A line whose best candidate asks something first, as on its own page; `cells` by which it would lead there."""

    line: Waiting
    candidate: Candidate
    cells: Cells
    admission: Admission | None
    outside: tuple[Outside, ...]


def accepted(queue: Queue, line: Waiting, targets: Sequence[str]) -> dict[str, str]:
    """The cells by which a line leads to those targets. The reason is the candidate's own, '' when they are no candidate."""
    found = next((c for c in proposed(queue, line) if c.targets == tuple(targets)), None)
    row = _row(line, tuple(targets))
    rows = _put(list(_now(queue)), row)
    return _cells(queue.table, line, row, rows, reason_of(found) if found else "")


def best_of_each(catalogue: Catalogue, queue: Queue, lines: Sequence[Waiting]) -> Best:
    """For each line the best candidate, of those that score at least LEAST and that the recipients take, with which the maps hold together,
    beside what is pending and what the other lines take. Raises BadQuery when there is none for any of them, nor one that only
    asks something first."""
    asked = {
        w.item: [c for c in proposed(queue, w) if c.score >= LEAST and not outside(catalogue, queue.table, c.targets)]
        for w in lines
    }
    rows, taken = list(_now(queue)), dict[str, Candidate]()
    trial = _Trial(catalogue, queue.table, rows)
    ready = [line for line in ready_of(lines) if asked[line.item]]
    _take(trial, ready, asked, taken)
    there = {line.item for line in lines if line.item in taken and _leads(line, taken[line.item].targets)}
    left = tuple(line.item for line in lines if line.item not in taken or line.item in there)
    kept = [line for line in lines if line.item not in left]
    open_ = _open(catalogue, queue, [line for line in ready_of(lines) if line.item not in taken], trial.rows)
    if not kept and not open_:
        first = ", ".join(left[:5])
        raise BadQuery(
            f"Nothing is accepted for {first} and {len(left) - 5} more: no likely candidate holds together, or the best is there already."
            if len(left) > 5
            else f"Nothing is accepted for {first}: no likely candidate holds together, or the best is there already.",
            parameter="item",
        )
    made = {line.item: (line, _row(line, taken[line.item].targets)) for line in kept}
    return Best(
        {i: _cells(queue.table, line, row, trial.rows, reason_of(taken[i])) for i, (line, row) in made.items()},
        left,
        open_,
    )


def ready_of(lines: Sequence[Waiting]) -> list[Waiting]:
    """The lines of which all sources are said."""
    return [line for line in lines if line.row is not None or all(line.values)]


def _open(catalogue: Catalogue, queue: Queue, lines: Sequence[Waiting], rows: Sequence[MapRow]) -> tuple[Open, ...]:
    """Of lines that nothing was taken for, those whose best likely candidate lacks an answer and nothing else."""
    found = []
    for line in lines:
        best = next((c for c in proposed(queue, line) if c.score >= LEAST), None)
        if best is None or _leads(line, best.targets):
            continue
        row, left_out = _row(line, best.targets), outside(catalogue, queue.table, best.targets)
        faults, let_in = verdict_on(catalogue, queue.table, line, row)
        offered = let_in if let_in is not None and let_in.offered else None
        if offered or (left_out and not faults):
            cells = _cells(queue.table, line, row, _put(list(rows), row), reason_of(best))
            found.append(Open(line, best, cells, offered, left_out))
    return tuple(found)


def proposed(queue: Queue, line: Waiting) -> tuple[Candidate, ...]:
    """The candidates of a line, the best first; none for a source that is a pattern in all columns."""
    exact = [s.value if s.match == "exact" else "" for s in sources_of(line)]
    return suggest(queue.ground, exact, MOST) if any(exact) else ()


def reason_of(candidate: Candidate) -> str:
    """What spoke for a candidate, as the reason of its row: one wording whoever takes it, of which pages tell the French
    (`french/texts/register.csv`), so that an approver reads it in their language and two who take it take the same."""
    said = "; ".join(reason.english for reason in candidate.reasons[:_REASONS])
    return f"Accepted as proposed (score {candidate.score}): {said}."


def _now(queue: Queue) -> tuple[MapRow, ...]:
    return rows_with(queue.table, [line.pending for line in queue.lines if line.pending])


def _row(line: Waiting, targets: tuple[str, ...]) -> MapRow:
    """The row that a line becomes; a row that had no target is an exact one until it shares its target."""
    row = line.start()
    return replace(row, targets=targets, kind=row.kind if row.has_target else "exact")


def _put(rows: list[MapRow], row: MapRow) -> list[MapRow]:
    if any(r.row_id == row.row_id for r in rows):
        return [row if r.row_id == row.row_id else r for r in rows]
    return [*rows, replace(row, line=len(rows) + 2)]


def _cells(table: RepresentationMap, line: Waiting, row: MapRow, rows: Sequence[MapRow], reason: str) -> dict[str, str]:
    """Several sources that lead to one target are parts of it, none of them is exactly it."""
    targets = {f"target:{c}": v for c, v in zip(table.targets, row.targets, strict=True)}
    return {**line.validity(), **targets, "kind": plain_kind(row, rows), "reason": reason}


def _leads(line: Waiting, targets: tuple[str, ...]) -> bool:
    return line.shown is not None and line.shown.has_target and line.shown.targets == targets


class _Trial:
    """The rows taken so far, and whether more of them make the maps worse than they are."""

    def __init__(self, catalogue: Catalogue, table: RepresentationMap, rows: list[MapRow]) -> None:
        self.catalogue, self.table, self.rows = catalogue, table, rows
        self._before = self._faults(rows)

    def takes(self, more: Sequence[MapRow]) -> bool:
        """Keep rows when nothing is wrong with them that was not wrong before."""
        rows = self.rows
        for row in more:
            rows = _put(rows, row)
        if not self._faults(rows) <= self._before:
            return False
        self.rows = rows
        return True

    def _faults(self, rows: Sequence[MapRow]) -> frozenset[str]:
        file = self.table.file
        try:
            return frozenset(str(f.message) for f in faults_of(with_rows(self.catalogue, {file: rows}), [file]))
        except BadDefinition as error:
            return frozenset({error.message})


def _take(
    trial: _Trial, lines: Sequence[Waiting], asked: Mapping[str, Sequence[Candidate]], taken: dict[str, Candidate]
) -> None:
    """All at once when they hold together, else by halves: most do, and a trial of the largest maps takes a while."""
    if not lines:
        return
    if trial.takes([_row(line, asked[line.item][0].targets) for line in lines]):
        taken |= {line.item: asked[line.item][0] for line in lines}
    elif len(lines) > 1:
        half = len(lines) // 2
        _take(trial, lines[:half], asked, taken)
        _take(trial, lines[half:], asked, taken)
    else:
        (line,) = lines
        best = next((c for c in asked[line.item][1:] if trial.takes([_row(line, c.targets)])), None)
        if best is not None:
            taken[line.item] = best
