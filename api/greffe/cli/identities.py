"""`greffe identities`: what current releases of several dataflows must have in common, and whether they do."""

from __future__ import annotations

import typer

from greffe.catalogue.policies.identities import Figures, Identity
from greffe.cli.common import Home, Json, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, say, show
from greffe.model.findings import ERROR, INFO
from greffe.release.across import standing
from greffe.validation.across import Outcome

COLUMNS = ("identity", "flows", "compared", "state")
_TOLD = 20  # contradictions that people are told one by one; JSON holds all


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("identities")(identities_command)


def identities_command(home: Home = None, json_: Json = False) -> None:
    """Compare the current releases of dataflows that must agree; exit 1 when an error among them is not declared. Identities
    that compare nothing stand last: what they are about is not guarded."""
    with failing(json_):
        found = standing(parts_of(home))
    rows = sorted((_row(one, outcome) for one, outcome in found), key=lambda row: not row["guards"])
    idle = [one.id for one, outcome in found if not (outcome is not None and outcome.compared)]
    told = [f for _, outcome in found if outcome is not None for f in outcome.findings]
    show(
        {"identities": rows, "findings": [f.as_json() for f in told]},
        json_,
        rows=rows,
        columns=COLUMNS,
        title=f"Identities between dataflows: {len(rows)}, of which {len(idle)} compare nothing",
        after="The cells and the reason of each: greffe identities --json",
    )
    if idle:
        names = ", ".join(idle)
        say(f"They guard nothing, for they find no two figures to compare: {names}.", json_)
    for finding in told[:_TOLD]:
        say(f"{finding.severity}: {finding.messages[here()]}", json_)
    if len(told) > _TOLD:
        say(f"{len(told) - _TOLD} more: greffe identities --json", json_)
    if any(f.severity == ERROR for f in told):
        raise SystemExit(1)


def _row(one: Identity, outcome: Outcome | None) -> dict[str, object]:
    factor = f"{one.factor} × " if one.factor != 1 else ""
    return {
        "identity": one.id,
        "rule": one.rule,
        "left": _figures(one.left, [a for a, _ in one.by]),
        "relation": one.relation + (f" (within {one.tolerance} %)" if one.tolerance else ""),
        "right": factor + _figures(one.right, [b for _, b in one.by]) + (f", {one.shift:+} year" if one.shift else ""),
        "compared": outcome.compared if outcome is not None else 0,
        "guards": outcome is not None and outcome.compared > 0,
        "state": _state(outcome),
        "reason": one.reason,
        "flows": f"{one.left.dataflow} {one.relation} {factor}{one.right.dataflow}",
    }


def _figures(figures: Figures, by: list[str]) -> str:
    codes = [f"{c}={'+'.join(v)}" for c, v in figures.cells.items()] + [f"each {c}" for c in by]
    return f"{figures.dataflow} {' '.join(codes)}"


def _state(outcome: Outcome | None) -> str:
    """`holds`, what contradicts it, or why it cannot be tried."""
    if outcome is None:
        return "guards nothing: no two current releases of one origin"
    if not outcome.compared:
        return "guards nothing: no figure in common"
    open_ = [f for f in outcome.findings if f.severity != INFO]
    declared = len(outcome.findings) - len(open_)
    words = f"{len(open_)} contradict it" if open_ else "holds"
    return f"{words}, {declared} declared" if declared else words
