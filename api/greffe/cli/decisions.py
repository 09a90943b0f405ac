"""Commands about decisions: people, approve, accept, send-back, waive, maps, import, export, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.catalogue.superseded import superseded
from greffe.cli.common import As, Home, Json, Reason, acting, parts_of
from greffe.cli.proposals import (
    DryRun,
    EffectiveFrom,
    approval_told,
    effective_day,
    propose_command,
    show_foreseen,
    show_made,
)
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, Broken, NotFound, nearest, numbered
from greffe.model.instants import paris_date
from greffe.model.maps import StructureMap
from greffe.release.approvals import approve_proposal
from greffe.release.custody import entry_fault
from greffe.release.definitions import approve_map, export_folders, map_subject
from greffe.release.folders import asked_by_folders, propose_folders
from greffe.release.grants import approve_grant
from greffe.release.lifecycle import (
    accept_warnings,
    approve_draft,
    dataflow_named,
    send_back,
)
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, ROLES, add_person, approvers, author_of
from greffe.release.waivers import approve_waiver, propose_waiver
from greffe.store.records import Waiver
from greffe.transmission.verified import faults


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (people, approve, accept, waive, maps, verify):
        app.command()(command)
    app.command("send-back")(send_back_command)
    app.command("import")(import_command)
    app.command("export")(export_command)


def people(
    add: Annotated[str | None, typer.Option(help="Name of a person to enter.")] = None,
    role: Annotated[list[str] | None, typer.Option(help=f"Roles: {', '.join(ROLES)}. Repeat for several.")] = None,
    as_: As = HOUSE.name,
    home: Home = None,
    json_: Json = False,
) -> None:
    """List the people who may act, or enter one."""
    with failing(json_):
        parts, who = acting(home, as_, new=add is not None)  # the first person that is entered begins a house
        if add is not None:
            add_person(parts, who, add, role or [])
        rows = [{"name": n, "roles": list(r)} for n, r in parts.ledger().people.items()]
        show({"people": rows}, json_, rows=rows, columns=("name", "roles"))


def approve(
    subject: Annotated[
        str,
        typer.Argument(help="A draft, a proposal (P-…), a waiver (W-…), a grant (G-…), map:ID, or maps for every map."),
    ],
    as_: As = "",
    comment: Annotated[str, typer.Option(help="Kept with the signature.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Sign: two people other than the author must."""
    with failing(json_):
        parts, who = acting(home, as_)
        if subject == "maps":
            waiting = [
                m
                for m in parts.catalogue().maps.values()
                if who.name not in approvers(parts, map_subject(m), m.checksum)
            ]
            for map_ in waiting:
                approve_map(parts, who, map_, comment)
            result = f"{who.name} approved {numbered(len(waiting), 'map')}: {', '.join(m.reference.id for m in waiting) or 'none waits'}."
        elif subject.startswith(("map:", "MAP_")):
            approve_map(parts, who, _map(parts, subject.removeprefix("map:")), comment)
            result = f"{who.name} approved {subject}."
        elif subject.startswith("P-"):
            result = approval_told(parts, approve_proposal(parts, who, subject, comment))
        elif subject.startswith("G-"):
            grant = approve_grant(parts, who, subject)
            state = grant.state(paris_date(parts.clock()))
            result = (
                f"{who.name} approved grant {subject}; {'in force' if state == 'in force' else 'one more is needed'}."
            )
        elif subject.startswith("W-"):
            waiver = approve_waiver(parts, who, subject)
            result = f"{who.name} approved waiver {subject}; {'in force' if waiver.in_force else 'one more is needed'}."
        else:
            count = approve_draft(parts, who, subject, comment)
            result = f"{who.name} approved draft {subject}: {count} of 2."
        show({"result": result}, json_, title=result)


def _map(parts: Parts, text: str) -> StructureMap:
    maps = parts.catalogue().maps
    found = [m for r, m in maps.items() if text in (r.id, str(r))]
    if not found:
        raise NotFound(f"There is no map {text}.", nearest=nearest(text, [r.id for r in maps]))
    return found[0]


def accept(
    draft: Annotated[str, typer.Argument(help="Draft id.")],
    rule: Annotated[list[str] | None, typer.Option(help="Only the warnings of this rule; repeat for several.")] = None,
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Accept the warnings of a draft, in writing: all, or those of some rules."""
    with failing(json_):
        parts, who = acting(home, as_)
        accept_warnings(parts, who, draft, reason, rule or ())
        of = f" of {', '.join(rule)}" if rule else ""
        data = {"draft": draft, "accepted_by": who.name, "rules": rule or []}
        show(data, json_, title=f"{who.name} accepted the warnings{of} in {draft}.")


def send_back_command(
    draft: Annotated[str, typer.Argument(help="Draft id.")],
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Send a draft back to its author: its signatures fall, nobody signs it until it is prepared again."""
    with failing(json_):
        parts, who = acting(home, as_)
        back = send_back(parts, who, draft, reason)
        title = f"{who.name} sent {draft} back: {back.reason}"
        show({"draft": draft, "returned_by": who.name, "reason": back.reason}, json_, title=title)


def waive(
    rule: Annotated[str, typer.Argument(help="Rule, e.g. QR-SUM-01.")],
    flow: Annotated[str, typer.Argument(help="Dataflow.")],
    key: Annotated[list[str] | None, typer.Option(help="COMPONENT=CODE, repeated; the observations it covers.")] = None,
    period: Annotated[str, typer.Option(help="Period; all when left out.")] = "",
    as_: As = "",
    reason: Reason = "",
    reference: Annotated[str, typer.Option(help="The publication in which its owner shows the figure.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose that an error may stand, because its owner has already published the figure. Two others approve it."""
    with failing(json_):
        parts, who = acting(home, as_)
        cells: dict[str, str] = {}
        for part in key or []:
            name, equals, code = part.partition("=")
            if not equals:
                raise BadQuery(f"{part!r} is not COMPONENT=CODE.", parameter="--key")
            cells[name] = code
        waiver = propose_waiver(
            parts, who, Waiver("", rule, dataflow_named(parts, flow).reference, cells, period, reason, reference)
        )
        show(
            {"waiver": waiver.id},
            json_,
            title=f"Waiver {waiver.id} is proposed.",
            after=f"Next, two people other than {who.name}: greffe approve {waiver.id} --as NAME",
        )


def maps(home: Home = None, json_: Json = False) -> None:
    """List the structure maps and who signed them."""
    with failing(json_):
        parts = parts_of(home)
        rows: list[dict[str, object]] = []
        catalogue = parts.catalogue()
        for m in catalogue.maps.values():
            subject = map_subject(m)
            rows.append(
                {
                    "map": m.reference.id,
                    "source": m.source.id,
                    "target": m.target.id,
                    "scope": m.scope,
                    "rows": sum(len(r.rows) for r in m.representation_maps),
                    "author": author_of(parts, subject, m.checksum),
                    "approvers": list(approvers(parts, subject, m.checksum)),
                    "superseded": [f"{s.used} → {s.newer}" for s in superseded(catalogue, m)],
                }
            )
        columns = ("map", "source", "target", "scope", "rows", "author", "approvers", "superseded")
        show({"maps": rows}, json_, rows=rows, columns=columns)


def import_command(
    sdmx: Annotated[Path, typer.Argument(help="Folder of artefacts; or, alone, a file or a folder that holds both.")],
    mappings: Annotated[Path | None, typer.Argument(help="Folder of mappings.")] = None,
    as_: As = "",
    reason: Reason = "",
    effective_from: EffectiveFrom = "",
    dry_run: DryRun = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose what the folders hold where it differs from what is effective; two others approve it. With one path alone,
    the files below it, as `greffe propose` does: a constraint, another artefact, a map; nothing is to go then."""
    if mappings is None:
        propose_command([sdmx], as_, reason or "Imported files.", effective_from, None, dry_run, home, json_)
        return
    with failing(json_):
        day = effective_day(effective_from)
        if dry_run:
            parts = parts_of(home)
            asked = asked_by_folders(parts, sdmx, mappings, day)
            show_foreseen(parts, asked.files, day, asked.left_alone, json_)
            return
        parts, who = acting(home, as_)
        left: list[str] = []
        proposal = propose_folders(parts, who, sdmx, mappings, reason or "Imported folders.", day, tell=left.append)
        if proposal is None:
            data = {"catalogue": parts.effective().checksum, "proposal": None, "left_alone": left}
            show(data, json_, title="Nothing changed.")
        else:
            show_made(parts, proposal, json_, left)


def export_command(
    into: Annotated[Path, typer.Argument(help="A new folder.")], home: Home = None, json_: Json = False
) -> None:
    """Write the effective artefacts and maps back as files, byte for byte."""
    with failing(json_):
        count = export_folders(parts_of(home), into)
        show({"files": count, "folder": str(into)}, json_, title=f"{numbered(count, 'file')} written to {into}.")


def verify(
    entry: Annotated[
        list[str] | None,
        typer.Option(help="NUMBER:HASH or NUMBER:SEAL, as a certificate gives them; again for others."),
    ] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Check the chain of the register, the kept extracts, the drafts and the files of every release and transmission; and entries
    that a certificate names."""
    with failing(json_):
        parts = parts_of(home, doubted=True)
        found = [fault for text in entry or () if (fault := entry_fault(parts, text))] + faults(parts)
        show(
            {"faults": found},
            json_,
            rows=[{"fault": f} for f in found],
            columns=("fault",),
            title=f"{numbered(len(found), 'fault')}.",
        )
        if found:
            raise SystemExit(Broken.exit_code)
