"""Commands about deliveries to recipients: transmissions plan, run, build, approve, send, settle, receipt, show …"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from greffe.catalogue.policies.deliveries import INCREMENTAL
from greffe.cli.channels import channels
from greffe.cli.common import As, Home, Json, Reason, acting, given_day, parts_of, save_into
from greffe.cli.language import here
from greffe.cli.rounds import questions
from greffe.cli.show import failing, line, say, show
from greffe.cli.transmissions_entered import compare_entered_command
from greffe.cli.transmissions_given_up import give_up_command, show_given_up, take_up_command
from greffe.cli.transmissions_refused import look_at_command, refused_receipts_command
from greffe.cli.transmissions_shown import entries_of, lines_of, made_of, remark, remarks_of
from greffe.errors import Broken, Refused, numbered
from greffe.model.findings import Finding
from greffe.model.transmissions import ACKNOWLEDGED, SENT, STATES, Transmission
from greffe.release.deadlines import horizon
from greffe.release.parts import Parts
from greffe.release.published import file_content
from greffe.transmission import proof, receipts
from greffe.transmission.building import approve, build, cancel
from greffe.transmission.keeping import content
from greffe.transmission.plan import Plan, named_plan, plans
from greffe.transmission.reading import LARGEST
from greffe.transmission.running import AHEAD, run, send_by_hand, soon
from greffe.transmission.sending import settle
from greffe.transmission.turned_away import COMMAND
from greffe.transmission.turned_away import faults as kept_faults
from greffe.transmission.ways import read_channels

Id = Annotated[str, typer.Argument(help="A transmission, e.g. ESTAT_CTS_JUST-2025-1.")]
Kind = Annotated[str, typer.Argument(help="A delivery of deliveries.csv, e.g. ESTAT_CTS_JUST.")]
Year = Annotated[int, typer.Argument(help="Year of the data.")]
Test = Annotated[bool, typer.Option("--test", help="A test: headers say so, and it leaves by the channel for tests.")]
Until = Annotated[str, typer.Option(help="Deadlines up to this day, YYYY-MM-DD; else to the end of next year.")]
Soon = Annotated[str, typer.Option(help=f"Deadlines up to this day, YYYY-MM-DD; else within {AHEAD} days, as the job.")]
COLUMNS = ("transmission", "recipient", "state", "files", "test", "approvers", "attempts", "said")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Deliveries to recipients: planned, built, approved, sent, proved.")
    for name, command in (
        ("plan", plan), ("run", run_command), ("build", build_command), ("approve", approve_command),
        ("send", send_command), ("settle", settle_command), ("receipt", receipt), ("cancel", cancel_command),
        ("refused-receipts", refused_receipts_command), ("look-at", look_at_command),
        ("list", list_command), ("show", show_command), ("rebuild", rebuild), ("verify", verify),
        ("compare-entered", compare_entered_command), ("give-up", give_up_command), ("take-up", take_up_command),
        ("channels", channels), ("questions", questions),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="transmissions")


def plan(
    delivery: Annotated[str, typer.Argument(help="One delivery alone, with the year of its data.")] = "",
    year: Annotated[int, typer.Argument(help="Year of the data.")] = 0,
    recipient: Annotated[str, typer.Option(help="Only what this recipient wants, e.g. ESTAT.")] = "",
    until: Until = "",
    test: Test = False,
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """What is due, from which release, as which files, what differs from what was sent, what stands in the way."""
    with failing(json_):
        parts = parts_of(home)
        if delivery:
            found = [named_plan(parts, delivery, year or _last_year(parts), test=test)]
        else:
            found = plans(parts, _until(parts, until), recipient=recipient, test=test)
        data = {"plans": [p.as_json() | {"checksum": p.checksum} for p in found]}
        rows = [_planned(p) for p in found]
        show(data, json_, rows=rows, columns=("plan", "due", "recipient", "state", "files"))
        if not json_ and len(found) == 1:
            _files_of(found[0])
            for obstacle in found[0].obstacles:
                typer.echo(f"- {obstacle.said(here(lang))}")


def run_command(until: Soon = "", test: Test = False, as_: As = "", home: Home = None, json_: Json = False) -> None:
    """Do all that can be done now: build what is due, send what may leave, try again, ask. Exit 3 when somebody is to look."""
    with failing(json_):
        parts, who = acting(home, as_)
        last = given_day(until, "--until") if until else soon(parts)
        done = list(run(parts, who, last, read_channels(parts.settings.channels), test=test))
        rows = [d.as_json() for d in done]
        show({"done": rows}, json_, rows=rows, columns=("transmission", "what", "said"))
        if any(d.failed for d in done):
            raise typer.Exit(Refused.exit_code)


def build_command(
    delivery: Kind,
    year: Year,
    test: Test = False,
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Build the files of a delivery and read them again as its recipient will; nothing leaves."""
    with failing(json_):
        parts, who = acting(home, as_)
        built = build(parts, who, named_plan(parts, delivery, year, test=test), reason)
        one = built.transmission
        step = ("Send it", "send") if one.signed else ("Two people sign it", "approve")
        after = f"{step[0]}: greffe transmissions {step[1]} {one.id} --as NAME"
        show(_told(one) | {"findings": [f.as_json() for f in built.findings]}, json_, rows=_file_rows(one),
             columns=("file", "release", "content", "observations", "size", "sha256"), title=one.id, after=after)  # fmt: skip
        if not json_:
            _warn(built.findings)


def approve_command(id_: Id, as_: As = "", home: Home = None, json_: Json = False) -> None:
    """Sign a delivery: exactly these files. Two people other than its author must."""
    with failing(json_):
        parts, who = acting(home, as_)
        one = approve(parts, who, id_)
        show(_told(one), json_, title=f"{one.id}: signed by {', '.join(one.approvers)}.")


def send_command(id_: Id, as_: As = "", home: Home = None, json_: Json = False) -> None:
    """Hand a delivery over, once. Of what was tried before, receipts are taken first, and the other side is asked."""
    with failing(json_):
        parts, who = acting(home, as_)
        found, receipts_ = send_by_hand(parts, who, id_, read_channels(parts.settings.channels))
        one, rows = found.transmission, [d.as_json() for d in receipts_]
        held = " It is tried again when somebody sends it." if one.attempt and one.attempt.lasting else ""
        columns = ("transmission", "what", "said") if rows else ()
        title = f"{id_} is {one.state}: {found.said}{held}"
        show(_told(one) | ({"inbox": rows} if rows else {}), json_, rows=rows, columns=columns, title=title)
        if one.state not in (SENT, ACKNOWLEDGED):
            raise typer.Exit(Refused.exit_code)


def settle_command(
    id_: Id,
    arrived: Annotated[bool, typer.Option("--arrived/--not-arrived", help="What the recipient said.")],
    although: Annotated[
        bool, typer.Option("--although-it-says-so", help="Not arrived, whatever the other side says that it has.")
    ] = False,
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Say whether a delivery of which nobody could tell arrived, after asking the recipient. A channel that can tell is asked
    before one is taken for lost."""
    with failing(json_):
        parts, who = acting(home, as_)
        channels_ = read_channels(parts.settings.channels)
        one = settle(parts, who, id_, channels_, arrived=arrived, reason=reason, although=although)
        show(_told(one), json_, title=f"{id_} is {one.state}.")


def receipt(
    id_: Id,
    file: Annotated[Path, typer.Argument(help="What came back: JSON, CSV of findings, or any file with --verdict.")],
    verdict: Annotated[str, typer.Option(help="acknowledged, refused or reported, when the file does not say.")] = "",
    said: Annotated[str, typer.Option(help="What it says, in a sentence.")] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Keep what came back of a delivery, and read it onto its cells."""
    with failing(json_):
        parts, who = acting(home, as_)
        one, read = receipts.take_or_keep(
            parts, who, id_, (file.name, file_content(file, LARGEST)), COMMAND, verdict, said
        )
        rows = [remark(r) for r in read.remarks]
        show(_told(one) | {"remarks": rows}, json_, rows=rows, columns=("file", "key", "period", "severity", "message"),
             title=f"{id_} is {one.state}; {len(rows)} findings")  # fmt: skip


def cancel_command(id_: Id, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False) -> None:
    """Give up a delivery of which nothing left."""
    with failing(json_):
        parts, who = acting(home, as_)
        one = cancel(parts, who, id_, reason)
        show(_told(one), json_, title=f"{id_} is {one.state}.")


def list_command(
    state: Annotated[str, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """List the deliveries."""
    with failing(json_):
        if state and state not in STATES:
            raise Refused(f"{state!r} is no state.", parameter="--state", nearest=STATES)
        found = [t for t in parts_of(home).ledger().transmissions.values() if state in ("", t.state)]
        show({"transmissions": [_told(t) for t in found]}, json_, rows=[_row(t) for t in found], columns=COLUMNS)


def show_command(id_: Id, home: Home = None, json_: Json = False) -> None:
    """Everything that was entered about a delivery: files, signatures, tries, receipts, what its recipient found."""
    with failing(json_):
        parts = parts_of(home)
        if id_ in parts.ledger().given_up:
            show_given_up(parts.ledger().given_up[id_], json_)
            return
        one = parts.ledger().transmission(id_)
        entries, remarks, made = entries_of(parts, one), remarks_of(parts, one), made_of(parts, one)
        asked = [q for q in parts.ledger().queries.values() if q.transmission == id_]
        queries = [{"id": q.id, "state": q.state, "since": q.since, "question": q.question} for q in asked]
        show(_told(one) | {"entries": entries, "remarks": remarks, "queries": queries, "made_of": made}, json_, rows=entries,
             columns=("number", "instant", "person", "kind", "said"), title=f"{id_} is {one.state}")  # fmt: skip
        if not json_:
            for row in _file_rows(one):
                line(f"{row['file']}  {row['release']}  {row['size']} bytes  sha256 {row['sha256']}")
            for part in dict.fromkeys(c for f in one.files for c in f.contributions):
                book = f"  workbook sha256 {part.workbook}" if part.workbook else ""
                line(f"{part.id}  {part.house}  signed by {part.signatory} {part.signed}  content {part.content}{book}")
            for told in lines_of(parts, one):
                line(told)
            for q in asked:
                typer.echo("  ".join(filter(None, (q.id, q.state, q.deadline, q.question))))


def rebuild(
    id_: Id,
    out: Annotated[Path | None, typer.Option(help="Folder into which the kept files are written.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Build the files of a delivery again from what they were made of, and compare their bytes with those that were sent."""
    with failing(json_):
        parts = parts_of(home)
        one = parts.ledger().transmission(id_)
        rows: list[dict[str, object]] = [
            {"file": r.file.name, "same": r.same, "sha256": r.sha256, "fault": r.fault}
            for r in proof.rebuild(parts, one)
        ]
        show({"files": rows}, json_, rows=rows, columns=("file", "same", "sha256", "fault"), title=id_)
        if not all(r["same"] for r in rows):
            raise typer.Exit(Broken.exit_code)
        if out is not None:
            save_into(out, {f.name: content(parts, f.sha256) for f in one.files})


def verify(home: Home = None, json_: Json = False) -> None:
    """Check the kept files and receipts of every delivery, and build each file again."""
    with failing(json_):
        parts = parts_of(home)
        faults = [f for one in parts.ledger().transmissions.values() for f in proof.faults(parts, one)]
        faults += kept_faults(parts)
        show({"faults": faults}, json_, rows=[{"fault": f} for f in faults], columns=("fault",),
             title=f"{len(parts.ledger().transmissions)} deliveries, {len(faults)} faults")  # fmt: skip
        if faults:
            raise typer.Exit(Broken.exit_code)


def _until(parts: Parts, text: str) -> date:
    return given_day(text, "--until") if text else horizon(parts.clock())


def _last_year(parts: Parts) -> int:
    return parts.clock().year - 1


def _planned(one: Plan) -> dict[str, object]:
    state = (
        "ready" if one.ready else f"sent ({one.corrects})" if not one.due else numbered(len(one.obstacles), "obstacle")
    )
    return {
        "plan": one.id, "due": one.day.isoformat(), "recipient": one.deadline.recipient, "state": state,
        "files": len(one.files),
    }  # fmt: skip


def _files_of(one: Plan) -> None:
    for row in one.accepted:
        line(f"accepted as well, and not handed over: {row.format} ({row.delivery})")
    for file in one.files:
        told = file.as_json()
        line(
            f"{file.name}  {' '.join(str(s.release) for s in file.sources)}  {file.row.format}  {file.content}  "
            f"{told['observations']} observations"
        )
        if file.changed:
            added, changed, gone = file.changed
            line(f"{file.name}  since the last one that left: {added} added, {changed} changed, {gone} gone")
        if one.open and file.row.content == INCREMENTAL:
            line(f"{file.name}  whole or what changed alone: that depends on what becomes of {one.open}")
        if file.unanswered:
            line(f"{file.name}  whole, because nothing is known of {file.unanswered}: it may have been taken or not")
        for right in file.rights:
            line(f"{file.name}  by {right.kind} {right.id} for {one.deadline.recipient} until {right.until}")


def _file_rows(one: Transmission) -> list[dict[str, object]]:
    return [
        {
            "file": f.name, "release": " ".join(s.release for s in f.sources), "content": f.content, "observations": f.observations,
            "size": f.size, "sha256": f.sha256,
        }
        for f in one.files
    ]  # fmt: skip


def _told(one: Transmission) -> dict[str, object]:
    return {
        "transmission": one.id, "delivery": one.delivery, "deadline": one.deadline, "recipient": one.recipient, "year": one.year,
        "channel": one.channel, "test": one.test, "state": one.state, "plan": one.plan, "catalogue": one.catalogue,
        "prepared": one.prepared.isoformat(), "author": one.author, "approvers": list(one.approvers),
        "corrects": one.corrects, "reason": one.reason, "files": _file_rows(one),
        "attempts": [asdict(a) | {"lease_until": a.lease_until.isoformat()} for a in one.attempts],
        "contributions": [asdict(c) for c in dict.fromkeys(c for f in one.files for c in f.contributions)],
        "rights": [asdict(r) for r in dict.fromkeys(r for f in one.files for r in f.rights)],
        "receipts": [{"verdict": r.verdict, "name": r.name, "sha256": r.sha256, "said": r.said} for r in one.receipts],
    }  # fmt: skip


def _row(one: Transmission) -> dict[str, object]:
    return {
        "transmission": one.id, "recipient": one.recipient, "state": one.state, "files": len(one.files), "test": one.test,
        "approvers": ", ".join(one.approvers), "attempts": len(one.attempts), "said": one.attempt.said if one.attempt else "",
    }  # fmt: skip


def _warn(findings: tuple[Finding, ...]) -> None:
    for one in findings:
        say(f"- {one.severity}: {one.messages[here()]}")
