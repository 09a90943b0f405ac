"""A mail server that keeps what it gets, over STARTTLS with a certificate of its own, and refuses on command."""

from __future__ import annotations

import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller


class SmtpSink:
    """`mails`: what was taken; `refuse`: what it answers instead of taking; `secured`: whether each came over TLS."""

    def __init__(self, folder: Path, *, starttls: bool = True) -> None:
        self.mails: list[EmailMessage] = []
        self.secured: list[bool] = []
        self.refuse = ""
        authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self.ca = folder / "smtp-ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        options = {"tls_context": context, "require_starttls": True} if starttls else {}
        with socket.socket() as probe:  # its controller connects to the port that it was given
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> SmtpSink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: object, session: object, envelope: object) -> str:
        if self.refuse:
            return self.refuse
        self.secured.append(session.ssl is not None)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def settings(self, **others: object) -> dict[str, object]:
        """What [alerts.smtp] says of it."""
        said = {"host": "localhost", "port": self.port, "sender": "greffe@example.org", "to": ["ops@example.org"],
                "ca_file": str(self.ca)}  # fmt: skip
        return said | others
