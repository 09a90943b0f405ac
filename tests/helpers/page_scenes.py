"""What pages take for granted: the scene of a page makes it in a copy of the demonstration, step by step between its blocks.

A scene is a generator that is given the reader and a way to ask for fixtures; at each `yield` the page's next block of kind `run` is
run. What a page has by another name than the demonstration goes into `reader.words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import page_scenes_deliveries as deliveries
import page_scenes_figures as figures
import page_scenes_upkeep as upkeep
from page_reader import Fixtures, Reader

Scene = Callable[[Reader, Fixtures], Iterator[None]]


SCENES: Final[Mapping[str, Scene]] = {
    "docs/how-to/answer-a-questionnaire.md": deliveries.questionnaire,
    "docs/how-to/contribute.md": deliveries.contribute,
    "docs/how-to/send-a-delivery.md": deliveries.send,
    "docs/how-to/back-up.md": upkeep.back_up,
    "docs/how-to/check-against-a-recipient.md": figures.check_against,
    "docs/how-to/history-and-revisions.md": figures.history,
    "docs/how-to/protect-small-counts.md": figures.protect,
    "docs/how-to/release-calendar.md": figures.calendar,
    "docs/how-to/where-a-figure-comes-from.md": figures.where_a_figure_comes_from,
    "docs/reference/nfi-correspondence.md": figures.pivot,
    "samples/README.md": figures.samples,
    "docs/staff.md": figures.staff,
    "docs/how-to/keys-for-machines.md": upkeep.keys_for_machines,
    "docs/how-to/standing-orders.md": upkeep.standing_orders,
    "docs/how-to/why-figures-differ.md": upkeep.why_figures_differ,
    "docs/runbooks/answers-are-errors.md": upkeep.answers_are_errors,
    "docs/how-to/many-machines.md": upkeep.many_machines,
    "docs/how-to/be-found.md": upkeep.be_found,
    "docs/how-to/run-jobs.md": upkeep.run_jobs,
    "docs/how-to/sql-over-everything.md": upkeep.sql_over_everything,
    "docs/how-to/see-the-effect.md": figures.see_the_effect,
    "docs/how-to/sign-in-and-accounts.md": upkeep.signing_in,
    "docs/how-to/upgrade.md": upkeep.upgrade,
    "docs/runbooks/somebody-cannot-sign-in.md": upkeep.somebody_cannot_sign_in,
    "docs/runbooks/the-service-does-not-start.md": upkeep.service_does_not_start,
}
SERVED: Final = frozenset({
    "docs/how-to/answer-a-questionnaire.md",
    "docs/how-to/check-against-a-recipient.md", "docs/how-to/where-a-figure-comes-from.md",
    "docs/how-to/standing-orders.md", "docs/how-to/why-figures-differ.md", "docs/runbooks/the-service-does-not-start.md",
})  # fmt: skip
