"""What the code raises while tests run is told in French, whatever stands in it: a plugin of pytest.

`tests/architecture/test_french_messages.py` finds messages in the source; this looks at those that were really made. Some of
each place are looked at; what another program said (a parser, a library) stays as that said it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from greffe.errors import GreffeError
from greffe.french.tell import french

FOLDERS = (
    "tests/spec/catalogue",
    "tests/spec/exchange",
    "tests/spec/ingest",
    "tests/spec/query",
    "tests/spec/web",
    "tests/unit",
)  # tests that make messages of all steps
OF_EACH = 12  # messages of one place in the code
LONGEST = 600  # characters: what is longer holds what a test threw at it
FOREIGN = ("greffe.web.problems",)  # says what the web framework says

_made = GreffeError.__init__
_seen: set[str] = set()
_places: Counter[str] = Counter()
_untold: list[str] = []


def _noting(self: GreffeError, *given: object, **named: object) -> None:
    _made(self, *given, **named)  # type: ignore[arg-type]
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") == "greffe.errors":
        frame = frame.f_back
    module = str(frame.f_globals.get("__name__"))
    place = f"{module}:{frame.f_lineno}"
    if not module.startswith("greffe.") or module in FOREIGN or _places[place] >= OF_EACH:
        return
    for text in (self.message, self.hint):
        if " " in text and len(text) <= LONGEST and text not in _seen:
            _seen.add(text)
            _places[place] += 1
            if french(text) is None:
                _untold.append(f"{place}: {text}")


def pytest_configure() -> None:
    """From now on."""
    GreffeError.__init__ = _noting  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def told_in_french(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test in which a message was made that has no French."""
    yield
    found, _untold[:] = list(_untold), []
    looked_at = any(folder in request.path.as_posix() for folder in FOLDERS)
    assert not (looked_at and found), "no French (api/greffe/french/messages):\n" + "\n".join(found)
