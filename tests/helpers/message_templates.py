"""Every sentence that the code can raise, found in its source: the keys of the French catalogue (greffe.french).

A template is the text of a message or hint with its placeholders: `{}` holds something as it is (a name, a number), `{!r}`
holds something quoted, `{*}` holds words of ours again (another message, a reason, a list). Branches of a conditional
expression are templates of their own. What flows into a message from elsewhere (a variable, a constant, the result of a
function, the parameter of a function that raises) is followed by name through the whole package.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import TypeGuard

from source_names import (
    ROOT,
    Function,
    Package,
    Place,
    argument_of,
    assigned,
    called,
    imported_from,
    parameters_of,
    read_package,
    returned_by,
)

TEXTS = ("message", "hint")  # what people read of an error; the rest are names
_HELD = {
    "message",
    "hint",
    "text",
    "alone",
    "strerror",
    "state",
    "kind",
    "verdict",
}  # of another error: told within this one
_LISTS = {"either", "told_roles"}  # functions that join names by words
_AS_IT_IS = {"strip", "rstrip", "lstrip", "removesuffix", "removeprefix"}
PRINTED = {
    "show": {"title", "after"},
    "say": {"text"},
    "line": {"text"},
}  # functions of COMMANDS that print a sentence → its parameters
COMMANDS = ROOT / "cli/show.py"
OTHER_WORDS = ("calendar_names.py", "xlsx_words.py")  # words of several languages that no message says
_MOST = 400  # branches of one sentence


@dataclass(frozen=True)
class Hole:
    """A placeholder. `sort`: empty, `!r`, or `*`."""

    sort: str

    def __str__(self) -> str:
        return f"{{{self.sort}}}"


Template = tuple[str | Hole, ...]


class Finder:
    """Finds templates. `told`: template as text → the files of package that can raise it."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.sinks: dict[Function, set[str]] = defaultdict(set)  # function → its parameters that end in a message
        self.told: dict[str, set[Path]] = defaultdict(set)
        self._known: dict[tuple[int, int, bool], list[Template]] = {}

    def find(self) -> dict[str, set[Path]]:
        """All templates: first which parameters of which functions end in messages, then what is given for them."""
        for name, parameters in PRINTED.items():
            for place, function in self.package.functions[name]:
                if place.file == COMMANDS:
                    self.sinks[function] |= parameters
        size = -1
        while size != (size := sum(map(len, self.sinks.values()))):
            self._known.clear()
            self._pass()
        for file, title in self.package.titles:
            self._tell((title,), file)
        return self.told

    def _pass(self) -> None:
        for name in sorted({*self.package.errors, *(f.name for f, names in self.sinks.items() if names)}):
            for place, call in self.package.calls[name]:
                for value in self._given(call, place):
                    self._passed_on(value, place)
                    for template in self.resolve(value, place):
                        self._tell(template, place.file)

    def _given(self, call: ast.Call, place: Place) -> Iterator[ast.expr]:
        """The arguments of a call that end in a message."""
        name = called(call)
        if name in self.package.errors:
            yield from call.args[:1]
            yield from (k.value for k in call.keywords if k.arg in TEXTS)
            return
        for at, function in self.package.meant(call, place):
            for parameter in tuple(self.sinks[function]):
                value = argument_of(call, function, parameter, at)
                if value is not None:
                    yield value

    def _passed_on(self, value: ast.expr, place: Place) -> None:
        """A parameter that ends in a message makes its function one that tells."""
        names = {n.id for n in _branches(value) if isinstance(n, ast.Name)}
        for function in place.around:
            self.sinks[function] |= names & _texts_of(function)

    def _tell(self, template: Template, file: Path) -> None:
        text = "".join(map(str, template)).strip()
        if _is_sentence(text):
            self.told[text].add(file)

    def resolve(self, node: ast.expr, place: Place, item: int | None = None) -> list[Template]:
        """What an expression can say. Empty: nothing that is written in the code."""
        key = (id(node), -1 if item is None else item, place.within)
        if key not in self._known:
            self._known[key] = []  # what it says by way of itself
            self._known[key] = list(dict.fromkeys(self._resolve(node, place, item)))
        return self._known[key]

    def _resolve(self, node: ast.expr, place: Place, item: int | None) -> list[Template]:
        match node:
            case ast.Constant(value=str(text)):
                return [(text,)] if text else [()]
            case ast.JoinedStr(values=parts):
                return self._joined(parts, place)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._several(
                    [self.resolve(left, place) or [(Hole(""),)], self.resolve(right, place) or [(Hole(""),)]]
                )
            case ast.IfExp(test=ast.Compare(comparators=[ast.Constant(value="fr")]), orelse=other):
                return self.resolve(other, place, item)  # said in French on the spot
            case ast.IfExp(body=body, orelse=other):
                return [*self.resolve(body, place, item), *self.resolve(other, place, item)]
            case ast.BoolOp(values=values):
                return [t for v in values for t in self.resolve(v, place, item)]
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                if item is not None and not all(isinstance(e, ast.Tuple) for e in elements):
                    return self.resolve(elements[item], place) if item < len(elements) else []
                return [t for e in elements for t in self.resolve(e, place, item)]
            case ast.Dict(values=values):
                return [t for v in values for t in self.resolve(v, place, item)]
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element) | ast.SetComp(elt=element):
                return self.resolve(element, place, item)
            case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
                return self.resolve(value, place, item)
            case ast.Subscript(value=ast.Name() | ast.Call() as value, slice=ast.Constant(value=int(number))):
                return self.resolve(value, place, number)
            case ast.Subscript(value=ast.Name() | ast.Dict() as value):
                return self.resolve(value, place)
            case ast.Name(id=name):
                return self._named(name, place, item)
            case ast.Call():
                return self._call(node, place, item)
        return []

    def _joined(self, parts: Sequence[ast.expr], place: Place) -> list[Template]:
        found: list[list[Template]] = []
        for part in parts:
            if isinstance(part, ast.FormattedValue) and ast.unparse(part.value).endswith("[0].upper()"):
                continue  # the words that follow, with a capital
            if isinstance(part, ast.FormattedValue):
                found.append(self._hole(part, place))
            elif isinstance(part, ast.Constant):
                found.append([(str(part.value),)])
        return self._several(found)

    def _hole(self, part: ast.FormattedValue, place: Place) -> list[Template]:
        if part.conversion == ord("r"):
            return [(Hole("!r"),)]
        if isinstance(part.value, ast.Subscript) and isinstance(part.value.slice, ast.Slice):
            return self._hole(ast.FormattedValue(part.value.value, -1), place)
        if isinstance(part.value, ast.IfExp) and not _loose(part.value):
            return [
                t for b in (part.value.body, part.value.orelse) for t in self._hole(ast.FormattedValue(b, -1), place)
            ]
        if isinstance(part.value, ast.Constant):
            return [(str(part.value.value),)]
        said = self.resolve(part.value, replace(place, within=True))
        for one in said:
            self._tell(one, place.file)
        words = [t for t in said if any(p.sort == "*" if isinstance(p, Hole) else re.search(r"[a-z]{2}", p) for p in t)]
        if _lists_names(part.value) and all(" " not in p for t in words for p in t if isinstance(p, str)):
            words = []
        return [(Hole("*" if words or _held(part.value) else ""),)]

    def _several(self, found: list[list[Template]]) -> list[Template]:
        every = [tuple(p for t in one for p in t) for one in product(*found)] if found else [()]
        assert len(every) < _MOST, found
        return every

    def _named(self, name: str, place: Place, item: int | None) -> list[Template]:
        for depth in range(len(place.around), 0, -1):
            function = place.around[depth - 1]
            at = replace(place, around=place.around[:depth])
            if name in parameters_of(function):
                return self._given_for(function, name) if place.within else []
            values = list(assigned(function, name))
            if values:
                return [t for v, i in values for t in self.resolve(v, at, item if i is None else i)]
        from_there = imported_from(self.package, place, name)
        for at, value in self.package.constants.get(name, []):
            if at.file in (place.file, from_there) and at.file.name not in OTHER_WORDS:
                return self.resolve(value, replace(at, within=place.within), item)
        return []

    def _given_for(self, function: Function, parameter: str) -> list[Template]:
        """What the calls of a function say for a parameter, where they say it on the spot."""
        found = []
        for place, call in self.package.calls[function.name]:
            for at, meant in self.package.meant(call, place):
                value = argument_of(call, meant, parameter, at) if meant is function else None
                if isinstance(value, ast.Constant | ast.JoinedStr | ast.IfExp | ast.Subscript) or _own(value, place):
                    found += self.resolve(value, replace(place, within=True))
        return found

    def _of_table(self, table: ast.Name, place: Place, name: str, item: int | None) -> list[Template]:
        """What `table.items()` gives, of a constant of the module: its keys for place 0, else its values."""
        found = []
        for at, value in self.package.constants.get(table.id, []):
            if at.file == place.file and isinstance(value, ast.Dict):
                keys = name == "keys" or item == 0
                for one in value.keys if keys else value.values:
                    found += self.resolve(one, at) if one is not None else []
        return found

    def _call(self, node: ast.Call, place: Place, item: int | None) -> list[Template]:
        name = called(node)
        if name == "numbered":
            return _numbered(node)
        if isinstance(node.func, ast.Attribute):
            if name == "join" and node.args:
                return self.resolve(node.args[0], place)
            if name in _AS_IT_IS:
                return self.resolve(node.func.value, place)
            if name in ("items", "values", "keys") and isinstance(node.func.value, ast.Name):
                return self._of_table(node.func.value, place, name, item)
            if name == "get" and isinstance(node.func.value, ast.Name):
                return [t for v in (node.func.value, *node.args[1:]) for t in self.resolve(v, place)]
        if name in {"sorted", "list", "tuple", "next", "str", "map", "iter"} or name in self.package.errors:
            return [t for a in node.args for t in self.resolve(a, place)] if name not in self.package.errors else []
        found = []
        for at, function in self.package.meant(node, place):
            if at.file.name in OTHER_WORDS or function.returns is None or "str" not in ast.unparse(function.returns):
                continue
            inside = Place(at.file, (*at.around, function), at.owner, place.within)
            for returned in returned_by(function):
                found += self.resolve(returned, inside, item)
        return found


def _own(value: ast.expr | None, place: Place) -> TypeGuard[ast.Name]:
    """A variable that the caller fills itself."""
    return isinstance(value, ast.Name) and not any(value.id in parameters_of(f) for f in place.around)


def _is_sentence(text: str) -> bool:
    """Words that people read: several, in English. Single words are names more often than not (`words.csv` has some)."""
    bare = re.sub(r"\{(!r|\*)?\}", "", text)
    return (
        bool(re.search(r"[A-Za-z][a-z]|E\.g", bare))
        and " " in text
        and not re.search(r"\{[a-z]+\}|[À-ÿ]|IS (NOT )?NULL|THEN", bare)
    )


def _loose(node: ast.IfExp) -> bool:
    return not any(isinstance(b, ast.Constant | ast.JoinedStr | ast.IfExp) for b in (node.body, node.orelse))


def _lists_names(node: ast.expr) -> bool:
    """Whether it joins with nothing but marks: `', '.join(known)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(mark)), attr="join")):
            return not re.search("[a-z]", mark)
    return False


def _held(node: ast.expr) -> bool:
    """Whether it is the text of another error, or a list of words."""
    attributes = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    if attributes & _HELD or (isinstance(node, ast.Call) and called(node) in _LISTS):
        return True
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "join"
        and isinstance(n.func.value, ast.Constant)
        and re.search("[a-z]", str(n.func.value.value))
        for n in ast.walk(node)
    )


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.IfExp(body=body, orelse=other):
            yield from (*_branches(body), *_branches(other))
        case ast.BoolOp(values=values):
            for value in values:
                yield from _branches(value)
        case _:
            yield node


def _texts_of(function: Function) -> set[str]:
    """Parameters that are texts."""
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    return {a.arg for a in every if a.annotation is not None and ast.unparse(a.annotation) == "str"}


def _numbered(node: ast.Call) -> list[Template]:
    words = [a.value for a in node.args[1:] if isinstance(a, ast.Constant)]
    if not words:
        return []
    one = str(words[0])
    return [(f"1 {one}",), (Hole(""), f" {words[1] if len(words) > 1 else one + 's'}")]


@cache
def templates() -> dict[str, frozenset[str]]:
    """Template → the packages of the code that can say it (`release`, `errors`…)."""
    found = Finder(read_package()).find()
    return {t: frozenset(f.relative_to(ROOT).parts[0].removesuffix(".py") for f in files) for t, files in found.items()}
