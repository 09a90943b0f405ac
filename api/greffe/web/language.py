"""Which language labels are in: `lang=`, else Accept-Language with its weights, else English (HTTP-06, HTTP-14)."""

from __future__ import annotations

from typing import Final

from greffe.errors import NotAcceptable

LANGUAGES: Final = ("en", "fr")


def language_of(asked: str, accept: str) -> str:
    """As `chosen_language`, where nothing more may fail: a language that is not offered leaves it to the header."""
    offered = asked.split("-")[0].lower() in LANGUAGES
    return chosen_language(asked if offered else "", accept)


def chosen_language(asked: str, accept: str) -> str:
    """`asked` that is not offered is refused (406), `all` leaves it to the header: what can say all languages does so
    anyway. An Accept-Language that names none of ours falls back to English, or to what it does not refuse."""
    if asked and asked.lower() != "all":
        if asked.split("-")[0].lower() not in LANGUAGES:
            raise NotAcceptable(f"There are no labels in {asked!r}.", parameter="lang", hint="Say en or fr.")
        return asked.split("-")[0].lower()
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")):
        name, *parameters = (p.strip() for p in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weighted.append((-float(weight), place, name.split("-")[0].lower()))
        except ValueError:
            continue
    refused = {n for w, _, n in weighted if w == 0}
    wanted = [n for w, _, n in sorted(weighted) if n in LANGUAGES and w < 0]
    return next(iter([*wanted, *(n for n in LANGUAGES if n not in refused), *LANGUAGES]))
