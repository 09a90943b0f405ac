"""Who may have the values that a release hides: by grant, with two approvals, to a date; every hand-over is an entry."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Final

from greffe.arrow import integer, pq, text
from greffe.engine import quoted
from greffe.errors import BadQuery, Denied, NotFound, Refused, nearest
from greffe.formats.filled import Apart, Cells
from greffe.model.grants import Grant
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.access.keys import GRANTED, reads_for
from greffe.release.confidential import apart_of
from greffe.release.parts import Parts
from greffe.release.people import may_sign, needs
from greffe.release.private import private
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.grant_records import proposed_payload
from greffe.store.records import Approval

INTERNAL: Final = ("N", "E", "X")  # CONF_STATUS of what leaves the house under no grant


@one_by_one
def propose_grant(parts: Parts, who: Actor, recipient: str, flow: Dataflow, until: date, reason: str) -> Grant:
    """Ask that a recipient may have the values that a dataflow hides; of what they asked for already there is one.
    Raises BadQuery for an unknown recipient, a date that is past, or no reason."""
    needs(parts, who, "author")
    known = [r.id for r in parts.catalogue().recipients]
    if recipient not in known:
        raise BadQuery(
            f"There is no recipient {recipient!r}.", parameter="RECIPIENT", nearest=nearest(recipient, known)
        )
    if until < paris_date(parts.clock()):
        raise BadQuery(f"{until} is past.", parameter="--until")
    if not reason.strip():
        raise BadQuery("A grant needs its reason: the act or agreement that entitles.", parameter="--reason")
    asked = (recipient, flow.reference, until, reason.strip(), who.name)
    for one in parts.ledger().grants.values():
        if not one.ended and (one.recipient, one.dataflow, one.until, one.reason, one.author) == asked:
            return one
    told = json.dumps([recipient, str(flow.reference), until.isoformat(), reason, len(parts.ledger().grants)])
    id_ = f"G-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
    grant = Grant(id_, recipient, flow.reference, until, reason.strip())
    parts.note(who, "grant.proposed", id_, proposed_payload(grant))
    return grant_of(parts, id_)


@one_by_one
def approve_grant(parts: Parts, who: Actor, id_: str) -> Grant:
    """Sign a grant; two people other than its author must."""
    grant = grant_of(parts, id_)
    may_sign(parts, who, id_, id_, grant.author)
    if grant.ended:
        raise Refused(f"{id_} was ended.")
    parts.note(who, "grant.approved", id_, Approval(id_, id_).payload())
    return grant_of(parts, id_)


@one_by_one
def end_grant(parts: Parts, who: Actor, id_: str, reason: str) -> Grant:
    """End a grant now. An author or an approver may: taking away is quicker than giving."""
    grant = grant_of(parts, id_)
    roles = parts.ledger().people.get(who.name, ())
    if not {"author", "approver", "administrator"} & set(roles):
        raise Denied(f"{who.name} is neither author nor approver.")
    if grant.ended:
        raise Refused(f"{id_} was ended before.")
    if not reason.strip():
        raise BadQuery("An end needs its reason.", parameter="--reason")
    parts.note(who, "grant.ended", id_, {"reason": reason.strip()})
    return grant_of(parts, id_)


def grant_of(parts: Parts, id_: str) -> Grant:
    """A grant by its id. Raises NotFound with the nearest."""
    found = parts.ledger().grants
    if id_ not in found:
        raise NotFound(f"There is no grant {id_}.", nearest=nearest(id_, found))
    return found[id_]


def granted(parts: Parts, recipient: str, release: Release) -> Grant:
    """The grant by which a recipient may have what that release hides. Raises Denied where there is none in force."""
    today = paris_date(parts.clock())
    mine = [g for g in parts.ledger().grants.values() if (g.recipient, g.dataflow) == (recipient, release.dataflow)]
    found = next((g for g in mine if g.state(today) == "in force"), None)
    if found is None:
        said = ", ".join(f"{g.id} {g.state(today)}" for g in mine) or "none was asked for"
        raise Denied(
            f"{recipient} has no grant in force for {release.dataflow.id} ({said}).",
            hint=f"greffe grant add {recipient} {release.dataflow.id} --until DATE --reason … --as NAME; two people approve it.",
        )
    return found


def entitled(parts: Parts, who: Actor, recipient: str, release: Release) -> Grant:
    """The grant by which somebody hands out, or takes for the recipient, what a release hides. Raises Denied."""
    reads_for(parts, who, recipient, GRANTED, release.dataflow)
    return granted(parts, recipient, release)


def hidden_of(parts: Parts, release: Release) -> Apart:
    """What a release hides and a recipient with a grant may have: what is for internal use only (N…) is not among it."""
    path = apart_of(parts, release)
    if path is None:
        return {}
    dimensions = parts.catalogue().structure(parts.catalogue().get(Dataflow, release.dataflow)).dimension_ids
    found: dict[tuple[str, ...], dict[str, Cells]] = {}
    for row in pq.read_table(path).to_pylist():
        if row["CONF_STATUS"] not in INTERNAL:
            cells = {n: text(row[n]) for n in ("OBS_VALUE", "OBS_STATUS", "CONF_STATUS") if row.get(n) is not None}
            found.setdefault(tuple(text(row[d]) for d in dimensions), {})[text(row["TIME_PERIOD"])] = cells
    return found


def note_used(parts: Parts, who: Actor, grant: Grant, release: Release, values: int, sha256: str) -> None:
    """Enter that what a release hides is handed out now: how many values, and the checksum of the file."""
    parts.note(who, "grant.used", grant.id, {"release": str(release), "values": values, "sha256": sha256})


def write_granted(parts: Parts, who: Actor, recipient: str, release: Release, out: Path) -> int:
    """Write the whole release as CSV with the values that it hides, CONF_STATUS telling which, for a recipient with a grant;
    one entry of the register says so. What is for internal use only (N) stays empty. Returns how many values were filled in.

    `who`: a releaser, who hands it out, or a person or key that reads for the recipient. Raises Denied for anybody else and
    without a grant in force, Refused when the file cannot be written."""
    grant = entitled(parts, who, recipient, release)
    data = parts.observations.file(release.name, "data.parquet")
    apart = apart_of(parts, release)
    structure = parts.catalogue().structure(parts.catalogue().get(Dataflow, release.dataflow))
    keys = [quoted(c) for c in (*structure.dimension_ids, "TIME_PERIOD")]
    with parts.connection() as connection:
        internal = ", ".join(f"'{code}'" for code in INTERNAL)
        hidden = f"SELECT * FROM read_parquet($1) WHERE CONF_STATUS NOT IN ({internal})"
        if apart is None:
            hidden = "SELECT * FROM read_parquet($1) LIMIT 0"
        connection.execute(f"CREATE TEMP TABLE hidden AS {hidden}", [str(apart or data)])
        same = " AND ".join(f"h.{k} = d.{k}" for k in keys)
        table = connection.execute(
            "SELECT d.* REPLACE (coalesce(h.OBS_VALUE, d.OBS_VALUE) AS OBS_VALUE, coalesce(h.OBS_STATUS, d.OBS_STATUS) AS OBS_STATUS, "
            "coalesce(h.CONF_STATUS, d.CONF_STATUS) AS CONF_STATUS) "
            f"FROM read_parquet($1) d LEFT JOIN hidden h ON {same} ORDER BY {', '.join(f'd.{k}' for k in keys)}",
            [str(data)],
        ).to_arrow_table()
        count = connection.execute("SELECT count(*) FROM hidden").fetchone()
    with private(out) as work:
        work.write_bytes(table_csv(table.to_pydict()))
    filled = integer(count[0]) if count else 0
    note_used(parts, who, grant, release, filled, hashlib.sha256(out.read_bytes()).hexdigest())
    return filled


def table_csv(columns: dict[str, list[object]]) -> bytes:
    """Columns as CSV, what is absent empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if c is None else c for c in row] for row in zip(*columns.values(), strict=True)])
    return out.getvalue().encode()
