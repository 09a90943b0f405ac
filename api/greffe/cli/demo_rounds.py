"""Answers and queries in the demonstration: what people said of a questionnaire, a part of it carried into the next cycle, and what
the recipient of the delivery that left asked: one query is answered, one is open."""

from __future__ import annotations

from typing import Final

from greffe.cli.demo_cast import TRANSMITTER, out
from greffe.model.answers import AnswerKey
from greffe.model.transmissions import ARRIVED
from greffe.release.parts import Parts
from greffe.transmission.answers.acts import Typed, confirm, give
from greffe.transmission.answers.asked import asked
from greffe.transmission.rounds.answering import Given, answer
from greffe.transmission.rounds.asking import Asked, ask

QUESTIONNAIRE, CYCLE, NEXT = "ESTAT_CTS", 2024, 2025
DELIVERY: Final = "ESTAT_CTS_JUST-2024-1"
_STEM: Final = "ESTAT_CTS_JUST__PER_PRSC__TOTAL__"
SAID: Final = {
    "F__ADULT__TOTAL__2024": Typed("75210", words={"comment": {
        "fr": "Réponse inventée : le logiciel ne croise pas l’âge et le sexe.",
        "en": "An invented answer: the software does not cross age and sex.",
    }}),
    "F__JUV__TOTAL__2024": Typed("NA"),
    "T__TOTAL__TOTAL__2024": Typed(words={"explanation": {
        "fr": "Explication inventée : une réforme de procédure.", "en": "An invented explanation: a reform of procedure.",
    }}),
}  # fmt: skip
CONFIRMED: Final = ("F__ADULT__TOTAL__2024", "F__JUV__TOTAL__2024")
ASKED: Final = (
    ("T", "Is the total of 2024 final?"),
    ("F", "Why is the number of women prosecuted not told by age?"),
)


def answers(parts: Parts) -> None:
    """Said once, before the delivery is built that they leave with; a home that sent it already goes without."""
    if parts.ledger().answers or parts.ledger().transmissions:
        return
    for cell, typed in SAID.items():
        give(parts, TRANSMITTER, AnswerKey(QUESTIONNAIRE, CYCLE, f"{_STEM}{cell}"), typed)
    confirm(parts, TRANSMITTER, asked(parts, QUESTIONNAIRE, NEXT), [f"{_STEM}{cell}" for cell in CONFIRMED])
    out.print(f"  answers of {QUESTIONNAIRE} {CYCLE}: {len(SAID)}; in {NEXT} some wait to be confirmed")


def queries(parts: Parts) -> None:
    """Asked once, about the delivery that left; a home from before gets them too."""
    left = parts.ledger().transmissions.get(DELIVERY)
    if parts.ledger().queries or left is None or left.state not in ARRIVED:
        return
    cells = [f"ESTAT_CTS_JUST/A.TOTAL.PER_PRSC.{sex}.TOTAL.TOTAL.NR.FR/2024" for sex, _ in ASKED]
    first, second = ask(parts, TRANSMITTER, DELIVERY, [Asked((c,), q) for c, (_, q) in zip(cells, ASKED, strict=True)])
    given = Given("Oui : réponse inventée pour la démonstration.", "Yes: an answer invented for the demonstration.")
    answer(parts, TRANSMITTER, first.id, given)
    out.print(f"  query {first.id} of {left.recipient} is answered; {second.id} waits for an answer")
