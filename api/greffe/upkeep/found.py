"""What the doctor found: something that is wrong now, or something to look at. The hint says what to do."""

from __future__ import annotations

from greffe.errors import GreffeError


class Wrong(GreffeError):
    """The house does not work as it must, or soon will not."""

    exit_code, title = 7, "Wrong"


class ToLookAt(GreffeError):
    """It works, and somebody is to look."""

    exit_code, title = 3, "To look at"
