"""`greffe transmissions show`: a delivery with all that proves it, as plain values and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.model.transmissions import Transmission
from greffe.release.parts import Parts
from greffe.store.base import Entry
from greffe.transmission import proof, receipts
from greffe.transmission.reading import Remark


def entries_of(parts: Parts, one: Transmission) -> list[dict[str, object]]:
    """What was entered about it, in order; `said`: the words of the entry, if it has some."""
    return [
        {
            "number": e.number, "instant": e.instant, "person": e.actor, "kind": e.kind, "said": said_in(e), "hash": e.hash,
        }
        for e in proof.history(parts, one)
    ]  # fmt: skip


def said_in(entry: Entry) -> str:
    """The words of an entry: what a channel or a recipient told, or why it was done."""
    return next((str(t) for key in ("said", "reason") if (t := entry.payload.get(key))), "")


def made_of(parts: Parts, one: Transmission) -> list[dict[str, object]]:
    """Each release that is in it, with the map and the rules that made it: `map` with its version, checksums. `rules` is '' for a
    draft that was prepared before they were entered."""
    ledger = parts.ledger()
    found: list[dict[str, object]] = []
    for name in dict.fromkeys(s.release for f in one.files for s in f.sources):
        draft = ledger.draft(ledger.release(name).draft)
        found.append({
            "release": name, "map": draft.map, "map_sha256": draft.map_checksum, "rules": draft.rules,
            "catalogue": draft.catalogue_checksum, "draft": draft.id,
        })  # fmt: skip
    return found


def remarks_of(parts: Parts, one: Transmission) -> list[dict[str, object]]:
    """What its recipient found."""
    return [remark(r) for r in receipts.remarks(parts, one)]


def remark(one: Remark) -> dict[str, object]:
    """A finding of a recipient as plain values."""
    key = ".".join(one.key.values())
    return {"file": one.file, "key": key, "period": one.period, "severity": one.severity, "message": one.message}


def lines_of(parts: Parts, one: Transmission) -> Iterator[str]:
    """What proves it, a line each: signatures, tries, receipts and their findings, maps and rules."""
    yield f"Built by {one.author}, approved by {', '.join(one.approvers) or '-'}."
    for f in one.files:
        for right in f.rights:
            yield f"{f.name}  by {right.kind} {right.id} for {one.recipient} until {right.until}"
    for a in one.attempts:
        yield f"Try {a.number} by {a.who}, {a.began}: {a.ended or '-'}  {a.said}".rstrip()
    for r in one.receipts:
        yield f"Receipt {r.name}, taken by {r.who}, {r.instant}: {r.verdict}  sha256 {r.sha256}  {r.said}".rstrip()
    for found in receipts.remarks(parts, one):
        where = " ".join(filter(None, (found.file, ".".join(found.key.values()), found.period)))
        yield f"- {where}  {found.severity}: {found.message}"
    for made in made_of(parts, one):
        yield f"{made['release']}  {made['map']}  sha256 {made['map_sha256']}"
        yield f"rules sha256 {made['rules'] or '-'}  catalogue sha256 {made['catalogue']}  draft {made['draft']}"
