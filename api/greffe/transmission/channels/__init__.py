"""How files leave the house: a kind of channel is a file in here and a line in CHANNELS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from greffe.transmission.channels.channel import Channel, Options
from greffe.transmission.channels.folder import Folder
from greffe.transmission.channels.https import Https


def _sftp(options: Options) -> Channel:
    """Its library is read when a house has such a channel: most processes have none."""
    from greffe.transmission.channels.sftp import Sftp

    return Sftp(options)


CHANNELS: Final[Mapping[str, Callable[[Options], Channel]]] = {
    "folder": Folder,
    "https": Https,
    "sftp": _sftp,
}
