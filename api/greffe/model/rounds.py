"""A round of clarification: a recipient asks about cells of a delivery, and is answered until it accepts.

asked ─ answered ─ accepted
          └─ asked again ─ answered …
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.model.structures import Texts

ASKED, ANSWERED, ACCEPTED = "asked", "answered", "accepted"
AGAIN = "again"
STATES: Final = (ASKED, ANSWERED, ACCEPTED)
TRACE, PAIR = "trace", "bridge"  # kinds of proof


@dataclass(frozen=True)
class Proof:
    """What an answer rests on, kept by checksum: the trace of a figure (`name` is its cell), or a pair of the bridge."""

    kind: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Turn:
    """One step. `act`: asked, answered, again or accepted. `texts`: in the languages it was said in; of a question `und`."""

    act: str
    who: str
    instant: str
    texts: Texts
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class Query:
    """`id`: `UN_CTS-2024-1-q2`. `cells`: names in the questionnaire, or FLOW/KEY/PERIOD. `deadline`: a day, '' for none.
    `source`: checksum of the file that brought it, '' when a person entered it."""

    id: str
    transmission: str
    number: int
    cells: tuple[str, ...]
    deadline: str
    turns: tuple[Turn, ...]
    source: str = ""

    @property
    def state(self) -> str:
        """Where it stands."""
        last = self.turns[-1].act
        return ASKED if last == AGAIN else last

    @property
    def question(self) -> str:
        """What was asked last."""
        asked = [t for t in self.turns if t.act in (ASKED, AGAIN)]
        return next(iter(asked[-1].texts.values()))

    @property
    def since(self) -> str:
        """When it came to where it stands."""
        return self.turns[-1].instant
