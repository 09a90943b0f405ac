"""Every setting by name: what it is for, in both languages, its default, whether it is a secret. `settings` reads them; the file,
`greffe config check` and the reference page are made of this table.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from greffe.errors import BadDefinition, known_words, nearest

FILE: Final = "GREFFE_CONFIG"
NAME: Final = "greffe.toml"  # in the home
_PLAIN: Final = ("HOST", "PORT")  # as other servers have them


@dataclass(frozen=True)
class Option:
    """One setting. variable: in the environment; default: as it would be written, '' for none, or in words in brackets;
    group: which concern; secret: its value is never shown; only_environment: it has no place in the file."""

    variable: str
    default: str
    group: str
    en: str
    fr: str
    secret: bool
    only_environment: bool

    @property
    def key(self) -> str:
        """Its name in the file: `GREFFE_MEMORY_MB` is `memory_mb`."""
        return self.variable.removeprefix("GREFFE_").lower()


@cache
def options() -> Mapping[str, Option]:
    """Variable → option, in the order of the table."""
    text = files("greffe").joinpath("options.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        marks = row["marks"].split()
        found[row["variable"]] = Option(
            row["variable"], row["default"], row["group"], row["en"], row["fr"], "secret" in marks, "environment" in marks
        )  # fmt: skip
    return found


def file_of(environ: Mapping[str, str], home: Path) -> Path | None:
    """The file of settings: the one that GREFFE_CONFIG names, else greffe.toml in the home, if there is one."""
    if environ.get(FILE):
        return Path(environ[FILE])
    own = home / NAME
    return own if own.exists() or own.is_symlink() else None  # one that is no file is told when it is read


def read_file(path: Path) -> dict[str, str]:
    """Variable → value, as the file has them. Raises BadDefinition, which names every fault."""
    said, wrong = look_into(path)
    refuse(wrong)
    return said


def look_into(path: Path) -> tuple[dict[str, str], list[BadDefinition]]:
    """Variable → value of what in the file is a setting, and what is wrong with the rest: one fault does not hide the others. An
    empty value says that there is none, where something else would say one (`greffe move --to`)."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        return {}, [BadDefinition(f"The file of settings cannot be read: {error.strerror}.", file=str(path))]
    except RecursionError:
        return {}, [BadDefinition("It is no TOML: lists within lists.", file=str(path))]
    except ValueError as error:  # no TOML, no UTF-8, a number without end
        return {}, [BadDefinition(f"It is no TOML: {error}.", file=str(path))]
    known = {o.key: o for o in options().values() if not o.only_environment}
    faults = {key: _fault(path, key, value, known) for key, value in said.items()}
    good = {known[key].variable: _text(value) for key, value in said.items() if faults[key] is None}
    return good, [fault for fault in faults.values() if fault is not None]


def refuse(wrong: Sequence[BadDefinition]) -> None:
    """Raise the first of these faults with the others, if there is one."""
    if wrong:
        first, *others = wrong
        first.others = tuple(others)
        raise first


def unknown(environ: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Variables that begin with GREFFE_ and are none of ours, each with the nearest of those that are."""
    names = [n for n in environ if n.startswith("GREFFE_") and n not in options()]
    return [(name, _meant(name) or nearest(name, options())) for name in sorted(names)]


def _meant(name: str) -> tuple[str, ...]:
    """The variable that has no GREFFE_ before it: PORT of GREFFE_PORT."""
    bare = name.removeprefix("GREFFE_")
    return (bare,) if bare in _PLAIN else ()


def _fault(path: Path, key: str, value: object, known: Mapping[str, Option]) -> BadDefinition | None:
    if key not in known:
        near = nearest(key, known)
        hint = known_words(near, sorted(known))
        return BadDefinition(f"{key!r} is no setting.", file=str(path), nearest=near, hint=hint)
    if not isinstance(value, str | int | float) or (isinstance(value, int) and value.bit_length() > 64):
        return BadDefinition(f"{key!r} is neither a text nor a number.", file=str(path))
    return None


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
