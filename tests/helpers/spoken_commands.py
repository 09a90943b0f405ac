"""Commands and questions that are done by the greffe on the path, whichever release that is: in the process of the tests, or, a
line of JSON each on standard input, in one of its own.

["greffe", "releases", "--json"]  a command: {"code", "out", "err"}
["get", "/sdmx/v2/data/…"]        what a server on that house answers
["begin"]                         open the house, as a server that runs on has it open
["enter", "zoe"]                  gaston enters a person by what was opened then
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import timedelta

from fastapi.testclient import TestClient
from typer.testing import CliRunner

from greffe import app as root
from greffe.cli.whole import app
from greffe.release.parts import Parts
from greffe.release.people import add_person
from greffe.settings import read_settings
from greffe.store.base import Actor


def done(environ: dict[str, str], later: float, words: list[str]) -> dict[str, object]:
    """`later`: seconds by which the clock of the house is ahead of that of the machine."""
    before, clock = dict(os.environ), root.compose.__defaults__
    os.environ.update(environ)
    root.compose.__defaults__ = (lambda: root.utc_now() + timedelta(seconds=later),)
    try:
        if words[0] in ("begin", "enter"):
            return _running(*words[1:])
        return _get(words[1]) if words[0] == "get" else _ran(words[1:])
    finally:
        root.compose.__defaults__ = clock
        os.environ.clear()
        os.environ.update(before)


_OPEN: list[Parts] = []


def _running(*people: str) -> dict[str, object]:
    if not people:
        _OPEN.append(root.compose(read_settings()))
    for name in people:
        add_person(_OPEN[-1], Actor("gaston"), name, ["author"])
    return {"code": 0, "out": str(_OPEN[-1].register.head()), "err": ""}


def _get(path: str) -> dict[str, object]:
    parts = root.compose(read_settings())
    answer = TestClient(root.create_app(parts)).get(path)
    parts.register.close()
    return {"code": answer.status_code, "out": answer.text, "err": ""}


def _ran(words: list[str]) -> dict[str, object]:
    ran = CliRunner().invoke(app, words)
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        return {"code": 1, "out": ran.stdout, "err": "".join(traceback.format_exception(ran.exception))}
    return {"code": ran.exit_code, "out": ran.stdout, "err": ran.stderr}


if __name__ == "__main__":
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        print(json.dumps(done(**json.loads(line))), file=answers, flush=True)
