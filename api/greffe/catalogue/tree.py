"""A decoded JSON or YAML document, walked strictly: every refusal names the file and the path of what was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from greffe.errors import BadDefinition, BadQuery, nearest
from greffe.model.references import ID, VERSION, Reference, Urn, parse_reference, parse_urn
from greffe.model.strict_json import NoJsonError, read_strictly


@dataclass(frozen=True)
class Node:
    """One value of a document with its place, e.g. `$.data.codelists[0].codes[3].name`.

    `lines` gives the line of a path, for documents whose reader keeps it.
    """

    value: object
    file: str = ""
    path: str = "$"
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def wrong(self, message: str, *, hint: str = "", near: Iterable[str] = ()) -> BadDefinition:
        """The error to raise about this place."""
        return BadDefinition(message, file=self.file, row=self.line, parameter=self.path, hint=hint, nearest=near)

    @property
    def line(self) -> int | None:
        """Its line, or that of the nearest place around it; None when lines are not known."""
        path = self.path
        while path not in self.lines and path != "$":
            path = path[: max(path.rfind("."), path.rfind("["), 1)]
        return self.lines.get(path)

    def child(self, key: str) -> Node:
        """The value of a key, None when it is not there."""
        inside = self.value if isinstance(self.value, dict) else {}
        return Node(inside.get(key), self.file, f"{self.path}.{key}", self.lines)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def fields(self) -> tuple[str, ...]:
        """The keys of an object. Raises BadDefinition when it is none, or when a key is no text."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"An object with keys is expected here, found {_shown(self.value)}.")
        found = tuple(self.value)
        for key in found:
            if not isinstance(key, str):
                raise self.wrong(f"The key {_shown(key)} is not a text.", hint="Put it in quotes.")
        return found

    def only(self, known: Iterable[str], required: Iterable[str] = ()) -> Node:
        """Itself, when it is an object with no key but the known ones and all the required ones."""
        known, keys = tuple(known), self.fields()
        for key in keys:
            if key not in known:
                hint = f"Known here: {', '.join(known)}."
                raise self.wrong(f"The key {key!r} is not known here.", near=nearest(key, known), hint=hint)
        for key in required:
            if key not in keys:
                raise self.wrong(f"The key {key!r} is missing.", near=nearest(key, keys))
        return self

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            hint = "Put it in quotes." if isinstance(self.value, bool | int | float | date) else ""
            raise self.wrong(f"A text is expected here, found {_shown(self.value)}.", hint=hint)
        return self.value

    def text_or(self, key: str, default: str = "") -> str:
        """The text of a key that may be left out."""
        return self.child(key).text() if key in self else default

    def word(self, known: Iterable[str]) -> str:
        """A text that is one of the known words."""
        found, words = self.text(), tuple(known)
        if found not in words:
            hint = f"Known here: {', '.join(words)}."
            raise self.wrong(f"{found!r} is not known here.", near=nearest(found, words), hint=hint)
        return found

    def whole(self, least: int = 0) -> int:
        """A whole number of at least `least`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < least:
            raise self.wrong(f"A whole number of at least {least} is expected here, found {_shown(self.value)}.")
        return self.value

    def fraction(self) -> Fraction:
        """A number above zero, exact: a whole number, or a text such as "30.4375" or "1/3"."""
        text = str(self.value) if isinstance(self.value, int) and not isinstance(self.value, bool) else self.value
        known = isinstance(text, str) and re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,15}|/[1-9][0-9]{0,14})?", text)
        if not known or Fraction(str(text)) <= 0:
            hint = 'Put it in quotes: "30.4375", "1/3".' if isinstance(self.value, float) else ""
            raise self.wrong(f"An exact number above zero is expected here, found {_shown(self.value)}.", hint=hint)
        return Fraction(str(text))

    def true(self, key: str) -> bool:
        """The truth value of a key that may be left out (false then)."""
        value = self.child(key).value if key in self else False
        if not isinstance(value, bool):
            raise self.child(key).wrong(f"true or false is expected here, found {_shown(value)}.")
        return value

    def each(self) -> Iterator[Node]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            raise self.wrong(f"A list is expected here, found {_shown(self.value)}.")
        return (Node(value, self.file, f"{self.path}[{i}]", self.lines) for i, value in enumerate(self.value))

    def entries(self, key: str) -> Iterator[Node]:
        """The entries of a list that may be left out."""
        return self.child(key).each() if key in self else iter(())

    def words(self, key: str) -> tuple[str, ...]:
        """The texts of a list that may be left out, each once."""
        found = tuple(node.text() for node in self.entries(key))
        for word in found:
            if found.count(word) > 1:
                raise self.child(key).wrong(f"{word!r} stands twice in the list.")
        return found

    def word_lists(self) -> dict[str, tuple[str, ...]]:
        """Lists of texts by key, none of them empty."""
        found = {key: self.words(key) for key in self.fields()}
        for key, words in found.items():
            if not words:
                raise self.child(key).wrong("At least one is expected here.")
        return found

    def texts(self) -> dict[str, str]:
        """Texts by key, e.g. by language."""
        return {key: self.child(key).text() for key in self.fields()}

    def identifier(self) -> str:
        """An SDMX id."""
        found = self.text()
        if not re.fullmatch(ID, found):
            hint = "Give it an id of letters, digits, _, @, $ and -, and keep the original as annotation SOURCE_CODE."
            raise self.wrong(f"{found!r} is not an SDMX id.", hint=hint)
        return found

    def version(self) -> str:
        """A version, 1.0.0."""
        found = self.text()
        if not re.fullmatch(VERSION, found):
            raise self.wrong(f"{found!r} is not a version.", hint="Write three numbers, e.g. 1.0.0.")
        return found

    def reference(self) -> Reference:
        """AGENCY:ID(VERSION)."""
        try:
            return parse_reference(self.text())
        except BadQuery as error:
            raise self.wrong(error.message, hint=error.hint) from error

    def urn(self) -> Urn:
        """A URN of an artefact or of an item."""
        try:
            return parse_urn(self.text())
        except BadQuery as error:
            raise self.wrong(error.message) from error


def read_json(content: bytes, file: str) -> Node:
    """The document in `content` (UTF-8). Raises BadDefinition with file and line; a doubled key is an error."""
    try:
        return Node(read_strictly(content.decode("utf-8")), file)
    except UnicodeDecodeError as error:
        raise BadDefinition(f"It is not UTF-8 at byte {error.start}.", file=file) from error
    except NoJsonError as error:
        if error.key:
            raise BadDefinition(f"The key {error.key!r} stands twice in one object.", file=file) from error
        column = "" if error.column is None else str(error.column)
        raise BadDefinition(f"It is not JSON: {error.what}.", file=file, row=error.row, column=column) from error


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
