"""Every rule of the service in one list: those that are run, those that are held elsewhere, and those that are not yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from greffe.model.findings import ERROR
from greffe.model.structures import Texts
from greffe.validation.elsewhere import ELSEWHERE
from greffe.validation.rule import Rule
from greffe.validation.run import RULES

RUN: Final = "run"  # by `prepare` and `check`


@dataclass(frozen=True)
class Line:
    """One rule. `name` of the function that asks it, or the module and name that hold it; `reason` why nothing does, or
    what a rule that is run cannot find in what is held;
    `applies` to which stages, dataflows and components; `waivable`: an error that may stand under a waiver."""

    id: str
    state: str
    name: str
    severity: str
    level: int
    service: str
    recipients: tuple[str, ...]
    sentences: Texts
    reason: Texts
    applies: str = ""
    waivable: bool = False

    def as_json(self, language: str) -> dict[str, object]:
        """Plain values for JSON and tables; the sentence holds the reason."""
        return {
            "rule": self.id,
            "state": self.state,
            "name": self.name,
            "severity": self.severity,
            "level": self.level,
            "service": self.service,
            "recipients": " ".join(self.recipients),
            "waivable": self.waivable,
            "sentence": " ".join(filter(None, (self.sentences[language], self.reason.get(language, "")))),
        }


def listed(thresholds: Mapping[tuple[str, str], Decimal]) -> tuple[Line, ...]:
    """All of them, by id and name, with the thresholds in force in their sentences."""
    found = [
        Line(
            r.id,
            RUN,
            r.name,
            r.severity,
            r.level,
            r.service,
            r.recipients,
            r.said(thresholds),
            r.limit,
            _where(r),
            r.waivable and r.severity == ERROR,
        )
        for r in RULES
    ]
    found += [
        Line(e.id, e.state, e.where, e.severity, e.level, e.service, e.recipients, e.sentences, e.reason or {})
        for e in ELSEWHERE
    ]
    return tuple(sorted(found, key=lambda line: (line.id, line.name)))


def _where(rule: Rule) -> str:
    parts = [", ".join(rule.stages)]
    if rule.flows:
        parts.append("dataflows " + ", ".join(f"`{f}`" for f in rule.flows))
    if rule.needs:
        parts.append("with " + ", ".join(f"`{n}`" for n in rule.needs))
    return "; ".join(parts)
