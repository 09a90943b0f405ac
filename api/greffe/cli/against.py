"""How `greffe check --against` tells what it found: as a table, CSV or JSON; exit code 3 when something would be refused."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

from greffe.cli.show import say, show
from greffe.errors import BadQuery, Refused, nearest
from greffe.model.findings import ERROR, Finding
from greffe.release.against import Told

FORMATS = ("table", "csv", "json")
COLUMNS = ("about", "severity", "check", "message")
DATA, STRUCTURE = "data", "structure"


def told(found: Told, form: str, language: str, most: int) -> None:
    """Print it. Raises SystemExit 3 when there is an error among what was found."""
    if form not in FORMATS:
        raise BadQuery(f"{form!r} is no format here.", parameter="--format", nearest=nearest(form, FORMATS))
    rows = list(_rows(found, language))
    errors = sum(row["severity"] == ERROR for row in rows)
    if form == "csv":
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        data = {
            "subject": found.subject,
            "errors": errors,
            **{
                about: [f.as_json() for f in some] for about, some in ((DATA, found.data), (STRUCTURE, found.structure))
            },
        }
        after = f"… and {len(rows) - most} more; --most, --format csv" if len(rows) > most else ""
        title = f"{found.subject}: {len(rows)} findings, {errors} of them errors"
        show(data, form == "json", rows=rows[:most], columns=COLUMNS, title=title, after=after)
    if errors:
        say("It would be refused." if language == "en" else "Ce serait refusé.", form != "table")
        raise SystemExit(Refused.exit_code)


def _rows(found: Told, language: str) -> Iterator[dict[str, object]]:
    """Errors first; about the data, then about the structure."""
    order = {"error": 0, "warning": 1, "info": 2}
    both: list[tuple[str, Finding]] = [(DATA, f) for f in found.data] + [(STRUCTURE, f) for f in found.structure]
    for about, one in sorted(both, key=lambda pair: order.get(pair[1].severity, 3)):
        place = f" ({one.where})" if one.where else ""
        yield {
            "about": about,
            "severity": one.severity,
            "check": one.rule,
            "message": f"{one.messages[language]}{place}",
        }
