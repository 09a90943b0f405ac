"""What pages take for granted: the scene of a page makes it in a copy of the demonstration, step by step between its blocks.

A scene is a generator that is given the reader and a way to ask for fixtures; at each `yield` the page's next block of kind `run` is
run. What a page has by another name than the demonstration goes into `reader.words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import page_scenes_upkeep as upkeep
from page_reader import Fixtures, Reader

Scene = Callable[[Reader, Fixtures], Iterator[None]]


def edits(reader: Reader, line: str) -> None:
    """The editor of whoever reads is `sed`, with that line."""
    editor = reader.folder / "editor"
    editor.write_text(f'#!/bin/sh\nsed -i "{line}" "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    reader.environ["EDITOR"] = str(editor)


def see_the_effect(reader: Reader, _: Fixtures) -> Iterator[None]:
    edits(reader, "s/^1,T,/0,T,/;s/^2,T,/1,T,/;s/^0,T,/2,T,/")
    yield
    assert "ESTAT_CRIM_JUST_SEX" in reader.last and '"changed"' in reader.last
    yield


SCENES: Final[Mapping[str, Scene]] = {
    "docs/how-to/back-up.md": upkeep.back_up,
    "docs/how-to/keys-for-machines.md": upkeep.keys_for_machines,
    "docs/how-to/standing-orders.md": upkeep.standing_orders,
    "docs/how-to/why-figures-differ.md": upkeep.why_figures_differ,
    "docs/runbooks/answers-are-errors.md": upkeep.answers_are_errors,
    "docs/how-to/many-machines.md": upkeep.many_machines,
    "docs/how-to/be-found.md": upkeep.be_found,
    "docs/how-to/run-jobs.md": upkeep.run_jobs,
    "docs/how-to/sql-over-everything.md": upkeep.sql_over_everything,
    "docs/how-to/see-the-effect.md": see_the_effect,
    "docs/how-to/sign-in-and-accounts.md": upkeep.signing_in,
    "docs/how-to/upgrade.md": upkeep.upgrade,
    "docs/runbooks/somebody-cannot-sign-in.md": upkeep.somebody_cannot_sign_in,
    "docs/runbooks/the-service-does-not-start.md": upkeep.service_does_not_start,
}
SERVED: Final = frozenset({
    "docs/how-to/standing-orders.md", "docs/how-to/why-figures-differ.md", "docs/runbooks/the-service-does-not-start.md",
})  # fmt: skip
