"""What the doctor looks at of secrets, certificates and known hosts: who may read them, who may change them, how long they hold."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from greffe.errors import BadDefinition, GreffeError
from greffe.model import orders
from greffe.options import file_of, options, read_file
from greffe.release.parts import Parts
from greffe.store.wanted import Wanted
from greffe.transmission.orders.secrets import mark_of
from greffe.transmission.ways import reached, read_channels
from greffe.upkeep.found import ToLookAt, Wrong

SOON: Final = timedelta(days=30)
_LENGTH: Final = 32  # bytes of the key of webhooks
_LOOKED_AT: Final = 500  # deliveries, the last ones, among which one by webhook is looked for


def keys(parts: Parts, environ: Mapping[str, str]) -> Iterator[GreffeError]:
    """Channels as they are set up, the key of webhooks, the secret of OpenID, certificates that end soon."""
    channels = read_channels(parts.settings.channels)
    for one in reached(channels):
        if one.state == "wrong":
            yield BadDefinition(one.said, file=str(parts.settings.channels), hint="greffe transmissions channels")
    for channel in channels.values():
        for name in ("known_hosts", "ca_file"):
            path = channel.values.get(name)
            if isinstance(path, str):
                yield from _open_to_change(Path(path))
        ca_file = channel.values.get("ca_file")
        if isinstance(ca_file, str):
            yield from _certificates(Path(ca_file), parts)
    yield from _webhooks(parts)
    own = file_of(environ, parts.settings.home)
    if own is not None and any(options()[name].secret for name in read_file(own)):
        yield from _open_to_read(own)
    if environ.get("GREFFE_OIDC_SECRET_FILE"):
        yield from _open_to_read(Path(environ["GREFFE_OIDC_SECRET_FILE"]))


def _webhooks(parts: Parts) -> Iterator[GreffeError]:
    path = parts.settings.webhooks_key
    ordered = any(o.way == orders.WEBHOOK and o.handed for o in parts.ledger().orders.values())
    if path.is_file():
        if path.stat().st_size != _LENGTH:
            yield Wrong("It is no key of webhooks.", file=str(path), hint="Bring it back from where you keep keys.")
        else:
            yield from _another(parts, path)
        yield from _open_to_read(path)
    elif ordered:
        yield Wrong(
            "The key of webhooks is gone: the next one is signed with another, and no receiver believes it.",
            file=str(path),
            hint="Bring it back from where you keep keys.",
        )


def _another(parts: Parts, path: Path) -> Iterator[GreffeError]:
    """The key of this machine against the one that signed the last delivery of the house, whichever machine sent it."""
    sent = parts.register.search(Wanted(kind="order.sending"), most=_LOOKED_AT)
    last = next((entry for entry in sent if "key" in entry.payload), None)
    if last is not None and last.payload["key"] != mark_of(parts.settings):
        day = last.instant[:10]
        yield Wrong(
            f"This machine signs webhooks with another key than the one that signed {last.subject} on {day}: machines differ.",
            file=str(path),
            hint="Copy the key that receivers know, or name one file for all machines: GREFFE_WEBHOOKS_KEY_FILE.",
        )


def _open_to_read(path: Path) -> Iterator[GreffeError]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield Wrong(
            f"Others than its owner may read this secret (mode {mode:04o}).", file=str(path), hint=f"chmod 600 {path}"
        )


def _open_to_change(path: Path) -> Iterator[GreffeError]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return  # said by the channel
    if mode & 0o022:
        yield Wrong(
            f"Others than its owner may change whom we trust (mode {mode:04o}).",
            file=str(path),
            hint=f"chmod go-w {path}",
        )


def _certificates(path: Path, parts: Parts) -> Iterator[GreffeError]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return  # said by the channel
    for one in found:
        if one.not_valid_after_utc < parts.clock() + SOON:
            yield ToLookAt(
                f"The certificate of {one.subject.rfc4514_string()!r} ends on {one.not_valid_after_utc:%Y-%m-%d}.",
                file=str(path),
                hint="Ask whoever gave it for the next one.",
            )
