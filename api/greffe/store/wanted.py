"""Which entries of the register somebody looks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """All that is given holds. `kind`: a kind (`release.made`) or all of a thing (`release`). `subject`, `text`: a part of
    it, whatever the case of a to z; `text` is looked for in the subject and in what was said. `start`, `end`: instants as
    they are written, the end is not in. `after`: entries with a higher number. `hidden`: things that
    are told only where they are of `own` (all when '')."""

    person: str = ""
    kind: str = ""
    subject: str = ""
    text: str = ""
    start: str = ""
    end: str = ""
    after: int = 0
    hidden: tuple[str, ...] = ()
    own: str = ""
