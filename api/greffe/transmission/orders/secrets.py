"""Secrets of webhooks: made from one key of the house and the order's id, so that none lies in the register or a backup of it.

The key is the file `webhooks.key` in the home, made at first use, readable by its owner alone, or the one that a setting names, for
all machines. Whoever restores a home restores it too: with another key every receiver sees signatures that do not hold. So each
delivery is entered with a mark of its key, which tells keys apart and nothing about them, and the doctor holds a machine's against it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import Final

from greffe.errors import Broken, Refused
from greffe.settings import Settings
from greffe.store.folders import flush

LENGTH: Final = 32  # bytes


def secret_of(settings: Settings, order: str) -> bytes:
    """The secret of one order. Raises Broken when the key is no key, Refused when it cannot be made."""
    return hmac.new(_key(settings), f"webhook of {order}".encode(), hashlib.sha256).digest()


def mark_of(settings: Settings) -> str:
    """Tells the key from another one. Raises as `secret_of`."""
    return hmac.new(_key(settings), b"which key this is", hashlib.sha256).hexdigest()[:12]


def _key(settings: Settings) -> bytes:
    place = settings.webhooks_key
    try:
        return _read(settings)
    except FileNotFoundError as error:
        if settings.webhooks is not None:  # each machine would make one of its own
            raise Refused(
                "There is no key of webhooks.",
                file=str(place),
                hint="Make it once, of 32 bytes by chance, and give it to every machine.",
            ) from error
    work = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
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
    found = settings.webhooks_key.read_bytes()
    if len(found) != LENGTH:
        raise Broken("It is no key of webhooks.", file=str(settings.webhooks_key))
    return found
