"""Names of months and days by language, as date patterns read and write them: never those of the process (SM-35)."""

from __future__ import annotations

import unicodedata
from typing import Final

# language → (months, short months, days from Monday, short days)
_NAMES: Final[dict[str, tuple[str, str, str, str]]] = {
    "en": (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Mon Tue Wed Thu Fri Sat Sun",
    ),
    "fr": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lun. mar. mer. jeu. ven. sam. dim.",
    ),
}
LANGUAGES: Final = tuple(_NAMES)
_MONTHS, _SHORT_MONTHS, _DAYS, _SHORT_DAYS = range(4)


def language(locale: str) -> str:
    """The language of a locale: `fr`, `fr-FR` and `fr_FR` are `fr`; '' when its names are not known here."""
    found = locale.replace("_", "-").split("-")[0].lower()
    return found if found in _NAMES else ""


def month_name(locale: str, month: int, short: bool) -> str:
    """The name of a month, 1 to 12."""
    return _written(locale, _SHORT_MONTHS if short else _MONTHS)[month - 1]


def day_name(locale: str, day: int, short: bool) -> str:
    """The name of a day, 1 (Monday) to 7."""
    return _written(locale, _SHORT_DAYS if short else _DAYS)[day - 1]


def month_number(locale: str, name: str, short: bool) -> int:
    """1 to 12. Capitals, accents and the point of a short name do not matter. Raises ValueError for another name."""
    return _number(_written(locale, _SHORT_MONTHS if short else _MONTHS), name)


def day_number(locale: str, name: str, short: bool) -> int:
    """1 (Monday) to 7, read as month names are. Raises ValueError for another name."""
    return _number(_written(locale, _SHORT_DAYS if short else _DAYS), name)


def _written(locale: str, which: int) -> list[str]:
    return _NAMES[language(locale)][which].split()


def _number(names: list[str], name: str) -> int:
    return [_plain(n) for n in names].index(_plain(name)) + 1


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.casefold().rstrip("."))
    return "".join(c for c in letters if not unicodedata.combining(c))
