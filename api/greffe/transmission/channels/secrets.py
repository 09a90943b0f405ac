"""Secrets of channels: in files that their owner alone may read, never in the settings, an entry, a message or a log."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from greffe.transmission.channels.channel import Options


def guarded(options: Options, key: str) -> Path | None:
    """The file with a secret that a setting names, None when it is not said.

    Raises BadDefinition when it is no file, is somebody else's, or is readable by more than its owner."""
    path = options.path(key)
    if path is None:
        return None
    try:
        held = path.stat()
    except OSError as error:
        raise options.wrong(key, f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(held.st_mode):
        raise options.wrong(key, f"{path} is no file")
    if held.st_mode & 0o077:
        mode = stat.S_IMODE(held.st_mode)
        raise options.wrong(key, f"{path} may be read by others than its owner (mode {mode:04o}): chmod 600 {path}")
    if held.st_uid not in (os.geteuid(), 0):
        raise options.wrong(key, f"{path} belongs to another account than the one that sends")
    return path


def secret(options: Options, key: str) -> str | None:
    """What stands in such a file, in one line; None when it is not said."""
    path = guarded(options, key)
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise options.wrong(key, f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise options.wrong(key, f"{path} is no text in UTF-8") from error
    if not text or not text.isprintable():
        raise options.wrong(key, f"{path} holds no secret in one line")
    return text
