"""An error as a page tells it: it names the field as the page calls it, where the command line names an option."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from greffe.errors import BadDefinition, BadQuery, GreffeError
from greffe.french import tell
from greffe.web.pages.words import FOLDER, table

FIELDS: Final = "fields"
_OPTION: Final = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_COMMAND: Final = re.compile(r"\bgreffe ([a-z-]+)\b")  # what is typed at the command line helps nobody on a page
PAGES: Final = {  # command → the page that does the same
    "accept": "/staff/findings", "approve": "/staff/releases", "coverage": "/staff/coverage", "findings": "/staff/findings",
    "people": "/staff/people", "prepare": "/staff/drafts", "proposals": "/staff/proposals", "withdraw": "/staff/releases",
}  # fmt: skip
_LABEL: Final = 40  # characters: what is longer is a sentence and no label
_NB: Final = "\u00a0"


def told_on_page(error: GreffeError, lang: str, page: str) -> str:
    """The error in one line. `page`: the name of its words, in which a field is called by the label that it has there."""
    shown = _chosen(copy.copy(error), lang, page)
    command = _COMMAND.search(shown.hint)
    if command:
        shown.hint = ""
    place = PAGES.get(command[1], "") if command else ""
    there = " " + table("error")["see_page"][lang].format(page=place) if place else ""
    field = "" if shown.message.startswith("Unknown") else called(shown.parameter, lang, page)
    if not field or isinstance(error, BadDefinition):
        return _named(tell(shown, lang).text, lang, page) + there
    shown.parameter = ""
    text = _named(tell(shown, lang).text, lang, page)
    return f"{_quoted(field, lang)}{_NB if lang == 'fr' else ''}: {text}{there}"


@contextmanager
def named_there(option: str, name: str) -> Iterator[None]:
    """What goes wrong with an option of the core is told of the field that the page has for it: `--reason`, accept_reason."""
    try:
        yield
    except BadQuery as error:
        if error.parameter == option:
            error.parameter = name
        raise


def called(parameter: str, lang: str, page: str = "") -> str:
    """What a page calls a field or an option (`--reason-fr`); empty for what is typed in an address alone."""
    name = parameter.lstrip("-").replace("-", "_").lower()
    if name not in table(FIELDS):
        return ""
    own = table(page).get(name) if page and (FOLDER / f"{page}.yaml").is_file() else None
    label = own and own[lang]
    return (
        label if label and name != "title" and len(label) < _LABEL and "{" not in label else table(FIELDS)[name][lang]
    )


def _chosen(error: GreffeError, lang: str, page: str) -> GreffeError:
    """What can be chosen on the page (`action_advance`) is called as it is there, where a program is told its code."""
    field = error.parameter.lstrip("-").replace("-", "_").lower()
    if not field or not page or not (FOLDER / f"{page}.yaml").is_file():
        return error
    words = {key.removeprefix(f"{field}_"): w[lang] for key, w in table(page).items() if key.startswith(f"{field}_")}
    for code, word in words.items():
        error.message = error.message.replace(repr(code), f"'{word}'")
    error.nearest = tuple(words.get(one, one) for one in error.nearest)
    head, known, listed = error.hint.partition("Known: ")
    if known and not head:
        error.hint = f"{known}{', '.join(words.get(one, one) for one in listed.rstrip('.').split(', '))}."
    return error


def _named(text: str, lang: str, page: str) -> str:
    """`--reason-fr` within a sentence, as the page calls it."""

    def named(option: re.Match[str]) -> str:
        field = called(option.group(1), lang, page)
        return _quoted(field, lang) if field else option.group()

    return _OPTION.sub(named, text)


def _quoted(field: str, lang: str) -> str:
    return f"«{_NB}{field}{_NB}»" if lang == "fr" else f"“{field}”"
