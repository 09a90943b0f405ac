"""The text of a name in the language that was asked for, or the best there is."""

from __future__ import annotations

from greffe.model.structures import Texts


def best(texts: Texts, language: str) -> str:
    """In that language (`fr` also serves `fr-CA`), else in English, else in the first there is; '' without any."""
    for wanted in (language, language.split("-")[0], "en"):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")
