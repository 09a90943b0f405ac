"""The server that tests attack, and what must hold of it whatever it was sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from raw_bytes import Answer, Server, answers, received

from greffe.app import compose, utc_now
from greffe.release.access.accounts import accept, invite, sign_in
from greffe.release.access.keys import make_key
from greffe.release.people import HOUSE
from greffe.settings import read_settings

WORDS = "sabot-comete-lilas-tambour"
PROCESSOR = 1.0  # seconds that one attack may cost it
GROWTH = 64 << 20  # bytes that one attack may leave behind


@dataclass(frozen=True)
class Attack:
    """What is sent, and one of which statuses comes back (200 where nothing is done with what is sent). `ends`: we close our
    side; a server that waits for more is then told that there is none."""

    name: str
    data: bytes
    expected: Sequence[int] = (400,)
    ends: bool = False


def get(target: str, *lines: str, name: str = "", expected: Sequence[int] = (400,)) -> Attack:
    """A well-formed GET with further header lines."""
    head = "".join(f"{line}\r\n" for line in ("Host: a", "Connection: close", *lines))
    return Attack(name or target[:60], f"GET {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1"), expected)


class Attacked(Server):
    """A server, with what is looked at before and after, the secrets of two keys, of ESTAT and of UNODC, and the cookie of
    somebody who is signed in."""

    def __init__(self, home: Path, log: Path) -> None:
        parts = compose(read_settings({}, home=home))
        until = utc_now() + timedelta(days=1)
        self.secrets = {
            body: make_key(
                parts, HOUSE, f"The loader of {body}", f"recipient:{body}", ("orders", "receipts"), (), until
            )[1]
            for body in ("ESTAT", "UNODC")
        }
        accept(parts, invite(parts, HOUSE, "driss"), WORDS)
        self.session = sign_in(parts, "driss", WORDS, "127.0.0.1")[0]
        parts.register.close()
        super().__init__(home, log)

    def called(self, body: str, method: str, target: str, said: object = None) -> Answer:
        """What a body's key is answered; `said` goes as JSON, or as it is where it is bytes."""
        content = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
        return self.ask(
            method, target, content, Authorization=f"Bearer {self.secrets[body]}", Content_Type="application/json"
        )

    def endures(self, attack: Attack) -> Answer:
        """Send it. It is answered, as one of those expected and in words that a program reads, at little cost; and the next
        question is answered as ever."""
        return self._endured(attack.name, lambda: self._first(attack), attack.expected)

    def refuses(self, name: str, asked: Callable[[], Answer], *expected: int) -> Answer:
        """The same of a request that a function makes."""
        return self._endured(name, asked, expected or (400,))

    def _endured(self, name: str, asked: Callable[[], Answer], expected: Sequence[int]) -> Answer:
        processor, memory = self.processor(), self.memory()
        answer = asked()
        assert answer.status in expected, (name, answer.status, answer.body[:500])
        assert self.processor() - processor < PROCESSOR, name
        assert self.memory() - memory < GROWTH, name
        if answer.status >= 400:
            assert structured(answer), (name, answer.headers, answer.body[:300])
        return answer

    def _first(self, attack: Attack) -> Answer:
        with self.connect() as line:
            try:
                line.sendall(attack.data)
                if attack.ends:
                    line.shutdown(1)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it answered and closed before it had read all
            found = answers(received(line))
        assert len(found) == 1, (attack.name, [a.status for a in found])  # two: a request was hidden in the other
        return found[0]

    def is_well(self) -> None:
        """Health is told at once, and a figure is what it was."""
        begun = time.monotonic()
        assert self.get("/health/ready").status == 200
        assert time.monotonic() - begun < 10  # of the clock, on a machine that others use
        assert self.get("/api/v1/dataflows").status == 200

    def faults(self) -> list[str]:
        """Lines of its log that are errors, or no lines of the log at all (a traceback)."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if not line.startswith("{") or json.loads(line)["level"] == "error"]


def structured(answer: Answer) -> bool:
    """Whether an error can be read: a problem of RFC 9457, a message of SDMX, or a page that says it."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/problem+json"):
        return answer.problem["status"] == answer.status and bool(answer.problem["detail"])
    if kind.startswith("application/json"):
        return bool(json.loads(answer.body)["errors"][0]["detail"])
    if kind.startswith("application/xml"):
        return b"ErrorMessage" in answer.body
    return kind.startswith("text/html") and b"<h1" in answer.body
