"""Differences between bodies: what we send beside what another one publishes, as the bridge answers them."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.model.structures import Texts
from greffe.transmission.foreseen.look import Foreseen, Look, Sentence


def bodies(look: Look) -> Iterator[Foreseen]:
    """Each pair of the bridge that differs: its sentence, and the reason of each step that was taken."""
    for one in look.bridged:
        question = {
            "en": f"{one.title['en']}: why do the published figures differ?",
            "fr": f"{one.title['fr']} : pourquoi les chiffres publiés diffèrent-ils ?",
        }
        steps = [Sentence(_ended(reason), f"mappings/policies/bridge_steps.csv {step}") for step, reason in one.steps]
        answer = (Sentence(one.sentence, f"bridge {one.pair}", held=one.explained), *steps)
        yield Foreseen("bodies", look.flow, (), one.period, question, answer, 300)


def _ended(texts: Texts) -> Texts:
    return {x: t if t.endswith(".") else f"{t}." for x, t in texts.items()}
