"""Commands about changes of artefacts and maps: propose; proposals show, comment, approve, reject, withdraw, merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from greffe.catalogue.load import read_folder
from greffe.cli.common import As, Home, Json, Reason, acting, given_day, parts_of
from greffe.cli.show import failing, say, show
from greffe.errors import BadInput, BadQuery, numbered
from greffe.model.instants import paris_time
from greffe.release.approvals import approve_proposal, comment_proposal, reject_proposal, withdraw_proposal
from greffe.release.decisions import counted
from greffe.release.differences import Difference, differences, foreseen
from greffe.release.folders import settled
from greffe.release.parts import Parts
from greffe.release.people import actor
from greffe.release.proposal_pages import counts_told, described, row_changes, told
from greffe.release.proposals import Proposal, checked, others_on, propose, state_of
from greffe.release.rebasing import merge_proposal

EffectiveFrom = Annotated[
    str, typer.Option("--effective-from", help="Day from which it holds, 2027-01-31; else once two have approved.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")]
Id = Annotated[str, typer.Argument(help="A proposal, P-….")]
_DIFFERS: Final = ("file", "row", "how", "before", "after")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("propose")(propose_command)
    group = typer.Typer(invoke_without_command=True, help="Changes that are proposed, and what is decided.")
    group.callback()(proposals)
    for name, command in (
        ("show", show_proposal),
        ("merge", merge),
        ("comment", comment), ("approve", approve), ("reject", reject), ("withdraw", withdraw),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="proposals")


def effective_day(text: str) -> date | None:
    """The day of --effective-from, None when nothing was given. Raises BadQuery."""
    return given_day(text, "--effective-from") if text else None


def propose_command(
    files: Annotated[
        list[Path], typer.Argument(help="Files below sdmx/ or mappings/, or one folder that holds these.")
    ],
    as_: As = "",
    reason: Reason = "",
    effective_from: EffectiveFrom = "",
    remove: Annotated[list[str] | None, typer.Option(help="A file that is to go: mappings/ESTAT/x.csv.")] = None,
    dry_run: DryRun = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose other artefacts or maps; two people other than the author approve them."""
    with failing(json_):
        parts = parts_of(home)
        who = None if dry_run else actor(parts, as_)
        wanted: dict[str, bytes | None] = dict.fromkeys(remove or ())
        day = effective_day(effective_from)
        left: list[str] = []
        for path in files:
            found = _of_folder(path) if path.is_dir() else _of_file(path)
            asked = settled(parts, found, _root(path), day, named=not path.is_dir())
            wanted |= asked.files
            left += asked.left_alone
        if who is None:
            show_foreseen(parts, wanted, day, left, json_)
            return
        for line in left if not wanted else ():
            say(line, json_)
        show_made(parts, propose(parts, who, wanted, reason, day), json_, left)


def _of_folder(folder: Path) -> dict[str, bytes]:
    """What a folder as `greffe export` writes it holds; either half may lack."""
    halves = [half for half in ("sdmx", "mappings") if (folder / half).is_dir()]
    if not halves:
        raise BadInput("It holds no folder sdmx or mappings.", file=str(folder))
    return {path: body for half in halves for path, body in read_folder(half, folder / half).items()}


def _of_file(path: Path) -> dict[str, bytes]:
    """A file under its place: what follows the last folder named sdmx or mappings."""
    if not path.exists():
        raise BadInput("It does not exist.", file=str(path), hint="greffe export FOLDER writes what is effective.")
    place = _place(path)
    try:
        return {"/".join(path.resolve().parts[place:]): path.read_bytes()}
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.", file=str(path)) from error


def _place(file: Path) -> int:
    """Where in its path the last folder named sdmx or mappings is."""
    named = [n for n, part in enumerate(file.resolve().parts[:-1]) if part in ("sdmx", "mappings")]
    if not named:
        raise BadInput("It lies in no folder sdmx or mappings.", file=str(file))
    return named[-1]


def _root(path: Path) -> Path:
    """The folder that holds sdmx/ and mappings/: the one given, or the one that a file lies in."""
    return path if path.is_dir() else Path(*path.resolve().parts[: _place(path)])


def show_made(parts: Parts, proposal: Proposal, json_: bool, left_alone: Sequence[str] = ()) -> None:
    """What was proposed, what was left alone, and whose other proposals concern the same maps."""
    others = others_on(parts, proposal)
    warnings = [
        f"{other.author} has proposal {other.id} on {_shared(other, proposal)} ({other.reason}): nothing is overwritten, "
        "the later of the two is merged."
        for other in others
    ]
    data = {
        "proposal": proposal.id,
        "state": state_of(parts.ledger(), proposal, parts.clock()),
        "files": sorted(proposal.files),
        "warnings": warnings,
        "left_alone": list(left_alone),
    }
    next_ = f"Next, two people other than {proposal.author}: greffe approve {proposal.id} --as NAME"
    lines = [*left_alone, *(f"Warning: {w}" for w in warnings), next_]
    show(data, json_, title=f"Proposal {proposal.id} is made.", after="\n".join(lines))


def show_foreseen(
    parts: Parts, wanted: Mapping[str, bytes | None], day: date | None, left_alone: Sequence[str], json_: bool
) -> None:
    """What files would change, piece by piece, as `greffe proposals show` tells it of a proposal; nothing is written."""
    found = foreseen(parts, checked(parts, wanted, day)) if wanted else ()
    data = {
        "proposal": None, "files": sorted({d.path for d in found}), "differences": [d.as_json() for d in found],
        "left_alone": list(left_alone),
    }  # fmt: skip
    title = "Nothing would change."
    if found:
        files = numbered(len({d.path for d in found}), "file")
        title = f"{numbered(len(found), 'change')} in {files}; nothing is written."
    show(data, json_, rows=_rows_of(found), columns=_DIFFERS, title=title, after="\n".join(left_alone))


def _rows_of(found: Sequence[Difference]) -> list[dict[str, object]]:
    return [
        {"file": d.path, "row": d.row, "how": d.how, "before": _cells(d.before), "after": _cells(d.after)}
        for d in found
    ]


def _shared(one: Proposal, other: Proposal) -> str:
    return ", ".join(sorted(one.files.keys() & other.files.keys())) or "the same map"


def approval_told(parts: Parts, proposal: Proposal) -> str:
    """A sentence on how far a proposal is."""
    state = state_of(parts.ledger(), proposal, parts.clock())
    if proposal.effective_at is None:
        return f"Proposal {proposal.id} is {state}, with {len(proposal.approvals)} of 2 approvals."
    return f"Proposal {proposal.id} is {state} from {paris_time(proposal.effective_at)} on."


def proposals(ctx: typer.Context, home: Home = None, json_: Json = False) -> None:
    """List the proposals and how far they are."""
    if ctx.invoked_subcommand is not None:
        return
    with failing(json_):
        parts = parts_of(home)
        ledger, now = parts.ledger(), parts.clock()
        rows = [
            {
                "proposal": p.id,
                "state": state_of(ledger, p, now),
                "author": p.author,
                "approvals": len(p.approvals),
                "effective_from": p.effective_at.isoformat() if p.effective_at else p.effective_from,
                "files": len(p.files),
                "reason": p.reason,
            }
            for p in ledger.definitions.proposals.values()
        ]
        columns = ("proposal", "state", "author", "approvals", "effective_from", "files", "reason")
        told = [
            r | ({"effective_from": paris_time(p.effective_at)} if p.effective_at else {})
            for r, p in zip(rows, ledger.definitions.proposals.values(), strict=True)
        ]
        show({"proposals": rows}, json_, rows=told, columns=columns)


def comment(
    proposal: Id,
    text: Annotated[str, typer.Argument(help="What there is to say.")],
    row: Annotated[str, typer.Option(help="A row it is about: SEX-001, or mappings/ESTAT/x.csv#SEX-001.")] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Say something about a proposal or a row of it; it stays with it."""
    with failing(json_):
        parts, who = acting(home, as_)
        made = comment_proposal(parts, who, proposal, text, row)
        show({"proposal": made.id, "comments": len(made.comments)}, json_, title=f"{who.name} commented {made.id}.")


def show_proposal(proposal: Id, home: Home = None, json_: Json = False) -> None:
    """What a proposal changes, row by row, and what was said and decided about it."""
    with failing(json_):
        parts = parts_of(home)
        made = parts.ledger().definitions.proposal(proposal)
        data = described(parts, made)
        found = differences(parts, made)
        rows = _rows_of(found)
        data["differences"] = [d.as_json() for d in found]
        changes = row_changes(parts, made)
        data["decisions"] = {"counts": counted(changes), "rows": [asdict(c) for c in changes if c.what != "carried"]}
        title = f"Proposal {made.id} of {', '.join(made.authors)}, {data['state']}: {made.reason}"
        show(
            data, json_, rows=rows, columns=_DIFFERS, title=title, after="\n".join((*told(data), *counts_told(changes)))
        )


def _cells(cells: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cells.items() if value)


def merge(
    proposal: Id,
    take: Annotated[
        list[str] | None,
        typer.Option(help="Where both changed: mappings/ESTAT/x.csv#SEX-001=mine, or =theirs. Repeat."),
    ] = None,
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Make a new proposal of a stale one and of what took effect since."""
    with failing(json_):
        parts, who = acting(home, as_)
        show_made(parts, merge_proposal(parts, who, proposal, choices_of(take or ()), reason), json_)


def choices_of(take: Sequence[str]) -> dict[str, str]:
    """Place → side of what `--take` said. Raises BadQuery."""
    choices = {}
    for one in take:
        place, equals, side = one.rpartition("=")
        if not equals:
            raise BadQuery(f"{one!r} is not PLACE=mine or PLACE=theirs.", parameter="--take")
        choices[place] = side
    return choices


def approve(
    proposal: Id,
    as_: As = "",
    comment: Annotated[str, typer.Option(help="Kept with the signature.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Sign a proposal: two people other than its author must."""
    with failing(json_):
        parts, who = acting(home, as_)
        _show_state(parts, approve_proposal(parts, who, proposal, comment), json_)


def reject(proposal: Id, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False) -> None:
    """Say no; the proposal and the reason are kept."""
    with failing(json_):
        parts, who = acting(home, as_)
        _show_state(parts, reject_proposal(parts, who, proposal, reason), json_)


def withdraw(proposal: Id, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False) -> None:
    """Take a proposal back before it takes effect."""
    with failing(json_):
        parts, who = acting(home, as_)
        _show_state(parts, withdraw_proposal(parts, who, proposal, reason), json_)


def _show_state(parts: Parts, proposal: Proposal, json_: bool) -> None:
    state = state_of(parts.ledger(), proposal, parts.clock())
    data = {"proposal": proposal.id, "state": state, "approvals": len(proposal.approvals)}
    show(data, json_, title=approval_told(parts, proposal))
