"""The source of the package by name: functions, calls, constants, and what is put into a name. For `message_templates`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import greffe

ROOT = Path(greffe.__file__).parent

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A node with what its names mean: the module, the functions around it, innermost last, and their class."""

    file: Path
    around: tuple[Function, ...] = ()
    owner: str = ""
    within: bool = False  # a sentence: of its placeholders, only words that stand near are looked for


@dataclass
class Package:
    """The source of the package, indexed by name."""

    trees: dict[Path, ast.Module] = field(default_factory=dict)
    functions: dict[str, list[tuple[Place, Function]]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, list[tuple[Place, ast.Call]]] = field(default_factory=lambda: defaultdict(list))
    constants: dict[str, list[tuple[Place, ast.expr]]] = field(default_factory=lambda: defaultdict(list))
    classes: list[tuple[Path, ast.ClassDef]] = field(default_factory=list)
    errors: set[str] = field(default_factory=set)
    imports: dict[Path, dict[str, Path]] = field(default_factory=dict)
    titles: list[tuple[Path, str]] = field(default_factory=list)  # of errors

    def meant(self, call: ast.Call, place: Place) -> list[tuple[Place, Function]]:
        """The functions that a call may mean: of this name, imported or here; a method of the class that the receiver is
        said to be, else of any class."""
        every = self.functions.get(called(call), [])
        if isinstance(call.func, ast.Name):
            if any(call.func.id in parameters_of(f) for f in place.around):
                return every  # handed in: of any class
            here = [(p, f) for p, f in every if p.file == place.file and (p.around or not p.owner)]
            return here or [
                (p, f) for p, f in every if not p.owner and p.file == imported_from(self, place, call.func.id)
            ]
        methods = [(p, f) for p, f in every if not p.around and (p.owner or _module_named(self, call, place, p))]
        match call.func:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                return [(p, f) for p, f in methods if p.owner == place.owner] or methods
            case ast.Attribute(value=ast.Name(id=name)):
                owner = next((_annotation(f, name) for f in reversed(place.around) if name in parameters_of(f)), "")
                return [(p, f) for p, f in methods if p.owner == owner] or methods
        return methods


def read_package(root: Path = ROOT) -> Package:
    """Read all of it once."""
    package = Package({file: ast.parse(file.read_text("utf-8")) for file in sorted(root.rglob("*.py"))})
    for file, tree in package.trees.items():
        _index(package, Place(file), tree)
    bases = {n.name: [b.id for b in n.bases if isinstance(b, ast.Name)] for _, n in package.classes}
    package.errors = {"GreffeError", "NotSent", "Unsure"}  # what channels say of a try is told like an error
    while more := {name for name, of in bases.items() if package.errors & set(of)} - package.errors:
        package.errors |= more
    for file, node in package.classes:
        if node.name in package.errors:
            package.titles += [(file, t) for t in _titles(node)]
    return package


def _titles(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        if isinstance(line, ast.Assign):
            for value, _ in _into(line.targets[0], line.value, "title"):
                if isinstance(value, ast.Constant):
                    yield str(value.value)


def _index(package: Package, place: Place, node: ast.AST) -> None:
    for child in ast.iter_child_nodes(node):
        inside = place
        if isinstance(child, Function):
            package.functions[child.name].append((place, child))
            inside = Place(place.file, (*place.around, child), place.owner)
        elif isinstance(child, ast.ClassDef):
            package.classes.append((place.file, child))
            inside = Place(place.file, (), child.name)
        elif isinstance(child, ast.Call):
            package.calls[called(child)].append((place, child))
        elif isinstance(child, ast.Assign | ast.AnnAssign) and not place.around and child.value is not None:
            for target in child.targets if isinstance(child, ast.Assign) else [child.target]:
                if isinstance(target, ast.Name):
                    package.constants[target.id].append((place, child.value))
        _index(package, inside, child)


def _annotation(function: Function, parameter: str) -> str:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    return next((ast.unparse(a.annotation) for a in every if a.arg == parameter and a.annotation is not None), "")


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def parameters_of(function: Function) -> list[str]:
    given = function.args
    return [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def argument_of(call: ast.Call, function: Function, parameter: str, at: Place) -> ast.expr | None:
    """What a call gives for a parameter of a function that stands at a place."""
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return keyword.value
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if at.owner and names and names[0] in ("self", "cls"):
        names = names[1:]
    if parameter in names and names.index(parameter) < len(call.args):
        return call.args[names.index(parameter)]
    return None


@cache
def _inside(node: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(node))


@cache
def assigned(function: Function, name: str) -> tuple[tuple[ast.expr, int | None], ...]:
    """What a function puts into a name, with the place in a tuple when it takes it apart."""
    return tuple(_put(function, name))


def _put(function: Function, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    for node in _inside(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _into(target, value, name)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield from _into(target, value, name)
            case ast.AugAssign(target=target, value=value):
                yield from _into(target, value, name)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield from _into(target, value, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=how), args=[value, *_]):
                if owner == name and how in ("append", "extend", "add"):
                    yield value, None


def _into(target: ast.expr, value: ast.expr, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    match target:
        case ast.Name(id=found) if found == name:
            yield value, None
        case ast.Tuple(elts=elements):
            for place, element in enumerate(elements):
                if isinstance(element, ast.Name) and element.id == name:
                    if isinstance(value, ast.Tuple) and len(value.elts) == len(elements):
                        yield value.elts[place], None
                    else:
                        yield value, place


def returned_by(function: Function) -> Iterator[ast.expr]:
    for node in _inside(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value


def _module_named(package: Package, call: ast.Call, place: Place, at: Place) -> bool:
    """Whether a call `out.refused(…)` means a function of the module at a place, imported as `out`."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and imported_from(package, place, owner.id) == at.file


def imported_from(package: Package, place: Place, name: str) -> Path | None:
    """The file of the package that a name of this file comes from, or that it is."""
    if place.file not in package.imports:
        package.imports[place.file] = dict(_imports(package, place.file))
    return package.imports[place.file].get(name)


def _imports(package: Package, file: Path) -> Iterator[tuple[str, Path]]:
    for node in package.trees[file].body:
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        path = ROOT.parent.joinpath(*node.module.split("."))
        for one in node.names:
            tried = (path / f"{one.name}.py", path.with_suffix(".py"), path / "__init__.py")
            found = next((f for f in tried if f in package.trees), None)
            if found is not None:
                yield one.asname or one.name, found
