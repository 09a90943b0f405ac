"""A folder on an SFTP server of the recipient, reached with a key or a password, and only where its own key is the known one.

[unodc]
kind = "sftp"
host = "files.example.org"        # port = 22
user = "fr-sser"
path = "/incoming"
key_file = "/etc/greffe/unodc"    # or password_file: files that their owner alone may read
host_key = "ssh-ed25519 AAAA…"    # or known_hosts = "/etc/ssh/ssh_known_hosts"
receipts = "/outgoing"            # a folder of the server from which receipts are fetched into `inbox`
read_back = false                 # true: every file is read back and compared by checksum
"""

from __future__ import annotations

import binascii
import logging
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import gaierror
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko import (
    AuthenticationException,
    BadHostKeyException,
    MissingHostKeyPolicy,
    PKey,
    SSHClient,
    SSHException,
)
from paramiko.pkey import UnknownKeyType
from paramiko.ssh_exception import NoValidConnectionsError

from greffe.transmission.channels.channel import Arrived, NotSent, Options, Parcel
from greffe.transmission.channels.collecting import LARGEST, Collected, few, unfit
from greffe.transmission.channels.putting import found, put, reason
from greffe.transmission.channels.secrets import guarded, secret
from greffe.transmission.channels.sftp_place import ANSWER, SftpPlace

KEYS: Final = (
    "host", "port", "user", "path", "key_file", "password_file", "host_key", "known_hosts", "read_back",
    "receipts",
)  # fmt: skip
CONNECT: Final = 20  # seconds
BROKEN_OFF: Final = ("timeout", "transport shut down")  # what the library counts as a refused login, and is none
logging.getLogger("paramiko").addHandler(logging.NullHandler())  # what it has to say, we say; else it prints tracebacks


class Unexpected(MissingHostKeyPolicy):
    """A server that we hold no key of is refused."""

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        """Never accepted; the fingerprint is told, to be compared with what the recipient says."""
        raise NotSent(
            f"{hostname} is no server whose key is known here: it shows {_named(key)}. Compare it with what the recipient says.",
            lasting=True,
        )


class Sftp:
    """Settings as above; all of them are read and checked before anything is sent."""

    def __init__(self, options: Options) -> None:
        options.only(*KEYS)
        self._host, self._user = options.text("host"), options.text("user")
        self._port = options.whole("port", 22)
        if self._port > 65_535:
            raise options.wrong("port", "is a whole number up to 65535")
        self._path = options.text("path")
        self._reads = options.flag("read_back", False)
        self._receipts = options.text("receipts") if "receipts" in options.values else ""
        self._key, self._password = _login(options)
        self._host_key, self._known = _expected(options)

    @property
    def where(self) -> str:
        """Account, server and folder."""
        return self._at(self._path)

    def _at(self, path: str) -> str:
        return f"sftp://{self._user}@{self._host}:{self._port}{'' if path[0] == '/' else '/~/'}{path}"

    @property
    def tells(self) -> bool:
        """What a client took away nobody can tell."""
        return False

    def deliver(self, parcel: Parcel) -> str:
        """Write what is not there yet, note it, and show all files."""
        with self.session() as place:
            return put(place, parcel)

    def look(self, parcel: Parcel) -> Arrived:
        """By the note and by the files themselves."""
        with self.session() as place:
            return found(place, parcel).state

    def reach(self) -> str:
        """Log in, and find the folder."""
        with self.session():
            return "logged in; the server's key is the expected one, and the folder is there"

    def collect(self, known: Mapping[str, str]) -> Iterator[Collected]:
        """What lies in the folder of receipts and is not known by name, length and time."""
        with self.session(self._receipts) as place:
            try:
                found = place.files()
                few(len(found), place.where)
                for name, (size, mark) in sorted(found.items()):
                    if known.get(name) == mark:
                        continue
                    fault = unfit(name, size)
                    yield Collected(name, mark, None if fault else place.content(name, LARGEST), fault)
            except OSError as error:
                raise NotSent(f"{place.where}: {reason(error)}.") from error

    @contextmanager
    def session(self, folder: str = "") -> Iterator[SftpPlace]:
        """The folder, as long as the connection lasts. Raises NotSent when there is none."""
        client = SSHClient()
        try:
            with self._refusals():
                self._connect(client)
                session = client.open_sftp()
            where = self._at(folder) if folder else self.where
            place = SftpPlace(session, folder or self._path, where, reads=self._reads)
            try:
                there = place.size(".")
            except OSError as error:
                raise NotSent(f"{where}: {reason(error)}.", lasting=isinstance(error, PermissionError)) from error
            if there is None:
                raise NotSent(f"{where}: there is no such folder.", lasting=True)
            yield place
        finally:
            client.close()

    def _connect(self, client: SSHClient) -> None:
        client.set_missing_host_key_policy(Unexpected())
        if self._host_key is not None:
            name = self._host if self._port == 22 else f"[{self._host}]:{self._port}"
            client.get_host_keys().add(name, self._host_key.get_name(), self._host_key)
        else:
            client.load_system_host_keys(str(self._known))
        client.connect(
            self._host,
            port=self._port,
            username=self._user,
            pkey=self._key,
            password=self._password,
            allow_agent=False,
            look_for_keys=False,
            timeout=CONNECT,
            banner_timeout=CONNECT,
            auth_timeout=CONNECT,
            channel_timeout=ANSWER,
        )

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """What goes wrong before anything was written, told apart by whether a person must mend it."""
        told, lasting = "", False
        try:
            yield
            return
        except BadHostKeyException as error:
            told = f"the server shows another key ({_named(error.key)}) than the expected one ({_named(error.expected_key)})"
            lasting = True
        except AuthenticationException as error:
            lasting = not any(word in str(error) for word in BROKEN_OFF)
            told = f"the login is refused: {error}" if lasting else f"no login: {error}"
        except gaierror as error:
            told = f"the name is not found: {error.strerror}"
        except NoValidConnectionsError as error:
            told = f"no connection: {'; '.join(sorted({_said(one) for one in error.errors.values()}))}"
        except TimeoutError:
            told = f"no answer in {CONNECT} s"
        except (SSHException, EOFError) as error:
            told = f"no connection: {error}" if str(error) else "the connection broke"
        except OSError as error:
            told = f"no connection: {reason(error)}"
        raise NotSent(f"{self.where}: {told.rstrip('.')}.", lasting=lasting)


def _login(options: Options) -> tuple[PKey | None, str | None]:
    """The key or the password. Raises BadDefinition for both, none, and one that cannot be used."""
    path, password = guarded(options, "key_file"), secret(options, "password_file")
    if (path is None) == (password is None):
        raise options.wrong("key_file", "or password_file is said: one of them")
    if path is None:
        return None, password
    try:
        return PKey.from_path(path), None
    except (TypeError, ValueError, UnsupportedAlgorithm, UnknownKeyType, SSHException, OSError) as error:
        locked = "password" in f"{type(error).__name__} {error}".casefold() or "encrypted" in str(error)
        why = (
            "is locked by a passphrase, which nobody is there to type"
            if locked
            else "is no private key that can be read"
        )
        raise options.wrong("key_file", f"{path} {why}") from None  # the library's error may quote the key


def _expected(options: Options) -> tuple[PKey | None, Path | None]:
    """The server's public key, or the file that holds it."""
    known, text = options.path("known_hosts"), options.values.get("host_key")
    if (known is None) == (text is None):
        raise options.wrong("host_key", "or known_hosts is said: one of them. ssh-keyscan HOST shows what a server has")
    if known is not None:
        if not known.is_file():
            raise options.wrong("known_hosts", f"{known} is no file")
        return None, known
    words = options.text("host_key").split()
    try:
        return PKey.from_type_string(words[0], b64decode(words[1], validate=True)), None
    except (IndexError, binascii.Error, ValueError, UnknownKeyType, SSHException) as error:
        raise options.wrong("host_key", "is written as in a .pub file: ssh-ed25519 AAAA…") from error


def _named(key: PKey) -> str:
    return f"{key.get_name()} {key.fingerprint}"


def _said(error: Exception) -> str:
    return reason(error) if isinstance(error, OSError) else str(error)
