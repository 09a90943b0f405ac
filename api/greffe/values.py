"""How the value of one setting is read. Each raises BadDefinition, which names the setting and what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from greffe.errors import BadDefinition, nearest
from greffe.urls import parts_of_url

_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_LONGEST: Final = 255  # bytes of a part of a path: no file system takes more
_IN_MEMORY: Final = re.compile(r"sqlite(\+\w+)?:(/{0,3})(:memory:)?(\?.*)?", re.DOTALL)


def place(name: str, text: str) -> Path:
    """A file or folder as a setting names it; whether it is there is found by whoever needs it."""
    if "\0" in text or any(len(part.encode("utf-8", "replace")) > _LONGEST for part in text.split("/")):
        raise BadDefinition(f"{name}={short(text)!r} is no path.")
    return Path(text)


def short(text: str) -> str:
    """Of a value, what is told."""
    return text if len(text) <= 100 else f"{text[:100]}…"


def register(text: str) -> str:
    """GREFFE_REGISTER: the address of a database that outlives a process."""
    if _IN_MEMORY.fullmatch(text):
        raise BadDefinition(
            f"GREFFE_REGISTER={text!r} is a register in memory: it ends with each process.",
            hint="Name a file: sqlite:////srv/register.db",
        )
    return text


def number(env: Mapping[str, str], name: str, default: float, bounds: tuple[float, float]) -> float:
    """Within bounds, both of them included."""
    text, (least, most) = env.get(name, ""), bounds
    if not text:
        return default
    if not _NUMBER.fullmatch(text):
        raise BadDefinition(f"{name}={text!r} is not a number.")
    found = float(text)
    if not least <= found <= most:  # nor is NaN
        raise BadDefinition(f"{name}={text!r} is not from {least:.16g} to {most:.16g}.")
    return found


def one_of(env: Mapping[str, str], name: str, default: str, known: Sequence[str]) -> str:
    """One of those known; empty: the default."""
    found = env.get(name) or default
    if found not in known:
        raise BadDefinition(
            f"{name}={found!r} is none of those known.",
            hint=f"Known: {', '.join(known)}.",
            nearest=nearest(found, known),
        )
    return found


def own_file(env: Mapping[str, str], home: Path, variable: str, name: str) -> Path | None:
    """A file of the installation: the one that the environment names, else the one in the home, if it is there."""
    if env.get(variable):
        return place(variable, env[variable])
    own = home / name
    return own if own.is_file() else None


def workers(env: Mapping[str, str]) -> int:
    """GREFFE_WORKERS."""
    text = env.get("GREFFE_WORKERS", "") or "1"
    if not (re.fullmatch("[0-9]{1,2}", text) and 0 < int(text) <= 64):
        raise BadDefinition(f"GREFFE_WORKERS={text!r} is no number of processes: a whole number from 1 to 64.")
    return int(text)


def host(env: Mapping[str, str]) -> str:
    """HOST: an address or a name; whether this machine has it, is found when it listens."""
    text = env.get("HOST", "") or "127.0.0.1"
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9.]+)?", text):
        raise BadDefinition(f"HOST={text!r} is no address to listen on.", hint="E.g. 127.0.0.1")
    return text


def port(env: Mapping[str, str]) -> int:
    """PORT."""
    text = env.get("PORT", "") or "8000"
    if not (re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65536):
        raise BadDefinition(f"PORT={text!r} is no port: a whole number from 1 to 65535.")
    return int(text)


def listening(text: str) -> tuple[str, int] | None:
    """GREFFE_METRICS: host and port; None of an empty text."""
    if not text:
        return None
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:]+)\]|([A-Za-z0-9.\-]+)):([0-9]{1,5})", text)
    if not found or not 0 < int(found[3]) < 65536:
        raise BadDefinition(f"GREFFE_METRICS={text!r} is no address to listen on.", hint="E.g. 127.0.0.1:9464")
    return found[1] or found[2], int(found[3])


def public_url(text: str) -> str:
    """GREFFE_URL, without a slash at its end."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/?", text) or not parts_of_url(text).hostname:
        raise BadDefinition(f"GREFFE_URL={text!r} is no http(s) address.", hint="E.g. https://statistiques.example.org")
    return text.rstrip("/")


def contact(text: str) -> str:
    """GREFFE_CONTACT: an e-mail address or a page; may be empty."""
    page = re.fullmatch(r"https?://[^\s<>\"@]+", text) and parts_of_url(text).hostname
    if text and not page and not re.fullmatch(r"[^@\s<>\":/]+@[A-Za-z0-9.\-]+", text):
        hint = "E.g. statistiques@example.org or https://example.org/contact"
        raise BadDefinition(
            f"GREFFE_CONTACT={text!r} is neither an e-mail address nor the address of a page.", hint=hint
        )
    return text


def theme(text: str) -> Path | None:
    """GREFFE_THEME: a folder; None of an empty text."""
    if not text:
        return None
    folder = place("GREFFE_THEME", text).resolve()
    if not folder.is_dir():
        raise BadDefinition(f"GREFFE_THEME={text!r} is no folder.")
    return folder
