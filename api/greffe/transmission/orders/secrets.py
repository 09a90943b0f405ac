"""Secrets of webhooks: made from one key of the house and the order's id, so that none lies in the register or a backup of it.

The key is the file `webhooks.key` in the home, made at first use, readable by its owner alone. Whoever restores a home restores it
too: with another key every receiver sees signatures that do not hold."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import Final

from greffe.errors import Broken, Refused
from greffe.settings import Settings
from greffe.store.folders import flush

FILE: Final = "webhooks.key"
LENGTH: Final = 32  # bytes


def secret_of(settings: Settings, order: str) -> bytes:
    """The secret of one order. Raises Broken when the key is no key, Refused when it cannot be made."""
    return hmac.new(_key(settings), f"webhook of {order}".encode(), hashlib.sha256).digest()


def _key(settings: Settings) -> bytes:
    place = settings.home / FILE
    try:
        return _read(settings)
    except FileNotFoundError:
        pass
    work = settings.home / f".{FILE}.{secrets.token_hex(4)}"
    try:
        handle = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(LENGTH))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(work, place)  # of two who make it at once, the second finds the first one's
        except FileExistsError:
            pass
        finally:
            work.unlink()
        flush(settings.home)
        return _read(settings)
    except OSError as error:
        raise Refused(f"The key of webhooks cannot be made: {error.strerror}.", file=str(place)) from error


def _read(settings: Settings) -> bytes:
    found = (settings.home / FILE).read_bytes()
    if len(found) != LENGTH:
        raise Broken("It is no key of webhooks.", file=str(settings.home / FILE))
    return found
