"""The words of pages, French and English side by side: `locale/NAME.yaml`, key → {en: …, fr: …}.

A key without both languages does not load, and a key that a page asks for and nobody wrote fails: nothing is ever shown in
the wrong language by oversight.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final, Protocol

import yaml

from greffe.errors import BadDefinition
from greffe.web.language import LANGUAGES

FOLDER: Final = Path(__file__).parent / "locale"
COMMON: Final = "common"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the parser in C where PyYAML has it: ten times as fast


@cache
def table(name: str) -> Mapping[str, Mapping[str, str]]:
    """A file of words: key → language → text. Raises BadDefinition for one that is not in both languages."""
    file = FOLDER / f"{name}.yaml"
    found = yaml.load(file.read_text("utf-8"), Loader=_LOADER) or {}  # noqa: S506  # a safe loader
    for key, texts in found.items():
        if (
            not isinstance(texts, dict)
            or set(texts) != set(LANGUAGES)
            or not all(isinstance(t, str) for t in texts.values())
        ):
            raise BadDefinition("A text in English and one in French are needed.", file=file.name, column=str(key))
    return {str(k): v for k, v in found.items()}


class Say(Protocol):
    """See `sayer`."""

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key."""


class _Counting(Formatter):
    """`{n} {n:entry|entries}`: a number as it is given, and the form of the word that goes with it in the language."""

    def __init__(self, lang: str) -> None:
        self._one = ("0", "1") if lang == "fr" else ("1",)  # French counts none as one: 0 série

    def format_field(self, value: object, format_spec: str) -> str:
        """The first form for one, the second for several; anything else as Python formats it."""
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        one, several = format_spec.split("|")
        return one if str(value) in self._one else several


def filled(text: str, lang: str, values: Mapping[str, object]) -> str:
    """A text with its placeholders filled and its words in the right number."""
    return _Counting(lang).vformat(text, (), values)


def sayer(names: tuple[str, ...], lang: str) -> Say:
    """`say(key, **values)`: the text of a key in those files, the first that has it, else the common one; `{name}` in it
    is filled, `{n:entry|entries}` is the word in the number of `n`. Raises BadDefinition for a key that nobody wrote."""

    def say(key: str, **values: object) -> str:
        for name in (*names, COMMON):
            texts = table(name).get(key)
            if texts is not None:
                return filled(texts[lang], lang, values) if values else texts[lang]
        raise BadDefinition(f"There are no words for {key!r} in {', '.join((*names, COMMON))}.")

    return say
