"""Commands and questions that are done by the greffe on the path, whichever release that is: in the process of the tests, or, a
line of JSON each on standard input, in one of its own.

["greffe", "releases", "--json"]  a command: {"code", "out", "err"}
["get", "/sdmx/v2/data/…"]        what a server on that house answers
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
from greffe.settings import read_settings


def done(environ: dict[str, str], later: float, words: list[str]) -> dict[str, object]:
    """`later`: seconds by which the clock of the house is ahead of that of the machine."""
    before, clock = dict(os.environ), root.compose.__defaults__
    os.environ.update(environ)
    root.compose.__defaults__ = (lambda: root.utc_now() + timedelta(seconds=later),)
    try:
        return _get(words[1]) if words[0] == "get" else _ran(words[1:])
    finally:
        root.compose.__defaults__ = clock
        os.environ.clear()
        os.environ.update(before)


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
