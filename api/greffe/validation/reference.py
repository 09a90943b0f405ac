"""The page docs/reference/rules.md, made from the rules: `python -m greffe.validation.reference`."""

from __future__ import annotations

import sys
from typing import Final

from greffe.validation.rule import Rule
from greffe.validation.run import RULES

_HEAD: Final = """# Rules

What `greffe prepare` checks, made from the code (`api/greffe/validation/rules/`). An error stops a release unless it is
waived by key (it lies in a figure that its owner has already published); warnings need one written acceptance. The
levels are those of the European handbook on validation: 0 form of the file, 1 within a dataset, 2 against earlier years
and releases, 3 against other files. `internal` is an extract, `mapped` a dataset on its way to a release, `published`
what a recipient shows. A rule is used where the structure has the components named; `A|B` is either.

Identifiers are those of the service's list of rules. QR-PLA-07 is ours: a part whose share of the total moves by more
than 10 points in a year, while the total moves by at most 10 percent, has more likely changed its definition than its
size. Below 100, QR-PLA-05 replaces the relative thresholds. In an extract, which has very many small cells, a change
must also exceed three times what chance moves (the square root of the count) before it is said.

| id | name | rule | règle | severity | level | service | applies to |
|---|---|---|---|---|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    return _HEAD + "".join(_line(rule) for rule in RULES)


def _line(rule: Rule) -> str:
    cells = (
        rule.id,
        f"`{rule.name}`",
        rule.sentences["en"],
        rule.sentences["fr"],
        rule.severity,
        str(rule.level),
        rule.service,
        _where(rule),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _where(rule: Rule) -> str:
    parts = [", ".join(rule.stages)]
    if rule.flows:
        parts.append("dataflows " + ", ".join(f"`{f}`" for f in rule.flows))
    if rule.needs:
        parts.append("with " + ", ".join(f"`{n}`" for n in rule.needs))
    return "; ".join(parts)


if __name__ == "__main__":
    sys.stdout.write(markdown())
