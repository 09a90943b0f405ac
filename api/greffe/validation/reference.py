"""The page docs/reference/rules.md, made from the rules: `python -m greffe.validation.reference`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from greffe.catalogue.policies.read import Policies
from greffe.model.findings import ERROR
from greffe.validation.elsewhere import ENFORCED, NOT_YET
from greffe.validation.listing import RUN, Line, listed

_HEAD: Final = """# Rules

Made from the code (`api/greffe/validation/`), with the thresholds that are shipped; `greffe rules` tells those in force.
Thresholds stand in `mappings/policies/thresholds.csv` and are changed by a proposal, which shows what it changes.

Rules that VTL can say are served, for each dataflow, as a ruleset scheme and the transformations that run it
(`/sdmx/v2/structure/rulesetscheme/SSER/VTL_RULES_…`, `…/transformationscheme/…`), with the thresholds in force. Where the rule of
Greffe still finds more, the annotation `DIFFERS` of the ruleset says it.

An error stops a release unless it is waived by key (it lies in a figure that its owner has already published); warnings
need one written acceptance; an information needs nothing. No waiver lifts an error of a rule that guards what must stay
hidden, or without which what goes out could not be read; nor one of a rule that is held elsewhere, apart from figures of two
dataflows that must agree (QR-XSR). The levels are those of the European handbook on validation: 0
form of the file, 1 within a dataset, 2 against earlier years and releases, 3 against other files, 4 against other houses,
5 against other countries. The service is which of Eurostat's services asks the like: STRUVAL structure, CONVAL content.

"""
_RUN: Final = """## Run by `greffe prepare` and `greffe check`

`internal` is an extract, `mapped` a dataset on its way to a release, `published` what a recipient shows. A rule is used
where the structure has the components named; `A|B` is either.

Identifiers are those of the service's list of rules. QR-PLA-07 is ours: a part whose share of the total moves while the
total does not has more likely changed its definition than its size. QR-PLA-05 replaces the relative thresholds for small
counts. In an extract, which has very many small cells, a change must also exceed what chance moves before it is said.

| id | name | rule | règle | severity | waivable | level | service | for | applies to |
|---|---|---|---|---|---|---|---|---|---|
"""
_ELSEWHERE: Final = """
## Held elsewhere

What refuses a file before it is a table, a map before it makes one, or an act after it was made.

| id | rule | règle | severity | level | service | for | held by |
|---|---|---|---|---|---|---|---|
"""
_NOT_YET: Final = """
## Not held yet, and why

| id | rule | règle | severity | level | service | for | why |
|---|---|---|---|---|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    lines = listed(Policies().limits)
    return "".join(
        head + "".join(_line(line) for line in lines if line.state == state)
        for head, state in ((_HEAD + _RUN, RUN), (_ELSEWHERE, ENFORCED), (_NOT_YET, NOT_YET))
    )


def _line(line: Line) -> str:
    named = [f"`{line.name}`"] if line.state == RUN else []
    applies = ". ".join(filter(None, (line.applies, line.reason.get("en", ""))))
    last = {RUN: applies, ENFORCED: f"`{line.name}`", NOT_YET: line.reason.get("en", "")}[line.state]
    said = [line.sentences["en"], line.sentences["fr"], line.severity]
    if line.state == RUN:
        said.append(("yes" if line.waivable else "no") if line.severity == ERROR else "")
    return _row([line.id, *named, *said, str(line.level), line.service, " ".join(line.recipients), last])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
