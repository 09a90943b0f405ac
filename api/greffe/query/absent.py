"""Why nothing of a name was found: the part of the name that does not fit, and what is nearest to an unknown one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from greffe.errors import NotFound, nearest
from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.references import Reference, version_key
from greffe.query.versions import matching

SHOWN = 5  # agencies, versions or providers in a message
MOST_KINDS = SHOWN  # more of them are called artefacts


class Named(Protocol):
    """What a question names; empty = any."""

    @property
    def agencies(self) -> tuple[str, ...]:
        """Any of them."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Any of them."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Patterns, see `versions.py`."""


def no_such(what: str, known: Sequence[Reference], asked: Named, offered: Collection[str] | None = None) -> NotFound:
    """The error for a name that none of the known references has. `offered`: ids that may be named as the nearest.

    An id that exists says with which agency and version it does, and which of those that were asked does not fit.
    """
    same = [r for r in known if not asked.ids or r.id in asked.ids]
    if not same:
        near = [n for one in asked.ids for n in nearest(one, offered or sorted({r.id for r in known}))]
        told = f"There is no {what} {', '.join(asked.ids)}." if asked.ids else f"There is no {what}."
        return NotFound(told, nearest=dict.fromkeys(near))
    if asked.ids:
        same = [r for r in same if r.id == same[0].id]
    fitting = [r for r in same if not asked.agencies or r.agency in asked.agencies]
    there = fitting or same
    agencies, versions = {r.agency for r in there}, {r.version for r in there}
    wrong = [] if fitting else [f"agency {either(asked.agencies)}"]
    wrong += [] if matching(asked.versions, versions) else [f"version {either(asked.versions)}"]
    if not asked.ids:
        near = [] if fitting else [n for one in asked.agencies for n in nearest(one, sorted(agencies))]
        return NotFound(f"There is no {what} with {' and '.join(wrong)}.", nearest=dict.fromkeys(near))
    exists = f"agency {either(sorted(agencies))} and version {either(sorted(versions, key=version_key, reverse=True))}"
    fault = f"{what[0].upper()}{what[1:]} {there[0].id} exists with {exists}, not with {' and '.join(wrong)}."
    return NotFound(fault)


def no_item(items: Sequence[str], schemes: Sequence[Artefact], hint: str = "") -> NotFound:
    """The error for items that none of the schemes has: of one scheme with the nearest of its items."""
    found = either([repr(i) for i in items])
    if len(schemes) != 1:
        return NotFound(f"{found} is no item of the {len(schemes)} schemes that match.", hint=hint)
    scheme = schemes[0]
    known = [i.id for i in scheme.items] if isinstance(scheme, ItemScheme) else [scheme.reference.id]
    near = [n for one in items for n in nearest(one.split(".")[-1], known)]
    return NotFound(f"{found} is no item of {scheme.reference}.", nearest=dict.fromkeys(near), hint=hint)


def either(words: Iterable[str]) -> str:
    """`A or B`, the first few of them."""
    found = list(words)
    return " or ".join(found[:SHOWN]) + ("…" if len(found) > SHOWN else "")
