"""Chains: at most four declared steps that lead from one figure to the other exactly, the fewest first.

What makes a chain worth believing is what it may not do. A step is taken only in a dimension in which the two figures
are declared to differ, in the direction of that difference, once. Its amount is made of published figures; one that
reads either figure, by whatever route it is published, could make up any difference and cannot settle anything. Rounding is an interval of
the declared unit, and a step that moves less than twice that unit cannot be told from it: it is not taken. Rounding ends
a chain only where every other dimension in which the definitions differ is bridged by a step of it, or by a declared one too
small to be told from rounding: another edition is no matter of rounding, however near it comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from greffe.catalogue.policies.bridge.steps import Step, steps_of
from greffe.validation.bridge.cells import Cells, Computed, Interval
from greffe.validation.bridge.figures import Figure

MOST: Final = 4
EQUAL, EXPLAINED, PARTLY, OPEN = "equal", "explained", "partly", "open"
STATES: Final = (EQUAL, EXPLAINED, PARTLY, OPEN)
DATE, ROUNDING = "reference_date", "rounding"  # the two steps that no table declares: they follow from the series
_TELLING: Final = 2  # a step moves at least that many times what rounding may move


@dataclass(frozen=True)
class Taken:
    """A step as it was taken: by how much the value moved, and what it was computed of. `step` is None for the reference
    date (nothing moves) and for rounding."""

    kind: str
    amount: Fraction
    step: Step | None = None
    backwards: bool = False
    computed: Computed | None = None


@dataclass(frozen=True)
class Answer:
    """`chains`: every chain of the fewest steps that lead from `a` to `b` (more than one: it is ambiguous), or, when none
    does, what is established of one: then `remainder` is the part of b - a that no step accounts for. `located`: where a
    difference lies that has no known reason; it is part of what stays open. `untold`: declared steps that move so little
    that rounding may hide them. `differ`: dimensions in which the definitions differ. `missed`: by how much a figure that stays
    open lies outside what rounding allows once every declared step is taken, `untold` ones too; None where nothing is rounded."""

    a: Figure
    b: Figure
    state: str
    chains: tuple[tuple[Taken, ...], ...]
    located: tuple[Taken, ...]
    remainder: Fraction
    differ: tuple[str, ...]
    untold: tuple[Taken, ...] = ()
    missed: Fraction | None = None

    @property
    def difference(self) -> Fraction:
        """b - a."""
        return self.b.value - self.a.value

    @property
    def unbridged(self) -> tuple[str, ...]:
        """Dimensions in which the definitions differ and that no step told here is of; rounding is none of them."""
        told = {t.kind for t in (*(self.chains[0] if self.chains else ()), *self.located, *self.untold)}
        return tuple(d for d in self.differ if d != ROUNDING and d not in told)

    @property
    def moves_nothing(self) -> tuple[str, ...]:
        """Of an explained pair, dimensions in which the definitions differ and that no step is of: the steps lead from one
        figure to the other to the last digit, so that this difference moves neither."""
        return self.unbridged if self.state == EXPLAINED else ()

    @property
    def open(self) -> Fraction:
        """What of the difference has no known reason: the remainder and what is only located."""
        return self.remainder + sum((t.amount for t in self.located), Fraction(0))


@dataclass(frozen=True)
class _Candidate:
    """A declared step that fits the two figures."""

    step: Step
    backwards: bool
    computed: Computed


def answer(cells: Cells, a: Figure, b: Figure) -> Answer:
    """The shortest chains from a to b, or what is left open."""
    differ = differences(a, b)
    fit = list(_fitting(cells, a, b))
    settling = [c for c in fit if c.step.settles and _settles(c, a, b)]
    begin = (Taken(DATE, Fraction(0)),) if _dated_otherwise(a, b) else ()
    if a.value == b.value and (not begin or _left(begin, a, b)):
        # One value under two labels is no explanation where the two are declared to be of different things.
        return Answer(a, b, EQUAL, (begin,) if begin else (), (), Fraction(0), differ)
    for size in range(min(len(settling), MOST - len(begin)) + 1):
        found = [c for chosen in _choices(settling, size) if (c := _chain(begin, chosen, settling, a, b)) is not None]
        if found:
            hidden = (
                _first_of(settling, _left(found[0], a, b)) if found[0][-1:] and found[0][-1].kind == ROUNDING else ()
            )
            untold = tuple(_taken(c, t.amount) for c, t in zip(hidden, _walk(hidden, a)[0], strict=True))
            return Answer(a, b, EXPLAINED, tuple(found), (), Fraction(0), differ, untold)
    return _unfinished(begin, fit, settling, a, b, differ)


def differences(a: Figure, b: Figure) -> tuple[str, ...]:
    """The dimensions in which two figures are declared to differ; one that is not declared for both differs in nothing.
    A rounding that only one of them has, and dates, count."""
    names = [d for d, code in a.of.definition.items() if b.of.definition.get(d, code) != code]
    dated = [DATE] if a.reference != b.reference or _dated_otherwise(a, b) else []
    rounded = [ROUNDING] if a.computed.interval.width != b.computed.interval.width else []
    return (*dated, *names, *rounded)


def _dated_otherwise(a: Figure, b: Figure) -> bool:
    """Whether two figures of one day are labelled so that nobody sees it: other periods, or a period that a calendar of
    its body dates."""
    return a.reference == b.reference and (a.period != b.period or a.by_calendar != b.by_calendar)


def _fitting(cells: Cells, a: Figure, b: Figure) -> Iterator[_Candidate]:
    for step in steps_of(cells.bridge.steps, a.of.concept):
        ends = a.of.definition.get(step.dimension, ""), b.of.definition.get(step.dimension, "")
        if ends not in ((step.from_, step.to), (step.to, step.from_)):
            continue
        dates = [r for r in dict.fromkeys((b.reference, a.reference)) if _holds(step, r)]
        expression = step.amount or step.factor
        if not dates or expression is None:
            continue
        computed = cells.evaluate(expression, a.code, dates[0])
        if computed is None or _fixed(step, computed):
            continue
        if computed.value != (0 if step.amount else 1):
            yield _Candidate(step, ends != (step.from_, step.to), computed)


def _fixed(step: Step, computed: Computed) -> bool:
    """Whether one cell stands above and below the line, under two names or two dates: it then makes a number of its own."""
    above, below = ({o.figure for o in side} for side in (computed.above, computed.below))
    return bool(above & below) if step.factor is None else above == below


def _holds(step: Step, reference: str) -> bool:
    return (not step.first or reference >= step.first) and (not step.last or reference[: len(step.last)] <= step.last)


def _settles(candidate: _Candidate, a: Figure, b: Figure) -> bool:
    """Whether the amount is independent of both figures. A factor may read what `a` is divided by (it puts another
    denominator in its place): what `a` counts still decides."""
    mine = a.computed if not candidate.backwards else b.computed
    other = b.computed if not candidate.backwards else a.computed
    read = candidate.computed.read
    if candidate.step.factor is None:
        return not read & (a.computed.read | b.computed.read)
    return not read & (other.read | {o.figure for o in mine.above})


def _choices(settling: Sequence[_Candidate], size: int) -> Iterator[tuple[_Candidate, ...]]:
    for chosen in combinations(settling, size):
        if len({c.step.dimension for c in chosen}) == size:
            yield chosen


def _chain(
    begin: tuple[Taken, ...], chosen: Sequence[_Candidate], settling: Sequence[_Candidate], a: Figure, b: Figure
) -> tuple[Taken, ...] | None:
    """The chain of those steps when it reaches b; with rounding as its last step when b is reached only within it, and
    nothing but rounding is left in which the two differ, or only what declared steps bridge that rounding hides."""
    taken, value, span = _walk(chosen, a)
    blur = span.width + b.computed.interval.width
    if any(abs(t.amount) < _TELLING * blur for t in taken):
        return None
    chain = (*begin, *taken)
    if value == b.value:
        return chain
    if blur == 0 or not span.meets(b.computed.interval) or len(chain) == MOST:
        return None
    left = _left(chain, a, b)
    hidden = _first_of(settling, left)
    walked, _, wide = _walk((*chosen, *hidden), a)
    small = all(abs(t.amount) < _TELLING * blur for t in walked[len(chosen) :])
    if len(hidden) < len(left) or not small or not wide.meets(b.computed.interval):
        return None
    return (*chain, Taken(ROUNDING, b.value - value))


def _left(chain: tuple[Taken, ...], a: Figure, b: Figure) -> tuple[str, ...]:
    """Dimensions in which the two differ and that no step of a chain is of; rounding is none of them."""
    told = {ROUNDING, *(t.kind for t in chain)}
    return tuple(d for d in differences(a, b) if d not in told)


def _first_of(settling: Sequence[_Candidate], dimensions: Sequence[str]) -> tuple[_Candidate, ...]:
    """The first declared step in each of those dimensions that has one."""
    first = {c.step.dimension: c for c in reversed(settling)}
    return tuple(first[d] for d in dimensions if d in first)


def _walk(chosen: Sequence[_Candidate], a: Figure) -> tuple[tuple[Taken, ...], Fraction, Interval]:
    value, span, taken = a.value, a.computed.interval, list[Taken]()
    for candidate in chosen:
        sign = -1 if candidate.backwards else 1
        if candidate.step.amount is not None:
            moved = sign * candidate.computed.value
            span = span.plus(candidate.computed.interval.times(Fraction(sign)))
        else:
            factor = candidate.computed.value**sign
            moved, span = value * factor - value, span.times(factor)
        value += moved
        taken.append(_taken(candidate, moved))
    return tuple(taken), value, span


def _taken(candidate: _Candidate, amount: Fraction) -> Taken:
    step = candidate.step
    return Taken(step.dimension, amount, step, candidate.backwards, candidate.computed)


def _unfinished(
    begin: tuple[Taken, ...],
    fit: Sequence[_Candidate],
    settling: Sequence[_Candidate],
    a: Figure,
    b: Figure,
    differ: tuple[str, ...],
) -> Answer:
    """Every declared step that applies, as the longest part; of rival steps the first. Then what is only located."""
    first = {c.step.dimension: c for c in reversed(settling)}
    chosen = [c for c in settling if first[c.step.dimension] is c][: MOST - len(begin)]
    walked, _, span = _walk(chosen, a)
    blur = span.width + b.computed.interval.width
    taken = tuple(t for t in walked if abs(t.amount) >= _TELLING * blur)
    untold = tuple(t for t in walked if t not in taken)
    value = a.value + sum((t.amount for t in taken), Fraction(0))
    located = tuple(
        _taken(c, -c.computed.value if c.backwards else c.computed.value)
        for c in fit
        if c not in settling and c.step.amount is not None and not _says_nothing(c, a, b)
        and c.step.dimension not in {t.kind for t in taken}
    )[: MOST - len(begin) - len(taken)]  # fmt: skip
    remainder = b.value - value - sum((t.amount for t in located), Fraction(0))
    state = PARTLY if taken or located else OPEN
    chains = ((*begin, *taken),) if begin or taken else ()
    missed = span.apart(b.computed.interval) if blur and not located else None
    return Answer(a, b, state, chains, located, remainder, differ, untold, missed)


def _says_nothing(candidate: _Candidate, a: Figure, b: Figure) -> bool:
    """An amount that reads all of one figure and is as large as the difference: it may read the other under another name,
    and would only say that they differ. One that reads all of both is their difference by its making."""
    read, amount = candidate.computed.read, candidate.computed.value
    if (a.computed.read | b.computed.read) <= read:
        return True
    return abs(amount) == abs(b.value - a.value) and (a.computed.read <= read or b.computed.read <= read)
