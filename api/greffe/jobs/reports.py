"""What a run says of itself: how many of what was done, what somebody is to look at, or the error that ended it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ABOUT: Final = 20  # names that are kept


@dataclass(frozen=True)
class Report:
    """`counts`: word → how often; `about`: names of what somebody is to look at, without figures or persons; `attention`:
    somebody is to look; `kind`, `error`: class and text of the error that ended it."""

    counts: Mapping[str, int] = field(default_factory=dict)
    about: tuple[str, ...] = ()
    attention: bool = False
    kind: str = ""
    error: str = ""

    def written(self) -> str:
        """As JSON; '' when there is nothing to say."""
        said = {
            "counts": dict(self.counts), "about": list(self.about[:ABOUT]), "attention": self.attention, "kind": self.kind,
            "error": self.error[:2000],
        }  # fmt: skip
        return (
            json.dumps({k: v for k, v in said.items() if v}, ensure_ascii=False, sort_keys=True)
            if any(said.values())
            else ""
        )


def read_report(text: str) -> Report:
    """What `written` wrote."""
    said = json.loads(text) if text else {}
    return Report(
        said.get("counts", {}), tuple(said.get("about", ())), said.get("attention", False), said.get("kind", ""),
        said.get("error", ""),
    )  # fmt: skip


def counted(words: Mapping[str, int] | None = None) -> str:
    """`built: 2, sent: 1`."""
    return ", ".join(f"{word}: {n}" for word, n in (words or {}).items())
