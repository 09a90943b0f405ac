"""Which figures are put side by side: all of one concept, one code and one reference date, and the pairs with a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from greffe.catalogue.policies.bridge.steps import NamedPair
from greffe.errors import BadQuery, NotFound, nearest
from greffe.validation.bridge.figures import Figure, figure_named

SEPARATOR = "~"


@dataclass(frozen=True)
class Pair:
    """Two figures side by side. `name` is that of policy, '' for a pair that the sweep found."""

    a: Figure
    b: Figure
    name: str = ""
    named: NamedPair | None = None

    @property
    def id(self) -> str:
        """`unodc_held@2007~nat_detained_jan@2008`: the same as long as both are published."""
        return f"{self.a.id}{SEPARATOR}{self.b.id}"


def sweep(known: Mapping[str, Figure], named: Sequence[NamedPair]) -> tuple[Pair, ...]:
    """The named pairs whose figures are at hand, then every other pair of one concept, code, reference date and origin,
    in the order of policy."""
    first = [Pair(known[n.a], known[n.b], n.name, n) for n in named if n.a in known and n.b in known]
    seen = {frozenset((p.a.id, p.b.id)) for p in first}
    return (*first, *(p for p in _found(known) if frozenset((p.a.id, p.b.id)) not in seen))


def _found(known: Mapping[str, Figure]) -> Iterator[Pair]:
    groups: dict[tuple[str, str, str, str], list[Figure]] = {}
    for figure in known.values():
        groups.setdefault((figure.of.concept, figure.code, figure.reference, figure.origin), []).append(figure)
    for group in groups.values():
        yield from (Pair(a, b) for a, b in combinations(group, 2))


def pair_of(known: Mapping[str, Figure], named: Sequence[NamedPair], text: str, second: str = "") -> Pair:
    """A pair by its name (`FP01`), by its id (`A~B`), or by two figures. Raises NotFound with the nearest, BadQuery when
    the two are not of one concept, one code and one origin."""
    by_name = {n.name: n for n in named}
    if not second and text in by_name:
        one = by_name[text]
        return Pair(figure_named(known, one.a), figure_named(known, one.b), text, one)
    a, _, b = (text, "", second) if second else text.partition(SEPARATOR)
    if not b:
        raise NotFound(f"There is no pair {text!r}.", nearest=nearest(text, by_name), hint="Or two figures: A B.")
    left, right = figure_named(known, a), figure_named(known, b)
    if left.id == right.id:
        raise BadQuery(f"{left.id} twice: a pair is of two figures.")
    if (left.of.concept, left.code) != (right.of.concept, right.code):
        raise BadQuery(
            f"{left.id} is of {left.of.concept} {left.code}".rstrip()
            + f", {right.id} of {right.of.concept} {right.code}".rstrip()
            + ": only figures of one concept are compared."
        )
    if left.origin != right.origin:
        raise BadQuery("One of them is synthetic: invented figures are not compared with real ones.")
    return Pair(left, right)
