"""What proves a delivery: its files as they are kept, built again byte for byte, and everything that was entered about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from greffe.errors import GreffeError
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.store.base import Entry
from greffe.transmission import keeping
from greffe.transmission.contributions.standing import faults as of_contributions
from greffe.transmission.files import Headed, content, written
from greffe.transmission.rights import faults as of_rights


@dataclass(frozen=True)
class Rebuilt:
    """A file built again: whether its bytes are those that were sent, and what went wrong otherwise."""

    file: SentFile
    sha256: str
    fault: str

    @property
    def same(self) -> bool:
        """Byte for byte."""
        return not self.fault and self.sha256 == self.file.sha256


def rebuild(parts: Parts, one: Transmission) -> Iterator[Rebuilt]:
    """Every file built again from the kept release and the catalogue of its day."""
    headed = Headed(one.id, one.test, one.prepared, one.year, one.recipient)
    for file in one.files:
        digest = hashlib.sha256()
        try:
            for piece in written(parts, parts.catalogue(one.catalogue), content(parts, headed, file)):
                digest.update(piece)
        except GreffeError as error:
            yield Rebuilt(file, "", error.text())
            continue
        yield Rebuilt(file, digest.hexdigest(), "")


def faults(parts: Parts, one: Transmission) -> Iterator[str]:
    """What is not as it was written: files and receipts that are gone or other, what houses signed, and files that come out
    otherwise."""
    books = dict.fromkeys(c.workbook for f in one.files for c in f.contributions if c.workbook)
    for sha256 in (
        *(f.sha256 for f in one.files),
        *_beside(parts, one),
        *_came(one),
        *books,
    ):
        try:
            keeping.whole(parts, sha256)
        except GreffeError as error:
            yield f"{one.id}: {error.text()}"
    yield from of_contributions(parts, one)
    yield from of_rights(parts, one)
    for again in rebuild(parts, one):
        if not again.same:
            yield f"{one.id}: {again.file.name} built again is another file{f': {again.fault}' if again.fault else '.'}"


def _came(one: Transmission) -> tuple[str, ...]:
    """What came back: receipts, and exports of a form that was filled on line."""
    return *(r.sha256 for r in one.receipts), *(e.sha256 for e in one.entered)


def _beside(parts: Parts, one: Transmission) -> list[str]:
    """What is kept beside the files: answers, foreseen questions, what the recipient asked and what the answers rest on."""
    queries = [q for q in parts.ledger().queries.values() if q.transmission == one.id]
    proofs = [p.sha256 for q in queries for t in q.turns for p in t.proofs]
    told = (*(f.answers for f in one.files), one.foreseen, *(q.source for q in queries), *proofs)
    return [sha256 for sha256 in dict.fromkeys(told) if sha256]


def history(parts: Parts, one: Transmission) -> tuple[Entry, ...]:
    """The entries of the register about a delivery, in order."""
    return tuple(parts.register.read(subject=one.id))
