"""Declared calculations from a map's YAML file: what each kind needs, and what it may not say (D15, D17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from greffe.catalogue.tree import Node
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.errors import BadDefinition
from greffe.model.calculations import MONTHS
from greffe.model.expressions import CONSTANT, parse
from greffe.model.maps import MAPPED, NOT_PROVIDED, Calculation, Population

# What a calculation of each kind needs beside its id and kind, and what it may have.
_COMMON: Final = ("where", "reason", "reference", "status")
_KINDS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "total": (("over", "parts", "set"), _COMMON),
    "complement": (("over", "whole", "parts", "set"), _COMMON),
    "rate": (("set", "factor", "decimals", "population"), _COMMON),
    "formula": (("over", "expression", "set"), ("decimals", *_COMMON)),
    "split": (("over", "whole", "weights", "decimals", "reason", "reference"), ("where", "set", "status")),
    "convert": (("factor", "set", "reason"), ("decimals", "where", "reference", "status")),
    "calendar": (("from", "to", "method", "set"), ("decimals", "least", *_COMMON)),
    "lag": (("years", "set"), _COMMON),
}
_COARSER: Final = {"M": ("Q", "S", "A"), "Q": ("S", "A"), "T": ("A",), "S": ("A",)}
METHODS: Final = ("sum", "mean", "first", "last")


def read_calculations(root: Node) -> tuple[Calculation, ...]:
    """The calculations of a map's document, in their order. Raises BadDefinition with file, line and path."""
    found: list[Calculation] = []
    for node in root.entries("calculations"):
        found.append(_calculation(node))
        if any(c.id == found[-1].id for c in found[:-1]):
            raise node.child("id").wrong(f"{found[-1].id!r} stands twice.")
    return tuple(found)


def _calculation(node: Node) -> Calculation:
    every = {key for needed, optional in _KINDS.values() for key in (*needed, *optional)}
    node.only(("id", "kind", *sorted(every)), ("id", "kind"))
    kind = node.child("kind").word(_KINDS)
    needed, optional = _KINDS[kind]
    node.only(("id", "kind", *needed, *optional), ("id", "kind", *needed))
    found = Calculation(
        id=_id(node.child("id")),
        kind=kind,
        where=node.child("where").word_lists() if "where" in node else {},
        set=node.child("set").texts() if "set" in node else {},
        over=node.text_or("over"),
        parts=node.words("parts"),
        whole=node.text_or("whole"),
        expression=node.text_or("expression"),
        weights=_weights(node.child("weights")) if "weights" in node else {},
        factor=_factor(node, kind),
        decimals=node.child("decimals").whole() if "decimals" in node else None,
        years=node.child("years").whole(1) if "years" in node else 0,
        from_=node.child("from").word(_COARSER) if "from" in node else "",
        to=node.child("to").word(("Q", "S", "A")) if "to" in node else "",
        method=node.child("method").word(METHODS) if "method" in node else "",
        least=node.child("least").whole(1) if "least" in node else 0,
        population=_population(node.child("population")) if "population" in node else None,
        reason=node.text_or("reason"),
        reference=node.text_or("reference"),
        status=_status(node, kind),
    )
    if found.id in (MAPPED, NOT_PROVIDED):
        raise node.child("id").wrong(f"{found.id!r} is the origin of other observations: choose another id.")
    if not found.set and kind != "split":
        raise node.child("set").wrong("The codes of the result are expected here.")
    if kind in _CHECKS:
        _CHECKS[kind](node, found)
    return found


def _id(node: Node) -> str:
    """An id that is a name in VTL as well."""
    found = node.identifier()
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", found):
        raise node.wrong(f"{found!r} is no name in VTL.", hint="Use letters, digits and underscores.")
    return found


def _status(node: Node, kind: str) -> str:
    """A split is estimated, whether it says so or not."""
    if kind == "split":
        return node.child("status").word(("E",)) if "status" in node else "E"
    return node.text_or("status")


def _factor(node: Node, kind: str) -> Fraction:
    if "factor" not in node:
        return Fraction(1)
    return node.child("factor").fraction() if kind == "convert" else Fraction(node.child("factor").whole(1))


def _weights(node: Node) -> dict[str, Fraction]:
    return {code: node.child(code).fraction() for code in node.fields()}


def _population(node: Node) -> Population:
    node.only(("dataflow", "select", "territory"), ("dataflow", "select", "territory"))
    return Population(
        node.child("dataflow").reference(),
        node.child("select").word_lists(),
        node.child("territory").word(TYPE_WORDS["territory"]),
    )


def _check_parts(node: Node, calculation: Calculation) -> None:
    if not calculation.parts:
        raise node.child("parts").wrong("At least one part is expected here.")
    if calculation.whole in calculation.parts:
        raise node.child("parts").wrong(f"{calculation.whole!r} is the whole and cannot be one of its parts.")


def _check_expression(node: Node, calculation: Calculation) -> None:
    try:
        quotient = parse(calculation.expression)
    except BadDefinition as error:
        raise node.child("expression").wrong(error.message, hint=error.hint) from error
    if calculation.decimals is None and not quotient.whole:
        raise node.wrong("The formula rounds, so it must declare its decimals.", hint="Add decimals: 2.")
    if quotient.denominator is None and (
        CONSTANT in quotient.numerator or any(abs(share) != 1 for share in quotient.numerator.values())
    ):
        raise node.child("expression").wrong(
            "A formula without a quotient adds and subtracts codes, each once and whole.",
            hint="A share is a split, with its reason; another unit is a convert.",
        )


def _check_weights(node: Node, calculation: Calculation) -> None:
    at, weights = node.child("weights"), calculation.weights
    if len(weights) < 2:
        raise at.wrong("At least two shares are expected here.")
    if calculation.whole in weights:
        raise at.wrong(f"{calculation.whole!r} is the whole and cannot be one of its shares.")
    together = sum(weights.values())
    if together != 1:
        raise at.wrong(
            f"The weights of {calculation.id} add up to {together}, not to 1.",
            hint='Write them as exact decimals or fractions, e.g. "0.25" or "1/3".',
        )


def _check_factor(node: Node, calculation: Calculation) -> None:
    if calculation.decimals is None and calculation.factor.denominator != 1:
        raise node.wrong("The conversion rounds, so it must declare its decimals.", hint="Add decimals: 2.")


def _check_periods(node: Node, calculation: Calculation) -> None:
    if calculation.to not in _COARSER[calculation.from_]:
        known = ", ".join(_COARSER[calculation.from_])
        raise node.child("to").wrong(f"Periods {calculation.from_} make {known}, not {calculation.to}.")
    mean = calculation.method == "mean"
    if mean and calculation.decimals is None:
        raise node.wrong("A mean rounds, so it must declare its decimals.", hint="Add decimals: 2.")
    if not mean and calculation.decimals is not None:
        raise node.child("decimals").wrong(f"{calculation.method} is exact: only a mean is rounded.")
    if calculation.least and not (mean and calculation.reason):
        raise node.child("least").wrong(
            "Only a mean can be of fewer periods, and says why: what is missing is not zero.", hint="Add the reason."
        )
    most = MONTHS[calculation.to] // MONTHS[calculation.from_]
    if calculation.least > most:
        raise node.child("least").wrong(f"There are {most} periods {calculation.from_} in one {calculation.to}.")


_CHECKS: Final[dict[str, Callable[[Node, Calculation], None]]] = {
    "total": _check_parts,
    "complement": _check_parts,
    "formula": _check_expression,
    "split": _check_weights,
    "convert": _check_factor,
    "calendar": _check_periods,
}
