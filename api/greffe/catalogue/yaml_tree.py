"""YAML documents as a Node, with the line of every value; doubled keys, anchors, aliases and tags are refused. What people hand over
in YAML is read here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition

_LARGEST: Final = 2 << 20  # bytes; the largest map has 30,000
_MOST: Final = 50_000  # values and keys; the largest map has 1,345, and so many are read in half a second
_DEEPEST: Final = 20  # levels; the deepest map has eight
_LONGEST_PATH: Final = 1_000  # characters of the keys to a value: each value keeps its own
_LONGEST: Final = 100  # characters of a number: Python tells none of more than 4,300 digits
# Every line that may be a directive, and some that are none: the parser in C compares each one with all before it.
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_DIRECTIVE: Final = re.compile("(?:^|[\n\r\x85\u2028\u2029])\ufeff*%")
# The parser in C where PyYAML was built with it: ten times as fast, the same nodes.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Final = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
_NO_VALUE: Final = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError)  # of PyYAML: 2001-13-45, 0x_


def read_yaml(content: bytes, file: str) -> Node:
    """The one document in `content` (UTF-8), of plain values only. Raises BadDefinition with file and line."""
    if len(content) > _LARGEST:
        raise BadDefinition(f"It is larger than {_LARGEST >> 20} MiB.", file=file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise BadDefinition(f"It is not UTF-8 at byte {error.start}.", file=file, row=at) from error
    if directive := _DIRECTIVE.search(text):
        at = len(_BREAK.findall(text, 0, directive.end())) + 1
        raise BadDefinition("A line begins with %: directives are not read here.", file=file, row=at)
    try:
        reader = _Reader(text, file)
        try:
            return Node(reader.document(), file, "$", reader.lines)
        finally:
            reader.loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        row, column = (mark.line + 1, str(mark.column + 1)) if mark else (None, "")
        raise BadDefinition(f"It is not YAML: {error.problem}.", file=file, row=row, column=column) from error
    except yaml.reader.ReaderError as error:
        raise BadDefinition(f"It is not YAML: {error.reason}.", file=file, row=_row_of(text, error)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadDefinition(f"It is not YAML: {error}.", file=file) from error


def _row_of(text: str, error: yaml.reader.ReaderError) -> int:
    """The row of the character that may not stand in YAML: the parsers count its place otherwise, one in bytes."""
    at = text.find(chr(error.character)) if isinstance(error.character, int) else text.find(error.character)
    return text.count("\n", 0, max(at, 0)) + 1


def _row(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reader:
    """Builds plain values from what the parser finds in one document, one thing after another, and notes their lines: it stops at the
    first thing that is refused, and no tree of everything stands before."""

    def __init__(self, text: str, file: str) -> None:
        self.loader = _LOADER(text)
        self.file = file
        self.lines: dict[str, int] = {}
        self.left = _MOST

    def document(self) -> object:
        """The value of the one document; None where there is none."""
        self.loader.get_event()  # the beginning of the file
        if self.loader.check_event(yaml.StreamEndEvent):
            return None
        self.loader.get_event()  # the beginning of the document: lines of directives were refused before
        value = self._value(self.loader.get_event(), "$", 0)
        self.loader.get_event()
        if not self.loader.check_event(yaml.StreamEndEvent):
            mark = self.loader.get_event().start_mark
            raise yaml.MarkedYAMLError(problem="a second document begins here", problem_mark=mark)
        return value

    def _value(self, event: yaml.Event, path: str, depth: int) -> object:
        found = self._checked(event)
        if depth > _DEEPEST or len(path) > _LONGEST_PATH:
            raise self._wrong(event, "This is nested too deeply, or below a key that is too long.")
        self.lines.setdefault(path, _row(event))
        if isinstance(found, yaml.ScalarEvent):
            return self._scalar(found)
        if isinstance(found, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        parts = enumerate(self._until(yaml.SequenceEndEvent))
        return [self._value(part, f"{path}[{i}]", depth + 1) for i, part in parts]

    def _mapping(self, path: str, depth: int) -> dict[object, object]:
        found: dict[object, object] = {}
        for event in self._until(yaml.MappingEndEvent):
            key = self._value(event, f"{path}.", depth + 1)
            if isinstance(key, dict | list) or key in found:
                raise self._wrong(event, f"The key {key!r} stands twice, or is no text.")
            found[key] = self._value(self.loader.get_event(), f"{path}.{key}", depth + 1)
        return found

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        while not isinstance(event := self.loader.get_event(), end):
            yield event

    def _checked(self, event: yaml.Event) -> yaml.ScalarEvent | yaml.CollectionStartEvent:
        """No alias and no anchor, and no tag, also none that a plain value has; and not too many of all."""
        self.left -= 1
        if self.left < 0:
            raise self._wrong(event, f"There are more than {_MOST} values and keys.")
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) or event.anchor is not None:
            raise self._wrong(event, "Anchors and aliases are not read here.", "Write it out.")
        if event.tag is not None:
            raise self._wrong(event, f"The tag {event.tag[:_LONGEST]} is not read here.", "Write a plain value.")
        return event

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN:
            raise self._wrong(event, f"The tag {tag} is not read here.", "Write a plain value.")
        if tag.endswith((":int", ":float")) and len(event.value) > _LONGEST:
            raise self._wrong(event, f"This number has more than {_LONGEST} characters.", "Put a text in quotes.")
        try:
            plain: object = self.loader.construct_object(yaml.ScalarNode(tag, event.value))
        except _NO_VALUE as error:
            shown = event.value[:_LONGEST]
            raise self._wrong(event, f"{shown!r} is no value that can be read.", "Put a text in quotes.") from error
        return plain

    def _wrong(self, event: yaml.Event, message: str, hint: str = "") -> BadDefinition:
        return BadDefinition(message, file=self.file, row=_row(event), hint=hint)
