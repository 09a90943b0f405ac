"""Every error of Greffe, named by what the caller can do; each carries its SDMX code, HTTP status and exit code.

    GreffeError
    ├── BadInput          a file that was handed over is wrong: correct the file (exit 2)
    ├── BadDefinition     an artefact or a map is wrong: correct the definition (exit 2)
    ├── BadQuery          the address or a parameter cannot be read: correct it and ask again (140 / 400)
    │   └── BadSemantics  it reads well and means nothing here, e.g. a dimension that does not exist (150 / 422)
    ├── NotFound          nothing of that name, or nothing for that question (100 / 404)
    ├── NotAcceptable     no such format or language: choose another one (406)
    ├── Unsupported       known to the standard, not offered here (501)
    ├── TooLarge          ask for less (510 / 413)
    ├── Refused           a rule of the house forbids it now: do first what the message says (exit 3)
    ├── Denied            this person may not do it (403, exit 4)
    │   └── Unidentified  nobody knows who asks: sign in, or bring a key that holds (401)
    ├── TooOften          tried too often: wait as long as it says (429)
    │   └── OverQuota     one client asks for more than its share: ask less often (429)
    ├── Conflict          the state changed meanwhile: look again (409)
    ├── Unavailable       try again later (503)
    │   ├── Busy          more is asked for at once than is answered: wait as long as it says (503)
    │   ├── EngineFailed  the database engine failed in itself, or has no room: run it again (503)
    │   └── DiskFailed    the disk is full, or fails: make room or mend it, then do it again (503)
    └── Broken            a stored file is not what was written: call the operator (500)

Codes: SDMX REST 1.5, table of errors (R1-ERR-01); HTTP statuses of 2.x (R2-ERR).
"""

from __future__ import annotations

import csv
import difflib
import errno
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Final

TOLD: Final = 100  # faults of one set of files that are told one by one


class GreffeError(Exception):
    """Something the caller is told about in one message: what, where, and what to try."""

    sdmx = 500
    http = 500
    exit_code = 1
    title = "Error"
    called = ""  # on the command line, where the standard's sentence (the title) tells an operator nothing

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        row: int | None = None,
        column: str = "",
        parameter: str = "",
        hint: str = "",
        nearest: Iterable[str] = (),
        finding: Mapping[str, str] | None = None,
        within: Iterable[GreffeError] = (),
    ) -> None:
        """`finding`: what a rule says, by language, that stands in the message in English (`en`). `within`: faults that the message
        tells one after the other (`joined`)."""
        self.message = message
        self.file = file
        self.row = row
        self.column = column
        self.parameter = parameter
        self.hint = hint
        self.nearest = tuple(nearest)
        self.finding = dict(finding or {})
        self.within = tuple(within)
        super().__init__(self.text())

    def __reduce__(self) -> tuple[object, ...]:
        """Copied as it is: made anew from its message alone, one with a required keyword could not be."""
        return _bare, (type(self), *self.args), self.__dict__

    def where(self) -> str:
        """`extract.csv, row 12, column sexe`, or the parameter, or nothing."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        if self.parameter:
            parts.append(f"parameter {self.parameter}")
        return ", ".join(parts)

    def text(self) -> str:
        """The whole message in one line."""
        where = self.where()
        line = f"{where}: {self.message}" if where else self.message
        if self.nearest:
            line += f" Nearest: {', '.join(self.nearest)}."
        if self.hint:
            line += f" {self.hint}"
        return line


def joined(faults: Iterable[GreffeError]) -> str:
    """Faults one after the other, as they stand in a message."""
    return " ".join(fault.text() for fault in faults)


def _bare(kind: type[GreffeError], *args: object) -> GreffeError:
    return kind.__new__(kind, *args)


class BadInput(GreffeError):
    """A file that was handed over is wrong. Correct the file. `sheet`: of a workbook, where it is known."""

    sheet: str = ""

    sdmx, http, exit_code, title = 140, 400, 2, "Bad input"


class BadDefinition(GreffeError):
    """An artefact, a map or a setting is wrong. Correct the definition.

    `others`: what else is wrong in the same set of files, in the order of files and places.
    """

    sdmx, http, exit_code, title = 500, 500, 2, "Bad definition"
    others: tuple[BadDefinition, ...] = ()

    def alone(self) -> str:
        """This fault in one line, without the others."""
        return super().text()

    def text(self) -> str:
        """The fault in one line; of several, the first 100, one a line, and how many more there are."""
        if not self.others:
            return self.alone()
        every = (self, *self.others)
        lines = [f"- {one.alone()}" for one in every[:TOLD]]
        rest = [f"- … and {len(every) - TOLD} more"] if len(every) > TOLD else []
        return "\n".join((f"{len(every)} places are wrong:", *lines, *rest))


class BadQuery(GreffeError):
    """The address or a parameter cannot be read. Correct it and ask again."""

    sdmx, http, exit_code, title = 140, 400, 2, "Syntax error"


class BadSemantics(BadQuery):
    """The question reads well and means nothing here. (REST 1.5 answers 403, see `web.problems`.)"""

    sdmx, http, title = 150, 422, "Semantic error"


class NotFound(GreffeError):
    """Nothing of that name, or nothing for that question."""

    sdmx, http, exit_code, title = 100, 404, 2, "No results found"


class Absent(NotFound):
    """A release that the store does not have. Whoever asks for one of the register is told that it is damaged: it was lost."""

    sdmx, http, exit_code, title, called = 500, 500, 7, "Internal server error", "Damaged"


class NotAcceptable(GreffeError):
    """No such format or language here. Choose one of those named."""

    sdmx, http, exit_code, title = 140, 406, 2, "Not acceptable"


class Unsupported(GreffeError):
    """The standard knows it, this service does not offer it."""

    sdmx, http, exit_code, title = 501, 501, 2, "Not implemented"


class TooLarge(GreffeError):
    """Ask for less."""

    sdmx, http, exit_code, title = 510, 413, 2, "Response too large"


class Refused(GreffeError):
    """A rule of the house forbids it now. Do first what the message says."""

    sdmx, http, exit_code, title = 150, 409, 3, "Refused"


class Denied(GreffeError):
    """This person may not do it."""

    sdmx, http, exit_code, title = 110, 403, 4, "Denied"


class Unidentified(Denied):
    """Nobody knows who asks. Sign in, or bring a key that holds."""

    http, title = 401, "Not identified"


class TooOften(GreffeError):
    """Something was tried too often. `wait`: seconds until it may be tried again."""

    sdmx, http, exit_code, title = 500, 429, 5, "Too many attempts"

    def __init__(self, message: str, *, wait: int, hint: str = "") -> None:
        self.wait = wait
        super().__init__(message, hint=hint)


class OverQuota(TooOften):
    """One client asks for more than its share. `policies`: by their names in RateLimit-Policy, or what else it has a share of;
    `kind`: of which class of requests; `reason`: why it was turned away."""

    sdmx, title = 503, "Too many requests"

    def __init__(
        self, message: str, *, wait: int, policies: tuple[str, ...], kind: str, reason: str, hint: str = ""
    ) -> None:
        self.policies, self.kind, self.reason = policies, kind, reason
        super().__init__(message, wait=wait, hint=hint)


class Conflict(GreffeError):
    """The state changed meanwhile. Look again."""

    sdmx, http, exit_code, title = 150, 409, 5, "Conflict"


class Overtaken(Conflict):
    """Somebody entered something meanwhile about what this act had looked at, or did the very thing: nothing was entered."""


class Unavailable(GreffeError):
    """Try again later."""

    sdmx, http, exit_code, title = 503, 503, 6, "Service unavailable"


class Busy(Unavailable):
    """More is asked for at once than is answered. `wait`: seconds after which to ask again; `kind`: of which class of requests;
    `reason`: why it was turned away."""

    def __init__(self, message: str, *, wait: int, kind: str, reason: str, hint: str = "") -> None:
        self.wait, self.kind, self.reason = wait, kind, reason
        super().__init__(message, hint=hint)


class EngineFailed(Unavailable):
    """The database engine failed in itself, or has neither memory nor room left. Run it again."""


class DiskFailed(Unavailable):
    """The disk is full, or fails. Make room or mend it, then do it again: nothing was done by halves."""


_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_FAILS: Final = frozenset((errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ESTALE))


def full_or_failing(error: OSError) -> bool:
    """Whether it is the disk that cannot take it, not its owner or its place: make room or mend it, then it is taken."""
    return error.errno in _FULL or error.errno == errno.EIO


def of_the_disk(error: OSError) -> DiskFailed | None:
    """What an error of the system says of a disk, whichever library met it; None for another one."""
    file = str(error.filename or "")
    if error.errno in _FULL:
        hint = "Make room, then do it again: greffe store --evict frees what can be derived again."
        return DiskFailed(f"There is no room: {os.strerror(error.errno)}.", file=file, hint=hint)
    if error.errno in _FAILS:
        hint = "greffe doctor says what is wrong; then do it again."
        return DiskFailed(f"A file could not be read or written: {os.strerror(error.errno)}.", file=file, hint=hint)
    return None


def not_written(error: OSError, file: str) -> GreffeError:
    """What is said of a file that somebody asked for and that could not be written: of a disk that is full or fails, what is said of
    every disk; else that it was refused."""
    found = of_the_disk(error) if full_or_failing(error) else None
    if found is None:
        return Refused(f"It cannot be written: {error.strerror}.", file=file)
    return DiskFailed(found.message, file=file, hint=found.hint)


class Broken(GreffeError):
    """A stored file is not what was written. Call the operator."""

    sdmx, http, exit_code, title, called = 500, 500, 7, "Internal server error", "Damaged"


def numbered(count: int, noun: str, plural: str = "") -> str:
    """`1 place`, `2 places`: a count with its noun, whose plural ends in s unless it is given."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def known_words(near: Iterable[str], known: Iterable[str], most: int = 8) -> str:
    """What there is, where nothing that is there is near: `Known: 1, 2, 9, T.`; empty when something is."""
    words = list(dict.fromkeys(known))
    if tuple(near) or not words:
        return ""
    return f"Known: {', '.join(words[:most])}{f' and {len(words) - most} more' if len(words) > most else ''}."


def nearest(found: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The known words closest to what was found, best first; case does not count, at most 3."""
    by_fold: dict[str, str] = {}
    for word in known:
        by_fold.setdefault(word.casefold(), word)
    matches = difflib.get_close_matches(found.casefold(), by_fold, n=most, cutoff=0.5)
    return tuple(by_fold[m] for m in matches)


def unreadable(error: Exception) -> str:
    """What a parser found wrong, in our words, which both languages have: libraries speak English alone."""
    if isinstance(error, csv.Error):
        said = str(error)
        if "expected after" in said:
            return "something follows a closing quote"
        if "unexpected end" in said:
            return "a quote is not closed"
        if "field limit" in said:
            return "a field is too long"
        return "a line cannot be read"
    if isinstance(error, json.JSONDecodeError):
        return f"it stops making sense at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, tomllib.TOMLDecodeError):
        found = re.search(r"\(at ([^()]*)\)$", str(error))
        place = re.fullmatch(r"line (\d+), column (\d+)", found.group(1)) if found else None
        return f"it stops making sense at line {place[1]}, column {place[2]}" if place else "it ends too early"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it is damaged or written otherwise"
