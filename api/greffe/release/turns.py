"""Acts that look and then enter: of two at once, one is as if it had come after the other (decision 0001, D4).

The register holds them to it: an entry is refused when another one came since its act looked that is about the same thing. Then the
act looks again, and ends as it would have ended one after the other: with what is there already, or refused in its own words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from greffe.errors import Overtaken
from greffe.release.parts import Parts

TRIES: Final = 50  # how often an act looks again because others enter something
_P = ParamSpec("_P")
_R = TypeVar("_R")


def one_by_one(act: Callable[Concatenate[Parts, _P], _R]) -> Callable[Concatenate[Parts, _P], _R]:
    """An act that looks again when it was overtaken. What else it depends on than the subject of its entry, it says itself
    (`Parts.looks_at`); what it does before its entry it may do again. Raises Overtaken when others are always faster, and when
    nothing came since: then looking again shows nothing new."""

    @wraps(act)
    def done(parts: Parts, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        if parts.seen is not None:
            return act(parts, *args, **kwargs)  # a part of an act that looks already
        for _ in range(TRIES):
            looking = parts.looking()
            try:
                return act(looking, *args, **kwargs)
            except Overtaken:
                if parts.reader.refresh().head == _head(looking):
                    raise
        return act(parts.looking(), *args, **kwargs)

    return done


def _head(looking: Parts) -> int:
    return looking.seen.number if looking.seen is not None else 0
