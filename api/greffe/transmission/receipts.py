"""What comes back: acknowledgements, refusals and validation reports, kept as they came and read onto the very cells."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from greffe.errors import BadQuery, GreffeError, Refused, nearest
from greffe.model.structures import Dataflow
from greffe.model.transmissions import FAILED, TRIED, Transmission
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.published import file_content
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.transmission import keeping
from greffe.transmission.holding_up import for_a_person, marked, of_the_bytes, own_files
from greffe.transmission.reading import LARGEST, REPORTED, VERDICTS, Read, Remark, read_receipt
from greffe.transmission.turned_away import of_the_file, turn_away


def take(
    parts: Parts, who: Actor, id_: str, path: Path, verdict: str = "", said: str = ""
) -> tuple[Transmission, Read]:
    """Keep a receipt and enter what it says of a delivery. A verdict that a person says is one that a person has read.

    Raises BadInput for a file that cannot be read; Refused for one that is about another delivery or other files, when nothing was
    sent, and for what waits for a person (`for_a_person`);
    BadQuery when neither the file nor the person says the verdict."""
    needs(parts, who, "transmitter")
    return taken(parts, who, id_, (path.name, file_content(path, LARGEST)), verdict, said)


def take_or_keep(
    parts: Parts, who: Actor, id_: str, came: tuple[str, bytes], way: str, verdict: str = "", said: str = ""
) -> tuple[Transmission, Read]:
    """As `take`, by a person; what is no receipt of the delivery is kept and entered as turned away, then told. Raises as `take`."""
    needs(parts, who, "transmitter")
    parts.ledger().transmission(id_)
    try:
        return taken(parts, who, id_, came, verdict, said)
    except GreffeError as error:
        if of_the_file(error):
            turn_away(parts, who, came, id_, way, error.text())
        raise


@one_by_one
def taken(
    parts: Parts, who: Actor, id_: str, came: tuple[str, bytes], verdict: str = "", said: str = ""
) -> tuple[Transmission, Read]:
    """As `take`, of whoever may bring it; `came`: its name and bytes."""
    name, content = came
    one = parts.ledger().transmission(id_)
    if one.state not in (*TRIED, FAILED):
        raise Refused(f"{id_} is {one.state}: no receipt of it can have come.")
    read = read_receipt(content, name, _columns(parts, one))
    wrong = next((n for n in (read.transmission, read.message_id) if n and n not in one.names), "")
    if wrong:
        known = wrong in parts.ledger().transmissions
        hint = f"greffe transmissions receipt {wrong} …" if known else "No such delivery left here."
        raise Refused(f"{name} is about {wrong}, not about {id_}.", hint=hint)
    own_files(one, read, name)
    given = _verdict(read, verdict, name)
    digest = hashlib.sha256(content).hexdigest()
    if any((r.sha256, r.verdict) == (digest, given) for r in one.receipts):
        return one, read
    if one.state == FAILED and not verdict:
        of_the_bytes(one, read, given, name)
    if not verdict:
        for_a_person(parts, one, read, given, name)
    read = replace(read, remarks=marked(parts, one, read.remarks))
    keeping.keep(parts, [content])
    told = {"sha256": digest, "name": name[:200], "said": (said or read.message)[:2000]}
    parts.note(who, f"transmission.{given}", id_, told, once=f"transmission:{id_}:{given}:{digest}")
    return parts.ledger().transmission(id_), read


def remarks(parts: Parts, one: Transmission) -> tuple[Remark, ...]:
    """Everything the recipient said of cells of a delivery, from the kept receipts. Raises Broken when one is damaged."""
    columns = _columns(parts, one)
    found = [read_receipt(keeping.content(parts, r.sha256), r.name, columns) for r in one.receipts]
    return marked(parts, one, [remark for read in found for remark in read.remarks])


def _verdict(read: Read, given: str, name: str) -> str:
    if given and given not in VERDICTS:
        raise BadQuery(f"{given!r} is no verdict.", parameter="--verdict", nearest=nearest(given, VERDICTS) or VERDICTS)
    if given and read.verdict and given != read.verdict:
        raise Refused(f"{name} says {read.verdict}, not {given}.", parameter="--verdict")
    verdict = given or read.verdict or (REPORTED if read.remarks else "")
    if not verdict:
        hint = f"Say what it means: --verdict {', '.join(VERDICTS)}."
        raise BadQuery(f"{name} is no receipt that can be read here.", parameter="--verdict", hint=hint)
    return verdict


def _columns(parts: Parts, one: Transmission) -> dict[str, tuple[str, ...]]:
    catalogue = parts.catalogue(one.catalogue)
    flows = {f.name: [catalogue.get(Dataflow, s.dataflow) for s in f.sources] for f in one.files}
    dims = {name: [d for f in found for d in catalogue.structure(f).dimension_ids] for name, found in flows.items()}
    return {name: tuple(dict.fromkeys(found)) for name, found in dims.items()}
