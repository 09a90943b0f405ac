"""Where alerts go: by mail (SMTP, STARTTLS) and by signed webhook. Settings are the table [alerts] of jobs.toml:

[alerts]
metrics = "/var/lib/prometheus/node-exporter/greffe.prom"   # for the textfile collector

[alerts.smtp]
host = "smtp.example.org"                # port = 587, starttls = true
sender = "greffe@example.org"
to = ["exploitation@example.org"]
user = "greffe"                          # with password_file, which its owner alone may read
about = ["failures", "releases"]         # else failures

[alerts.webhook]
url = "https://alerts.example.org/greffe"
secret_file = "/etc/greffe/alerts"       # whsec_…
private = false                          # true: the server may be inside a private network; ca_file as of channels
"""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Protocol

from greffe.errors import BadDefinition, GreffeError, nearest
from greffe.jobs.configured import Configured
from greffe.jobs.notices import Notice
from greffe.transmission.channels.answers import taken
from greffe.transmission.channels.channel import NotSent, Options, Unsure
from greffe.transmission.channels.secrets import secret
from greffe.transmission.webhooks import Hook, checked_url, secret_bytes

FAILURES, RELEASES = "failures", "releases"
ABOUT: Final = (FAILURES, RELEASES)
TIMEOUT: Final = 20  # seconds
KINDS: Final = ("smtp", "webhook")


class NotTold(Exception):
    """An alert was not told; in words without a secret."""


class Sink(Protocol):
    """One way to somebody. `about`: what they want to hear of."""

    @property
    def name(self) -> str:
        """As [alerts] calls it."""

    @property
    def about(self) -> Sequence[str]:
        """See above."""

    def tell(self, notice: Notice, now: datetime) -> None:
        """Raises NotTold."""


def sinks_of(configured: Configured) -> tuple[Sink, ...]:
    """The sinks that are set up. Raises BadDefinition naming the key."""
    found: list[Sink] = []
    for name, values in configured.alerts.items():
        if name == "metrics":
            continue
        if name not in KINDS or not isinstance(values, Mapping):
            known = (*KINDS, "metrics")
            raise BadDefinition(
                f"alerts: {name!r} is not known.", file=configured.file, nearest=nearest(name, known) or known
            )
        options = Options(f"alerts.{name}", configured.file, values)
        found.append(_mail(options) if name == "smtp" else _hook(options))
    return tuple(found)


@dataclass(frozen=True)
class Letter:
    """A mail: `id` names it, so that the same one again has the same Message-ID."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Mail:
    """A mail server; STARTTLS unless it is switched off for one on this machine."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    starttls: bool
    trust: ssl.SSLContext = field(repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    about: Sequence[str] = (FAILURES,)
    name: str = "smtp"

    def tell(self, notice: Notice, now: datetime) -> None:
        """See Sink.tell."""
        self.post(self.to, Letter(notice.id, notice.title, notice.text()), now)

    def post(self, to: Sequence[str], letter: Letter, now: datetime) -> None:
        """Send a mail to those addresses. Raises NotTold."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = letter.title, self.sender, ", ".join(to)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{sha256(letter.id.encode()).hexdigest()[:32]}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.starttls:
                    server.starttls(context=self.trust)
                if self.user:
                    server.login(self.user, self.password)
                refused = server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            told = type(error).__name__ if isinstance(error, smtplib.SMTPAuthenticationError) else str(error)
            raise NotTold(f"{self.host}: {told[:200]}") from error
        if refused:
            raise NotTold(f"{self.host} refuses {len(refused)} of {len(to)} addresses")


@dataclass(frozen=True)
class Posted:
    """A webhook of ours: an alert that is tried again has the same webhook-id."""

    hook: Hook
    about: Sequence[str] = (FAILURES,)
    name: str = "webhook"

    def tell(self, notice: Notice, now: datetime) -> None:
        """See Sink.tell."""
        with NamedTemporaryFile("wb", suffix=".json", delete=False) as stream:
            stream.write(json.dumps(notice.as_json(), ensure_ascii=False).encode())
        try:
            id_ = f"msg_{sha256(notice.id.encode()).hexdigest()[:24]}"
            taken(self.hook.post(id_, Path(stream.name), "application/json", now))
        except (NotSent, Unsure, GreffeError) as error:
            raise NotTold(str(error)[:200]) from error
        finally:
            with suppress(OSError):
                Path(stream.name).unlink()


def mail_of(configured: Configured) -> Mail | None:
    """The mail server of [alerts.smtp], None where none is set up. Raises BadDefinition naming the key."""
    return next((sink for sink in sinks_of(configured) if isinstance(sink, Mail)), None)


def address(text: str) -> bool:
    """Whether it is a mail address."""
    return text.count("@") == 1 and text.isprintable() and not set(text) & set(" ,;<>") and all(text.split("@"))


def _mail(options: Options) -> Mail:
    options.only("host", "port", "starttls", "sender", "to", "user", "password_file", "ca_file", "about")
    sender, to = options.text("sender"), _texts(options, "to")
    for one in (sender, *to):
        if not address(one):
            raise options.wrong("to" if one in to else "sender", "is no mail address")
    password = secret(options, "password_file") or ""
    user = options.text("user") if "user" in options.values else ""
    return Mail(
        options.text("host"), options.whole("port", 587), sender, to, options.flag("starttls", True), options.trust(), user,
        password, _about(options),
    )  # fmt: skip


def _hook(options: Options) -> Posted:
    options.only("url", "secret_file", "private", "ca_file", "about")
    try:
        url, key = checked_url(options.text("url")), secret(options, "secret_file")
        if key is None:
            raise options.wrong("secret_file", "is a text that must be said")
        hook = Hook(url, secret_bytes(key), options.flag("private", False), options.trust())
    except BadDefinition:
        raise
    except (GreffeError, NotSent) as error:
        raise options.wrong("url" if isinstance(error, GreffeError) else "secret_file", "does not hold") from error
    return Posted(hook, _about(options))


def _texts(options: Options, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
    found = options.values.get(key, list(default))
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise options.wrong(key, "is a list of texts")
    return tuple(str(one) for one in found)


def _about(options: Options) -> tuple[str, ...]:
    found = _texts(options, "about", (FAILURES,))
    wrong = next((one for one in found if one not in ABOUT), "")
    if wrong:
        raise options.wrong("about", "is failures, releases or both")
    return found
