"""JSON of other people, read strictly (RFC 8259 §4, RFC 7493): what two readers would take in two ways is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Final

_SURROGATE: Final = "\\ud"


class NoJsonError(ValueError):
    """`what` is wrong, in our words; `key`: the name that stands twice; `row` and `column` where they are known."""

    def __init__(self, what: str, key: str = "", row: int | None = None, column: int | None = None) -> None:
        super().__init__(what)
        self.what, self.key, self.row, self.column = what, key, row, column


def read_strictly(text: str, number: Callable[[str], object] | None = None) -> object:
    """The value of a JSON text; `number` makes numbers of their digits.

    Raises NoJsonError for what is none, a name twice in one object, NaN and infinities, a number of thousands of digits, half a
    character (a lone surrogate, which no UTF-8 holds), and nesting without end."""
    try:
        found: object = json.loads(
            text, object_pairs_hook=_once, parse_constant=_constant, parse_float=number or _finite, parse_int=number
        )
        if _SURROGATE in text.lower():
            json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise NoJsonError(
            f"it stops making sense at line {error.lineno}, column {error.colno}", "", error.lineno, error.colno
        ) from error
    except RecursionError as error:
        raise NoJsonError("it is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise NoJsonError("it holds half a character") from error
    except NoJsonError:
        raise
    except ValueError as error:
        raise NoJsonError("it holds a number that is too long") from error
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NoJsonError("a name stands twice in one object", twice)
    return found


def _constant(word: str) -> object:
    raise NoJsonError("it holds a number that is none")


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise NoJsonError("it holds a number that is too large")
    return found
