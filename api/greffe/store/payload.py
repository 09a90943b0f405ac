"""Reading the payload of a register entry: every field has the type its record promises, or the register is Broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from greffe.errors import BadQuery, Broken
from greffe.model import instants
from greffe.model.references import Reference, parse_reference
from greffe.store.base import Entry


@dataclass(frozen=True)
class Fields:
    """The payload of one entry. A missing field has the default that the record gives it."""

    entry: Entry

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.entry.payload.get(name, default)
        if not isinstance(value, str):
            raise self._wrong(name)
        return value

    def integer(self, name: str) -> int:
        """A whole number, 0 when missing."""
        value = self.entry.payload.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name)
        return value

    def flag(self, name: str) -> bool:
        """True or false, false when missing."""
        value = self.entry.payload.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.entry.payload.get(name, [])
        if not isinstance(value, list | tuple):
            raise self._wrong(name)
        return tuple(v if isinstance(v, str) else self._refuse(name) for v in value)

    def table(self, name: str) -> dict[str, str]:
        """An object of texts."""
        value = self.entry.payload.get(name, {})
        if not isinstance(value, Mapping):
            raise self._wrong(name)
        return {str(k): v if isinstance(v, str) else self._refuse(name) for k, v in value.items()}

    def instant(self, name: str) -> datetime:
        """An instant; the entry's own when missing."""
        try:
            return instants.read(self.text(name) or self.entry.instant)
        except Broken as error:
            raise self._wrong(name) from error

    def reference(self, name: str) -> Reference:
        """`SSER:X(1.0.0)`."""
        try:
            return parse_reference(self.text(name))
        except BadQuery as error:
            raise self._wrong(name) from error

    def _wrong(self, name: str) -> Broken:
        return Broken(f"Entry {self.entry.number} ({self.entry.kind}) of the register: field {name!r} is unreadable.")

    def _refuse(self, name: str) -> str:
        raise self._wrong(name)
