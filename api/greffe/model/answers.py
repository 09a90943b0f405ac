"""What a person said of one cell of a questionnaire in one cycle: a value or why there is none, and what goes with it.

A figure that a release holds is no answer: an answer to such a cell says words only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.model.structures import Texts

NA, NAP = "NA", "NAP"  # it exists and is not known; it does not exist
MISSING: Final = (NA, NAP)
STATUS_OF: Final[Mapping[str, str]] = {NA: "L", NAP: "M"}  # CL_OBS_STATUS
TEXT, COMMENT, SOURCE, FOOTNOTE, EXPLANATION = "text", "comment", "source", "footnote", "explanation"
NOTES: Final = (COMMENT, SOURCE, FOOTNOTE, EXPLANATION)  # explanation: of a variation
PARTS: Final = (TEXT, *NOTES)
LANGUAGES: Final = ("fr", "en")


@dataclass(frozen=True)
class AnswerKey:
    """`cycle`: the year of the delivery. `cell`: the name of its range in the workbook, which ends with a period:
    `CEPEJ_Q91__Q91_L1__IN__2024`."""

    questionnaire: str
    cycle: int
    cell: str

    def __str__(self) -> str:
        return f"{self.questionnaire}/{self.cycle}/{self.cell}"

    @property
    def round(self) -> str:
        """The questionnaire of that cycle: `CEPEJ/2024`."""
        return f"{self.questionnaire}/{self.cycle}"

    @property
    def period(self) -> str:
        """The year that the cell asks."""
        return self.cell.rpartition("__")[2]


@dataclass(frozen=True)
class Said:
    """`value`: decimal text, Yes or No, or a word of the choices; '' for words and for nothing. `missing`: NA, NAP or ''.
    `words`: part (PARTS) → language → text; `text` is the answer to a question that asks for words."""

    value: str = ""
    missing: str = ""
    words: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def answers(self) -> bool:
        """Whether it says a value, words for one, or why there is none."""
        return bool(self.value or self.missing or self.words.get(TEXT))

    @property
    def notes(self) -> dict[str, Texts]:
        """The words beside the answer."""
        return {part: self.words[part] for part in NOTES if self.words.get(part)}

    @property
    def half(self) -> tuple[str, ...]:
        """Parts that are told in one language alone."""
        return tuple(p for p in PARTS if (told := self.words.get(p)) and not all(told.get(x) for x in LANGUAGES))

    def word(self, part: str, language: str) -> str:
        """A text in a language, '' when it is not told."""
        return self.words.get(part, {}).get(language, "")


@dataclass(frozen=True)
class Answer:
    """`who` said it and when (`instant`, UTC); `entry`: number of the register's entry that made it what it is now.

    `carried`: the answer of an earlier cycle that `confirmed_by` confirmed; then `who` is who said it in that cycle."""

    key: AnswerKey
    said: Said
    who: str
    instant: str
    entry: int
    carried: str = ""
    confirmed_by: str = ""
    confirmed: str = ""
