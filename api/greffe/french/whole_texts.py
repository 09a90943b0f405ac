"""Texts that are told word for word where they are shown and nowhere else: of the interface, of the help of commands.

`whole/NAME.csv`, the columns en and fr. Kept apart from `texts/`: these are short ("Agency"), and what somebody calls a
proposal must not be taken for one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from greffe.errors import BadDefinition
from greffe.french.read import read

WHOLE: Final = Path(__file__).parent / "whole"
DEVELOPERS: Final = "developers"  # what /developers shows of the interface


def whole(name: str, text: str, lang: str) -> str:
    """A text of that file in a language; as it is where the file does not say it."""
    return table(name).get(" ".join(text.split()), text) if lang == "fr" else text


@cache
def table(name: str) -> Mapping[str, str]:
    """English → French of a file. Raises BadDefinition for a line that cannot be used."""
    file, found = WHOLE / f"{name}.csv", {}
    for row, template in read(file):
        if template.english in found:
            raise BadDefinition(f"{template.english!r} stands twice.", file=file.name, row=row, column="en")
        found[template.english] = template.french
    return found
