"""Which further cells are hidden so that nothing gives the primary ones away.

First every sum with one hidden cell gets a second one: in small blocks at the least cost (a mixed-integer programme), in large
ones cell by cell. Then what a reader can work out is audited (linear.intervals); for a cell that is not safe the cheapest way
to move it is looked for (a linear programme), and the cells on that way are hidden too. Until all are proved, or no cell is left.

The value of a primary cell decides nothing here: that it is primary does. Costs are classes, not values: the pattern would
otherwise tell of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.linear.intervals import Need, proof
from greffe.linear.solver import INFINITE, Programme
from greffe.linear.system import System

SMALL_BLOCK: Final = 600  # cells up to which the least cost is looked for
NEAR: Final = (250, 4_000)  # cells around one that is not safe among which a way is looked for
ROUNDS: Final = 60
MANY: Final = 300  # secrets from which a sum gets two cells with room at once: fewer ways to be looked for, more hidden


@dataclass(frozen=True)
class Secret:
    """A cell that must stay hidden. `need`: what must stay possible of it; `most` that it can be lowered and `raised` by, in
    numbers that do not depend on its value."""

    need: Need
    lower: int
    raised: int


@dataclass(frozen=True)
class Choice:
    """`hidden`: further cells; `failing`: cells that nothing protects; `real`: those whose proof is in real numbers."""

    hidden: frozenset[int]
    failing: Mapping[int, Need]
    real: frozenset[int]


def choose(system: System, secrets: Mapping[int, Secret], costs: Mapping[int, int]) -> Choice:
    """The cells to hide beside `secrets`, which `system` has as unknown already, out of those that have a cost. The known
    cells of `system` are changed on the way: they are the reader's afterwards."""
    before = [n for n, known in enumerate(system.known) if not known]
    needs = {cell: secret.need for cell, secret in secrets.items()}
    cover = _Cover(system, secrets, costs, max((s.raised for s in secrets.values()), default=0))
    failing = needs
    real: set[int] = set()
    for _ in range(ROUNDS):
        cover.close()
        found = proof(system, {cell: needs[cell] for cell in failing})  # what is proved stays so when more is hidden
        failing = found.failing
        real |= found.real
        if not _widened(system, secrets, costs, failing) and not _more(system, costs, failing):
            break
    hidden = frozenset(n for n, known in enumerate(system.known) if not known) - frozenset(before)
    return Choice(hidden, failing, frozenset(real))


def _widened(
    system: System, secrets: Mapping[int, Secret], costs: Mapping[int, int], failing: Mapping[int, Need]
) -> int:
    """How many cells were hidden to give those that are not safe a way."""
    hidden = 0
    for cell, need in failing.items():
        for side, bound in ((1, need.high), (-1, need.low)):
            if bound >= 0:
                ways = (_widen(system, secrets, costs, cell, side, most) for most in NEAR)
                hidden += next((way for way in ways if way is not None), 0)
    return hidden


def _more(system: System, costs: Mapping[int, int], failing: Mapping[int, Need]) -> int:
    """Where no way was found that the audit agrees with: one more cell of each sum of those that are not safe."""
    hidden = 0
    for number in sorted({n for cell in failing for n in system.of(cell)}):
        left = [(costs[c], c) for c, _ in system.equations[number].terms if system.known[c] and c in costs]
        if left:
            system.known[min(left)[1]] = False
            hidden += 1
    return hidden


@dataclass
class _Cover:
    """A second hidden cell for each sum that has one; and beside a secret one that has room for it: a total, which may always
    be larger, or a part that is large enough to be less. `hidden`, `roomy`: how many of each a sum has."""

    system: System
    secrets: Mapping[int, Secret]
    costs: Mapping[int, int]
    enough: int
    hidden: list[int] = field(default_factory=list)
    roomy: list[int] = field(default_factory=list)

    def has_room(self, number: int, cell: int) -> bool:
        """Whether a cell of an equation has room for a secret beside it."""
        if cell in self.secrets:
            return False
        value = self.system.values[cell]
        return cell == self.system.equations[number].terms[0][0] or (value is not None and value >= self.enough)

    def count(self) -> None:
        """Count what is hidden, afresh."""
        self.hidden, self.roomy = [], []
        for number, equation in enumerate(self.system.equations):
            cells = self.system.hidden(equation)
            self.hidden.append(len(cells))
            self.roomy.append(sum(self.has_room(number, c) for c in cells))

    def hide(self, cell: int) -> None:
        """Hide a cell, and count it."""
        self.system.known[cell] = False
        for number in self.system.of(cell):
            self.hidden[number] += 1
            self.roomy[number] += self.has_room(number, cell)

    def lacks(self, number: int) -> tuple[bool, bool]:
        """Whether a sum lacks a second hidden cell, and whether it lacks one with room (that there may be none of)."""
        if not self.hidden[number] or self.system.equations[number].loose:
            return False, False
        return self.hidden[number] == 1, self.roomy[number] < (2 if len(self.secrets) > MANY else 1)

    def free(self, number: int) -> list[int]:
        """The cells of a sum that may be hidden, those with room alone where it lacks one and has one."""
        alone, cramped = self.lacks(number)
        free = [c for c, _ in self.system.equations[number].terms if self.system.known[c] and c in self.costs]
        with_room = [c for c in free if self.has_room(number, c)] if cramped else []
        return with_room or (free if alone else [])

    def close(self) -> None:
        """Until no sum lacks anything that it could have."""
        self.count()
        lacking = [n for n in range(len(self.system.equations)) if any(self.lacks(n))]
        start = sorted({cell for n in lacking for cell, _ in self.system.equations[n].terms})
        for block in list(self.system.blocks(start, through_known=True)):
            if len(block) > SMALL_BLOCK or not self.at_least_cost(block):
                self.one_by_one(block)

    def at_least_cost(self, block: list[int]) -> bool:
        """A mixed-integer programme: unknowns are 0 or 1, hidden or not."""
        system, programme, column = self.system, Programme(), {}
        for cell in block:
            free = cell in self.costs and system.known[cell]
            hidden = float(not system.known[cell])
            column[cell] = programme.unknown(hidden, 1.0 if free else hidden, float(self.costs.get(cell, 0)))
        for number in system.equations_of(block):
            cells = [cell for cell, _ in system.equations[number].terms]
            for one in cells if not system.equations[number].loose else ():
                if not system.known[one] or one in self.costs:
                    others = [(column[cell], 1) for cell in cells if cell != one]
                    programme.row([*others, (column[one], -1)], 0.0, INFINITE)
            if self.lacks(number)[1]:
                room = [(column[c], 1) for c in self.free(number) if self.has_room(number, c)]
                programme.row(room, 1.0 if room else 0.0, INFINITE)
        solution = programme.solved(whole=True)
        if solution is None:
            return False
        for cell in block:
            if solution[column[cell]] > 0.5 and system.known[cell]:
                self.hide(cell)
        return True

    def one_by_one(self, block: list[int]) -> None:
        """The companion that costs least, counting the sums that it leaves alone or helps."""
        waiting = deque(n for n in self.system.equations_of(block) if any(self.lacks(n)))
        while waiting:
            number = waiting.popleft()
            free = self.free(number)
            if not free:
                continue
            best = min(free, key=lambda c: (self.costs[c] + sum(self.step(n, c) for n in self.system.of(c)), c))
            self.hide(best)
            waiting.extend(n for n in self.system.of(best) if any(self.lacks(n)))

    def step(self, number: int, cell: int) -> int:
        """What a further hidden cell means to a sum: a new companion to be found, one found, nothing."""
        if self.system.equations[number].loose:
            return 0
        if not self.hidden[number]:
            return 3
        alone, cramped = self.lacks(number)
        return -3 if alone or (cramped and self.has_room(number, cell)) else 0


def _widen(
    system: System, secrets: Mapping[int, Secret], costs: Mapping[int, int], cell: int, side: int, most: int
) -> int | None:
    """Hide the cells on the cheapest way to move that cell as far as it must be able to go; how many, None without a way."""
    near = _near(system, cell, most)
    inside = set(near)
    programme = Programme()
    up, down = {}, {}
    for one in near:
        secret = secrets.get(one)
        value = system.values[one]
        fixed = system.known[one] and one not in costs
        price = float(costs[one]) if system.known[one] and one in costs else 0.01
        room = 1 if secret is not None and one != cell else INFINITE if value is None else value
        up[one] = programme.unknown(0.0, 0.0 if fixed else INFINITE, price)
        down[one] = programme.unknown(0.0, 0.0 if fixed else float(room), price)
    wanted = secrets[cell].raised if side > 0 else secrets[cell].lower
    moving, other = (up, down) if side > 0 else (down, up)
    programme.lower[moving[cell]] = programme.upper[moving[cell]] = float(wanted)
    programme.upper[other[cell]] = 0.0
    for number in system.equations_of(near):
        equation = system.equations[number]
        terms = [
            (way[one], sign * factor)
            for one, factor in equation.terms
            if one in inside
            for way, sign in ((up, 1), (down, -1))
        ]  # beyond what is looked at nothing moves
        programme.row(terms, 0.0, INFINITE if equation.loose else 0.0)
    solution = programme.solved()
    if solution is None:
        return None
    found = [one for one in near if system.known[one] and solution[up[one]] + solution[down[one]] > 1e-6]
    for one in found:
        system.known[one] = False
    return len(found)


def _near(system: System, cell: int, most: int) -> list[int]:
    """The cells around one, through the fewest sums."""
    seen, waiting = {cell}, deque([cell])
    while waiting and len(seen) < most:
        for number in system.of(waiting.popleft()):
            for other, _ in system.equations[number].terms:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
    return sorted(seen)
