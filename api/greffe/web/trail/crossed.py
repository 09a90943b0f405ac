"""The way across on a page: pairs of the bridge with a figure of ours, in words."""

from __future__ import annotations

from dataclasses import dataclass

from greffe.model.instants import paris_date
from greffe.model.structures import Dataflow
from greffe.release.bridge import Comparison, Comparisons
from greffe.release.bridge_data import summary
from greffe.release.crossing import across
from greffe.release.parts import Parts
from greffe.release.published import OURS
from greffe.release.shared import shared
from greffe.validation.bridge.chains import Answer
from greffe.validation.bridge.page import Page
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import word


@dataclass(frozen=True)
class Crossed:
    """A pair: its address, what it is of, the other figure, and what is known of the difference."""

    id: str
    title: str
    a: str
    a_value: str
    b: str
    b_value: str
    difference: str
    state: str
    state_word: str
    open: str


class Across:
    """Finds them: with the release that is traced in the place of the current one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._comparisons = shared(parts, Comparisons)

    def of(self, flow: Dataflow, number: int, key: str, period: str, lang: str) -> tuple[Crossed, ...]:
        """The pairs of one observation, none when its dataflow is not compared."""
        id_ = flow.reference.id
        if not any((s.body, s.dataset) == (OURS, id_) for s in self._parts.catalogue().policies.bridge.series):
            return ()
        current = self._parts.ledger().current(flow.reference, self._parts.clock())
        named = () if current is not None and current.number == number else (f"{id_}#{number}",)
        found = self._comparisons.now(named)
        page = page_of(self._parts, found, lang)
        return tuple(_crossed(page, pair, answer) for pair, answer in across(found, id_, key, period))


def page_of(parts: Parts, found: Comparison, lang: str) -> Page:
    """What tells of a comparison today."""
    return Page(found.policy, found.sources, lang, paris_date(parts.clock()).isoformat())


def _crossed(page: Page, pair: Pair, answer: Answer) -> Crossed:
    row = summary(page, pair, answer)
    return Crossed(
        str(row["pair"]), page.title(pair), page.figure_label(pair.a), str(row["a_value"]), page.figure_label(pair.b),
        str(row["b_value"]), str(row["difference"]), answer.state, word(answer.state, page.language), str(row["open"]),
    )  # fmt: skip
