"""What an alert says, in both languages and for machines: no text of an error, no figure, no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from greffe.model.calendar import Words
from greffe.model.instants import paris_time, written
from greffe.model.releases import Release

EFFECTIVE, AHEAD = "effective", "ahead"
STATES: Final = {
    "failed": Words("failed", "a échoué"),
    "attention": Words("needs somebody to look", "demande qu’on regarde"),
    "over": Words("is well again", "va de nouveau bien"),
    EFFECTIVE: Words("took effect", "a pris effet"),
    AHEAD: Words("was ahead: jobs wait for its date", "était en avance : des tâches attendent sa date"),
}


@dataclass(frozen=True)
class Notice:
    """`id` names it: the same one again has the same. `subject`: a job or a release; `state`: failed, attention, over, effective, ahead;
    `kind`: class of the error; `about`: names of deliveries, releases, files; `url`: where people read on."""

    id: str
    subject: str
    state: str
    at: datetime
    tries: int
    kind: str
    about: tuple[str, ...]
    url: str

    @classmethod
    def of_release(cls, release: Release, base: str, now: datetime) -> Notice:
        """That a release took effect."""
        url = f"{base}/data/{release.dataflow.id}"
        return cls(
            f"{release}/{written(release.effective_at)}", str(release), EFFECTIVE, release.effective_at, 0, "", (), url
        )

    @property
    def title(self) -> str:
        """One line, English and French."""
        english, french = STATES[self.state].en, STATES[self.state].fr
        return f"[Greffe] {self.subject} {english} / {french}"

    def text(self) -> str:
        """For people."""
        english, french = STATES[self.state].en, STATES[self.state].fr
        lines = [
            f"{self.subject} {english} ({paris_time(self.at)}).",
            f"{self.subject} {french} ({paris_time(self.at, 'fr')}).",
        ]
        lines += [f"{self.kind}; {self.tries} ×"] if self.kind else []
        lines += [f"- {name}" for name in self.about]
        return "\n".join([*lines, "", self.url, ""])

    def as_json(self) -> dict[str, object]:
        """For machines, as Standard Webhooks has it: type, timestamp, data."""
        word = "release" if self.state == EFFECTIVE else "job"
        data = {
            word: self.subject, "state": self.state, "at": written(self.at), "tries": self.tries, "error": self.kind,
            "about": list(self.about), "url": self.url,
        }  # fmt: skip
        return {"type": f"{word}.{self.state}", "timestamp": written(self.at), "data": data}
