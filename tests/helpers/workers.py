"""How the suite is dealt out to workers (`make test`): a plugin of pytest.

A file stays whole on one worker, so that what it sets up is set up once. So do all files that ask a server or the commands
about the demonstration, and all that open a browser: they have it in common. Long work starts first, so that no worker is
left alone with it; the browser a little later, when the demonstration is there.
"""

from __future__ import annotations

from collections import Counter

import pytest
from suite_times import budget
from xdist.scheduler import LoadFileScheduling

# The process that deals sees names of tests only, and xdist's own mark for groups is lost with pytest 9.2: so they
# are listed: files, or folders with a slash at the end.
DEMONSTRATION = (
    "tests/attacks/",
    "tests/clients/test_clients_in_python.py",
    "tests/clients/test_clients_of_their_own.py",
    "tests/clients/test_page_code.py",
    "tests/clients/test_spark.py",
    "tests/conformance/test_api_schemathesis.py",
    "tests/conformance/test_availability_judges.py",
    "tests/conformance/test_data_everywhere.py",
    "tests/conformance/test_kinds_on_the_server.py",
    "tests/conformance/test_query_grid.py",
    "tests/conformance/test_schema_judges.py",
    "tests/conformance/test_server_judges.py",
    "tests/journey/test_bridge.py",
    "tests/journey/test_lineage.py",
    "tests/journey/test_pages_run.py",
    "tests/journey/test_whole_journey.py",
    "tests/spec/web/test_answers_back_page.py",
    "tests/spec/web/test_contribution_pages.py",
    "tests/spec/web/test_data_queries_over_http.py",
    "tests/spec/web/test_every_page.py",
    "tests/spec/web/test_http_of_sdmx.py",
    "tests/spec/web/test_part_years.py",
    "tests/spec/web/test_rubbish.py",
    "tests/spec/transmission/test_order_list.py",
    "tests/spec/transmission/test_answers.py",
    "tests/spec/transmission/test_answers_at_once.py",
    "tests/spec/transmission/test_answers_read_back.py",
    "tests/spec/transmission/test_changed_layouts.py",
    "tests/spec/transmission/test_contribution_workbooks.py",
    "tests/spec/transmission/test_contributions.py",
    "tests/spec/transmission/test_questionnaires.py",
    "tests/spec/upkeep/test_backup.py",
)
BROWSER = "tests/browser/"


class Files(LoadFileScheduling):
    """Files, in the order of the collection; those of the demonstration as one, and those of the browser."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.startswith(BROWSER):
            return BROWSER
        return "the demonstration" if file.startswith(DEMONSTRATION) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Files | None:
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # the order is that of the collection below
    return Files(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker: the demonstration first, then the files that tests/budget.csv names, the longest first, then the browser,
    then by number of tests. Wherever they are collected, a file that asks for the demonstration and is not listed is an
    error, and so is a test that is named by where its parameter lies in memory."""
    file_of = {i.path: i.path.relative_to(config.rootpath).as_posix() for i in items}
    asking = {file_of[i.path] for i in items if "demo_home" in getattr(i, "fixturenames", ())}
    if more := [file for file in asking if not file.startswith((*DEMONSTRATION, BROWSER))]:
        raise pytest.UsageError(
            f"These ask for the demonstration: list them in tests/helpers/workers.py: {sorted(more)}"
        )
    if unlike := [i.nodeid for i in items if " object at 0x" in i.nodeid]:
        raise pytest.UsageError(f"Each worker would call these otherwise: give them ids: {unlike}")
    if not hasattr(config, "workerinput"):
        return
    seconds, tests = budget(), Counter(i.path for i in items)

    def weight(item: pytest.Item) -> tuple[int, int, int]:
        file = file_of[item.path]
        if file.startswith((*DEMONSTRATION, BROWSER)):  # in their order
            return 2 * file.startswith(BROWSER), 0, 0
        return (1 if file in seconds else 3), -seconds.get(file, 0), -tests[item.path]

    items.sort(key=weight)
