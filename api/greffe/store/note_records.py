"""What people say of a code of a table of maps before anything is proposed, as register entries tell it (D2).

Kind of entry → record: map.noted → Note. Subject: the file of the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from greffe.store.base import Entry
from greffe.store.payload import Fields
from greffe.store.records import Payload


@dataclass(frozen=True)
class Note:
    """`code`: the source values, `SEXE=1`, whatever row decides them by now. `flag`: asked (information is needed of those
    `asked`), settled (it was given), or '' for a remark."""

    file: str
    code: str
    text: str
    flag: str = ""
    asked: tuple[str, ...] = ()
    person: str = ""  # said by the entry
    instant: str = ""  # of the entry

    def payload(self) -> Payload:
        """What is appended."""
        return {"code": self.code, "text": self.text, "flag": self.flag, "asked": list(self.asked)}

    @classmethod
    def from_entry(cls, entry: Entry) -> Note:
        """What was appended."""
        f = Fields(entry)
        return cls(
            entry.subject, f.text("code"), f.text("text"), f.text("flag"), f.texts("asked"), entry.actor, entry.instant
        )
