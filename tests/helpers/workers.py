"""How the suite is dealt out to workers (`make test`): a plugin of pytest.

A file stays whole on one worker, so that what it sets up is set up once. All files that ask for the demonstration stay on
one worker together: it is built once, and no two of them act on it at the same time. Long work starts first, so that no
worker is left alone with it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from suite_times import budget
from xdist.scheduler import LoadGroupScheduling

DEMONSTRATION = "demonstration"


class Files(LoadGroupScheduling):
    """Whole groups, and files where xdist would deal out tests."""

    def _split_scope(self, nodeid: str) -> str:
        group = super()._split_scope(nodeid)
        return nodeid.split("::", 1)[0] if group == nodeid else group


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Files | None:
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # the order is that of the collection below
    return Files(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The demonstration first, then the files that tests/budget.csv names, the longest first, then those of many tests."""
    if not getattr(config.option, "loadgroup", False):  # what xdist says in a worker that is dealt groups
        return
    demonstration = {i.path for i in items if "demo_home" in getattr(i, "fixturenames", ())}
    for item in items:
        if item.path in demonstration:
            item.add_marker(pytest.mark.xdist_group(DEMONSTRATION))
    seconds, tests = budget(), Counter(i.path for i in items)

    def weight(item: pytest.Item) -> tuple[bool, float, int]:
        file = item.path.relative_to(config.rootpath).as_posix()
        return item.path not in demonstration, -seconds.get(file, 0), -tests[item.path]

    items.sort(key=weight)
