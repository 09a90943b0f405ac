"""YAML documents as a Node, with the line of every value; doubled keys, anchors, aliases and tags are refused. What people hand over
in YAML is read here and nowhere else."""

from __future__ import annotations

from typing import Final

import yaml

from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition

_LARGEST: Final = 2 << 20  # bytes; the largest map has 30,000
_DEEPEST: Final = 20  # levels; the deepest map has eight
_LONGEST_PATH: Final = 1_000  # characters of the keys to a value: each value keeps its own
_LONGEST: Final = 100  # characters of a number: Python tells none of more than 4,300 digits
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
    try:
        reader = _Reader(text, file)
        try:
            root = reader.loader.get_single_node()
            value = None if root is None else reader.value(root, "$", 0)
            return Node(value, file, "$", reader.lines)
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


class _Reader:
    """Builds plain values from the nodes of one document, and notes their lines."""

    def __init__(self, text: str, file: str) -> None:
        self.loader = _LOADER(text)
        self.text = text
        self.file = file
        self.lines: dict[str, int] = {}

    def value(self, node: yaml.Node, path: str, depth: int) -> object:
        """The value of a node."""
        self._check(node)
        if depth > _DEEPEST or len(path) > _LONGEST_PATH:
            raise self._wrong(node, "This is nested too deeply, or below a key that is too long.")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            found: dict[object, object] = {}
            for key_node, value_node in node.value:
                key = self.value(key_node, f"{path}.", depth + 1)
                if isinstance(key, dict | list) or key in found:
                    raise self._wrong(key_node, f"The key {key!r} stands twice, or is no text.")
                found[key] = self.value(value_node, f"{path}.{key}", depth + 1)
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, f"{path}[{i}]", depth + 1) for i, one in enumerate(node.value)]
        return self._scalar(node)

    def _check(self, node: yaml.Node) -> None:
        """No tag, also none that a plain value has, and no anchor: without one nothing can be an alias of it. The node has forgotten
        them; they are the first thing that stands at its place."""
        start, end = node.start_mark.index, node.end_mark.index
        first = self.text[start : min(start + 1, end)]
        if first == "&":
            raise self._wrong(node, "Anchors and aliases are not read here.", "Write it out.")
        if first == "!" or node.tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN:
            raise self._wrong(node, f"The tag {node.tag} is not read here.", "Write a plain value.")

    def _scalar(self, node: yaml.Node) -> object:
        if node.tag.endswith((":int", ":float")) and len(node.value) > _LONGEST:
            raise self._wrong(node, f"This number has more than {_LONGEST} characters.", "Put a text in quotes.")
        try:
            plain: object = self.loader.construct_object(node)
        except _NO_VALUE as error:
            shown = node.value[:_LONGEST]
            raise self._wrong(node, f"{shown!r} is no value that can be read.", "Put a text in quotes.") from error
        return plain

    def _wrong(self, node: yaml.Node, message: str, hint: str = "") -> BadDefinition:
        return BadDefinition(message, file=self.file, row=node.start_mark.line + 1, hint=hint)
