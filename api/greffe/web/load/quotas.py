"""How many requests one client may send: a token bucket for each, told by RateLimit-Policy and RateLimit
(draft-ietf-httpapi-ratelimit-headers-10; both are Structured Fields, RFC 9651).

A client is an IP address (of IPv6, the network of a house, /64), as the server sees it behind the proxies that it trusts
(FORWARDED_ALLOW_IPS), or a key that holds. The machine itself is not counted: whoever is on it needs no service to stop it, and a
proxy there that does not say for whom it asks would be taken for one client.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import ceil
from typing import Final

WINDOW: Final = 60  # seconds in which a quota is given anew
MOST: Final = 20_000  # clients that are told apart; of more, those that asked the longest ago begin anew


@lru_cache(maxsize=4096)
def client_of(host: str) -> str:
    """By which an address is counted; '' for this machine, and for what is no address (a socket of Unix)."""
    try:
        found: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_loopback:
        return ""
    return str(found) if isinstance(found, IPv4Address) else found.exploded[:19]


class Quota:
    """The buckets of one policy: `most` requests at once, given anew within WINDOW seconds."""

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most
        self.policy = f'"{name}";q={most};w={WINDOW}'.encode()
        self._rate = most / WINDOW
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    def take(self, client: str, now: float) -> tuple[int, bytes]:
        """Seconds to wait (0: go on), and the value of RateLimit. `now`: seconds of a clock that only goes on."""
        tokens, when = self._buckets.get(client, (float(self.most), now))
        tokens = min(float(self.most), tokens + (now - when) * self._rate)
        wait = 0 if tokens >= 1 else max(1, ceil((1 - tokens) / self._rate))
        if not wait:
            tokens -= 1
        self._buckets[client] = (tokens, now)
        self._buckets.move_to_end(client)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        left = int(tokens)
        return wait, b'"%s";r=%d;t=%d' % (
            self.name.encode(),
            left,
            wait or max(1, ceil((left + 1 - tokens) / self._rate)),
        )
