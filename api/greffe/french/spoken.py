"""Which language a text is written in, by its small words: what somebody wrote may be in another one than the page."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_ENGLISH_WORDS: Final = """
and are as at be because been before but by can cannot could does each for from had has have how if in into is
it its may more must nor not of one only or other our out over per shall should so some such than that the their
them then there these they this those to two under until was were what when where whether which while who whose why
will with within without would year years
"""
_FRENCH_WORDS: Final = """
au aucun aucune aussi autre autres aux avant avec car ce ceci cela celle ces cet cette chaque comme dans de depuis
des dont du elle elles en entre est et eux il ils je la le les leur leurs lui mais même moins ne ni nos notre nous
où ou par pas peut plus pour quand que quel qui sa sans se selon ses si son sont sous sur tous tout toute un une
vers vos votre vous y à été être
"""
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_FRENCH: Final = frozenset(_FRENCH_WORDS.split())
_WORD: Final = re.compile(r"[a-zà-ÿœ]+(?=['’]?)", re.IGNORECASE)
_ELIDED: Final = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu)['’](?=[a-zà-ÿœ])", re.IGNORECASE)
_CODE: Final = re.compile(r"\S*[_/=#@\d]\S*")  # names of files, codes, addresses say nothing about the language
_LOOKED_AT: Final = 2_000  # characters


@lru_cache(maxsize=4096)
def spoken(text: str) -> str:
    """`en` or `fr`; empty where the small words do not say (a name, a code, two words of a label)."""
    bare = _CODE.sub(" ", text[:_LOOKED_AT])
    words = [w.lower() for w in _WORD.findall(bare) if len(w) == 1 or not w.isupper()]
    english = sum(w in _ENGLISH for w in words)
    french = sum(w in _FRENCH for w in words) + len(_ELIDED.findall(bare))
    if english == french:
        return ""
    return "en" if english > french else "fr"
