"""YAML documents as a Node, with the line of every value; doubled keys and aliases are refused."""

from __future__ import annotations

from typing import Final

import yaml

from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition

_DEEPEST: Final = 20  # levels; the deepest map has eight


def read_yaml(content: bytes, file: str) -> Node:
    """The one document in `content` (UTF-8), of plain values only. Raises BadDefinition with file and line."""
    loader = yaml.SafeLoader(content)
    try:
        root = loader.get_single_node()
        lines: dict[str, int] = {}
        value = None if root is None else _value(loader, root, "$", lines, file)
        return Node(value, file, "$", lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        row, column = (mark.line + 1, str(mark.column + 1)) if mark else (None, "")
        raise BadDefinition(f"It is not YAML: {error.problem}.", file=file, row=row, column=column) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadDefinition(f"It is not YAML: {error}.", file=file) from error
    finally:
        loader.dispose()


def _value(loader: yaml.SafeLoader, node: yaml.Node, path: str, lines: dict[str, int], file: str) -> object:
    line = node.start_mark.line + 1
    if path in lines or path.count(".") + path.count("[") > _DEEPEST:
        raise BadDefinition("This is nested too deeply.", file=file, row=line, parameter=path)
    lines[path] = line
    if isinstance(node, yaml.MappingNode):
        found: dict[object, object] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            if isinstance(key, dict | list) or key in found:
                raise BadDefinition(
                    f"The key {key!r} stands twice, or is no text.",
                    file=file,
                    row=key_node.start_mark.line + 1,
                    parameter=path,
                )
            found[key] = _value(loader, value_node, f"{path}.{key}", lines, file)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, one, f"{path}[{i}]", lines, file) for i, one in enumerate(node.value)]
    return loader.construct_object(node)
