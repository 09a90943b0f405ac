"""A call that cannot be read (an unknown option, an argument that lacks) is told in the language of the command.

What is said is the option parser's; its French is in `french/messages/typer.csv`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Protocol

from typer import rich_utils

from greffe.cli.language import here, of_terminal
from greffe.french import tell_text
from greffe.web.language import LANGUAGES

WORDS: Final[Mapping[str, tuple[str, str]]] = {  # English, French
    "ERRORS_PANEL_TITLE": ("Error", "Erreur"),
    "ABORTED_TEXT": ("Aborted.", "Arrêté."),
    "RICH_HELP": (
        "Try [blue]'{command_path} {help_option}'[/] for help.",
        "Voir [blue]« {command_path} {help_option} »[/] pour l’aide.",
    ),
}


class _Context(Protocol):
    params: dict[str, object]

    def find_root(self) -> _Context: ...


class _Call(Protocol):
    """What the parser raises."""

    message: str

    def format_message(self) -> str: ...


_as_it_is: Final = rich_utils.rich_format_error


def speaking() -> None:
    """From now on."""
    setattr(rich_utils, "rich_format_error", _told)  # noqa: B010  # the parser looks it up there


def _told(error: _Call) -> None:
    lang = language_of(getattr(error, "ctx", None))
    for name, words in WORDS.items():
        setattr(rich_utils, name, words[lang == "fr"])
    text = tell_text(error.format_message(), lang)
    setattr(error, "format_message", lambda: text)  # noqa: B010
    _as_it_is(error)  # type: ignore[arg-type]


def language_of(context: _Context | None) -> str:
    """Of the call, as far as it was read, else of the terminal."""
    if context is None:
        return here()
    asked = context.find_root().params.get("lang")
    return asked if isinstance(asked, str) and asked in LANGUAGES else of_terminal(os.environ)
