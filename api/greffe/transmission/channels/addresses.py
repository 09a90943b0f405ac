"""Which address a server has: asked once, and connected to; one inside a private network only where the settings say so."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final, TypeAlias

from greffe.transmission.channels.channel import NotSent

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # addresses of IPv4, as IPv6 reaches them (RFC 6052)
# Never of the public network, whatever is_global of this Python says: site-local (RFC 3879), a NAT64 of one's own (RFC 8215),
# IPv4-compatible (RFC 4291) and IPv4-translated (RFC 2765), segment routing (RFC 9602), documentation (RFC 9637), dummies
# (RFC 9780); of IPv4, what IETF protocols use (RFC 6890) and relays of 6to4 (RFC 7526). Clouds tell a machine its secrets at
# 192.0.0.192, which is of these, and at 168.63.129.16, which looks public.
NEVER: Final = tuple(
    ipaddress.ip_network(n)
    for n in (
        "fec0::/10", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "5f00::/16", "3fff::/20", "100:0:0:1::/64", "192.0.0.0/24",
        "192.88.99.0/24", "168.63.129.16/32",
    )
)  # fmt: skip


class Inside(NotSent):
    """The host has an address inside a private network: its words name it, and are for the house alone."""


def resolved(host: str, port: int, *, private: bool) -> tuple[str, ...]:
    """The addresses of a host, in the order in which they are tried.

    Raises NotSent when it has none, or one that is not of the public network: a name that leads inside is refused whole
    (server-side request forgery)."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{host}: the name is not found.") from error
    found = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    inside = [one for one in found if not public(one)]
    if inside and not private:
        raise Inside(
            f"{host} is {', '.join(inside)}, inside a private network: nothing is sent there unless private = true.",
            lasting=True,
        )
    return found


def public(text: str) -> bool:
    """Whether an address is one of the public network, also by the addresses of IPv4 that it carries inside."""
    one = ipaddress.ip_address(text)
    meant = [one, *_meant(one)]
    if any(o in network for network in NEVER for o in meant):
        return False
    return all(o.is_global and not o.is_multicast for o in _meant(one))


def inside(host: str) -> bool:
    """Whether a host is written as an address that is not of the public network, in any of the ways in which a resolver reads
    one (2130706433, 0x7f.1, 127.1), or is this machine by name. Other names are looked up when something is sent, not here."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    bare = host.strip("[]").partition("%")[0]
    try:
        return not public(bare)
    except ValueError:
        pass
    try:
        return not public(socket.inet_ntoa(socket.inet_aton(bare)))
    except OSError:
        return False


def _meant(one: Address) -> list[Address]:
    if isinstance(one, ipaddress.IPv4Address):
        return [one]
    if one.ipv4_mapped:
        return [one.ipv4_mapped]
    inner: list[Address] = [ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)] if one in NAT64 else []
    inner += [one.sixtofour] if one.sixtofour else []
    inner += list(one.teredo) if one.teredo else []
    return [one, *inner]
