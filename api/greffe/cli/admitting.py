"""Command `greffe mappings lead`: a source to a target, with what the types of its maps lack for it, as one proposal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, parts_of
from greffe.cli.proposals import EffectiveFrom, effective_day
from greffe.cli.show import failing, say, show
from greffe.errors import BadQuery
from greffe.mapping.exchange.sets import table_named
from greffe.release.proposals import propose
from greffe.release.review.admitting import Admission, written
from greffe.release.review.letting_in import Led, lead, said_of

Say = Annotated[
    list[str] | None,
    typer.Option(
        "--say",
        help="What the target counts where nothing settles it (population=suspects), why it deviates (flag_D=REASON). Repeat.",
    ),
]


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("lead")(lead_command)


def lead_command(
    map_: Annotated[str, typer.Argument(help="A representation map: ESTAT/infraction_to_pris_iccs, or its id.")],
    source: Annotated[str, typer.Argument(help="A row id, a source code, or COMPONENT=CODE,COMPONENT=CODE.")],
    target: Annotated[str, typer.Argument(help="A target code, or COMPONENT=CODE,COMPONENT=CODE.")],
    say_: Say = None,
    outside: Annotated[
        bool, typer.Option("--outside", help="The recipient takes the target, though its constraint does not allow it.")
    ] = False,
    kind: Annotated[str, typer.Option(help="Kind of the row; as the target asks when left out.")] = "",
    confidence: Annotated[str, typer.Option(help="Confidence of the row.")] = "inferred",
    reason: Reason = "",
    as_: As = "",
    effective_from: EffectiveFrom = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it takes.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose that a source leads to a target, and what the types of its maps say nothing of yet. A target that counts
    something else is refused; rows that are exact and share the target become parts of it."""
    with failing(json_):
        parts, who = (parts_of(home), None) if dry_run else acting(home, as_)
        if who is not None and not reason.strip():
            raise BadQuery("A proposal needs its reason.", parameter="--reason")
        catalogue = parts.catalogue()
        table = table_named(catalogue, map_)
        cells = {"kind": kind, "confidence": confidence, "reason": reason}
        found = lead(
            parts, catalogue, table, source, target, cells, None if who is None else said_of(say_ or ()), outside
        )
        data: dict[str, object] = {
            "map": table.file, "item": found.item, "kind": found.kind, "parts": list(found.beside),
            **(found.lacking.cells if found.lacking else {}),
            "types": written(found.admission.sayings),
            "open": {axis: list(found.admission.words(axis)) for axis in found.admission.open},
            "outside": [one.text() for one in found.outside],
            "refused": [fault.alone() for fault in found.admission.faults],
        }  # fmt: skip
        if who is None:
            show(data, json_, title=f"{found.item} would lead to {target} as {found.kind}.")
        else:
            made = propose(parts, who, found.files, reason, effective_day(effective_from))
            data["proposal"] = made.id
            title = f"Proposal {made.id} is made. Next, two people other than {who.name}: greffe approve {made.id} --as NAME"
            show(data, json_, title=title)
        for line in _lines(found):
            say(line, json_)


def _lines(found: Led) -> Iterator[str]:
    """What it takes, for people."""
    if found.lacking and found.lacking.held:
        held = ", ".join(row.row_id for row in found.lacking.held)
        yield f"on other days {held} holds; no row holds for {found.lacking.told}"
        yield f"the new row holds for {found.lacking.first.text()}"
    for one in found.outside:
        yield f"not taken by the recipient: {one.text()}"
    yield from lines_of(found.admission)
    for row in found.beside:
        yield f"{row} is exact today and becomes a part of the target (aggregate)"


def lines_of(found: Admission) -> Iterator[str]:
    """What the types lack, and what stands against it."""
    for omission in found.omissions:
        cells = ", ".join(f"{id_}={code}" for id_, code in omission.cells.items())
        settled = ", ".join(f"{axis} {word}" for axis, word in omission.settled.items())
        yield f"left out of the types of {omission.map.file}: {cells}; beside it: {settled or 'nothing is settled'}"
    for deviation in found.deviations:
        yield f"counted otherwise: {deviation.text}"
    for kind in found.kinds:
        yield f"to be declared: --say {kind}=REASON, published with the figures"
    for axis in found.open:
        yield f"to be said: --say {axis}=WORD, one of {', '.join(found.words(axis))}"
    for fault in found.faults:
        yield f"refused: {fault.alone()}"
