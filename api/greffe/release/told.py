"""Explanations for staff: internal values and names are in them, so the role is asked for here (D1, D20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.errors import Denied
from greffe.release.explain import Explanation, explain
from greffe.release.parts import Parts
from greffe.release.people import told_roles
from greffe.release.uses import Followed, uses
from greffe.store.base import Actor

INSIDE: Final = ("author", "approver", "releaser", "auditor", "administrator")  # who may read internal figures


def staff_explanation(parts: Parts, who: Actor, series: str, period: str, number: int = 0) -> Explanation:
    """As `explain`. Raises Denied for whoever has none of the house's roles."""
    may_read_inside(parts, who)
    return explain(parts, series, period, number)


def staff_uses(parts: Parts, who: Actor, flow: str, cells: Mapping[str, str], period: str = "") -> tuple[Followed, ...]:
    """As `uses`. Raises Denied for whoever has none of the house's roles."""
    may_read_inside(parts, who)
    return uses(parts, flow, cells, period)


def may_read_inside(parts: Parts, who: Actor) -> None:
    """Raises Denied for whoever has none of the house's roles."""
    roles = parts.ledger().people.get(who.name, ())
    if not set(roles) & set(INSIDE):
        raise Denied(f"{who.name} may not read internal figures (roles: {told_roles(roles)}).")
