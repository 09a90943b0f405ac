"""An error in the language of who reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from greffe.errors import TOLD, BadDefinition, GreffeError, joined
from greffe.french.read import catalogue
from greffe.french.templates import Template, quoted, small
from greffe.french.texts import text_in_french

NB: Final = "\u00a0"
_LONGEST: Final = 2_000  # characters of a text that is looked up; what is longer stays English
_PARTS: Final = 1_024  # parts of texts that are remembered: each cut of a text asks for the same ones again, and theirs
_SENTENCE: Final = re.compile(r"(?<=[.!?…]) (?=\S)")
_JOINED: Final = re.compile(r"(, | and | or |; )")
_JOINTS: Final = {", ": ", ", " and ": " et ", " or ": " ou ", "; ": f"{NB}; "}
_HEAD: Final = re.compile(
    r"((?:[^:\n]{1,200}, )?(?:row \d+|column [^:\n,]{1,100}|parameter [^:\n,]{1,100})(?:, (?:column|parameter) [^:\n]{1,100})?): (.+)",
    re.DOTALL,
)
_INSTANT: Final = re.compile(r"(\d\d:\d\d:\d\d) in Paris")
_QUOTES: Final = re.compile(r"'[^',]*'(?:, '[^',]*')*")
_WHERE: Final = re.compile(r"(^|, )(row|column|parameter) (?=\S)")
_PLACES: Final = {"row": "ligne", "column": "colonne", "parameter": "paramètre"}
_COUNT: Final = re.compile(
    r"(?P<n>\d[\d,]*) (?P<word>[^\W\d].*)|(?P<named>[^\W\d].*?)(?P<mark>:?) (?P<after>\d[\d,]*)"
)  # `3 new`, `new: 3`
_FINDING: Final = "\ue000"  # stands for what a rule says while the sentence around it is told
_DEEPEST: Final = 4  # a message in a message in a message


@dataclass(frozen=True)
class Told:
    """What is told of an error, in one language. `text`: all of it in one line, as `GreffeError.text` says it."""

    title: str
    message: str
    hint: str
    text: str


def tell(error: GreffeError, lang: str) -> Told:
    """An error in a language, `en` or `fr`. What has no French stays English."""
    if lang != "fr":
        return Told(error.title, error.message, error.hint, error.text())
    message, hint = _message(error), tell_text(error.hint, lang)
    return Told(tell_text(error.title, lang), message, hint, _text(error))


def _message(error: GreffeError) -> str:
    """The message in French. What a rule says in it is in both languages, and what it tells of other faults is told of each by
    itself: to know where one ends is nobody's guess."""
    said, told = error.finding.get("en", ""), error.finding.get("fr", "")
    if error.within:
        said, told = joined(error.within), " ".join(map(_alone, error.within))
    if not said or not told or said not in error.message:
        return tell_text(error.message, "fr")
    return tell_text(error.message.replace(said, _FINDING), "fr").replace(_FINDING, told)


def tell_text(text: str, lang: str) -> str:
    """A message in a language. What has no French stays as it is."""
    return (french(text) if lang == "fr" else None) or text


def _text(error: GreffeError) -> str:
    if not isinstance(error, BadDefinition) or not error.others:
        return _alone(error)
    every = (error, *error.others)
    lines = [f"- {_alone(one)}" for one in every[:TOLD]]
    rest = [f"- … et {len(every) - TOLD} de plus"] if len(every) > TOLD else []
    return "\n".join((f"{len(every)} endroits sont erronés{NB}:", *lines, *rest))


def _alone(error: GreffeError) -> str:
    where = _place(error.where())
    message = _message(error)
    line = f"{where}{NB}: {message}" if where else message
    if error.nearest:
        line += f" Valeurs proches{NB}: {', '.join(error.nearest)}."
    return f"{line} {tell_text(error.hint, 'fr')}" if error.hint else line


def _place(where: str) -> str:
    """`extract.csv, ligne 12, colonne sexe`."""
    return _WHERE.sub(lambda m: f"{m.group(1)}{_PLACES[m.group(2)]} ", where)


@lru_cache(maxsize=4096)
def french(text: str) -> str | None:
    """A text of ours in French; None when no template says it."""
    return text if not text else None if len(text) > _LONGEST else _lines(text, 0)


def _lines(text: str, depth: int) -> str | None:
    ours = text_in_french(text)
    if ours is not None:
        return ours
    whole = _sentences(text, depth)
    if whole is not None or "\n" not in text:
        return whole
    found = [_sentences(line, depth) if line.strip() else line for line in text.split("\n")]
    return None if None in found else "\n".join(line or "" for line in found)


@lru_cache(maxsize=_PARTS)
def _sentences(text: str, depth: int) -> str | None:
    """A text as one sentence of ours, else as several, else as one in which a name holds the end of a sentence."""
    whole = _one(text, depth, strict=True)
    if whole is not None:
        return whole
    cuts = [m.start() for m in _SENTENCE.finditer(text)]
    for cut in dict.fromkeys((*cuts[-1:-9:-1], *cuts[3::-1])):  # of many sentences the first ends early
        first = _one(text[:cut], depth, strict=True)
        rest = _sentences(text[cut + 1 :], depth) if first is not None else None
        if first is not None and rest is not None:
            return f"{first} {rest}"
    return _one(text, depth, strict=False)


@lru_cache(maxsize=_PARTS)
def _one(text: str, depth: int, *, strict: bool) -> str | None:
    """One sentence, with what stands around it: blanks, `- `, the place that it is about."""
    bare = text.strip()
    if not bare:
        return text
    if depth > _DEEPEST:
        return _exact().get(bare)
    if bare.startswith("- "):
        inner = _sentences(bare[2:], depth + 1)
        found = None if inner is None else f"- {inner}"
    elif (head := _HEAD.fullmatch(bare)) is not None and not (strict and _SENTENCE.search(head.group(1))):
        inner = _sentences(head.group(2), depth + 1)
        found = None if inner is None else f"{_place(head.group(1))}{NB}: {inner}"
    else:
        found = _matched(bare, depth, strict=strict) or _counted(bare)
    if found is None and ": " in bare:
        place, _, message = bare.partition(": ")
        whole = message[:1].upper() + message[1:]  # also said in the middle of a sentence
        inner = None if "\n" in place or _SENTENCE.search(place) else _sentences(whole, depth + 1)
        inner = inner and (inner if whole == message else inner[:1].lower() + inner[1:])
        found = None if inner is None else f"{place}{NB}: {inner}"
    return None if found is None else text.replace(bare, found, 1)


def _counted(text: str) -> str | None:
    """A number with a word of ours before or after it."""
    found = _COUNT.fullmatch(text)
    word = _exact().get(found["word"] or found["named"]) if found else None
    if found is None or word is None:
        return None
    return f"{found['n']} {word}" if found["n"] else f"{word}{NB + ':' if found['mark'] else ''} {found['after']}"


def _matched(text: str, depth: int, *, strict: bool) -> str | None:
    exact = _exact().get(text)
    if exact is not None:
        return exact
    for template in _with_holes():
        if template.longest in text:
            values = template.values(text, _known)
            if values is not None and not _runs_on(template, values, depth, strict=strict):
                return template.filled([_filled(s, v, depth) for s, v in zip(template.holes, values, strict=True)])
    return None


def _runs_on(template: Template, values: list[str], depth: int, *, strict: bool) -> bool:
    """Whether a name would hold the end of a sentence, or, in a template of small words alone, would be no name."""
    for place, (sort, value) in enumerate(zip(template.holes, values, strict=True)):
        if template.pieces[place].endswith((": ", ":\n")) and not any(template.pieces[place + 1 :]):
            continue  # somebody's own words, at the end
        if "\n" in value:
            return True
        ends = strict and (_SENTENCE.search(value) is not None or (sort == "" and (": " in value or small(value))))
        told = template.general and " " in value
        if (sort == "" and (ends or told)) or (sort == "*" and (ends or told) and _lines(value, depth + 1) is None):
            return True
    return False


def _filled(sort: str, value: str, depth: int) -> str:
    if sort == "!r":
        return quoted(value)
    if _QUOTES.fullmatch(value):
        return ", ".join(quoted(one) for one in value.split(", "))
    value = _INSTANT.sub(r"\1 (heure de Paris)", value)
    if sort != "*":
        return (
            text_in_french(value) if " " in value else None
        ) or value  # a reason that was shipped with its map or policy
    found = _lines(value, depth + 1)
    if found is None and value[:1].isupper():
        small = _lines(value[:1].lower() + value[1:], depth + 1)
        found = small and small[:1].upper() + small[1:]
    if found is not None:
        return found
    return "".join(_JOINTS.get(p) or _one(p, depth + 1, strict=True) or p for p in _JOINED.split(value))


@lru_cache(maxsize=_PARTS)
def _known(text: str) -> bool:
    """Whether words of ours say it: a phrase, or a list of them."""
    bare = text.strip()
    if (
        bare in _exact()
        or bare[:1].lower() + bare[1:] in _exact()
        or any(
            t.longest in bare and not t.general and t.values(bare, lambda _: False) is not None for t in _with_holes()
        )
    ):
        return True
    pieces = _JOINED.split(bare)[::2]
    return len(pieces) > 1 and all(piece in _exact() for piece in pieces)


@cache
def _exact() -> dict[str, str]:
    return {t.english: t.french for t in catalogue() if not t.holes}


@cache
def _with_holes() -> tuple[Template, ...]:
    return tuple(t for t in catalogue() if t.holes)
