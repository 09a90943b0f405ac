"""The channels of this installation: a TOML file that names hosts, folders, and where secrets lie.

It is channels.toml in the home, or the file that GREFFE_CHANNELS names:

[edamis]
kind = "folder"
path = "/srv/edamis/out"

[edamis-test]           # where tests go; without it a test has nowhere to go
kind = "folder"
path = "/srv/edamis/test"

A relative path begins at the folder of that file: at the home, so that a copied home delivers into its own folders.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from greffe.errors import BadDefinition, GreffeError, Refused, nearest, unreadable
from greffe.model.transmissions import Transmission
from greffe.transmission.channels import CHANNELS
from greffe.transmission.channels.channel import LEASE, Channel, NotSent, Options

TEST = "-test"
CHANNELS_FILE = "channels.toml"


def read_channels(path: Path | None) -> Mapping[str, Options]:
    """The settings of every channel. Raises BadDefinition for a file that cannot be read and a kind that is none."""
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDefinition(f"The channels cannot be read: {unreadable(error)}.", file=str(path)) from error
    for name, values in found.items():
        kind = values.get("kind") if isinstance(values, Mapping) else None
        if not isinstance(kind, str) or kind not in CHANNELS:
            near = nearest(str(kind), CHANNELS) or tuple(CHANNELS)
            raise BadDefinition(f"channel {name}: {kind!r} is no kind of channel.", file=str(path), nearest=near)
    return {name: Options(name, str(path), values, path.parent.absolute()) for name, values in found.items()}


def way_of(channels: Mapping[str, Options], one: Transmission) -> Channel:
    """The channel by which a transmission leaves: a test by one of its own. Raises Refused when it is not set up."""
    name = f"{one.channel}{TEST}" if one.test else one.channel
    if name not in channels:
        raise Refused(
            f"The channel {name} is not set up here.",
            nearest=nearest(name, channels),
            hint="channels.toml in the home, or the file that GREFFE_CHANNELS names, says how channels are reached.",
        )
    return made_of(channels[name])


def settles_after(channels: Mapping[str, Options], one: Transmission) -> timedelta:
    """How long what nobody could tell of may still arrive. A folder of this machine shows at once what is there."""
    name = f"{one.channel}{TEST}" if one.test else one.channel
    return _settles(channels[name]) if name in channels else timedelta(0)


def _settles(options: Options) -> timedelta:
    if "settles_after" in options.values:
        return timedelta(seconds=options.whole("settles_after", 1))
    return timedelta(0) if options.values["kind"] == "folder" else LEASE


def channel_of(channels: Mapping[str, Options], name: str, body: str) -> Channel:
    """The channel by which standing orders of a body leave. Raises Refused when it is not set up for that body any more."""
    if name not in channels or body not in channels[name].texts("orders"):
        raise Refused(f"The channel {name} is not set up for orders of {body}.", nearest=nearest(name, channels))
    return made_of(channels[name])


@dataclass(frozen=True)
class Reached:
    """A channel as it is set up. state: set up, wrong (its settings), reached, not reached (now), refused (until somebody
    mends something)."""

    channel: str
    kind: str
    where: str
    state: str
    said: str = ""

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return asdict(self)


def reached(channels: Mapping[str, Options], name: str = "", *, connect: bool = False) -> Iterator[Reached]:
    """Every channel, or the one that is named; `connect`: it is connected to, and nothing is sent. Raises Refused for a name
    that is none."""
    if name and name not in channels:
        raise Refused(f"The channel {name} is not set up here.", nearest=nearest(name, channels) or tuple(channels))
    for options in channels.values():
        if name in ("", options.name):
            yield _reached(options, connect)


def _reached(options: Options, connect: bool) -> Reached:
    kind = str(options.values["kind"])
    try:
        channel = made_of(options)
    except GreffeError as error:
        return Reached(options.name, kind, "", "wrong", error.message)
    if not connect:
        return Reached(options.name, kind, channel.where, "set up")
    try:
        return Reached(options.name, kind, channel.where, "reached", channel.reach())
    except NotSent as error:
        return Reached(options.name, kind, channel.where, "refused" if error.lasting else "not reached", str(error))


def made_of(options: Options) -> Channel:
    """The channel that its settings describe. Raises BadDefinition."""
    _settles(options)
    return CHANNELS[str(options.values["kind"])](options)
