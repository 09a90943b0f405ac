"""What published figures are said to be, and the steps between them (`greffe bridge`), as questions to experts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from greffe.catalogue.policies.bridge.concepts import CONCEPTS_FILE, FigureOf
from greffe.catalogue.policies.bridge.read import Bridge
from greffe.catalogue.policies.bridge.steps import STEPS_FILE

# Bodies that are recipients under another name than the first word of theirs.
_OTHERWISE: Final = {"Eurostat": "ESTAT"}
Said = tuple[str, str, str, str, tuple[str, str], str, str]


def definitions(bridge: Bridge, recipients: Collection[str], ours: str) -> Iterator[Said]:
    """Recipient, confidence, place, what is read, the question (French, English), reason and reference, of each row.

    Of bodies that are no recipients the service itself (`ours`) is asked."""
    bodies = {s.name: s.body for s in bridge.series}
    for figure in bridge.figures:
        name = next(iter(figure.expression.names()), "").partition("@")[0]
        key = " ".join(t for t in (figure.name, figure.first, figure.last, *figure.codes) if t)
        body = bodies.get(name, "")
        recipient = _OTHERWISE.get(body, body.partition(" ")[0]) or ours
        recipient = recipient if recipient in recipients else ours
        place = f"{CONCEPTS_FILE}#{key}"
        asked = _about(bridge, figure)
        yield recipient, figure.confidence, place, figure.text, asked, figure.reason, figure.reference
    for step in bridge.steps:
        ends = [bridge.words[step.dimension][code] for code in (step.from_, step.to)]
        question = (
            f"« {step.labels['fr']} » mène de « {ends[0]['fr']} » à « {ends[1]['fr']} ». Est-ce juste ?",
            f"“{step.labels['en']}” leads from “{ends[0]['en']}” to “{ends[1]['en']}”. Is this right?",
        )
        place = f"{STEPS_FILE}#{step.name}"
        yield ours, step.confidence, place, step.text, question, step.reasons["en"], step.reference


def _about(bridge: Bridge, figure: FigureOf) -> tuple[str, str]:
    said = {
        language: ", ".join(bridge.words[d][code][language] for d, code in figure.definition.items())
        for language in ("fr", "en")
    }
    return (
        f"« {figure.labels['fr']} » : {said['fr'] or 'rien de déclaré'}. Est-ce juste ?",
        f"“{figure.labels['en']}”: {said['en'] or 'nothing declared'}. Is this right?",
    )
