"""Commands that read drafts: drafts, findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, Most, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, show
from greffe.model.findings import Finding
from greffe.release.lifecycle import kept_draft
from greffe.release.people import approvers


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (drafts, findings):
        app.command()(command)


def drafts(home: Home = None, json_: Json = False) -> None:
    """List the drafts and how far they are."""
    with failing(json_):
        parts = parts_of(home)
        ledger = parts.ledger()
        rows = []
        for d in ledger.drafts.values():
            release = ledger.release_of_draft(d.id)
            rows.append(
                {
                    "draft": d.id,
                    "origin": d.origin,
                    "partial": d.partial,
                    "observations": d.observations,
                    "errors": d.errors,
                    "warnings": d.warnings,
                    "approvals": len(approvers(parts, d.id, d.checksum)),
                    "sent_back": ledger.returned[d.id].reason if d.id in ledger.returned else "",
                    "release": str(release) if release else "",
                }
            )
        show(
            {"drafts": rows},
            json_,
            rows=rows,
            columns=(
                "draft",
                "origin",
                "partial",
                "observations",
                "errors",
                "warnings",
                "approvals",
                "sent_back",
                "release",
            ),
        )


def findings(
    draft: Annotated[str, typer.Argument(help="Draft id.")],
    rule: Annotated[str, typer.Option(help="Only this rule.")] = "",
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    most: Most = 40,
    home: Home = None,
    json_: Json = False,
) -> None:
    """What the rules found in a draft."""
    with failing(json_):
        lang = here(lang)
        _, kept = kept_draft(parts_of(home), draft)
        wanted = [f for f in kept.findings if rule in ("", f.rule)]
        show_findings(wanted, lang, most, json_, f"{draft}: {len(wanted)} findings")


def show_findings(found: list[Finding], lang: str, most: int, as_json: bool, title: str) -> None:
    """A table of findings, errors first; the whole list as JSON."""
    found = _errors_first(found)
    rows = finding_rows(found[:most], lang)
    after = f"… and {len(found) - most} more; --most, --json" if len(found) > most else ""
    show(
        {"findings": [f.as_json() for f in found]},
        as_json,
        rows=rows,
        columns=("rule", "severity", "key", "period", "message"),
        title=title,
        after=after,
    )


def finding_rows(found: list[Finding], lang: str) -> list[dict[str, object]]:
    """Findings as rows, errors first: rule, severity, key, period, message."""
    return [
        {
            "rule": f.rule,
            "severity": f"{f.severity}{' (waived ' + f.waiver + ')' if f.waiver else ''}",
            "key": _key(f.key),
            "period": f.period,
            "message": _placed(f, lang),
        }
        for f in _errors_first(found)
    ]


def _errors_first(found: list[Finding]) -> list[Finding]:
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda f: (order.get(f.severity, 3), f.rule))


def _placed(finding: Finding, lang: str) -> str:
    """The message, with the place of what is wrong when it is in a file."""
    message = finding.messages.get(lang, finding.messages.get("en", ""))
    return f"{message} ({finding.where})" if finding.where else message


def _key(key: Mapping[str, str]) -> str:
    """A series key with dots; of an internal row the codes that say something, by name."""
    if "INDICATEUR" in key:
        return " ".join(f"{name}={code}" for name, code in key.items() if code not in ("_Z", ""))
    return ".".join(key.values())
