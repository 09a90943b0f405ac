"""Whether there is a register to work on: who only looks makes none, and neither does who acts on what must be there before."""

from __future__ import annotations

from greffe.errors import Broken, NotFound
from greffe.settings import Settings
from greffe.upkeep.whereabouts import file_of_register, in_memory


def left_over(settings: Settings) -> str:
    """The folder of the home that holds files of a house, '' for none: a register of them was here, or is elsewhere."""
    for folder in (settings.releases, settings.extracts, settings.transmissions):
        if folder.is_dir() and any(folder.iterdir()):
            return folder.name
    return ""


def orphaned(settings: Settings, folder: str) -> Broken:
    """What is said where such files are and their register is not: a new one would be of another house, and hide that it is lost."""
    return Broken(
        f"{settings.home} holds {folder}, and there is no register of them.",
        hint="greffe restore brings a backup into an empty home; GREFFE_REGISTER may name another database; a new house takes an "
        "empty home.",
    )


def refuse_absent(settings: Settings) -> None:
    """Raise NotFound where the register would be a file, and is not there; Broken where its house is. A
    database elsewhere says so when it is opened."""
    file = file_of_register(settings.register_url)
    if in_memory(settings.register_url):
        raise NotFound("A register in memory holds nothing: GREFFE_REGISTER names a file or a database.")
    if file is not None and not file.is_file():
        if folder := left_over(settings):
            raise orphaned(settings, folder)
        place = settings.home if file.parent == settings.home else file
        raise NotFound(f"There is no store at {place} (--home, GREFFE_HOME): greffe serve makes one.")
