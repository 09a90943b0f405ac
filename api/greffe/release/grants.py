"""Who may have the values that a release hides: by grant, with two approvals, to a date; every hand-over is an entry."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Final

from greffe.arrow import integer
from greffe.engine import quoted
from greffe.errors import BadQuery, Denied, NotFound, Refused, nearest
from greffe.model.grants import Grant
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.access.keys import GRANTED, reads_for
from greffe.release.confidential import apart_of
from greffe.release.parts import Parts
from greffe.release.people import may_sign, needs
from greffe.release.private import private
from greffe.store.base import Actor
from greffe.store.grant_records import proposed_payload
from greffe.store.ledger import Approval

INTERNAL: Final = ("N", "E", "X")  # CONF_STATUS of what leaves the house under no grant


def propose_grant(parts: Parts, who: Actor, recipient: str, flow: Dataflow, until: date, reason: str) -> Grant:
    """Ask that a recipient may have the values that a dataflow hides. Raises BadQuery for an unknown recipient, a date that
    is past, or no reason."""
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
    told = json.dumps([recipient, str(flow.reference), until.isoformat(), reason, len(parts.ledger().grants)])
    id_ = f"G-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
    grant = Grant(id_, recipient, flow.reference, until, reason.strip())
    parts.note(who, "grant.proposed", id_, proposed_payload(grant))
    return grant_of(parts, id_)


def approve_grant(parts: Parts, who: Actor, id_: str) -> Grant:
    """Sign a grant; two people other than its author must."""
    grant = grant_of(parts, id_)
    if grant.ended:
        raise Refused(f"{id_} was ended.")
    may_sign(parts, who, id_, id_, grant.author)
    parts.note(who, "grant.approved", id_, Approval(id_, id_).payload())
    return grant_of(parts, id_)


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


def write_granted(parts: Parts, who: Actor, recipient: str, release: Release, out: Path) -> int:
    """Write the whole release as CSV with the values that it hides, CONF_STATUS telling which, for a recipient with a grant;
    one entry of the register says so. What is for internal use only (N) stays empty. Returns how many values were filled in.

    `who`: a releaser, who hands it out, or a person or key that reads for the recipient. Raises Denied for anybody else and
    without a grant in force, Refused when the file cannot be written."""
    reads_for(parts, who, recipient, GRANTED, release.dataflow)
    grant = granted(parts, recipient, release)
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
    sum_ = hashlib.sha256(out.read_bytes()).hexdigest()
    parts.note(who, "grant.used", grant.id, {"release": str(release), "values": filled, "sha256": sum_})
    return filled


def table_csv(columns: dict[str, list[object]]) -> bytes:
    """Columns as CSV, what is absent empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if c is None else c for c in row] for row in zip(*columns.values(), strict=True)])
    return text.getvalue().encode()
