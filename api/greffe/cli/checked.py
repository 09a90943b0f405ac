"""How `greffe check` tells what it found: as a table, CSV or JSON; exit code 3 when there is an error."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence

from greffe.cli.drafts import finding_rows, show_findings
from greffe.cli.show import say, show
from greffe.errors import Refused, numbered
from greffe.model.findings import ERROR, Finding
from greffe.release.against import Told

FORMATS = ("table", "csv", "json")
COLUMNS = ("about", "severity", "check", "message")
PUBLISHED = ("rule", "severity", "key", "period", "message")
DATA, STRUCTURE = "data", "structure"


def told_against(found: Told, form: str, language: str, most: int, rule: str = "") -> None:
    """Print what was found against a recipient's structures, or of it what one check says. Raises SystemExit 3 when there
    is an error among it."""
    data, structure = ([f for f in some if rule in ("", f.rule)] for some in (found.data, found.structure))
    rows = list(_rows(data, structure, language))
    errors = sum(row["severity"] == ERROR for row in rows)
    if form == "csv":
        _as_csv(COLUMNS, rows)
    else:
        whole = {
            "subject": found.subject,
            "errors": errors,
            DATA: [f.as_json() for f in data],
            STRUCTURE: [f.as_json() for f in structure],
        }
        after = f"… and {len(rows) - most} more; --most, --format csv" if len(rows) > most else ""
        title = f"{found.subject}: {numbered(len(rows), 'finding')}, {numbered(errors, 'error')} among them"
        show(whole, form == "json", rows=rows[:most], columns=COLUMNS, title=title, after=after)
    if errors:
        say("It would be refused." if language == "en" else "Ce serait refusé.", form != "table")
        raise SystemExit(Refused.exit_code)


def told_of_publication(found: list[Finding], form: str, language: str, most: int, subject: str) -> None:
    """Print the findings on a file that a recipient published. Raises SystemExit 3 when there is an error among them."""
    errors = sum(f.severity == ERROR for f in found)
    if form == "csv":
        _as_csv(PUBLISHED, finding_rows(found, language))
    else:
        title = f"{subject}: {numbered(len(found), 'finding')}, {numbered(errors, 'error')} among them"
        show_findings(found, language, most, form == "json", title)
    if errors:
        raise SystemExit(Refused.exit_code)


def _as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _rows(data: Sequence[Finding], structure: Sequence[Finding], language: str) -> Iterator[dict[str, object]]:
    """Errors first; about the data, then about the structure."""
    order = {"error": 0, "warning": 1, "info": 2}
    both: list[tuple[str, Finding]] = [(DATA, f) for f in data] + [(STRUCTURE, f) for f in structure]
    for about, one in sorted(both, key=lambda pair: order.get(pair[1].severity, 3)):
        place = f" ({one.where})" if one.where else ""
        yield {
            "about": about,
            "severity": one.severity,
            "check": one.rule,
            "message": f"{one.messages[language]}{place}",
        }
