"""YAML documents as a Node, with the line of every value; doubled keys, aliases and tags are refused."""

from __future__ import annotations

from typing import Final

import yaml

from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition

_DEEPEST: Final = 20  # levels; the deepest map has eight
# The parser in C where PyYAML was built with it: ten times as fast, the same nodes.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Final = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")


def read_yaml(content: bytes, file: str) -> Node:
    """The one document in `content` (UTF-8), of plain values only. Raises BadDefinition with file and line."""
    reader = _Reader(content, file)
    try:
        root = reader.loader.get_single_node()
        value = None if root is None else reader.value(root, "$", 0)
        return Node(value, file, "$", reader.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        row, column = (mark.line + 1, str(mark.column + 1)) if mark else (None, "")
        raise BadDefinition(f"It is not YAML: {error.problem}.", file=file, row=row, column=column) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadDefinition(f"It is not YAML: {error}.", file=file) from error
    finally:
        reader.loader.dispose()


class _Reader:
    """Builds plain values from the nodes of one document, and notes their lines."""

    def __init__(self, content: bytes, file: str) -> None:
        self.loader = _LOADER(content)
        self.file = file
        self.lines: dict[str, int] = {}
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, path: str, depth: int) -> object:
        """The value of a node."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            raise self._wrong(node, "An alias is not read here.", "Write it out.")
        if node.tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN:
            raise self._wrong(node, f"The tag {node.tag} is not read here.", "Write a plain value.")
        if depth > _DEEPEST:
            raise self._wrong(node, "This is nested too deeply.")
        self.seen.add(id(node))
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
        plain: object = self.loader.construct_object(node)
        return plain

    def _wrong(self, node: yaml.Node, message: str, hint: str = "") -> BadDefinition:
        return BadDefinition(message, file=self.file, row=node.start_mark.line + 1, hint=hint)
