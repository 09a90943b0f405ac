"""OpenSSH's server with a configuration and keys of its own on a free port, and a wire to it that breaks on command."""

from __future__ import annotations

import getpass
import os
import resource
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from journey_tools import free_port

from greffe.transmission.channels.channel import Options
from greffe.transmission.channels.sftp import Sftp

SSHD = "/usr/sbin/sshd"
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {keys}/host
PidFile none
AuthorizedKeysFile {keys}/client.pub
StrictModes no
UsePAM no
PermitRootLogin yes
Subsystem sftp internal-sftp
ForceCommand internal-sftp
LogLevel ERROR
"""


def key_pair(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


@dataclass
class Server:
    """`room`: most bytes that a file may have there, as on a disk that is full; `out`: the folder that it shows."""

    keys: Path
    out: Path
    room: int = 0
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Server:
        for folder in (self.keys, self.out):
            folder.mkdir(parents=True, exist_ok=True)
        for name in ("host", "client"):
            if not (self.keys / name).exists():
                key_pair(self.keys / name)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where a server that root runs locks itself in
        config = self.keys / "config"
        config.write_text(CONFIG.format(port=self.port, keys=self.keys), encoding="utf-8")
        command = [SSHD, "-D", "-e", "-f", str(config)]
        # Newer servers keep those out who were refused before; older ones do not know the word.
        if subprocess.run([*command, "-t", "-o", "PerSourcePenalties=no"], capture_output=True).returncode == 0:
            command += ["-o", "PerSourcePenalties=no"]
        limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (self.room, self.room))) if self.room else None
        # restore_signals: a write beyond the room is an error of the write, as on a full disk, not the end of the process
        with (self.keys / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stderr=log, preexec_fn=limit, restore_signals=not self.room)
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, one: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, (self.keys / "log").read_text()
                time.sleep(0.02)
            else:
                return
        raise AssertionError("sshd does not listen")

    @property
    def host_key(self) -> str:
        return (self.keys / "host.pub").read_text(encoding="utf-8").strip()

    def settings(self, **others: object) -> dict[str, object]:
        """What the settings of a channel to it say; `None` takes one away."""
        said = {
            "kind": "sftp", "host": "127.0.0.1", "port": self.port, "user": getpass.getuser(), "path": str(self.out),
            "key_file": str(self.keys / "client"), "host_key": self.host_key,
        }  # fmt: skip
        return {k: v for k, v in (said | others).items() if v is not None}

    def channel(self, **others: object) -> Sftp:
        return Sftp(Options("unodc", "channels.toml", self.settings(**others)))


class Wire:
    """Hands bytes on to a port; after `cut` bytes from the client it is cut. `carried`: bytes from the client so far."""

    def __init__(self, port: int, cut: int = -1) -> None:
        self.cut, self.carried, self._to = cut, 0, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, one: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while piece := source.recv(4096):
                if counted and 0 <= self.cut < self.carried + len(piece):
                    target.sendall(piece[: max(0, self.cut - self.carried)])
                    break
                self.carried += len(piece) if counted else 0
                target.sendall(piece)
        except OSError:
            pass
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
