"""How far standing orders go, as the installation says: table [orders] of jobs.toml.

[orders]
most = 20                              # orders of a body that are not ended
largest = 50_000_000                   # bytes of one delivery
intranet = ["hooks.intern.example"]    # hosts of webhooks that may be inside a private network
ca_file = "/etc/ssl/private-ca.pem"    # where their certificates are of a private authority
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from greffe.errors import BadDefinition
from greffe.transmission.channels.channel import Options


@dataclass(frozen=True)
class Limits:
    """See above."""

    most: int = 20
    largest: int = 50_000_000
    intranet: tuple[str, ...] = ()
    ca_file: Path | None = None


def limits_of(values: Mapping[str, object], file: str) -> Limits:
    """The limits as they are set. Raises BadDefinition naming the key."""
    options = Options("orders", file, values)
    options.only("most", "largest", "intranet", "ca_file")
    hosts = options.texts("intranet")
    for host in hosts:
        if host != host.strip().lower():
            raise BadDefinition(f"orders: {host!r} is no name of a host in small letters.", file=file)
    return Limits(
        options.whole("most", 20), options.whole("largest", 50_000_000), hosts, options.path("ca_file")
    )  # fmt: skip
