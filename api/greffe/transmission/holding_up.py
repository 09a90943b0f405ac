"""What makes a receipt wait for a person: it contradicts the one before, says what is not read here, or speaks of cells that
were not sent. What is of another file, by name or checksum, nobody takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from greffe.arrow import pq, text
from greffe.errors import Refused
from greffe.model.structures import Dataflow
from greffe.model.transmissions import ACKNOWLEDGED, REFUSED, SentFile, Transmission
from greffe.release.parts import Parts
from greffe.transmission.reading import READ, Read, Remark

TIME: Final = "TIME_PERIOD"
BY_HAND: Final = "Who has read it takes it: greffe transmissions receipt {id} FILE --verdict {verdict}."


def own_files(one: Transmission, read: Read, name: str) -> None:
    """Raises Refused for a receipt of a file that is not of the delivery, or of other bytes than were sent."""
    own = {f.name: f.sha256 for f in one.files}
    named = [*(r.file for r in read.remarks), *(f for f, _ in read.files)]
    wrong = next((f for f in named if f and f not in own), "")
    if wrong:
        raise Refused(f"{name} speaks of {wrong}, which is no file of {one.id}.", hint=f"Its files: {', '.join(own)}.")
    for file, sha256 in read.files:
        held = [own[file]] if file else list(own.values())
        if sha256 and sha256.lower() not in held:
            about = file or one.id
            raise Refused(
                f"{name} says that {about} has the checksum {sha256}, and another one was sent.",
                hint=f"Sent: {', '.join(held)}. Ask the recipient what it holds.",
            )


def of_the_bytes(one: Transmission, read: Read, verdict: str, name: str) -> None:
    """Raises Refused for a receipt without the checksum of what was tried: a try that failed is ended by nothing less, or by a
    person who says the verdict."""
    if not any(sha256 for _, sha256 in read.files):
        raise Refused(
            f"{one.id} is failed, and {name} does not say the checksum of what was tried.",
            hint=BY_HAND.format(id=one.id, verdict=verdict),
        )


def for_a_person(parts: Parts, one: Transmission, read: Read, verdict: str, name: str) -> None:
    """Raises Refused for what nobody but a person, who says the verdict, may enter."""
    hint = BY_HAND.format(id=one.id, verdict=verdict)
    if read.unread:
        raise Refused(
            f"{name} has fields that are not read here: {', '.join(read.unread)}. Read are {', '.join(READ)}.",
            hint=hint,
        )
    if {one.state, verdict} == {ACKNOWLEDGED, REFUSED}:
        raise Refused(f"{name} says {verdict}, and {one.id} was {one.state} before.", hint=hint)
    told = marked(parts, one, read.remarks)
    if told and not any(r.known for r in told):
        raise Refused(f"{name} speaks of cells alone that were not sent with {one.id}.", hint=hint)


def marked(parts: Parts, one: Transmission, remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """Each with whether its cell was sent. A key may be told in part; of a file with people's answers every cell counts as
    sent, for they stand in no release. An incremental file counts with what was there before."""
    files = {f.name: f for f in one.files}
    among = {n: _Cells(parts, one, f) for n, f in files.items()}
    return tuple(
        replace(r, known=any(c.hold(r) for n, c in among.items() if r.file in ("", n))) for r in remarks
    )  # fmt: skip


class _Cells:
    """The cells of one file, read when they are first asked for."""

    def __init__(self, parts: Parts, one: Transmission, file: SentFile) -> None:
        self._parts, self._one, self._file = parts, one, file
        self._known: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]] = {}  # release, columns → what is there

    def hold(self, remark: Remark) -> bool:
        wanted = {**remark.key, **({TIME: remark.period} if remark.period else {})}
        if not remark.key or self._file.answers:
            return True
        return any(self._has(s.release, wanted) for s in self._file.sources)

    def _has(self, release: str, wanted: Mapping[str, str]) -> bool:
        found = self._parts.ledger().release(release)
        catalogue = self._parts.catalogue(self._one.catalogue)
        dims = catalogue.structure(catalogue.get(Dataflow, found.dataflow)).dimension_ids
        if any(name not in (*dims, TIME) for name in wanted):
            return False
        names = tuple(sorted(wanted))
        if (release, names) not in self._known:
            table = pq.read_table(self._parts.observations.file(found.name, "data.parquet"), columns=list(names))
            columns = [table.column(name).to_pylist() for name in names]
            self._known[release, names] = {tuple(text(c) for c in row) for row in zip(*columns, strict=True)}
        return tuple(wanted[name] for name in names) in self._known[release, names]
