"""What was typed into a recipient's form is compared with what was meant, and the result is entered: file, differences by cell."""

from __future__ import annotations

import hashlib

from greffe.errors import Refused
from greffe.model.transmissions import CANCELLED, Entered, Transmission
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.store.base import Act, Actor
from greffe.transmission import keeping
from greffe.transmission.workbooks.entered import SAME, Compared, compare_entered


def enter_comparison(parts: Parts, who: Actor, id_: str, name: str, content: bytes) -> tuple[Compared, ...]:
    """Compare, keep the file and enter what was found; the same file twice in a row is entered once.

    Raises Denied; NotFound; Refused for a delivery that was cancelled, or has no order list; BadInput as `compare_entered`."""
    needs(parts, who, "transmitter")
    one = parts.ledger().transmission(id_)
    if one.state == CANCELLED:
        raise Refused(f"{id_} is {one.state}: nothing of it is typed into a form.")
    compared = compare_entered(parts, one, name, content)
    digest = hashlib.sha256(content).hexdigest()
    if one.entered and one.entered[-1].sha256 == digest:
        return compared
    keeping.keep(parts, [content])
    different = {c.cell: c.state for c in compared if c.state != SAME}
    told = {
        "sha256": digest, "name": name[:200], "cells": len(compared), "same": len(compared) - len(different), "differences": different,
    }  # fmt: skip
    parts.note_all(
        who, [Act("transmission.entered", id_, told, once=f"transmission:{id_}:entered:{len(one.entered) + 1}")]
    )
    return compared


def kept_comparison(parts: Parts, one: Transmission, looked: Entered) -> tuple[Compared, ...]:
    """What was found then, from the kept files. Raises Broken when one of them is damaged."""
    return compare_entered(parts, one, looked.name, keeping.content(parts, looked.sha256))
