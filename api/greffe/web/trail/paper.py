"""What stands on a certificate, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from greffe.model.instants import paris_date
from greffe.web.pages.words import Say

Table = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Part:
    """A section: sentences, then facts (name, what), then a table with its titles first."""

    heading: str
    sentences: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    table: Table = ()


@dataclass(frozen=True)
class Certificate:
    """`figure`: what it certifies, in large letters; `under`: what that is. `dated`: of the state it was made of, so that the
    same state has the same certificate. `name`: of the file. `address`: of the service; `back`: of the page it is made from.
    `internal`: it holds internal values or names."""

    lang: str
    title: str
    figure: str
    under: str
    dated: datetime
    name: str
    address: str
    parts: Sequence[Part]
    synthetic: bool = False
    internal: bool = False
    back: str = "/"


def issued(made: Certificate, say: Say) -> str:
    """By whom, from which state."""
    return say("issued_by", address=made.address, day=paris_date(made.dated).isoformat())
