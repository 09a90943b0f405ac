"""Whether there is a register to work on: who only looks makes none, and neither does who acts on what must be there before."""

from __future__ import annotations

from pathlib import Path

from greffe.errors import NotFound
from greffe.settings import Settings
from greffe.store.database import address_of


def file_of_register(url: str) -> Path | None:
    """The file that an address of a register names; None for a database elsewhere. Raises BadDefinition, Unsupported."""
    address = address_of(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def refuse_absent(settings: Settings) -> None:
    """Raise NotFound where the register would be a file, and is not there. A database elsewhere says so when it is opened."""
    file = file_of_register(settings.register_url)
    if file is not None and not file.is_file():
        place = settings.home if file.parent == settings.home else file
        raise NotFound(f"There is no store at {place} (--home, GREFFE_HOME): greffe serve makes one.")
