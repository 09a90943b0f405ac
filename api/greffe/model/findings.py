"""A finding: what a rule says of one key, in French and English, with the values it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from greffe.model.structures import Texts

ERROR: Final = "error"
WARNING: Final = "warning"
INFO: Final = "info"


@dataclass(frozen=True)
class Finding:
    """One finding. `key` is dimension id → code of the series (or of the row), `period` may be empty.

    `values` are the numbers looked at, as text, by name; `where` is a file and row when the finding is on a file.
    `waiver` is the id of the waiver that covers it (D19): it is then no longer an open error.
    """

    rule: str
    severity: str
    key: Mapping[str, str]
    period: str
    messages: Texts
    values: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    waiver: str = ""

    def as_json(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def open_errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Errors that no waiver covers: they stop a release."""
    return tuple(f for f in findings if f.severity == ERROR and not f.waiver)


def warnings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Warnings: they need a written acceptance."""
    return tuple(f for f in findings if f.severity == WARNING)
