"""Regular expressions of mapping rows: a small dialect whose run time is bounded before it is ever used (SM-14).

Python's `re` backtracks, so what may branch is counted: the ways a pattern can be tried multiply to at most a million,
on values of at most a hundred characters; longer ones match no pattern. Written out, its repetitions included, it has at
most ten thousand steps. Groups that repeat may hold neither a repetition
nor an alternative; look-arounds and back-references are not known. A clock would make the outcome depend on the machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from greffe.errors import BadDefinition

LONGEST: Final = 200  # characters of a pattern
LONGEST_VALUE: Final = 100  # characters of a value that is matched
MOST_WAYS: Final = 1_000_000
MOST_STEPS: Final = 10_000  # of a pattern with every repetition written out, brackets counted
_OPEN: Final = LONGEST_VALUE  # ways counted for a repetition without end


@dataclass
class _Group:
    """What stands between two brackets so far."""

    ways: int = 1
    branches: int = 1
    steps: int = 1  # what stands in it, written out


def matched(pattern: str, value: str) -> re.Match[str] | None:
    """The match of the whole value; None when there is none or the value is too long. Raises BadDefinition."""
    return compiled(pattern).fullmatch(value) if len(value) <= LONGEST_VALUE else None


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled pattern. Raises BadDefinition with the reason (no file; the caller knows it)."""
    if len(pattern) > LONGEST:
        raise BadDefinition(f"A pattern has at most {LONGEST} characters, this one {len(pattern)}.")
    if _ways(pattern) > MOST_WAYS:
        raise _refused(pattern, "can be tried in more than a million ways", "Write fewer repetitions.")
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadDefinition(f"{pattern!r} is not a regular expression: {error}.") from error


# One step: an escape, a class, the start of a group, a repetition, or any other character.
_TOKEN: Final = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<special>\(\?(?!:))|(?P<open>\((?:\?:)?)"
    r"|(?P<times>[*+?]|\{\d*,?\d*\})(?P<lazy>[?+]?)|(?P<other>.)",
    re.DOTALL,
)


def _ways(pattern: str) -> int:
    """An upper bound of the ways in which the pattern can be tried on one value."""
    stack = [_Group()]
    last = _Group()  # what a repetition that comes next would repeat
    for token in _TOKEN.finditer(pattern):
        text = token["other"] or ""
        if token["special"]:
            raise _refused(pattern, "uses (?…)", "Only plain groups ( ) and (?: ) are known here.")
        if token["escape"] and token["escape"][1] in "123456789":
            raise _refused(pattern, "refers back to a group", "Groups are for the target: \\1.")
        if token["open"]:
            stack.append(_Group())
        elif text == ")" and len(stack) > 1:
            last = stack.pop()
            stack[-1].ways *= last.ways * last.branches
            stack[-1].steps += last.steps
        elif text == "|":
            stack[-1].branches += 1
            last = _Group()
        elif token["times"]:
            most, lengths = _repeated(token["times"])
            if most > 1 and last.ways * last.branches > 1:
                raise _refused(pattern, "repeats a group that itself repeats or branches", "Write it out.")
            stack[-1].ways *= lengths
            stack[-1].steps += last.steps * max(most - 1, 0)
            last = _Group(ways=lengths, steps=last.steps * max(most, 1))
        else:
            last = _Group()
            stack[-1].steps += 1
        if stack[-1].steps > MOST_STEPS:
            raise _refused(pattern, f"has more than {MOST_STEPS} steps written out", "Write fewer repetitions.")
        if stack[-1].ways > MOST_WAYS:
            break
    return max(group.ways * group.branches for group in stack)


def _repeated(times: str) -> tuple[int, int]:
    """How often at most it repeats, and how many numbers of times it may: (1, 2) for ?, (3, 1) for {3}."""
    if times == "?":
        return 1, 2
    if times in "*+":
        return _OPEN, _OPEN
    least, comma, most = times.strip("{}").partition(",")
    if not comma:
        return int(least or 1), 1
    return (int(most), max(1, int(most) - int(least or 0) + 1)) if most else (_OPEN, _OPEN)


def _refused(pattern: str, why: str, hint: str) -> BadDefinition:
    return BadDefinition(f"The pattern {pattern!r} {why}: its run time cannot be bounded.", hint=hint)
