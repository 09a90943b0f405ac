"""The help of commands in the language of the call: `greffe --lang fr --help`, `GREFFE_LANG=fr greffe mappings --help`.

The English stands where a command and its options are written; its French is in `french/whole/help.csv`, word for word. What is
typed (names of commands, options and codes) is the same in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from typer import rich_utils

from greffe.cli.refused_calls import language_of
from greffe.french.whole_texts import whole

HELP: Final = "help"
WORDS: Final[Mapping[str, tuple[str, str]]] = {  # of the option parser: English, French
    "ARGUMENTS_PANEL_TITLE": ("Arguments", "Arguments"),
    "OPTIONS_PANEL_TITLE": ("Options", "Options"),
    "COMMANDS_PANEL_TITLE": ("Commands", "Commandes"),
    "DEFAULT_STRING": ("[default: {}]", "[par défaut\u00a0: {}]"),
    "ENVVAR_STRING": ("[env var: {}]", "[variable d’environnement\u00a0: {}]"),
    "REQUIRED_LONG_STRING": ("[required]", "[requis]"),
}


class _Helped(Protocol):
    """A command, a group or an option, as the parser has it."""

    help: str | None


class _Context(Protocol):
    params: dict[str, object]

    def find_root(self) -> _Context: ...


class _Command(_Helped, Protocol):
    def get_params(self, ctx: _Context) -> Sequence[object]: ...

    def get_usage(self, ctx: _Context) -> str: ...


_as_it_is: Final = rich_utils.rich_format_help


def helping() -> None:
    """From now on."""
    setattr(rich_utils, "rich_format_help", _told)  # noqa: B010  # the parser looks it up there


def helped(command: object) -> Iterator[_Helped]:
    """A group, its commands and the options of all: whatever has a text of help."""
    for one in (command, *getattr(command, "params", ())):
        if getattr(one, "help", None):
            yield one
    for below in getattr(command, "commands", {}).values():
        yield from helped(below)


def _told(*, obj: _Command, ctx: _Context, markup_mode: object) -> None:
    lang = language_of(ctx)
    for name, words in WORDS.items():
        setattr(rich_utils, name, words[lang == "fr"])
    usage = obj.get_usage(ctx)
    with _in_words(obj, ctx, lang):
        if lang == "fr":
            setattr(obj, "get_usage", lambda _: usage.replace("Usage:", "Usage\u00a0:", 1))  # noqa: B010
        _as_it_is(obj=obj, ctx=ctx, markup_mode=markup_mode)  # type: ignore[arg-type]
    vars(obj).pop("get_usage", None)


@contextmanager
def _in_words(command: _Command, ctx: _Context, lang: str) -> Iterator[None]:
    """Its texts in a language, for as long as they are printed."""
    shown = [command, *command.get_params(ctx), *getattr(command, "commands", {}).values()]
    texts = [(one, one.help) for one in shown if isinstance(getattr(one, "help", None), str)]
    for one, text in texts:
        one.help = whole(HELP, text or "", lang)
    try:
        yield
    finally:
        for one, text in texts:
            one.help = text
