"""The text of a name in the language that was asked for, or the best there is."""

from __future__ import annotations

from typing import Final

from greffe.model.structures import Texts

# What SDMX-JSON says in every language, and where it also stands in one (J-03).
_LOCALISED: Final = {"names": "name", "descriptions": "description", "texts": "text", "conditions": "condition"}


def best(texts: Texts, language: str) -> str:
    """In that language (`fr` also serves `fr-CA`), else in English, else in the first there is; '' without any."""
    for wanted in (language, language.split("-")[0], "en"):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")


def spoken(value: object, language: str) -> object:
    """The same SDMX-JSON object with each single text in that language where there is one; values keep all of theirs."""
    if isinstance(value, list):
        return [spoken(one, language) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: inner if key == "value" else spoken(inner, language) for key, inner in value.items()}
    for many, one in _LOCALISED.items():
        texts = value.get(many)
        if one in found and isinstance(texts, dict):
            found[one] = best({str(code): str(text) for code, text in texts.items()}, language)
    return found
