"""Whether a process could listen where its settings say: asked before it serves, and by `config check`."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

from greffe.errors import Refused
from greffe.settings import Settings
from greffe.web.metrics.processes import others_of


def free_port(host: str, port: int, setting: str = "HOST") -> None:
    """Raises Refused when something listens there already, or the address is none of this machine."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise Refused(
            f"{setting}={host!r} is no address to listen on.",
            hint="E.g. HOST=127.0.0.1, or 0.0.0.0." if setting == "HOST" else "E.g. 127.0.0.1:9464",
        ) from error
    about = "" if setting == "HOST" else setting
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = f"{about}={host}:{port + 1}" if about else f"PORT={port + 1}"
                raise Refused(
                    f"Port {port} of {host} is taken.", parameter=about, hint=f"Choose another one, e.g. {other}."
                ) from error
            raise Refused(
                f"Nothing can listen on port {port} of {host}: {error.strerror}.", parameter=about or "HOST"
            ) from error


def _taken(error: Refused) -> bool:
    return isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE


def free_for_metrics(settings: Settings) -> None:
    """The same of GREFFE_METRICS, which another server of this home and machine may hold: then this one stands by."""
    place = settings.operation.metrics
    if place is None:
        return
    try:
        free_port(*place, "GREFFE_METRICS")
    except Refused as error:
        if not (_taken(error) and others_of(settings.home)):
            raise


def nowhere(settings: Settings) -> Iterator[Refused]:
    """Addresses at which a server could not listen. That its own port is taken is no fault: it may be the server that runs."""
    try:
        free_port(settings.host, settings.port)
    except Refused as error:
        if not _taken(error):
            yield error
    try:
        free_for_metrics(settings)
    except Refused as error:
        yield error
