"""All that is kept and what `greffe verify` looks at: beside what a release is made of, each file of transmissions, orders,
contributions and rounds whose checksum an entry names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from greffe.errors import GreffeError
from greffe.release import verify
from greffe.release.parts import Parts
from greffe.store.depot import checked
from greffe.store.named import KINDS, kept_path, named
from greffe.transmission import keeping


def faults(parts: Parts) -> list[str]:
    """Faults as sentences; empty when all is as written."""
    return [fault for _, look in looks(parts) for fault in look()]


def looks(parts: Parts) -> Iterator[tuple[str, verify.Look]]:
    """All that is kept, one thing after the other: what it is, and how to look."""
    yield from verify.looks(parts)
    yield from kept_looks(parts)


def kept_looks(parts: Parts, kinds: Sequence[str] = KINDS) -> Iterator[tuple[str, verify.Look]]:
    """The files that are kept by their checksum, of entries whose kind begins with one of those."""
    for sha in named(e for e in parts.register.read() if e.kind.startswith(tuple(kinds))).kept:
        yield kept_path(sha), partial(_of_kept, parts, sha)


def _of_kept(parts: Parts, sha: str) -> Iterator[str]:
    try:
        keeping.whole(parts, sha)
        if parts.depot.shared:
            name = keeping.shared_name(sha)
            for _piece in checked(parts.depot.pieces(name), name, sha):
                pass
    except GreffeError as error:
        yield error.text()
