"""How many questions are open, by recipient, house and confidence: docs/reference/to-confirm.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from greffe.mapping.doubts.collect import Doubt
from greffe.mapping.doubts.words import CONFIDENCES, SUBJECT_NAMES, SUBJECTS

_HEAD = """# What a human expert must confirm

Written by `make docs`. The questions themselves, in French and English, with room for an answer, a name and a date, are in the
workbook that `greffe mappings doubts --out to-confirm.xlsx` writes: a sheet for each recipient, sorted by house and from the
least to the most sure.

What the words of confidence mean stands in `sdmx/README.md`. Rows and codes say how sure they are. Types and calculations are our
reading of a recipient's notion (`inferred`); cells that are not provided are `recalled`. No recipient has confirmed anything.
"""


def page(found: Sequence[Doubt]) -> str:
    """The page in Markdown."""
    by_recipient = Counter((d.recipient, d.confidence) for d in found)
    by_house = Counter((house, d.confidence) for d in found for house in d.houses if d.subject != "code")
    by_subject = Counter((d.subject, d.confidence) for d in found)
    names = {s: SUBJECT_NAMES[s][1] for s in SUBJECTS}
    return "\n".join(
        (
            _HEAD,
            f"{len(found)} questions are open.\n",
            _table("By recipient (`SSER`: internal lists and indicators; `common`: every recipient)", by_recipient, {}),
            _table(
                "By house that owns the source, codes left out (a question to two houses counts for both)", by_house, {}
            ),
            _table("By subject", by_subject, names),
        )
    )


def _table(title: str, counts: Counter[tuple[str, str]], names: dict[str, str]) -> str:
    keys = sorted({key for key, _ in counts}) if not names else [k for k in names if any(k == key for key, _ in counts)]
    lines = [
        f"## {title}\n",
        _line(("", *CONFIDENCES, "all")),
        _line(("---", *("---:" for _ in range(len(CONFIDENCES) + 1)))),
    ]
    for key in keys:
        numbers = [counts[key, c] for c in CONFIDENCES]
        lines.append(_line((names.get(key, key), *map(str, numbers), str(sum(numbers)))))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
