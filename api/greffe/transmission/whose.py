"""Which delivery a receipt in an inbox is about: by what it says, never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from greffe.errors import Refused
from greffe.model.transmissions import FAILED, TRIED, Transmission
from greffe.release.parts import Parts
from greffe.transmission.reading import Read, read_receipt
from greffe.transmission.ways import TEST


def about_of(parts: Parts, name: str, content: bytes, ways: Sequence[str]) -> str:
    """The id of the delivery, '' when it names none of ours. `ways`: the channels whose inbox it lies in.

    Raises BadInput for JSON that cannot be read; Refused for a delivery of another channel, and where several could be meant."""
    known = tuple(parts.ledger().transmissions.values())
    mine = [t for t in known if way(t) in ways and t.state in (*TRIED, FAILED)]
    found, called = named_by(known, mine, name, content)
    if called and found is not None and way(found) not in ways:
        raise Refused(f"{name} is about {found.id}, which left by {way(found)}, and lies in the inbox of {ways[0]}.")
    return found.id if found else ""


def named_by(
    known: Sequence[Transmission], mine: Sequence[Transmission], name: str, content: bytes
) -> tuple[Transmission | None, bool]:
    """The delivery that a receipt means among the known, and whether it calls it by its name; by its files among `mine` alone.
    Raises as `about_of` does."""
    read = read_receipt(content, name, {}) if name.lower().endswith(".json") else None
    called = [n for n in (read.transmission, read.message_id) if n] if read else []
    if called or read is None:
        found = next((t for t in _called(known, called or [name], exact=bool(called))), None)
        if called or found is not None:
            return found, True
    id_ = _by_files(mine, read, name)
    return next((t for t in mine if t.id == id_), None), False


def way(one: Transmission) -> str:
    """The channel that it leaves by, a test by one of its own."""
    return f"{one.channel}{TEST}" if one.test else one.channel


def _called(known: Iterable[Transmission], names: Sequence[str], *, exact: bool) -> list[Transmission]:
    """Those that bear a name, or whose name a file begins with, the longest name first."""
    found = [
        (len(own), t) for t in known for own in t.names for n in names if n == own or (not exact and _begins(n, own))
    ]
    return [t for _, t in sorted(found, key=lambda pair: -pair[0])]


def _begins(name: str, own: str) -> bool:
    """X-2025-10_report.csv is none of X-2025-1."""
    return name.startswith(own) and not name[len(own) :][:1].isalnum()


def _by_files(mine: Sequence[Transmission], read: Read | None, name: str) -> str:
    """By checksum and name of a sent file, else by one of them. Raises Refused where several could be meant."""
    sums = {s.lower() for _, s in read.files if s} if read else set()
    files = {f for f, _ in read.files if f} | {r.file for r in read.remarks if r.file} if read else set()
    by_sum = [t.id for t in mine if any(f.sha256 in sums for f in t.files)]
    by_name = [t.id for t in mine if any(n in files or (read is None and _begins(name, n)) for n in _names(t))]
    failed = {t.id for t in mine if t.state == FAILED}  # of these a checksum alone says that they came
    for found in ([i for i in by_sum if i in by_name], by_sum, [i for i in by_name if i not in failed]):
        if len(found) > 1:
            raise Refused(
                f"{name} may be about {', '.join(found)}.",
                hint="Who knows takes it: greffe transmissions receipt ID FILE.",
            )
        if found:
            return found[0]
    return ""


def _names(one: Transmission) -> list[str]:
    """Of its files, with their ending and without."""
    return [n for f in one.files for n in (f.name, Path(f.name).stem)]
