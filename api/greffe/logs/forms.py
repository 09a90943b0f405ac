"""How an event is written: JSON for machines, a short line for a terminal.

A line holds no address but its template, no parameter, no header but the ids, no name of a person, no figure. So:
- of an exception, its class and where it was raised, never its words, which may quote a value, a statement or a password;
- of what libraries say, the template (`Invalid HTTP request: %s`), never what they put into it;
- of what we say, the whole: places that log are few, and a test plants secrets and looks for them in all lines of a run.
"""

from __future__ import annotations

import errno
import json
import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from greffe.logs.asked import ASKED

JSON, HUMAN = "json", "human"
_FRAMES: Final = 12  # of a traceback, the innermost


def event(record: logging.LogRecord) -> dict[str, object]:
    """What is told of an event, in the order in which it is told. `extra={"fields": {…}}` adds members."""
    ours = record.name == "greffe" or record.name.startswith("greffe.")
    asked, fields = ASKED.get(), getattr(record, "fields", {})
    told: dict[str, object] = {
        "time": moment(record.created),
        "level": record.levelname.lower(),
        "event": (record.getMessage() if ours else str(record.msg)).strip(),
        "from": record.name,
    }
    if asked.request:
        told["request"] = asked.request
    if asked.trace:
        told["trace"] = asked.trace
    if isinstance(fields, Mapping):
        told.update((name, value) for name, value in fields.items() if name not in told or name == "event")
    if record.exc_info and record.exc_info[1] is not None:
        told["error"] = list(_errors(record.exc_info[1]))
    return told


def as_json(told: Mapping[str, object]) -> str:
    """One line of JSON."""
    return json.dumps(told, ensure_ascii=False, default=lambda value: type(value).__name__)


def as_text(told: Mapping[str, object]) -> str:
    """One line for people, and those of the exception below it."""
    known = ("time", "level", "event", "from", "error")
    rest = " ".join(f"{k}={v}" for k, v in told.items() if k not in known)
    head = f"{str(told['time'])[11:23]} {str(told['level']).upper():7} {told['event']} {rest}".rstrip()
    errors = told.get("error")
    if not isinstance(errors, list):
        return head
    return "\n".join((head, *(f"    {e['class']} {' < '.join(e['at'])}" for e in errors)))


def moment(seconds: float) -> str:
    """`2026-11-30T12:00:00.123Z`, of seconds since 1970."""
    whole = int(seconds)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{int((seconds - whole) * 1000):03}Z"


def _errors(error: BaseException) -> Iterator[Mapping[str, object]]:
    """Each exception, from the last to the one that began it: its class, of the system's the errno, frames from the innermost."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        name = type(found).__name__
        if isinstance(found, OSError) and found.errno is not None and found.errno in errno.errorcode:
            name = f"{name} {errno.errorcode[found.errno]}"
        frames = traceback.extract_tb(found.__traceback__)[-_FRAMES:]
        yield {"class": name, "at": [f"{_place(f.filename)}:{f.lineno} {f.name}" for f in reversed(frames)]}
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _place(file: str) -> str:
    """`greffe/web/problems.py`: from the package on."""
    parts = Path(file).parts
    return "/".join(parts[-3:] if "site-packages" not in file else parts[-4:])
