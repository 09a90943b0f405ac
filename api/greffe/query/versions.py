"""Version patterns of REST 2.x (R2-VER): exact, latest stable `+`, latest of any status `~`, all `*`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadQuery
from greffe.model.references import Reference, same_version, version_key
from greffe.query.parameters import word

OPERATORS: Final = "+~*"
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,8})"
_WORD: Final = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z\-][A-Za-z0-9\-]*)"  # of an extension
_EXACT: Final = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(?:-{_WORD}(?:\.{_WORD})*)?)?)?")
_EXACT_V1: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")
_PART: Final = re.compile(rf"({_NUMBER}?)([+~*]?)")


@dataclass(frozen=True)
class Pattern:
    """`X.Y+.Z`: `fixed` parts are equal, the whole is at least `least`; `length` parts (0 = any number)."""

    operator: str
    fixed: tuple[int, ...] = ()
    least: tuple[int, ...] = (0, 0, 0)
    length: int = 0

    def matches(self, version: str) -> bool:
        """Whether a version fits, before the latest one is taken."""
        numbers = tuple(int(n) for n in version.partition("-")[0].split("."))
        stable = len(numbers) == 3 and "-" not in version and numbers[0] > 0
        padded = (*numbers, 0, 0)[:3]
        return (
            (stable or self.operator != "+")
            and self.length in (0, len(numbers))
            and padded[: len(self.fixed)] == self.fixed
            and padded >= self.least
        )


def asked_v1(part: str) -> tuple[str, ...]:
    """The versions of a path part of 1.5, in the spelling of 2.x: `latest` is `~`, `all` is `*`. Raises BadQuery."""
    found = []
    for one in (word(1, p) for p in part.split("+")):
        if one not in ("all", "latest") and not _EXACT_V1.fullmatch(one):
            raise BadQuery(f"{one!r} is not a version.", parameter="version", hint="Write 1.0.0, latest or all.")
        found.append({"all": "*", "latest": "~"}.get(one, one))
    return ("*",) if "*" in found else tuple(dict.fromkeys(found))


def asked_v2(part: str) -> tuple[str, ...]:
    """The versions of a path part of 2.x. Raises BadQuery."""
    found = tuple(dict.fromkeys(word(2, p) for p in part.split(",")))
    for one in found:
        parse(one)
    return ("*",) if "*" in found else found


def parse(text: str) -> Pattern | None:
    """The pattern of a version with an operator, None for an exact version. Raises BadQuery on anything else."""
    if _EXACT.fullmatch(text):
        return None
    if len(text) == 1 and text in OPERATORS:
        return Pattern(text)
    parts = text.split(".")
    found = [_PART.fullmatch(p) for p in parts]
    operators = [(n, m[2]) for n, m in enumerate(found) if m and m[2]]
    if not 2 <= len(parts) <= 3 or not all(m and m[0] for m in found) or len(operators) != 1:
        raise _unreadable(text)
    place, operator = operators[0]
    numbers = [int(m[1] or 0) for m in found if m]
    wild = parts[place] == operator
    if wild and any(numbers[place + 1 :]):  # `1.+.3`
        raise _unreadable(text)
    if operator == "+" and (len(parts) == 2 or parts[0].startswith("0")):  # what is stable has three parts, from 1.0.0
        raise _unreadable(text)
    padded = (*numbers, 0, 0)[:3]
    return Pattern(operator, tuple(numbers[:place]), (padded[0], padded[1], padded[2]), len(parts))


def matching(patterns: Iterable[str], versions: Collection[str]) -> set[str]:
    """Which of the versions of one artefact those patterns mean. Exact `1.0` finds `1.0.0` too (D9)."""
    found: set[str] = set()
    for text in patterns:
        pattern = parse(text) if any(o in text for o in OPERATORS) else None
        if pattern is None:
            exact = {text} & set(versions)
            short = text.count(".") < 3  # 1.5 can write versions of any length, nothing here has them
            found |= exact or {v for v in versions if short and same_version(v, text)}
            continue
        fitting = [v for v in versions if pattern.matches(v)]
        if pattern.operator == "*":
            found.update(fitting)
        elif fitting:
            found.add(max(fitting, key=version_key))
    return found


def named(
    references: Iterable[Reference], agencies: Collection[str], ids: Collection[str], patterns: Iterable[str]
) -> set[Reference]:
    """References of one kind that an address means: of those agencies and ids (empty = any), in the versions that the
    patterns mean for each of them."""
    wanted = tuple(patterns)
    groups: dict[tuple[str, str], set[Reference]] = {}
    for one in references:
        if (not agencies or one.agency in agencies) and (not ids or one.id in ids):
            groups.setdefault((one.agency, one.id), set()).add(one)
    found: set[Reference] = set()
    for group in groups.values():
        fitting = matching(wanted, {r.version for r in group})
        found |= {r for r in group if r.version in fitting}
    return found


def _unreadable(text: str) -> BadQuery:
    return BadQuery(
        f"{text!r} is not a version.",
        parameter="version",
        hint="Write 1.0.0, + (latest stable), ~ (latest), * (all), or one operator in a version such as 1.2+.0.",
    )
