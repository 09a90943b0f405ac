"""The words of pages, French and English side by side: `locale/NAME.yaml`, key → {en: …, fr: …}.

A key without both languages does not load, and a key that a page asks for and nobody wrote fails: nothing is ever shown in
the wrong language by oversight.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
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


def sayer(names: tuple[str, ...], lang: str) -> Say:
    """`say(key, **values)`: the text of a key in those files, the first that has it, else the common one; `{name}` in it
    is filled. Raises BadDefinition for a key that nobody wrote."""

    def say(key: str, **values: object) -> str:
        for name in (*names, COMMON):
            texts = table(name).get(key)
            if texts is not None:
                return texts[lang].format(**values) if values else texts[lang]
        raise BadDefinition(f"There are no words for {key!r} in {', '.join((*names, COMMON))}.")

    return say
